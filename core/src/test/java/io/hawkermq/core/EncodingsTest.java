package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.hawkermq.protocol.ByteWriter;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.PublishTemplates;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EncodingsTest {
    private final Encodings encodings = new Encodings();

    private static Message message(int number) {
        return new Message(
                TopicName.of("t/" + number),
                new byte[] {(byte) (number >>> 8), (byte) number},
                Properties.NONE,
                QoS.AT_LEAST_ONCE,
                false,
                "publisher",
                Message.NEVER);
    }

    private static Message[] messages(int count) {
        Message[] made = new Message[count];
        for (int i = 0; i < count; i++) {
            made[i] = message(i);
        }
        return made;
    }

    private PublishTemplates.Template encoded(Message m) {
        return encodings
                .of(m)
                .template(
                        ProtocolVersion.MQTT_3_1_1, QoS.AT_MOST_ONCE, PublishTemplates.Retain.OFF);
    }

    @Test
    void aRowThatAnotherSessionHasSentIsNotEncodedAgain() {
        Message[] row = messages(20);
        long[] encoding = new long[row.length];
        encodings.beginRow();
        for (int i = 0; i < row.length; i++) {
            encoding[i] = encoded(row[i]).encoding();
        }
        encodings.beginRow();
        for (int i = 5; i < row.length; i++) {
            assertEquals(encoding[i], encoded(row[i]).encoding());
        }
    }

    @Test
    void aMessageForManyIsEncodedOnce() {
        Message m = message(1);
        PublishTemplates.Template first = encoded(m);
        long encoding = first.encoding();
        assertSame(first, encoded(m));
        assertEquals(encoding, encoded(m).encoding());
    }

    @Test
    void theNextTurnBeginsWithNothing() {
        Message m = message(1);
        long live = encoded(m).encoding();
        encodings.clear();
        assertEquals(live + 1, encoded(m).encoding());
        encodings.beginRow();
        long waiting = encoded(m).encoding();
        encodings.clear();
        encodings.beginRow();
        assertEquals(waiting + 1, encoded(m).encoding());
    }

    @Test
    void anotherMessageOfARowIsAnotherEncoding() {
        encodings.beginRow();
        PublishTemplates one = encodings.of(message(1));
        assertNotSame(one, encodings.of(message(2)));
    }

    @Test
    void aRowDoesNotTakeThePlaceOfTheMessageThatComes() {
        Message m = message(1);
        long encoding = encoded(m).encoding();
        encodings.beginRow();
        for (Message waiting : messages(100)) {
            encoded(waiting);
        }
        encodings.endRow();
        assertEquals(encoding, encoded(m).encoding());
    }

    /// Whatever is asked for in whatever order: the bytes are those of the message.
    @Test
    void theBytesAreAlwaysThoseOfTheMessage() {
        Random random = new Random(7);
        Message[] all = messages(200);
        int next = 0;
        for (int step = 0; step < 50_000; step++) {
            switch (random.nextInt(20)) {
                case 0 -> encodings.beginRow();
                case 1 -> next = random.nextInt(all.length);
                case 2 -> encodings.endRow();
                case 3 -> {
                    if (random.nextInt(100) == 0) {
                        encodings.clear();
                    }
                }
                default -> next = (next + 1) % all.length;
            }
            Message m = all[next];
            ByteWriter copy = new ByteWriter(0, 1_000);
            encoded(m).copyTo(copy, 0);
            byte[] topic = m.topic().utf8();
            byte[] expected = new byte[4 + topic.length + 2];
            expected[0] = 0x30;
            expected[1] = (byte) (expected.length - 2);
            expected[3] = (byte) topic.length;
            System.arraycopy(topic, 0, expected, 4, topic.length);
            System.arraycopy(m.payload(), 0, expected, 4 + topic.length, 2);
            assertArrayEquals(expected, java.util.Arrays.copyOf(copy.array(), copy.length()));
        }
    }
}
