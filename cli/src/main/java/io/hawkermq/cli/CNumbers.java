package io.hawkermq.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Numbers as C programs read them: what begins like a number is one, what does not is 0.
final class CNumbers {
    private static final Pattern LONG = Pattern.compile("\\s*([+-]?[0-9]+)");
    private static final Pattern DOUBLE =
            Pattern.compile("\\s*([+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?)");

    private CNumbers() {}

    /// The leading integer, within the range of 64 bits.
    static long leadingLong(String text) {
        Matcher m = LONG.matcher(text);
        if (!m.lookingAt()) {
            return 0;
        }
        try {
            return Long.parseLong(m.group(1));
        } catch (NumberFormatException e) {
            return m.group(1).startsWith("-") ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    /// The leading integer cut to 32 bits, as `atoi` does on usual machines.
    static int leadingInt(String text) {
        return (int) leadingLong(text);
    }

    static double leadingDouble(String text) {
        Matcher m = DOUBLE.matcher(text);
        return m.lookingAt() ? Double.parseDouble(m.group(1)) : 0;
    }
}
