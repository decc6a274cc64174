package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.hawkermq.core.TestShards.TestClient;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Whose turn it is in a Shared Subscription whose members mostly are away.
final class ShareGroupTest {
    private static final String FILTER = "$share/s/f";
    private static final Duration GENEROUS = Duration.ofSeconds(20);
    private static final Message MESSAGE = TestShards.message("f", QoS.AT_LEAST_ONCE);

    /// Some clients may read nothing, though they may subscribe.
    private record Forbidding(AccessControl rest) implements DelegatingAccess {
        @Override
        public boolean mayReceive(Principal client, TopicName topic) {
            return !client.clientId().startsWith("blind");
        }

        @Override
        public boolean mayReceiveAll(Principal client) {
            return false;
        }
    }

    private final TestShards shards = new TestShards(1, Limits.DEFAULT);

    @Test
    void whatWaitsIsSharedOutAmongThoseWhoAreConnected() {
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            clients.add(shards.resume("c" + i, 3_600));
            clients.get(i).subscribe(FILTER, QoS.AT_LEAST_ONCE);
        }
        for (int i = 0; i < 10; i++) {
            if (i > 1) {
                clients.get(i).drops();
            }
        }
        clients.get(0).isWritable = false;
        clients.get(1).isWritable = false;

        for (int i = 0; i < 100; i++) {
            shards.get(0).publish(TestShards.message("f", QoS.AT_LEAST_ONCE));
        }

        assertEquals(50, waiting(clients.get(0)));
        assertEquals(50, waiting(clients.get(1)));
    }

    private static int waiting(TestClient client) {
        DeliveryQueue queue = client.session().outgoing().queue();
        return queue == null ? 0 : queue.size();
    }

    @Test
    void whatOneMemberMayNotReadIsForAnotherWhereverThatOneIs() {
        TestShards two = new TestShards(2, Store.NONE, new Forbidding(AccessControl.anonymous()));
        two.connect("blind", 0).subscribe(FILTER, QoS.AT_LEAST_ONCE);
        two.connect("blind", 1).subscribe(FILTER, QoS.AT_LEAST_ONCE);
        TestClient reader = two.connect("reader", 1);
        reader.subscribe(FILTER, QoS.AT_LEAST_ONCE);
        two.settle();

        for (QoS qos : QoS.values()) {
            for (int i = 0; i < 6; i++) {
                two.get(i % 2).publish(TestShards.message("f", qos));
                two.settle();
            }
        }

        assertEquals(18, reader.published);
        assertEquals(0, dropped(two, DropReason.NOT_AUTHORIZED));
    }

    @Test
    void whatNoMemberMayReadIsCounted() {
        TestShards two = new TestShards(2, Store.NONE, new Forbidding(AccessControl.anonymous()));
        two.connect("blind", 0).subscribe(FILTER, QoS.AT_LEAST_ONCE);
        two.connect("blind", 1).subscribe(FILTER, QoS.AT_LEAST_ONCE);
        two.settle();

        for (int i = 0; i < 6; i++) {
            two.get(i % 2).publish(MESSAGE);
            two.settle();
        }

        assertEquals(6, dropped(two, DropReason.NOT_AUTHORIZED));
    }

    @Test
    void nothingIsDroppedWhileAMemberHasRoomInItsQueue() {
        TestShards two = new TestShards(2, Limits.DEFAULT.with(l -> l.maximumQueuedMessages(10)));
        List<TestClient> members = new ArrayList<>();
        for (int shard = 0; shard < 2; shard++) {
            TestClient away = two.connectDurably("away", shard);
            TestClient slow = two.connect("slow", shard);
            for (TestClient member : List.of(away, slow)) {
                member.subscribe(FILTER, QoS.AT_LEAST_ONCE);
                members.add(member);
            }
            two.settle();
            away.drops();
            slow.isWritable = false;
        }

        for (int i = 0; i < 40; i++) {
            two.get(0).publish(MESSAGE);
            two.settle();
        }
        for (TestClient member : members) {
            assertEquals(10, waiting(member));
        }
        assertEquals(0, dropped(two, DropReason.QUEUE_COUNT));

        two.get(0).publish(MESSAGE);
        two.settle();
        assertEquals(1, dropped(two, DropReason.QUEUE_COUNT));
    }

    @Test
    void whoIsAwayGetsNothingThatSomebodyConnectedToAnotherShardCanTake() {
        TestShards two = new TestShards(2, Limits.DEFAULT.with(l -> l.maximumQueuedMessages(10)));
        TestClient slow = two.connect("slow", 0);
        TestClient away = two.connectDurably("away", 0);
        TestClient idle = two.connect("idle", 1);
        slow.subscribe(FILTER, QoS.AT_LEAST_ONCE);
        away.subscribe(FILTER, QoS.AT_LEAST_ONCE);
        idle.subscribe(FILTER, QoS.AT_MOST_ONCE);
        two.settle();
        away.drops();
        slow.isWritable = false;
        two.settle();

        for (int i = 0; i < 60; i++) {
            two.get(i % 2).publish(MESSAGE);
            two.settle();
        }
        assertEquals(10, waiting(slow));
        assertEquals(0, waiting(away));
        assertEquals(50, idle.published);
    }

    private static long dropped(TestShards shards, DropReason why) {
        return shards.all().stream().mapToLong(s -> s.counters().dropped[why.ordinal()]).sum();
    }

    @Test
    void aMillionMembersWhoAreAwayAreNotLookedAtForEveryMessage() {
        ShareGroup group = new ShareGroup("s", "f", 1);
        Session connected = shards.resume("one", 0).session();
        Subscription member = subscription(connected);
        group.add(member);
        Session away = away();
        for (int i = 0; i < 1_000_000; i++) {
            group.add(subscription(away));
        }

        assertTimeoutPreemptively(
                GENEROUS,
                () -> {
                    for (int i = 0; i < 1_000_000; i++) {
                        assertSame(member, group.nextConnected(MESSAGE));
                    }
                });
    }

    @Test
    void manyMembersComeAndGoOneByOne() {
        ShareGroup group = new ShareGroup("s", "f", 1);
        Session away = away();
        List<Subscription> members = new ArrayList<>();
        for (int i = 0; i < 500_000; i++) {
            members.add(subscription(away));
            group.add(members.get(i));
        }

        assertTimeoutPreemptively(
                GENEROUS,
                () -> {
                    for (Subscription member : members.reversed()) {
                        assertNotNull(group.nextAway(MESSAGE));
                        group.remove(member);
                    }
                    for (Subscription member : members) {
                        group.add(member);
                    }
                    for (Subscription member : members) {
                        group.remove(member);
                    }
                });
        assertEquals(0, group.members().size());
    }

    private Session away() {
        TestClient client = shards.resume("away", 3_600);
        client.drops();
        return client.session();
    }

    private static Subscription subscription(Session session) {
        return new Subscription(
                session,
                TopicFilter.of(FILTER),
                SubscriptionOptions.of(QoS.AT_LEAST_ONCE),
                0,
                StoredSubscription.Retained.SETTLED);
    }
}
