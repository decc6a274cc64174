package io.hawkermq.protocol;

import org.jspecify.annotations.Nullable;

/// What section 2.1 and chapter 3 say of a packet's fixed header, checked before anything of the
/// packet is buffered.
final class FixedHeader {
    private FixedHeader() {}

    /// The type of a packet whose first byte a [PacketSource] expected.
    static PacketType type(int first) {
        PacketType type = PacketType.of(first >> 4);
        if (type == null) {
            throw new AssertionError("0 is never expected");
        }
        return type;
    }

    static void check(
            PacketSource source, @Nullable ProtocolVersion version, int first, int remaining)
            throws MalformedPacketException {
        PacketType type = type(first);
        boolean isMqtt5 = version == ProtocolVersion.MQTT_5;
        switch (type) {
            case PUBLISH -> {}
            case PUBACK, PUBREC, PUBREL, PUBCOMP -> {
                checkFlags(type, version, first);
                if (isMqtt5) {
                    checkLength(type, remaining, 2, longestAcknowledgement(source));
                } else {
                    checkLength(type, remaining, 2, 2);
                }
            }
            case DISCONNECT -> {
                checkFlags(type, version, first);
                checkLength(type, remaining, 0, isMqtt5 ? longestAcknowledgement(source) : 0);
            }
            case PINGREQ, PINGRESP -> {
                checkFlags(type, version, first);
                try {
                    checkLength(type, remaining, 0, 0);
                } catch (MalformedPacketException e) {
                    throw e.unanswered();
                }
            }
            case CONNECT, AUTH -> {
                if (type == PacketType.AUTH) {
                    checkFlags(type, version, first); // [MQTT-3.15.1-1]
                }
                if (source == PacketSource.CLIENT
                        && remaining > PacketDecoder.LONGEST_UNAUTHENTICATED) {
                    throw tooLarge(type, remaining, PacketDecoder.LONGEST_UNAUTHENTICATED);
                }
            }
            case CONNACK, SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK ->
                    checkFlags(type, version, first);
        }
    }

    private static int longestAcknowledgement(PacketSource source) {
        return source == PacketSource.CLIENT
                ? PacketDecoder.LONGEST_ACKNOWLEDGEMENT
                : Integer.MAX_VALUE;
    }

    private static void checkFlags(PacketType type, @Nullable ProtocolVersion version, int first)
            throws MalformedPacketException {
        // 3.1 does not reserve the flags that a packet has no use for.
        if ((first & 0xF) != requiredFlags(type) && version != ProtocolVersion.MQTT_3_1) {
            throw wrongFlags(type, first);
        }
    }

    /// The flags of any packet but PUBLISH, section 2.1.3.
    static int requiredFlags(PacketType type) {
        return switch (type) {
            case PUBREL, SUBSCRIBE, UNSUBSCRIBE -> 2;
            default -> 0;
        };
    }

    /// [MQTT-2.1.3-1] [MQTT-3.6.1-1] [MQTT-3.8.1-1] [MQTT-3.10.1-1] [MQTT-3.14.1-1] [MQTT-3.15.1-1]
    static MalformedPacketException wrongFlags(PacketType type, int first) {
        // Malformed by the specification in every case, which names the code to send for all but
        // AUTH; there Mosquitto sends this one, as for every AUTH that it does not expect.
        ReasonCode code =
                type == PacketType.AUTH ? ReasonCode.PROTOCOL_ERROR : ReasonCode.MALFORMED_PACKET;
        return new MalformedPacketException(
                code,
                type + " has the flags " + (first & 0xF) + ", they must be " + requiredFlags(type));
    }

    private static void checkLength(PacketType type, int remaining, int least, int most)
            throws MalformedPacketException {
        if (remaining < least || (remaining > most && most == least)) {
            throw new MalformedPacketException(
                    type
                            + " has the Remaining Length "
                            + remaining
                            + ", it must be "
                            + (most == least ? "" : "at least ")
                            + least);
        }
        if (remaining > most) {
            throw tooLarge(type, remaining, most);
        }
    }

    private static MalformedPacketException tooLarge(PacketType type, int remaining, int most) {
        return new MalformedPacketException(
                ReasonCode.PACKET_TOO_LARGE,
                type + " has the Remaining Length " + remaining + ", allowed are " + most);
    }
}
