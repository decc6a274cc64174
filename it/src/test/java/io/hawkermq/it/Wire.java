package io.hawkermq.it;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// Builders for the bytes of control packets. They check nothing: tests use them for malformed
/// packets as well.
public final class Wire {
    public static final int CONNECT = 1;
    public static final int CONNACK = 2;
    public static final int PUBLISH = 3;
    public static final int PUBACK = 4;
    public static final int PUBREC = 5;
    public static final int PUBREL = 6;
    public static final int PUBCOMP = 7;
    public static final int SUBSCRIBE = 8;
    public static final int SUBACK = 9;
    public static final int UNSUBSCRIBE = 10;
    public static final int UNSUBACK = 11;
    public static final int PINGREQ = 12;
    public static final int PINGRESP = 13;
    public static final int DISCONNECT = 14;
    public static final int AUTH = 15;

    /// Subscription options bits beside the QoS.
    public static final int NO_LOCAL = 0x04;

    public static final int RETAIN_AS_PUBLISHED = 0x08;
    public static final int RETAIN_IF_NEW = 0x10;
    public static final int RETAIN_NEVER = 0x20;

    private Wire() {}

    public static byte[] bytes(int... values) {
        byte[] b = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            b[i] = (byte) values[i];
        }
        return b;
    }

    /// Bytes written as hex digits; spaces are ignored.
    public static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }

    public static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] p : parts) {
            out.writeBytes(p);
        }
        return out.toByteArray();
    }

    public static byte[] two(int value) {
        return bytes(value >> 8, value);
    }

    public static byte[] four(long value) {
        return bytes(
                (int) (value >> 24), (int) (value >> 16), (int) (value >> 8), (int) (value & 0xFF));
    }

    /// A Variable Byte Integer of the fewest bytes.
    public static byte[] variable(int value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int rest = value;
        do {
            int digit = rest & 0x7F;
            rest >>>= 7;
            out.write(rest == 0 ? digit : digit | 0x80);
        } while (rest != 0);
        return out.toByteArray();
    }

    public static byte[] utf8(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    public static byte[] text(String s) {
        return binary(utf8(s));
    }

    /// A length of two bytes and the bytes.
    public static byte[] binary(byte[] b) {
        return join(two(b.length), b);
    }

    /// A Property Length and the properties; nothing before version 5.
    public static byte[] props(Version version, byte[]... props) {
        byte[] all = join(props);
        return version.is5() ? join(variable(all.length), all) : new byte[0];
    }

    /// A packet with its Remaining Length.
    public static byte[] packet(int firstByte, byte[]... body) {
        byte[] b = join(body);
        return join(bytes(firstByte), variable(b.length), b);
    }

    /// PUBACK, PUBREC, PUBREL or PUBCOMP in its short form, which means success.
    public static byte[] ack(int type, int packetId) {
        return packet(type << 4 | (type == PUBREL ? 2 : 0), two(packetId));
    }

    /// PUBACK, PUBREC, PUBREL or PUBCOMP of version 5 with a Reason Code.
    public static byte[] ack(int type, int packetId, int reason) {
        return packet(type << 4 | (type == PUBREL ? 2 : 0), two(packetId), bytes(reason));
    }

    /// SUBSCRIBE with one filter.
    public static byte[] subscribe(
            Version version, int packetId, String filter, int options, byte[]... props) {
        return packet(0x82, two(packetId), props(version, props), text(filter), bytes(options));
    }

    /// A Topic Filter with its options, an entry of SUBSCRIBE.
    public static byte[] entry(String filter, int options) {
        return join(text(filter), bytes(options));
    }

    /// UNSUBSCRIBE.
    public static byte[] unsubscribe(Version version, int packetId, String... filters) {
        byte[] all = new byte[0];
        for (String f : filters) {
            all = join(all, text(f));
        }
        return packet(0xA2, two(packetId), props(version), all);
    }

    public static byte[] pingreq() {
        return bytes(0xC0, 0);
    }

    /// DISCONNECT with Reason Code 0x00.
    public static byte[] disconnect() {
        return bytes(0xE0, 0);
    }

    /// DISCONNECT of version 5.
    public static byte[] disconnect(int reason, byte[]... props) {
        return packet(0xE0, bytes(reason), props(Version.V5, props));
    }
}
