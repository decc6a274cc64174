package io.hawkermq.protocol;

import static io.hawkermq.protocol.PacketType.AUTH;
import static io.hawkermq.protocol.PacketType.CONNACK;
import static io.hawkermq.protocol.PacketType.CONNECT;
import static io.hawkermq.protocol.PacketType.DISCONNECT;
import static io.hawkermq.protocol.PacketType.PINGREQ;
import static io.hawkermq.protocol.PacketType.PINGRESP;
import static io.hawkermq.protocol.PacketType.PUBACK;
import static io.hawkermq.protocol.PacketType.PUBCOMP;
import static io.hawkermq.protocol.PacketType.PUBLISH;
import static io.hawkermq.protocol.PacketType.PUBREC;
import static io.hawkermq.protocol.PacketType.PUBREL;
import static io.hawkermq.protocol.PacketType.SUBACK;
import static io.hawkermq.protocol.PacketType.SUBSCRIBE;
import static io.hawkermq.protocol.PacketType.UNSUBACK;
import static io.hawkermq.protocol.PacketType.UNSUBSCRIBE;

import org.jspecify.annotations.Nullable;

/// Who has sent the bytes that a decoder reads, and with that which packets may come when: the
/// table of section 2.1.2. Sets of packet types are an `int` with a bit for each value.
enum PacketSource {
    CLIENT,
    SERVER;

    private static final int OF_BOTH = bits(PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP);

    /// What a connection begins with [MQTT-3.1.0-1] [MQTT-3.2.0-1].
    int expectedFirst(@Nullable ProtocolVersion version) {
        if (this == CLIENT) {
            return bits(CONNECT);
        }
        return version == ProtocolVersion.MQTT_5 ? bits(CONNACK, AUTH) : bits(CONNACK);
    }

    /// What may come after CONNECT [MQTT-3.1.0-2], or after CONNACK [MQTT-3.2.0-2].
    int expectedThen(ProtocolVersion version) {
        int ofVersion = version.isMqtt5() ? bits(DISCONNECT, AUTH) : 0;
        return switch (this) {
            case CLIENT -> OF_BOTH | ofVersion | bits(SUBSCRIBE, UNSUBSCRIBE, PINGREQ, DISCONNECT);
            case SERVER -> OF_BOTH | ofVersion | bits(SUBACK, UNSUBACK, PINGRESP);
        };
    }

    boolean mayCarry(PacketType packet, ReasonCode code) {
        return this == CLIENT
                ? ListedReasonCodes.allowFromClient(packet, code)
                : ListedReasonCodes.allowFromServer(packet, code);
    }

    /// What is wrong with a packet of a type that may not come now.
    MalformedPacketException unexpected(
            int first, @Nullable ProtocolVersion version, int expected) {
        PacketType type = PacketType.of(first >> 4);
        if (expected == expectedFirst(version)) {
            return protocolError(
                    "the first byte is 0x"
                            + Integer.toHexString(first)
                            + ", a connection begins with "
                            + (this == CLIENT ? CONNECT : CONNACK));
        }
        if (type == null || (type == AUTH && version != ProtocolVersion.MQTT_5)) {
            return protocolError("there is no packet of type " + (first >> 4) + " in " + version);
        }
        if (type != CONNACK && (first & 0xF) != FixedHeader.requiredFlags(type)) {
            return FixedHeader.wrongFlags(type, first); // [MQTT-2.1.3-1]
        }
        return protocolError(
                type == CONNECT || type == CONNACK
                        ? "a second " + type // [MQTT-3.1.0-2] [MQTT-3.2.0-2]
                        : type + " is no packet that a " + this + " sends");
    }

    private static MalformedPacketException protocolError(String text) {
        return new MalformedPacketException(ReasonCode.PROTOCOL_ERROR, text);
    }

    private static int bits(PacketType... types) {
        int bits = 0;
        for (PacketType type : types) {
            bits |= 1 << type.value();
        }
        return bits;
    }
}
