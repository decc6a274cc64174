package io.hawkermq.core;

import io.hawkermq.protocol.TopicName;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The retained messages that a new subscription is still to get. They are not queued: the stream
/// holds its place in the retained messages and fetches the next few when the subscriber's socket
/// has room, so that any number reaches a slow subscriber in constant memory and no queue limit
/// applies.
final class RetainedStream {
    /// Messages fetched at once.
    static final int PAGE = 64;

    /// Topic Names remembered of messages that overtook a page under way.
    private static final int MOST_OVERTAKEN = 10_000;

    private Subscription subscription;
    private final Deque<Message> page = new ArrayDeque<>();
    private final Set<TopicName> overtaken = new HashSet<>();
    private final long ticket;
    private boolean isRequested;
    private boolean isLast;

    /// @param ticket names the stream at the keeper of the retained messages
    RetainedStream(Subscription subscription, long ticket) {
        this.ticket = ticket;
        this.subscription = subscription;
    }

    Subscription subscription() {
        return subscription;
    }

    /// Goes on for the one that has replaced its subscription.
    void pass(Subscription to) {
        subscription = to;
    }

    /// True once the last message has been taken.
    boolean isAtEnd() {
        return isLast && page.isEmpty();
    }

    /// True if [Retention#request] is to be called.
    boolean needsPage() {
        return page.isEmpty() && !isLast && !isRequested;
    }

    long ticket() {
        return ticket;
    }

    void requested() {
        isRequested = true;
    }

    /// The next message, or null while its page is under way or at the end.
    @Nullable Message peek() {
        return page.peek();
    }

    void take() {
        page.remove();
    }

    /// A message to be retained was delivered as a live one. If the page under way holds an older
    /// one of its topic, that must not come after it.
    void liveDelivered(Message message) {
        if (!message.retain()) {
            return;
        }
        page.removeIf(m -> m.topic().equals(message.topic()));
        if (isRequested && overtaken.size() < MOST_OVERTAKEN) {
            overtaken.add(message.topic());
        }
    }

    /// The answer to the request.
    void onPage(List<Message> messages, boolean last) {
        isRequested = false;
        for (Message m : messages) {
            if (!overtaken.contains(m.topic())) {
                page.add(m);
            }
        }
        overtaken.clear();
        isLast = last;
    }
}
