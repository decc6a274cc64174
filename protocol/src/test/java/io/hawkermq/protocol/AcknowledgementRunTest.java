package io.hawkermq.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AcknowledgementRunTest {
    private final AcknowledgementRun run = new AcknowledgementRun();

    private static PacketDecoder fed(String bytes) throws MalformedPacketException {
        PacketDecoder decoder = Bytes.connectedServer(ProtocolVersion.MQTT_5);
        byte[] b = Bytes.hex(bytes);
        decoder.feed(b, 0, b.length);
        return decoder;
    }

    private List<Integer> packetIds() {
        return IntStream.range(0, run.count()).mapToObj(run::packetId).toList();
    }

    @ParameterizedTest
    @CsvSource({"40, PUBACK", "50, PUBREC", "62, PUBREL", "70, PUBCOMP"})
    void itHasAllThatFollowEachOther(String first, PacketType type)
            throws MalformedPacketException {
        PacketDecoder decoder = fed("%s 02 0001 %s 02 FF01 C0 00".formatted(first, first));
        assertTrue(decoder.nextAcknowledgements(run));
        assertEquals(type, run.type());
        assertEquals(List.of(1, 0xFF01), packetIds());
        assertEquals(List.of(type, type), run.packets().stream().map(Packet::type).toList());
        assertFalse(decoder.nextAcknowledgements(run));
        assertInstanceOf(Packet.Pingreq.class, decoder.next());
    }

    @Test
    void itHasOneType() throws MalformedPacketException {
        PacketDecoder decoder = fed("40 02 0001 50 02 0002 50 02 0003");
        assertTrue(decoder.nextAcknowledgements(run));
        assertEquals(List.of(1), packetIds());
        assertTrue(decoder.nextAcknowledgements(run));
        assertEquals(List.of(2, 3), packetIds());
        assertEquals(PacketType.PUBREC, run.type());
    }

    @Test
    void itHasAnyNumber() throws MalformedPacketException {
        PacketDecoder decoder = fed("40 02 0007".repeat(1_000));
        assertTrue(decoder.nextAcknowledgements(run));
        assertEquals(1_000, run.count());
        assertEquals(7, run.packetId(999));
    }

    /// A Reason Code, properties, a rest of a packet, no Packet Identifier, wrong flags, others.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "40 03 0001 10",
                "40 04 0001 00 00",
                "40 02 00",
                "40",
                "40 02 0000",
                "41 02 0001",
                "60 02 0001",
                "C0 00",
                ""
            })
    void whatIsUnusualIsLeftToTheDecoder(String bytes) throws MalformedPacketException {
        assertFalse(fed(bytes).nextAcknowledgements(run));
        PacketDecoder after = fed("40 02 0001" + bytes);
        assertTrue(after.nextAcknowledgements(run));
        assertEquals(List.of(1), packetIds());
        assertFalse(after.nextAcknowledgements(run));
    }

    @Test
    void whatIsKeptOfAnEarlierReadComesFirst() throws MalformedPacketException {
        PacketDecoder decoder = fed("40 02 00");
        assertFalse(decoder.nextAcknowledgements(run));
        decoder.stash();
        byte[] rest = Bytes.hex("09 40 02 0002");
        decoder.feed(rest, 0, rest.length);
        assertFalse(decoder.nextAcknowledgements(run));
        assertEquals(9, assertInstanceOf(Packet.Puback.class, decoder.next()).packetId());
        assertTrue(decoder.nextAcknowledgements(run));
        assertEquals(List.of(2), packetIds());
    }

    @Test
    void thereIsNoneBeforeConnectNorAfterAFailure() throws MalformedPacketException {
        byte[] puback = Bytes.hex("40 02 0001");
        PacketDecoder stranger = PacketDecoder.forServer(new TopicNames(), 1_000);
        stranger.feed(puback, 0, puback.length);
        assertFalse(stranger.nextAcknowledgements(run));
        assertThrows(MalformedPacketException.class, stranger::next);
        stranger.feed(puback, 0, puback.length);
        assertFalse(stranger.nextAcknowledgements(run));
    }
}
