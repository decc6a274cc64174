package io.hawkermq.testkit;

import static io.hawkermq.testkit.Wired.SOON;
import static io.hawkermq.testkit.Wired.client;
import static io.hawkermq.testkit.Wired.publish;
import static io.hawkermq.testkit.Wired.subscribe;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.TestClient;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketType;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Each fault, as a client and the broker see it.
class FaultTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;

    @RegisterExtension final HawkerExtension hawker = new HawkerExtension(HawkerBroker.setup());

    @ParameterizedTest
    @EnumSource(
            value = PacketType.class,
            names = {"PUBACK", "PUBREC", "PUBCOMP", "SUBACK"})
    void anAcknowledgementOfTheBrokerIsDroppedOnce(PacketType type) throws Exception {
        HawkerBroker broker = hawker.broker();
        try (Injection dropped = broker.inject(Fault.drop(type).to(Direction.TO_CLIENT).times(1));
                TestClient ann = client(broker, "ann")) {
            for (int packetId = 1; packetId < 3; packetId++) {
                Packet asks =
                        switch (type) {
                            case PUBACK -> publish("t", QoS.AT_LEAST_ONCE, packetId, "x");
                            case PUBREC -> publish("t", QoS.EXACTLY_ONCE, packetId, "x");
                            case PUBCOMP ->
                                    new Packet.Pubrel(
                                            packetId, ReasonCode.SUCCESS, Properties.NONE);
                            default -> TestClient.subscribe("t", QoS.AT_MOST_ONCE);
                        };
                ann.send(asks, new Packet.Pingreq());
                if (packetId == 1) {
                    ann.next(Packet.Pingresp.class); // and nothing before it
                } else {
                    assertEquals(type, ann.next().type());
                    ann.next(Packet.Pingresp.class);
                }
            }
            assertEquals(1, dropped.happened());
        }
    }

    @Test
    void anAcknowledgementOfTheClientIsDropped() throws Exception {
        HawkerBroker broker = hawker.broker();
        try (TestClient ann = client(broker, "ann")) {
            subscribe(ann, "t", QoS.AT_LEAST_ONCE);
            Injection dropped =
                    broker.inject(Fault.drop(PacketType.PUBACK).to(Direction.TO_BROKER).of("ann"));
            broker.publish("t", "x");
            ann.send(Wired.puback(ann.next(Packet.Publish.class).packetId()));
            dropped.awaitHappened(1, SOON);
            dropped.close();
            // The identifier is still taken, so that the next message has another one.
            broker.publish("t", "y");
            assertEquals(2, ann.next(Packet.Publish.class).packetId());
        }
    }

    @Test
    void aFaultOfOneClientLeavesOthersAlone() throws Exception {
        HawkerBroker broker = hawker.broker();
        broker.inject(Fault.drop(PacketType.PUBACK).of("ann"));
        try (TestClient ann = client(broker, "ann");
                TestClient bob = client(broker, "bob")) {
            ann.send(publish("t", QoS.AT_LEAST_ONCE, 1, "x"), new Packet.Pingreq());
            ann.next(Packet.Pingresp.class);
            bob.send(publish("t", QoS.AT_LEAST_ONCE, 1, "x"));
            bob.next(Packet.Puback.class);
        }
    }

    @Test
    void aDelayedAcknowledgementIsOvertakenAndComes() throws Exception {
        HawkerBroker broker = hawker.broker();
        Injection delayed =
                broker.inject(
                        Fault.delay(PacketType.PUBACK, Duration.ofMillis(200))
                                .to(Direction.TO_CLIENT));
        try (TestClient ann = client(broker, "ann")) {
            long began = System.nanoTime();
            ann.send(publish("t", QoS.AT_LEAST_ONCE, 1, "x"));
            ann.send(publish("t", QoS.AT_LEAST_ONCE, 2, "y"), new Packet.Pingreq());
            ann.next(Packet.Pingresp.class);
            assertEquals(1, ann.next(Packet.Puback.class).packetId());
            assertTrue(System.nanoTime() - began >= 200_000_000);
            assertEquals(2, ann.next(Packet.Puback.class).packetId());
            assertEquals(2, delayed.happened());
        }
    }

    @Test
    void aPacketOfTheClientIsDelayed() throws Exception {
        HawkerBroker broker = hawker.broker();
        broker.inject(Fault.delay(PacketType.PUBLISH, Duration.ofMillis(50)).times(1));
        try (TestClient ann = client(broker, "ann")) {
            ann.send(
                    publish("t", QoS.AT_MOST_ONCE, 0, "late".repeat(50_000)),
                    publish("t", QoS.AT_MOST_ONCE, 0, "soon"));
            assertEquals("soon", broker.awaitMessage("t", SOON).text());
            assertEquals(200_000, broker.awaitMessage("t", SOON).payload().length);
        }
    }

    @Test
    void aConnectionIsCutAtAnyByteOfAPacket() throws Exception {
        HawkerBroker broker = hawker.broker();
        int length = 4; // of a PUBACK without a Reason Code
        for (int bytes = 0; bytes <= length + 1; bytes++) {
            Injection cut =
                    broker.inject(
                            Fault.cutAt(PacketType.PUBACK, bytes)
                                    .to(Direction.TO_CLIENT)
                                    .skip(1)
                                    .times(1));
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.port())) {
                socket.setSoTimeout(15_000);
                TestClient ann =
                        new TestClient(
                                InputStream.nullInputStream(),
                                socket.getOutputStream(),
                                socket,
                                ProtocolVersion.MQTT_3_1_1);
                ann.send(
                        TestClient.connect(ProtocolVersion.MQTT_3_1_1, "ann"),
                        publish("t", QoS.AT_LEAST_ONCE, 1, "x"),
                        publish("t", QoS.AT_LEAST_ONCE, 2, "x"));
                int came = socket.getInputStream().readAllBytes().length;
                assertEquals(4 + length + Math.min(bytes, length), came); // CONNACK has 4, too
                assertEquals(1, cut.happened());
            }
        }
    }

    @Test
    void aConnectionIsCutBeforeOrAfterAPacketOfTheClient() throws Exception {
        HawkerBroker broker = hawker.broker();
        broker.inject(Fault.cutBefore(PacketType.PUBLISH).times(1));
        try (TestClient ann = client(broker, "ann")) {
            ann.send(publish("before", QoS.AT_MOST_ONCE, 0, "x"));
            assertTrue(ann.isClosedByBroker());
        }
        broker.inject(Fault.cutAfter(PacketType.PUBLISH).times(1));
        try (TestClient ann = client(broker, "ann")) {
            ann.send(publish("after", QoS.AT_MOST_ONCE, 0, "x"));
            assertTrue(ann.isClosedByBroker());
        }
        broker.inject(Fault.cutAt(PacketType.CONNECT, 9).times(1));
        try (TestClient ann = new TestClient(broker.port(), V5)) {
            ann.send(TestClient.connect(V5, "ann"));
            assertTrue(ann.isClosedByBroker());
        }
        assertEquals(
                List.of("after"),
                broker.published("#").stream().map(PublishedMessage::topic).toList());
    }

    @Test
    void connectIsRefusedAsOftenAsTheTestWants() throws Exception {
        HawkerBroker broker = hawker.broker();
        broker.inject(Fault.refuse(ReasonCode.SERVER_BUSY).of("ann").times(2));
        try (TestClient bob = client(broker, "bob")) {
            bob.send(new Packet.Pingreq());
            bob.next(Packet.Pingresp.class);
        }
        for (ProtocolVersion version : List.of(V5, ProtocolVersion.MQTT_3_1_1)) {
            try (TestClient ann = new TestClient(broker.port(), version)) {
                ann.send(TestClient.connect(version, "ann"));
                ReasonCode code = ann.next(Packet.Connack.class).reasonCode();
                assertEquals(
                        version == V5 ? ReasonCode.SERVER_BUSY : ReasonCode.SERVER_UNAVAILABLE,
                        code);
            }
        }
        client(broker, "ann").close();
        assertThrows(IllegalArgumentException.class, () -> Fault.refuse(ReasonCode.GRANTED_QOS_1));
    }

    @Test
    void inAPartitionBytesWaitInEachDirection() throws Exception {
        HawkerBroker broker = hawker.broker();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.port());
        try (TestClient ann = new TestClient(socket, V5).connected("ann")) {
            subscribe(ann, "t", QoS.AT_LEAST_ONCE);
            broker.partition(Direction.TO_CLIENT);
            ann.send(publish("t", QoS.AT_LEAST_ONCE, 1, "one"));
            broker.awaitMessage("t", SOON);
            broker.clients(); // the loop has written what it has
            assertEquals(0, socket.getInputStream().available());
            broker.heal();
            PacketType first = ann.next().type();
            PacketType second = ann.next().type();
            assertEquals(
                    EnumSet.of(PacketType.PUBLISH, PacketType.PUBACK), EnumSet.of(first, second));

            broker.partition();
            ann.send(publish("t", QoS.AT_LEAST_ONCE, 2, "two"));
            assertThrows(
                    AssertionError.class, () -> broker.awaitMessage("t", Duration.ofMillis(100)));
            broker.heal();
            assertEquals("two", broker.awaitMessage("t", SOON).text());
        }
    }

    @Test
    void theBrokerDoesNotHearInAPartitionThatAClientHasGone() throws Exception {
        HawkerBroker broker = hawker.broker();
        TestClient ann = client(broker, "ann");
        broker.partition(Direction.TO_BROKER);
        broker.clients(); // the loop has heard of the partition
        ann.close();
        try (TestClient late = new TestClient(broker.port(), V5)) {
            late.send(TestClient.connect(V5, "late"));
            assertThrows(
                    AssertionError.class, () -> broker.awaitClient("late", Duration.ofMillis(100)));
            assertTrue(broker.clients().getFirst().isConnected());
            broker.heal();
            late.next(Packet.Connack.class);
        }
        assertFalse(
                broker.clients().stream()
                        .anyMatch(c -> c.clientId().equals("ann") && c.isConnected()));
    }

    @Test
    void whatIsNoMqttPassesToTheBroker() throws Exception {
        HawkerBroker broker = hawker.broker();
        broker.inject(Fault.drop(PacketType.PUBLISH));
        try (TestClient client = new TestClient(broker.port(), V5)) {
            client.write(
                    "GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            assertTrue(client.isClosedByBroker());
        }
    }

    @Test
    void aFaultThatNeverHappensIsSaidSo() {
        Injection never = hawker.broker().inject(Fault.drop(PacketType.AUTH));
        var error =
                assertThrows(
                        AssertionError.class, () -> never.awaitHappened(1, Duration.ofMillis(1)));
        assertTrue(String.valueOf(error.getMessage()).contains("has happened 0 times"));
    }
}
