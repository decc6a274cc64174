package io.hawkermq.client;

import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.protocol.UserProperty;
import io.hawkermq.protocol.Will;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// An application message to be published. Immutable, can be published any number of times; the
/// payload is not copied.
///
/// ```java
/// Message.to("meter/7").text("21.5").qos(QoS.AT_LEAST_ONCE).retain().build()
/// ```
///
/// For any thread; its builder is for one thread at a time.
public final class Message {
    private static final byte[] NOTHING = new byte[0];

    private final TopicName topicName;
    private final byte[] payload;
    private final QoS qos;
    private final boolean retain;
    private final Properties properties;

    private Message(Builder b) {
        this.topicName = b.topicName;
        this.payload = b.payload;
        this.qos = b.qos;
        this.retain = b.retain;
        this.properties = b.properties == null ? Properties.NONE : b.properties.build();
    }

    /// A message at QoS 0.
    ///
    /// @param topic a Topic Name, without wildcards
    /// @param payload not copied; may be empty
    /// @return the message
    /// @throws IllegalArgumentException if `topic` is no Topic Name
    public static Message of(String topic, byte[] payload) {
        return to(topic).payload(payload).build();
    }

    /// A message at QoS 0 with text as UTF-8.
    ///
    /// @param topic a Topic Name, without wildcards
    /// @param text may be empty
    /// @return the message
    /// @throws IllegalArgumentException if `topic` is no Topic Name
    public static Message of(String topic, String text) {
        return to(topic).text(text).build();
    }

    /// Begins a message.
    ///
    /// @param topic a Topic Name, without wildcards
    /// @return a builder, at QoS 0 and with an empty payload
    /// @throws IllegalArgumentException if `topic` is no Topic Name
    public static Builder to(String topic) {
        return new Builder(TopicName.of(topic));
    }

    /// Begins a message to a Topic Name that was checked before.
    ///
    /// @param topic to be made once and used for many messages
    /// @return a builder, at QoS 0 and with an empty payload
    public static Builder to(TopicName topic) {
        return new Builder(topic);
    }

    /// {@return the Topic Name}
    public String topic() {
        return topicName.toString();
    }

    /// {@return the Topic Name as the protocol has it, checked}
    public TopicName topicName() {
        return topicName;
    }

    /// {@return the payload itself, not a copy; 0 bytes or more}
    public byte[] payload() {
        return payload;
    }

    /// {@return the QoS to publish at; subscribers may get it at a lower one}
    public QoS qos() {
        return qos;
    }

    /// {@return true if the server is to keep it for later subscribers}
    public boolean retain() {
        return retain;
    }

    /// {@return the properties in the order of the calls; not sent in 3.1.1}
    public Properties properties() {
        return properties;
    }

    /// The same message as a Will Message, sent by the server when the connection ends badly.
    ///
    /// @param delay Will Delay Interval, whole seconds, up to 2^32 - 1; zero leaves it out; 5.0 only
    Will toWill(Duration delay) {
        Properties p =
                delay.isZero()
                        ? properties
                        : properties.with(Property.WILL_DELAY_INTERVAL, delay.toSeconds());
        return new Will(topicName, payload, qos, retain, p);
    }

    @Override
    public String toString() {
        return topicName
                + " "
                + qos
                + (retain ? " retained" : "")
                + ", "
                + payload.length
                + " bytes";
    }

    /// Collects a message.
    public static final class Builder {
        private final TopicName topicName;
        private Properties.@Nullable Builder properties;
        private byte[] payload = NOTHING;
        private QoS qos = QoS.AT_MOST_ONCE;
        private boolean retain;

        private Builder(TopicName topicName) {
            this.topicName = topicName;
        }

        /// The payload. Default: empty.
        ///
        /// @param bytes not copied; at most 268,435,455 less the rest of the packet
        /// @return this builder
        public Builder payload(byte[] bytes) {
            payload = Objects.requireNonNull(bytes);
            return this;
        }

        /// The payload as UTF-8, without a Payload Format Indicator; see [#utf8].
        ///
        /// @param text may be empty
        /// @return this builder
        public Builder text(String text) {
            return payload(text.getBytes(StandardCharsets.UTF_8));
        }

        /// How surely it is to arrive. Default: QoS 0.
        ///
        /// @param level lowered by nobody on the way to the server: beyond the server's maximum it
        ///     is refused
        /// @return this builder
        public Builder qos(QoS level) {
            qos = Objects.requireNonNull(level);
            return this;
        }

        /// The server keeps the message for later subscribers; an empty payload removes what it
        /// keeps.
        ///
        /// @return this builder
        public Builder retain() {
            retain = true;
            return this;
        }

        /// Announces that the payload is UTF-8 (Payload Format Indicator 1); 5.0 only.
        ///
        /// @return this builder
        public Builder utf8() {
            return with(Property.PAYLOAD_FORMAT_INDICATOR, 1);
        }

        /// The server drops the message after this time; 5.0 only.
        ///
        /// @param interval whole seconds, 0 to 2^32 - 1
        /// @return this builder
        /// @throws IllegalArgumentException if it is out of this range
        public Builder expiry(Duration interval) {
            return with(Property.MESSAGE_EXPIRY_INTERVAL, interval.toSeconds());
        }

        /// Says what the payload is, such as a MIME type; 5.0 only.
        ///
        /// @param type up to 65,535 bytes of UTF-8
        /// @return this builder
        /// @throws IllegalArgumentException if it is longer, or no text of MQTT
        public Builder contentType(String type) {
            return with(Property.CONTENT_TYPE, type);
        }

        /// Asks for an answer there; 5.0 only.
        ///
        /// @param topic a Topic Name, without wildcards
        /// @return this builder
        /// @throws IllegalArgumentException if it is none
        public Builder responseTopic(String topic) {
            return with(Property.RESPONSE_TOPIC, TopicName.of(topic).toString());
        }

        /// What the answer is to carry, not copied; 0 to 65,535 bytes, 5.0 only.
        ///
        /// @param data not to be changed any more
        /// @return this builder
        /// @throws IllegalArgumentException if there are more
        public Builder correlationData(byte[] data) {
            return with(Property.CORRELATION_DATA, data);
        }

        /// Adds a User Property behind those before; 5.0 only.
        ///
        /// @param name may come more than once; up to 65,535 bytes of UTF-8
        /// @param value up to 65,535 bytes of UTF-8, may be empty
        /// @return this builder
        /// @throws IllegalArgumentException if one of them is longer, or no text of MQTT
        public Builder user(String name, String value) {
            return with(Property.USER_PROPERTY, new UserProperty(name, value));
        }

        /// Any property that a PUBLISH or a Will may carry; 5.0 only.
        ///
        /// @param property not a Subscription Identifier, which is the server's to set
        /// @param value a `Number`, `String`, `byte[]` or `UserProperty`, as the property's type is
        /// @return this builder
        /// @throws IllegalArgumentException for another property, or a value out of its range
        public Builder with(Property property, Object value) {
            if (!property.isAllowedIn(io.hawkermq.protocol.PacketType.PUBLISH)
                    || property == Property.SUBSCRIPTION_IDENTIFIER) {
                throw new IllegalArgumentException("a message cannot carry " + property);
            }
            properties().add(property, Texts.value(property, value));
            return this;
        }

        /// Most messages have none. Unchecked.
        Properties.Builder properties() {
            Properties.Builder b = properties;
            if (b == null) {
                b = Properties.builder();
                properties = b;
            }
            return b;
        }

        /// {@return the message; the builder may go on}
        public Message build() {
            return new Message(this);
        }
    }

    /// {@return the User Properties in order; empty if there are none}
    public List<UserProperty> userProperties() {
        return properties.userProperties();
    }

    /// {@return the Response Topic, or null if no answer is asked for}
    public @Nullable String responseTopic() {
        return properties.text(Property.RESPONSE_TOPIC);
    }
}
