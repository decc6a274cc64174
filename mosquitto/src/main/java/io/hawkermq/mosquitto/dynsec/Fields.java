package io.hawkermq.mosquitto.dynsec;

import io.hawkermq.mosquitto.json.Json;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The values of an object as the file and the commands take them.
record Fields(Json.Members object) {
    /// Mosquitto's bound of priorities.
    private static final int MOST_PRIORITY = 100_000;

    /// The value of a key if it is a text, else null.
    @Nullable String text(String key) {
        return object.value(key) instanceof Json.Text t ? t.text() : null;
    }

    /// The value of a key if it is a text, else what was before.
    @Nullable String textOr(String key, @Nullable String before) {
        String text = text(key);
        return text == null ? before : text;
    }

    /// A text that must be there.
    ///
    /// @param error if it is not
    String text(String key, String error) throws CommandException {
        String text = text(key);
        if (text == null) {
            throw new CommandException(error);
        }
        return text;
    }

    /// A name that must be there.
    ///
    /// @param error if it is not
    /// @param notUtf8 if MQTT would not take it
    String name(String key, String error, String notUtf8) throws CommandException {
        return checked(text(key, error), notUtf8);
    }

    static String checked(String name, String error) throws CommandException {
        boolean isFine =
                name.codePoints()
                        .noneMatch(c ->
                                c < 0x20
                                        || (c >= 0x7F && c <= 0x9F)
                                        || (c >= 0xD800 && c <= 0xDFFF)
                                        || (c >= 0xFDD0 && c <= 0xFDEF)
                                        || (c & 0xFFFE) == 0xFFFE);
        if (!isFine || name.length() > 65_535) {
            throw new CommandException(error);
        }
        return name;
    }

    /// A text that may be absent, but if it is there must be one.
    @Nullable String optional(String key, String error) throws CommandException {
        Json value = object.value(key);
        if (value == null) {
            return null;
        }
        return value instanceof Json.Text t ? t.text() : fail(error);
    }

    private static String fail(String error) throws CommandException {
        throw new CommandException(error);
    }

    int number(String key, int otherwise) {
        return object.value(key) instanceof Json.Decimal n ? clamped(n.number()) : otherwise;
    }

    /// Numbers of any size are taken; what is out of range is the nearest in range.
    private static int clamped(BigDecimal number) {
        if (number.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) >= 0) {
            return Integer.MAX_VALUE;
        }
        return number.compareTo(BigDecimal.valueOf(Integer.MIN_VALUE)) <= 0
                ? Integer.MIN_VALUE
                : number.intValue();
    }

    int priority(int otherwise) {
        return Math.clamp(number("priority", otherwise), -MOST_PRIORITY, MOST_PRIORITY);
    }

    /// Null if it is absent or something else.
    @Nullable Boolean truth(String key) {
        return object.value(key) instanceof Json.Truth t ? Boolean.valueOf(t.isTrue()) : null;
    }

    boolean isTrue(String key) {
        return Objects.requireNonNullElse(truth(key), Boolean.FALSE);
    }

    boolean has(String key) {
        return object.value(key) != null;
    }

    /// Null if it is absent or something else.
    @Nullable List<Json> array(String key) {
        return object.value(key) instanceof Json.Elements e ? e.elements() : null;
    }

    /// The objects in an array, without what else is in it.
    List<Fields> objects(String key) {
        List<Json> array = array(key);
        return array == null
                ? List.of()
                : array.stream()
                        .filter(Json.Members.class::isInstance)
                        .map(m -> new Fields((Json.Members) m))
                        .toList();
    }

    /// The keys that are none of these.
    ///
    /// @param known in lower case or as written
    Map<String, Json> others(Set<String> known) {
        Map<String, Json> others = new LinkedHashMap<>();
        object.members()
                .forEach((key, value) -> {
                    if (known.stream().noneMatch(key::equalsIgnoreCase)) {
                        others.put(key, value);
                    }
                });
        return others;
    }
}
