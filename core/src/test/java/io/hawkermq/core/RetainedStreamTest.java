package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A live message and a page with the same topic reach a new subscription on different ways: which of
/// the two is the newer one?
class RetainedStreamTest {
    private final Session session = new TestShards(1, Limits.DEFAULT).resume("one", 0).session();
    private final RetainedStream stream =
            new RetainedStream(
                    new Subscription(
                            session,
                            TopicFilter.of("#"),
                            SubscriptionOptions.of(QoS.AT_MOST_ONCE),
                            0,
                            StoredSubscription.Retained.OWED),
                    1);

    private final Message live = TestShards.retained("t", Message.NEVER);
    private final Message other = TestShards.retained("t", Message.NEVER);

    /// @param kept up to which of the messages of shards 0 and 1 it holds
    private void page(long[] kept, Message... messages) {
        stream.onPage(
                new ShardMessage.RetainedPage(1, List.of(messages), KeptSoFar.of(kept), true));
    }

    @Test
    void whatTheLiveOneReplacesMustNotComeAfterIt() {
        stream.requested();
        stream.liveDelivered(live, new RetainNumber(1, 7));
        page(new long[] {9, 6}, other);
        assertNull(stream.peek());
    }

    @Test
    void whatHasReplacedTheLiveOneMustComeAfterIt() {
        stream.requested();
        stream.liveDelivered(live, new RetainNumber(1, 7));
        page(new long[] {0, 7}, other);
        assertSame(other, stream.peek());
    }

    @Test
    void theLiveOneItselfDoesNotComeAgain() {
        stream.requested();
        stream.liveDelivered(live, new RetainNumber(1, 7));
        page(new long[] {0, 7}, live);
        assertNull(stream.peek());
    }

    @Test
    void theSameHoldsOfAPageThatIsHere() {
        stream.requested();
        Message next = TestShards.retained("u", Message.NEVER);
        page(new long[] {0, 7}, other, next);
        stream.liveDelivered(live, new RetainNumber(1, 7));
        assertSame(other, stream.peek());
        stream.liveDelivered(live, new RetainNumber(1, 8));
        assertSame(next, stream.peek());
    }

    /// The subscriber is on shard 1. Shard 2 hears of the subscription last, and its message before
    /// that is retained after one of shard 0, which is delivered.
    @Test
    void whatAShardRetainsBeforeItHearsOfTheSubscriptionIsNotMissed() {
        TestShards shards = new TestShards(3, Limits.DEFAULT);
        TestShards.TestClient client = shards.connect("one", 1);
        shards.settle();
        client.subscribe("t", QoS.AT_MOST_ONCE);
        shards.get(1).endTurn();
        shards.get(2).publish(other);
        shards.get(2).endTurn();
        shards.receiveNext(); // shard 0 hears of the subscription
        shards.get(0).endTurn();
        shards.receiveNext(); // and shard 2
        shards.get(2).endTurn();
        shards.get(0).publish(live);
        shards.receiveNext(); // shard 0 retains the message of shard 2
        shards.receiveNext();
        shards.receiveNext(); // shard 1 hears that both know
        shards.get(1).endTurn();
        assertEquals(1, client.subacks);
        assertEquals(0, client.published);
        shards.settle();
        assertEquals(2, client.published);
    }
}
