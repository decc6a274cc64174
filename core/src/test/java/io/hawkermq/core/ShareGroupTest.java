package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.hawkermq.core.TestShards.TestClient;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Whose turn it is in a Shared Subscription whose members mostly are away.
final class ShareGroupTest {
    private static final String FILTER = "$share/s/f";
    private static final Duration GENEROUS = Duration.ofSeconds(20);

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
        return Objects.requireNonNull(client.session().outgoing().queue()).size();
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
                        assertSame(member, group.next(QoS.AT_LEAST_ONCE));
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
                        assertNotNull(group.next(QoS.AT_LEAST_ONCE));
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
