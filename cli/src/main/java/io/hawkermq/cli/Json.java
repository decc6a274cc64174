package io.hawkermq.cli;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// JSON as Mosquitto's tools read and write it. Texts hold bytes, a character each (ISO 8859-1).
/// Names of an object keep their order and may come twice.
sealed interface Json {
    record Text(String value) implements Json {}

    record Num(double value) implements Json {}

    record Truth(boolean value) implements Json {}

    record Null() implements Json {}

    record Array(List<Json> elements) implements Json {}

    record Member(String name, Json value) {}

    record Obj(List<Member> members) implements Json {
        Obj() {
            this(new ArrayList<>());
        }

        Obj with(String name, Json value) {
            members.add(new Member(name, value));
            return this;
        }

        Obj with(String name, String utf16) {
            return with(name, text(utf16));
        }

        @Nullable Json get(String name) {
            for (Member m : members) {
                if (m.name.equalsIgnoreCase(name)) {
                    return m.value;
                }
            }
            return null;
        }
    }

    /// A text of a Java string.
    static Text text(String utf16) {
        return new Text(IncomingText.bytes(utf16));
    }

    /// @return null if it is no JSON
    static @Nullable Json parse(String bytes) {
        JsonReader reader = new JsonReader(bytes);
        try {
            return reader.whole();
        } catch (JsonReader.SyntaxException e) {
            return null;
        }
    }

    /// The text as UTF-16, for those who do not print bytes.
    static String utf16(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /// In one line.
    default String print() {
        StringBuilder s = new StringBuilder();
        write(this, s, false, 0);
        return s.toString();
    }

    /// With line breaks and tabs.
    default String printPretty() {
        StringBuilder s = new StringBuilder();
        write(this, s, true, 0);
        return s.toString();
    }

    private static void write(Json json, StringBuilder s, boolean isPretty, int depth) {
        switch (json) {
            case Text t -> quote(t.value, s);
            case Num n -> s.append(number(n.value));
            case Truth t -> s.append(t.value);
            case Null ignored -> s.append("null");
            case Array a -> {
                s.append('[');
                String before = "";
                for (Json element : a.elements) {
                    write(element, s.append(before), isPretty, depth + 1);
                    before = isPretty ? ", " : ",";
                }
                s.append(']');
            }
            case Obj o -> writeObject(o, s, isPretty, depth + 1);
        }
    }

    private static void writeObject(Obj o, StringBuilder s, boolean isPretty, int depth) {
        s.append(isPretty ? "{\n" : "{");
        for (int i = 0; i < o.members.size(); i++) {
            Member m = o.members.get(i);
            if (isPretty) {
                s.repeat('\t', depth);
            }
            quote(m.name, s);
            s.append(isPretty ? ":\t" : ":");
            write(m.value, s, isPretty, depth);
            s.append(i < o.members.size() - 1 ? "," : "").append(isPretty ? "\n" : "");
        }
        if (isPretty) {
            s.repeat('\t', depth - 1);
        }
        s.append('}');
    }

    private static void quote(String text, StringBuilder s) {
        s.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> s.append("\\\"");
                case '\\' -> s.append("\\\\");
                case '\b' -> s.append("\\b");
                case '\f' -> s.append("\\f");
                case '\n' -> s.append("\\n");
                case '\r' -> s.append("\\r");
                case '\t' -> s.append("\\t");
                default -> {
                    if (c < ' ') {
                        s.append(String.format("\\u%04x", (int) c));
                    } else {
                        s.append(c);
                    }
                }
            }
        }
        s.append('"');
    }

    /// As C prints it: a whole number of 32 bits in full, else 15 significant digits, or 17 where
    /// 15 are not enough to read the same number again.
    static String number(double value) {
        if (!Double.isFinite(value)) {
            return "null";
        }
        if (value == (int) value) {
            return Integer.toString((int) value);
        }
        String text = general(value, 15);
        return isSame(Double.parseDouble(text), value) ? text : general(value, 17);
    }

    private static boolean isSame(double a, double b) {
        return Math.abs(a - b) <= Math.max(Math.abs(a), Math.abs(b)) * Math.ulp(1.0);
    }

    private static String general(double value, int digits) {
        BigDecimal rounded =
                new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        BigDecimal stripped = rounded.stripTrailingZeros();
        if (exponent >= -4 && exponent < digits) {
            return stripped.toPlainString();
        }
        String significant = stripped.unscaledValue().abs().toString();
        String sign = value < 0 ? "-" : "";
        String fraction = significant.length() > 1 ? "." + significant.substring(1) : "";
        return sign
                + significant.charAt(0)
                + fraction
                + "e"
                + (exponent < 0 ? "-" : "+")
                + Strftime.padded(Math.abs(exponent), 2);
    }
}
