package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.hawkermq.core.TestShards.TestClient;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.RetainHandling;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionTest {
    private static final int MANY = 300_000;

    /// Each subscription looked at for each message takes many minutes.
    @Test
    void theEndOfASessionDoesNotLookForEachMessageAmongAllSubscriptions() {
        TestShards shards =
                new TestShards(
                        1,
                        Limits.DEFAULT.with(
                                l -> l.maximumQueuedMessages(MANY).maximumOfflineBytes(1L << 40)));
        TestClient client = shards.resume("c", 3_600);
        List<TopicFilter> filters = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            filters.add(TopicFilter.of("f/" + i));
        }
        client.subscribe(
                new SubscriptionOptions(
                        QoS.AT_LEAST_ONCE, false, false, RetainHandling.DO_NOT_SEND),
                filters);
        client.subscribe("$share/s/t", QoS.AT_LEAST_ONCE);
        client.subscribe("$share/s/u", QoS.AT_LEAST_ONCE);
        client.drops();
        shards.settle();
        for (int i = 0; i < MANY; i++) {
            shards.get(0).publish(TestShards.message(i % 2 == 0 ? "t" : "u", QoS.AT_LEAST_ONCE));
        }
        TestClient other = shards.resume("other", 0);
        other.subscribe("$share/s/t", QoS.AT_LEAST_ONCE);
        shards.settle();
        Counters counters = shards.get(0).counters();
        Session session = client.session();
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> shards.get(0).end(session));
        assertEquals(20, other.published);
        assertEquals(MANY / 2 - 20, counters.queuedMessages);
        assertEquals(MANY / 2, counters.dropped[DropReason.NO_SHARE_MEMBER.ordinal()]);
    }
}
