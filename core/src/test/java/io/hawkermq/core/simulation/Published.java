package io.hawkermq.core.simulation;

import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An application message as a client made it.
///
/// @param id what its payload begins with; a message without payload shares its payload with others
/// @param expirySeconds -1 for never
/// @param properties those that every subscriber must get unaltered
/// @param takes how often, and when, the server took it over: more than once if a client sent it
///     again at QoS 1
record Published(
        int id,
        String topic,
        QoS qos,
        boolean retain,
        long expirySeconds,
        Properties properties,
        byte[] payload,
        List<Take> takes) {
    /// Payloads are either much smaller or larger than what a client with a small Maximum Packet
    /// Size takes.
    static final int LARGE = 600;

    static final int SMALL_MAXIMUM = 400;

    /// The server took the message over.
    ///
    /// @param seq orders all takes of a run
    /// @param at milliseconds
    /// @param publisher the Client Identifier
    /// @param shard where it was taken
    record Take(Published message, long seq, long at, String publisher, int shard) {
        long expiresAt() {
            return message.expirySeconds() < 0
                    ? Long.MAX_VALUE
                    : at + message.expirySeconds() * 1_000;
        }

        @Override
        public String toString() {
            return "take " + seq + " of " + message + " by shard " + shard;
        }
    }

    static Published of(
            int id,
            String topic,
            QoS qos,
            boolean retain,
            long expirySeconds,
            Properties properties,
            byte[] payload) {
        return new Published(
                id, topic, qos, retain, expirySeconds, properties, payload, new ArrayList<>());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return id;
    }

    boolean isLarge() {
        return payload.length >= LARGE;
    }

    /// True if it clears the retained message of its topic.
    boolean isClearing() {
        return payload.length == 0;
    }

    @Override
    public String toString() {
        return "message "
                + id
                + " ('"
                + topic
                + "', QoS "
                + qos.level()
                + (retain ? ", retain" : "")
                + ", "
                + payload.length
                + " bytes"
                + (expirySeconds < 0 ? "" : ", expires in " + expirySeconds + " s")
                + ")";
    }
}
