package io.hawkermq.core;

import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;

/// An application message as the server owns it: immutable, shared by every queue and shard that
/// holds it.
///
/// @param payload never changed after the message is made
/// @param properties those that are forwarded unaltered [MQTT-3.3.2-4] [MQTT-3.3.2-15]
///     [MQTT-3.3.2-17] [MQTT-3.3.2-20]: no Topic Alias, Subscription Identifier or Message Expiry
///     Interval among them
/// @param qos as published
/// @param retain the RETAIN flag as published
/// @param publisher the publisher's Client Identifier, for No Local; [#SERVER] for the server's own
/// @param expiresAt milliseconds of the shard's clock; [#NEVER] without a Message Expiry Interval
public record Message(
        TopicName topic,
        byte[] payload,
        Properties properties,
        QoS qos,
        boolean retain,
        String publisher,
        long expiresAt) {
    /// The `expiresAt` of a message that does not expire.
    public static final long NEVER = Long.MAX_VALUE;

    /// The `publisher` of messages from the server itself; no client can have an empty identifier.
    public static final String SERVER = "";

    /// What a reference to this message is charged in queues, in bytes: payload, Topic Name and a
    /// flat sum for the objects around them.
    public int bytes() {
        return payload.length + topic.utf8().length + 64 + 64 * properties.size();
    }

    public boolean expires() {
        return expiresAt != NEVER;
    }

    /// True if the message must not be begun to be delivered any more [MQTT-3.3.2-5].
    public boolean isExpired(long now) {
        return expiresAt <= now;
    }
}
