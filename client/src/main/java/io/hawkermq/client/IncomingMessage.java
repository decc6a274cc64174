package io.hawkermq.client;

import io.hawkermq.protocol.PacketType;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.protocol.UserProperty;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A message that a subscription has received. May be used on any thread; the payload is not a
/// copy, and overlapping subscriptions share it.
public final class IncomingMessage {
    private static final VarHandle ACKNOWLEDGED;

    static {
        try {
            ACKNOWLEDGED =
                    MethodHandles.lookup()
                            .findVarHandle(IncomingMessage.class, "acknowledged", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final TopicName topicName;
    private final byte[] payload;
    private final QoS qos;
    private final int flags;
    private final int packetId;
    private final Properties properties;
    private final Host host;
    private final @Nullable Inbound inbound;

    /// When it is acknowledged without the program asking; null if never.
    private @Nullable Acknowledgement policy;

    @SuppressWarnings("UnusedVariable") // through ACKNOWLEDGED
    private volatile int acknowledged;

    IncomingMessage(
            Host host,
            TopicName topicName,
            io.hawkermq.protocol.Packet.Publish p,
            @Nullable Inbound inbound) {
        this.host = host;
        this.topicName = topicName;
        this.payload = p.payload();
        this.qos = p.qos();
        this.flags = (p.dup() ? 1 : 0) | (p.retain() ? 2 : 0);
        this.packetId = p.packetId();
        this.properties = p.properties();
        this.inbound = inbound;
    }

    /// {@return the Topic Name, also where the server has sent an alias}
    public String topic() {
        return topicName.toString();
    }

    /// {@return the Topic Name as the protocol has it, with its levels}
    public TopicName topicName() {
        return topicName;
    }

    /// {@return the payload itself, not a copy: 0 bytes or more}
    public byte[] payload() {
        return payload;
    }

    /// {@return the payload as UTF-8; what is not UTF-8 becomes U+FFFD}
    public String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    /// {@return the QoS of this delivery: the lower of what was published and what was subscribed
    /// to}
    public QoS qos() {
        return qos;
    }

    /// {@return true if it is a retained message, or was published as one and the subscription has
    /// Retain As Published}
    public boolean retain() {
        return (flags & 2) != 0;
    }

    /// {@return true if the server says that it may have sent the message before}
    public boolean dup() {
        return (flags & 1) != 0;
    }

    /// {@return the Packet Identifier of this delivery, 1 to 65,535; 0 at QoS 0}
    public int packetId() {
        return packetId;
    }

    /// {@return all properties; [Properties#NONE] in 3.1.1} A Topic Alias is already replaced by
    /// its Topic Name.
    public Properties properties() {
        return properties;
    }

    /// {@return what the publisher says of the payload, such as a MIME type; null if nothing, and
    /// in 3.1.1}
    public @Nullable String contentType() {
        return properties.text(Property.CONTENT_TYPE);
    }

    /// {@return where an answer is expected; null if none is, and in 3.1.1}
    public @Nullable String responseTopic() {
        return properties.text(Property.RESPONSE_TOPIC);
    }

    /// {@return what an answer has to carry, so that it is known again; not a copy; null if
    /// nothing, and in 3.1.1}
    public byte @Nullable [] correlationData() {
        return properties.binary(Property.CORRELATION_DATA);
    }

    /// {@return names and values in the order in which they were published; a name may come again;
    /// empty in 3.1.1}
    public List<UserProperty> userProperties() {
        return properties.userProperties();
    }

    /// {@return the identifiers of the subscriptions that match, of those that have one; none in
    /// 3.1.1}
    public List<Integer> subscriptionIdentifiers() {
        return properties.subscriptionIdentifiers();
    }

    /// This message as one to be published: same topic, payload, QoS, RETAIN and those properties
    /// that are forwarded.
    ///
    /// @return a message that shares this one's payload
    public Message toMessage() {
        Message.Builder b = Message.to(topicName).payload(payload).qos(qos);
        if (retain()) {
            b.retain();
        }
        properties.forEach((property, value) -> {
            if (property.isAllowedIn(PacketType.PUBLISH)
                    && property != Property.TOPIC_ALIAS
                    && property != Property.SUBSCRIPTION_IDENTIFIER) {
                b.with(property, value);
            }
        });
        return b.build();
    }

    /// Acknowledges the message. Never blocks; any call but the first does nothing, and so does a
    /// call at QoS 0 or after the session is gone. Also valid after a reconnection: the server's
    /// repetition is then answered, not delivered again.
    public void acknowledge() {
        acknowledge(ReasonCode.SUCCESS, Properties.NONE);
    }

    /// Acknowledges with a Reason Code, 5.0 only: an error tells the server that the message was
    /// not taken over; it is not sent again.
    ///
    /// @param reasonCode one that PUBACK and PUBREC may carry
    /// @param withProperties Reason String and User Properties, left out where the server does not
    ///     take them
    /// @throws IllegalArgumentException if no PUBACK may carry the code, or the properties hold what
    ///     MQTT cannot express
    public void acknowledge(ReasonCode reasonCode, Properties withProperties) {
        switch (reasonCode) {
            case SUCCESS,
                    NO_MATCHING_SUBSCRIBERS,
                    UNSPECIFIED_ERROR,
                    IMPLEMENTATION_SPECIFIC_ERROR,
                    NOT_AUTHORIZED,
                    TOPIC_NAME_INVALID,
                    PACKET_IDENTIFIER_IN_USE,
                    QUOTA_EXCEEDED,
                    PAYLOAD_FORMAT_INVALID -> {}
            default ->
                    throw new IllegalArgumentException(
                            "a message cannot be acknowledged with " + reasonCode);
        }
        Texts.properties(withProperties);
        if (inbound != null && ACKNOWLEDGED.compareAndSet(this, 0, 1)) {
            host.acknowledge(inbound, reasonCode, withProperties);
        }
    }

    void policy(@Nullable Acknowledgement when) {
        policy = when;
    }

    @Nullable Acknowledgement policy() {
        return policy;
    }

    /// Bytes that it counts in buffers.
    int cost() {
        return payload.length + 64;
    }

    @Override
    public String toString() {
        return topicName + " " + qos + ", " + payload.length + " bytes";
    }
}
