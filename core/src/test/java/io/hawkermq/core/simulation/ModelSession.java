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
        final boolean isMust;

        /// The connection it was meant for, at QoS 0.
        final @Nullable ServerEnd end;

        Expectation(
                Take take,
                QoS qos,
                boolean retain,
                List<Integer> identifiers,
                boolean isMust,
                @Nullable ServerEnd end) {
            this.take = take;
            this.qos = qos;
            this.retain = retain;
            this.identifiers = identifiers;
            this.isMust = isMust;
            this.end = end;
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

    /// In which order is kept [MQTT-4.6.0-5].
    record Lane(String publisher, String topic, QoS qos) {}

    /// What came last with a packet identifier.
    record Last(Published message, QoS qos, boolean retain, List<Integer> identifiers) {}

    final String clientId;
    int shard;
    @Nullable ServerEnd end;
    boolean isEnded;
    long expiryInterval;
    @Nullable Published will;
    long willDelay;
    long willAt = NEVER;
    long expiresAt = NEVER;
    int largest = Integer.MAX_VALUE;

    final Map<String, ModelSubscription> subscriptions = new LinkedHashMap<>();

    /// Also those that are gone: messages may still be under way.
    final List<ModelSubscription> allSubscriptions = new ArrayList<>();

    final Set<Integer> unreleased = new HashSet<>();
    final Map<Integer, List<Expectation>> expected = new LinkedHashMap<>();
    final Map<Lane, Long> lastTake = new HashMap<>();
    final Map<Integer, Last> lastByPacketId = new HashMap<>();

    ModelSession(String clientId, int shard) {
        this.clientId = clientId;
        this.shard = shard;
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
