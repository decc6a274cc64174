package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What several connections are sent in one turn lies in memory once, and is written from there or
/// copied: each must get its own bytes all the same, in their order.
@Timeout(120)
class SharedDeliveryTest {
    private static final int MESSAGES = 1_500;
    private static final int BURST = 50;

    /// All that the slow one may have unread without losing any.
    private static final int MOST_BYTES = BrokerOptions.DEFAULT_OUTBOUND_BYTES * 3 / 4;

    private record Subscriber(TestClient client, int topics) {
        boolean wants(int number) {
            return number % 3 < topics;
        }
    }

    /// Mostly small ones; some are larger than what is shared, some than what is copied at all.
    private static byte[] payload(int number) {
        Random random = new Random(number);
        int size =
                switch (random.nextInt(100)) {
                    case 0 -> 17_000;
                    case 1, 2 -> 5_000;
                    case 3, 4, 5 -> 1_100;
                    default -> random.nextInt(300);
                };
        byte[] payload = new byte[size + 2];
        random.nextBytes(payload);
        payload[0] = (byte) (number >>> 8);
        payload[1] = (byte) number;
        return payload;
    }

    private static Subscriber subscriber(int port, ProtocolVersion version, int topics)
            throws Exception {
        String name = version + "-" + topics + "-" + System.nanoTime();
        TestClient client = TestClient.connected(port, version, name);
        for (int topic = 0; topic < topics; topic++) {
            client.send(TestClient.subscribe("t/" + topic, QoS.AT_MOST_ONCE));
            client.next(Packet.Suback.class);
        }
        return new Subscriber(client, topics);
    }

    private static void assertAllComes(Subscriber s) throws Exception {
        for (int i = 0; i < MESSAGES; i++) {
            if (s.wants(i)) {
                Packet packet = s.client().next();
                while (packet instanceof Packet.Pingresp) {
                    packet = s.client().next();
                }
                Packet.Publish message = (Packet.Publish) packet;
                assertEquals("t/" + i % 3, String.valueOf(message.topic()));
                assertArrayEquals(payload(i), message.payload());
            }
        }
    }

    @Test
    void eachGetsItsOwn() throws Exception {
        int all = 0;
        for (int i = 0; i < MESSAGES; i++) {
            all += payload(i).length + 10;
        }
        assertEquals(true, all < MOST_BYTES, all + " bytes would be too many");
        try (Broker broker =
                Broker.start(BrokerOptions.local(0).with(o -> o.sysIntervalSeconds(0)))) {
            int port = broker.port();
            List<Subscriber> subscribers = new ArrayList<>();
            try (TestClient publisher =
                    TestClient.connected(port, ProtocolVersion.MQTT_3_1_1, "publisher")) {
                for (ProtocolVersion version :
                        List.of(ProtocolVersion.MQTT_3_1_1, ProtocolVersion.MQTT_5)) {
                    // Twice each: the first who is sent a message shares nothing.
                    for (int topics : new int[] {1, 2, 3, 1, 2, 3}) {
                        subscribers.add(subscriber(port, version, topics));
                    }
                }
                for (int from = 0; from < MESSAGES; from += BURST) {
                    Packet[] burst = new Packet[BURST];
                    for (int i = 0; i < BURST; i++) {
                        burst[i] =
                                TestClient.publish(
                                        "t/" + (from + i) % 3,
                                        QoS.AT_MOST_ONCE,
                                        0,
                                        payload(from + i));
                    }
                    publisher.send(burst);
                    // An answer between its messages.
                    subscribers
                            .get(from / BURST % subscribers.size())
                            .client()
                            .send(new Packet.Pingreq());
                }
                publisher.send(new Packet.Pingreq());
                publisher.next(Packet.Pingresp.class);
                // Nobody has read so far, so that much was left to the sockets.
                for (Subscriber s : subscribers) {
                    assertAllComes(s);
                }
                assertEquals(0, broker.counters().get(20, TimeUnit.SECONDS).allDropped());
            } finally {
                for (Subscriber s : subscribers) {
                    s.client().close();
                }
            }
        }
    }
}
