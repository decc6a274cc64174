package io.hawkermq.cli;

import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.UserProperty;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The format of `-F`: `%` with flag, width, precision, separator and a letter for parts of the
/// message, `@` with a letter of `strftime` for the time, `\` with a letter for control
/// characters.
///
/// Written for what scripts see of Mosquitto's tools, oddities included: the width of a payload
/// also cuts it, and one aligned to the left without a width is followed by as many blanks.
final class OutputFormat {
    private static final String SEPARATORS = "!\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~ ";
    private static final String LETTERS = "%ACDEFIlmPpqRSrtjJUxXfd";
    private static final String CONTROLS = "\\0aenrtv";

    private final String format;
    private final boolean isPretty;
    private final Consumer<String> errors;

    OutputFormat(String format, boolean isPretty, Consumer<String> errors) {
        this.format = IncomingText.bytes(format);
        this.isPretty = isPretty;
        this.errors = errors;
    }

    /// What stands between `%` and its letter.
    ///
    /// @param precision -1 if not given
    private record Field(int width, int precision, char separator, boolean isLeft, char pad) {}

    // ---- checking

    /// @throws OptionsException if the format cannot be used
    static void check(String format) throws OptionsException {
        int last = format.length() - 1;
        for (int i = 0; i <= last; i++) {
            char c = format.charAt(i);
            if (c == '%') {
                i = checkField(format, i);
            } else if (c == '@') {
                if (i == last) {
                    throw incomplete("format");
                }
                i++;
            } else if (c == '\\') {
                if (i == last) {
                    throw incomplete("escape");
                }
                i++;
                if (CONTROLS.indexOf(format.charAt(i)) < 0) {
                    throw invalid("escape", format, i);
                }
            }
        }
    }

    private static int checkField(String format, int at) throws OptionsException {
        int i = at + 1;
        if (isAt(format, i, "0-")) {
            i++;
        }
        i = digits(format, i);
        if (isAt(format, i, ".")) {
            i = digits(format, i + 1);
        }
        if (isAt(format, i, SEPARATORS)) {
            i++;
        }
        if (i >= format.length()) {
            throw incomplete("format");
        }
        if (LETTERS.indexOf(format.charAt(i)) < 0) {
            throw invalid("format", format, i);
        }
        return i;
    }

    private static boolean isAt(String text, int i, String characters) {
        return i < text.length() && characters.indexOf(text.charAt(i)) >= 0;
    }

    private static int digits(String text, int from) {
        int i = from;
        while (isAt(text, i, "0123456789")) {
            i++;
        }
        return i;
    }

    private static OptionsException incomplete(String what) {
        return OptionsException.wrong("Error: Incomplete " + what + " specifier.\n");
    }

    private static OptionsException invalid(String what, String format, int at) {
        return OptionsException.wrong(
                "Error: Invalid " + what + " specifier '" + format.charAt(at) + "'.\n");
    }

    // ---- printing

    /// The message in this format, without a line break at the end.
    String print(IncomingText m, ZonedDateTime now) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c == '%' && i < format.length() - 1) {
                i = printField(i + 1, m, now, out);
            } else if (c == '@' && i < format.length() - 1) {
                i++;
                out.append(Strftime.print(format.charAt(i), now));
            } else if (c == '\\' && i < format.length() - 1) {
                i++;
                out.append(control(format.charAt(i)));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static char control(char letter) {
        return switch (letter) {
            case '0' -> '\0';
            case 'a' -> '\u0007';
            case 'e' -> '\u001b';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> '\u000b';
            default -> letter;
        };
    }

    private int printField(int from, IncomingText m, ZonedDateTime now, StringBuilder out) {
        int i = from;
        boolean isLeft = isAt(format, i, "-");
        if (isLeft) {
            i++;
        }
        char pad = ' ';
        if (isAt(format, i, "0")) {
            pad = '0';
            i++;
        }
        int end = digits(format, i);
        int width = number(format.substring(i, end));
        i = end;
        int precision = -1;
        if (isAt(format, i, ".")) {
            end = digits(format, i + 1);
            precision = number(format.substring(i + 1, end));
            i = end;
        }
        char separator = ' ';
        if (isAt(format, i, SEPARATORS)) {
            separator = format.charAt(i);
            i++;
        }
        if (i < format.length()) {
            Field field = new Field(width, precision, separator, isLeft, pad);
            letter(format.charAt(i), field, m, now, out);
        }
        return i;
    }

    /// Absurd widths are cut: no terminal and no memory holds more.
    private static int number(String digits) {
        return digits.isEmpty() ? 0 : (int) Math.min(CNumbers.leadingLong(digits), 1_000_000);
    }

    private void letter(
            char letter, Field f, IncomingText m, ZonedDateTime now, StringBuilder out) {
        switch (letter) {
            case '%' -> out.append('%');
            case 'A' -> property(m, Property.TOPIC_ALIAS, f, out);
            case 'C' -> text(m.properties().text(Property.CONTENT_TYPE), f, out);
            case 'D' -> {
                byte[] data = m.properties().binary(Property.CORRELATION_DATA);
                if (data != null) {
                    out.append(new String(data, java.nio.charset.StandardCharsets.ISO_8859_1));
                }
            }
            case 'E' -> property(m, Property.MESSAGE_EXPIRY_INTERVAL, f, out);
            case 'F' -> property(m, Property.PAYLOAD_FORMAT_INDICATOR, f, out);
            case 'I' -> string(Strftime.iso(now), f, out);
            case 'j' -> out.append(MessageJson.print(m, now, true, isPretty));
            case 'J' -> {
                String json = MessageJson.print(m, now, false, isPretty);
                if (json == null) {
                    errors.accept(
                            "Error: Message payload is not valid JSON on topic "
                                    + utf8(m.topic())
                                    + ".\n");
                } else {
                    out.append(json);
                }
            }
            case 'l' -> integer(m.payload().length, f, out);
            case 'm' -> integer(m.packetId(), f, out);
            case 'P' -> users(m.properties().userProperties(), out);
            case 'p' -> payload(m, f, out);
            case 'q' -> out.append(m.qos());
            case 'R' -> {
                String topic = m.properties().text(Property.RESPONSE_TOPIC);
                if (topic != null) {
                    string(IncomingText.bytes(topic), f, out);
                }
            }
            case 'r' -> out.append(m.retain() ? '1' : '0');
            case 'S' -> property(m, Property.SUBSCRIPTION_IDENTIFIER, f, out);
            case 't' -> string(m.topic(), f, out);
            case 'U' ->
                    out.append(now.toEpochSecond())
                            .append('.')
                            .append(Strftime.padded(now.getNano(), 9));
            case 'x' -> hex(m, f, "0123456789abcdef", out);
            case 'X' -> hex(m, f, "0123456789ABCDEF", out);
            case 'f', 'd' -> floating(letter, m, f, out);
            default -> {
                // Refused by check.
            }
        }
    }

    private static String utf8(String bytes) {
        return new String(
                bytes.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1),
                java.nio.charset.StandardCharsets.UTF_8);
    }

    private static void users(List<UserProperty> properties, StringBuilder out) {
        String before = "";
        for (UserProperty p : properties) {
            out.append(before)
                    .append(IncomingText.bytes(p.name()))
                    .append(':')
                    .append(IncomingText.bytes(p.value()));
            before = " ";
        }
    }

    private static void property(IncomingText m, Property property, Field f, StringBuilder out) {
        if (property == Property.SUBSCRIPTION_IDENTIFIER) {
            List<Integer> identifiers = m.properties().subscriptionIdentifiers();
            if (identifiers.isEmpty()) {
                blank(f, out);
            } else {
                integer(identifiers.getFirst(), f, out);
            }
        } else if (m.properties().has(property)) {
            integer((int) m.properties().number(property, 0), f, out);
        } else {
            blank(f, out);
        }
    }

    private static void blank(Field f, StringBuilder out) {
        out.repeat(f.pad, f.width);
    }

    private static void text(@Nullable String text, Field f, StringBuilder out) {
        if (text == null) {
            blank(f, out);
        } else {
            string(IncomingText.bytes(text), f, out);
        }
    }

    private static void string(String text, Field f, StringBuilder out) {
        String cut =
                f.precision < 0 || f.precision > text.length()
                        ? text
                        : text.substring(0, f.precision);
        padded(cut, f, ' ', out);
    }

    private static void integer(int value, Field f, StringBuilder out) {
        String digits = Integer.toString(value);
        boolean isZeroPadded = f.pad == '0' && !f.isLeft;
        if (isZeroPadded && value < 0) {
            out.append('-').repeat('0', Math.max(0, f.width - digits.length()));
            out.append(digits, 1, digits.length());
        } else {
            padded(digits, f, isZeroPadded ? '0' : ' ', out);
        }
    }

    private static void padded(String text, Field f, char pad, StringBuilder out) {
        int missing = Math.max(0, f.width - text.length());
        if (f.isLeft) {
            out.append(text).repeat(' ', missing);
        } else {
            out.repeat(pad, missing).append(text);
        }
    }

    private static void payload(IncomingText m, Field f, StringBuilder out) {
        String text = m.payloadText();
        if (f.width > 0 && text.length() > f.width) {
            text = text.substring(0, f.width);
        }
        int missing = f.width - text.length();
        if (!f.isLeft) {
            out.repeat(f.pad, Math.max(0, missing));
        }
        out.append(text);
        if (f.isLeft) {
            out.repeat(' ', Math.abs(missing));
        }
    }

    private static void hex(IncomingText m, Field f, String digits, StringBuilder out) {
        int length = m.payload().length;
        if (f.width > 0 && length > f.width) {
            length = f.width;
        }
        int missing = f.width > 0 ? f.width - 2 * length : -length;
        int column = 0;
        if (!f.isLeft) {
            for (int i = 0; i < missing; i++) {
                out.append(f.pad);
                separate(f, column++, out);
            }
        }
        for (int i = 0; i < length; i++) {
            int b = m.payload()[i] & 0xFF;
            out.append(digits.charAt(b >> 4));
            separate(f, column++, out);
            out.append(digits.charAt(b & 15));
            if (i < length - 1) {
                separate(f, column++, out);
            }
        }
        if (f.isLeft) {
            out.repeat(' ', Math.abs(missing));
        }
    }

    private static void separate(Field f, int column, StringBuilder out) {
        if (f.precision > 0 && column % f.precision == f.precision - 1) {
            out.append(f.separator);
        }
    }

    private void floating(char letter, IncomingText m, Field f, StringBuilder out) {
        ByteBuffer bytes = ByteBuffer.wrap(m.payload()).order(ByteOrder.nativeOrder());
        int size = letter == 'f' ? Float.BYTES : Double.BYTES;
        if (m.payload().length != size) {
            errors.accept(
                    letter == 'f'
                            ? "requested float printing, but non-float data received"
                            : "requested double printing, but non-double data received");
            return;
        }
        double value = letter == 'f' ? bytes.getFloat() : bytes.getDouble();
        boolean isNegative = Double.doubleToRawLongBits(value) < 0;
        boolean isZeroPadded = f.pad == '0' && !f.isLeft && Double.isFinite(value);
        String digits = (isNegative ? "-" : "") + digits(Math.abs(value), f.precision);
        if (isZeroPadded && isNegative) {
            out.append('-').repeat('0', Math.max(0, f.width - digits.length()));
            out.append(digits, 1, digits.length());
        } else {
            padded(digits, f, isZeroPadded ? '0' : ' ', out);
        }
    }

    private static String digits(double value, int precision) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return "inf";
        }
        // The exact binary value, rounded half to even, as C libraries do.
        return new BigDecimal(value)
                .setScale(precision < 0 ? 6 : precision, RoundingMode.HALF_EVEN)
                .toPlainString();
    }
}
