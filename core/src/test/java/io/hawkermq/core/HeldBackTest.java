package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.TestShards.TestClient;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
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
        away.drops();
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

    /// The keeper of the retained messages may be busy with others.
    @Test
    void whatIsToBeRetainedIsOnItsWayUntilItIsThere() {
        TestShards shards = new TestShards(2, Store.NONE);
        Shard publishers = shards.get(1);
        for (int i = 0; i < 10; i++) {
            publishers.publish(
                    new Message(
                            TopicName.of("t/" + i),
                            new byte[MUCH],
                            Properties.NONE,
                            QoS.AT_MOST_ONCE,
                            true,
                            "publisher",
                            Message.NEVER));
        }
        assertTrue(publishers.budgets().holdsBack());

        shards.settle();

        assertEquals(10, shards.get(0).counters().retained);
        assertEquals(0, publishers.peers().inTransitBytes());
        assertFalse(publishers.budgets().holdsBack());
    }
}
