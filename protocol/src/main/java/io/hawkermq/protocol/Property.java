package io.hawkermq.protocol;

import static io.hawkermq.protocol.PacketType.AUTH;
import static io.hawkermq.protocol.PacketType.CONNACK;
import static io.hawkermq.protocol.PacketType.CONNECT;
import static io.hawkermq.protocol.PacketType.DISCONNECT;
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

/// The properties of MQTT 5.0, table 2-4: the one place that says which value each has and which
/// packets may carry it. Decoder, encoder and [Properties] are driven by it.
public enum Property {
    PAYLOAD_FORMAT_INDICATOR(0x01, Type.BYTE, 0, 1, true, PUBLISH),
    MESSAGE_EXPIRY_INTERVAL(0x02, Type.FOUR_BYTES, 0, 0xFFFF_FFFFL, true, PUBLISH),
    CONTENT_TYPE(0x03, Type.TEXT, true, PUBLISH),
    RESPONSE_TOPIC(0x08, Type.TEXT, true, PUBLISH),
    CORRELATION_DATA(0x09, Type.BINARY, true, PUBLISH),
    /// The only property besides User Property that a PUBLISH may carry more than once.
    SUBSCRIPTION_IDENTIFIER(0x0B, Type.VARIABLE, 1, 268_435_455, false, PUBLISH, SUBSCRIBE),
    SESSION_EXPIRY_INTERVAL(
            0x11, Type.FOUR_BYTES, 0, 0xFFFF_FFFFL, false, CONNECT, CONNACK, DISCONNECT),
    ASSIGNED_CLIENT_IDENTIFIER(0x12, Type.TEXT, false, CONNACK),
    SERVER_KEEP_ALIVE(0x13, Type.TWO_BYTES, 0, 65_535, false, CONNACK),
    AUTHENTICATION_METHOD(0x15, Type.TEXT, false, CONNECT, CONNACK, AUTH),
    AUTHENTICATION_DATA(0x16, Type.BINARY, false, CONNECT, CONNACK, AUTH),
    REQUEST_PROBLEM_INFORMATION(0x17, Type.BYTE, 0, 1, false, CONNECT),
    WILL_DELAY_INTERVAL(0x18, Type.FOUR_BYTES, 0, 0xFFFF_FFFFL, true),
    REQUEST_RESPONSE_INFORMATION(0x19, Type.BYTE, 0, 1, false, CONNECT),
    RESPONSE_INFORMATION(0x1A, Type.TEXT, false, CONNACK),
    SERVER_REFERENCE(0x1C, Type.TEXT, false, CONNACK, DISCONNECT),
    REASON_STRING(
            0x1F,
            Type.TEXT,
            false,
            CONNACK,
            PUBACK,
            PUBREC,
            PUBREL,
            PUBCOMP,
            SUBACK,
            UNSUBACK,
            DISCONNECT,
            AUTH),
    RECEIVE_MAXIMUM(0x21, Type.TWO_BYTES, 1, 65_535, false, CONNECT, CONNACK),
    TOPIC_ALIAS_MAXIMUM(0x22, Type.TWO_BYTES, 0, 65_535, false, CONNECT, CONNACK),
    TOPIC_ALIAS(0x23, Type.TWO_BYTES, 1, 65_535, false, PUBLISH),
    MAXIMUM_QOS(0x24, Type.BYTE, 0, 1, false, CONNACK),
    RETAIN_AVAILABLE(0x25, Type.BYTE, 0, 1, false, CONNACK),
    /// May stand in every packet that has properties, any number of times.
    USER_PROPERTY(
            0x26,
            Type.PAIR,
            true,
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
            DISCONNECT,
            AUTH),
    MAXIMUM_PACKET_SIZE(0x27, Type.FOUR_BYTES, 1, 0xFFFF_FFFFL, false, CONNECT, CONNACK),
    WILDCARD_SUBSCRIPTION_AVAILABLE(0x28, Type.BYTE, 0, 1, false, CONNACK),
    SUBSCRIPTION_IDENTIFIER_AVAILABLE(0x29, Type.BYTE, 0, 1, false, CONNACK),
    SHARED_SUBSCRIPTION_AVAILABLE(0x2A, Type.BYTE, 0, 1, false, CONNACK);

    /// How a property's value stands on the wire.
    public enum Type {
        BYTE,
        TWO_BYTES,
        FOUR_BYTES,
        VARIABLE,
        TEXT,
        BINARY,
        PAIR
    }

    private static final @Nullable Property[] BY_IDENTIFIER = new @Nullable Property[0x2B];

    static {
        for (Property p : values()) {
            BY_IDENTIFIER[p.identifier] = p;
        }
    }

    private final int identifier;
    private final Type type;
    private final long minimum;
    private final long maximum;
    private final boolean inWill;

    /// A bit for each packet type's value.
    private final int packets;

    Property(
            int identifier,
            Type type,
            long minimum,
            long maximum,
            boolean inWill,
            PacketType... packets) {
        this.identifier = identifier;
        this.type = type;
        this.minimum = minimum;
        this.maximum = maximum;
        this.inWill = inWill;
        int bits = 0;
        for (PacketType packet : packets) {
            bits |= 1 << packet.value();
        }
        this.packets = bits;
    }

    Property(int identifier, Type type, boolean inWill, PacketType... packets) {
        this(identifier, type, 0, 0, inWill, packets);
    }

    /// The Property Identifier on the wire, 0x01 to 0x2A.
    public int identifier() {
        return identifier;
    }

    public Type type() {
        return type;
    }

    /// The least number that is no Protocol Error; 0 for texts and binary data.
    public long minimum() {
        return minimum;
    }

    /// The greatest number that is no Protocol Error; 0 for texts and binary data.
    public long maximum() {
        return maximum;
    }

    /// True if the Will Properties of a CONNECT may hold it.
    public boolean isAllowedInWill() {
        return inWill;
    }

    public boolean isAllowedIn(PacketType packet) {
        return (packets & 1 << packet.value()) != 0;
    }

    /// The property with this identifier, or null where the specification has none.
    public static @Nullable Property of(int identifier) {
        return identifier < 0 || identifier >= BY_IDENTIFIER.length
                ? null
                : BY_IDENTIFIER[identifier];
    }
}
