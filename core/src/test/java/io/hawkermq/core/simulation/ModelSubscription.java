package io.hawkermq.core.simulation;

import io.hawkermq.core.simulation.Published.Take;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A subscription as the oracle believes it to be.
final class ModelSubscription {
    static final long NEVER = Long.MAX_VALUE;

    final ModelSession session;
    final TopicFilter filter;
    final SubscriptionOptions options;
    final int identifier;

    /// The number of the last take before its SUBACK, or before that of the one it replaced: all
    /// later ones must be delivered.
    long coveredSince = NEVER;

    /// The same for what must survive a crash: one at QoS 0 that it replaced does not count, since
    /// until the SUBACK other shards may not know that they must store what they send.
    long storedSince = NEVER;

    /// When it came and went, in takes.
    final long joined;

    long left = NEVER;

    /// True if its session ended while it was in force.
    boolean endedWithSession;

    /// When that was, in milliseconds.
    long endedAt = NEVER;

    /// True if the client was told of it by SUBACK.
    boolean isConfirmed;

    /// What it may get, and must get, of the retained messages: for all those together that
    /// replaced each other without asking for them anew.
    Stream stream = new Stream();

    /// Whether a subscription is owed retained messages.
    enum Retained {
        NONE,
        /// Asked for; nobody knows yet what there is.
        ASKED,
        /// The messages held from [Stream#lower] on may come.
        OPEN,
        /// UNSUBACK was received: nothing more may come.
        CLOSED
    }

    /// The retained messages that were asked for once.
    static final class Stream {
        Retained retained = Retained.NONE;

        /// The number of the change of the retained messages from which on states may be seen.
        long lower;

        /// What was retained at [#lower].
        Map<String, Take> owed = new HashMap<>();

        /// The lowest QoS of the subscriptions that it was sent for.
        QoS least = QoS.EXACTLY_ONCE;

        /// True if they came over more than one connection.
        boolean isOfManyConnections;

        /// True if a subscription that was replaced had No Local: its client's own messages were passed
        /// over, as far as it came.
        boolean wasNoLocal;

        /// What comes of each topic, once; after each crash anew.
        private final List<Map<String, Streamed>> passes =
                new ArrayList<>(List.of(new HashMap<>()));

        /// After a crash all may come once more: that the last one had come may not have been stored.
        void mayComeAnew() {
            if (retained != Retained.NONE) {
                passes.add(new HashMap<>());
            }
        }
    }

    /// The retained message of one topic.
    private static final class Streamed extends Slot {}

    /// The connection on which it was asked for.
    final ServerEnd end;

    ModelSubscription(
            ModelSession session,
            TopicFilter filter,
            SubscriptionOptions options,
            int identifier,
            long joined,
            ServerEnd end) {
        this.session = session;
        this.filter = filter;
        this.options = options;
        this.identifier = identifier;
        this.joined = joined;
        this.end = end;
    }

    /// It replaces one and does not ask for retained messages: what that one is owed, it is.
    void goOnFor(ModelSubscription replaced) {
        stream = replaced.stream;
        stream.least = stream.least.min(replaced.qos()).min(qos());
        stream.isOfManyConnections |= replaced.end != end;
        stream.wasNoLocal |= replaced.options.noLocal();
    }

    /// The places of a topic's retained message.
    List<Slot> slots(String topic) {
        List<Slot> slots = new ArrayList<>();
        stream.passes.forEach(s -> slots.add(s.computeIfAbsent(topic, t -> new Streamed())));
        return slots;
    }

    /// True if No Local keeps what this client published from it [MQTT-3.8.3-3].
    boolean isKeptFrom(String publisher) {
        return options.noLocal() && session.clientId.equals(publisher);
    }

    /// True if its client published this, and No Local keeps it from it or may have done so.
    boolean mayBeKeptFrom(String publisher) {
        return (options.noLocal() || stream.wasNoLocal) && session.clientId.equals(publisher);
    }

    boolean isShared() {
        return filter.isShared();
    }

    boolean matches(String topic) {
        return Rules.matches(filter.filter(), topic);
    }

    QoS qos() {
        return options.qos();
    }

    boolean isInForce() {
        return left == NEVER;
    }

    @Override
    public String toString() {
        return filter
                + " (QoS "
                + qos().level()
                + (options.noLocal() ? ", no local" : "")
                + (options.retainAsPublished() ? ", retain as published" : "")
                + (identifier == 0 ? "" : ", identifier " + identifier)
                + ") of "
                + session.clientId;
    }
}
