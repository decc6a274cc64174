package io.hawkermq.core;

import io.hawkermq.protocol.QoS;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// The deliveries at QoS 0 of a [DeliveryQueue], if it has any: how many there are, and how they are
/// sent. They need no Packet Identifier and no room in the in-flight window.
///
/// What is stored must not come again after a crash, so it is sent only once its removal is durable.
/// Until then it is *withheld*: out of the store, but not out of the queue, whose count and bytes it
/// is in. A crash loses it then; the end of the connection does not.
final class AtMostOnce {
    /// Bytes withheld from which on no more are.
    private static final long MOST_BYTES = 1 << 18;

    private final Session session;
    private final ArrayDeque<Delivery> withheld = new ArrayDeque<>();
    private int count;
    private long bytes;
    private boolean isLatestStored;

    AtMostOnce(Session session) {
        this.session = session;
    }

    // ---- how many there are ----

    /// One more is in the queue, behind all others or only in the store.
    void added(@Nullable Delivery d) {
        count++;
        isLatestStored = d == null || d.stored() != null;
    }

    /// One is no longer in the queue.
    void removed() {
        count--;
    }

    /// Until there is none a new one has to wait behind them [MQTT-4.6.0-6]. If a part of the queue
    /// was damaged, that is when the queue is empty.
    boolean isEmpty() {
        return count <= 0;
    }

    /// Whether a new one, for a client that is connected, is to be stored. One that waits for nothing
    /// but those that are withheld is not: it would be withheld itself, and so would all that come
    /// after it, for as long as there are any.
    boolean isStoring() {
        return isLatestStored && count > withheld.size();
    }

    // ---- what is sent ----

    /// True while some wait for their removal to be durable.
    boolean isWithholding() {
        return !withheld.isEmpty();
    }

    /// Whether the first one of the queue can be taken from it now.
    boolean isNext(Delivery first) {
        return first.stored() == null || session.journal() == null
                ? withheld.isEmpty()
                : withheld.size() < session.shard().limits().streamBatch() && bytes < MOST_BYTES;
    }

    /// Sends what was taken from the queue, now or when it may be sent.
    ///
    /// @return false if it is withheld, and is to be charged as it was
    boolean send(Delivery d, Connection c) {
        if (session.journal() != null && d.stored() != null) {
            session.outgoing().removeStored(d);
            if (session.shard().journal().awaitDurable(c, d, 0, Journal.Attempt.FIRST)) {
                withheld.add(d);
                count++;
                bytes += d.message().bytes();
                return false;
            }
        }
        transmit(d, c);
        return true;
    }

    /// The removal of the first one that is withheld is durable.
    void transmitDurable(Delivery d, Connection c) {
        Delivery first = withheld.poll();
        if (first != d) {
            throw new IllegalStateException("what is withheld is not sent in its order");
        }
        count--;
        bytes -= d.message().bytes();
        transmit(d, c);
    }

    private void transmit(Delivery d, Connection c) {
        Shard shard = session.shard();
        if (d.message().isExpired(shard.now())) {
            shard.drop(DropReason.EXPIRED, session.clientId()); // [MQTT-3.3.2-5]
        } else if (!c.transmit(d.message(), QoS.AT_MOST_ONCE, d.retain(), d.identifiers(), 0)) {
            shard.drop(DropReason.PACKET_TOO_LARGE, session.clientId()); // [MQTT-3.1.2-25]
        }
    }

    /// The client has gone before it was sent the latest one that is withheld, which the store has no
    /// more.
    ///
    /// @return null if there is none
    @Nullable Delivery takeBack() {
        Delivery d = withheld.pollLast();
        if (d == null) {
            return null;
        }
        bytes -= d.message().bytes();
        return new Delivery(d.message(), d.qos(), d.retain(), d.identifiers(), d.share(), null);
    }
}
