package io.hawkermq.protocol;

import static io.hawkermq.protocol.MalformedCase.v3;
import static io.hawkermq.protocol.MalformedCase.v5;
import static io.hawkermq.protocol.ReasonCode.BAD_USER_NAME_OR_PASSWORD;
import static io.hawkermq.protocol.ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
import static io.hawkermq.protocol.ReasonCode.MALFORMED_PACKET;
import static io.hawkermq.protocol.ReasonCode.PACKET_TOO_LARGE;
import static io.hawkermq.protocol.ReasonCode.PROTOCOL_ERROR;
import static io.hawkermq.protocol.ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What a connection must not begin with, and CONNECT and CONNACK that break a rule.
class MalformedConnectTest {
    static Stream<MalformedCase> beforeConnect() {
        return Stream.of(
                v5("3.1.0-1: PINGREQ first", PROTOCOL_ERROR, "C0 00", "begins with CONNECT"),
                v5("3.1.0-1: PUBLISH first, one byte of it", PROTOCOL_ERROR, "30", "0x30"),
                v5("3.1.0-1: type 0 first", PROTOCOL_ERROR, "00", "begins with CONNECT"),
                v5(
                        "2.1.3-1: flags",
                        MALFORMED_PACKET,
                        "11 0D 0004'MQTT' 05 02 003C 00 0000",
                        "flags"),
                v5(
                        "3.1.2-1: another name",
                        MALFORMED_PACKET,
                        "10 0D 0004'MQTU' 05 02 003C 00 0000",
                        "'MQTU'"),
                v5(
                        "3.1.2-2: version 6",
                        UNSUPPORTED_PROTOCOL_VERSION,
                        "10 0D 0004'MQTT' 06 02 003C 00 0000",
                        "6"),
                v5(
                        "3.1.2-2: MQTT 3",
                        UNSUPPORTED_PROTOCOL_VERSION,
                        "10 0C 0004'MQTT' 03 02 003C 0000",
                        "MQTT"),
                v5(
                        "3.1.2-2: MQIsdp 4",
                        UNSUPPORTED_PROTOCOL_VERSION,
                        "10 0E 0006'MQIsdp' 04 02 003C 0000",
                        "MQIsdp"),
                v5(
                        "3.1.2-3: reserved flag",
                        MALFORMED_PACKET,
                        "10 0D 0004'MQTT' 05 03 003C 00 0000",
                        "reserved"),
                v5(
                        "3.1.2-9: Will without fields",
                        MALFORMED_PACKET,
                        "10 0D 0004'MQTT' 05 06 003C 00 0000",
                        "Property Length"),
                v5(
                        "3.1.2-11: Will QoS without Will",
                        MALFORMED_PACKET,
                        "10 0D 0004'MQTT' 05 0A 003C 00 0000",
                        "Will QoS"),
                v5(
                        "3.1.2-12: Will QoS 3",
                        MALFORMED_PACKET,
                        "10 13 0004'MQTT' 05 1E 003C 00 0000 00 0001'w' 0000",
                        "Will QoS is 3"),
                v5(
                        "3.1.2-13: Will Retain without Will",
                        MALFORMED_PACKET,
                        "10 0D 0004'MQTT' 05 22 003C 00 0000",
                        "Will Retain"),
                v5(
                        "3.1.2-16: User Name without its flag",
                        MALFORMED_PACKET,
                        "10 10 0004'MQTT' 05 02 003C 00 0000 0001'u'",
                        "3 bytes after"),
                v5(
                        "3.1.2-17: no User Name",
                        BAD_USER_NAME_OR_PASSWORD,
                        "10 0D 0004'MQTT' 05 82 003C 00 0000",
                        "User Name"),
                v5(
                        "3.1.2-18: Password without its flag",
                        MALFORMED_PACKET,
                        "10 13 0004'MQTT' 05 82 003C 00 0000 0001'u' 0001'p'",
                        "3 bytes after"),
                v5(
                        "3.1.2-19: no Password",
                        BAD_USER_NAME_OR_PASSWORD,
                        "10 10 0004'MQTT' 05 C2 003C 00 0000 0001'u'",
                        "Password"),
                v5(
                        "3.1.3-3: no Client Identifier",
                        CLIENT_IDENTIFIER_NOT_VALID,
                        "10 0B 0004'MQTT' 05 02 003C 00",
                        "Client Identifier"),
                v5(
                        "3.1.3-4: Client Identifier not UTF-8",
                        CLIENT_IDENTIFIER_NOT_VALID,
                        "10 0E 0004'MQTT' 05 02 003C 00 0001 FF",
                        "ill-formed"),
                v5(
                        "3.1.3-11: Will Topic not UTF-8",
                        MALFORMED_PACKET,
                        "10 13 0004'MQTT' 05 06 003C 00 0000 00 0001FF 0000",
                        "ill-formed"),
                v5(
                        "3.1.3-12: User Name not UTF-8",
                        BAD_USER_NAME_OR_PASSWORD,
                        "10 10 0004'MQTT' 05 82 003C 00 0000 0001 C0",
                        "ill-formed"),
                v5(
                        "4.7.0-1: wildcard in the Will Topic",
                        MALFORMED_PACKET,
                        "10 13 0004'MQTT' 05 06 003C 00 0000 00 0001'#' 0000",
                        "wildcard"),
                v5(
                        "4.7.3-1: empty Will Topic",
                        MALFORMED_PACKET,
                        "10 12 0004'MQTT' 05 06 003C 00 0000 00 0000 0000",
                        "empty"),
                v5(
                        "3.1.2.11.9: data without method",
                        PROTOCOL_ERROR,
                        "10 11 0004'MQTT' 05 02 003C 04 16 0001'd' 0000",
                        "Authentication Method"),
                v5(
                        "3.1.2.11.3: Receive Maximum 0",
                        PROTOCOL_ERROR,
                        "10 10 0004'MQTT' 05 02 003C 03 210000 0000",
                        "RECEIVE_MAXIMUM is 0"),
                v5(
                        "3.1.2.11.4: Maximum Packet Size 0",
                        PROTOCOL_ERROR,
                        "10 12 0004'MQTT' 05 02 003C 05 2700000000 0000",
                        "MAXIMUM_PACKET_SIZE is 0"),
                v5(
                        "3.1.2.11.7: Request Problem Information 2",
                        PROTOCOL_ERROR,
                        "10 0F 0004'MQTT' 05 02 003C 02 1702 0000",
                        "REQUEST_PROBLEM_INFORMATION is 2"),
                v5(
                        "3.1.3.2: Topic Alias in a Will",
                        PROTOCOL_ERROR,
                        "10 15 0004'MQTT' 05 06 003C 00 0000 03 230001 0001'w' 0000",
                        "TOPIC_ALIAS is not allowed in a Will"),
                v5(
                        "2.2.2.2: Will Delay Interval outside the Will",
                        PROTOCOL_ERROR,
                        "10 12 0004'MQTT' 05 02 003C 05 1800000001 0000",
                        "WILL_DELAY_INTERVAL"),
                v5(
                        "3.1.2.11.2: Session Expiry Interval twice",
                        PROTOCOL_ERROR,
                        "10 17 0004'MQTT' 05 02 003C 0A 1100000001 1100000001 0000",
                        "twice"),
                v5("limit: CONNECT above 100,000 bytes", PACKET_TOO_LARGE, "10 A1 8D 06", "100000"),
                v3(
                        "3.1.2-22 of 3.1.1: Password without User Name",
                        "10 0F 0004'MQTT' 04 42 003C 0000 0001'p'",
                        "without a User Name"),
                v3(
                        "section 3.1 of 3.1: Password without User Name",
                        "10 12 0006'MQIsdp' 03 42 003C 0001'c' 0001'p'",
                        "without a User Name"),
                v3(
                        "4 of section 3.1: bytes after the end",
                        "10 0D 0004'MQTT' 04 02 003C 0000 00",
                        "1 bytes after"));
    }

    static Stream<MalformedCase> beforeConnack() {
        return Stream.of(
                v5(
                        "3.2.0-1: PUBLISH first",
                        PROTOCOL_ERROR,
                        "30 04 0001'a' 00",
                        "begins with CONNACK"),
                v5("3.2.2-1: reserved flags", MALFORMED_PACKET, "20 03 02 00 00", "flags are 2"),
                v5(
                        "3.2.2-6: Session Present with an error",
                        PROTOCOL_ERROR,
                        "20 03 01 87 00",
                        "Session Present"),
                v5("3.2.2-8: code not of CONNACK", PROTOCOL_ERROR, "20 03 00 8E 00", "0x8e"),
                v5(
                        "3.2.2.3.4: Maximum QoS 2",
                        PROTOCOL_ERROR,
                        "20 05 00 00 02 2402",
                        "MAXIMUM_QOS is 2"),
                v3("3.2.2.3 of 3.1.1: Return Code 6", "20 02 00 06", "Return Code is 6"),
                v3("3.2.2-1 of 3.1.1: reserved flags", "20 02 80 00", "flags are 128"));
    }

    @ParameterizedTest
    @MethodSource("beforeConnect")
    void aServerRefusesAsFirstPacket(MalformedCase c) {
        c.check(PacketDecoder.forServer(new TopicNames(), 2_000_000));
    }

    @ParameterizedTest
    @MethodSource("beforeConnack")
    void aClientRefusesAsFirstPacket(MalformedCase c) {
        c.check(PacketDecoder.forClient(new TopicNames(), c.version(), 2_000_000));
    }
}
