package io.hawkermq.broker.transport;

import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// TLS on a listener. All files are PEM.
///
/// @param certificateFile the server's certificate and the intermediate ones up to its authority,
///     in any order
/// @param keyFile the private key of that certificate: PKCS #8, PKCS #1 or SEC 1
/// @param keyPassword asked if the key is encrypted; null if there is no password
/// @param authorityFile what certificates of clients may come from, and what else completes the
///     server's own chain; null for none
/// @param authorityDirectory the same as a directory: each file in it that ends in `.pem`, `.crt` or
///     `.cer`, or is named by `openssl rehash` (`a1b2c3d4.0`, revocation lists `a1b2c3d4.r0`)
/// @param revocationFile revoked certificates; if there is one, each authority of clients needs a
///     list that is still valid, or its clients are refused
/// @param clientCertificates whether clients must have one
/// @param dates whether certificates of clients must be within their time
/// @param identity what the certificate says about the client's name
/// @param oldest the oldest version of TLS that is spoken
/// @param ciphers suites of TLS 1.2 as a list of OpenSSL's names and words; null for Java's choice
/// @param ciphersTls13 suites of TLS 1.3, with colons between; null for Java's choice
public record TlsOptions(
        Path certificateFile,
        Path keyFile,
        Supplier<char @Nullable []> keyPassword,
        @Nullable Path authorityFile,
        @Nullable Path authorityDirectory,
        @Nullable Path revocationFile,
        ClientCertificates clientCertificates,
        Dates dates,
        Identity identity,
        Version oldest,
        @Nullable String ciphers,
        @Nullable String ciphersTls13) {
    public enum ClientCertificates {
        /// They are not asked for one.
        NOT_ASKED,
        /// Without a valid one the handshake fails.
        REQUIRED
    }

    public enum Dates {
        CHECKED,
        /// Clients whose clock or certificate nobody renews.
        IGNORED
    }

    /// Where the user name of a client comes from.
    public enum Identity {
        /// CONNECT.
        CONNECT,
        /// The Common Name of its certificate; the password is not looked at.
        COMMON_NAME,
        /// The whole subject of its certificate in the form of RFC 2253; likewise.
        SUBJECT
    }

    public enum Version {
        TLS_1_2("TLSv1.2"),
        TLS_1_3("TLSv1.3");

        private final String protocol;

        Version(String protocol) {
            this.protocol = protocol;
        }

        String protocol() {
            return protocol;
        }
    }

    /// A certificate and its key, and clients without certificates.
    public static TlsOptions of(Path certificateFile, Path keyFile) {
        return new TlsOptions(
                certificateFile,
                keyFile,
                () -> null,
                null,
                null,
                null,
                ClientCertificates.NOT_ASKED,
                Dates.CHECKED,
                Identity.CONNECT,
                Version.TLS_1_2,
                null,
                null);
    }

    /// The same, but for what the change sets.
    public TlsOptions with(Consumer<Builder> change) {
        Builder builder = new Builder(this);
        change.accept(builder);
        return builder.build();
    }

    /// Options that [#with] changes; each method sets what [TlsOptions] has under its name.
    public static final class Builder {
        private final Path certificateFile;
        private final Path keyFile;
        private Supplier<char @Nullable []> keyPassword;
        private @Nullable Path authorityFile;
        private @Nullable Path authorityDirectory;
        private @Nullable Path revocationFile;
        private ClientCertificates clientCertificates;
        private Dates dates;
        private Identity identity;
        private Version oldest;
        private @Nullable String ciphers;
        private @Nullable String ciphersTls13;

        private Builder(TlsOptions from) {
            certificateFile = from.certificateFile;
            keyFile = from.keyFile;
            keyPassword = from.keyPassword;
            authorityFile = from.authorityFile;
            authorityDirectory = from.authorityDirectory;
            revocationFile = from.revocationFile;
            clientCertificates = from.clientCertificates;
            dates = from.dates;
            identity = from.identity;
            oldest = from.oldest;
            ciphers = from.ciphers;
            ciphersTls13 = from.ciphersTls13;
        }

        /// The array is overwritten after its use.
        public Builder keyPassword(Supplier<char @Nullable []> value) {
            keyPassword = value;
            return this;
        }

        public Builder authorityFile(@Nullable Path value) {
            authorityFile = value;
            return this;
        }

        public Builder authorityDirectory(@Nullable Path value) {
            authorityDirectory = value;
            return this;
        }

        public Builder revocationFile(@Nullable Path value) {
            revocationFile = value;
            return this;
        }

        public Builder clientCertificates(ClientCertificates value) {
            clientCertificates = value;
            return this;
        }

        public Builder dates(Dates value) {
            dates = value;
            return this;
        }

        public Builder identity(Identity value) {
            identity = value;
            return this;
        }

        public Builder oldest(Version value) {
            oldest = value;
            return this;
        }

        public Builder ciphers(@Nullable String value) {
            ciphers = value;
            return this;
        }

        public Builder ciphersTls13(@Nullable String value) {
            ciphersTls13 = value;
            return this;
        }

        private TlsOptions build() {
            return new TlsOptions(
                    certificateFile,
                    keyFile,
                    keyPassword,
                    authorityFile,
                    authorityDirectory,
                    revocationFile,
                    clientCertificates,
                    dates,
                    identity,
                    oldest,
                    ciphers,
                    ciphersTls13);
        }
    }
}
