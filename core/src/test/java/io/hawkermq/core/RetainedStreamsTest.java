package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.TestShards.TestClient;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.RetainHandling;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetainedStreamsTest {
    /// So many, each looked at for each, take a quarter of an hour or more.
    private static final int MANY = 1_000_000;

    private static final Duration GENEROUS = Duration.ofSeconds(30);

    private final TestShards shards = new TestShards(2, Limits.DEFAULT);

    private static List<Subscription> manySubscriptions(Session session) {
        List<Subscription> all = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            all.add(
                    new Subscription(
                            session,
                            TopicFilter.of("f/" + i),
                            SubscriptionOptions.of(QoS.AT_MOST_ONCE),
                            0,
                            StoredSubscription.Retained.OWED));
        }
        return all;
    }

    @Test
    void whatAMillionSubscriptionsWaitForIsStoppedOneByOne() {
        Session session = shards.resume(shards.clientId("one", 0), 0).session();
        List<Subscription> all = manySubscriptions(session);
        RetainedStreams streams = new RetainedStreams(session);
        assertTimeoutPreemptively(
                GENEROUS,
                () -> {
                    all.forEach(streams::add);
                    all.reversed().forEach(streams::stop);
                });
        assertTrue(streams.isEmpty());
    }

    @Test
    void aLiveMessageDoesNotWalkOverAMillionThatWait() {
        Session session = shards.resume(shards.clientId("one", 0), 0).session();
        RetainedStreams streams = new RetainedStreams(session);
        manySubscriptions(session).forEach(streams::add);
        Message live = TestShards.retained("f/1", Message.NEVER);
        assertTimeoutPreemptively(
                GENEROUS,
                () -> {
                    for (int i = 0; i < MANY; i++) {
                        streams.liveDelivered(live, new RetainNumber(0, 1));
                    }
                });
        assertFalse(streams.isEmpty());
    }

    @Test
    void whoSubscribesTwiceBeforeReadingGetsEachOnceWhereverTheyAreKept() {
        for (int shard = 0; shard < 2; shard++) {
            for (int i = 0; i < 10; i++) {
                shards.get(0).publish(TestShards.retained("r/" + i, Message.NEVER));
            }
            List<TopicFilter> filters =
                    IntStream.range(0, 10).mapToObj(i -> TopicFilter.of("r/" + i)).toList();
            TestClient client = shards.resume(shards.clientId("one", shard), 0);
            SubscriptionOptions options = SubscriptionOptions.of(QoS.AT_MOST_ONCE);
            client.isWritable = false;
            client.subscribe(options, filters);
            shards.settle();
            client.subscribe(options, filters);
            shards.settle();
            client.unsubscribe(filters.subList(0, 3));
            client.isWritable = true;
            shards.settle();
            assertEquals(7, client.published);
        }
    }

    @Test
    void whatComesLiveInTheTurnOfTheSubscriptionDoesNotComeAgain() {
        shards.get(0).publish(TestShards.retained("early", Message.NEVER));
        for (int shard = 0; shard < 2; shard++) {
            TestClient client = shards.resume(shards.clientId("one", shard), 0);
            client.subscribe(
                    SubscriptionOptions.of(QoS.AT_LEAST_ONCE),
                    List.of(TopicFilter.of("early"), TopicFilter.of("live/" + shard)));
            shards.get(shard).publish(TestShards.retained("live/" + shard, Message.NEVER));
            shards.settle();
            assertEquals(2, client.published, "on shard " + shard);
        }
    }

    @Test
    void whatCameLiveBeforeASubscriptionIsOwedToIt() {
        TestClient client = shards.resume(shards.clientId("one", 0), 0);
        client.subscribe("live", QoS.AT_LEAST_ONCE);
        shards.get(0).publish(TestShards.retained("live", Message.NEVER));
        client.subscribe("+", QoS.AT_LEAST_ONCE);
        shards.settle();
        assertEquals(2, client.published, "live, and retained for the second subscription");
    }

    @Test
    void noLocalKeepsAlsoWhatIsRetainedFromItsPublisher() {
        SubscriptionOptions noLocal =
                new SubscriptionOptions(QoS.AT_LEAST_ONCE, true, false, RetainHandling.SEND);
        for (int shard = 0; shard < 2; shard++) {
            shards.get(0).publish(TestShards.retained("of another/" + shard, Message.NEVER));
            TestClient client = shards.connect("one", shard);
            client.publishRetained("before/" + shard);
            client.subscribe(
                    noLocal,
                    List.of(
                            TopicFilter.of("before/" + shard),
                            TopicFilter.of("of another/" + shard),
                            TopicFilter.of("at once/" + shard)));
            client.publishRetained("at once/" + shard);
            shards.settle();
            assertEquals(1, client.published, "that of another, on shard " + shard);

            client.subscribe("at once/" + shard, QoS.AT_LEAST_ONCE);
            shards.settle();
            assertEquals(2, client.published, "without No Local, on shard " + shard);
        }
    }

    @Test
    void aBridgeGetsWhatItRetainedBeforeAndNotWhatItPublishesWhileItSubscribes() {
        for (int shard = 0; shard < 2; shard++) {
            TestClient bridge = shards.connectBridge("bridge", shard);
            bridge.publishRetained("before/" + shard);
            bridge.subscribe("before/" + shard, QoS.AT_LEAST_ONCE);
            bridge.subscribe("at once/" + shard, QoS.AT_LEAST_ONCE);
            bridge.publishRetained("at once/" + shard);
            shards.settle();
            assertEquals(1, bridge.published, "on shard " + shard);
        }
    }

    @Test
    void aSubscriptionThatEndsBeforeAllShardsHaveNotedItLeavesNothingBehind() {
        TestClient client = shards.resume(shards.clientId("one", 1), 0);
        client.subscribe("a", QoS.AT_LEAST_ONCE);
        client.unsubscribe(List.of(TopicFilter.of("a")));
        shards.settle();
        client.subscribe("b", QoS.AT_LEAST_ONCE);
        client.subscribe("b", QoS.AT_LEAST_ONCE);
        shards.settle();
        assertFalse(client.session().outgoing().isStreaming());
    }
}
