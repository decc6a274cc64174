package io.hawkermq.protocol;

import java.util.ArrayList;
import java.util.List;

/// The variable headers and payloads of all packets but CONNECT and, since every nanosecond of it
/// counts, PUBLISH.
final class PacketBody {
    static final Packet.Pingreq PINGREQ = new Packet.Pingreq();
    static final Packet.Pingresp PINGRESP = new Packet.Pingresp();

    private PacketBody() {}

    /// The properties of a PUBLISH, which are not none.
    static Properties publishProperties(FieldReader in, PacketSource source)
            throws MalformedPacketException {
        Properties properties = in.properties();
        if (source == PacketSource.CLIENT && properties.has(Property.SUBSCRIPTION_IDENTIFIER)) {
            // [MQTT-3.3.4-6]
            throw in.protocolError("a client's PUBLISH has no Subscription Identifier");
        }
        return properties;
    }

    /// PUBACK, PUBREC, PUBREL or PUBCOMP in any of its three lengths: those of 3.x have ended
    /// after the Packet Identifier, as the fixed header said.
    static Packet acknowledgement(FieldReader in, PacketSource source)
            throws MalformedPacketException {
        int packetId = in.twoBytes("the Packet Identifier");
        if (packetId == 0) {
            throw in.protocolError("the Packet Identifier is 0, allowed is 1 to 65535");
        }
        ReasonCode code = ReasonCode.SUCCESS;
        Properties properties = Properties.NONE;
        if (!in.isAtEnd()) {
            code = reasonCode(in, source);
            if (!in.isAtEnd()) {
                properties = in.properties();
            }
        }
        return switch (in.type()) {
            case PUBACK -> new Packet.Puback(packetId, code, properties);
            case PUBREC -> new Packet.Pubrec(packetId, code, properties);
            case PUBREL -> new Packet.Pubrel(packetId, code, properties);
            case PUBCOMP -> new Packet.Pubcomp(packetId, code, properties);
            default -> throw new AssertionError(in.type());
        };
    }

    static Packet connack(FieldReader in, ProtocolVersion version) throws MalformedPacketException {
        int flags = in.unsignedByte("the Connect Acknowledge Flags");
        // 3.1 has no such flags and leaves the byte open.
        if (flags > 1 && version != ProtocolVersion.MQTT_3_1) {
            throw in.malformed(
                    "its flags are " + flags + ", allowed are 0 and 1"); // [MQTT-3.2.2-1]
        }
        boolean sessionPresent = flags == 1 && version != ProtocolVersion.MQTT_3_1;
        ReasonCode code =
                version.isMqtt5()
                        ? reasonCode(in, PacketSource.SERVER)
                        : ofReturnCode(in, in.unsignedByte("the Return Code"));
        if (sessionPresent && code != ReasonCode.SUCCESS) {
            throw in.protocolError("Session Present is set, but it says " + code); // [MQTT-3.2.2-6]
        }
        Properties properties = version.isMqtt5() ? in.properties() : Properties.NONE;
        return new Packet.Connack(sessionPresent, code, properties);
    }

    private static ReasonCode ofReturnCode(FieldReader in, int code)
            throws MalformedPacketException {
        return switch (code) {
            case 0 -> ReasonCode.SUCCESS;
            case 1 -> ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
            case 2 -> ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
            case 3 -> ReasonCode.SERVER_UNAVAILABLE;
            case 4 -> ReasonCode.BAD_USER_NAME_OR_PASSWORD;
            case 5 -> ReasonCode.NOT_AUTHORIZED;
            default -> throw in.malformed("the Return Code is " + code + ", allowed is 0 to 5");
        };
    }

    static Packet subscribe(FieldReader in, ProtocolVersion version)
            throws MalformedPacketException {
        int packetId = in.packetId();
        Properties properties = version.isMqtt5() ? in.properties() : Properties.NONE;
        if (in.isAtEnd()) {
            throw in.malformed("it has no Topic Filter"); // [MQTT-3.8.3-2]
        }
        List<Packet.Subscribe.Entry> entries = new ArrayList<>(4);
        while (!in.isAtEnd()) {
            TopicFilter filter = in.topicFilter();
            int bits = in.unsignedByte("the Subscription Options");
            SubscriptionOptions options =
                    switch (version) {
                        case MQTT_3_1 -> options3(in, bits & 3);
                        case MQTT_3_1_1 -> options3(in, bits);
                        case MQTT_5 -> options5(in, bits);
                    };
            if (options.noLocal() && filter.isShared()) {
                // [MQTT-3.8.3-4]
                throw in.protocolError(
                        "No Local is set for the Shared Subscription "
                                + Utf8.quoted(filter.toString()));
            }
            entries.add(new Packet.Subscribe.Entry(filter, options));
        }
        return new Packet.Subscribe(packetId, List.copyOf(entries), properties);
    }

    private static SubscriptionOptions options3(FieldReader in, int bits)
            throws MalformedPacketException {
        if (bits > 2) {
            throw in.malformed("the Requested QoS is " + bits + ", allowed is 0 to 2");
        }
        return SubscriptionOptions.of(QoS.of(bits));
    }

    private static SubscriptionOptions options5(FieldReader in, int bits)
            throws MalformedPacketException {
        if ((bits & 0xC0) != 0) {
            throw in.malformed(
                    "reserved bits of the Subscription Options are set"); // [MQTT-3.8.3-5]
        }
        if ((bits & 3) == 3) {
            throw in.malformed("the Maximum QoS is 3");
        }
        if (bits >> 4 == 3) {
            throw in.malformed("Retain Handling is 3");
        }
        return SubscriptionOptions.ofByte(bits);
    }

    static Packet suback(FieldReader in, ProtocolVersion version) throws MalformedPacketException {
        int packetId = in.packetId();
        Properties properties = version.isMqtt5() ? in.properties() : Properties.NONE;
        List<ReasonCode> codes = new ArrayList<>(4);
        while (!in.isAtEnd()) {
            ReasonCode code = reasonCode(in, PacketSource.SERVER);
            if (!version.isMqtt5() && code.code() > 2 && code != ReasonCode.UNSPECIFIED_ERROR) {
                throw in.protocolError("the return code " + code.code() + " is reserved");
            }
            codes.add(code);
        }
        return new Packet.Suback(packetId, List.copyOf(codes), properties);
    }

    static Packet unsubscribe(FieldReader in, ProtocolVersion version)
            throws MalformedPacketException {
        int packetId = in.packetId();
        Properties properties = version.isMqtt5() ? in.properties() : Properties.NONE;
        if (in.isAtEnd()) {
            throw in.malformed("it has no Topic Filter"); // [MQTT-3.10.3-2]
        }
        List<TopicFilter> filters = new ArrayList<>(4);
        while (!in.isAtEnd()) {
            filters.add(in.topicFilter());
        }
        return new Packet.Unsubscribe(packetId, List.copyOf(filters), properties);
    }

    static Packet unsuback(FieldReader in, ProtocolVersion version)
            throws MalformedPacketException {
        int packetId = in.packetId();
        if (!version.isMqtt5()) {
            return new Packet.Unsuback(packetId, List.of(), Properties.NONE);
        }
        Properties properties = in.properties();
        if (in.isAtEnd()) {
            throw in.malformed("it has no Reason Code");
        }
        List<ReasonCode> codes = new ArrayList<>(4);
        while (!in.isAtEnd()) {
            codes.add(reasonCode(in, PacketSource.SERVER));
        }
        return new Packet.Unsuback(packetId, List.copyOf(codes), properties);
    }

    /// DISCONNECT; in 3.x its Remaining Length is 0, as the fixed header said.
    static Packet disconnect(FieldReader in, PacketSource source) throws MalformedPacketException {
        ReasonCode code;
        try {
            code = in.isAtEnd() ? ReasonCode.SUCCESS : reasonCode(in, source);
        } catch (MalformedPacketException e) {
            throw e.unanswered(); // it leaves anyway
        }
        Properties properties = in.isAtEnd() ? Properties.NONE : in.properties();
        if (source == PacketSource.SERVER && properties.has(Property.SESSION_EXPIRY_INTERVAL)) {
            // [MQTT-3.14.2-2]
            throw in.protocolError("a server's DISCONNECT has no Session Expiry Interval");
        }
        return new Packet.Disconnect(code, properties);
    }

    static Packet auth(FieldReader in, PacketSource source) throws MalformedPacketException {
        if (in.isAtEnd()) {
            if (source == PacketSource.CLIENT) {
                throw in.protocolError("a client's AUTH has a Reason Code and a method");
            }
            return new Packet.Auth(ReasonCode.SUCCESS, Properties.NONE);
        }
        ReasonCode code = reasonCode(in, source);
        Properties properties = in.properties();
        if (!properties.has(Property.AUTHENTICATION_METHOD)) {
            throw in.protocolError("it has no Authentication Method");
        }
        return new Packet.Auth(code, properties);
    }

    private static ReasonCode reasonCode(FieldReader in, PacketSource source)
            throws MalformedPacketException {
        int value = in.unsignedByte("the Reason Code");
        ReasonCode code = ReasonCode.of(value);
        if (code == null || !source.mayCarry(in.type(), code)) {
            throw in.protocolError(
                    "the Reason Code 0x" + Integer.toHexString(value) + " is not listed for it");
        }
        return code;
    }
}
