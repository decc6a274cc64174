package io.hawkermq.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A Topic Name: at least one character, no wildcard, no U+0000, at most 65,535 bytes of UTF-8
/// [MQTT-4.7.3-1] [MQTT-3.3.2-2]. Kept as text and as bytes with its hash, because every message
/// that is routed is looked up by it; compared byte by byte, never normalised [MQTT-4.7.3-4].
public final class TopicName implements Comparable<TopicName> {
    private static final VarHandle WORD =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /// An odd number with bits all over: 2^64 divided by the golden ratio.
    private static final long MIX = 0x9E37_79B9_7F4A_7C15L;

    private final String text;
    private final byte[] utf8;
    private final int hash;

    private TopicName(String text, byte[] utf8) {
        this.text = text;
        this.utf8 = utf8;
        this.hash = hash(utf8, 0, utf8.length);
    }

    /// @throws IllegalArgumentException if `text` is no Topic Name; the message says why
    public static TopicName of(String text) {
        String fault = Utf8.faultOf(text);
        if (fault != null) {
            throw new IllegalArgumentException(
                    "the Topic Name " + Utf8.quoted(text) + " has " + fault);
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        fault = faultOf(text, utf8.length);
        if (fault != null) {
            throw new IllegalArgumentException(fault);
        }
        return new TopicName(text, utf8);
    }

    /// A Topic Name of bytes that the decoder has found to be well-formed UTF-8.
    ///
    /// @param utf8 kept, not copied
    /// @throws MalformedPacketException if it is empty, has a wildcard or a control character;
    ///     MALFORMED_PACKET, as TOPIC_NAME_INVALID is for well-formed names that are not accepted
    static TopicName ofValidUtf8(byte[] utf8) throws MalformedPacketException {
        String text = new String(utf8, StandardCharsets.UTF_8);
        String fault = faultOf(text, utf8.length);
        if (fault != null) {
            throw new MalformedPacketException(fault);
        }
        return new TopicName(text, utf8);
    }

    private static @Nullable String faultOf(String text, int bytes) {
        if (text.isEmpty()) {
            return "the Topic Name is empty";
        }
        if (bytes > 65_535) {
            return "the Topic Name has " + bytes + " bytes, allowed are 65535";
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '+' || c == '#') {
                return "the Topic Name " + Utf8.quoted(text) + " has the wildcard " + c;
            }
        }
        int control = Utf8.controlCharacterIn(text);
        return control < 0
                ? null
                : "the Topic Name "
                        + Utf8.quoted(text)
                        + " has the control character "
                        + Utf8.name(control);
    }

    /// The hash of a Topic Name's bytes, equal to [#hashCode] of the Topic Name made of them.
    public static int hash(byte[] bytes, int from, int to) {
        // Eight bytes a step: every PUBLISH pays for this before its name is recognised.
        int length = to - from;
        long h = length;
        int i = from;
        for (; i <= to - 8; i += 8) {
            h = (h ^ (long) WORD.get(bytes, i)) * MIX;
            h ^= h >>> 32;
        }
        long tail = 0;
        for (; i < to; i++) {
            tail = tail << 8 | (bytes[i] & 0xFF);
        }
        h = (h ^ tail) * MIX;
        h ^= h >>> 32;
        // The last step's high bits decide; without this, names that differ in one late byte would
        // share their low bits, and with them a cache slot.
        h *= MIX;
        return (int) (h >>> 32);
    }

    /// True if this Topic Name consists of just these bytes.
    public boolean isAt(byte[] bytes, int from, int to) {
        return Arrays.equals(utf8, 0, utf8.length, bytes, from, to);
    }

    /// The UTF-8 bytes; not a copy.
    public byte[] utf8() {
        return utf8;
    }

    /// True if it begins with `$`: wildcards at a filter's first level do not match it
    /// [MQTT-4.7.2-1].
    public boolean isReserved() {
        return utf8[0] == '$';
    }

    @Override
    public int compareTo(TopicName other) {
        return Arrays.compareUnsigned(utf8, other.utf8);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || other instanceof TopicName t && hash == t.hash && Arrays.equals(utf8, t.utf8);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return text;
    }
}
