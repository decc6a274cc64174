package io.hawkermq.protocol;

import static io.hawkermq.protocol.MalformedCase.v3;
import static io.hawkermq.protocol.MalformedCase.v5;
import static io.hawkermq.protocol.ProtocolVersion.MQTT_3_1;
import static io.hawkermq.protocol.ProtocolVersion.MQTT_3_1_1;
import static io.hawkermq.protocol.ReasonCode.MALFORMED_PACKET;
import static io.hawkermq.protocol.ReasonCode.PACKET_TOO_LARGE;
import static io.hawkermq.protocol.ReasonCode.PROTOCOL_ERROR;
import static io.hawkermq.protocol.ReasonCode.TOPIC_ALIAS_INVALID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A packet for each rule that it breaks, with the Reason Code that answers it.
class MalformedPacketTest {
    static Stream<MalformedCase> framing() {
        return Stream.of(
                v5(
                        "1.5.5-1: Remaining Length not the shortest",
                        MALFORMED_PACKET,
                        "C0 80 00",
                        "fewest"),
                v5(
                        "1.5.5: Remaining Length of five bytes",
                        MALFORMED_PACKET,
                        "30 80 80 80 80 01",
                        "four bytes"),
                v5("2.1.2: type 0", PROTOCOL_ERROR, "00 00", "type 0"),
                new MalformedCase("2.1.2: type 15", MQTT_3_1_1, PROTOCOL_ERROR, "F0 00", "type 15"),
                v5(
                        "3.1.0-2: second CONNECT",
                        PROTOCOL_ERROR,
                        "10 0D 0004'MQTT' 05 02 003C 00 0000",
                        "second CONNECT"),
                v5("2.1.2: CONNACK from a client", PROTOCOL_ERROR, "20 03 00 00 00", "CONNACK"),
                v5("2.1.2: SUBACK from a client", PROTOCOL_ERROR, "90 04 0001 00 00", "SUBACK"),
                v5("2.1.2: UNSUBACK from a client", PROTOCOL_ERROR, "B0 04 0001 00 00", "UNSUBACK"),
                v5("2.1.2: PINGRESP from a client", PROTOCOL_ERROR, "D0 00", "PINGRESP"),
                v5("2.1.3-1: PUBACK's flags", MALFORMED_PACKET, "41 02 0001", "flags 1"),
                v5("3.6.1-1: PUBREL's flags", MALFORMED_PACKET, "60 02 0001", "must be 2"),
                v5(
                        "3.8.1-1: SUBSCRIBE's flags",
                        MALFORMED_PACKET,
                        "80 07 0001 00 0001'a' 00",
                        "must be 2"),
                v5(
                        "3.10.1-1: UNSUBSCRIBE's flags",
                        MALFORMED_PACKET,
                        "A0 06 0001 00 0001'a'",
                        "must be 2"),
                v5("3.14.1-1: DISCONNECT's flags", MALFORMED_PACKET, "E1 00", "must be 0"),
                v5("3.15.1-1: AUTH's flags", PROTOCOL_ERROR, "F1 00", "must be 0"),
                v5("2.1.3-1: PINGREQ's flags", MALFORMED_PACKET, "C1 00", "must be 0"),
                v5("3.12: PINGREQ with a body", MALFORMED_PACKET, "C0 01 00", "must be 0"),
                v5("3.4: PUBACK of one byte", MALFORMED_PACKET, "40 01 00", "at least 2"),
                v5("limit: PUBACK above 10,000 bytes", PACKET_TOO_LARGE, "40 91 4E", "10000"),
                v5("limit: DISCONNECT above 10,000 bytes", PACKET_TOO_LARGE, "E0 91 4E", "10000"),
                v5("limit: AUTH above 100,000 bytes", PACKET_TOO_LARGE, "F0 A1 8D 06", "100000"),
                v5(
                        "limit: above the Maximum Packet Size",
                        PACKET_TOO_LARGE,
                        "30 80 89 7A",
                        "2000000"),
                v3("3.4 of 3.1.1: PUBACK of three bytes", "40 03 0001 00", "must be 2"),
                v3("3.14 of 3.1.1: DISCONNECT with a body", "E0 01 00", "must be 0"),
                new MalformedCase(
                        "3.4 of 3.1: PUBACK of three bytes",
                        MQTT_3_1,
                        MALFORMED_PACKET,
                        "40 03 0001 00",
                        "must be 2"));
    }

    static Stream<MalformedCase> publish() {
        return Stream.of(
                v5("3.3.1-4: QoS 3", MALFORMED_PACKET, "36 06 0001'a' 0001 00", "QoS 3"),
                v5("3.3.1-2: DUP at QoS 0", MALFORMED_PACKET, "38 04 0001'a' 00", "DUP"),
                v5(
                        "2.2.1-3: Packet Identifier 0",
                        PROTOCOL_ERROR,
                        "32 06 0001'a' 0000 00",
                        "Packet Identifier 0"),
                v5("3.3.2-1: no Topic Name", MALFORMED_PACKET, "30 01 00", "Topic Name"),
                v5(
                        "3.3.2-1: Topic Name over the end",
                        MALFORMED_PACKET,
                        "30 04 0005'a' 00",
                        "over its end"),
                v5(
                        "3.3.2: no Packet Identifier",
                        MALFORMED_PACKET,
                        "32 04 0001'a' 01",
                        "Packet Identifier"),
                v5(
                        "2.2.2-1: no Property Length",
                        MALFORMED_PACKET,
                        "30 03 0001'a'",
                        "Property Length"),
                v5(
                        "2.2.2: properties over the end",
                        MALFORMED_PACKET,
                        "30 05 0001'a' 02 01",
                        "over the end"),
                v5("3.3.2-2: wildcard +", MALFORMED_PACKET, "30 04 0001'+' 00", "wildcard +"),
                v5("4.7.0-1: wildcard #", MALFORMED_PACKET, "30 04 0001'#' 00", "wildcard #"),
                v5(
                        "3.3.2.1: neither Topic Name nor Topic Alias",
                        MALFORMED_PACKET,
                        "30 03 0000 00",
                        "empty"),
                v5(
                        "3.3.2-8: Topic Alias 0",
                        TOPIC_ALIAS_INVALID,
                        "30 07 0001'a' 03 23 0000",
                        "TOPIC_ALIAS is 0"),
                v5(
                        "3.3.4-6: Subscription Identifier from a client",
                        PROTOCOL_ERROR,
                        "30 06 0001'a' 02 0B01",
                        "Subscription Identifier"),
                v5(
                        "3.3.2-14: wildcard in the Response Topic",
                        PROTOCOL_ERROR,
                        "30 08 0001'a' 04 08 0001'#'",
                        "RESPONSE_TOPIC"),
                v5(
                        "3.3.2-13: Response Topic not UTF-8",
                        MALFORMED_PACKET,
                        "30 08 0001'a' 04 08 0001 80",
                        "ill-formed"),
                v5(
                        "3.3.2-19: Content Type not UTF-8",
                        MALFORMED_PACKET,
                        "30 08 0001'a' 04 03 0001 80",
                        "ill-formed"),
                v5(
                        "3.3.2.3.2: Payload Format Indicator 2",
                        PROTOCOL_ERROR,
                        "30 06 0001'a' 02 0102",
                        "PAYLOAD_FORMAT_INDICATOR is 2"),
                v5(
                        "3.3.2.3.2: Payload Format Indicator twice",
                        PROTOCOL_ERROR,
                        "30 08 0001'a' 04 0101 0101",
                        "twice"),
                v5("2.2.2.2: unknown property", MALFORMED_PACKET, "30 06 0001'a' 02 7F01", "7f"),
                v5(
                        "2.2.2.2: Receive Maximum in it",
                        PROTOCOL_ERROR,
                        "30 07 0001'a' 03 210001",
                        "RECEIVE_MAXIMUM"),
                v5(
                        "1.5.7-1: User Property without value",
                        MALFORMED_PACKET,
                        "30 08 0001'a' 04 26 0001'k'",
                        "USER_PROPERTY"),
                v5(
                        "1.5.5-1: Property Length not the shortest",
                        MALFORMED_PACKET,
                        "30 05 0001'a' 8000",
                        "fewest"),
                v5(
                        "1.5.5: Property Length of five bytes",
                        MALFORMED_PACKET,
                        "30 08 0001'a' 8080808001",
                        "four bytes"),
                v3("4.7.3-1: empty Topic Name", "30 02 0000", "empty"),
                v3("1.5.4-1: surrogate", "30 05 0003 EDA080", "ill-formed"),
                v3("1.5.4-1: overlong", "30 04 0002 C080", "ill-formed"),
                v3("1.5.4-1: above U+10FFFF", "30 06 0004 F4908080", "ill-formed"),
                v3("1.5.4-1: cut short", "30 04 0002 E282", "ill-formed"),
                v3("1.5.4-2: U+0000", "30 05 0003'a'00'b'", "U+0000"),
                v3("1.5.4: control character", "30 05 0003'a'1B'b'", "U+001B"));
    }

    static Stream<MalformedCase> acknowledgements() {
        return Stream.of(
                v5(
                        "2.2.1-5: Packet Identifier 0",
                        PROTOCOL_ERROR,
                        "40 02 0000",
                        "Packet Identifier"),
                v5("3.4.2-1: code not of PUBACK", PROTOCOL_ERROR, "40 03 0001 92", "0x92"),
                v5("3.5.2-1: code not of PUBREC", PROTOCOL_ERROR, "50 03 0001 01", "0x1"),
                v5("3.6.2-1: code not of PUBREL", PROTOCOL_ERROR, "62 03 0001 10", "0x10"),
                v5("3.7.2-1: code not of PUBCOMP", PROTOCOL_ERROR, "70 03 0001 80", "0x80"),
                v5(
                        "3.4.2.2: bytes after the properties",
                        MALFORMED_PACKET,
                        "40 05 0001 00 00 00",
                        "1 bytes after"),
                v5(
                        "3.4.2.2: Reason String twice",
                        PROTOCOL_ERROR,
                        "40 0A 0001 00 06 1F0000 1F0000",
                        "twice"),
                v5(
                        "2.2.2.2: Topic Alias in it",
                        PROTOCOL_ERROR,
                        "40 07 0001 00 03 230001",
                        "TOPIC_ALIAS"),
                v5(
                        "3.14.2-1: code not of a client's DISCONNECT",
                        PROTOCOL_ERROR,
                        "E0 01 8E",
                        "0x8e"),
                v5(
                        "3.14.2: properties over the end",
                        MALFORMED_PACKET,
                        "E0 03 00 05 11",
                        "over the end"),
                v5("3.15.2-1: code not of a client's AUTH", PROTOCOL_ERROR, "F0 02 00 00", "0x0"),
                v5("3.15.2-1: no code from a client", PROTOCOL_ERROR, "F0 00", "Reason Code"),
                v5(
                        "3.15.2.2.2: AUTH without method",
                        PROTOCOL_ERROR,
                        "F0 02 18 00",
                        "Authentication Method"));
    }

    static Stream<MalformedCase> requests() {
        return Stream.of(
                v5(
                        "2.2.1-3: SUBSCRIBE with Packet Identifier 0",
                        MALFORMED_PACKET,
                        "82 07 0000 00 0001'a' 00",
                        "Packet Identifier"),
                v5(
                        "3.8.3-2: SUBSCRIBE of nothing",
                        MALFORMED_PACKET,
                        "82 03 0001 00",
                        "no Topic Filter"),
                v5(
                        "3.8.3-1: filter not UTF-8",
                        MALFORMED_PACKET,
                        "82 07 0001 00 0001 FF 00",
                        "ill-formed"),
                v5(
                        "3.8.3: filter without options",
                        MALFORMED_PACKET,
                        "82 06 0001 00 0001'a'",
                        "Subscription Options"),
                v5(
                        "3.8.3-4: No Local on a Shared Subscription",
                        PROTOCOL_ERROR,
                        "82 10 0001 00 000A'$share/g/a' 04",
                        "No Local"),
                v5(
                        "3.8.3-5: reserved bits",
                        MALFORMED_PACKET,
                        "82 07 0001 00 0001'a' 40",
                        "reserved"),
                v5("3.8.3.1: QoS 3", MALFORMED_PACKET, "82 07 0001 00 0001'a' 03", "QoS is 3"),
                v5(
                        "3.8.3.1: Retain Handling 3",
                        MALFORMED_PACKET,
                        "82 07 0001 00 0001'a' 30",
                        "Retain Handling"),
                v5(
                        "3.8.2.1.2: Subscription Identifier 0",
                        MALFORMED_PACKET,
                        "82 09 0001 02 0B00 0001'a' 00",
                        "SUBSCRIPTION_IDENTIFIER is 0"),
                v5(
                        "3.8.2.1.2: Subscription Identifier twice",
                        PROTOCOL_ERROR,
                        "82 0B 0001 04 0B01 0B02 0001'a' 00",
                        "twice"),
                v5(
                        "2.2.2.2: Topic Alias in SUBSCRIBE",
                        MALFORMED_PACKET,
                        "82 0A 0001 03 230001 0001'a' 00",
                        "TOPIC_ALIAS"),
                v5(
                        "4.7.1-1: # not last",
                        MALFORMED_PACKET,
                        "82 09 0001 00 0003'#/a' 00",
                        "last level"),
                v5(
                        "4.7.1-1: # not alone",
                        MALFORMED_PACKET,
                        "82 08 0001 00 0002'a#' 00",
                        "last level"),
                v5(
                        "4.7.1-2: + not alone",
                        MALFORMED_PACKET,
                        "82 08 0001 00 0002'a+' 00",
                        "whole level"),
                v5("4.7.3-1: empty filter", MALFORMED_PACKET, "82 06 0001 00 0000 00", "empty"),
                v5(
                        "4.8.2-1: no Share Name",
                        PROTOCOL_ERROR,
                        "82 0E 0001 00 0008'$share//' 00",
                        "$share/NAME"),
                v5(
                        "4.8.2-2: wildcard in the Share Name",
                        PROTOCOL_ERROR,
                        "82 10 0001 00 000A'$share/+/a' 00",
                        "wildcard"),
                v5(
                        "4.8.2-2: no filter after the Share Name",
                        PROTOCOL_ERROR,
                        "82 0F 0001 00 0009'$share/g/' 00",
                        "follows"),
                v5(
                        "3.10.3-2: UNSUBSCRIBE of nothing",
                        MALFORMED_PACKET,
                        "A2 03 0001 00",
                        "no Topic Filter"),
                v5(
                        "3.10.3-1: UNSUBSCRIBE's filter not UTF-8",
                        MALFORMED_PACKET,
                        "A2 06 0001 00 0001 FF",
                        "ill-formed"),
                v5(
                        "2.2.1-3: UNSUBSCRIBE with Packet Identifier 0",
                        MALFORMED_PACKET,
                        "A2 06 0000 00 0001'a'",
                        "Packet Identifier"),
                v5(
                        "4.7.1-2: UNSUBSCRIBE from no filter",
                        MALFORMED_PACKET,
                        "A2 07 0001 00 0002'+a'",
                        "whole level"),
                v3("3.8.3-4 of 3.1.1: reserved bits", "82 06 0001 0001'a' 04", "is 4"),
                v3("3.8.3-3 of 3.1.1: SUBSCRIBE of nothing", "82 02 0001", "no Topic Filter"),
                v3("3.10.3-2 of 3.1.1: UNSUBSCRIBE of nothing", "A2 02 0001", "no Topic Filter"),
                new MalformedCase(
                        "3.8 of 3.1: QoS 3",
                        MQTT_3_1,
                        MALFORMED_PACKET,
                        "82 06 0001 0001'a' 03",
                        "is 3"));
    }

    static Stream<MalformedCase> fromServer() {
        return Stream.of(
                v5("3.2.0-2: second CONNACK", PROTOCOL_ERROR, "20 03 00 00 00", "second CONNACK"),
                v5(
                        "2.1.2: SUBSCRIBE from a server",
                        PROTOCOL_ERROR,
                        "82 07 0001 00 0001'a' 00",
                        "SUBSCRIBE"),
                v5("3.9.3-2: code not of SUBACK", PROTOCOL_ERROR, "90 04 0001 00 11", "0x11"),
                v5("3.11.3-2: code not of UNSUBACK", PROTOCOL_ERROR, "B0 04 0001 00 01", "0x1"),
                v5(
                        "3.11.3: UNSUBACK of nothing",
                        MALFORMED_PACKET,
                        "B0 03 0001 00",
                        "no Reason Code"),
                v5(
                        "3.14.2-2: Session Expiry Interval from a server",
                        PROTOCOL_ERROR,
                        "E0 07 00 05 1100000001",
                        "Session Expiry"),
                v5(
                        "3.14.2-1: code not of a server's DISCONNECT",
                        PROTOCOL_ERROR,
                        "E0 01 04",
                        "0x4"),
                v5(
                        "3.8.2.1.2: Subscription Identifier 0 in PUBLISH",
                        PROTOCOL_ERROR,
                        "30 06 0001'a' 02 0B00",
                        "SUBSCRIPTION_IDENTIFIER is 0"),
                new MalformedCase(
                        "3.14 of 3.1.1: DISCONNECT from a server",
                        MQTT_3_1_1,
                        PROTOCOL_ERROR,
                        "E0 00",
                        "DISCONNECT"),
                new MalformedCase(
                        "3.9.3-2 of 3.1.1: code not of SUBACK",
                        MQTT_3_1_1,
                        PROTOCOL_ERROR,
                        "90 03 0001 87",
                        "135"),
                v3("3.11 of 3.1.1: UNSUBACK with a body", "B0 03 0001 00", "1 bytes after"));
    }

    @ParameterizedTest
    @MethodSource({"framing", "publish", "acknowledgements", "requests"})
    void aServerRefuses(MalformedCase c) {
        c.check(Bytes.connectedServer(c.version()));
    }

    @ParameterizedTest
    @MethodSource("fromServer")
    void aClientRefuses(MalformedCase c) {
        c.check(Bytes.connectedClient(c.version()));
    }

    @ParameterizedTest
    @MethodSource({"framing", "publish", "acknowledgements", "requests"})
    void theSameIsRefusedByteByByte(MalformedCase c) {
        PacketDecoder decoder = Bytes.connectedServer(c.version());
        MalformedPacketException e =
                assertThrows(
                        MalformedPacketException.class,
                        () -> {
                            for (byte b : Bytes.hex(c.bytes())) {
                                Bytes.all(decoder, new byte[] {b});
                            }
                        });
        assertEquals(c.code(), e.reasonCode(), e.reason());
    }
}
