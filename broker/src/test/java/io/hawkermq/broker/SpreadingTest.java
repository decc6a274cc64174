package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.Slots;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Slots move between loops under traffic, and nobody notices.
class SpreadingTest {
    private static final int PAIRS = 24;
    private static final int MESSAGES = 1_500;
    private static final int MOVES = 20;

    @Test
    void clientsGoOnWhileTheirSlotsMove() throws Exception {
        BrokerOptions options =
                BrokerOptions.local(0)
                        .withLoops(3)
                        .withSlots(Slots.onOneShard())
                        .withSysInterval(0);
        try (Broker broker = Broker.start(options);
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> received = new ArrayList<>();
            for (int i = 0; i < PAIRS; i++) {
                int pair = i;
                TestClient subscriber =
                        TestClient.connected(
                                broker.port(), ProtocolVersion.MQTT_5, "subscriber-" + i);
                subscriber.send(TestClient.subscribe("pair/" + i, QoS.AT_LEAST_ONCE));
                subscriber.next(Packet.Suback.class);
                received.add(clients.submit(() -> receive(subscriber)));
                clients.submit(() -> publish(broker.port(), pair));
            }
            Slots[] places = {
                Slots.over(3), Slots.onOneShard(), Slots.over(2), Slots.over(3).with(7, 0)
            };
            for (int i = 0; i < MOVES; i++) {
                Slots after = places[i % places.length];
                Rendezvous rendezvous = new Rendezvous(broker.loops(), () -> broker.move(after));
                rendezvous.call();
                assertTrue(rendezvous.await(20), "move " + i + " took more than 20 s");
            }
            for (Future<Integer> count : received) {
                assertEquals(MESSAGES, count.get(60, TimeUnit.SECONDS));
            }
        }
    }

    private static Void publish(int port, int pair) throws Exception {
        try (TestClient publisher =
                TestClient.connected(port, ProtocolVersion.MQTT_5, "publisher-" + pair)) {
            for (int i = 0; i < MESSAGES; i++) {
                int packetId = 1 + i % 65_535;
                byte[] number = ByteBuffer.allocate(4).putInt(i).array();
                publisher.send(
                        TestClient.publish("pair/" + pair, QoS.AT_LEAST_ONCE, packetId, number));
                assertEquals(packetId, publisher.next(Packet.Puback.class).packetId());
            }
        }
        return null;
    }

    /// How many messages came in order, each once.
    private static int receive(TestClient subscriber) throws Exception {
        try (subscriber) {
            for (int i = 0; i < MESSAGES; i++) {
                Packet.Publish message = subscriber.next(Packet.Publish.class);
                assertEquals(i, ByteBuffer.wrap(message.payload()).getInt());
                subscriber.send(
                        new Packet.Puback(message.packetId(), ReasonCode.SUCCESS, Properties.NONE));
            }
            return MESSAGES;
        }
    }

    @Test
    void halfOfTheClientsMove() {
        int[] connections = new int[Slots.COUNT];
        connections[3] = 10;
        connections[5] = 10;
        connections[9] = 10;
        connections[60] = 10;
        Slots after = Spreading.half(Slots.onOneShard(), 0, 1, connections);
        int moved = 0;
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            moved += after.shardOfSlot(slot) == 1 ? connections[slot] : 0;
        }
        assertEquals(20, moved);
    }

    @Test
    void aSingleBusySlotStays() {
        int[] connections = new int[Slots.COUNT];
        connections[3] = 10;
        Slots before = Slots.onOneShard();
        assertEquals(before, Spreading.half(before, 0, 1, connections));
    }
}
