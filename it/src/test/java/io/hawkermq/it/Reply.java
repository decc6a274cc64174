package io.hawkermq.it;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A packet that the server sent, read strictly: reading fails when the packet breaks a rule that
/// holds for every packet of its type. So each test also watches, in passing, the reserved flags,
/// the shortest form of lengths, the listed Reason Codes, and which property may stand where.
///
/// @param packetId 0 where the packet has none
/// @param reasons the return or Reason Codes; 0x00 where version 5 lets it be left out
/// @param frame the whole packet
public record Reply(
        Version version,
        int type,
        int flags,
        int packetId,
        boolean sessionPresent,
        String topic,
        byte[] payload,
        List<Integer> reasons,
        List<Value> props,
        byte[] frame) {

    /// A property: the fields that its kind does not have are 0 or empty.
    public record Value(Prop prop, long number, String text, String second, byte[] bytes) {
        @Override
        public String toString() {
            return prop
                    + "="
                    + switch (prop.kind) {
                        case BYTE, TWO, FOUR, VARIABLE -> Long.toString(number);
                        case TEXT -> text;
                        case PAIR -> text + ":" + second;
                        case BINARY -> HexFormat.of().formatHex(bytes);
                    };
        }
    }

    private static final List<String> NAMES =
            List.of(
                    "RESERVED",
                    "CONNECT",
                    "CONNACK",
                    "PUBLISH",
                    "PUBACK",
                    "PUBREC",
                    "PUBREL",
                    "PUBCOMP",
                    "SUBSCRIBE",
                    "SUBACK",
                    "UNSUBSCRIBE",
                    "UNSUBACK",
                    "PINGREQ",
                    "PINGRESP",
                    "DISCONNECT",
                    "AUTH");

    private static final Set<Integer> CONNACK_CODES =
            Set.of(
                    0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C,
                    0x90, 0x95, 0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F);
    private static final Set<Integer> PUBACK_CODES =
            Set.of(0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99);
    private static final Set<Integer> PUBREL_CODES = Set.of(0x00, 0x92);
    private static final Set<Integer> SUBACK_CODES =
            Set.of(0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2);
    private static final Set<Integer> UNSUBACK_CODES =
            Set.of(0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91);
    private static final Set<Integer> DISCONNECT_CODES =
            Set.of(
                    0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8D, 0x8E, 0x8F, 0x90, 0x93,
                    0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0,
                    0xA1, 0xA2);
    private static final Set<Integer> AUTH_CODES = Set.of(0x00, 0x18);

    /// Reads one packet.
    ///
    /// @throws AssertionError if it breaks a rule
    static Reply parse(Version version, byte[] frame) {
        return new Reader(version, frame).read();
    }

    public static String name(int type) {
        return NAMES.get(type);
    }

    public int qos() {
        return flags >> 1 & 3;
    }

    public boolean dup() {
        return (flags & 8) != 0;
    }

    public boolean retain() {
        return (flags & 1) != 0;
    }

    /// The only return or Reason Code.
    public int reason() {
        if (reasons.size() != 1) {
            throw new AssertionError("expected one reason code in " + this);
        }
        return reasons.getFirst();
    }

    public String payloadText() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    public boolean has(Prop prop) {
        return find(prop) != null;
    }

    /// All values of a property, in order.
    public List<Value> all(Prop prop) {
        return props.stream().filter(v -> v.prop == prop).toList();
    }

    /// The property's value.
    ///
    /// @throws AssertionError if the packet does not have it
    public Value prop(Prop prop) {
        Value v = find(prop);
        if (v == null) {
            throw new AssertionError("expected property " + prop + " in " + this);
        }
        return v;
    }

    private @Nullable Value find(Prop prop) {
        for (Value v : props) {
            if (v.prop == prop) {
                return v;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        StringBuilder s = new StringBuilder(name(type));
        if (type == Wire.PUBLISH) {
            s.append(" '").append(topic).append("' qos ").append(qos());
            s.append(dup() ? " dup" : "").append(retain() ? " retain" : "");
        }
        s.append(packetId == 0 ? "" : " id " + packetId);
        if (!reasons.isEmpty()) {
            s.append(
                    reasons.stream()
                            .map(r -> "%02x".formatted(r))
                            .collect(Collectors.joining(" ", " codes ", "")));
        }
        s.append(sessionPresent ? " session-present" : "");
        s.append(props.isEmpty() ? "" : " " + props);
        String hex = HexFormat.ofDelimiter(" ").formatHex(frame, 0, Math.min(frame.length, 64));
        return s.append(" [").append(hex).append(frame.length > 64 ? " ...]" : "]").toString();
    }

    /// Reads the packet of one frame from front to end.
    private static final class Reader {
        private final Version version;
        private final byte[] frame;
        private final ByteBuffer in;
        private final int type;
        private final int flags;
        private int packetId;
        private boolean sessionPresent;
        private String topic = "";
        private byte[] payload = new byte[0];
        private final List<Integer> reasons = new ArrayList<>();
        private final List<Value> props = new ArrayList<>();

        Reader(Version version, byte[] frame) {
            this.version = version;
            this.frame = frame;
            this.in = ByteBuffer.wrap(frame);
            int first = in.get() & 0xFF;
            this.type = first >> 4;
            this.flags = first & 0x0F;
        }

        Reply read() {
            int length = variable("Remaining Length");
            check(length == in.remaining(), "Remaining Length differs from the frame");
            int reserved = type == Wire.PUBREL ? 2 : 0;
            check(type == Wire.PUBLISH || flags == reserved, "reserved flags [MQTT-2.1.3-1]");
            switch (type) {
                case Wire.CONNACK -> connack();
                case Wire.PUBLISH -> publish();
                case Wire.PUBACK, Wire.PUBREC -> ack(PUBACK_CODES);
                case Wire.PUBREL, Wire.PUBCOMP -> ack(PUBREL_CODES);
                case Wire.SUBACK -> suback();
                case Wire.UNSUBACK -> unsuback();
                case Wire.PINGRESP -> {}
                case Wire.DISCONNECT -> reasonOnly(DISCONNECT_CODES);
                case Wire.AUTH -> reasonOnly(AUTH_CODES);
                default -> throw broken("a server does not send " + name(type));
            }
            check(!in.hasRemaining(), "bytes after the last field");
            return new Reply(
                    version,
                    type,
                    flags,
                    packetId,
                    sessionPresent,
                    topic,
                    payload,
                    List.copyOf(reasons),
                    List.copyOf(props),
                    frame);
        }

        private void connack() {
            int connackFlags = in.get();
            check((connackFlags & 0xFE) == 0, "CONNACK flags [MQTT-3.2.2-1]");
            sessionPresent = connackFlags == 1;
            int code = in.get() & 0xFF;
            reasons.add(code);
            check(code == 0 || !sessionPresent, "Session Present with an error [MQTT-3.2.2-6]");
            // A server that refuses the Protocol Version may answer in the form of an older one.
            boolean isOldForm = code == 1 && !in.hasRemaining();
            check(
                    version.is5() ? CONNACK_CODES.contains(code) || isOldForm : code <= 5,
                    "code not listed [MQTT-3.2.2-8]");
            if (version.is5() && !isOldForm) {
                properties();
            }
        }

        private void publish() {
            int qos = flags >> 1 & 3;
            check(qos != 3, "QoS 3 [MQTT-3.3.1-4]");
            check(qos > 0 || (flags & 8) == 0, "DUP at QoS 0 [MQTT-3.3.1-2]");
            topic = text();
            check(topic.indexOf('#') < 0 && topic.indexOf('+') < 0, "wildcard [MQTT-3.3.2-2]");
            if (qos > 0) {
                packetId();
            }
            if (version.is5()) {
                properties();
            }
            check(
                    !topic.isEmpty() || props.stream().anyMatch(v -> v.prop == Prop.TOPIC_ALIAS),
                    "no Topic Name and no Topic Alias");
            payload = new byte[in.remaining()];
            in.get(payload);
        }

        private void ack(Set<Integer> listed) {
            packetId();
            if (version.is5() && in.hasRemaining()) {
                reason(listed);
                if (in.hasRemaining()) {
                    properties();
                }
            } else {
                reasons.add(0);
            }
        }

        private void suback() {
            packetId();
            if (version.is5()) {
                properties();
            }
            check(in.hasRemaining(), "SUBACK without a code [MQTT-3.8.4-6]");
            while (in.hasRemaining()) {
                int code = in.get() & 0xFF;
                boolean listed =
                        version.is5() ? SUBACK_CODES.contains(code) : code <= 2 || code == 0x80;
                check(listed, "code not listed [MQTT-3.9.3-2]");
                reasons.add(code);
            }
        }

        private void unsuback() {
            packetId();
            if (version.is5()) {
                properties();
                check(in.hasRemaining(), "UNSUBACK without a code [MQTT-3.11.3-1]");
                while (in.hasRemaining()) {
                    reason(UNSUBACK_CODES);
                }
            }
        }

        private void reasonOnly(Set<Integer> listed) {
            check(version.is5(), "servers of 3.1.1 do not send " + name(type));
            if (in.hasRemaining()) {
                reason(listed);
                if (in.hasRemaining()) {
                    properties();
                }
            } else {
                reasons.add(0);
            }
        }

        private void reason(Set<Integer> listed) {
            int code = in.get() & 0xFF;
            check(listed.contains(code), "reason code not listed: " + Integer.toHexString(code));
            reasons.add(code);
        }

        private void packetId() {
            packetId = in.getShort() & 0xFFFF;
            check(packetId != 0, "Packet Identifier 0 [MQTT-2.2.1-4]");
        }

        private void properties() {
            int length = variable("Property Length");
            check(length <= in.remaining(), "Property Length beyond the packet");
            int end = in.position() + length;
            while (in.position() < end) {
                Prop prop = Prop.withId(in.get() & 0xFF);
                check(prop.mayComeIn(type), prop + " may not stand in " + name(type));
                boolean repeats = prop == Prop.USER_PROPERTY || prop == Prop.SUBSCRIPTION_ID;
                check(repeats || props.stream().noneMatch(v -> v.prop == prop), prop + " twice");
                props.add(value(prop));
            }
            check(in.position() == end, "Property Length ends inside a property");
        }

        private Value value(Prop prop) {
            byte[] none = new byte[0];
            return switch (prop.kind) {
                case BYTE -> new Value(prop, in.get() & 0xFF, "", "", none);
                case TWO -> {
                    int n = in.getShort() & 0xFFFF;
                    check(
                            n != 0 || prop != Prop.TOPIC_ALIAS && prop != Prop.RECEIVE_MAXIMUM,
                            prop + " of 0");
                    yield new Value(prop, n, "", "", none);
                }
                case FOUR -> new Value(prop, in.getInt() & 0xFFFF_FFFFL, "", "", none);
                case VARIABLE -> new Value(prop, variable(prop.name()), "", "", none);
                case TEXT -> new Value(prop, 0, text(), "", none);
                case PAIR -> new Value(prop, 0, text(), text(), none);
                case BINARY -> new Value(prop, 0, "", "", binary());
            };
        }

        private byte[] binary() {
            int length = in.getShort() & 0xFFFF;
            check(length <= in.remaining(), "a field runs over the end of the packet");
            byte[] b = new byte[length];
            in.get(b);
            return b;
        }

        private String text() {
            byte[] b = binary();
            try {
                String s =
                        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(b)).toString();
                check(s.indexOf(0) < 0, "U+0000 in a text [MQTT-1.5.4-2]");
                return s;
            } catch (CharacterCodingException e) {
                throw broken("ill-formed UTF-8 [MQTT-1.5.4-1]");
            }
        }

        private int variable(String what) {
            int value = 0;
            for (int shift = 0; shift < 28; shift += 7) {
                int digit = in.get() & 0xFF;
                value |= (digit & 0x7F) << shift;
                if (digit < 0x80) {
                    check(
                            shift == 0 || digit != 0,
                            what + " not in its fewest bytes [MQTT-1.5.5-1]");
                    return value;
                }
            }
            throw broken(what + " of more than four bytes");
        }

        private void check(boolean holds, String message) {
            if (!holds) {
                throw broken(message);
            }
        }

        private AssertionError broken(String message) {
            int shown = Math.min(frame.length, 200);
            String hex = HexFormat.ofDelimiter(" ").formatHex(frame, 0, shown);
            return new AssertionError(message + " in " + name(type) + " [" + hex + "]");
        }
    }
}
