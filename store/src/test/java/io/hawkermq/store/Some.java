package io.hawkermq.store;

import io.hawkermq.core.Message;
import io.hawkermq.core.Publisher;
import io.hawkermq.core.StoredDelivery;
import io.hawkermq.core.StoredForward;
import io.hawkermq.core.StoredMessage;
import io.hawkermq.core.StoredSession;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.protocol.Will;
import java.nio.charset.StandardCharsets;

/// Things to store.
final class Some {
    private Some() {}

    static StoredSession session(long number) {
        return new StoredSession(
                number,
                "client " + number,
                null,
                "127.0.0.1:5",
                0xFFFF_FFFFL,
                StoredSession.CONNECTED,
                null,
                Long.MAX_VALUE);
    }

    static StoredSession sessionWithAll(long number) {
        Will will =
                new Will(
                        TopicName.of("wills/ü"),
                        bytes("gone"),
                        QoS.EXACTLY_ONCE,
                        true,
                        Properties.of(Property.WILL_DELAY_INTERVAL, 30));
        return new StoredSession(
                number, "client ü", "user", "[::1]:7", 3_600, 1_800_000_000_000L, will, 1_799_999L);
    }

    static Message message(String topic, String payload) {
        return new Message(
                TopicName.of(topic),
                bytes(payload),
                Properties.NONE,
                QoS.AT_LEAST_ONCE,
                false,
                "publisher",
                Message.NEVER);
    }

    static Message messageWithAll(String topic) {
        Properties properties =
                Properties.builder()
                        .add(Property.PAYLOAD_FORMAT_INDICATOR, 1)
                        .add(Property.CONTENT_TYPE, "text/plain")
                        .add(Property.RESPONSE_TOPIC, "answers")
                        .add(Property.CORRELATION_DATA, new byte[] {0, 1, (byte) 255})
                        .user("a", "1")
                        .user("a", "2")
                        .build();
        return new Message(
                TopicName.of(topic),
                new byte[0],
                properties,
                QoS.EXACTLY_ONCE,
                true,
                Publisher.stored(
                        "publisher ü",
                        topic.length() % 2 == 0 ? "user ü" : null,
                        1883 * (topic.length() % 3)),
                1_900_000_000_000L);
    }

    static StoredDelivery delivery(long session, long sequence, StoredMessage message) {
        return new StoredDelivery(session, sequence, message, QoS.AT_LEAST_ONCE, false, null, 0);
    }

    static StoredDelivery delivery(long session, long sequence) {
        return delivery(session, sequence, new StoredMessage(message("t", "p" + sequence)));
    }

    static StoredForward forward(long number, StoredMessage message) {
        return new StoredForward(
                number, StoredForward.Purpose.DELIVER, 0xF0F0L, message, null, null);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
