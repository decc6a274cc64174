package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.TestShards.TestClient;
import io.hawkermq.protocol.QoS;
import org.junit.jupiter.api.Test;

/// A fault of this program that shows with one client closes that client, and costs nobody else
/// anything.
final class FaultsTest {
    @Test
    void whatWaitsForOthersIsSentAtTheEndOfTheTurn() {
        TestShards shards = new TestShards(1, Store.NONE);
        TestClient publisher = shards.connect("publisher", 0);
        TestClient bad = shards.connect("bad", 0);
        TestClient good = shards.connect("good", 0);
        for (TestClient c : new TestClient[] {bad, good}) {
            c.subscribe("t", QoS.AT_LEAST_ONCE);
            c.isWritable = false;
        }
        publisher.publish("t", QoS.AT_LEAST_ONCE);
        bad.isBroken = true;
        for (TestClient c : new TestClient[] {bad, good}) {
            c.isWritable = true;
            c.connection.onWritable();
        }

        shards.settle();

        assertEquals(1, good.published);
        assertTrue(bad.isClosed);
        assertFalse(good.isClosed);
        assertTrue(
                shards.errors.getFirst().startsWith("Internal error, closing client bad: "),
                shards.errors.toString());
        good.puback(1);
        publisher.publish("t", QoS.AT_LEAST_ONCE);
        shards.settle();
        assertEquals(2, good.published);
    }

    @Test
    void theRestOfABatchOfAnotherShardIsTaken() {
        TestShards shards = new TestShards(2, Store.NONE);
        TestClient publisher = shards.connect("publisher", 0);
        TestClient bad = shards.connect("bad", 1);
        TestClient good = shards.connect("good", 1);
        bad.subscribe("t", QoS.AT_MOST_ONCE);
        good.subscribe("t", QoS.AT_MOST_ONCE);
        shards.settle();
        bad.isBroken = true;

        publisher.publish("t", QoS.AT_MOST_ONCE);
        publisher.publish("t", QoS.AT_MOST_ONCE);
        publisher.subscribe("u", QoS.AT_MOST_ONCE);
        shards.settle();

        assertEquals(2, good.published);
        assertTrue(bad.isClosed);
        assertEquals(1, publisher.subacks);
        assertEquals(0, shards.get(0).peers().inTransitBytes());
        assertTrue(shards.get(0).isQuiet());
        assertTrue(shards.get(1).isQuiet());
    }

    @Test
    void aSharedSubscriptionsNextMemberGetsTheNextMessage() {
        TestShards shards = new TestShards(2, Store.NONE);
        TestClient publisher = shards.connect("publisher", 0);
        TestClient bad = shards.connect("bad", 1);
        bad.subscribe("$share/s/t", QoS.AT_MOST_ONCE);
        shards.settle();
        bad.isBroken = true;

        publisher.publish("t", QoS.AT_MOST_ONCE);
        shards.settle();

        assertTrue(bad.isClosed);
        assertTrue(shards.errors.getFirst().contains("closing client bad"));
        assertTrue(shards.get(0).isQuiet());
    }

    @Test
    void whatWaitsForDurabilityIsSentToTheOthers() {
        HeldStore store = new HeldStore();
        TestShards shards = new TestShards(1, store);
        TestClient bad = shards.connectDurably("bad", 0);
        TestClient good = shards.connectDurably("good", 0);
        shards.settle();
        bad.isBroken = true;

        shards.get(0).onDurable(store.position);

        assertTrue(bad.isClosed);
        assertEquals(1, good.connacks);
    }
}
