package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.hawkermq.core.TestShards.TestClient;
import io.hawkermq.protocol.QoS;
import org.junit.jupiter.api.Test;

/// What is under way, and with that whether publishers are held back.
final class HeldBackTest {
    private static final int MUCH = 100_000;

    /// The queue of a durable session is full: nothing is stored, so nobody need wait for the disk.
    @Test
    void whatIsDroppedIsNotOnItsWayToTheDisk() {
        HeldStore store = new HeldStore();
        TestShards shards = new TestShards(1, store);
        Shard shard = shards.get(0);
        shard.limits(Limits.DEFAULT.with(l -> l.maximumQueuedMessages(1)));
        TestClient away = shards.connectDurably("away", 0);
        away.subscribe("t", QoS.AT_LEAST_ONCE);
        away.connection.onClosed("the network broke");
        TestClient publisher = shards.connect("publisher", 0);
        publisher.publish("t", QoS.AT_LEAST_ONCE);
        shards.settle();
        shard.onDurable(store.position);

        for (int i = 0; i < 100; i++) {
            publisher.publish("t", QoS.AT_LEAST_ONCE, new byte[MUCH]);
            shards.settle();
        }

        assertEquals(100, shard.counters().dropped[DropReason.QUEUE_COUNT.ordinal()]);
        assertEquals(0, shard.journal().bytesNotDurable());
        assertFalse(shard.budgets().holdsBack());
    }
}
