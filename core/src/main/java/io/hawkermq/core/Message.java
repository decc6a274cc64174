package io.hawkermq.core;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.PublishRun;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.protocol.Will;
import java.util.ArrayList;
import java.util.List;

/// An application message as the server owns it: immutable, shared by every queue and shard that
/// holds it.
///
/// @param payload never changed after the message is made
/// @param properties those that are forwarded unaltered [MQTT-3.3.2-4] [MQTT-3.3.2-15]
///     [MQTT-3.3.2-17] [MQTT-3.3.2-20]: no Topic Alias, Subscription Identifier or Message Expiry
///     Interval among them
/// @param qos as published
/// @param retain the RETAIN flag as published
/// @param by who published it
/// @param expiresAt milliseconds of the shard's clock; [#NEVER] without a Message Expiry Interval
public record Message(
        TopicName topic,
        byte[] payload,
        Properties properties,
        QoS qos,
        boolean retain,
        Publisher by,
        long expiresAt) {
    /// The `expiresAt` of a message that does not expire.
    public static final long NEVER = Long.MAX_VALUE;

    /// The `publisher` of messages from the server itself; no client can have an empty identifier.
    public static final String SERVER = "";

    /// A message of which no more is known than the publisher's Client Identifier.
    ///
    /// @param publisher [#SERVER] for the server's own
    public Message(
            TopicName topic,
            byte[] payload,
            Properties properties,
            QoS qos,
            boolean retain,
            String publisher,
            long expiresAt) {
        this(topic, payload, properties, qos, retain, Publisher.named(publisher), expiresAt);
    }

    /// The publisher's Client Identifier, for No Local; [#SERVER] for the server's own.
    public String publisher() {
        return by.clientId();
    }

    /// The application message that a PUBLISH carries.
    ///
    /// @param topic its Topic Name, which it may have only as a Topic Alias
    static Message of(Packet.Publish p, TopicName topic, Publisher by, long now) {
        Properties properties = p.properties();
        if (properties.isEmpty()) {
            return new Message(topic, p.payload(), Properties.NONE, p.qos(), p.retain(), by, NEVER);
        }
        return new Message(
                topic,
                p.payload(),
                properties
                        .without(Property.TOPIC_ALIAS)
                        .without(Property.MESSAGE_EXPIRY_INTERVAL)
                        .without(Property.SUBSCRIPTION_IDENTIFIER),
                p.qos(),
                p.retain(),
                by,
                expiresAt(properties, now));
    }

    /// The application messages of packets that are not passed on as they came.
    static List<Message> of(PublishRun run, Publisher by) {
        List<Message> messages = new ArrayList<>(run.count());
        for (byte[] payload : run.payloads()) {
            messages.add(
                    new Message(
                            run.topic(), payload, Properties.NONE, run.qos(), false, by, NEVER));
        }
        return messages;
    }

    static Message of(Will will, Publisher by, long now) {
        return new Message(
                will.topic(),
                will.payload(),
                will.properties()
                        .without(Property.WILL_DELAY_INTERVAL)
                        .without(Property.MESSAGE_EXPIRY_INTERVAL),
                will.qos(),
                will.retain(),
                by,
                expiresAt(will.properties(), now));
    }

    private static long expiresAt(Properties properties, long now) {
        long expiry = properties.number(Property.MESSAGE_EXPIRY_INTERVAL, -1);
        return expiry < 0 ? NEVER : now + expiry * 1_000;
    }

    /// What a reference to this message is charged in queues, in bytes: payload, Topic Name,
    /// properties and a flat sum for the objects around them.
    public int bytes() {
        return bytes(payload.length, topic.utf8().length, properties);
    }

    /// What [#bytes] says of a message that nobody has at hand.
    ///
    /// @param payload its bytes
    /// @param topic bytes of its Topic Name
    public static int bytes(int payload, int topic, Properties properties) {
        return (int) Math.min(Integer.MAX_VALUE, 64L + payload + topic + properties.footprint());
    }

    public boolean expires() {
        return expiresAt != NEVER;
    }

    /// True if the message must not be begun to be delivered any more [MQTT-3.3.2-5].
    public boolean isExpired(long now) {
        return expiresAt <= now;
    }
}
