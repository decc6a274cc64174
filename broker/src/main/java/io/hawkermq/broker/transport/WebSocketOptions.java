package io.hawkermq.broker.transport;

import java.util.List;

/// WebSocket on a listener. Any path is accepted.
///
/// @param origins what the header Origin must be one of if there is one, so that browsers connect
///     only from these web pages; empty for any
/// @param maximumHeaderBytes of the request that opens a connection, 1,024 to 65,535
/// @param forwarded whom to believe about the client's address
public record WebSocketOptions(List<String> origins, int maximumHeaderBytes, Forwarded forwarded) {
    /// Any origin; 16 KiB of headers, because browsers send cookies too; near proxies are believed.
    public static final WebSocketOptions DEFAULT =
            new WebSocketOptions(List.of(), 16_384, Forwarded.FROM_NEAR);

    /// @throws IllegalArgumentException if the maximum is out of range
    public WebSocketOptions {
        origins = List.copyOf(origins);
        if (maximumHeaderBytes < 1_024 || maximumHeaderBytes > 65_535) {
            throw new IllegalArgumentException(
                    "The headers' size is 1,024 to 65,535 bytes, not " + maximumHeaderBytes);
        }
    }

    /// When the headers Forwarded and X-Forwarded-For count.
    public enum Forwarded {
        NEVER,
        /// If the connection comes from a loopback, link-local or private address, or through a
        /// Unix socket: from a reverse proxy next door, and not from a client that makes itself a
        /// name.
        FROM_NEAR,
        ALWAYS
    }
}
