package io.hawkermq.core;

import io.hawkermq.protocol.PublishRun;
import io.hawkermq.protocol.TopicFilter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What shards say to each other: immutable, answered if at all by another message.
public sealed interface ShardMessage {
    /// A message for the subscribers that the receiving shard owns.
    ///
    /// @param number null without RETAIN
    /// @param stored what is stored of it on its way, null if nothing
    record Forward(Message message, @Nullable RetainNumber number, @Nullable StoredForward stored)
            implements ShardMessage {}

    /// Packets for the subscribers that the receiving shard owns.
    ///
    /// @param run a kept one
    record ForwardRun(PublishRun run, Publisher by) implements ShardMessage {
        /// What it is charged on its way, in bytes.
        int bytes() {
            return 64 + run.length();
        }
    }

    /// A message for one member of a Shared Subscription that the receiving shard has members of.
    ///
    /// @param hops how many shards have found no member that can take it, -1 if none has looked; the
    ///     message is dropped when all have
    /// @param attempt whether a member may have got it before a crash
    /// @param stored as in [Forward]
    record ForwardShared(
            Message message,
            String shareName,
            String filter,
            int hops,
            Journal.Attempt attempt,
            @Nullable StoredForward stored)
            implements ShardMessage {
        /// One that no shard has looked at yet.
        static ForwardShared beginning(
                Message message, String shareName, String filter, Journal.Attempt attempt) {
            return new ForwardShared(message, shareName, filter, -1, attempt, null);
        }

        /// The same for the next shard.
        ForwardShared onward(@Nullable StoredForward storedForIt) {
            return new ForwardShared(message, shareName, filter, hops + 1, attempt, storedForIt);
        }
    }

    /// The sender has taken `bytes` worth of forwarded messages out of its mailbox.
    record Taken(long bytes) implements ShardMessage {}

    /// The sender has now subscribers for `filter` and wants what matches it. Only when a [Note] that
    /// it sends behind this is answered may it confirm the subscription.
    record Interested(String filter, RemoteInterest.Kind kind) implements ShardMessage {}

    /// The sender's last subscriber of `filter` of that kind is gone.
    record NoLongerInterested(String filter, RemoteInterest.Kind kind) implements ShardMessage {}

    /// The sender has now `members` members, of whom so many are `connected` and so many `durable`,
    /// in a Shared Subscription. Followed by a [Note] like [Interested].
    record ShareMembers(String shareName, String filter, int members, int connected, int durable)
            implements ShardMessage {}

    /// Everything posted so far is in force at the sender.
    ///
    /// @param ticket of the request that it answers
    record Noted(long ticket) implements ShardMessage {}

    /// Asks for a [Noted] once everything posted before it is in force.
    record Note(long ticket) implements ShardMessage {}

    /// A message to be retained, or, with an empty payload, to be removed [MQTT-3.3.1-6]; for the
    /// shard that keeps the retained messages.
    ///
    /// @param stored as in [Forward]
    record Retain(Message message, RetainNumber number, @Nullable StoredForward stored)
            implements ShardMessage {}

    /// Asks the keeper of the retained messages for the next ones of a stream.
    ///
    /// @param ticket names the stream, unique among all shards; the first request opens it
    record RetainedRequest(long ticket, TopicFilter filter, int most) implements ShardMessage {}

    /// The stream is no longer wanted.
    record RetainedRelease(long ticket) implements ShardMessage {}

    /// The answer to [RetainedRequest]; may be empty though more will come.
    ///
    /// @param kept up to which of each shard's the messages are
    /// @param isLast true if there are no more; the stream is closed then
    record RetainedPage(long ticket, List<Message> messages, KeptSoFar kept, boolean isLast)
            implements ShardMessage {}
}
