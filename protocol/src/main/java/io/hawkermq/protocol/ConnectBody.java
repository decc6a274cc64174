package io.hawkermq.protocol;

import org.jspecify.annotations.Nullable;

/// The variable header and payload of CONNECT, section 3.1.
final class ConnectBody {
    private static final int BRIDGE = 0x80;
    private static final int CLEAN_START = 0x02;
    private static final int WILL = 0x04;
    private static final int WILL_QOS = 0x18;
    private static final int WILL_RETAIN = 0x20;
    private static final int PASSWORD = 0x40;
    private static final int USER_NAME = 0x80;

    private ConnectBody() {}

    /// @throws MalformedPacketException if whoever sends this speaks no MQTT: no answer that MQTT
    ///     knows would mean anything to it [MQTT-3.1.2-1]
    static String protocolName(FieldReader in) throws MalformedPacketException {
        String name = in.text("the Protocol Name");
        if (!name.equals("MQTT") && !name.equals("MQIsdp")) {
            throw in.malformed("the Protocol Name is " + Utf8.quoted(name) + ", not 'MQTT'");
        }
        return name;
    }

    /// The version for a Protocol Version byte, whose highest bit a bridge may set.
    ///
    /// @throws MalformedPacketException with UNSUPPORTED_PROTOCOL_VERSION [MQTT-3.1.2-2]
    static ProtocolVersion versionOf(int level) throws MalformedPacketException {
        return switch (level & ~BRIDGE) {
            case 3 -> ProtocolVersion.MQTT_3_1;
            case 4 -> ProtocolVersion.MQTT_3_1_1;
            case 5 -> ProtocolVersion.MQTT_5;
            default ->
                    throw new MalformedPacketException(
                            ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
                            "the Protocol Version is " + level + ", allowed are 3, 4 and 5");
        };
    }

    static MalformedPacketException wrongName(String protocolName, int level) {
        return new MalformedPacketException(
                ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
                "the Protocol Name " + protocolName + " does not go with version " + level);
    }

    /// The Connect Flags.
    static int flags(FieldReader in, int firstByte, ProtocolVersion version)
            throws MalformedPacketException {
        if ((firstByte & 0xF) != 0 && version != ProtocolVersion.MQTT_3_1) {
            throw in.malformed("the flags of its first byte must be 0"); // [MQTT-2.1.3-1]
        }
        int flags = in.unsignedByte("the Connect Flags");
        checkFlags(in, flags, version);
        return flags;
    }

    /// All that follows Keep Alive.
    static Packet.Connect read(
            FieldReader in,
            TopicNames names,
            ProtocolVersion version,
            int level,
            int flags,
            int keepAlive)
            throws MalformedPacketException {
        Properties properties = version.isMqtt5() ? in.properties() : Properties.NONE;
        if (properties.has(Property.AUTHENTICATION_DATA)
                && !properties.has(Property.AUTHENTICATION_METHOD)) {
            throw in.protocolError("Authentication Data needs an Authentication Method");
        }
        // The order is fixed [MQTT-3.1.3-1].
        String clientId = clientId(in);
        Will will = (flags & WILL) == 0 ? null : will(in, names, flags, version);
        String userName = null;
        byte[] password = null;
        try {
            userName = isPresent(in, flags, USER_NAME, version) ? in.name("User Name") : null;
            password = isPresent(in, flags, PASSWORD, version) ? in.binary("Password") : null;
        } catch (MalformedPacketException e) {
            throw new MalformedPacketException(ReasonCode.BAD_USER_NAME_OR_PASSWORD, e.reason())
                    .unanswered();
        }
        if (version == ProtocolVersion.MQTT_3_1 && password != null && userName == null) {
            throw in.malformed("there is a Password without a User Name"); // 3.1, section 3.1
        }
        return new Packet.Connect(
                version,
                (level & BRIDGE) != 0,
                (flags & CLEAN_START) != 0,
                keepAlive,
                clientId,
                will,
                userName,
                password,
                properties);
    }

    private static String clientId(FieldReader in) throws MalformedPacketException {
        try {
            return in.name("the Client Identifier");
        } catch (MalformedPacketException e) {
            // [MQTT-3.1.3-8]
            throw new MalformedPacketException(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, e.reason());
        }
    }

    private static void checkFlags(FieldReader in, int flags, ProtocolVersion version)
            throws MalformedPacketException {
        if ((flags & WILL_QOS) == WILL_QOS) {
            throw in.malformed("Will QoS is 3"); // [MQTT-3.1.2-12]
        }
        if (version == ProtocolVersion.MQTT_3_1) {
            return; // It reserves no bit and ties none to another.
        }
        if ((flags & 1) != 0) {
            throw in.malformed("the reserved Connect Flag is 1"); // [MQTT-3.1.2-3]
        }
        if ((flags & WILL) == 0 && (flags & (WILL_QOS | WILL_RETAIN)) != 0) {
            // [MQTT-3.1.2-11] [MQTT-3.1.2-13]
            throw in.malformed("Will QoS or Will Retain is set without the Will Flag");
        }
        if (version == ProtocolVersion.MQTT_3_1_1 && (flags & (USER_NAME | PASSWORD)) == PASSWORD) {
            throw in.malformed("there is a Password without a User Name"); // 3.1.1 [MQTT-3.1.2-22]
        }
    }

    /// In 3.1 the Remaining Length takes precedence over the flags, so that clients of a still
    /// older version can connect.
    private static boolean isPresent(FieldReader in, int flags, int flag, ProtocolVersion version) {
        return (flags & flag) != 0 && !(version == ProtocolVersion.MQTT_3_1 && in.isAtEnd());
    }

    private static @Nullable Will will(
            FieldReader in, TopicNames names, int flags, ProtocolVersion version)
            throws MalformedPacketException {
        Properties properties = version.isMqtt5() ? in.willProperties() : Properties.NONE;
        TopicName topic = in.topicName(names, "the Will Topic");
        byte[] payload = in.binary("the Will Payload");
        QoS qos = QoS.of((flags & WILL_QOS) >> 3);
        return new Will(topic, payload, qos, (flags & WILL_RETAIN) != 0, properties);
    }
}
