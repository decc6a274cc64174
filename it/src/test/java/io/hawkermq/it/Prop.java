package io.hawkermq.it;

import java.nio.charset.StandardCharsets;

/// The properties of MQTT 5.0 as table 2-4 lists them for what a *server* may send, and builders
/// for their bytes.
public enum Prop {
    PAYLOAD_FORMAT(0x01, Kind.BYTE, Wire.PUBLISH),
    MESSAGE_EXPIRY(0x02, Kind.FOUR, Wire.PUBLISH),
    CONTENT_TYPE(0x03, Kind.TEXT, Wire.PUBLISH),
    RESPONSE_TOPIC(0x08, Kind.TEXT, Wire.PUBLISH),
    CORRELATION_DATA(0x09, Kind.BINARY, Wire.PUBLISH),
    SUBSCRIPTION_ID(0x0B, Kind.VARIABLE, Wire.PUBLISH),
    SESSION_EXPIRY(0x11, Kind.FOUR, Wire.CONNACK),
    ASSIGNED_CLIENT_ID(0x12, Kind.TEXT, Wire.CONNACK),
    SERVER_KEEP_ALIVE(0x13, Kind.TWO, Wire.CONNACK),
    AUTH_METHOD(0x15, Kind.TEXT, Wire.CONNACK, Wire.AUTH),
    AUTH_DATA(0x16, Kind.BINARY, Wire.CONNACK, Wire.AUTH),
    REQUEST_PROBLEM_INFO(0x17, Kind.BYTE),
    WILL_DELAY(0x18, Kind.FOUR),
    REQUEST_RESPONSE_INFO(0x19, Kind.BYTE),
    RESPONSE_INFO(0x1A, Kind.TEXT, Wire.CONNACK),
    SERVER_REFERENCE(0x1C, Kind.TEXT, Wire.CONNACK, Wire.DISCONNECT),
    REASON_STRING(
            0x1F,
            Kind.TEXT,
            Wire.CONNACK,
            Wire.PUBACK,
            Wire.PUBREC,
            Wire.PUBREL,
            Wire.PUBCOMP,
            Wire.SUBACK,
            Wire.UNSUBACK,
            Wire.DISCONNECT,
            Wire.AUTH),
    RECEIVE_MAXIMUM(0x21, Kind.TWO, Wire.CONNACK),
    TOPIC_ALIAS_MAXIMUM(0x22, Kind.TWO, Wire.CONNACK),
    TOPIC_ALIAS(0x23, Kind.TWO, Wire.PUBLISH),
    MAXIMUM_QOS(0x24, Kind.BYTE, Wire.CONNACK),
    RETAIN_AVAILABLE(0x25, Kind.BYTE, Wire.CONNACK),
    USER_PROPERTY(
            0x26,
            Kind.PAIR,
            Wire.CONNACK,
            Wire.PUBLISH,
            Wire.PUBACK,
            Wire.PUBREC,
            Wire.PUBREL,
            Wire.PUBCOMP,
            Wire.SUBACK,
            Wire.UNSUBACK,
            Wire.DISCONNECT,
            Wire.AUTH),
    MAXIMUM_PACKET_SIZE(0x27, Kind.FOUR, Wire.CONNACK),
    WILDCARD_AVAILABLE(0x28, Kind.BYTE, Wire.CONNACK),
    SUBSCRIPTION_ID_AVAILABLE(0x29, Kind.BYTE, Wire.CONNACK),
    SHARED_AVAILABLE(0x2A, Kind.BYTE, Wire.CONNACK);

    /// How the value stands on the wire.
    enum Kind {
        BYTE,
        TWO,
        FOUR,
        VARIABLE,
        TEXT,
        BINARY,
        PAIR
    }

    private final int id;
    final Kind kind;

    /// A bit for each packet type that carries it from a server.
    private final int fromServer;

    Prop(int id, Kind kind, int... packetTypes) {
        this.id = id;
        this.kind = kind;
        int bits = 0;
        for (int type : packetTypes) {
            bits |= 1 << type;
        }
        this.fromServer = bits;
    }

    static Prop withId(int id) {
        for (Prop p : values()) {
            if (p.id == id) {
                return p;
            }
        }
        throw new AssertionError("unknown property identifier 0x" + Integer.toHexString(id));
    }

    boolean mayComeIn(int packetType) {
        return (fromServer & 1 << packetType) != 0;
    }

    /// The property with a number for a value.
    public byte[] of(long value) {
        byte[] encoded =
                switch (kind) {
                    case BYTE -> Wire.bytes((int) value);
                    case TWO -> Wire.two((int) value);
                    case FOUR -> Wire.four(value);
                    case VARIABLE -> Wire.variable((int) value);
                    case TEXT, BINARY, PAIR -> throw new IllegalArgumentException(name());
                };
        return Wire.join(Wire.bytes(id), encoded);
    }

    /// The property with a text or binary value.
    public byte[] of(String value) {
        return of(value.getBytes(StandardCharsets.UTF_8));
    }

    /// The property with the bytes of a text, well-formed or not, or with binary data.
    public byte[] of(byte[] value) {
        return Wire.join(Wire.bytes(id), Wire.binary(value));
    }

    /// The User Property `name` = `value`.
    public static byte[] pair(String name, String value) {
        return Wire.join(Wire.bytes(USER_PROPERTY.id), Wire.text(name), Wire.text(value));
    }
}
