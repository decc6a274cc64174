package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.store.Durability;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RendezvousTest {
    @Test
    void anActionThatFailsDidNotHappenAndAllGoOn() throws Exception {
        BrokerOptions options =
                BrokerOptions.local(0)
                        .with(o -> o.loops(3).sysIntervalSeconds(0).log(new LogLines()));
        try (Broker broker = Broker.start(options)) {
            Rendezvous failing =
                    new Rendezvous(
                            broker.loops(),
                            () -> {
                                throw new IllegalStateException("by this test");
                            });
            failing.call();
            assertFalse(failing.await());

            AtomicBoolean wasRun = new AtomicBoolean();
            Rendezvous next = new Rendezvous(broker.loops(), () -> wasRun.set(true));
            next.call();
            assertTrue(next.await());
            assertTrue(wasRun.get());
            TestClient.connected(broker.port(), ProtocolVersion.MQTT_5, "client").close();
        }
    }

    /// Has the broker wait for what never becomes durable: the store ends under it, and a client
    /// connects whose session is to be stored.
    ///
    /// @return the client, which gets no answer
    static TestClient withoutDurability(Broker broker) throws IOException {
        broker.storage().close();
        TestClient client = new TestClient(broker.port(), ProtocolVersion.MQTT_3_1_1);
        client.send(
                new Packet.Connect(
                        ProtocolVersion.MQTT_3_1_1,
                        false,
                        false,
                        0,
                        "durable",
                        null,
                        null,
                        null,
                        Properties.NONE));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (broker.loops().stream().allMatch(Loop::isAllDurable)) {
            assertTrue(System.nanoTime() < end, "nothing was handed in");
            Thread.onSpinWait();
        }
        return client;
    }

    @Test
    void allGoOnSoonThoughNothingBecomesDurable(@TempDir Path directory) throws Exception {
        BrokerOptions options =
                BrokerOptions.local(0)
                        .with(o ->
                                o.loops(3)
                                        .sysIntervalSeconds(0)
                                        .log(new LogLines())
                                        .persistence(
                                                new Persistence(directory, Durability.ALWAYS)));
        try (Broker broker = Broker.start(options);
                TestClient _ = withoutDurability(broker)) {
            AtomicBoolean wasRun = new AtomicBoolean();
            Rendezvous rendezvous = new Rendezvous(broker.loops(), () -> wasRun.set(true));
            long began = System.nanoTime();
            rendezvous.call();
            assertFalse(rendezvous.await());
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
            assertTrue(millis < 4_000, millis + " ms");
            assertFalse(wasRun.get());
            TestClient.connected(broker.port(), ProtocolVersion.MQTT_5, "client").close();
        }
    }
}
