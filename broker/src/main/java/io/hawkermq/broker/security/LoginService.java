package io.hawkermq.broker.security;

import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/// Who says whether a client may log in that the password file does not have. Blocks, so for virtual
/// threads only.
public sealed interface LoginService permits HttpUsers, TokenUsers {
    /// For [Admission#until].
    long FOREVER = Long.MAX_VALUE;

    /// What somebody may do who has logged in.
    enum Rights {
        ALL,
        /// What the access control list says.
        LIST
    }

    /// A client that may log in.
    ///
    /// @param userName the name under which it acts
    /// @param until when its rights end, in milliseconds since the epoch
    record Admission(String userName, Rights rights, long until) {}

    /// Asks about a login.
    ///
    /// @return null if the client may not log in
    /// @throws UncheckedIOException if nobody says whether it may; that is no failed login
    @Nullable Admission admits(String userName, byte @Nullable [] password, String clientId);

    /// What may be told of a User Name that was not let in. Its failed logins are counted by this, so no
    /// two have the same.
    String shown(String userName);
}
