package io.hawkermq.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Reads the fields of one packet, one after the other, and never beyond the packet's end. One for
/// each decoder, pointed at the next packet by [#start].
final class FieldReader {
    private static final byte[] NOTHING = new byte[0];

    private byte[] bytes = NOTHING;
    private int pos;
    private int end;
    private PacketType type = PacketType.CONNECT;

    /// Points at the variable header and payload of a packet, `from` to `to`.
    void start(PacketType packet, byte[] source, int from, int to) {
        type = packet;
        bytes = source;
        pos = from;
        end = to;
    }

    /// Lets go of the bytes, which may be a connection's last hold on a large array.
    void release() {
        bytes = NOTHING;
        pos = 0;
        end = 0;
    }

    PacketType type() {
        return type;
    }

    boolean isAtEnd() {
        return pos == end;
    }

    int remaining() {
        return end - pos;
    }

    int unsignedByte(String what) throws MalformedPacketException {
        need(1, what);
        return bytes[pos++] & 0xFF;
    }

    int twoBytes(String what) throws MalformedPacketException {
        need(2, what);
        int value = (bytes[pos] & 0xFF) << 8 | (bytes[pos + 1] & 0xFF);
        pos += 2;
        return value;
    }

    long fourBytes(String what) throws MalformedPacketException {
        long high = twoBytes(what);
        return high << 16 | twoBytes(what);
    }

    /// A Variable Byte Integer of at most four bytes.
    int variable(String what) throws MalformedPacketException {
        int value = 0;
        for (int shift = 0; shift <= 21; shift += 7) {
            int b = unsignedByte(what);
            value |= (b & 0x7F) << shift;
            if (b < 0x80) {
                if (b == 0 && shift > 0) {
                    // [MQTT-1.5.5-1]
                    throw malformed(what + " is not written in the fewest bytes");
                }
                return value;
            }
        }
        throw malformed(what + " has more than four bytes");
    }

    /// A Packet Identifier, 1 to 65,535.
    int packetId() throws MalformedPacketException {
        int packetId = twoBytes("the Packet Identifier");
        if (packetId == 0) {
            throw malformed("the Packet Identifier is 0, allowed is 1 to 65535"); // [MQTT-2.2.1-3]
        }
        return packetId;
    }

    /// A UTF-8 Encoded String.
    String text(String what) throws MalformedPacketException {
        int length = twoBytes(what);
        need(length, what);
        String fault = Utf8.faultAt(bytes, pos, pos + length);
        if (fault != null) {
            throw malformed(what + " has " + fault);
        }
        String text = new String(bytes, pos, length, StandardCharsets.UTF_8);
        pos += length;
        return text;
    }

    /// A UTF-8 Encoded String that names something: see [Utf8#controlCharacterIn].
    String name(String what) throws MalformedPacketException {
        String text = text(what);
        int control = Utf8.controlCharacterIn(text);
        if (control >= 0) {
            throw malformed(what + " has the control character " + Utf8.name(control));
        }
        return text;
    }

    /// Binary Data: a copy.
    byte[] binary(String what) throws MalformedPacketException {
        int length = twoBytes(what);
        need(length, what);
        byte[] data = Arrays.copyOfRange(bytes, pos, pos + length);
        pos += length;
        return data;
    }

    /// A Topic Name, which cannot be empty here.
    TopicName topicName(TopicNames names, String what) throws MalformedPacketException {
        int length = twoBytes(what);
        need(length, what);
        TopicName topic = names.at(bytes, pos, pos + length);
        pos += length;
        return topic;
    }

    TopicFilter topicFilter() throws MalformedPacketException {
        return TopicFilter.parse(text("a Topic Filter"));
    }

    void expectEnd() throws MalformedPacketException {
        if (pos != end) {
            throw malformed("there are " + (end - pos) + " bytes after its last field");
        }
    }

    /// The properties of this packet.
    Properties properties() throws MalformedPacketException {
        if (pos < end && bytes[pos] == 0) {
            pos++;
            return Properties.NONE;
        }
        return properties(false);
    }

    /// The Will Properties of a CONNECT.
    Properties willProperties() throws MalformedPacketException {
        return properties(true);
    }

    private Properties properties(boolean ofWill) throws MalformedPacketException {
        int length = variable("the Property Length");
        need(length, "the properties");
        int packetEnd = end;
        end = pos + length;
        Properties.Builder properties = Properties.builder();
        long seen = 0;
        while (pos < end) {
            int identifier = variable("a Property Identifier");
            Property property = Property.of(identifier);
            if (property == null) {
                throw malformed(
                        "there is no property with the identifier "
                                + Integer.toHexString(identifier));
            }
            Object value = value(property);
            boolean isAllowed = ofWill ? property.isAllowedInWill() : property.isAllowedIn(type);
            if (!isAllowed) {
                throw notAllowed(property, ofWill);
            }
            long bit = 1L << identifier;
            if ((seen & bit) != 0 && !isRepeatable(property)) {
                throw protocolError(property + " stands there twice");
            }
            seen |= bit;
            properties.add(property, value);
        }
        end = packetEnd;
        return properties.build();
    }

    private boolean isRepeatable(Property property) {
        return property == Property.USER_PROPERTY
                || (property == Property.SUBSCRIPTION_IDENTIFIER && type == PacketType.PUBLISH);
    }

    private Object value(Property property) throws MalformedPacketException {
        String what = property.toString();
        return switch (property.type()) {
            case BYTE -> inRange(property, unsignedByte(what));
            case TWO_BYTES -> inRange(property, twoBytes(what));
            case FOUR_BYTES -> inRange(property, fourBytes(what));
            case VARIABLE -> inRange(property, variable(what));
            case TEXT -> property == Property.RESPONSE_TOPIC ? responseTopic() : text(what);
            case BINARY -> binary(what);
            case PAIR -> new UserProperty(text(what), text(what)); // [MQTT-1.5.7-1]
        };
    }

    private Long inRange(Property property, long value) throws MalformedPacketException {
        if (value < property.minimum() || value > property.maximum()) {
            String text =
                    property
                            + " is "
                            + value
                            + ", allowed is "
                            + property.minimum()
                            + " to "
                            + property.maximum();
            throw property == Property.TOPIC_ALIAS // [MQTT-3.3.2-8]
                    ? new MalformedPacketException(ReasonCode.TOPIC_ALIAS_INVALID, in(text))
                    : unfit(text);
        }
        return value;
    }

    private String responseTopic() throws MalformedPacketException {
        String topic = text("RESPONSE_TOPIC");
        if (topic.isEmpty() || topic.indexOf('+') >= 0 || topic.indexOf('#') >= 0) {
            // [MQTT-3.3.2-14] [MQTT-4.7.3-1]
            throw protocolError("RESPONSE_TOPIC " + Utf8.quoted(topic) + " is no Topic Name");
        }
        return topic;
    }

    private MalformedPacketException notAllowed(Property property, boolean ofWill) {
        return unfit(property + " is not allowed in " + (ofWill ? "a Will" : "it"));
    }

    /// A property that does not belong here, or its value. Section 2.2.2.2 calls the packet
    /// malformed, the sections of single values call it a Protocol Error; which of both a client
    /// hears is as with Mosquitto, whose users' tests look at it.
    private MalformedPacketException unfit(String text) {
        boolean isRequest = type == PacketType.SUBSCRIBE || type == PacketType.UNSUBSCRIBE;
        return isRequest ? malformed(text) : protocolError(text);
    }

    private void need(int count, String what) throws MalformedPacketException {
        if (count > end - pos) {
            throw malformed(
                    what
                            + " runs over the end: "
                            + count
                            + " bytes are needed, "
                            + (end - pos)
                            + " are there");
        }
    }

    MalformedPacketException malformed(String text) {
        return new MalformedPacketException(in(text));
    }

    MalformedPacketException protocolError(String text) {
        return new MalformedPacketException(ReasonCode.PROTOCOL_ERROR, in(text));
    }

    private String in(String text) {
        return type + ": " + text;
    }
}
