package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.TestShards.TestClient;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeliveryQueueTest {
    private static final int LENGTH = 500_000;

    private final TestShards shards =
            new TestShards(
                    1,
                    Limits.DEFAULT.with(
                            l -> l.maximumQueuedMessages(LENGTH).maximumOfflineBytes(1L << 40)));
    private final DeliveryQueue queue = new DeliveryQueue(offline());

    private Session offline() {
        TestClient client = shards.resume("c", 3_600);
        client.drops();
        shards.settle();
        return client.session();
    }

    private Delivery delivery(long expiresIn) {
        long expiresAt =
                expiresIn == Message.NEVER ? Message.NEVER : shards.get(0).now() + expiresIn;
        Message message =
                new Message(
                        TopicName.of("t"),
                        new byte[1],
                        Properties.NONE,
                        QoS.AT_LEAST_ONCE,
                        false,
                        Message.SERVER,
                        expiresAt);
        return new Delivery(message, QoS.AT_LEAST_ONCE, false, null, 0, null);
    }

    private void fill(long expiresIn) {
        Delivery d = delivery(expiresIn);
        while (queue.size() < LENGTH) {
            assertTrue(queue.offer(d));
        }
    }

    private long expired() {
        return shards.get(0).counters().dropped[DropReason.EXPIRED.ordinal()];
    }

    /// Half a million looked at for each of half a million take many minutes.
    @Test
    void aFullQueueIsNotSearchedForEveryMessageThatItDrops() {
        fill(1_000_000);
        Delivery more = delivery(Message.NEVER);
        assertTimeoutPreemptively(
                Duration.ofSeconds(30),
                () -> {
                    for (int i = 0; i < LENGTH; i++) {
                        assertFalse(queue.offer(more));
                    }
                });
    }

    @Test
    void aFullQueueDropsWhatHasExpiredFirst() {
        for (int i = 0; i < 3; i++) {
            assertTrue(queue.offer(delivery(Message.NEVER)));
            assertTrue(queue.offer(delivery(2_000)));
            assertTrue(queue.offer(delivery(1_000)));
        }
        fill(Message.NEVER);
        assertFalse(queue.offer(delivery(5_000)));
        shards.advance(999);
        assertFalse(queue.offer(delivery(5_000)));
        shards.advance(1);
        assertTrue(queue.offer(delivery(1_000)));
        assertEquals(3, expired());
        assertEquals(LENGTH - 2, queue.size());
        fill(Message.NEVER);
        shards.advance(1_000);
        assertTrue(queue.offer(delivery(1)));
        assertEquals(7, expired());
    }

    /// Every other one expires: what is taken out of the middle must not move the rest each time.
    @Test
    void allThatHasExpiredIsDroppedAtOnce() {
        while (queue.size() < LENGTH) {
            assertTrue(queue.offer(delivery(queue.size() % 2 == 0 ? 1_000 : Message.NEVER)));
        }
        shards.advance(1_000);
        assertTimeoutPreemptively(
                Duration.ofSeconds(30), () -> assertTrue(queue.offer(delivery(1))));
        assertEquals(LENGTH / 2, expired());
    }
}
