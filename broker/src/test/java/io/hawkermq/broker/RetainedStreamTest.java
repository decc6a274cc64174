package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.Counters;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.store.Durability;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A hundred thousand retained messages reach a subscriber that reads slowly, with default limits,
/// and nothing piles up in the broker meanwhile.
@Timeout(120)
class RetainedStreamTest {
    private static final int RETAINED = 100_000;
    private static final int PAYLOAD = 256;
    private static final int WINDOW = 100;

    /// What the broker may hold for the subscriber: the outbound limit, one more turn's messages.
    private static final long MOST_WAITING = BrokerOptions.DEFAULT_OUTBOUND_BYTES + (1 << 19);

    /// Publishes so many, with at most [#WINDOW] unacknowledged.
    private static void retain(int port, QoS qos, int count) throws Exception {
        try (TestClient publisher =
                TestClient.connected(port, ProtocolVersion.MQTT_3_1_1, "publisher")) {
            byte[] payload = new byte[PAYLOAD];
            for (int i = 0; i < count; i += WINDOW) {
                Packet[] window = new Packet[WINDOW];
                for (int k = 0; k < WINDOW; k++) {
                    int packetId = qos == QoS.AT_MOST_ONCE ? 0 : k + 1;
                    window[k] =
                            new Packet.Publish(
                                    false,
                                    qos,
                                    true,
                                    TopicName.of("retained/" + (i + k)),
                                    packetId,
                                    Properties.NONE,
                                    payload);
                }
                publisher.send(window);
                for (int k = 0; k < WINDOW && qos != QoS.AT_MOST_ONCE; k++) {
                    publisher.next(Packet.Puback.class);
                }
            }
            publisher.send(new Packet.Pingreq());
            publisher.next(Packet.Pingresp.class);
        }
    }

    /// Reads all retained messages with a small receive buffer, and looks now and then at what the
    /// broker holds.
    private static void readSlowly(Broker broker, QoS qos) throws Exception {
        try (TestClient slow = new TestClient(broker.port(), ProtocolVersion.MQTT_3_1_1, 65_536)) {
            slow.send(TestClient.connect(ProtocolVersion.MQTT_3_1_1, "slow"));
            slow.next(Packet.Connack.class);
            slow.send(TestClient.subscribe("retained/#", qos));
            slow.next(Packet.Suback.class);
            Set<String> topics = new HashSet<>();
            for (int i = 0; i < RETAINED; i++) {
                Packet.Publish message = slow.next(Packet.Publish.class);
                assertTrue(message.retain());
                topics.add(String.valueOf(message.topic()));
                if (qos != QoS.AT_MOST_ONCE) {
                    slow.send(
                            new Packet.Puback(
                                    message.packetId(), ReasonCode.SUCCESS, Properties.NONE));
                }
                if (i % 2_000 == 0) {
                    Counters now = broker.counters().get(20, TimeUnit.SECONDS);
                    assertEquals(0, now.queuedMessages);
                    assertTrue(now.unsentBytes < MOST_WAITING, now.unsentBytes + " bytes wait");
                }
            }
            assertEquals(RETAINED, topics.size());
            assertEquals(0, broker.counters().get(20, TimeUnit.SECONDS).allDropped());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = QoS.class,
            names = {"AT_MOST_ONCE", "AT_LEAST_ONCE"})
    void allArrive(QoS qos) throws Exception {
        try (Broker broker =
                Broker.start(BrokerOptions.local(0).with(o -> o.sysIntervalSeconds(0)))) {
            retain(broker.port(), qos, RETAINED);
            readSlowly(broker, qos);
        }
    }

    /// A client has subscribed and got the first twenty of a thousand retained messages when the
    /// broker stops: it gets the others from the next one, and nothing more from the one after that.
    @Test
    void theRestComesAfterARestart(@TempDir Path directory) throws Exception {
        int count = 1_000;
        BrokerOptions durable =
                BrokerOptions.local(0)
                        .with(o ->
                                o.sysIntervalSeconds(0)
                                        .persistence(
                                                new Persistence(directory, Durability.ALWAYS)));
        ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;
        try (Broker broker = Broker.start(durable)) {
            retain(broker.port(), QoS.AT_LEAST_ONCE, count);
            try (TestClient client = TestClient.resuming(broker.port(), version, "c")) {
                client.send(TestClient.subscribe("retained/#", QoS.AT_LEAST_ONCE));
                // SUBACK waits for the disk, and messages at QoS 1 do not.
                for (int i = 0; i < broker.options().limits().receiveMaximum() + 1; i++) {
                    client.next(Packet.class);
                }
            }
        }
        try (Broker broker = Broker.start(durable);
                TestClient client = TestClient.resuming(broker.port(), version, "c")) {
            Set<String> topics = new HashSet<>();
            while (topics.size() < count) {
                Packet.Publish message = client.next(Packet.Publish.class);
                assertTrue(message.retain());
                topics.add(String.valueOf(message.topic()));
                client.send(
                        new Packet.Puback(message.packetId(), ReasonCode.SUCCESS, Properties.NONE));
            }
            client.send(new Packet.Pingreq());
            client.next(Packet.Pingresp.class);
        }
        try (Broker broker = Broker.start(durable);
                TestClient client = TestClient.resuming(broker.port(), version, "c")) {
            client.send(new Packet.Pingreq());
            client.next(Packet.Pingresp.class);
        }
    }
}
