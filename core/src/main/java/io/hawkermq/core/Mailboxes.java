package io.hawkermq.core;

import java.util.List;

/// The door to the other shards. Each shard has one mailbox: batches arrive in the order in which
/// they were posted to it, whoever posted them, on the receiver's loop, through [Shard#receive].
/// That a retained message posted before an answer to a third shard comes before whatever that
/// shard asks because of the answer is relied upon.
public interface Mailboxes {
    /// @param batch immutable; not empty
    void post(int fromShard, int toShard, List<ShardMessage> batch);
}
