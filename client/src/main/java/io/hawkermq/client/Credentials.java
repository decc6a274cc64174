package io.hawkermq.client;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The User Name and Password of a CONNECT. Immutable as long as nobody changes the password.
///
/// @param userName up to 65,535 bytes of UTF-8; null for none
/// @param password up to 65,535 bytes, not copied; null for none. 3.1.1 allows none without a User
///     Name
public record Credentials(@Nullable String userName, byte @Nullable [] password) {
    /// Checks. With its parameters written out: those of a compact constructor lose `@Nullable` where
    /// the type is an array.
    ///
    /// @param userName up to 65,535 bytes of UTF-8; null for none
    /// @param password up to 65,535 bytes, not copied; null for none
    /// @throws IllegalArgumentException if one is longer than 65,535 bytes, or the User Name no text
    ///     of MQTT
    public Credentials(@Nullable String userName, byte @Nullable [] password) {
        if (userName != null) {
            Texts.text("the User Name", userName);
        }
        if (password != null) {
            Texts.binary("the Password", password);
        }
        this.userName = userName;
        this.password = password;
    }

    /// Neither.
    public static final Credentials NONE = new Credentials(null, null);

    /// Both, the password as UTF-8.
    ///
    /// @param userName up to 65,535 bytes of UTF-8
    /// @param password up to 65,535 bytes of UTF-8
    /// @return both
    /// @throws IllegalArgumentException if one is longer, or the User Name no text of MQTT
    public static Credentials of(String userName, String password) {
        return new Credentials(userName, password.getBytes(StandardCharsets.UTF_8));
    }

    /// Never shows the password.
    @Override
    public String toString() {
        return "Credentials[" + userName + (password == null ? "]" : ", a password]");
    }

    /// Called on a virtual thread before each attempt to connect: it may block, for a token from
    /// elsewhere.
    @FunctionalInterface
    public interface Source {
        /// The credentials of the next attempt; called on a virtual thread, which may wait.
        ///
        /// @return what to send; [Credentials#NONE] for nothing
        /// @throws Exception which ends the attempt as [Ending.HookFailed]
        Credentials next() throws Exception;
    }
}
