package io.hawkermq.client;

import org.jspecify.annotations.Nullable;

/// A proxy through which the server is reached. It resolves the server's name.
///
/// @param port 1 to 65,535
/// @param credentials of the proxy, or null if it asks for none
public record Proxy(Kind kind, String host, int port, @Nullable Credentials credentials) {
    /// What the proxy speaks.
    public enum Kind {
        /// SOCKS version 5, RFC 1928; with credentials also RFC 1929.
        SOCKS5,
        /// HTTP CONNECT; with credentials Basic authentication.
        HTTP
    }

    /// Checks the port.
    ///
    /// @throws IllegalArgumentException if it is not 1 to 65,535
    public Proxy {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("the port is " + port + ", allowed is 1 to 65535");
        }
    }

    /// A SOCKS5 proxy without credentials.
    public static Proxy socks5(String host, int port) {
        return new Proxy(Kind.SOCKS5, host, port, null);
    }

    /// An HTTP proxy without credentials.
    public static Proxy http(String host, int port) {
        return new Proxy(Kind.HTTP, host, port, null);
    }

    /// The same with credentials.
    public Proxy with(Credentials its) {
        return new Proxy(kind, host, port, its);
    }
}
