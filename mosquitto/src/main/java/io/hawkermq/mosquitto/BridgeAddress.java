package io.hawkermq.mosquitto;

/// The other end of a bridge.
///
/// @param port 1 to 65535
public record BridgeAddress(String host, int port) {
    @Override
    public String toString() {
        return host + ":" + port;
    }
}
