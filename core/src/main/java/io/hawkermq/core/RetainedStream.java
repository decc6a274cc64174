package io.hawkermq.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The retained messages that a new subscription is still to get. They are not queued: the stream
/// holds its place in the retained messages and fetches the next few when the subscriber's socket
/// has room, so that any number reaches a slow subscriber in constant memory and no queue limit
/// applies.
final class RetainedStream {
    /// Messages fetched at once.
    static final int PAGE = 64;

    /// Messages remembered that were delivered while a page was under way. An older one may come
    /// after one that is not.
    private static final int MOST_OVERTAKING = 10_000;

    private record Live(Message message, RetainNumber number) {}

    private Subscription subscription;
    private final Deque<Message> page = new ArrayDeque<>();
    private KeptSoFar kept = KeptSoFar.NOTHING;
    private final List<Live> overtaking = new ArrayList<>();
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

    /// A message with RETAIN was delivered as a live one. What was retained of its topic before
    /// must not come after it; what has replaced it since must, for it may be from before the
    /// publisher's shard knew of the subscription.
    void liveDelivered(Message message, RetainNumber number) {
        Live live = new Live(message, number);
        page.removeIf(m -> isOld(m, live));
        // A page asked for from now on is not older: the keeper has it first.
        if (isRequested && overtaking.size() < MOST_OVERTAKING) {
            overtaking.add(live);
        }
    }

    /// The answer to the request.
    void onPage(ShardMessage.RetainedPage answer) {
        isRequested = false;
        isLast = answer.isLast();
        kept = answer.kept();
        page.addAll(answer.messages());
        for (Live live : overtaking) {
            page.removeIf(m -> isOld(m, live));
        }
        overtaking.clear();
    }

    /// True of one that a live message has replaced, and of that message itself.
    @SuppressWarnings("ReferenceEquality") // the same message, not one that says the same
    private boolean isOld(Message onPage, Live live) {
        return onPage == live.message()
                || (onPage.topic().equals(live.message().topic()) && !kept.includes(live.number()));
    }
}
