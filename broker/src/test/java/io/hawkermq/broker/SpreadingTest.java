package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.EventLog;
import io.hawkermq.core.Limits;
import io.hawkermq.core.LogLevel;
import io.hawkermq.core.Slots;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.store.Durability;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

@Timeout(120)
@Isolated("how busy a loop is shows in real time, which others take")
class SpreadingTest {
    private static final long SECOND = 1_000_000_000L;

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

    /// Slots wander over three loops at random, and now and then all back to the first, while eight
    /// pairs of clients send and receive: every message comes, once and in order.
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
                boolean isGathering = move % 3 == 2;
                for (int slot = 0; slot < Slots.COUNT; slot++) {
                    after = after.with(slot, isGathering ? 0 : random.nextInt(LOOPS));
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

    /// A loop is said to be busy while a few clients do a little: their work is spread, and
    /// soon gathered on the first loop again.
    @Test
    void whatWasSpreadIsGatheredWhenThereIsLittleToDo() throws Exception {
        Queue<String> log = new ConcurrentLinkedQueue<>();
        EventLog recording =
                new EventLog() {
                    @Override
                    public boolean isEnabled(LogLevel level) {
                        return level == LogLevel.NOTICE;
                    }

                    @Override
                    public void log(LogLevel level, String text) {
                        log.add(text);
                    }
                };
        BrokerOptions options = options().with(o -> o.log(recording));
        try (Broker broker = Broker.start(options)) {
            List<TestClient> clients = new ArrayList<>();
            for (int i = 0; i < PAIRS; i++) {
                TestClient client =
                        TestClient.connected(broker.port(), ProtocolVersion.MQTT_5, "client" + i);
                client.send(TestClient.subscribe("gather/" + i, QoS.AT_LEAST_ONCE));
                client.next(Packet.Suback.class);
                clients.add(client);
            }
            Semaphore rounds = new Semaphore(0);
            AtomicBoolean isBusy = new AtomicBoolean(true);
            IdleCores oneIdle =
                    loops -> {
                        long began = System.nanoTime();
                        rounds.acquire(3); // all clients have done something meanwhile
                        if (isBusy.getAndSet(false)) {
                            // Not so long that the loop would be taken for one that hangs.
                            long twentyTimes = 20 * (System.nanoTime() - began);
                            spin(broker.loops().getFirst(), Math.min(twentyTimes, SECOND * 8));
                        }
                        return 1.0;
                    };
            Spreading spreading = new Spreading(broker, options.slots(), oneIdle, () -> "");
            spreading.relieve(0);
            long asked = System.nanoTime();
            long deadline = asked + 120 * SECOND;
            // So little that the loops are quiet, but in every slot that is in use.
            for (int n = 1; log.stream().noneMatch(t -> t.startsWith("Gathering load")); n++) {
                for (int i = 0; i < PAIRS; i++) {
                    TestClient client = clients.get(i);
                    byte[] number = Integer.toString(n).getBytes(StandardCharsets.UTF_8);
                    client.send(TestClient.publish("gather/" + i, QoS.AT_MOST_ONCE, 0, number));
                    assertEquals(
                            Integer.toString(n),
                            new String(
                                    client.next(Packet.Publish.class).payload(),
                                    StandardCharsets.UTF_8));
                }
                rounds.release();
                LockSupport.parkNanos(10_000_000);
                if (System.nanoTime() - asked > 15 * SECOND
                        && log.stream().noneMatch(t -> t.startsWith("Spreading load"))) {
                    // The machine stood still, so that the loop did not seem busy.
                    isBusy.set(true);
                    asked = System.nanoTime();
                    spreading.relieve(0);
                }
                assertTrue(System.nanoTime() < deadline, log::toString);
            }
            assertTrue(log.stream().anyMatch(t -> t.startsWith("Spreading load")), log::toString);
            assertSame(options.slots(), broker.slots());
            assertEquals(1, broker.activeLoops().size());
            spreading.close();
            for (TestClient client : clients) {
                client.close();
            }
        }
    }

    /// Calls what looks at the load each time that it looks: a second of it is 20 ms here.
    private static IdleCores quick(Runnable whenLooking) {
        return loops -> {
            whenLooking.run();
            LockSupport.parkNanos(20_000_000);
            return 1.0;
        };
    }

    private static void spreadOverTwo(Broker broker) throws InterruptedException {
        Slots two = broker.slots().with(0, 1);
        Rendezvous rendezvous = new Rendezvous(broker.loops(), () -> broker.move(two));
        rendezvous.call();
        assertTrue(rendezvous.await());
    }

    @Test
    void nothingMovesWhileTheStoreIsInTrouble() throws Exception {
        LogLines log = new LogLines();
        BrokerOptions options = options().with(o -> o.log(log));
        try (Broker broker = Broker.start(options)) {
            spreadOverTwo(broker);
            Slots two = broker.slots();
            AtomicInteger looked = new AtomicInteger();
            AtomicInteger asked = new AtomicInteger();
            AtomicInteger movedAt = new AtomicInteger(Integer.MAX_VALUE);
            int looks = 3 * SpreadingRule.QUIET_SECONDS;
            IdleCores idle =
                    quick(() -> {
                        int look = looked.incrementAndGet();
                        if (broker.slots() != two) {
                            movedAt.accumulateAndGet(look, Math::min);
                        }
                    });
            Supplier<String> trouble =
                    () -> {
                        asked.incrementAndGet();
                        return looked.get() < looks ? "the disk is full" : "";
                    };
            try (Spreading spreading = new Spreading(broker, options.slots(), idle, trouble)) {
                spreading.relieve(0);
                log.await("Gathering load");
            }
            assertTrue(movedAt.get() > looks, () -> "moved at the latest at look " + movedAt);
            assertTrue(asked.get() > 1);
        }
    }

    @Test
    void aMoveThatFailedIsNotTriedAgainAtOnce(@TempDir Path directory) throws Exception {
        LogLines log = new LogLines();
        BrokerOptions options =
                options()
                        .with(o ->
                                o.log(log)
                                        .persistence(
                                                new Persistence(directory, Durability.ALWAYS)));
        try (Broker broker = Broker.start(options)) {
            spreadOverTwo(broker);
            try (TestClient _ = RendezvousTest.withoutDurability(broker)) {
                Semaphore looks = new Semaphore(0);
                IdleCores idle = quick(looks::release);
                Spreading spreading = new Spreading(broker, options.slots(), idle, () -> "");
                spreading.relieve(0);
                log.await("No clients could be moved");
                looks.drainPermits();
                looks.acquire(3 * SpreadingRule.QUIET_SECONDS);
                spreading.close();
            }
            assertEquals(1, log.count("No clients could be moved"));
        }
    }

    private static void spin(Loop loop, long nanos) throws InterruptedException {
        CountDownLatch isOver = new CountDownLatch(1);
        loop.execute(() -> {
            long began = System.nanoTime();
            while (System.nanoTime() - began < nanos) {
                Thread.onSpinWait();
            }
            isOver.countDown();
        });
        isOver.await();
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
