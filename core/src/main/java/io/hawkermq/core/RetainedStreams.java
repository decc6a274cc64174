package io.hawkermq.core;

import io.hawkermq.protocol.QoS;
import java.util.ArrayDeque;

/// The retained messages that a session's new subscriptions are still to get, one subscription
/// after the other.
final class RetainedStreams {
    private final Session session;
    private final ArrayDeque<RetainedStream> streams = new ArrayDeque<>(1);

    RetainedStreams(Session session) {
        this.session = session;
    }

    boolean isEmpty() {
        return streams.isEmpty();
    }

    void add(Subscription subscription) {
        streams.add(new RetainedStream(subscription, session.shard().peers().newTicket()));
    }

    /// The subscription is no longer in force.
    void stop(Subscription subscription) {
        streams.removeIf(s -> {
            boolean stopped = s.subscription() == subscription;
            if (stopped) {
                session.shard().retention().release(s);
            }
            return stopped;
        });
    }

    /// The session ends.
    void stopAll() {
        streams.forEach(session.shard().retention()::release);
        streams.clear();
    }

    /// See [RetainedStream#liveDelivered].
    void liveDelivered(Message message) {
        streams.forEach(s -> s.liveDelivered(message));
    }

    /// Sends the next message, or takes another step towards it.
    ///
    /// @return false if nothing can be done now
    boolean pump(Connection c) {
        RetainedStream stream = streams.peek();
        if (stream == null) {
            return false;
        }
        if (stream.needsPage()) {
            stream.requested();
            session.shard().retention().request(session, stream);
        }
        if (stream.isAtEnd()) {
            streams.remove();
            session.streamed(stream.subscription());
            return true;
        }
        Message m = stream.peek();
        if (m == null) {
            return false;
        }
        Subscription s = stream.subscription();
        QoS qos = session.outgoing().effective(m, s.qos());
        if (qos != QoS.AT_MOST_ONCE
                && (!session.outgoing().hasQuota() || session.outgoing().isStoreFull())) {
            return false;
        }
        stream.take();
        if (!m.isExpired(session.shard().now())
                && session.mayReceive(m)
                && session.shard().maySendRetained(m)) {
            int[] identifiers = s.identifier() == 0 ? null : new int[] {s.identifier()};
            session.outgoing().sendRetained(m, qos, identifiers, c);
        }
        return true;
    }
}
