package io.hawkermq.client;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The User Name and Password of a CONNECT; either may be null. `password` is not copied.
public record Credentials(@Nullable String userName, byte @Nullable [] password) {
    /// Neither.
    public static final Credentials NONE = new Credentials(null, null);

    /// Both, the password as UTF-8.
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
        /// @throws Exception which ends the attempt as [Ending.HookFailed]
        Credentials next() throws Exception;
    }
}
