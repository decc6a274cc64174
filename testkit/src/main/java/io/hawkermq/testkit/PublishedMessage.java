package io.hawkermq.testkit;

import io.hawkermq.core.Message;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A message as it was published.
///
/// @param topic the Topic Name, without an alias
/// @param payload not a copy: do not change it
/// @param qos of the PUBLISH or the Will
/// @param retain as it was published
/// @param properties of the PUBLISH or the Will, without Topic Alias, Subscription Identifiers and
///     Will Delay Interval; empty before MQTT 5
/// @param clientId of the publisher; null if the test or the broker itself published it
public record PublishedMessage(
        String topic,
        byte[] payload,
        QoS qos,
        boolean retain,
        Properties properties,
        @Nullable String clientId) {

    /// @param nowMillis milliseconds since the epoch
    static PublishedMessage of(Message m, long nowMillis) {
        Properties properties = m.properties();
        if (m.expires()) {
            long left = Math.max(0, Math.round((m.expiresAt() - nowMillis) / 1_000.0));
            properties = properties.with(Property.MESSAGE_EXPIRY_INTERVAL, left);
        }
        return new PublishedMessage(
                m.topic().toString(),
                m.payload(),
                m.qos(),
                m.retain(),
                properties,
                m.publisher().equals(Message.SERVER) ? null : m.publisher());
    }

    /// {@return the payload as UTF-8; what is none is replaced by U+FFFD}
    public String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        String text = text();
        return topic
                + " '"
                + (text.length() > 80 ? text.substring(0, 80) + "..." : text)
                + "' (QoS "
                + qos.level()
                + (retain ? ", retained" : "")
                + (clientId == null ? "" : ", from " + clientId)
                + ")";
    }
}
