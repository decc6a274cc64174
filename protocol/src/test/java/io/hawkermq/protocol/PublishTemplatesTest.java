package io.hawkermq.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.protocol.PublishTemplates.Retain;
import io.hawkermq.protocol.PublishTemplates.Template;
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
        byte[] payload = {1};
        templates.reset(TopicName.of("a"), Properties.NONE, payload);
        Template t = templates.template(V5, QoS.AT_MOST_ONCE, Retain.OFF);
        payload[0] = 2;
        assertSame(t, templates.template(V5, QoS.AT_MOST_ONCE, Retain.OFF));
        assertEquals(1, t.bytes()[t.length() - 1]);
        templates.reset(TopicName.of("a"), Properties.NONE, payload);
        assertEquals(
                2, templates.template(V5, QoS.AT_MOST_ONCE, Retain.OFF).bytes()[t.length() - 1]);
    }

    @Test
    void largeBuffersAreNotKept() {
        templates.reset(TopicName.of("a"), Properties.NONE, new byte[100_000]);
        Template t = templates.template(V5, QoS.AT_LEAST_ONCE, Retain.ON);
        assertTrue(t.bytes().length >= 100_000);
        templates.clear();
        assertEquals(0, t.bytes().length);
        assertThrows(
                IllegalStateException.class,
                () -> templates.template(V5, QoS.AT_LEAST_ONCE, Retain.ON));
    }
}
