package io.hawkermq.protocol;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The Topic Aliases that the other end has set on one network connection; they end with it
/// [MQTT-3.3.2-7].
public final class InboundTopicAliases {
    private static final @Nullable TopicName[] NONE = new @Nullable TopicName[0];

    /// For connections that may set none: it never keeps one, so that all of them share it.
    public static final InboundTopicAliases OFF = new InboundTopicAliases(0);

    private final int maximum;
    private @Nullable TopicName[] topics = NONE;

    /// @param maximum the Topic Alias Maximum announced to the other end, 0 to 65,535
    public InboundTopicAliases(int maximum) {
        this.maximum = maximum;
    }

    /// The Topic Name of a PUBLISH; sets the alias if the packet carries both.
    ///
    /// @throws MalformedPacketException with TOPIC_ALIAS_INVALID above the maximum, PROTOCOL_ERROR
    ///     for an alias that was not set
    public TopicName resolve(Packet.Publish publish) throws MalformedPacketException {
        long alias = publish.properties().number(Property.TOPIC_ALIAS, 0);
        TopicName topic = publish.topic();
        if (alias == 0) {
            if (topic == null) {
                throw new MalformedPacketException(
                        ReasonCode.PROTOCOL_ERROR,
                        "a PUBLISH has neither a Topic Name nor a Topic Alias");
            }
            return topic;
        }
        if (alias > maximum) {
            throw new MalformedPacketException(
                    ReasonCode.TOPIC_ALIAS_INVALID,
                    "Topic Alias " + alias + " is above the maximum of " + maximum);
        }
        int i = (int) alias - 1;
        if (topic == null) {
            TopicName known = i < topics.length ? topics[i] : null;
            if (known == null) {
                throw new MalformedPacketException(
                        ReasonCode.PROTOCOL_ERROR,
                        "Topic Alias " + alias + " has not been set on this connection");
            }
            return known;
        }
        if (i >= topics.length) {
            topics = Arrays.copyOf(topics, Math.min(maximum, Math.max(i + 1, topics.length * 2)));
        }
        topics[i] = topic;
        return topic;
    }
}
