package io.hawkermq.client;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How the bytes get to the server, beside what its address says.
///
/// @param headers of the WebSocket handshake
/// @param localAddress what sockets are bound to, or null
record Transport(
        @Nullable Tls tls,
        @Nullable Proxy proxy,
        Map<String, List<String>> headers,
        @Nullable InetAddress localAddress) {
    static final Transport DEFAULT = new Transport(null, null, Map.of(), null);
}
