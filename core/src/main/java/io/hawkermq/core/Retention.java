package io.hawkermq.core;

import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicFilter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Retained messages, as one shard has to do with them: shard 0 keeps them, the others send it
/// what is to be retained and ask for pages of what a new subscription is to get.
final class Retention {
    private static final long SWEEP_MILLIS = 1_000;

    private final Shard shard;

    /// Null on shards that keep none.
    private final @Nullable RetainedKeeper keeper;

    private final Timers.Timer sweepTimer = new Timers.Timer(this::sweep);
    private final Map<Long, PendingPage> pendingPages = new HashMap<>();

    private long lastNumber;

    private record PendingPage(Session session, RetainedStream stream) {}

    Retention(Shard shard) {
        this.shard = shard;
        keeper =
                shard.number() == Shard.KEEPER
                        ? new RetainedKeeper(shard.counters(), shard.peers().shards())
                        : null;
    }

    /// True if no page is on its way here.
    boolean isQuiet() {
        return pendingPages.isEmpty();
    }

    /// For a message that is then delivered, and behind that retained.
    RetainNumber nextNumber() {
        return new RetainNumber(shard.number(), ++lastNumber);
    }

    void retain(Message message, RetainNumber number) {
        if (keeper == null) {
            StoredForward stored =
                    message.qos() == QoS.AT_MOST_ONCE || !shard.journal().isDurable()
                            ? null
                            : shard.journal()
                                    .forward(
                                            StoredForward.Purpose.RETAIN,
                                            shard.slots().of(Shard.KEEPER),
                                            message,
                                            null,
                                            null);
            shard.peers().forward(new ShardMessage.Retain(message, number, stored), Shard.KEEPER);
            return;
        }
        keeper.took(number);
        if (isStored(message)) {
            DropReason refusal = shard.journal().refusal();
            if (message.payload().length == 0) {
                shard.journal().add(new StoreChange.RemoveRetained(message.topic()));
            } else if (refusal != null) {
                shard.drop(refusal, message.publisher());
                return;
            } else {
                shard.journal().add(new StoreChange.PutRetained(message));
            }
        }
        keep(message);
    }

    /// What the server itself says of its state is not worth keeping beyond it. All else that it
    /// publishes is somebody's: an operator's, or a birth certificate. And what is removed may be a
    /// client's.
    private boolean isStored(Message message) {
        return shard.journal().isDurable()
                && !(message.publisher().equals(Message.SERVER)
                        && message.payload().length > 0
                        && message.topic().toString().startsWith("$SYS/"));
    }

    void keep(Message message) {
        keeper().retain(message);
        if (message.expires() && !sweepTimer.isSet()) {
            shard.timers().set(sweepTimer, shard.now() + SWEEP_MILLIS);
        }
    }

    private void sweep() {
        if (keeper().sweep(shard.now(), this::forgetRetained)) {
            shard.timers().set(sweepTimer, shard.now() + keeper().sweepDelay());
        }
    }

    private void forgetRetained(Message expired) {
        if (isStored(expired)) {
            shard.journal().add(new StoreChange.RemoveRetained(expired.topic()));
        }
    }

    List<Message> matching(TopicFilter filter) {
        return keeper().matching(filter, shard.now());
    }

    private RetainedKeeper keeper() {
        if (keeper == null) {
            throw new IllegalStateException("this shard keeps no retained messages");
        }
        return keeper;
    }

    void request(Session session, RetainedStream stream) {
        ShardMessage.RetainedRequest request =
                new ShardMessage.RetainedRequest(
                        stream.ticket(), stream.subscription().filter(), RetainedStream.PAGE);
        if (keeper != null) {
            session.outgoing().onPage(stream, keeper.page(request, shard.now()));
        } else {
            pendingPages.put(stream.ticket(), new PendingPage(session, stream));
            shard.peers().tell(Shard.KEEPER, request);
        }
    }

    void onPage(ShardMessage.RetainedPage page) {
        PendingPage pending = pendingPages.remove(page.ticket());
        if (pending != null) {
            pending.session().outgoing().onPage(pending.stream(), page);
        }
    }

    /// What another shard asks for.
    ShardMessage.RetainedPage page(ShardMessage.RetainedRequest request) {
        return keeper().page(request, shard.now());
    }

    /// Another shard needs no more pages.
    void release(ShardMessage.RetainedRelease released) {
        keeper().release(released.ticket());
    }

    void release(RetainedStream stream) {
        pendingPages.remove(stream.ticket());
        if (keeper != null) {
            keeper.release(stream.ticket());
        } else {
            shard.peers().tell(Shard.KEEPER, new ShardMessage.RetainedRelease(stream.ticket()));
        }
    }
}
