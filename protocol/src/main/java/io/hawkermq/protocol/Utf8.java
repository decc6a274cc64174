package io.hawkermq.protocol;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The rules of section 1.5.4 for UTF-8 Encoded Strings. The JDK's decoder replaces what is
/// ill-formed instead of refusing it, hence this one.
final class Utf8 {
    private static final int LONGEST_QUOTE = 100;

    private Utf8() {}

    /// What is wrong with these bytes, or null if they are a well-formed string.
    static @Nullable String faultAt(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to) {
            int b = bytes[i];
            if (b > 0) {
                i++;
                continue;
            }
            if (b == 0) {
                return "the character U+0000 at byte " + (i - from); // [MQTT-1.5.4-2]
            }
            int length = lengthOfSequence(bytes, i, to);
            if (length == 0) {
                return "ill-formed UTF-8 at byte " + (i - from); // [MQTT-1.5.4-1]
            }
            i += length;
        }
        return null;
    }

    /// The length of the sequence of 2 to 4 bytes at `i`, or 0 if it is none: table 3-7 of the
    /// Unicode standard, which leaves out overlong forms, surrogates and what is above U+10FFFF.
    private static int lengthOfSequence(byte[] bytes, int i, int to) {
        int first = bytes[i] & 0xFF;
        if (first < 0xC2 || first > 0xF4) {
            return 0;
        }
        int length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        if (length > to - i) {
            return 0;
        }
        int second = bytes[i + 1] & 0xFF;
        int least =
                switch (first) {
                    case 0xE0 -> 0xA0;
                    case 0xF0 -> 0x90;
                    default -> 0x80;
                };
        int greatest =
                switch (first) {
                    case 0xED -> 0x9F;
                    case 0xF4 -> 0x8F;
                    default -> 0xBF;
                };
        if (second < least || second > greatest) {
            return 0;
        }
        for (int k = 2; k < length; k++) {
            if ((bytes[i + k] & 0xC0) != 0x80) {
                return 0;
            }
        }
        return length;
    }

    /// What keeps `text` from being a UTF-8 Encoded String, or null if nothing does. Its length is
    /// not looked at.
    static @Nullable String faultOf(String text) {
        int i = 0;
        while (i < text.length()) {
            int c = text.codePointAt(i);
            if (c == 0) {
                return "the character U+0000"; // [MQTT-1.5.4-2]
            }
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                return "half a surrogate pair"; // [MQTT-1.5.4-1]
            }
            i += Character.charCount(c);
        }
        return null;
    }

    /// The first control character, U+0000 to U+001F or U+007F to U+009F, or -1 if there is none.
    /// U+0000 is forbidden [MQTT-1.5.4-2]; section 1.5.4 lets a receiver refuse the others. Names with them only ever serve to deceive who
    /// reads a log or a terminal.
    static int controlCharacterIn(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x20 || (c >= 0x7F && c <= 0x9F)) {
                return c;
            }
        }
        return -1;
    }

    /// `text` for a message that a person reads: in quotes, without control characters, at most
    /// 100 characters of it.
    static String quoted(String text) {
        StringBuilder s = new StringBuilder("'");
        int end = Math.min(text.length(), LONGEST_QUOTE);
        if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (c < 0x20 || (c >= 0x7F && c <= 0x9F)) {
                s.append(name(c));
            } else {
                s.append(c);
            }
        }
        return s.append(end < text.length() ? "...'" : "'").toString();
    }

    /// The character as the Unicode standard writes it, like U+001B.
    static String name(int c) {
        return String.format(Locale.ROOT, "U+%04X", c);
    }
}
