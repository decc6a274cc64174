package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.Limits;
import io.hawkermq.core.Slots;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SpreadingTest {
    private static final int LOOPS = 3;
    private static final int PAIRS = 8;
    private static final int MOVES = 40;
    private static final int BURST = 20;

    private static BrokerOptions options() {
        return BrokerOptions.local(0)
                .with(o ->
                        o.loops(LOOPS)
                                .slots(Slots.onOneShard())
                                .limits(Limits.DEFAULT)
                                .sysIntervalSeconds(0));
    }

    @Test
    void halfOfTheClientsGo() {
        int[] connections = new int[Slots.COUNT];
        connections[3] = 10;
        connections[40] = 10;
        Slots after = Spreading.half(Slots.onOneShard(), 0, 1, connections);
        int moved = 0;
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            moved += after.shardOfSlot(slot) == 1 ? connections[slot] : 0;
        }
        assertEquals(10, moved);
        assertEquals(0b11L, after.activeShards());
    }

    @Test
    void oneSlotCannotBeHalved() {
        int[] connections = new int[Slots.COUNT];
        connections[3] = 10;
        Slots before = Slots.onOneShard();
        assertSame(before, Spreading.half(before, 0, 1, connections));
    }

    /// Slots wander over three loops at random while eight pairs of clients send and receive: every
    /// message comes, once and in order.
    @Test
    void nothingIsLostOrTurnedWhileSlotsMoveUnderTraffic() throws Exception {
        try (Broker broker = Broker.start(options())) {
            AtomicBoolean isOver = new AtomicBoolean();
            AtomicLong bursts = new AtomicLong();
            List<CompletableFuture<Integer>> pairs = new ArrayList<>();
            for (int i = 0; i < PAIRS; i++) {
                int pair = i;
                CompletableFuture<Integer> result = new CompletableFuture<>();
                pairs.add(result);
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                result.complete(run(broker.port(), pair, isOver, bursts));
                            } catch (Throwable e) {
                                result.completeExceptionally(e);
                            }
                        });
            }
            Random random = new Random(7);
            for (int move = 0; move < MOVES; move++) {
                Slots after = broker.slots();
                for (int slot = 0; slot < Slots.COUNT; slot++) {
                    after = after.with(slot, random.nextInt(LOOPS));
                }
                Slots wanted = after;
                Rendezvous rendezvous = new Rendezvous(broker.loops(), () -> broker.move(wanted));
                rendezvous.call();
                assertTrue(rendezvous.await(), "move " + move + " was given up");
                assertSame(wanted, broker.slots());
                awaitMore(bursts, pairs);
            }
            isOver.set(true);
            int exchanged = 0;
            for (CompletableFuture<Integer> pair : pairs) {
                exchanged += pair.get(60, TimeUnit.SECONDS);
            }
            assertTrue(exchanged > MOVES * BURST, exchanged + " messages only");
            assertEquals(0, broker.counters().get(20, TimeUnit.SECONDS).allDropped());
        }
    }

    /// Waits until there was traffic since, so that each move meets some.
    private static void awaitMore(AtomicLong bursts, List<CompletableFuture<Integer>> pairs) {
        long enough = bursts.get() + PAIRS;
        while (bursts.get() < enough) {
            for (CompletableFuture<Integer> pair : pairs) {
                assertFalse(pair.isCompletedExceptionally(), () -> failureOf(pair));
            }
            Thread.onSpinWait();
        }
    }

    private static String failureOf(CompletableFuture<Integer> pair) {
        return String.valueOf(pair.exceptionNow());
    }

    /// Bursts of QoS 0 and 1 in turn until it is over.
    ///
    /// @return how many messages came
    private static int run(int port, int pair, AtomicBoolean isOver, AtomicLong bursts)
            throws Exception {
        try (TestClient publisher =
                        TestClient.connected(port, ProtocolVersion.MQTT_5, "publisher" + pair);
                TestClient subscriber =
                        TestClient.connected(port, ProtocolVersion.MQTT_5, "subscriber" + pair)) {
            subscriber.send(TestClient.subscribe("pair/" + pair, QoS.AT_LEAST_ONCE));
            subscriber.next(Packet.Suback.class);
            int sent = 0;
            int came = 0;
            for (int burst = 0; !isOver.get(); burst++) {
                QoS qos = burst % 2 == 0 ? QoS.AT_MOST_ONCE : QoS.AT_LEAST_ONCE;
                for (int i = 0; i < BURST; i++) {
                    byte[] number = Integer.toString(sent++).getBytes(StandardCharsets.UTF_8);
                    int packetId = qos == QoS.AT_MOST_ONCE ? 0 : i + 1;
                    publisher.send(TestClient.publish("pair/" + pair, qos, packetId, number));
                }
                for (int i = 0; i < BURST; i++) {
                    Packet.Publish p = subscriber.next(Packet.Publish.class);
                    assertEquals(
                            Integer.toString(came++),
                            new String(p.payload(), StandardCharsets.UTF_8));
                    if (qos == QoS.AT_LEAST_ONCE) {
                        subscriber.send(
                                new Packet.Puback(
                                        p.packetId(), ReasonCode.SUCCESS, Properties.NONE));
                        assertEquals(i + 1, publisher.next(Packet.Puback.class).packetId());
                    }
                }
                bursts.incrementAndGet();
            }
            return came;
        }
    }
}
