package io.hawkermq.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PacketDecoderTest {
    private static final ProtocolVersion V3 = ProtocolVersion.MQTT_3_1_1;
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;

    private static Packet.Publish publish(String topic, byte[] payload) {
        return new Packet.Publish(
                false, QoS.AT_MOST_ONCE, false, TopicName.of(topic), 0, Properties.NONE, payload);
    }

    private static <P extends Packet> P only(PacketDecoder decoder, Class<P> type, String hex)
            throws MalformedPacketException {
        List<Packet> packets = Bytes.all(decoder, Bytes.hex(hex));
        assertEquals(1, packets.size());
        return assertInstanceOf(type, packets.get(0));
    }

    @ParameterizedTest
    @CsvSource({
        "0006'MQIsdp' 03, MQTT_3_1, false",
        "0006'MQIsdp' 83, MQTT_3_1, true",
        "0004'MQTT' 04, MQTT_3_1_1, false",
        "0004'MQTT' 84, MQTT_3_1_1, true",
        "0004'MQTT' 05, MQTT_5, false",
        "0004'MQTT' 85, MQTT_5, true"
    })
    void connectTellsTheVersionAndWhetherItIsABridge(
            String nameAndLevel, ProtocolVersion version, boolean isBridge)
            throws MalformedPacketException {
        PacketDecoder decoder = PacketDecoder.forServer(new TopicNames(), 1_000);
        assertNull(decoder.version());
        byte[] body =
                Bytes.hex(
                        nameAndLevel.replace("'", "'")
                                + " 02 003C"
                                + (version == V5 ? "00" : "")
                                + "0001'c'");
        byte[] header = {0x10, (byte) body.length};
        List<Packet> packets = Bytes.all(decoder, Bytes.joined(header, body));
        Packet.Connect connect = assertInstanceOf(Packet.Connect.class, packets.get(0));
        assertEquals(version, connect.version());
        assertEquals(isBridge, connect.isBridge());
        assertEquals(version, decoder.version());
    }

    @ParameterizedTest
    @CsvSource({
        // A peer that speaks no MQTT, or broken MQTT, is not answered.
        "10 0D 0004'MQTU' 05 02 003C 00 0000, ",
        "10 0D 0004'MQTT' 05 03 003C 00 0000, ",
        "10 08 0004'MQTT' 05 02, ",
        "10 0D 0004'MQTT' 06 02 003C 00 0000, ",
        // These are answered in their own form.
        "10 0C 0004'MQTT' 03 02 003C 0000, MQTT_3_1",
        "10 0D 0004'MQTT' 05 02 003C 05 0000, MQTT_5",
        "10 0D 0004'MQTT' 04 02 003C 0000 00, MQTT_3_1_1"
    })
    void aRefusedConnectTellsInWhichFormToAnswer(String hex, ProtocolVersion answered) {
        PacketDecoder decoder = PacketDecoder.forServer(new TopicNames(), 1_000);
        assertThrows(MalformedPacketException.class, () -> Bytes.all(decoder, Bytes.hex(hex)));
        assertEquals(answered, decoder.version());
    }

    @Test
    void in31TheRemainingLengthGoesBeforeTheUserNameFlag() throws MalformedPacketException {
        Packet.Connect connect =
                only(
                        PacketDecoder.forServer(new TopicNames(), 1_000),
                        Packet.Connect.class,
                        "14 0F 0006'MQIsdp' 03 C2 003C 0001'c'");
        assertNull(connect.userName());
        assertNull(connect.password());
    }

    @Test
    void in5APasswordNeedsNoUserName() throws MalformedPacketException {
        Packet.Connect connect =
                only(
                        PacketDecoder.forServer(new TopicNames(), 1_000),
                        Packet.Connect.class,
                        "10 10 0004'MQTT' 05 42 003C 00 0000 0001'p'");
        assertNull(connect.userName());
        assertArrayEquals(Bytes.hex("'p'"), connect.password());
    }

    @Test
    void aByteOrderMarkIsKept() throws MalformedPacketException {
        // [MQTT-1.5.4-3]
        Packet.Publish p =
                only(Bytes.connectedServer(V3), Packet.Publish.class, "30 06 0004 EFBBBF 'a'");
        assertEquals("\uFEFFa", Objects.requireNonNull(p.topic()).toString());
    }

    @Test
    void acknowledgementsOf5HaveThreeLengths() throws MalformedPacketException {
        PacketDecoder decoder = Bytes.connectedServer(V5);
        assertEquals(
                new Packet.Puback(1, ReasonCode.SUCCESS, Properties.NONE),
                only(decoder, Packet.Puback.class, "40 02 0001"));
        assertEquals(
                new Packet.Pubrec(1, ReasonCode.NOT_AUTHORIZED, Properties.NONE),
                only(decoder, Packet.Pubrec.class, "50 03 0001 87"));
        assertEquals(
                new Packet.Pubrel(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, Properties.NONE),
                only(decoder, Packet.Pubrel.class, "62 04 0001 92 00"));
        assertEquals(
                new Packet.Disconnect(ReasonCode.SUCCESS, Properties.NONE),
                only(decoder, Packet.Disconnect.class, "E0 00"));
        assertEquals(
                new Packet.Disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, Properties.NONE),
                only(decoder, Packet.Disconnect.class, "E0 01 04"));
    }

    @Test
    void a31ClientMaySetDupOnPubrelAndSubscribe() throws MalformedPacketException {
        PacketDecoder decoder = Bytes.connectedServer(ProtocolVersion.MQTT_3_1);
        assertEquals(1, only(decoder, Packet.Pubrel.class, "6A 02 0001").packetId());
        assertEquals(2, only(decoder, Packet.Subscribe.class, "8A 06 0002 0001'a' 01").packetId());
    }

    @Test
    void constantPacketsAreTheSameObjects() throws MalformedPacketException {
        PacketDecoder decoder = Bytes.connectedServer(V3);
        List<Packet> pings = Bytes.all(decoder, Bytes.hex("C0 00 C0 00"));
        assertSame(pings.get(0), pings.get(1));
    }

    @Test
    void aTopicNameSeenBeforeIsTheSameObject() throws MalformedPacketException {
        TopicNames names = new TopicNames();
        List<Packet.Publish> all = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            PacketDecoder decoder = PacketDecoder.forClient(names, V3, 1_000);
            Bytes.all(decoder, Bytes.connack(V3));
            all.add(only(decoder, Packet.Publish.class, "30 05 0003 'a/b'"));
        }
        assertSame(all.get(0).topic(), all.get(1).topic());
    }

    @Test
    void manyTopicNamesDoNotGetMixedUp() throws MalformedPacketException {
        PacketDecoder decoder = Bytes.connectedServer(V3);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 20_000; i++) {
                String name = "sensors/" + i + "/temperature";
                byte[] bytes = Bytes.encoded(publish(name, new byte[0]), V3);
                Packet.Publish p = (Packet.Publish) Bytes.all(decoder, bytes).get(0);
                assertEquals(name, Objects.requireNonNull(p.topic()).toString());
            }
        }
    }

    @Test
    void thePayloadIsACopy() throws MalformedPacketException {
        PacketDecoder decoder = Bytes.connectedServer(V3);
        byte[] scratch = Bytes.hex("30 05 0001 'a' 0102");
        Packet.Publish p = (Packet.Publish) Bytes.all(decoder, scratch).get(0);
        Arrays.fill(scratch, (byte) 0xFF);
        assertArrayEquals(new byte[] {1, 2}, p.payload());
    }

    @Test
    void packetsThatTheOwnerDidNotTakeYetAreKept() throws MalformedPacketException {
        PacketDecoder decoder = Bytes.connectedServer(V3);
        byte[] scratch = Bytes.hex("C0 00 E0 00 C0");
        decoder.feed(scratch, 0, 5);
        assertInstanceOf(Packet.Pingreq.class, decoder.next());
        decoder.stash();
        Arrays.fill(scratch, (byte) 0xFF);
        assertEquals(3, decoder.bufferedBytes());

        decoder.feed(new byte[0], 0, 0);
        assertInstanceOf(Packet.Disconnect.class, decoder.next());
        assertNull(decoder.next());
        decoder.stash();
        assertEquals(1, decoder.bufferedBytes());

        decoder.feed(new byte[] {0}, 0, 1);
        assertInstanceOf(Packet.Pingreq.class, decoder.next());
        decoder.stash();
        assertEquals(0, decoder.bufferCapacity());
    }

    @Test
    void feedingOverUnreadBytesIsRefused() {
        PacketDecoder decoder = Bytes.connectedServer(V3);
        decoder.feed(new byte[] {1}, 0, 1);
        assertThrows(IllegalStateException.class, () -> decoder.feed(new byte[1], 0, 1));
    }

    @Test
    void anAnnouncedLengthAllocatesNothing() throws MalformedPacketException {
        PacketDecoder decoder = Bytes.connectedServer(V3);
        assertEquals(List.of(), Bytes.all(decoder, Bytes.hex("30 80 80 7A 0001 'a'")));
        assertEquals(7, decoder.bufferedBytes());
        assertTrue(decoder.bufferCapacity() <= 64);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1_000, 65_536})
    void aLargePacketIsBufferedAsItArrives(int piece) throws MalformedPacketException {
        PacketDecoder decoder = Bytes.connectedServer(V3);
        byte[] payload = new byte[300_000];
        Arrays.fill(payload, (byte) 42);
        byte[] bytes = Bytes.encoded(publish("large", payload), V3);
        List<Packet> packets = new ArrayList<>();
        for (int from = 0; from < bytes.length; from += piece) {
            int to = Math.min(bytes.length, from + piece);
            packets.addAll(Bytes.all(decoder, Arrays.copyOfRange(bytes, from, to)));
            assertTrue(decoder.bufferCapacity() <= Math.max(64, 2 * to));
        }
        assertEquals(1, packets.size());
        assertArrayEquals(payload, ((Packet.Publish) packets.get(0)).payload());
        assertEquals(0, decoder.bufferCapacity());
    }

    @Test
    void theArrayOfALargePacketTakesTheNextOne() throws MalformedPacketException {
        PacketDecoder decoder = Bytes.connectedServer(V3);
        byte[] bytes = Bytes.encoded(publish("large", new byte[300_000]), V3);
        assertEquals(List.of(), Bytes.all(decoder, Arrays.copyOf(bytes, 250_000)));
        int capacity = decoder.bufferCapacity();

        byte[] restAndNext = new byte[bytes.length - 250_000 + 100_000];
        System.arraycopy(bytes, 250_000, restAndNext, 0, bytes.length - 250_000);
        System.arraycopy(bytes, 0, restAndNext, bytes.length - 250_000, 100_000);
        assertEquals(1, Bytes.all(decoder, restAndNext).size());
        assertEquals(100_000, decoder.bufferedBytes());
        assertEquals(capacity, decoder.bufferCapacity());

        byte[] lastAndShort = Arrays.copyOfRange(bytes, 100_000, bytes.length + 1);
        lastAndShort[lastAndShort.length - 1] = (byte) 0xC0;
        Packet.Publish last = (Packet.Publish) Bytes.all(decoder, lastAndShort).get(0);
        assertArrayEquals(new byte[300_000], last.payload());
        assertTrue(decoder.bufferCapacity() <= 64, "no large array for a byte");
    }

    @Test
    void manySmallPacketsHeldBackAreTakenOffOneByOne() throws MalformedPacketException {
        PacketDecoder decoder = Bytes.connectedServer(V3);
        int count = 200_000;
        byte[] pings = new byte[2 * count];
        for (int i = 0; i < pings.length; i += 2) {
            pings[i] = (byte) 0xC0;
        }
        decoder.feed(pings, 0, pings.length);
        for (int i = 0; i < count; i++) {
            assertNotNull(decoder.next());
            decoder.stash();
            decoder.feed(pings, 0, 0);
        }
        assertNull(decoder.next());
        assertEquals(0, decoder.bufferCapacity());
    }

    @Test
    void theMaximumPacketSizeCountsTheWholePacket() throws MalformedPacketException {
        byte[] bytes = Bytes.encoded(publish("a", new byte[95]), V3);
        assertEquals(100, bytes.length);
        PacketDecoder decoder = Bytes.connectedServer(V3);
        decoder.maximumPacketSize(100);
        assertEquals(1, Bytes.all(decoder, bytes).size());
        decoder.maximumPacketSize(99);
        MalformedPacketException e =
                assertThrows(MalformedPacketException.class, () -> Bytes.all(decoder, bytes));
        assertEquals(ReasonCode.PACKET_TOO_LARGE, e.reasonCode());
    }

    @Test
    void aServersLimitsDoNotBindAClient() throws MalformedPacketException {
        String reason = "r".repeat(20_000);
        Packet puback =
                new Packet.Puback(
                        1, ReasonCode.SUCCESS, Properties.of(Property.REASON_STRING, reason));
        byte[] bytes = Bytes.encoded(puback, V5);
        assertEquals(List.of(puback), Bytes.all(Bytes.connectedClient(V5), bytes));
    }
}
