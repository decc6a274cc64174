package io.hawkermq.mosquitto;

import java.nio.file.Path;
import java.util.Optional;

/// Where a listener waits for connections.
public sealed interface ListenerAddress {
    /// @param port 1 to 65535
    /// @param host name or address; empty for all addresses
    record Tcp(int port, Optional<String> host) implements ListenerAddress {
        @Override
        public String toString() {
            return port + host.map(h -> " " + h).orElse("");
        }
    }

    /// A Unix domain socket.
    record Unix(Path path) implements ListenerAddress {
        @Override
        public String toString() {
            return "0 " + path;
        }
    }
}
