package io.hawkermq.broker.transport;

/// The PROXY protocol on a listener: a proxy in front says with the first bytes of each connection
/// who the client is. Whoever can reach such a listener can claim any address, so only the proxy
/// should.
///
/// @param version what is accepted
/// @param clientTls what must be between the client and the proxy; only version 2 can tell
/// @param identity where the user name comes from; only version 2 can tell a Common Name, none a
///     subject
public record ProxyOptions(Version version, ClientTls clientTls, TlsOptions.Identity identity) {
    /// Any client, whose user name comes from CONNECT.
    public static ProxyOptions of(Version version) {
        return new ProxyOptions(version, ClientTls.NOT_REQUIRED, TlsOptions.Identity.CONNECT);
    }

    /// @throws IllegalArgumentException if the version cannot tell what is required
    public ProxyOptions {
        boolean isRequired =
                clientTls != ClientTls.NOT_REQUIRED || identity != TlsOptions.Identity.CONNECT;
        if (identity == TlsOptions.Identity.SUBJECT || (isRequired && version != Version.V2)) {
            throw new IllegalArgumentException(
                    "PROXY protocol " + version + " does not tell what is required of clients");
        }
    }

    public enum Version {
        V1,
        V2,
        EITHER
    }

    public enum ClientTls {
        NOT_REQUIRED,
        REQUIRED,
        /// With a certificate of the client that the proxy has verified.
        WITH_CERTIFICATE
    }
}
