package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
        Loops loops = new Loops(2, Limits.DEFAULT);
        Session session = loops.new Client(loops.clientIdAt(0, 1), 0).session();
        Router router = loops.shard(0).router();
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
    private static String known(Loops loops, String topic) {
        loops.settle();
        Route route = loops.shard(0).router().route(Loops.message(topic, QoS.AT_MOST_ONCE).topic());
        return route.remoteShards + " " + route.durableShards;
    }

    @Test
    void othersKnowWhetherThereAreDurableSubscribersWhoeverComesAndGoes() {
        Loops loops = new Loops(2, Limits.DEFAULT);
        Loops.Client clean = loops.new Client(loops.clientIdAt(1, 1), 0);
        Loops.Client durable = loops.new Client(loops.clientIdAt(1, 2), 3_600);
        assertEquals("0 0", known(loops, "t"));
        clean.subscribe(QoS.AT_LEAST_ONCE, "t");
        assertEquals("2 0", known(loops, "t"));
        durable.subscribe(QoS.AT_MOST_ONCE, "t");
        assertEquals("2 0", known(loops, "t"));
        durable.subscribe(QoS.AT_LEAST_ONCE, "t");
        assertEquals("2 2", known(loops, "t"));
        clean.unsubscribe(List.of("t"));
        assertEquals("2 2", known(loops, "t"));
        durable.subscribe(QoS.AT_MOST_ONCE, "t");
        assertEquals("2 0", known(loops, "t"));
        durable.subscribe(QoS.EXACTLY_ONCE, "t");
        clean.subscribe(QoS.AT_LEAST_ONCE, "t");
        assertEquals("2 2", known(loops, "t"));
        durable.drops();
        loops.new Client(durable.clientId(), 0);
        assertEquals("2 0", known(loops, "t"));
        Loops.Client again = loops.new Client(durable.clientId(), 3_600);
        assertEquals("2 0", known(loops, "t"));
        again.subscribe(QoS.AT_LEAST_ONCE, "t");
        assertEquals("2 2", known(loops, "t"));
        again.drops();
        loops.new Client(durable.clientId(), 3_600).unsubscribe(List.of("t"));
        assertEquals("2 0", known(loops, "t"));
        clean.drops();
        assertEquals("0 0", known(loops, "t"));
    }

    @Test
    void aMillionMembersAreNotCountedForEveryMessage() {
        Loops loops = new Loops(2, Limits.DEFAULT);
        Session session = loops.new Client(loops.clientIdAt(0, 1), 0).session();
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
        Loops loops = new Loops(2, Limits.DEFAULT);
        Loops.Client other = loops.new Client(loops.clientIdAt(1, 1), 0);
        other.subscribe(QoS.AT_LEAST_ONCE, "$share/s/f");
        Will will =
                new Will(
                        Loops.message("f", QoS.AT_LEAST_ONCE).topic(),
                        new byte[1],
                        QoS.AT_LEAST_ONCE,
                        false,
                        Properties.NONE);
        for (int i = 0; i < 10; i++) {
            Loops.Client member = loops.new Client(loops.clientIdAt(0, 1), 3_600, will);
            member.subscribe(QoS.AT_LEAST_ONCE, "$share/s/f");
            loops.settle();
            member.drops();
            loops.settle();
            assertEquals(i + 1, other.published);
        }
    }

    @Test
    void connectedAndDurableMembersAreCountedRightWhateverHappensToThem() {
        Random random = new Random(5);
        Loops loops = new Loops(2, Limits.DEFAULT);
        List<Loops.Client> clients = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            clients.add(loops.new Client(loops.clientIdAt(i % 2, i), i % 3 == 0 ? 0 : 3_600));
        }
        Slots slots = Slots.over(2);
        int seen = 0;
        for (int step = 0; step < 20_000; step++) {
            int i = random.nextInt(clients.size());
            Loops.Client client = clients.get(i);
            switch (random.nextInt(6)) {
                case 0 -> client.subscribe(QoS.of(random.nextInt(3)), "$share/s/f");
                case 1 -> client.unsubscribe(List.of("$share/s/f"));
                case 2 -> client.drops();
                case 3 -> loops.publish(random.nextInt(2), "f", QoS.of(random.nextInt(3)));
                case 4 -> {
                    if (random.nextInt(20) == 0) {
                        loops.settle();
                        slots =
                                loops.move(
                                        slots, Slots.slotOf(client.clientId()), random.nextInt(2));
                    }
                }
                default ->
                        clients.set(
                                i,
                                loops
                                .new Client(client.clientId(), random.nextInt(3) == 0 ? 0 : 3_600));
            }
            if (random.nextInt(4) == 0) {
                loops.settle();
            }
            for (int shard = 0; shard < 2; shard++) {
                ShareGroup group = loops.shard(shard).router().find("s", "f");
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
