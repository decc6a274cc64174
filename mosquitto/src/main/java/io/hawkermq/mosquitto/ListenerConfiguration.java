package io.hawkermq.mosquitto;

import java.util.List;

/// One listener with all that is in force there: [ListenerOptions], and [AccessOptions] wherever
/// they were set.
///
/// @param origin the line that opened it
/// @param settings with those of the whole broker that it inherits
/// @param plugins that judge its clients, in this order: those of the whole broker, then its own
public record ListenerConfiguration(
        ListenerAddress address,
        Origin origin,
        Settings settings,
        List<PluginConfiguration> plugins) {
    public ListenerConfiguration {
        plugins = List.copyOf(plugins);
    }

    /// True if clients have to speak TLS with the certificate of the listener.
    public boolean isTls() {
        return settings.value(ListenerOptions.CERTFILE).isPresent()
                && settings.value(ListenerOptions.KEYFILE).isPresent();
    }

    /// True if clients have to speak TLS with a shared key.
    public boolean isPsk() {
        return !isTls() && settings.value(ListenerOptions.PSK_HINT).isPresent();
    }

    /// The value of `option` in force here.
    public <T> T value(Option<T> option) {
        return settings.value(option);
    }

    /// For messages: `listener 8883 (TLS, WebSocket)`.
    public String name() {
        StringBuilder name = new StringBuilder("listener ").append(address);
        String security = isTls() ? "TLS" : isPsk() ? "TLS-PSK" : "";
        String protocol =
                switch (value(ListenerOptions.PROTOCOL)) {
                    case MQTT -> "";
                    case WEBSOCKETS -> "WebSocket";
                    case HTTP_API -> "HTTP API";
                };
        String both = security + (security.isEmpty() || protocol.isEmpty() ? "" : ", ") + protocol;
        return both.isEmpty()
                ? name.toString()
                : name.append(" (").append(both).append(')').toString();
    }
}
