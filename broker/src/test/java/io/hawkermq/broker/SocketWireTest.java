package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SocketWireTest {
    private static final ProtocolVersion VERSION = ProtocolVersion.MQTT_3_1_1;
    private static final int MESSAGES = 4_000;

    /// A payload that nobody takes for another one.
    private static byte[] payload(int number) {
        Random random = new Random(number);
        byte[] payload = new byte[4 + random.nextInt(number % 2 == 0 ? 40 : 8_000)];
        random.nextBytes(payload);
        ByteBuffer.wrap(payload).putInt(number);
        return payload;
    }

    private static Broker broker() throws StartException {
        return Broker.start(
                BrokerOptions.local(0)
                        .with(o -> o.sysIntervalSeconds(0).maximumOutboundBytes(1 << 28)));
    }

    private static void expect(int number, TestClient client) throws Exception {
        Packet.Publish came = client.next(Packet.Publish.class);
        assertArrayEquals(payload(number), came.payload(), () -> "instead of " + number);
    }

    /// One message a turn for somebody who does not read: the system takes some of them, a part of
    /// one, and then none.
    @Test
    void whatTheSocketDoesNotTakeFollowsWhole() throws Exception {
        try (Broker broker = broker();
                TestClient subscriber = new TestClient(broker.port(), VERSION, 65_536);
                TestClient publisher = TestClient.connected(broker.port(), VERSION, "publisher")) {
            subscriber.connected("subscriber").send(TestClient.subscribe("t", QoS.AT_MOST_ONCE));
            subscriber.next(Packet.Suback.class);
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < MESSAGES; i++) {
                    publisher.send(
                            TestClient.publish("t", QoS.AT_MOST_ONCE, 0, payload(i)),
                            new Packet.Pingreq());
                    publisher.next(Packet.Pingresp.class);
                }
                assertTrue(unsent(broker) > 0, "the system has taken everything");
                for (int i = 0; i < MESSAGES; i++) {
                    expect(i, subscriber);
                }
            }
            publisher.send(
                    TestClient.publish("t", QoS.AT_MOST_ONCE, 0, payload(0)), new Packet.Pingreq());
            publisher.next(Packet.Pingresp.class);
            expect(0, subscriber);
            assertEquals(0, unsent(broker));
        }
    }

    private static long unsent(Broker broker) throws Exception {
        return broker.counters().get(10, TimeUnit.SECONDS).unsentBytes;
    }

    /// More than one read takes, and the end right behind it, which must not overtake anything.
    @Test
    void whoSaysMuchAndGoesIsHeardToTheEnd() throws Exception {
        try (Broker broker = broker();
                TestClient subscriber = TestClient.connected(broker.port(), VERSION, "subscriber");
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.port());
                TestClient publisher = new TestClient(socket, VERSION)) {
            subscriber.send(TestClient.subscribe("t", QoS.AT_MOST_ONCE));
            subscriber.next(Packet.Suback.class);
            Packet[] all = new Packet[MESSAGES];
            for (int i = 0; i < MESSAGES; i++) {
                all[i] = TestClient.publish("t", QoS.AT_MOST_ONCE, 0, payload(i));
            }
            publisher.connected("publisher").send(all);
            socket.shutdownOutput();
            for (int i = 0; i < MESSAGES; i++) {
                expect(i, subscriber);
            }
            assertTrue(publisher.isClosedByBroker());
        }
    }

    /// The broker says why it closes, to somebody whose reset has come meanwhile.
    @Test
    void whoIsRefusedAndHasResetIsNoError() throws Exception {
        CountDownLatch isReset = new CountDownLatch(1);
        LogLines log = new LogLines();
        try (Broker broker =
                        Broker.start(
                                BrokerOptions.local(0)
                                        .with(o ->
                                                o.loops(1)
                                                        .sysIntervalSeconds(0)
                                                        .log(log)
                                                        .publications(_ -> await(isReset))));
                TestClient publisher = TestClient.connected(broker.port(), VERSION, "publisher")) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.port());
                    TestClient refused = new TestClient(socket, ProtocolVersion.MQTT_5)) {
                socket.setSoLinger(true, 0);
                refused.connected("refused");
                publisher.send(TestClient.publish("t", QoS.AT_MOST_ONCE, 0, payload(0)));
                refused.write(new byte[] {(byte) 0xF7, 0});
            }
            isReset.countDown();
            log.await("Client refused [");
            publisher.send(new Packet.Pingreq());
            publisher.next(Packet.Pingresp.class);
        }
        assertEquals(0, log.count("Internal error"), () -> log.all().toString());
        assertEquals(1, log.count("Client refused ["), () -> log.all().toString());
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
