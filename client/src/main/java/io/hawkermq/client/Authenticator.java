package io.hawkermq.client;

import org.jspecify.annotations.Nullable;

/// The client's side of one enhanced authentication, section 4.12; 5.0 only. Called on a virtual
/// thread, one call at a time: it may block and compute.
public interface Authenticator {
    /// The Authentication Method, for CONNECT.
    ///
    /// @return up to 65,535 bytes of UTF-8, such as `SCRAM-SHA-256`; the same for the whole
    ///     exchange
    String method();

    /// The first Authentication Data, or null for none.
    ///
    /// @return 0 to 65,535 bytes, or null to send no Authentication Data
    /// @throws Exception which ends the connection as [Ending.AuthenticationFailed]
    byte @Nullable [] first() throws Exception;

    /// The answer to an AUTH of the server.
    ///
    /// @param data of the AUTH, or null where it has none
    /// @return 0 to 65,535 bytes, or null to send no Authentication Data
    /// @throws Exception which ends the connection as [Ending.AuthenticationFailed]
    byte @Nullable [] next(byte @Nullable [] data) throws Exception;

    /// The server says that authentication has succeeded; looks whether the server has proved what
    /// it has to.
    ///
    /// @param data of CONNACK or of the last AUTH, or null where it has none
    /// @throws Exception which ends the connection as [Ending.AuthenticationFailed]
    void succeeded(byte @Nullable [] data) throws Exception;

    /// Makes an authenticator for each attempt and each re-authentication.
    @FunctionalInterface
    interface Source {
        /// One exchange, for one attempt to connect; called on a virtual thread, which may wait.
        ///
        /// @return a new one: it keeps the state of one exchange
        Authenticator next();
    }
}
