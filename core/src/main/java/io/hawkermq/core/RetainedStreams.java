package io.hawkermq.core;

import io.hawkermq.protocol.QoS;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The retained messages that a session's new subscriptions are still to get, one subscription
/// after the other. There may be as many as a session has subscriptions: only the one whose turn it
/// is has a stream, and nothing here walks over the others.
final class RetainedStreams {
    private final Session session;

    /// Subscriptions are told apart by identity. One whose stream is open stays until its end.
    private final Set<Subscription> waiting = new LinkedHashSet<>(2);

    /// That of the first subscription, once it is its turn.
    private @Nullable RetainedStream open;

    RetainedStreams(Session session) {
        this.session = session;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void add(Subscription subscription) {
        waiting.add(subscription);
    }

    boolean has(Subscription subscription) {
        return waiting.contains(subscription);
    }

    /// A subscription has been replaced by one that is owed what is left.
    ///
    /// @return false if the first one is not among these
    boolean pass(Subscription from, Subscription to) {
        if (!waiting.remove(from)) {
            return false;
        }
        waiting.add(to);
        if (open != null && open.subscription() == from) {
            open.pass(to);
        }
        return true;
    }

    /// The subscription is no longer in force.
    void stop(Subscription subscription) {
        waiting.remove(subscription);
        RetainedStream stream = open;
        if (stream != null && stream.subscription() == subscription) {
            session.shard().retention().release(stream);
            open = null;
        }
    }

    /// The session ends.
    void stopAll() {
        if (open != null) {
            session.shard().retention().release(open);
            open = null;
        }
        waiting.clear();
    }

    /// See [RetainedStream#liveDelivered].
    void liveDelivered(Message message, RetainNumber number) {
        if (open != null) {
            open.liveDelivered(message, number);
        }
    }

    /// That of the subscription whose turn it is, or null if none waits.
    private @Nullable RetainedStream first() {
        RetainedStream first = open;
        if (first == null) {
            Iterator<Subscription> i = waiting.iterator();
            if (!i.hasNext()) {
                return null;
            }
            first = new RetainedStream(i.next(), session.shard().peers().newTicket());
            open = first;
        }
        return first;
    }

    /// Sends the next message, or takes another step towards it.
    ///
    /// @return false if nothing can be done now
    boolean pump(Connection c) {
        RetainedStream stream = first();
        if (stream == null) {
            return false;
        }
        if (stream.needsPage()) {
            stream.requested();
            session.shard().retention().request(session, stream);
        }
        if (stream.isAtEnd()) {
            waiting.remove(stream.subscription());
            open = null;
            session.streamed(stream.subscription());
            return true;
        }
        Message m = stream.peek();
        if (m == null) {
            return false;
        }
        Subscription s = stream.subscription();
        QoS qos = session.outgoing().effective(m.qos(), s.qos());
        if (qos != QoS.AT_MOST_ONCE
                && (!session.outgoing().hasQuota() || session.outgoing().isStoreRefusing())) {
            return false;
        }
        stream.take();
        if (!m.isExpired(session.shard().now())
                && session.mayReceive(m.topic())
                && session.shard().maySendRetained(m)) {
            int[] identifiers = s.identifier() == 0 ? null : new int[] {s.identifier()};
            send(m, qos, identifiers, c);
        }
        return true;
    }

    private void send(Message m, QoS qos, int @Nullable [] identifiers, Connection c) {
        if (qos != QoS.AT_MOST_ONCE) {
            SessionJournal j = session.journal();
            if (j == null) {
                session.outgoing().begin(new Delivery(m, qos, true, identifiers, 0, null), c);
            } else {
                Delivery d = j.delivery(m, qos, true, identifiers, 0);
                j.put(d);
                session.outgoing().begin(d, c);
            }
        } else if (!c.transmit(m, qos, true, identifiers, 0)) {
            session.shard().drop(DropReason.PACKET_TOO_LARGE, session.clientId());
        }
    }
}
