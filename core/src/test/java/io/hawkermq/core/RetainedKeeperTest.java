package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.protocol.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetainedKeeperTest {
    /// A thousand new topics a second whose messages live ten seconds: there are never more than a few
    /// times the ten thousand that have not expired, whether other messages stay for ever or not.
    @Test
    void whatExpiresIsRemovedAsFastAsItComes() {
        for (int lasting : new int[] {0, 30_000}) {
            TestShards shards = new TestShards(1, Limits.DEFAULT);
            Shard shard = shards.get(0);
            for (int i = 0; i < lasting; i++) {
                shard.publish(TestShards.retained("lasting/" + i, Message.NEVER));
            }
            int published = 0;
            long most = 0;
            for (int milli = 0; milli < 200_000; milli++) {
                shards.advance(1);
                shard.publish(TestShards.retained("t/" + published++, shard.now() + 10_000));
                most = Math.max(most, shard.counters().retained);
            }
            assertTrue(most < lasting + 60_000, most + " retained messages beside " + lasting);
        }
    }

    @Test
    void oneTurnIsBoundedAndTheNextComesSoonOnlyIfThereIsMuchToDo() {
        RetainedKeeper keeper = new RetainedKeeper(new Counters(), 1);
        for (int i = 0; i < 1_000; i++) {
            keeper.retain(TestShards.retained("t/" + i, i < 500 ? 10 : 20));
        }
        List<Message> removed = new ArrayList<>();
        assertTrue(keeper.sweep(5, removed::add));
        assertEquals(0, removed.size());
        assertEquals(1_000, keeper.sweepDelay());
        assertTrue(keeper.sweep(15, removed::add));
        assertTrue(removed.size() >= 16 && removed.size() <= 256);
        assertEquals(1, keeper.sweepDelay());
        while (keeper.sweep(20, removed::add)) {
            assertTrue(keeper.sweepDelay() >= 1);
        }
        assertEquals(1_000, removed.size());
        assertFalse(keeper.sweep(30, removed::add));
    }

    /// Of the topics that a page looks at, one in a hundred matches.
    @Test
    void aPageLooksAtNoMoreTopicsThanItMayWhateverItFinds() {
        RetainedKeeper keeper = new RetainedKeeper(new Counters(), 1);
        for (int i = 0; i < 100_000; i++) {
            keeper.retain(
                    TestShards.retained("a/" + i + (i % 100 == 0 ? "/x" : "/y"), Message.NEVER));
        }
        ShardMessage.RetainedRequest request =
                new ShardMessage.RetainedRequest(1, TopicFilter.of("a/+/x"), 64);
        ShardMessage.RetainedPage page = keeper.page(request, 0);
        int pages = 1;
        int found = page.messages().size();
        while (!page.isLast()) {
            page = keeper.page(request, 0);
            pages++;
            found += page.messages().size();
        }
        assertEquals(1_000, found);
        assertTrue(pages >= 100_000 / 1_024, pages + " pages");
    }
}
