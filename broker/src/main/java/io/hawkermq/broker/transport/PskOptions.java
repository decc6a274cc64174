package io.hawkermq.broker.transport;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// TLS with pre-shared keys on a listener: client and server know the same secret, and nobody has a
/// certificate.
///
/// @param file lines of `IDENTITY:KEY` with the key in hexadecimal
/// @param hint told to clients of TLS 1.2 that ask which identity is meant; may be empty
/// @param naming what the identity says about the client's name
/// @param oldest the oldest version of TLS that is spoken
/// @param ciphers suites of TLS 1.2 as a list of OpenSSL's names and words; null for all
public record PskOptions(
        Path file,
        String hint,
        Naming naming,
        TlsOptions.Version oldest,
        @Nullable String ciphers) {
    /// Where the user name of a client comes from.
    public enum Naming {
        /// CONNECT.
        CONNECT,
        /// The identity; the password is not looked at.
        IDENTITY
    }

    /// Keys of a file, and clients that say in CONNECT who they are.
    public static PskOptions of(Path file, String hint) {
        return new PskOptions(file, hint, Naming.CONNECT, TlsOptions.Version.TLS_1_2, null);
    }
}
