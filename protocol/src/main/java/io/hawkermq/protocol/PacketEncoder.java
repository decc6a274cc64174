package io.hawkermq.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Turns packets into bytes, in the shortest form that their version has. Stateless.
public final class PacketEncoder {
    /// The longest fixed header: a byte and a Variable Byte Integer.
    private static final int HEADER = 5;

    /// Bytes of the largest packet that MQTT can express; the Maximum Packet Size of a receiver
    /// that has named none.
    public static final long LARGEST_PACKET = HEADER + 268_435_455L;

    private PacketEncoder() {}

    /// Appends `packet` to `out`, or leaves `out` as it was and returns false if the receiver would
    /// not take it [MQTT-3.1.2-24] [MQTT-3.2.2-15].
    ///
    /// Before giving up it leaves out the User Properties, then the Reason String, of packets
    /// other than CONNECT, PUBLISH, SUBSCRIBE and UNSUBSCRIBE, as the specification demands.
    ///
    /// @param version of the connection; what it does not have is not written. A CONNECT is
    ///     written in its own version
    /// @param maximumPacketSize bytes that the receiver takes, fixed header included
    /// @throws IllegalArgumentException if the packet cannot be written in this version, as an AUTH
    ///     in 3.1.1, or holds what MQTT cannot express, as a text of more than 65,535 bytes; `out`
    ///     is left as it was
    /// @throws IllegalStateException if `out` reaches its limit; it is left as it was
    public static boolean encode(
            Packet packet, ProtocolVersion version, long maximumPacketSize, ByteWriter out) {
        int start = out.length();
        boolean isWritten = false;
        try {
            isWritten = write(packet, version, maximumPacketSize, out);
        } finally {
            if (!isWritten) {
                out.truncate(start);
            }
        }
        return isWritten;
    }

    private static boolean write(
            Packet packet, ProtocolVersion version, long maximumPacketSize, ByteWriter out) {
        if (packet instanceof Packet.Publish p) {
            return writePublish(p, version, maximumPacketSize, out);
        }
        int start = out.length();
        Properties properties = packet.properties();
        writeWith(properties, packet, version, out);
        if (out.length() - start <= maximumPacketSize) {
            return true;
        }
        if (!version.isMqtt5() || !mayLoseProperties(packet)) {
            return false;
        }
        // [MQTT-3.2.2-20] [MQTT-3.4.2-3] [MQTT-3.9.2-2] [MQTT-3.14.2-4] and their like, then
        // [MQTT-3.2.2-19] [MQTT-3.4.2-2] [MQTT-3.9.2-1] [MQTT-3.14.2-3] and theirs.
        for (Property optional : List.of(Property.USER_PROPERTY, Property.REASON_STRING)) {
            properties = properties.without(optional);
            out.truncate(start);
            writeWith(properties, packet, version, out);
            if (out.length() - start <= maximumPacketSize) {
                return true;
            }
        }
        return false;
    }

    private static boolean mayLoseProperties(Packet packet) {
        return switch (packet.type()) {
            case CONNACK, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK, DISCONNECT, AUTH ->
                    true;
            case CONNECT, PUBLISH, SUBSCRIBE, UNSUBSCRIBE, PINGREQ, PINGRESP -> false;
        };
    }

    @SuppressWarnings("IfChainToSwitch") // see below
    private static void writeWith(
            Properties properties, Packet packet, ProtocolVersion version, ByteWriter out) {
        // No pattern switch: Java makes a class for it when it first runs, which no ahead-of-time
        // cache holds and for which programs that live for one message wait.
        if (packet instanceof Packet.Puback p) {
            acknowledgement(0x40, p.packetId(), p.reasonCode(), properties, version, out);
        } else if (packet instanceof Packet.Pubrec p) {
            acknowledgement(0x50, p.packetId(), p.reasonCode(), properties, version, out);
        } else if (packet instanceof Packet.Pubrel p) {
            acknowledgement(0x62, p.packetId(), p.reasonCode(), properties, version, out);
        } else if (packet instanceof Packet.Pubcomp p) {
            acknowledgement(0x70, p.packetId(), p.reasonCode(), properties, version, out);
        } else if (packet instanceof Packet.Pingreq) {
            out.writeTwoBytes(0xC000);
        } else if (packet instanceof Packet.Pingresp) {
            out.writeTwoBytes(0xD000);
        } else if (packet instanceof Packet.Connect p) {
            connect(p, out);
        } else if (packet instanceof Packet.Connack p) {
            connack(p, properties, version, out);
        } else if (packet instanceof Packet.Subscribe p) {
            subscribe(p, version, out);
        } else if (packet instanceof Packet.Suback p) {
            suback(p, properties, version, out);
        } else if (packet instanceof Packet.Unsubscribe p) {
            unsubscribe(p, version, out);
        } else if (packet instanceof Packet.Unsuback p) {
            unsuback(p, properties, version, out);
        } else if (packet instanceof Packet.Disconnect p) {
            disconnect(p, properties, version, out);
        } else if (packet instanceof Packet.Auth p) {
            auth(p, properties, version, out);
        } else {
            throw new AssertionError("written by writePublish");
        }
    }

    private static boolean writePublish(
            Packet.Publish p, ProtocolVersion version, long maximumPacketSize, ByteWriter out) {
        TopicName topic = p.topic();
        if (topic == null && !(version.isMqtt5() && p.properties().has(Property.TOPIC_ALIAS))) {
            throw new IllegalArgumentException(
                    "a PUBLISH has a Topic Name, or in 5.0 a Topic Alias");
        }
        if (p.qos() == QoS.AT_MOST_ONCE ? p.packetId() != 0 : p.packetId() == 0) {
            // [MQTT-2.2.1-2] [MQTT-2.2.1-3]
            throw new IllegalArgumentException(
                    "a PUBLISH at " + p.qos() + " has the Packet Identifier " + p.packetId());
        }
        int first = 0x30 | (p.dup() ? 8 : 0) | p.qos().level() << 1 | (p.retain() ? 1 : 0);
        int start = out.length();
        Properties properties = version.isMqtt5() ? p.properties() : null;
        startOfPublish(first, topic, p.packetId(), properties, p.payload().length, out);
        if (out.length() - start + (long) p.payload().length > maximumPacketSize) {
            return false;
        }
        out.write(p.payload());
        return true;
    }

    /// Writes a PUBLISH without its payload.
    ///
    /// @param properties null in 3.x
    /// @return where the Packet Identifier stands, counted from the packet's start; -1 at QoS 0
    static int startOfPublish(
            int first,
            @Nullable TopicName topic,
            int packetId,
            @Nullable Properties properties,
            int payloadLength,
            ByteWriter out) {
        int start = out.length();
        boolean hasPacketId = (first & 0x06) != 0;
        int topicLength = topic == null ? 0 : topic.utf8().length;
        // Most are small: with their size known beforehand nothing has to be moved afterwards.
        boolean isSimple = properties == null || properties.isEmpty();
        long remaining = 2L + topicLength + (hasPacketId ? 2 : 0) + payloadLength;
        out.writeByte(first);
        int gap = HEADER - 1;
        if (isSimple) {
            remaining += properties == null ? 0 : 1;
            out.writeVariable(checkedRemaining(remaining));
        } else {
            out.skip(gap);
        }
        int body = out.length();
        out.writeTwoBytes(topicLength);
        if (topic != null) {
            out.write(topic.utf8());
        }
        if (hasPacketId) {
            out.writeTwoBytes(packetId);
        }
        if (properties != null) {
            writeProperties(properties, out);
        }
        if (!isSimple) {
            remaining = (long) (out.length() - body) + payloadLength;
            out.closeGap(start + 1, gap, checkedRemaining(remaining));
        }
        return hasPacketId ? 1 + ByteWriter.sizeOfVariable((int) remaining) + 2 + topicLength : -1;
    }

    private static int checkedRemaining(long remaining) {
        if (remaining > 268_435_455) {
            throw new IllegalArgumentException(
                    "the packet has the Remaining Length " + remaining + ", allowed are 268435455");
        }
        return (int) remaining;
    }

    private static void acknowledgement(
            int first,
            int packetId,
            ReasonCode code,
            Properties properties,
            ProtocolVersion version,
            ByteWriter out) {
        boolean hasProperties = version.isMqtt5() && !properties.isEmpty();
        if (!hasProperties) {
            boolean hasCode = version.isMqtt5() && code != ReasonCode.SUCCESS;
            out.writeByte(first);
            out.writeByte(hasCode ? 3 : 2);
            out.writeTwoBytes(packetId);
            if (hasCode) {
                out.writeByte(code.code());
            }
            return;
        }
        int body = begin(first, out);
        out.writeTwoBytes(packetId);
        out.writeByte(code.code());
        writeProperties(properties, out);
        finish(body, out);
    }

    private static void connect(Packet.Connect p, ByteWriter out) {
        ProtocolVersion version = p.version();
        Will will = p.will();
        String userName = p.userName();
        byte[] password = p.password();
        if (version == ProtocolVersion.MQTT_3_1_1 && password != null && userName == null) {
            throw new IllegalArgumentException("in 3.1.1 a Password needs a User Name");
        }
        int body = begin(0x10, out);
        out.writeText(version.protocolName());
        out.writeByte(version.level() | (p.isBridge() ? 0x80 : 0));
        out.writeByte(
                (p.cleanStart() ? 0x02 : 0)
                        | (will == null ? 0 : 0x04 | will.qos().level() << 3)
                        | (will != null && will.retain() ? 0x20 : 0)
                        | (password == null ? 0 : 0x40)
                        | (userName == null ? 0 : 0x80));
        out.writeTwoBytes(p.keepAlive());
        writeProperties(p.properties(), version, out);
        out.writeText(p.clientId());
        if (will != null) {
            writeProperties(will.properties(), version, out);
            out.writeBinary(will.topic().utf8());
            out.writeBinary(will.payload());
        }
        if (userName != null) {
            out.writeText(userName);
        }
        if (password != null) {
            out.writeBinary(password);
        }
        finish(body, out);
    }

    private static void connack(
            Packet.Connack p, Properties properties, ProtocolVersion version, ByteWriter out) {
        int body = begin(0x20, out);
        out.writeByte(p.sessionPresent() && version != ProtocolVersion.MQTT_3_1 ? 1 : 0);
        out.writeByte(connackCode(p, version));
        writeProperties(properties, version, out);
        finish(body, out);
    }

    /// The Reason Code as it is written, which before 5.0 is a return code.
    public static int connackCode(Packet.Connack p, ProtocolVersion version) {
        return version.isMqtt5() ? p.reasonCode().code() : returnCode(p.reasonCode());
    }

    /// The Return Code of a 3.x CONNACK, 0 to 5.
    private static int returnCode(ReasonCode code) {
        return switch (code) {
            case SUCCESS -> 0;
            case UNSUPPORTED_PROTOCOL_VERSION -> 1;
            case CLIENT_IDENTIFIER_NOT_VALID -> 2;
            case BAD_USER_NAME_OR_PASSWORD -> 4;
            case NOT_AUTHORIZED, BANNED, BAD_AUTHENTICATION_METHOD -> 5;
            default -> 3;
        };
    }

    private static void subscribe(Packet.Subscribe p, ProtocolVersion version, ByteWriter out) {
        checkPacketId(p.packetId());
        int body = begin(0x82, out);
        out.writeTwoBytes(p.packetId());
        writeProperties(p.properties(), version, out);
        for (Packet.Subscribe.Entry entry : p.entries()) {
            out.writeText(entry.filter().toString());
            SubscriptionOptions options = entry.options();
            out.writeByte(version.isMqtt5() ? options.toByte() : options.qos().level());
        }
        finish(body, out);
    }

    private static void suback(
            Packet.Suback p, Properties properties, ProtocolVersion version, ByteWriter out) {
        int body = begin(0x90, out);
        out.writeTwoBytes(p.packetId());
        writeProperties(properties, version, out);
        for (ReasonCode code : p.reasonCodes()) {
            out.writeByte(version.isMqtt5() || !code.isError() ? code.code() : 0x80);
        }
        finish(body, out);
    }

    private static void unsubscribe(Packet.Unsubscribe p, ProtocolVersion version, ByteWriter out) {
        checkPacketId(p.packetId());
        int body = begin(0xA2, out);
        out.writeTwoBytes(p.packetId());
        writeProperties(p.properties(), version, out);
        for (TopicFilter filter : p.filters()) {
            out.writeText(filter.toString());
        }
        finish(body, out);
    }

    private static void unsuback(
            Packet.Unsuback p, Properties properties, ProtocolVersion version, ByteWriter out) {
        int body = begin(0xB0, out);
        out.writeTwoBytes(p.packetId());
        if (version.isMqtt5()) {
            writeProperties(properties, out);
            for (ReasonCode code : p.reasonCodes()) {
                out.writeByte(code.code());
            }
        }
        finish(body, out);
    }

    private static void disconnect(
            Packet.Disconnect p, Properties properties, ProtocolVersion version, ByteWriter out) {
        int body = begin(0xE0, out);
        boolean hasProperties = !properties.isEmpty();
        if (version.isMqtt5() && (hasProperties || p.reasonCode() != ReasonCode.SUCCESS)) {
            out.writeByte(p.reasonCode().code());
            if (hasProperties) {
                writeProperties(properties, out);
            }
        }
        finish(body, out);
    }

    private static void auth(
            Packet.Auth p, Properties properties, ProtocolVersion version, ByteWriter out) {
        if (!version.isMqtt5()) {
            throw new IllegalArgumentException("there is no AUTH in " + version);
        }
        int body = begin(0xF0, out);
        if (p.reasonCode() != ReasonCode.SUCCESS || !properties.isEmpty()) {
            out.writeByte(p.reasonCode().code());
            writeProperties(properties, out);
        }
        finish(body, out);
    }

    private static void checkPacketId(int packetId) {
        if (packetId < 1 || packetId > 65_535) { // [MQTT-2.2.1-3]
            throw new IllegalArgumentException(
                    "the Packet Identifier is " + packetId + ", allowed is 1 to 65535");
        }
    }

    /// Writes the first byte and leaves room for the Remaining Length, which [#finish] fills in.
    private static int begin(int first, ByteWriter out) {
        out.writeByte(first);
        out.skip(HEADER - 1);
        return out.length();
    }

    private static void finish(int body, ByteWriter out) {
        int remaining = checkedRemaining(out.length() - body);
        out.closeGap(body - (HEADER - 1), HEADER - 1, remaining);
    }

    private static void writeProperties(
            Properties properties, ProtocolVersion version, ByteWriter out) {
        if (version.isMqtt5()) {
            writeProperties(properties, out);
        }
    }

    private static void writeProperties(Properties properties, ByteWriter out) {
        int at = out.length();
        out.writeByte(0); // [MQTT-2.2.2-1]
        if (properties.isEmpty()) {
            return;
        }
        properties.forEach((property, value) -> writeProperty(property, value, out));
        out.closeGap(at, 1, checkedRemaining(out.length() - at - 1));
    }

    private static void writeProperty(Property property, Object value, ByteWriter out) {
        out.writeVariable(property.identifier());
        switch (property.type()) {
            case BYTE -> out.writeByte(((Long) value).intValue());
            case TWO_BYTES -> out.writeTwoBytes(((Long) value).intValue());
            case FOUR_BYTES -> out.writeFourBytes((Long) value);
            case VARIABLE -> out.writeVariable(((Long) value).intValue());
            case TEXT -> out.writeText((String) value);
            case BINARY -> out.writeBinary((byte[]) value);
            case PAIR -> {
                UserProperty pair = (UserProperty) value;
                out.writeText(pair.name());
                out.writeText(pair.value());
            }
        }
    }
}
