package io.hawkermq.core;

import io.hawkermq.protocol.TopicFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The retained messages of the whole server, kept by one shard so that all agree on the newest of
/// each topic, and the streams that read them a page at a time.
final class RetainedKeeper {
    /// Topics looked at for one page: what bounds the time that a search takes from the loop.
    private static final int VISITS = 1_024;

    /// What a message found costs beside the visit that found it, in visits.
    private static final int FOUND = 3;

    /// Messages whose expiry is looked at in one turn of [#sweep].
    private static final int SWEPT = 256;

    /// If so many of them had expired, or more, there are many: the next turn comes soon.
    private static final int MANY = SWEPT / 16;

    /// Between two turns of [#sweep], in milliseconds.
    private static final long SOON = 1;

    private static final long AT_LEAST = 10;
    private static final long AT_MOST = 1_000;

    /// In about this time [#sweep] comes by as many messages as there are that expire, unless that
    /// needs turns more often than [#AT_LEAST]: those that have expired may be all in one place, far
    /// away, and are more the longer the way there takes.
    private static final long ROUND = 10_000;

    private final RetainedMessages<Message> messages = new RetainedMessages<>();
    private final Map<Long, RetainedMessages.Cursor<Message>> streams = new HashMap<>();
    private final Counters counters;

    /// The last number of each shard.
    private final long[] kept;

    private RetainedMessages.@Nullable Cursor<Message> sweeping;
    private long expiring;
    private long sweepDelay = AT_MOST;

    /// @param shards how many there are at most
    RetainedKeeper(Counters counters, int shards) {
        this.counters = counters;
        kept = new long[shards];
    }

    /// This message is now to be retained; or not, and then those before stay.
    void took(RetainNumber number) {
        kept[number.shard()] = Math.max(kept[number.shard()], number.number());
    }

    /// [MQTT-3.3.1-5] [MQTT-3.3.1-6] [MQTT-3.3.1-7]
    void retain(Message message) {
        Message replaced =
                message.payload().length == 0
                        ? messages.remove(message.topic())
                        : messages.put(message.topic(), message);
        if (message.payload().length > 0) {
            count(message, 1);
        }
        if (replaced != null) {
            count(replaced, -1);
        }
    }

    private void count(Message message, int change) {
        counters.retained += change;
        counters.retainedBytes += (long) change * message.payload().length;
        if (message.expires()) {
            expiring += change;
        }
    }

    /// The next messages of a stream, which the first call opens.
    ShardMessage.RetainedPage page(ShardMessage.RetainedRequest request, long now) {
        RetainedMessages.Cursor<Message> cursor =
                streams.computeIfAbsent(request.ticket(), t -> cursor(request.filter()));
        List<Message> page = new ArrayList<>();
        int visits = VISITS;
        while (page.size() < request.most() && visits > 0) {
            Message found = cursor.next(visits);
            visits -= cursor.visited();
            if (found == null) {
                break;
            }
            visits -= FOUND;
            if (!found.isExpired(now)) {
                page.add(found);
            }
        }
        if (cursor.isAtEnd()) {
            streams.remove(request.ticket());
        }
        return new ShardMessage.RetainedPage(
                request.ticket(), page, KeptSoFar.of(kept), cursor.isAtEnd());
    }

    private RetainedMessages.Cursor<Message> cursor(TopicFilter filter) {
        return messages.matching(filter);
    }

    /// All that match, at once.
    List<Message> matching(TopicFilter filter, long now) {
        List<Message> all = new ArrayList<>();
        RetainedMessages.Cursor<Message> cursor = messages.matching(filter);
        while (!cursor.isAtEnd()) {
            Message found = cursor.next(VISITS);
            if (found != null && !found.isExpired(now)) {
                all.add(found);
            }
        }
        return all;
    }

    void release(long ticket) {
        streams.remove(ticket);
    }

    /// Removes some of the messages that have expired; called again and again, each time after
    /// [#sweepDelay], it comes by all.
    ///
    /// @param removed is told of each
    /// @return true if there are messages left that will expire
    boolean sweep(long now, Consumer<Message> removed) {
        if (expiring == 0) {
            sweeping = null;
            return false;
        }
        int found = 0;
        if (sweeping == null || sweeping.isAtEnd()) {
            sweeping = messages.all();
        }
        for (int i = 0; i < SWEPT; i++) {
            Message m = sweeping.next(1);
            if (m == null) {
                break;
            }
            if (m.isExpired(now)) {
                messages.remove(m.topic());
                count(m, -1);
                removed.accept(m);
                found++;
            }
        }
        sweepDelay =
                found >= MANY
                        ? SOON
                        : Math.clamp(ROUND * SWEPT / Math.max(1, expiring), AT_LEAST, AT_MOST);
        return expiring > 0;
    }

    /// In how many milliseconds [#sweep] is to be called again.
    long sweepDelay() {
        return sweepDelay;
    }
}
