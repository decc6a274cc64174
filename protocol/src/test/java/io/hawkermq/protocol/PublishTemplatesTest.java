package io.hawkermq.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.protocol.PublishTemplates.Retain;
import io.hawkermq.protocol.PublishTemplates.Template;
import java.util.Arrays;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PublishTemplatesTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;

    private final PublishTemplates templates = new PublishTemplates();

    @Provide
    Arbitrary<Packet> publishes() {
        return Packets.publishes(V5, PacketSource.SERVER)
                .filter(p -> ((Packet.Publish) p).topic() != null);
    }

    @Property(tries = 300)
    void aPatchedCopyIsWhatTheEncoderWrites(@ForAll("publishes") Packet packet) {
        Packet.Publish p = (Packet.Publish) packet;
        TopicName topic = p.topic();
        assertTrue(topic != null);
        templates.reset(topic, p.properties(), p.payload());
        for (ProtocolVersion version : ProtocolVersion.values()) {
            for (QoS qos : QoS.values()) {
                for (Retain retain : Retain.values()) {
                    int packetId = qos == QoS.AT_MOST_ONCE ? 0 : 0x1234;
                    Template t = templates.template(version, qos, retain);
                    assertEquals(qos == QoS.AT_MOST_ONCE, t.packetIdOffset() < 0);
                    ByteWriter copy = new ByteWriter(0, 1_000_000);
                    copy.writeByte(0x77);
                    t.copyTo(copy, packetId);
                    ByteWriter second = new ByteWriter(0, 1_000_000);
                    second.writeByte(0x77);
                    templates.template(version, qos, retain).copyTo(second, packetId);
                    assertEquals(Bytes.hex(Bytes.written(copy)), Bytes.hex(Bytes.written(second)));
                    Packet.Publish expected =
                            new Packet.Publish(
                                    false,
                                    qos,
                                    retain == Retain.ON,
                                    topic,
                                    packetId,
                                    p.properties(),
                                    p.payload());
                    assertEquals(
                            "77 " + Bytes.hex(Bytes.encoded(expected, version)),
                            Bytes.hex(Bytes.written(copy)));
                }
            }
        }
    }

    @Test
    void aLayoutIsEncodedOnceForEachMessage() {
        templates.reset(TopicName.of("a"), Properties.NONE, new byte[] {1});
        Template t = templates.template(V5, QoS.AT_MOST_ONCE, Retain.OFF);
        long encoding = t.encoding();
        assertSame(t, templates.template(V5, QoS.AT_MOST_ONCE, Retain.OFF));
        assertEquals(encoding, t.encoding());
        templates.reset(TopicName.of("a"), Properties.NONE, new byte[] {2});
        assertSame(t, templates.template(V5, QoS.AT_MOST_ONCE, Retain.OFF));
        assertEquals(encoding + 1, t.encoding());
    }

    @Test
    void theSecondReceiverFindsThePayloadInThePacket() {
        byte[] payload = {1, 2, 3};
        templates.reset(TopicName.of("a"), Properties.NONE, payload);
        Template t = templates.template(V5, QoS.AT_MOST_ONCE, Retain.OFF);
        assertSame(payload, t.separatePayload());
        int length = t.length();
        for (int receiver = 2; receiver < 4; receiver++) {
            templates.template(V5, QoS.AT_MOST_ONCE, Retain.OFF);
            assertEquals(0, t.separatePayload().length);
            assertEquals(length, t.headLength());
            assertEquals(length, t.length());
            assertEquals(3, t.head()[length - 1]);
        }
        assertEquals(3, payload.length);
    }

    @Test
    void aLargePayloadStaysOutside() {
        for (int size :
                new int[] {
                    PublishTemplates.SEPARATE_PAYLOAD - 1, PublishTemplates.SEPARATE_PAYLOAD, 70_000
                }) {
            byte[] payload = new byte[size];
            Arrays.fill(payload, (byte) 0x5A);
            templates.reset(TopicName.of("a/b"), Properties.NONE, payload);
            Template t = templates.template(V5, QoS.AT_LEAST_ONCE, Retain.OFF);
            templates.template(V5, QoS.AT_LEAST_ONCE, Retain.OFF);
            boolean isSeparate = size >= PublishTemplates.SEPARATE_PAYLOAD;
            assertEquals(isSeparate, t.separatePayload() == payload);
            ByteWriter copy = new ByteWriter(0, 1_000_000);
            t.copyTo(copy, 7);
            assertEquals(copy.length(), t.length());
            Packet.Publish expected =
                    new Packet.Publish(
                            false,
                            QoS.AT_LEAST_ONCE,
                            false,
                            TopicName.of("a/b"),
                            7,
                            Properties.NONE,
                            payload);
            assertEquals(Bytes.hex(Bytes.encoded(expected, V5)), Bytes.hex(Bytes.written(copy)));
        }
    }

    @Test
    void largeBuffersAndPayloadsAreNotKept() {
        templates.reset(
                TopicName.of("a".repeat(65_530)),
                Properties.of(io.hawkermq.protocol.Property.CONTENT_TYPE, "c".repeat(10_000)),
                new byte[100_000]);
        Template t = templates.template(V5, QoS.AT_LEAST_ONCE, Retain.ON);
        assertTrue(t.head().length >= 75_000);
        templates.clear();
        assertEquals(0, t.head().length);
        assertEquals(0, t.length());
        assertThrows(
                IllegalStateException.class,
                () -> templates.template(V5, QoS.AT_LEAST_ONCE, Retain.ON));
    }
}
