package io.hawkermq.mosquitto;

import java.util.List;

/// One bridge: [BridgeOptions] with the defaults that depend on others filled in, so that
/// `REMOTE_CLIENTID`, `LOCAL_CLIENTID`, `LOCAL_CLEANSESSION`, `NOTIFICATION_TOPIC` and
/// `BRIDGE_RECEIVE_MAXIMUM` always have the value in force.
///
/// @param origin the line that opened it
public record BridgeConfiguration(String name, Origin origin, Settings settings) {
    /// The value of `option` in force here.
    public <T> T value(Option<T> option) {
        return settings.value(option);
    }

    /// At least one.
    public List<BridgeAddress> addresses() {
        return value(BridgeOptions.ADDRESS);
    }

    /// At least one.
    public List<BridgeTopic> topics() {
        return value(BridgeOptions.TOPIC);
    }

    /// True if the connection is encrypted with certificates.
    public boolean isTls() {
        return value(BridgeOptions.BRIDGE_CAFILE).isPresent()
                || value(BridgeOptions.BRIDGE_CAPATH).isPresent()
                || value(BridgeOptions.BRIDGE_TLS_USE_OS_CERTS);
    }

    /// True if the connection is encrypted with a shared key.
    public boolean isPsk() {
        return value(BridgeOptions.BRIDGE_PSK).isPresent();
    }
}
