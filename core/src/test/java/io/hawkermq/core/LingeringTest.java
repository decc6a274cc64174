package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.TestShards.TestClient;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Sessions with many subscriptions end: at once for everybody, and of the index a few go in each turn.
final class LingeringTest {
    private static final int IN_A_TURN = 10;
    private static final int MANY = 1_000;

    private final TestShards shards =
            new TestShards(2, Limits.DEFAULT.with(l -> l.endedSubscriptions(IN_A_TURN)));

    /// Subscribes to f/0, f/1 and so on.
    private void subscribeToMany(TestClient client, int count) {
        List<TopicFilter> filters =
                IntStream.range(0, count).mapToObj(i -> TopicFilter.of("f/" + i)).toList();
        client.subscribe(SubscriptionOptions.of(QoS.AT_LEAST_ONCE), filters);
        shards.settle();
    }

    private int lingering(int shard) {
        return shards.get(shard).lingering().size();
    }

    /// Which shards have subscribers of a topic and which have durable ones, as the first one knows.
    private String known(String topic) {
        Route route =
                shards.get(0).router().route(TestShards.message(topic, QoS.AT_MOST_ONCE).topic());
        return route.remoteShards + " " + route.durableShards;
    }

    @Test
    void aTurnRemovesAFewAndTellsOthersOfAFew() {
        TestClient client = shards.connect("c", 0);
        subscribeToMany(client, MANY);
        shards.largestBatch = 0;
        client.drops();
        assertEquals(MANY - IN_A_TURN, lingering(0));
        for (int left = MANY - 2 * IN_A_TURN; left >= 0; left -= IN_A_TURN) {
            assertEquals(left > 0, shards.get(0).endTurn());
            assertEquals(left, lingering(0));
        }
        assertFalse(shards.get(0).endTurn());
        assertEquals(2 * IN_A_TURN, shards.largestBatch);
        while (shards.receiveNext()) {}
        assertEquals("0 0", known("f/0"));
    }

    /// As when many clients lose their connections, or expire, at one time.
    @Test
    void sessionsThatEndInOneTurnHaveOneShareOfItTogether() {
        List<TestClient> clients =
                IntStream.range(0, 100).mapToObj(i -> shards.connect("c" + i + "-", 0)).toList();
        clients.forEach(c -> subscribeToMany(c, 3));
        clients.forEach(TestClient::drops);
        assertEquals(300 - IN_A_TURN, lingering(0));
        shards.settle();
        assertEquals(0, lingering(0));
    }

    @Test
    void theSessionEndsAtOnceForEverybody() {
        TestClient publisher = shards.connect("p", 0);
        TestClient client = shards.connect("c", 0);
        subscribeToMany(client, MANY);
        String last = client.session().subscriptions().iterator().next().filter().filter();
        for (int i = 0; i < MANY; i++) {
            publisher.publish("f/" + i, QoS.AT_LEAST_ONCE); // so that all routes are known
        }
        Session ended = client.session();
        assertTrue(ended.outgoing().queuedOnHeap() > 0);
        client.drops();

        assertTrue(lingering(0) > MANY / 2);
        assertEquals(0, shards.get(0).snapshot().subscriptions);
        assertTrue(new Overview(shards.get(0)).subscriptions().isEmpty());
        for (int i = 0; i < MANY; i++) {
            Message message = TestShards.message("f/" + i, QoS.AT_LEAST_ONCE);
            assertFalse(shards.get(0).publish(message), "nobody has f/" + i);
        }
        assertEquals(0, ended.outgoing().queuedOnHeap());

        TestClient next = shards.connect("c", 0);
        next.subscribe(last, QoS.AT_MOST_ONCE);
        publisher.publish("f/0", QoS.AT_MOST_ONCE);
        publisher.publish(last, QoS.AT_MOST_ONCE);
        int expected = last.equals("f/0") ? 2 : 1;
        assertEquals(expected, next.published);
        shards.settle();
        assertEquals(0, lingering(0));
        publisher.publish(last, QoS.AT_MOST_ONCE);
        assertEquals(expected + 1, next.published);
        assertEquals(1, shards.get(0).snapshot().subscriptions);
    }

    @Test
    void membersOfSharedSubscriptionsDoNotLinger() {
        TestClient client = shards.connect("c", 0);
        client.subscribe("$share/s/t", QoS.AT_LEAST_ONCE);
        subscribeToMany(client, MANY);
        client.drops();
        assertNull(shards.get(0).router().find("s", "t"));
        assertEquals(0, shards.get(0).snapshot().sharedSubscriptions);
        assertEquals(0, shards.get(0).snapshot().subscriptions);
        shards.settle();
        assertEquals(0, shards.get(0).snapshot().subscriptions);
    }

    @Test
    void othersAreToldWhenTheLastSubscriptionGoes() {
        TestClient durable = shards.connectDurably("d", 1);
        TestClient clean = shards.connect("c", 1);
        subscribeToMany(durable, MANY);
        clean.subscribe("f/0", QoS.AT_LEAST_ONCE);
        shards.settle();
        assertEquals("2 2", known("f/0"));
        shards.resume(durable.connection.clientId(), 3_600);
        shards.connect(durable.connection.clientId(), 1); // with Clean Start
        assertEquals(MANY - IN_A_TURN, lingering(1));
        shards.settle();
        assertEquals("2 0", known("f/0"));
        assertEquals("0 0", known("f/1"));
    }

    /// Connect, subscribe to many, disconnect, again and again: turns are never long enough to remove
    /// all, and the index does not grow.
    @Test
    void neverMoreThanWereInForceAtOneTime() {
        for (int i = 0; i < 20; i++) {
            TestClient client = shards.connect("c" + i + "-", 0);
            List<TopicFilter> filters =
                    IntStream.range(0, MANY).mapToObj(n -> TopicFilter.of("f/" + n)).toList();
            client.subscribe(SubscriptionOptions.of(QoS.AT_MOST_ONCE), filters);
            assertTrue(lingering(0) + client.session().subscriptions().size() <= MANY);
            client.drops();
        }
        shards.settle();
        assertEquals(0, lingering(0));
    }

    /// It was not told that this shard wants the filter when the new subscription came, because that was
    /// known: it must have been told when it joined.
    @Test
    void aShardThatJoinsKnowsOfWhatLingers() {
        SlotMove.apply(shards.all(), shards.slots(), Slots.onOneShard());
        TestClient gone = shards.connect("c", 0);
        TestClient client = shards.connect("d", 0);
        TestClient publisher = shards.connect("p", 1);
        subscribeToMany(gone, MANY);
        gone.drops();
        SlotMove.apply(shards.all(), Slots.onOneShard(), shards.slots());
        assertTrue(lingering(0) > MANY / 2);
        for (int i = 0; i < MANY; i++) {
            client.subscribe("f/" + i, QoS.AT_MOST_ONCE);
        }
        shards.quieten();
        for (int i = 0; i < MANY; i++) {
            publisher.publish("f/" + i, QoS.AT_MOST_ONCE);
        }
        shards.settle();
        assertEquals(MANY, client.published);
    }

    @Test
    void ofAShardThatGivesAllAwayNothingLingers() {
        TestClient gone = shards.connect("c", 1);
        subscribeToMany(gone, MANY);
        gone.drops();
        shards.quieten();
        assertTrue(lingering(1) > MANY / 2);
        SlotMove.apply(shards.all(), shards.slots(), Slots.onOneShard());
        assertEquals(0, lingering(1));
        for (int i = 0; i < MANY; i++) {
            assertEquals("0 0", known("f/" + i));
        }
    }
}
