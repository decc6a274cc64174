package io.hawkermq.core;

import java.util.ArrayDeque;
import java.util.List;

/// What waits for room in a session's in-flight window, or for its client to connect, within the
/// limits of the session and its shard. At a limit the newest message is dropped, after those that
/// have expired.
final class DeliveryQueue {
    private final Session session;
    private final ArrayDeque<Delivery> deliveries = new ArrayDeque<>(2);
    private long bytes;

    DeliveryQueue(Session session) {
        this.session = session;
    }

    boolean isEmpty() {
        return deliveries.isEmpty();
    }

    int size() {
        return deliveries.size();
    }

    /// What its messages are charged: [Message#bytes].
    long bytes() {
        return bytes;
    }

    /// True if a delivery of so many bytes more is beyond a limit of the session.
    boolean isFull(int more) {
        Limits limits = session.shard().limits();
        int most = limits.maximumQueuedMessages();
        long mostBytes = limits.maximumQueuedBytes();
        return (most > 0 && deliveries.size() >= most)
                || (mostBytes > 0 && bytes + more > mostBytes);
    }

    /// @return false if the delivery was dropped
    boolean offer(Delivery d) {
        Shard shard = session.shard();
        Limits limits = shard.limits();
        int more = d.message().bytes();
        int most = limits.maximumQueuedMessages();
        if (most > 0 && deliveries.size() >= most) {
            dropExpired();
            if (deliveries.size() >= most) {
                shard.drop(DropReason.QUEUE_COUNT, session.clientId());
                return false;
            }
        }
        long mostBytes = limits.maximumQueuedBytes();
        if (mostBytes > 0 && bytes + more > mostBytes) {
            dropExpired();
            if (bytes + more > mostBytes) {
                shard.drop(DropReason.QUEUE_BYTES, session.clientId());
                return false;
            }
        }
        if (!session.isConnected() && !shard.budgets().hasRoomOffline(more)) {
            shard.drop(DropReason.OFFLINE_BUDGET, session.clientId());
            return false;
        }
        add(d);
        return true;
    }

    private void add(Delivery d) {
        deliveries.add(d);
        bytes += d.message().bytes();
        session.shard().budgets().queued(d.message().bytes(), session);
    }

    /// The oldest one.
    ///
    /// @throws java.util.NoSuchElementException if it is empty
    Delivery remove() {
        Delivery d = deliveries.remove();
        bytes -= d.message().bytes();
        session.shard().budgets().dequeued(d.message().bytes(), session);
        return d;
    }

    /// Takes back what was accepted before the broker was restarted, whatever the limits are now.
    void restore(Delivery d) {
        add(d);
    }

    void clear() {
        while (!isEmpty()) {
            remove();
        }
    }

    /// Adds what is stored of the deliveries to a list.
    void addStored(List<StoredDelivery> to) {
        for (Delivery d : deliveries) {
            if (d.stored() != null) {
                to.add(d.stored());
            }
        }
    }

    private void dropExpired() {
        Shard shard = session.shard();
        for (int i = deliveries.size(); i > 0; i--) {
            Delivery d = remove();
            if (d.message().isExpired(shard.now())) {
                session.removeStored(d);
                shard.drop(DropReason.EXPIRED, session.clientId());
            } else {
                add(d);
            }
        }
    }
}
