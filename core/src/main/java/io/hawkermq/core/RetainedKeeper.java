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

    /// Messages whose expiry is looked at in one turn of [#sweep].
    private static final int SWEPT = 256;

    private final RetainedMessages<Message> messages = new RetainedMessages<>();
    private final Map<Long, RetainedMessages.Cursor<Message>> streams = new HashMap<>();
    private final Counters counters;
    private RetainedMessages.@Nullable Cursor<Message> sweeping;
    private long expiring;

    RetainedKeeper(Counters counters) {
        this.counters = counters;
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
            if (found == null) {
                break;
            }
            visits -= 4;
            if (!found.isExpired(now)) {
                page.add(found);
            }
        }
        if (cursor.isAtEnd()) {
            streams.remove(request.ticket());
        }
        return new ShardMessage.RetainedPage(request.ticket(), page, cursor.isAtEnd());
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

    /// Removes some of the messages that have expired; called again and again it comes by all.
    ///
    /// @param removed is told of each
    /// @return true if there are messages left that will expire
    boolean sweep(long now, Consumer<Message> removed) {
        if (expiring == 0) {
            sweeping = null;
            return false;
        }
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
            }
        }
        return expiring > 0;
    }
}
