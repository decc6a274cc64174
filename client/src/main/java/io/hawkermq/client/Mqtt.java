package io.hawkermq.client;

import io.hawkermq.protocol.QoS;
import java.time.Duration;
import java.util.Optional;

/// For scripts: each call connects, does one thing, and disconnects. Programs that do more keep an
/// [MqttClient].
public final class Mqtt {
    private Mqtt() {}

    /// Publishes one message at QoS 1 and waits for its acknowledgement.
    ///
    /// @param uri as for [MqttClientBuilder#uri]
    /// @throws MqttException as for [MqttClient#connect(String)] and [MqttClient#publish(Message)]
    public static PublishResult publish(String uri, String topic, byte[] payload) {
        return publish(uri, Message.to(topic).payload(payload).qos(QoS.AT_LEAST_ONCE).build());
    }

    /// Publishes one message with UTF-8 at QoS 1 and waits for its acknowledgement.
    ///
    /// @throws MqttException as for [#publish(String, String, byte\[\])]
    public static PublishResult publish(String uri, String topic, String text) {
        return publish(uri, Message.to(topic).text(text).qos(QoS.AT_LEAST_ONCE).build());
    }

    /// Publishes one message and waits until its delivery is over.
    ///
    /// @throws MqttException as for [#publish(String, String, byte\[\])]
    public static PublishResult publish(String uri, Message message) {
        try (MqttClient client = connect(uri)) {
            return client.publish(message);
        }
    }

    /// Waits for the first message that matches; retained ones count.
    ///
    /// @param timeout how long to wait after the subscription
    /// @return empty if none came in time
    /// @throws MqttException as for [MqttClient#connect(String)] and [MqttClient#subscribe(String)]
    public static Optional<IncomingMessage> receiveOne(
            String uri, String filter, Duration timeout) {
        try (MqttClient client = connect(uri)) {
            return client.subscribe(filter).next(timeout);
        }
    }

    private static MqttClient connect(String uri) {
        return MqttClient.builder().uri(uri).reconnect(Reconnect.never()).connect();
    }
}
