package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.TestShards.TestClient;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.Will;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What it costs to route where there are very many of something. The bounds are missed a hundred times
/// over by whoever looks at each for each.
class RouterTest {
    private static final Duration GENEROUS = Duration.ofSeconds(30);

    private static Subscription subscription(Session session, String filter) {
        return new Subscription(
                session,
                TopicFilter.of(filter),
                SubscriptionOptions.of(QoS.AT_LEAST_ONCE),
                0,
                StoredSubscription.Retained.SETTLED);
    }

    @Test
    void aMillionCleanSessionsSubscribeToOneFilterOnTwoLoops() {
        TestShards shards = new TestShards(2, Limits.DEFAULT);
        Session session = shards.resume(shards.clientId("one", 0), 0).session();
        Router router = shards.get(0).router();
        List<Subscription> all = new ArrayList<>();
        for (int i = 0; i < 1_000_000; i++) {
            all.add(subscription(session, "f"));
        }
        assertTimeoutPreemptively(
                GENEROUS,
                () -> {
                    all.forEach(s -> router.subscribe(s, null));
                    all.reversed().forEach(router::unsubscribe);
                });
    }

    /// Which kinds of interest the second shard has in a filter, as the first one knows.
    private static String known(TestShards shards, String topic) {
        shards.settle();
        Route route =
                shards.get(0).router().route(TestShards.message(topic, QoS.AT_MOST_ONCE).topic());
        return route.remoteShards + " " + route.durableShards;
    }

    @Test
    void othersKnowWhetherThereAreDurableSubscribersWhoeverComesAndGoes() {
        TestShards shards = new TestShards(2, Limits.DEFAULT);
        TestClient clean = shards.resume(shards.clientId("one", 1), 0);
        TestClient durable = shards.resume(shards.clientId("two", 1), 3_600);
        assertEquals("0 0", known(shards, "t"));
        clean.subscribe("t", QoS.AT_LEAST_ONCE);
        assertEquals("2 0", known(shards, "t"));
        durable.subscribe("t", QoS.AT_MOST_ONCE);
        assertEquals("2 0", known(shards, "t"));
        durable.subscribe("t", QoS.AT_LEAST_ONCE);
        assertEquals("2 2", known(shards, "t"));
        clean.unsubscribe(List.of(TopicFilter.of("t")));
        assertEquals("2 2", known(shards, "t"));
        durable.subscribe("t", QoS.AT_MOST_ONCE);
        assertEquals("2 0", known(shards, "t"));
        durable.subscribe("t", QoS.EXACTLY_ONCE);
        clean.subscribe("t", QoS.AT_LEAST_ONCE);
        assertEquals("2 2", known(shards, "t"));
        durable.drops();
        shards.resume(durable.connection.clientId(), 0);
        assertEquals("2 0", known(shards, "t"));
        TestClient again = shards.resume(durable.connection.clientId(), 3_600);
        assertEquals("2 0", known(shards, "t"));
        again.subscribe("t", QoS.AT_LEAST_ONCE);
        assertEquals("2 2", known(shards, "t"));
        again.drops();
        shards.resume(durable.connection.clientId(), 3_600)
                .unsubscribe(List.of(TopicFilter.of("t")));
        assertEquals("2 0", known(shards, "t"));
        clean.drops();
        assertEquals("0 0", known(shards, "t"));
    }

    @Test
    void aMillionMembersAreNotCountedForEveryMessage() {
        TestShards shards = new TestShards(2, Limits.DEFAULT);
        Session session = shards.resume(shards.clientId("one", 0), 0).session();
        ShareGroup group = new ShareGroup("s", "f", 2);
        group.remote(1, new ShardMessage.ShareMembers("s", "f", 1, 1, 0));
        for (int i = 0; i < 1_000_000; i++) {
            group.add(subscription(session, "$share/s/f"));
        }
        assertTimeoutPreemptively(
                GENEROUS,
                () -> {
                    int elsewhere = 0;
                    long connected = 0;
                    for (int i = 0; i < 1_000_001; i++) {
                        elsewhere += group.nextShard() == 1 ? 1 : 0;
                        connected += group.connectedMembers() - group.durableMembers();
                    }
                    assertEquals(1, elsewhere);
                    assertEquals(1_000_001 * 1_000_000L, connected);
                });
    }

    @Test
    void theWillOfAMemberGoesToOneThatIsStillConnected() {
        TestShards shards = new TestShards(2, Limits.DEFAULT);
        TestClient other = shards.resume(shards.clientId("one", 1), 0);
        other.subscribe("$share/s/f", QoS.AT_LEAST_ONCE);
        Will will =
                new Will(
                        TestShards.message("f", QoS.AT_LEAST_ONCE).topic(),
                        new byte[1],
                        QoS.AT_LEAST_ONCE,
                        false,
                        Properties.NONE);
        for (int i = 0; i < 10; i++) {
            TestClient member = shards.resume(shards.clientId("one", 0), 3_600, will);
            member.subscribe("$share/s/f", QoS.AT_LEAST_ONCE);
            shards.settle();
            member.drops();
            shards.settle();
            assertEquals(i + 1, other.published);
        }
    }

    @Test
    void connectedAndDurableMembersAreCountedRightWhateverHappensToThem() {
        Random random = new Random(5);
        TestShards shards = new TestShards(2, Limits.DEFAULT);
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            clients.add(
                    shards.resume(shards.clientId("c" + i + "-", i % 2), i % 3 == 0 ? 0 : 3_600));
        }
        Slots slots = shards.slots();
        int seen = 0;
        for (int step = 0; step < 20_000; step++) {
            int i = random.nextInt(clients.size());
            TestClient client = clients.get(i);
            switch (random.nextInt(6)) {
                case 0 -> client.subscribe("$share/s/f", QoS.of(random.nextInt(3)));
                case 1 -> client.unsubscribe(List.of(TopicFilter.of("$share/s/f")));
                case 2 -> client.drops();
                case 3 ->
                        shards.get(random.nextInt(2))
                                .publish(TestShards.message("f", QoS.of(random.nextInt(3))));
                case 4 -> {
                    if (random.nextInt(20) == 0) {
                        shards.settle();
                        Slots after =
                                slots.with(
                                        Slots.slotOf(client.connection.clientId()),
                                        random.nextInt(2));
                        SlotMove.apply(shards.all(), slots, after);
                        slots = after;
                    }
                }
                default ->
                        clients.set(
                                i,
                                shards.resume(
                                        client.connection.clientId(),
                                        random.nextInt(3) == 0 ? 0 : 3_600));
            }
            if (random.nextInt(4) == 0) {
                shards.settle();
            }
            for (int shard = 0; shard < 2; shard++) {
                ShareGroup group = shards.get(shard).router().find("s", "f");
                if (group != null) {
                    List<Subscription> members = group.members();
                    assertEquals(
                            members.stream().filter(m -> m.session().isConnected()).count(),
                            group.connectedMembers());
                    assertEquals(
                            members.stream().filter(Subscription::isDurable).count(),
                            group.durableMembers());
                    seen += group.connectedMembers() * group.durableMembers();
                }
            }
        }
        assertTrue(seen > 0);
    }
}
