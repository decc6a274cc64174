package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.Counters;
import io.hawkermq.core.Overview;
import io.hawkermq.core.Slots;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketType;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What is asked of all sessions, or done to them, while they are about to move to a loop that owned
/// none before.
@Timeout(60)
@TakesAgainWhatItFreed
class MovedMeanwhileTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;

    private static final int OLD = 1;
    private static final int NEW = 2;

    /// All on the old loop; the first one, which accepts connections, has none.
    private static BrokerOptions options(BrokerOptions from) {
        Slots slots = Slots.onOneShard();
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            slots = slots.with(slot, OLD);
        }
        Slots old = slots;
        return from.with(o -> o.loops(3).slots(old).sysIntervalSeconds(0));
    }

    private static BrokerOptions options() {
        return options(BrokerOptions.local(0));
    }

    private static Slots withoutOld(Slots before) {
        Slots after = before;
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            if (before.shardOfSlot(slot) == OLD) {
                after = after.with(slot, NEW);
            }
        }
        return after;
    }

    private static int pendingTasks(Loop loop) {
        return ((SingleThreadEventExecutor) loop.eventLoop()).pendingTasks();
    }

    private static <T> T meanwhile(Broker broker, Callable<T> order) throws Exception {
        return meanwhile(broker, 1, order);
    }

    /// Has the old loop stand still, so that what is asked of it comes behind the move that has been
    /// called already.
    ///
    /// @param tasks that the old loop gets of the order
    private static <T> T meanwhile(Broker broker, int tasks, Callable<T> order) throws Exception {
        Loop old = broker.loops().get(OLD);
        CountDownLatch standsStill = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        old.execute(() -> {
            standsStill.countDown();
            try {
                assertTrue(goesOn.await(30, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        standsStill.await();
        Slots after = withoutOld(broker.slots());
        Rendezvous move =
                new Rendezvous(List.of(old, broker.loops().get(NEW)), () -> broker.move(after));
        move.call();
        int before = pendingTasks(old);
        FutureTask<T> ordered = new FutureTask<>(order);
        Thread.ofVirtual().start(ordered);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (pendingTasks(old) < before + tasks) {
            assertTrue(System.nanoTime() < end, "nothing is asked of the old loop");
            Thread.onSpinWait();
        }
        goesOn.countDown();
        assertTrue(move.await());
        return ordered.get(30, TimeUnit.SECONDS);
    }

    private static void assertSentAway(ReasonCode reasonCode, TestClient client) throws Exception {
        assertEquals(reasonCode, client.next(Packet.Disconnect.class).reasonCode());
        assertTrue(client.isClosedByBroker());
    }

    @Test
    void whoMayNotStayIsSentAway() throws Exception {
        try (Broker broker = Broker.start(options());
                TestClient client = TestClient.connected(broker.port(), V5, "client")) {
            meanwhile(
                    broker,
                    () -> {
                        broker.review((_, _) -> false);
                        return true;
                    });
            // Before the review returns, so before anybody is let in by the new rules.
            assertEquals(List.of(), broker.operator().clients().get(20, TimeUnit.SECONDS));
            assertSentAway(ReasonCode.NOT_AUTHORIZED, client);
        }
    }

    @Test
    void whoCameThroughAListenerThatIsRemovedIsSentAway() throws Exception {
        Listener first = Listener.loopback(0);
        BrokerOptions both = options().with(o -> o.listeners(List.of(first, Listener.loopback(0))));
        try (Broker broker = Broker.start(both);
                TestClient client = TestClient.connected(broker.port(1), V5, "client")) {
            BrokerOptions one = both.with(o -> o.listeners(List.of(first)));
            Broker.Change prepared = broker.prepare(one);
            meanwhile(
                    broker,
                    2, // the first has the limits
                    () -> {
                        broker.change(one, prepared);
                        return true;
                    });
            assertSentAway(ReasonCode.ADMINISTRATIVE_ACTION, client);
        }
    }

    @Test
    void allAreToldThatTheBrokerStops() throws Exception {
        Broker broker = Broker.start(options());
        try (broker;
                TestClient client = TestClient.connected(broker.port(), V5, "client")) {
            meanwhile(
                    broker,
                    () -> {
                        broker.close();
                        return true;
                    });
            assertSentAway(ReasonCode.SERVER_SHUTTING_DOWN, client);
        }
    }

    @Test
    void theOperatorSeesAll() throws Exception {
        try (Broker broker = Broker.start(options());
                TestClient client = TestClient.connected(broker.port(), V5, "client")) {
            Operator operator = broker.operator();
            List<Overview.Client> clients =
                    meanwhile(broker, () -> operator.clients().get(20, TimeUnit.SECONDS));
            assertEquals(
                    List.of("client"), clients.stream().map(Overview.Client::clientId).toList());
            client.send(new Packet.Pingreq());
            client.next(Packet.Pingresp.class);
        }
    }

    /// A shard that gives its last slot away gives its totals with it.
    @Test
    void totalsAreOfAll() throws Exception {
        try (Broker broker = Broker.start(options());
                TestClient client = TestClient.connected(broker.port(), V5, "client")) {
            client.send(TestClient.publish("t", QoS.AT_LEAST_ONCE, 1, new byte[1]));
            client.next(Packet.Puback.class);
            Counters counters =
                    meanwhile(broker, () -> broker.counters().get(20, TimeUnit.SECONDS));
            assertEquals(1, counters.received(PacketType.PUBLISH));
            assertEquals(1, counters.connected);
        }
    }

    @Test
    void theOperatorReachesAll() throws Exception {
        try (Broker broker = Broker.start(options());
                TestClient client = TestClient.connected(broker.port(), V5, "client")) {
            Operator operator = broker.operator();
            assertTrue(
                    meanwhile(
                            broker,
                            () ->
                                    operator.disconnect(
                                                    "client",
                                                    ReasonCode.ADMINISTRATIVE_ACTION,
                                                    "go")
                                            .get(20, TimeUnit.SECONDS)));
            assertSentAway(ReasonCode.ADMINISTRATIVE_ACTION, client);
            assertFalse(
                    operator.disconnect("client", ReasonCode.ADMINISTRATIVE_ACTION, "go")
                            .get(20, TimeUnit.SECONDS));
        }
    }

    // ---- dynamic security ----

    private static TestClient client(int port, String clientId, String user, String password)
            throws Exception {
        TestClient client = new TestClient(port, V5);
        client.send(TestClient.connect(V5, clientId, user, password));
        assertEquals(ReasonCode.SUCCESS, client.next(Packet.Connack.class).reasonCode());
        return client;
    }

    private static void command(TestClient admin, String command) throws Exception {
        String text = "{\"commands\":[" + command + "]}";
        admin.send(
                TestClient.publish(
                        "$CONTROL/dynamic-security/v1",
                        QoS.AT_MOST_ONCE,
                        0,
                        text.getBytes(StandardCharsets.UTF_8)));
    }

    /// The administrator is on a loop that does not stand still.
    @Test
    void whoseRightsHaveChangedIsKicked(@TempDir Path folder) throws Exception {
        int port = ReloadingTest.freePort();
        Path file = ControlPlaneTest.configuration(folder, port);
        BrokerOptions options = options(BrokerOptions.ofFile(file, new LogLines()));
        Slots slots = options.slots().with(Slots.slotOf("admin"), 0);
        try (Broker broker = Broker.start(options.with(o -> o.slots(slots)));
                TestClient admin = client(port, "admin", "admin", "administrator")) {
            admin.send(TestClient.subscribe("$CONTROL/#", QoS.AT_MOST_ONCE));
            admin.next(Packet.Suback.class);
            command(
                    admin,
                    "{\"command\":\"createClient\",\"username\":\"ann\",\"password\":\"p\"}");
            admin.next(Packet.Publish.class);
            try (TestClient ann = client(port, "of ann", "ann", "p")) {
                meanwhile(
                        broker,
                        () -> {
                            command(admin, "{\"command\":\"disableClient\",\"username\":\"ann\"}");
                            return admin.next(Packet.Publish.class);
                        });
                assertSentAway(ReasonCode.ADMINISTRATIVE_ACTION, ann);
            }
        }
    }
}
