package io.hawkermq.testkit;

import io.hawkermq.broker.TestClient;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// What these tests say on the wire again and again.
final class Wired {
    /// Only failures wait so long.
    static final Duration SOON = Duration.ofSeconds(15);

    private Wired() {}

    static TestClient client(HawkerBroker broker, String clientId) throws IOException {
        return TestClient.connected(broker.port(), ProtocolVersion.MQTT_5, clientId);
    }

    /// A client whose session lasts.
    static Packet lasting(String clientId) {
        return new Packet.Connect(
                ProtocolVersion.MQTT_5,
                false,
                false,
                60,
                clientId,
                null,
                null,
                null,
                Properties.of(Property.SESSION_EXPIRY_INTERVAL, 1_000L));
    }

    static void subscribe(TestClient client, String filter, QoS qos) throws IOException {
        client.send(TestClient.subscribe(filter, qos));
        client.next(Packet.Suback.class);
    }

    static Packet publish(String topic, QoS qos, int packetId, String text) {
        return TestClient.publish(topic, qos, packetId, bytes(text));
    }

    static Packet puback(int packetId) {
        return new Packet.Puback(packetId, ReasonCode.SUCCESS, Properties.NONE);
    }

    static Packet retained(String topic, String text) {
        return new Packet.Publish(
                false,
                QoS.AT_MOST_ONCE,
                true,
                TopicName.of(topic),
                0,
                Properties.NONE,
                bytes(text));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
