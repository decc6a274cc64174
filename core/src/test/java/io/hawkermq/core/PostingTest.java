package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.TestShards.TestClient;
import io.hawkermq.protocol.QoS;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What other shards are told while a turn goes on.
final class PostingTest {
    /// The store keeps batches in the order in which they were handed in: if the other shard could
    /// hand in what it made of a message before the message itself is, a crash in between would
    /// bring the message back to it.
    @Test
    void whatIsPostedHasBeenHandedInWithAllThatItsPublishDid() {
        HeldStore store = new HeldStore();
        TestShards shards = new TestShards(2, store);
        TestClient publisher = shards.connectDurably("publisher", 0);
        TestClient subscriber = shards.connectDurably("subscriber", 1);
        subscriber.subscribe("t", QoS.EXACTLY_ONCE);
        shards.settle();
        store.changes.clear();
        List<List<StoreChange>> storedWhenPosted = new ArrayList<>();
        shards.onPosted = () -> storedWhenPosted.add(List.copyOf(store.changes));

        publisher.publish("t", QoS.EXACTLY_ONCE, new byte[200_000]);

        assertEquals(1, storedWhenPosted.size(), "it is much: the other shard need not wait");
        assertTrue(holds(StoreChange.PutForward.class, storedWhenPosted.getFirst()));
        assertTrue(holds(StoreChange.PutReceived.class, storedWhenPosted.getFirst()));
    }

    private static boolean holds(Class<? extends StoreChange> type, List<StoreChange> changes) {
        return changes.stream().anyMatch(type::isInstance);
    }
}
