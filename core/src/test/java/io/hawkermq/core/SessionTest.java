package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.RetainHandling;
import io.hawkermq.protocol.SubscriptionOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionTest {
    private static final int MANY = 300_000;

    /// Each subscription looked at for each message takes many minutes.
    @Test
    void theEndOfASessionDoesNotLookForEachMessageAmongAllSubscriptions() {
        Loops loops =
                new Loops(
                        1,
                        Limits.DEFAULT.with(
                                l -> l.maximumQueuedMessages(MANY).maximumOfflineBytes(1L << 40)));
        Loops.Client client = loops.new Client("c", 3_600);
        List<String> filters = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            filters.add("f/" + i);
        }
        client.subscribe(
                new SubscriptionOptions(
                        QoS.AT_LEAST_ONCE, false, false, RetainHandling.DO_NOT_SEND),
                filters);
        client.subscribe(QoS.AT_LEAST_ONCE, "$share/s/t");
        client.subscribe(QoS.AT_LEAST_ONCE, "$share/s/u");
        client.drops();
        loops.settle();
        for (int i = 0; i < MANY; i++) {
            loops.publish(0, i % 2 == 0 ? "t" : "u", QoS.AT_LEAST_ONCE);
        }
        Loops.Client other = loops.new Client("other", 0);
        other.subscribe(QoS.AT_LEAST_ONCE, "$share/s/t");
        loops.settle();
        Counters counters = loops.shard(0).counters();
        Session session = client.session();
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> loops.shard(0).end(session));
        assertEquals(20, other.published);
        assertEquals(MANY / 2 - 20, counters.queuedMessages);
        assertEquals(MANY / 2, counters.dropped[DropReason.NO_SHARE_MEMBER.ordinal()]);
    }
}
