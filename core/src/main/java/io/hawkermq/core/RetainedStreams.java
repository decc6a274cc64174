package io.hawkermq.core;

import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The retained messages that a session's new subscriptions are still to get, one subscription
/// after the other. There may be as many as a session has subscriptions: only the one whose turn it
/// is has a stream, and nothing here walks over the others.
final class RetainedStreams {
    /// Topics of which it is remembered what was delivered live. What comes of others meanwhile may
    /// come twice.
    private static final int MOST_REMEMBERED = 10_000;

    private record Live(Message message, long count) {}

    private final Session session;

    /// Subscriptions are told apart by identity. One whose stream is open stays until its end. With
    /// each, how many live messages there had been before it.
    private final Map<Subscription, Long> waiting = new LinkedHashMap<>(2);

    /// Subscriptions that are to wait as soon as all shards have noted them, likewise.
    private final Map<Subscription, Long> expected = new HashMap<>(2);

    /// The last message of each topic that was delivered live with RETAIN since the first of these
    /// was made. By the time that its page is made such a message is retained, and it is not
    /// owed once more.
    private final Map<TopicName, Live> remembered = new HashMap<>();

    private long liveMessages;

    /// That of the first subscription, once it is its turn.
    private @Nullable RetainedStream open;

    RetainedStreams(Session session) {
        this.session = session;
    }

    boolean isEmpty() {
        return waiting.isEmpty() && expected.isEmpty();
    }

    /// Announces one that is added when all shards have noted it: what comes live from now on is
    /// not owed to it.
    void expect(Subscription subscription) {
        expected.put(subscription, liveMessages);
    }

    void add(Subscription subscription) {
        Long since = expected.remove(subscription);
        waiting.put(subscription, since == null ? liveMessages : since);
    }

    boolean has(Subscription subscription) {
        return waiting.containsKey(subscription);
    }

    /// A subscription has been replaced by one that is owed what is left.
    ///
    /// @return false if the first one is not among these
    boolean pass(Subscription from, Subscription to) {
        Long since = waiting.remove(from);
        if (since == null) {
            return false;
        }
        waiting.put(to, since);
        if (open != null && open.subscription() == from) {
            open.pass(to);
        }
        return true;
    }

    /// The subscription is no longer in force.
    void stop(Subscription subscription) {
        expected.remove(subscription);
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
        expected.clear();
        remembered.clear();
    }

    /// See [RetainedStream#liveDelivered].
    void liveDelivered(Message message, RetainNumber number) {
        liveMessages++;
        if (message.payload().length == 0) {
            remembered.remove(message.topic()); // such is not retained
        } else if (remembered.size() < MOST_REMEMBERED || remembered.containsKey(message.topic())) {
            remembered.put(message.topic(), new Live(message, liveMessages));
        }
        if (open != null) {
            open.liveDelivered(message, number);
        }
    }

    /// True of one that was delivered live since the subscription began to wait. One from before is
    /// owed: for those of a new subscription it does not matter what an older one has brought.
    @SuppressWarnings("ReferenceEquality") // the same message, not one that says the same
    private boolean wasDelivered(Message m, Subscription to) {
        Live live = remembered.get(m.topic());
        Long since = waiting.get(to);
        return live != null && live.message() == m && since != null && live.count() > since;
    }

    /// That of the subscription whose turn it is, or null if none waits.
    private @Nullable RetainedStream first() {
        RetainedStream first = open;
        if (first == null) {
            Iterator<Subscription> i = waiting.keySet().iterator();
            if (!i.hasNext()) {
                return null;
            }
            first = new RetainedStream(i.next(), session.shard().peers().newTicket());
            open = first;
        }
        return first;
    }

    /// True of one that the client published itself and No Local keeps from it [MQTT-3.8.3-3]. Bridges
    /// of 3.x have no such option: as with Mosquitto they get all that was retained before they
    /// subscribed.
    private boolean isKeptFromItsPublisher(Message m, Subscription s, Connection c) {
        return s.isNoLocal() && !c.isBridge() && m.publisher().equals(session.clientId());
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
        if (!wasDelivered(m, s)
                && !isKeptFromItsPublisher(m, s, c)
                && !m.isExpired(session.shard().now())
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
