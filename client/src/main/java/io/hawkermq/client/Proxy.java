package io.hawkermq.client;

import org.jspecify.annotations.Nullable;

/// A proxy through which the server is reached. It resolves the server's name.
///
/// Immutable, for any number of clients.
///
/// @param kind what it speaks
/// @param host its name or address
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
    ///
    /// @param host its name or address
    /// @param port 1 to 65,535; usually 1080
    /// @return the proxy
    /// @throws IllegalArgumentException if the port is out of range
    public static Proxy socks5(String host, int port) {
        return new Proxy(Kind.SOCKS5, host, port, null);
    }

    /// An HTTP proxy without credentials.
    ///
    /// @param host its name or address
    /// @param port 1 to 65,535; often 3128 or 8080
    /// @return the proxy
    /// @throws IllegalArgumentException if the port is out of range
    public static Proxy http(String host, int port) {
        return new Proxy(Kind.HTTP, host, port, null);
    }

    /// The same with credentials.
    ///
    /// @param its up to 255 bytes each for SOCKS5; sent unencrypted
    /// @return another object; this one stays as it is
    public Proxy with(Credentials its) {
        return new Proxy(kind, host, port, its);
    }
}
