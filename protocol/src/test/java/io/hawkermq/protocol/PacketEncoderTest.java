package io.hawkermq.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PacketEncoderTest {
    private static final ProtocolVersion V31 = ProtocolVersion.MQTT_3_1;
    private static final ProtocolVersion V3 = ProtocolVersion.MQTT_3_1_1;
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;

    record Example(String what, ProtocolVersion version, Packet packet, String bytes) {
        @Override
        public String toString() {
            return version + " " + what;
        }
    }

    private static Packet.Publish publish(QoS qos, int packetId, Properties properties) {
        return new Packet.Publish(
                false, qos, false, TopicName.of("a"), packetId, properties, new byte[] {1});
    }

    static Stream<Example> examples() {
        Properties reason = Properties.of(Property.REASON_STRING, "r");
        Properties announced =
                Properties.builder()
                        .add(Property.TOPIC_ALIAS_MAXIMUM, 10)
                        .add(Property.ASSIGNED_CLIENT_IDENTIFIER, "x")
                        .add(Property.MAXIMUM_PACKET_SIZE, 2_000_000)
                        .add(Property.RECEIVE_MAXIMUM, 20)
                        .build();
        ReasonCode ok = ReasonCode.SUCCESS;
        Properties none = Properties.NONE;
        return Stream.of(
                new Example(
                        "CONNACK keeps the order of its properties",
                        V5,
                        new Packet.Connack(false, ok, announced),
                        "20 12 00 00 0F 22000A 12 0001'x' 27001E8480 210014"),
                new Example("CONNACK", V3, new Packet.Connack(true, ok, announced), "20 02 01 00"),
                new Example(
                        "CONNACK has no Session Present",
                        V31,
                        new Packet.Connack(true, ok, none),
                        "20 02 00 00"),
                new Example("PUBACK", V5, new Packet.Puback(258, ok, none), "40 02 0102"),
                new Example(
                        "PUBACK with a code",
                        V5,
                        new Packet.Puback(1, ReasonCode.NO_MATCHING_SUBSCRIBERS, none),
                        "40 03 0001 10"),
                new Example(
                        "PUBREC with a property",
                        V5,
                        new Packet.Pubrec(1, ok, reason),
                        "50 08 0001 00 04 1F 0001'r'"),
                new Example(
                        "PUBREC's code is not written",
                        V3,
                        new Packet.Pubrec(1, ReasonCode.NOT_AUTHORIZED, reason),
                        "50 02 0001"),
                new Example(
                        "PUBREL",
                        V5,
                        new Packet.Pubrel(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, none),
                        "62 03 0001 92"),
                new Example("PUBCOMP", V3, new Packet.Pubcomp(1, ok, none), "70 02 0001"),
                new Example(
                        "SUBACK",
                        V5,
                        new Packet.Suback(
                                1,
                                List.of(ReasonCode.GRANTED_QOS_2, ReasonCode.NOT_AUTHORIZED),
                                none),
                        "90 05 0001 00 02 87"),
                new Example(
                        "SUBACK's failures are one",
                        V3,
                        new Packet.Suback(
                                1,
                                List.of(ReasonCode.GRANTED_QOS_1, ReasonCode.NOT_AUTHORIZED),
                                none),
                        "90 04 0001 01 80"),
                new Example(
                        "UNSUBACK",
                        V5,
                        new Packet.Unsuback(1, List.of(ReasonCode.NO_SUBSCRIPTION_EXISTED), none),
                        "B0 04 0001 00 11"),
                new Example(
                        "UNSUBACK has no payload",
                        V3,
                        new Packet.Unsuback(1, List.of(ok), none),
                        "B0 02 0001"),
                new Example("PINGREQ", V3, new Packet.Pingreq(), "C0 00"),
                new Example("PINGRESP", V5, new Packet.Pingresp(), "D0 00"),
                new Example("DISCONNECT", V5, new Packet.Disconnect(ok, none), "E0 00"),
                new Example(
                        "DISCONNECT with a code",
                        V5,
                        new Packet.Disconnect(ReasonCode.SESSION_TAKEN_OVER, none),
                        "E0 01 8E"),
                new Example(
                        "DISCONNECT with a property",
                        V5,
                        new Packet.Disconnect(ok, reason),
                        "E0 06 00 04 1F 0001'r'"),
                new Example(
                        "DISCONNECT",
                        V3,
                        new Packet.Disconnect(ReasonCode.SESSION_TAKEN_OVER, reason),
                        "E0 00"),
                new Example("AUTH", V5, new Packet.Auth(ok, none), "F0 00"),
                new Example(
                        "PUBLISH",
                        V5,
                        publish(QoS.AT_LEAST_ONCE, 7, none),
                        "32 07 0001'a' 0007 00 01"),
                new Example(
                        "PUBLISH with a property",
                        V5,
                        publish(QoS.AT_MOST_ONCE, 0, Properties.of(Property.TOPIC_ALIAS, 3)),
                        "30 08 0001'a' 03 230003 01"),
                new Example(
                        "PUBLISH has no properties",
                        V3,
                        publish(QoS.AT_MOST_ONCE, 0, Properties.of(Property.TOPIC_ALIAS, 3)),
                        "30 04 0001'a' 01"),
                new Example(
                        "CONNECT of a bridge with all fields",
                        V3,
                        new Packet.Connect(
                                V5,
                                true,
                                true,
                                60,
                                "c",
                                new Will(
                                        TopicName.of("w"),
                                        new byte[] {9},
                                        QoS.AT_LEAST_ONCE,
                                        true,
                                        Properties.of(Property.WILL_DELAY_INTERVAL, 1)),
                                "u",
                                new byte[] {8},
                                Properties.of(Property.RECEIVE_MAXIMUM, 5)),
                        "10 23 0004'MQTT' 85 EE 003C 03 210005 0001'c'"
                                + "05 1800000001 0001'w' 0001 09 0001'u' 0001 08"),
                new Example(
                        "SUBSCRIBE",
                        V5,
                        new Packet.Subscribe(
                                1,
                                List.of(
                                        new Packet.Subscribe.Entry(
                                                TopicFilter.of("a/#"),
                                                new SubscriptionOptions(
                                                        QoS.EXACTLY_ONCE,
                                                        true,
                                                        true,
                                                        RetainHandling.DO_NOT_SEND))),
                                Properties.of(Property.SUBSCRIPTION_IDENTIFIER, 128)),
                        "82 0C 0001 03 0B8001 0003'a/#' 2E"),
                new Example(
                        "UNSUBSCRIBE",
                        V3,
                        new Packet.Unsubscribe(1, List.of(TopicFilter.of("+")), none),
                        "A2 05 0001 0001'+'"));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void writes(Example e) {
        assertEquals(Bytes.hex(Bytes.hex(e.bytes)), Bytes.hex(Bytes.encoded(e.packet, e.version)));
    }

    @ParameterizedTest
    @CsvSource({
        "SUCCESS, 0",
        "UNSUPPORTED_PROTOCOL_VERSION, 1",
        "CLIENT_IDENTIFIER_NOT_VALID, 2",
        "SERVER_UNAVAILABLE, 3",
        "SERVER_BUSY, 3",
        "QUOTA_EXCEEDED, 3",
        "BAD_USER_NAME_OR_PASSWORD, 4",
        "NOT_AUTHORIZED, 5",
        "BANNED, 5",
        "BAD_AUTHENTICATION_METHOD, 5"
    })
    void connackOf3HasAReturnCode(ReasonCode code, int returnCode) {
        byte[] bytes = Bytes.encoded(new Packet.Connack(false, code, Properties.NONE), V3);
        assertEquals(returnCode, bytes[3]);
    }

    static Stream<Packet> packetsThatMayLoseProperties() {
        Properties p =
                Properties.builder()
                        .add(Property.REASON_STRING, "reason")
                        .user("name", "value")
                        .build();
        ReasonCode ok = ReasonCode.SUCCESS;
        return Stream.of(
                new Packet.Connack(false, ok, p),
                new Packet.Puback(1, ok, p),
                new Packet.Pubrec(1, ok, p),
                new Packet.Pubrel(1, ok, p),
                new Packet.Pubcomp(1, ok, p),
                new Packet.Suback(1, List.of(ok), p),
                new Packet.Unsuback(1, List.of(ok), p),
                new Packet.Disconnect(ok, p),
                new Packet.Auth(ok, p));
    }

    /// [MQTT-3.2.2-19] [MQTT-3.2.2-20] and those of the other packets.
    @ParameterizedTest
    @MethodSource("packetsThatMayLoseProperties")
    void aPacketTooLargeLosesUserPropertiesThenTheReasonString(Packet packet)
            throws MalformedPacketException {
        int whole = Bytes.encoded(packet, V5).length;
        ByteWriter out = new ByteWriter(0, 1_000);
        out.writeByte(0x77);
        int user = 1 + 2 + 4 + 2 + 5;
        int reason = 1 + 2 + 6;
        assertTrue(PacketEncoder.encode(packet, V5, whole - 1, out));
        assertEquals(whole - user, out.length() - 1);
        out.truncate(1);
        assertTrue(PacketEncoder.encode(packet, V5, whole - user - 1, out));
        assertTrue(out.length() - 1 <= whole - user - reason);
        out.truncate(1);
        assertFalse(PacketEncoder.encode(packet, V5, 1, out));
        assertEquals(1, out.length());
        assertEquals(0x77, out.array()[0]);
    }

    @Test
    void aPublishTooLargeIsNotWritten() {
        Packet.Publish p = publish(QoS.AT_MOST_ONCE, 0, Properties.of(Property.CONTENT_TYPE, "t"));
        int whole = Bytes.encoded(p, V5).length;
        ByteWriter out = new ByteWriter(0, 1_000);
        assertTrue(PacketEncoder.encode(p, V5, whole, out));
        int length = out.length();
        assertFalse(PacketEncoder.encode(p, V5, whole - 1, out));
        assertEquals(length, out.length());
    }

    static Stream<Packet> unspeakable() {
        return Stream.of(
                new Packet.Auth(ReasonCode.SUCCESS, Properties.NONE),
                publish(QoS.AT_LEAST_ONCE, 0, Properties.NONE),
                publish(QoS.AT_MOST_ONCE, 1, Properties.NONE),
                new Packet.Publish(
                        false, QoS.AT_MOST_ONCE, false, null, 0, Properties.NONE, new byte[0]),
                new Packet.Connect(
                        V3, false, true, 0, "", null, null, new byte[0], Properties.NONE),
                new Packet.Connect(V3, false, true, 0, "a\0b", null, null, null, Properties.NONE),
                new Packet.Connect(V3, false, true, 0, "\uD800", null, null, null, Properties.NONE),
                new Packet.Connect(
                        V3, false, true, 0, "x".repeat(65_536), null, null, null, Properties.NONE),
                new Packet.Connect(
                        V3, false, true, 0, "é".repeat(40_000), null, null, null, Properties.NONE),
                new Packet.Unsubscribe(0, List.of(TopicFilter.of("a")), Properties.NONE));
    }

    @ParameterizedTest
    @MethodSource("unspeakable")
    void whatMqttCannotExpressIsRefused(Packet packet) {
        ByteWriter out = new ByteWriter(0, 1_000_000);
        out.writeByte(1);
        assertThrows(
                IllegalArgumentException.class,
                () -> PacketEncoder.encode(packet, V3, 1_000_000, out));
        assertEquals(1, out.length());
    }

    @Test
    void aFullBufferStaysAsItWas() {
        ByteWriter out = new ByteWriter(4, 10);
        out.writeTwoBytes(0x0102);
        Packet p = publish(QoS.AT_LEAST_ONCE, 1, Properties.of(Property.CONTENT_TYPE, "text"));
        assertThrows(IllegalStateException.class, () -> PacketEncoder.encode(p, V5, 1_000, out));
        assertEquals("01 02", Bytes.hex(Bytes.written(out)));
    }
}
