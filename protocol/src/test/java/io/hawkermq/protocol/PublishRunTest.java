package io.hawkermq.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PublishRunTest {
    private static final ProtocolVersion V3 = ProtocolVersion.MQTT_3_1_1;
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;

    private final PublishRun run = new PublishRun();

    /// A server's decoder that has seen the Topic Name `a`.
    private static PacketDecoder server(ProtocolVersion version) throws MalformedPacketException {
        PacketDecoder decoder = Bytes.connectedServer(version);
        Bytes.all(decoder, Bytes.hex(version.isMqtt5() ? "30 04 0001 'a' 00" : "30 03 0001 'a'"));
        return decoder;
    }

    private boolean isTaken(PacketDecoder decoder, byte[] bytes) {
        decoder.feed(bytes, 0, bytes.length);
        boolean taken = decoder.nextRun(run);
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
                bytes, Arrays.copyOfRange(run.bytes(), run.from(), run.from() + run.length()));
        assertEquals(TopicName.of("a"), run.topic());
        assertEquals(2, run.payloadBytes());
        assertEquals(version.isMqtt5(), run.isMqtt5());

        PublishTemplates templates = new PublishTemplates();
        templates.reset(run.topic(), Properties.NONE, new byte[] {1, 2});
        PublishTemplates.Template encoded =
                templates.template(version, QoS.AT_MOST_ONCE, PublishTemplates.Retain.OFF);
        ByteWriter out = new ByteWriter(0, 100);
        encoded.copyTo(out, 0);
        assertArrayEquals(bytes, Bytes.written(out));
        assertEquals(encoded.layout(), run.layout());
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void atQos1OnlyThePacketIdentifiersAreOthers(ProtocolVersion version)
            throws MalformedPacketException {
        boolean isMqtt5 = version.isMqtt5();
        String rest = isMqtt5 ? "00" : "";
        String length = isMqtt5 ? "07" : "06";
        byte[] bytes =
                Bytes.hex(
                        "32 %s 0001 'a' FF01 %s 01 32 %s 0001 'a' 0002 %s 02"
                                .formatted(length, rest, length, rest));
        assertTrue(isTaken(server(version), bytes));
        assertEquals(2, run.count());
        assertEquals(QoS.AT_LEAST_ONCE, run.qos());
        assertEquals(2, run.payloadBytes());
        assertEquals(0xFF01, run.packetId(0));
        assertEquals(2, run.packetId(1));
        assertArrayEquals(new byte[] {2}, run.payloads().get(1));

        ByteWriter expected = new ByteWriter(0, 100);
        int[] packetIds = {3, 0x0400};
        for (int i = 0; i < 2; i++) {
            PublishTemplates templates = new PublishTemplates();
            templates.reset(run.topic(), Properties.NONE, run.payloads().get(i));
            templates
                    .template(version, QoS.AT_LEAST_ONCE, PublishTemplates.Retain.OFF)
                    .copyTo(expected, packetIds[i]);
        }
        for (PublishRun each : List.of(run, run.kept())) {
            ByteWriter out = new ByteWriter(0, 100);
            each.copyTo(out, packetIds);
            assertArrayEquals(Bytes.written(expected), Bytes.written(out));
        }
        assertEquals(
                List.of(0xFF01, 2), run.packets().stream().map(Packet.Publish::packetId).toList());
    }

    @Test
    void itHasOneQos() throws MalformedPacketException {
        PacketDecoder decoder = server(V3);
        byte[] bytes = Bytes.hex("30 04 0001 'a' 01 32 06 0001 'a' 0007 02 30 04 0001 'a' 03");
        decoder.feed(bytes, 0, bytes.length);
        for (QoS qos : List.of(QoS.AT_MOST_ONCE, QoS.AT_LEAST_ONCE, QoS.AT_MOST_ONCE)) {
            assertTrue(decoder.nextRun(run));
            assertEquals(1, run.count());
            assertEquals(qos, run.qos());
        }
    }

    @Test
    void aPacketOfItHasItsOwnPayload() throws MalformedPacketException {
        byte[] bytes = Bytes.hex("30 05 0001 'a' 0102");
        assertTrue(isTaken(server(V3), bytes));
        Packet.Publish packet = run.packets().getFirst();
        Arrays.fill(bytes, (byte) 0xFF);
        assertArrayEquals(new byte[] {1, 2}, packet.payload());
        assertEquals(QoS.AT_MOST_ONCE, packet.qos());
        assertFalse(packet.retain());
    }

    @Test
    void aKeptOneHasItsOwnBytes() throws MalformedPacketException {
        byte[] bytes = Bytes.hex("30 05 0001 'a' 0102 30 03 0001 'a' 30 04 0001 'a' 03");
        byte[] scratch = Bytes.joined(Bytes.hex("C0 00"), bytes);
        PacketDecoder decoder = server(V3);
        decoder.feed(scratch, 0, scratch.length);
        decoder.next();
        assertTrue(decoder.nextRun(run));
        PublishRun kept = run.kept();
        Object packets = Bytes.plain(run.packets());
        Arrays.fill(scratch, (byte) 0xFF);
        assertArrayEquals(bytes, Arrays.copyOfRange(kept.bytes(), kept.from(), kept.length()));
        assertEquals(packets, Bytes.plain(kept.packets()));
        assertEquals(3, kept.count());
        assertEquals(3, kept.payloadBytes());
        assertEquals(7, kept.longestPacket());
        assertEquals(run.layout(), kept.layout());
        assertEquals(run.topic(), kept.topic());
    }

    @Test
    void itEndsBeforeAnotherPacket() throws MalformedPacketException {
        PacketDecoder decoder = server(V3);
        byte[] bytes = Bytes.hex("30 04 0001 'a' 01 C0 00 30 04 0001 'a' 02 30 03 0001 'b'");
        decoder.feed(bytes, 0, bytes.length);
        assertTrue(decoder.nextRun(run));
        assertEquals(1, run.count());
        long number = run.number();
        assertFalse(decoder.nextRun(run));
        assertInstanceOf(Packet.Pingreq.class, decoder.next());
        assertTrue(decoder.nextRun(run));
        assertEquals(1, run.count());
        assertNotEquals(number, run.number());
        assertArrayEquals(new byte[] {2}, run.packets().getFirst().payload());
        assertFalse(decoder.nextRun(run));
        assertInstanceOf(Packet.Publish.class, decoder.next());
        assertNull(decoder.next());
    }

    @Test
    void manyOfOneTopicAreOneRun() throws MalformedPacketException {
        byte[] bytes =
                Bytes.joined(
                        Bytes.hex("30 04 0001 'a' 01 30 CB 01 0001 'a'"),
                        new byte[200],
                        Bytes.hex("30 03 0001 'a'"));
        assertTrue(isTaken(server(V3), bytes));
        assertEquals(3, run.count());
        assertEquals(201, run.payloadBytes());
        assertEquals(206, run.longestPacket());
        assertEquals(bytes.length, run.length());
        assertEquals(
                List.of(1, 200, 0), run.packets().stream().map(p -> p.payload().length).toList());
    }

    @Test
    void itHasNoMoreThanItsMostBytes() throws MalformedPacketException {
        byte[] packet = Bytes.joined(Bytes.hex("30 EA 07 0001 'a'"), new byte[999]);
        byte[] bytes = new byte[64 * 1024];
        for (int at = 0; at < bytes.length; at += packet.length) {
            System.arraycopy(packet, 0, bytes, at, Math.min(packet.length, bytes.length - at));
        }
        PacketDecoder decoder = server(V3);
        decoder.feed(bytes, 0, bytes.length);
        int packets = 0;
        while (decoder.nextRun(run)) {
            assertTrue(run.length() <= PublishRun.LONGEST, "at most");
            packets += run.count();
        }
        assertEquals(bytes.length / packet.length, packets);
    }

    @Test
    void aLongerRemainingLengthIsRead() throws MalformedPacketException {
        byte[] bytes = Bytes.joined(Bytes.hex("30 CB 01 0001 'a'"), new byte[200]);
        assertTrue(isTaken(server(V3), bytes));
        assertEquals(200, run.payloadBytes());
    }

    @ParameterizedTest
    @CsvSource({
        "RETAIN,                     31 05 0001 'a' 0102",
        "DUP,                        38 05 0001 'a' 0102",
        "RETAIN at QoS 1,            33 07 0001 'a' 0001 0102",
        "DUP at QoS 1,               3A 07 0001 'a' 0001 0102",
        "the Packet Identifier 0,    32 07 0001 'a' 0000 0102",
        "half a Packet Identifier,   32 04 0001 'a' 01",
        "no Packet Identifier,       32 03 0001 'a'",
        "QoS 2,                      34 07 0001 'a' 0001 0102",
        "a name not seen before,     30 05 0001 'b' 0102",
        "no name,                    30 04 0000 0102",
        "a name over the end,        30 04 0005 'a' 01",
        "half a name's length,       30 01 00",
        "not all there,              30 05 0001 'a' 01",
        "no whole fixed header,      30",
        "a length in too many bytes, 30 85 00 0001 'a' 0102",
    })
    void whatIsNotSoIsLeftToTheDecoder(String what, String hex) throws MalformedPacketException {
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
        assertFalse(decoder.nextRun(run));
        assertThrows(MalformedPacketException.class, decoder::next);
        assertFalse(decoder.nextRun(run));
    }

    @Test
    void nothingIsTakenBeforeConnect() {
        PacketDecoder decoder = PacketDecoder.forServer(new TopicNames(), 1_000);
        assertFalse(isTaken(decoder, Bytes.hex("30 06 0004 'none'")));
    }
}
