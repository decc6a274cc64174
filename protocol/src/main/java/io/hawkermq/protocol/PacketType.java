package io.hawkermq.protocol;

import org.jspecify.annotations.Nullable;

/// The control packet types of section 2.1.2; the ordinal plus one is the type on the wire.
public enum PacketType {
    CONNECT,
    CONNACK,
    PUBLISH,
    PUBACK,
    PUBREC,
    PUBREL,
    PUBCOMP,
    SUBSCRIBE,
    SUBACK,
    UNSUBSCRIBE,
    UNSUBACK,
    PINGREQ,
    PINGRESP,
    DISCONNECT,
    AUTH;

    private static final PacketType[] ALL = values();

    /// 1 to 15: the upper four bits of a packet's first byte.
    public int value() {
        return ordinal() + 1;
    }

    /// The type for the upper four bits of a first byte, or null for the forbidden 0.
    public static @Nullable PacketType of(int value) {
        return value < 1 || value > 15 ? null : ALL[value - 1];
    }
}
