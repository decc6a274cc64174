package io.hawkermq.broker.transport;

import org.jspecify.annotations.Nullable;

/// What a layer has learned about the client, told to the handler above it as a user event of the
/// channel before the client's first byte of MQTT.
public sealed interface LayerEvent {
    /// The client's own address, as text, which is not that of the socket.
    record Address(String address) implements LayerEvent {}

    /// A proxy has spoken TLS with the client.
    ///
    /// @param tls version and cipher suite, for a person
    record Negotiated(String tls) implements LayerEvent {}

    /// The client is whom its certificate names, whatever it says in CONNECT.
    ///
    /// @param userName null if there is no certificate, or it names nobody
    record Named(@Nullable String userName) implements LayerEvent {}

    /// The connection cannot be used and must be closed; the layer has told the client if it could.
    ///
    /// @param why for a person, without a full stop
    record Refused(String why) implements LayerEvent {}

    /// A proxy has only looked whether the broker is alive: the connection must be closed, and is
    /// not worth a line in the log.
    record Probed() implements LayerEvent {}
}
