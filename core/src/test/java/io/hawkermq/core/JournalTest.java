package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hawkermq.core.TestShards.TestClient;
import io.hawkermq.protocol.QoS;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class JournalTest {
    private final List<String> calls = new ArrayList<>();

    private final class Calls implements Store {
        @Override
        public void append(int shard, long at, List<StoreChange> batch) {
            batch.forEach(change -> calls.add(change.getClass().getSimpleName()));
        }

        @Override
        public boolean isPaged() {
            return true;
        }

        @Override
        public void load(PageRequest request) {
            calls.add("page");
        }
    }

    /// Else it would come back in it.
    @Test
    void whatTheTurnHasRemovedIsHandedInBeforeAPageIsAskedFor() {
        TestShards shards = new TestShards(1, new Calls());
        TestClient client = shards.connectDurably("c", 0);
        client.subscribe("t", QoS.AT_LEAST_ONCE);
        shards.settle();
        Session session = client.session();
        SessionJournal journal = Objects.requireNonNull(session.journal());
        Delivery delivery =
                journal.delivery(
                        TestShards.message("t", QoS.AT_LEAST_ONCE),
                        QoS.AT_LEAST_ONCE,
                        false,
                        null,
                        0);
        journal.put(delivery);
        shards.settle();
        calls.clear();

        journal.removed(delivery);
        journal.load(new DeliveryQueue(session), 1, 10, 1_000);
        assertEquals(List.of(), calls);
        shards.settle();
        assertEquals(List.of("RemoveDelivery", "page"), calls);

        journal.load(new DeliveryQueue(session), 1, 10, 1_000);
        shards.settle();
        assertEquals(List.of("RemoveDelivery", "page", "page"), calls);
    }
}
