package io.hawkermq.client;

import io.hawkermq.protocol.QoS;
import java.time.Duration;
import java.util.Optional;

/// For scripts: each call connects, does one thing, and disconnects, with 10 s to connect and 30 s
/// for each step after that. Programs that do more keep an [MqttClient]. For any thread.
public final class Mqtt {
    private Mqtt() {}

    /// Publishes one message at QoS 1 and waits for its acknowledgement.
    ///
    /// @param uri as for [MqttClientBuilder#uri]
    /// @param topic a Topic Name, without wildcards
    /// @param payload may be empty
    /// @return what the server has answered
    /// @throws MqttException as for [MqttClient#connect(String)] and [MqttClient#publish(Message)]
    /// @throws IllegalArgumentException if `uri` or `topic` is none
    public static PublishResult publish(String uri, String topic, byte[] payload) {
        return publish(uri, Message.to(topic).payload(payload).qos(QoS.AT_LEAST_ONCE).build());
    }

    /// Publishes one message with UTF-8 at QoS 1 and waits for its acknowledgement.
    ///
    /// @param uri as for [MqttClientBuilder#uri]
    /// @param topic a Topic Name, without wildcards
    /// @param text may be empty
    /// @return what the server has answered
    /// @throws MqttException as for [#publish(String, String, byte\[\])]
    /// @throws IllegalArgumentException if `uri` or `topic` is none
    public static PublishResult publish(String uri, String topic, String text) {
        return publish(uri, Message.to(topic).text(text).qos(QoS.AT_LEAST_ONCE).build());
    }

    /// Publishes one message and waits until its delivery is over.
    ///
    /// @param uri as for [MqttClientBuilder#uri]
    /// @param message with the QoS, RETAIN and properties that it is to have
    /// @return what the server has answered; at QoS 0 nothing but that it is sent
    /// @throws MqttException as for [#publish(String, String, byte\[\])]
    /// @throws IllegalArgumentException if `uri` is none
    public static PublishResult publish(String uri, Message message) {
        try (MqttClient client = connect(uri)) {
            return client.publish(message);
        }
    }

    /// Waits for the first message that matches; retained ones count.
    ///
    /// @param uri as for [MqttClientBuilder#uri]
    /// @param filter a Topic Filter, at QoS 2
    /// @param timeout how long to wait after the subscription
    /// @return empty if none came in time
    /// @throws MqttException as for [MqttClient#connect(String)] and [MqttClient#subscribe(String)]
    /// @throws IllegalArgumentException if `uri` or `filter` is none
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
