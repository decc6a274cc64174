package io.hawkermq.core;

import java.util.List;

/// The door to the other shards. Messages of one shard to another arrive in the order in which
/// they were posted, on the receiver's loop, through [Shard#receive].
public interface Mailboxes {
    /// @param batch immutable; not empty
    void post(int fromShard, int toShard, List<ShardMessage> batch);
}
