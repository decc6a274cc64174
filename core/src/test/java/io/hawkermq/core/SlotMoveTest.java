package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hawkermq.core.TestShards.TestClient;
import io.hawkermq.protocol.PacketType;
import io.hawkermq.protocol.QoS;
import org.junit.jupiter.api.Test;

final class SlotMoveTest {
    private final TestShards shards = new TestShards(2, Limits.DEFAULT);

    private Counters inAll() {
        Counters sum = new Counters();
        shards.all().forEach(s -> sum.add(s.snapshot()));
        return sum;
    }

    /// Nobody asks a shard without sessions, and totals never fall.
    @Test
    void whatAShardHasCountedIsNotLostWhenItGivesAllItsSlotsAway() {
        TestClient publisher = shards.connect("p", 1);
        publisher.subscribe("t", QoS.AT_MOST_ONCE);
        publisher.publish("t", QoS.AT_LEAST_ONCE);
        shards.get(1).drop(DropReason.EXPIRED, "p");
        shards.settle();
        Counters before = inAll();
        assertEquals(1, before.received(PacketType.PUBLISH));

        SlotMove.apply(shards.all(), shards.slots(), Slots.onOneShard());

        Counters heir = shards.get(0).snapshot();
        assertEquals(before.allReceived(), heir.allReceived());
        assertEquals(before.allSent(), heir.allSent());
        assertEquals(1, heir.allDropped());
        assertEquals(before.publishBytesReceived, heir.publishBytesReceived);
        assertEquals(1, heir.connected);
        Counters left = shards.get(1).snapshot();
        assertEquals(0, left.allReceived() + left.allSent() + left.allDropped());
        assertEquals(1, inAll().connected);
    }
}
