package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.TestShards.TestClient;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What a client's visit has brought back from the store does not stay on the heap when it has gone:
/// some who come and go would take the memory for what waits for all others.
final class OfflineHeadTest {
    private static final int MESSAGES = 500;

    private final PagedStore store = new PagedStore();
    private final TestShards shards = new TestShards(1, store);
    private final Shard shard = shards.get(0);
    private ResumingClient client = new ResumingClient(shard);
    private int acknowledged;

    OfflineHeadTest() {
        client.subscribe("t");
        settle();
        client.goes();
        settle();
        TestClient publisher = shards.connect("p", 0);
        for (int i = 0; i < MESSAGES; i++) {
            publisher.publish("t", QoS.AT_LEAST_ONCE, ByteBuffer.allocate(4).putInt(i).array());
        }
        settle();
    }

    /// Whoever asks for a page gets it when the test says so.
    private static final class PagedStore implements Store {
        private final TreeMap<Long, StoredDelivery> waiting = new TreeMap<>();
        private long position;
        private @Nullable PageRequest asked;
        private int mostInAPage = Integer.MAX_VALUE;

        @Override
        public void append(int shard, long at, List<StoreChange> batch) {
            position = at;
            for (StoreChange change : batch) {
                switch (change) {
                    case StoreChange.PutDelivery c ->
                            waiting.put(c.delivery().sequence(), c.delivery());
                    case StoreChange.BeginDelivery c -> waiting.remove(c.delivery().sequence());
                    case StoreChange.RemoveDelivery c -> waiting.remove(c.delivery().sequence());
                    default -> {}
                }
            }
        }

        @Override
        public boolean isPaged() {
            return true;
        }

        @Override
        public void load(PageRequest request) {
            asked = request;
        }

        StoredPage page() {
            PageRequest r = Objects.requireNonNull(asked);
            asked = null;
            List<StoredDelivery> all =
                    List.copyOf(waiting.subMap(r.from(), true, r.to(), true).values());
            List<StoredDelivery> some = all.subList(0, Math.min(all.size(), mostInAPage));
            return new StoredPage(
                    r.ticket(),
                    some,
                    some.size() < all.size() ? some.getLast().sequence() : r.to());
        }
    }

    private List<Integer> got() {
        return client.got.stream().map(p -> ByteBuffer.wrap(p.payload()).getInt()).toList();
    }

    /// All that the client got since it did so the last time.
    private void acknowledges() {
        List<Packet.Publish> all = List.copyOf(client.got.subList(acknowledged, client.got.size()));
        acknowledged = client.got.size();
        all.forEach(p ->
                client.connection.onPacket(
                        new Packet.Puback(p.packetId(), ReasonCode.SUCCESS, Properties.NONE)));
    }

    private void settle() {
        for (int i = 0; i < 3; i++) {
            shards.settle();
            shard.onDurable(store.position);
        }
    }

    private void comes() {
        client = new ResumingClient(shard);
        acknowledged = 0;
        settle();
    }

    private int onHeap() {
        Session session = Objects.requireNonNull(shard.find(ResumingClient.CLIENT_ID));
        return Math.toIntExact(session.outgoing().queuedOnHeap()) / (64 + 1 + 4);
    }

    /// With what is sent again first.
    private void getsTheRest() {
        comes();
        while (client.got.size() < MESSAGES) {
            int before = client.got.size();
            acknowledges();
            if (store.asked != null) {
                shard.onStored(store.page());
            }
            settle();
            assertTrue(client.got.size() > before, () -> "nothing came after " + got());
        }
        assertEquals(IntStream.range(0, MESSAGES).boxed().toList(), got());
        assertEquals(0, onHeap());
    }

    @Test
    void whatAVisitBroughtGoesBack() {
        assertTrue(onHeap() <= 16, () -> "on the heap: " + onHeap());
        comes();
        shard.onStored(store.page());
        settle();
        assertTrue(onHeap() > MESSAGES / 2);
        client.goes();
        settle();
        assertTrue(onHeap() <= 16, () -> "on the heap: " + onHeap());
        getsTheRest();
    }

    /// It would leave out what has gone back.
    @Test
    void aPageThatWasAskedForBeforeIsNone() {
        store.mostInAPage = 100;
        comes();
        shard.onStored(store.page());
        settle();
        assertTrue(onHeap() > 50);
        StoredPage late = store.page();
        client.goes();
        settle();
        assertTrue(onHeap() <= 16, () -> "on the heap: " + onHeap());
        shard.onStored(late);
        settle();
        assertTrue(onHeap() <= 16, () -> "on the heap: " + onHeap());
        getsTheRest();
    }
}
