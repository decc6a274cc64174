package io.hawkermq.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PlainPublishTest {
    private static final ProtocolVersion V3 = ProtocolVersion.MQTT_3_1_1;
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;

    private final PlainPublish plain = new PlainPublish();

    /// A server's decoder that has seen the Topic Name `a`.
    private static PacketDecoder server(ProtocolVersion version) throws MalformedPacketException {
        PacketDecoder decoder = Bytes.connectedServer(version);
        Bytes.all(decoder, Bytes.hex(version.isMqtt5() ? "30 04 0001 'a' 00" : "30 03 0001 'a'"));
        return decoder;
    }

    private boolean isTaken(PacketDecoder decoder, byte[] bytes) {
        decoder.feed(bytes, 0, bytes.length);
        boolean taken = decoder.nextPlain(plain);
        decoder.stash();
        return taken;
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void itIsTheBytesThatASubscriberOfTheVersionGets(ProtocolVersion version)
            throws MalformedPacketException {
        byte[] bytes =
                Bytes.hex(version.isMqtt5() ? "30 06 0001 'a' 00 0102" : "30 05 0001 'a' 0102");
        assertTrue(isTaken(server(version), bytes));
        assertArrayEquals(
                bytes,
                Arrays.copyOfRange(plain.bytes(), plain.from(), plain.from() + plain.length()));
        assertEquals(TopicName.of("a"), plain.topic());
        assertEquals(2, plain.payloadLength());
        assertEquals(version.isMqtt5(), plain.isMqtt5());

        PublishTemplates templates = new PublishTemplates();
        templates.reset(plain.topic(), Properties.NONE, new byte[] {1, 2});
        PublishTemplates.Template encoded =
                templates.template(version, QoS.AT_MOST_ONCE, PublishTemplates.Retain.OFF);
        ByteWriter out = new ByteWriter(0, 100);
        encoded.copyTo(out, 0);
        assertArrayEquals(bytes, Bytes.written(out));
        assertEquals(encoded.layout(), plain.layout());
    }

    @Test
    void aPacketOfItHasItsOwnPayload() throws MalformedPacketException {
        byte[] bytes = Bytes.hex("30 05 0001 'a' 0102");
        assertTrue(isTaken(server(V3), bytes));
        Packet.Publish packet = plain.packet();
        Arrays.fill(bytes, (byte) 0xFF);
        assertArrayEquals(new byte[] {1, 2}, packet.payload());
        assertEquals(QoS.AT_MOST_ONCE, packet.qos());
        assertFalse(packet.retain());
    }

    @Test
    void oneAfterTheOtherAreTaken() throws MalformedPacketException {
        PacketDecoder decoder = server(V3);
        byte[] bytes = Bytes.hex("30 04 0001 'a' 01 C0 00 30 04 0001 'a' 02");
        decoder.feed(bytes, 0, bytes.length);
        assertTrue(decoder.nextPlain(plain));
        long number = plain.number();
        assertFalse(decoder.nextPlain(plain));
        assertInstanceOf(Packet.Pingreq.class, decoder.next());
        assertTrue(decoder.nextPlain(plain));
        assertNotEquals(number, plain.number());
        assertArrayEquals(new byte[] {2}, plain.packet().payload());
    }

    @Test
    void aLongerRemainingLengthIsRead() throws MalformedPacketException {
        byte[] bytes = Bytes.joined(Bytes.hex("30 CB 01 0001 'a'"), new byte[200]);
        assertTrue(isTaken(server(V3), bytes));
        assertEquals(200, plain.payloadLength());
    }

    @ParameterizedTest
    @CsvSource({
        "RETAIN,                     31 05 0001 'a' 0102",
        "DUP,                        38 05 0001 'a' 0102",
        "QoS 1,                      32 07 0001 'a' 0001 0102",
        "QoS 2,                      34 07 0001 'a' 0001 0102",
        "a name not seen before,     30 05 0001 'b' 0102",
        "no name,                    30 04 0000 0102",
        "a name over the end,        30 04 0005 'a' 01",
        "half a name's length,       30 01 00",
        "not all there,              30 05 0001 'a' 01",
        "no whole fixed header,      30",
        "a length in too many bytes, 30 85 00 0001 'a' 0102",
    })
    void whatIsNotPlainIsLeftToTheDecoder(String what, String hex) throws MalformedPacketException {
        assertFalse(isTaken(server(V3), Bytes.hex(hex)), what);
    }

    @ParameterizedTest
    @CsvSource({
        "properties,      30 09 0001 'a' 02 01 01 0102 00",
        "no properties,   30 03 0001 'a'",
    })
    void soIsWhatHasOrLacksPropertiesOf5(String what, String hex) throws MalformedPacketException {
        assertFalse(isTaken(server(V5), Bytes.hex(hex)), what);
    }

    @Test
    void whatHasBegunInAnEarlierReadIsLeftToTheDecoder() throws MalformedPacketException {
        PacketDecoder decoder = server(V3);
        assertFalse(isTaken(decoder, Bytes.hex("30 05 00")));
        assertFalse(isTaken(decoder, Bytes.hex("01 'a' 0102 30 03 0001 'a'")));
        decoder.feed(new byte[0], 0, 0);
        Packet.Publish first = assertInstanceOf(Packet.Publish.class, decoder.next());
        assertArrayEquals(new byte[] {1, 2}, first.payload());
    }

    @Test
    void whatIsTooLargeIsRefusedByTheDecoder() throws MalformedPacketException {
        PacketDecoder decoder = server(V3);
        decoder.maximumPacketSize(6);
        byte[] bytes = Bytes.hex("30 05 0001 'a' 0102");
        decoder.feed(bytes, 0, bytes.length);
        assertFalse(decoder.nextPlain(plain));
        assertThrows(MalformedPacketException.class, decoder::next);
        assertFalse(decoder.nextPlain(plain));
    }

    @Test
    void nothingIsTakenBeforeConnect() {
        PacketDecoder decoder = PacketDecoder.forServer(new TopicNames(), 1_000);
        assertFalse(isTaken(decoder, Bytes.hex("30 06 0004 'none'")));
    }
}
