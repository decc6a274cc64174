package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.hawkermq.core.TestShards.TestClient;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.RetainHandling;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RouteTest {
    private static final SubscriptionOptions NO_LOCAL =
            new SubscriptionOptions(QoS.AT_MOST_ONCE, true, false, RetainHandling.SEND);

    /// Each filter matched with each Topic Name takes many minutes.
    @Test
    void aNewRouteDoesNotMatchAllThatASessionWithNoLocalHas() {
        TestShards shards = new TestShards(1, Limits.DEFAULT);
        TestClient client = shards.resume("c", 0);
        List<TopicFilter> filters = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            filters.add(TopicFilter.of("f/" + i));
        }
        client.subscribe(
                new SubscriptionOptions(QoS.AT_MOST_ONCE, false, false, RetainHandling.DO_NOT_SEND),
                filters);
        client.subscribe(NO_LOCAL, List.of(TopicFilter.of("#")));
        shards.settle();
        client.published = 0;
        assertTimeoutPreemptively(
                Duration.ofSeconds(30),
                () -> {
                    for (int i = 0; i < 50_000; i++) {
                        client.publish("f/" + i, QoS.AT_MOST_ONCE);
                    }
                });
        assertEquals(50_000, client.published);
        client.publish("none", QoS.AT_MOST_ONCE);
        assertEquals(50_000, client.published);
    }

    @Test
    void matchesAreKeptOnlyWhereOneIsNoLocal() {
        TestShards shards = new TestShards(1, Limits.DEFAULT);
        TestClient client = shards.resume("c", 0);
        client.subscribe(NO_LOCAL, List.of(TopicFilter.of("a/#")));
        client.subscribe("+/b", QoS.AT_LEAST_ONCE);
        client.subscribe("#", QoS.EXACTLY_ONCE);
        Route with =
                shards.get(0).router().route(TestShards.message("a/b", QoS.AT_MOST_ONCE).topic());
        Route.Target target = with.targets.getFirst();
        assertEquals(3, Objects.requireNonNull(target.withNoLocal).size());
        Route without =
                shards.get(0).router().route(TestShards.message("b/b", QoS.AT_MOST_ONCE).topic());
        assertEquals(1, without.targets.size());
        assertNull(without.targets.getFirst().withNoLocal);
    }
}
