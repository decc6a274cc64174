package io.hawkermq.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A Topic Name: at least one character, no wildcard, no U+0000, at most 65,535 bytes of UTF-8
/// [MQTT-4.7.3-1] [MQTT-3.3.2-2]. Kept as text and as bytes with its hash, because every message
/// that is routed is looked up by it; compared byte by byte, never normalised [MQTT-4.7.3-4].
public final class TopicName implements Comparable<TopicName> {
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
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        String fault = faultOf(text, utf8.length);
        if (fault != null) {
            throw new IllegalArgumentException(fault);
        }
        return new TopicName(text, utf8);
    }

    /// A Topic Name of bytes that the decoder has found to be well-formed UTF-8.
    ///
    /// @param utf8 kept, not copied
    /// @throws MalformedPacketException with TOPIC_NAME_INVALID if it is empty or has a wildcard
    static TopicName ofValidUtf8(byte[] utf8) throws MalformedPacketException {
        String text = new String(utf8, StandardCharsets.UTF_8);
        String fault = faultOf(text, utf8.length);
        if (fault != null) {
            throw new MalformedPacketException(ReasonCode.TOPIC_NAME_INVALID, fault);
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
                return "the Topic Name has the wildcard " + c;
            }
            if (c == 0) {
                return "the Topic Name has the character U+0000";
            }
        }
        return null;
    }

    /// The hash of a Topic Name's bytes, equal to [#hashCode] of the Topic Name made of them.
    public static int hash(byte[] bytes, int from, int to) {
        int h = 0;
        for (int i = from; i < to; i++) {
            h = 31 * h + bytes[i];
        }
        // Names that differ in their last characters only must not share a cache slot's neighbours.
        return h ^ (h >>> 15);
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
