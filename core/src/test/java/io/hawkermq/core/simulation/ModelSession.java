package io.hawkermq.core.simulation;

import io.hawkermq.core.simulation.Published.Take;
import io.hawkermq.protocol.QoS;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A session as the oracle believes it to be, from its first CONNACK to its end. One Client
/// Identifier can have several, one after the other.
final class ModelSession {
    static final long NEVER = Long.MAX_VALUE;

    /// What a session should get of one take of a message.
    static final class Expectation extends Slot {
        final Take take;
        final QoS qos;
        final boolean retain;
        final List<Integer> identifiers;

        /// False if it may come but need not.
        boolean isMust;

        /// The connection it was meant for, at QoS 0; null if the client was away.
        final @Nullable ServerEnd end;

        /// How many connections the session had had when it had to wait for the next one, at QoS 0.
        final int connections;

        Expectation(
                Take take,
                QoS qos,
                boolean retain,
                List<Integer> identifiers,
                boolean isMust,
                @Nullable ServerEnd end,
                int connections) {
            this.take = take;
            this.qos = qos;
            this.retain = retain;
            this.identifiers = identifiers;
            this.isMust = isMust;
            this.end = end;
            this.connections = connections;
        }

        /// True if it may have been lost on its way to a client that is not to get it again: one at
        /// QoS 0 that may have been sent over any connection but the latest, or damaged, one.
        boolean mayBeLost(ModelSession s) {
            boolean isOfLatest = end == null ? s.connections == connections + 1 : end == s.end;
            return qos == QoS.AT_MOST_ONCE
                    && (!isOfLatest || s.end == null || s.end.link().isDamaged());
        }

        @Override
        public String toString() {
            return take
                    + " at QoS "
                    + qos.level()
                    + (retain ? " retain" : "")
                    + " identifiers "
                    + identifiers
                    + (isMust ? " must" : " may")
                    + (receipt() != null ? " (received)" : "");
        }
    }

    /// In which order is kept [MQTT-4.6.0-5]; QoS 1 and 2 share one, which is more than the rule asks.
    record Lane(String publisher, String topic, QoS qos) {}

    /// What came last with a packet identifier.
    record Last(Published message, QoS qos, boolean retain, List<Integer> identifiers) {}

    /// A delivery that the client has got and that comes once more, as if for the first time: one at
    /// QoS 1 whose PUBACK may be lost with the server, or one at QoS 2 of a session that is back after
    /// a crash while the client, which was told that it has a new one, knows nothing of it any more.
    static final class Again extends Slot {
        final Last last;

        Again(Last last) {
            this.last = last;
        }
    }

    /// All that is lost if the disk loses it.
    record State(
            @Nullable ServerEnd end,
            boolean isEnded,
            boolean isDurable,
            boolean isGreeted,
            long expiryInterval,
            @Nullable Published will,
            long willDelay,
            long willAt,
            long expiresAt,
            int largest,
            Map<String, ModelSubscription> subscriptions,
            Map<Integer, Published> unreleased) {}

    final String clientId;
    int shard;
    @Nullable ServerEnd end;
    boolean isEnded;

    /// True if it outlives the process.
    boolean isDurable;

    /// True if the client was told that it is connected.
    boolean isGreeted;

    /// True if the client was ever told so, whatever the disk has lost since: it has given up what it
    /// knew of any earlier session.
    boolean wasGreeted;

    /// How many connections it has had.
    int connections;

    long expiryInterval;
    @Nullable Published will;
    long willDelay;
    long willAt = NEVER;
    long expiresAt = NEVER;
    int largest = Integer.MAX_VALUE;

    final Map<String, ModelSubscription> subscriptions = new LinkedHashMap<>();

    /// Also those that are gone: messages may still be under way.
    final List<ModelSubscription> allSubscriptions = new ArrayList<>();

    /// By packet identifier, what of the client's QoS 2 messages waits for PUBREL.
    final Map<Integer, Published> unreleased = new LinkedHashMap<>();

    /// What the server took last under a packet identifier of the client.
    final Map<Integer, Take> taken = new HashMap<>();

    /// Deliveries at QoS 1 that the client has got and the server does not know it.
    final Map<Integer, Last> unacknowledged = new LinkedHashMap<>();

    final List<Again> again = new ArrayList<>();

    /// Packet identifiers of deliveries whose PUBREC has come and whose PUBCOMP has not.
    final Set<Integer> released = new HashSet<>();

    final Map<Integer, List<Expectation>> expected = new LinkedHashMap<>();
    final Map<Lane, Long> lastTake = new HashMap<>();
    final Map<Integer, Last> lastByPacketId = new HashMap<>();

    ModelSession(String clientId, int shard) {
        this.clientId = clientId;
        this.shard = shard;
    }

    State state() {
        return new State(
                end,
                isEnded,
                isDurable,
                isGreeted,
                expiryInterval,
                will,
                willDelay,
                willAt,
                expiresAt,
                largest,
                new LinkedHashMap<>(subscriptions),
                new LinkedHashMap<>(unreleased));
    }

    /// Is again as it was.
    ///
    /// @param seq the number of the last take
    void state(State was, long seq) {
        end = was.end;
        isEnded = was.isEnded;
        isDurable = was.isDurable;
        isGreeted = was.isGreeted;
        expiryInterval = was.expiryInterval;
        will = was.will;
        willDelay = was.willDelay;
        willAt = was.willAt;
        expiresAt = was.expiresAt;
        largest = was.largest;
        for (ModelSubscription u : subscriptions.values()) {
            u.left = seq;
        }
        subscriptions.clear();
        subscriptions.putAll(was.subscriptions);
        for (ModelSubscription u : subscriptions.values()) {
            u.left = ModelSubscription.NEVER;
        }
        unreleased.clear();
        unreleased.putAll(was.unreleased);
    }

    boolean isConnected() {
        return end != null;
    }

    boolean takes(Published message) {
        return !message.isLarge() || largest > Published.LARGE;
    }

    List<Expectation> expected(Published message) {
        return expected.getOrDefault(message.id(), List.of());
    }
}
