package io.hawkermq.client;

import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.UserProperty;

/// What MQTT can express, sections 1.5.4 and 1.5.6. Checked where the program says it: the loop, which
/// writes it, has nobody to tell.
final class Texts {
    private static final int LONGEST = 65_535;

    private Texts() {}

    /// @return `text`
    /// @throws IllegalArgumentException if it is no UTF-8 Encoded String; the message says why
    static String text(Object what, String text) {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                throw new IllegalArgumentException(
                        what + " has the character U+0000"); // [MQTT-1.5.4-2]
            }
            if (!Character.isSurrogate(c)) {
                bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
            } else if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else {
                throw new IllegalArgumentException(
                        what + " has half a surrogate pair"); // [MQTT-1.5.4-1]
            }
        }
        checkLength(what, bytes);
        return text;
    }

    /// @return `data`
    /// @throws IllegalArgumentException if it is too long for Binary Data
    static byte[] binary(Object what, byte[] data) {
        checkLength(what, data.length);
        return data;
    }

    private static void checkLength(Object what, int bytes) {
        if (bytes > LONGEST) {
            throw new IllegalArgumentException(
                    what + " has " + bytes + " bytes, allowed are " + LONGEST);
        }
    }

    /// @return `value`, of whatever type
    /// @throws IllegalArgumentException if no property may hold it
    static Object value(Property property, Object value) {
        if (value instanceof String text) {
            text(property, text);
        } else if (value instanceof byte[] data) {
            binary(property, data);
        } else if (value instanceof UserProperty pair) {
            text("the name of a User Property", pair.name());
            text("the User Property " + pair.name(), pair.value());
        }
        return value;
    }

    /// @return `properties`
    /// @throws IllegalArgumentException if one of them holds what no property may hold
    static Properties properties(Properties properties) {
        properties.forEach(Texts::value);
        return properties;
    }
}
