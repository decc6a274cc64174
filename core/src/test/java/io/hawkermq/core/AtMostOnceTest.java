package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What waits at QoS 0 in a durable session: it may be lost with the process, and never comes twice.
final class AtMostOnceTest {
    private final HeldStore store = new HeldStore();
    private final TestShards shards = new TestShards(1, store);
    private final Shard shard = shards.get(0);
    private ResumingClient client = new ResumingClient(shard);

    AtMostOnceTest() {
        shard.limits(Limits.DEFAULT.with(l -> l.atMostOnce(Limits.AtMostOnce.QUEUED)));
    }

    private List<String> got() {
        return client.got.stream()
                .map(p -> new String(p.payload(), StandardCharsets.UTF_8))
                .toList();
    }

    private void publish(String text, QoS qos) {
        shard.publish(message(text, qos));
    }

    private static Message message(String text, QoS qos) {
        return new Message(
                TopicName.of("t"),
                text.getBytes(StandardCharsets.UTF_8),
                Properties.NONE,
                qos,
                false,
                Message.SERVER,
                Message.NEVER);
    }

    private void allIsDurable() {
        shards.settle();
        shard.onDurable(store.position);
        shards.settle();
    }

    private void reconnects() {
        client.goes();
        client = new ResumingClient(shard);
    }

    private long stored(Class<? extends StoreChange> type) {
        return store.changes.stream().filter(type::isInstance).count();
    }

    @BeforeEach
    void isSubscribed() {
        allIsDurable();
        client.subscribe("t");
        allIsDurable();
        client.goes();
    }

    @Test
    void itIsSentOnlyWhenItsRemovalIsDurable() {
        publish("one", QoS.AT_MOST_ONCE);
        publish("two", QoS.AT_MOST_ONCE);
        reconnects();
        allIsDurable();
        assertEquals(2, stored(StoreChange.PutDelivery.class));
        assertEquals(2, stored(StoreChange.RemoveDelivery.class));
        assertEquals(List.of(), got());
        allIsDurable();
        assertEquals(List.of("one", "two"), got());
        assertEquals(0, shard.counters().queuedMessages);
        assertEquals(0, shard.counters().queuedBytes);
        assertNull(client.connection.session().outgoing().queue());
    }

    @Test
    void nothingOvertakesItMeanwhileAndNothingMoreIsStored() {
        publish("one", QoS.AT_MOST_ONCE);
        publish("two", QoS.AT_LEAST_ONCE);
        reconnects();
        allIsDurable();
        publish("three", QoS.AT_MOST_ONCE);
        publish("four", QoS.AT_LEAST_ONCE);
        publish("five", QoS.AT_MOST_ONCE);
        shards.settle();
        assertEquals(List.of(), got());
        assertEquals(3, stored(StoreChange.PutDelivery.class));
        allIsDurable();
        assertEquals(List.of("one", "two", "three", "four", "five"), got());
        publish("six", QoS.AT_MOST_ONCE);
        assertEquals("six", got().getLast());
    }

    @Test
    void itWaitsForTheNextConnectionIfThisOneEndsBefore() {
        publish("one", QoS.AT_MOST_ONCE);
        publish("two", QoS.AT_MOST_ONCE);
        reconnects();
        allIsDurable();
        publish("three", QoS.AT_MOST_ONCE);
        reconnects();
        publish("four", QoS.AT_MOST_ONCE); // before CONNACK, so as to a client that is away
        allIsDurable();
        allIsDurable();
        assertEquals(List.of("one", "two", "three", "four"), got());
        assertEquals(3, stored(StoreChange.RemoveDelivery.class));
    }

    @Test
    void onlySoManyAreWithheldAtOnce() {
        int all = shard.limits().streamBatch() * 2 + 1;
        for (int i = 0; i < all; i++) {
            publish("x", QoS.AT_MOST_ONCE);
        }
        reconnects();
        allIsDurable();
        assertEquals(shard.limits().streamBatch(), stored(StoreChange.RemoveDelivery.class));
        allIsDurable();
        allIsDurable();
        allIsDurable();
        assertEquals(all, client.got.size());
    }

    /// Its publisher's loop was killed after another one may have sent it.
    @Test
    void whatIsTakenUpAgainAfterACrashWaitsForNobodyAtQos0() {
        assertNotNull(queueAfterCrash("t", QoS.AT_LEAST_ONCE));
        assertNull(queueAfterCrash("t", QoS.AT_MOST_ONCE));
        assertNotNull(queueAfterCrash("$share/g/t", QoS.AT_LEAST_ONCE));
        assertNull(queueAfterCrash("$share/g/t", QoS.AT_MOST_ONCE));
    }

    private static @Nullable DeliveryQueue queueAfterCrash(String filter, QoS granted) {
        TestShards next = new TestShards(1, new HeldStore());
        Shard shard = next.get(0);
        shard.limits(Limits.DEFAULT.with(l -> l.atMostOnce(Limits.AtMostOnce.QUEUED)));
        Restoration restoration = new Restoration(next.all(), next.slots(), shard.now());
        restoration.session(ResumingClient.stored(64));
        restoration.subscription(
                new StoredSubscription(64, filter, SubscriptionOptions.of(granted), 0));
        TopicFilter parsed = TopicFilter.of(filter);
        restoration.forward(
                new StoredForward(
                        1,
                        parsed.isShared()
                                ? StoredForward.Purpose.SHARE
                                : StoredForward.Purpose.DELIVER,
                        -1L,
                        new StoredMessage(message("again", QoS.AT_LEAST_ONCE)),
                        parsed.shareName(),
                        parsed.isShared() ? parsed.filter() : null));
        restoration.finish();
        return Objects.requireNonNull(shard.find("c")).outgoing().queue();
    }
}
