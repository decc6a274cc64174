package io.hawkermq.mosquitto;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/// The simple kinds of values: yes or no, numbers, words, texts and paths.
final class ValueTypes {
    private ValueTypes() {}

    /// `true`, `false`, `1` or `0`.
    record Flag() implements ValueType<Boolean> {
        @Override
        public Boolean read(Line line) throws RefusedValueException {
            String word = line.next();
            if (word == null) {
                throw ValueType.empty(line.name(), allowed());
            }
            return switch (word) {
                case "true", "1" -> true;
                case "false", "0" -> false;
                default ->
                        throw new RefusedValueException(
                                "Invalid '" + line.name() + "' value (" + word + ").",
                                "Allowed is " + allowed() + "." + meant(word));
            };
        }

        private static String meant(String word) {
            return switch (word.toLowerCase(java.util.Locale.ROOT)) {
                case "yes", "on", "enabled", "enable" -> " Did you mean 'true'?";
                case "no", "off", "disabled", "disable", "none" -> " Did you mean 'false'?";
                default -> {
                    String question = NearMiss.question(word, List.of("true", "false"));
                    yield question.isEmpty() ? "" : " " + question;
                }
            };
        }

        @Override
        public String allowed() {
            return "true or false";
        }

        @Override
        public String show(Boolean value) {
            return value.toString();
        }
    }

    /// A whole number, decimal, octal with a leading 0 or hexadecimal with 0x.
    ///
    /// @param raises true if a lower number counts as `least`
    /// @param lowers true if a higher number counts as `most`
    /// @param label what messages call the value; empty for the name of the option
    /// @param refusal Mosquitto's words for a number that is not allowed; empty for the usual ones
    record Whole<T>(
            long least,
            long most,
            boolean raises,
            boolean lowers,
            String label,
            String refusal,
            LongFunction<T> make,
            ToLongFunction<T> number)
            implements ValueType<T> {
        static Whole<Integer> integer(int least, int most) {
            return new Whole<>(least, most, false, false, "", "", n -> (int) n, Integer::longValue);
        }

        static Whole<Long> large(long least, long most) {
            return new Whole<>(least, most, false, false, "", "", n -> n, n -> n);
        }

        Whole<T> raising() {
            return new Whole<>(least, most, true, lowers, label, refusal, make, number);
        }

        Whole<T> lowering() {
            return new Whole<>(least, most, raises, true, label, refusal, make, number);
        }

        Whole<T> refusing(String words) {
            return new Whole<>(least, most, raises, lowers, label, words, make, number);
        }

        @Override
        public T read(Line line) throws RefusedValueException {
            return make.apply(readNumber(line));
        }

        private long readNumber(Line line) throws RefusedValueException {
            String name = label.isEmpty() ? line.name() : label;
            String word = line.next();
            if (word == null) {
                throw ValueType.empty(name, allowed());
            }
            long value = parsed(name, word);
            if (value < least && raises) {
                if (least != 0 && least != -1) {
                    line.note("'" + name + "' is too low (" + word + "); " + least + " is used.");
                }
                return least;
            }
            if (value > most && lowers) {
                line.note("'" + name + "' is too high (" + word + "); " + most + " is used.");
                return most;
            }
            if (value < least || value > most) {
                throw new RefusedValueException(
                        refusal.isEmpty()
                                ? "Invalid '" + name + "' value (" + word + ")."
                                : refusal,
                        "Read was " + word + ", allowed is " + allowed() + ".");
            }
            return value;
        }

        private long parsed(String name, String word) throws RefusedValueException {
            try {
                if (word.startsWith("#") || word.startsWith("-#") || word.startsWith("+#")) {
                    throw new NumberFormatException(word);
                }
                return Long.decode(word);
            } catch (NumberFormatException e) {
                boolean isNumber = word.matches("[-+]?(0|[1-9][0-9]*|0[xX][0-9a-fA-F]+)");
                throw new RefusedValueException(
                        "'" + name + (isNumber ? "' value out of range." : "' value not a number."),
                        "Read was '" + word + "', allowed is " + allowed() + ".");
            }
        }

        @Override
        public String allowed() {
            if (most == Integer.MAX_VALUE || most == Long.MAX_VALUE) {
                return least == -1 ? "a number, -1 for no limit" : "a number from " + least;
            }
            return least + " to " + most;
        }

        @Override
        public String show(T value) {
            return Long.toString(number.applyAsLong(value));
        }
    }

    /// One of some words.
    ///
    /// @param old words that are still taken, with what they stand for now
    record Choice<T>(Map<String, T> words, Map<String, String> old, int exitStatus)
            implements ValueType<T> {
        Choice(Map<String, T> words) {
            this(words, Map.of(), ConfigurationError.WRONG_CONFIGURATION);
        }

        @Override
        public T read(Line line) throws RefusedValueException {
            String word = line.next();
            if (word == null) {
                throw ValueType.empty(line.name(), allowed());
            }
            String now = old.get(word);
            if (now != null) {
                line.warn("'" + line.name() + " " + word + "' is taken as '" + now + "'.");
                word = now;
            }
            T value = words.get(word);
            if (value == null) {
                String question = NearMiss.question(word, words.keySet());
                throw new RefusedValueException(
                        "Invalid '" + line.name() + "' value (" + word + ").",
                        "Allowed is "
                                + allowed()
                                + "."
                                + (question.isEmpty() ? "" : " " + question),
                        exitStatus);
            }
            return value;
        }

        @Override
        public String allowed() {
            return ored(List.copyOf(words.keySet()));
        }

        @Override
        public String show(T value) {
            return words.entrySet().stream()
                    .filter(e -> e.getValue().equals(value))
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElseThrow();
        }
    }

    /// The whole rest of the line.
    ///
    /// @param longest characters
    /// @param refusal Mosquitto's words for a longer one
    record Text(String allowed, boolean isOnlyOnce, int longest, String refusal)
            implements ValueType<String> {
        @Override
        public String read(Line line) throws RefusedValueException {
            String text = textOf(line, allowed);
            if (text.length() > longest) {
                throw new RefusedValueException(
                        refusal, "It has " + text.length() + " characters.");
            }
            return text;
        }

        @Override
        public String show(String value) {
            return value;
        }
    }

    /// A path, the whole rest of the line. A relative one starts where the broker was started.
    record File(String allowed, boolean isOnlyOnce) implements ValueType<Path> {
        @Override
        public Path read(Line line) throws RefusedValueException {
            return path(line, textOf(line, allowed));
        }

        @Override
        public String show(Path value) {
            return value.toString();
        }
    }

    /// Anything or nothing, which nobody looks at.
    record Ignored() implements ValueType<String> {
        @Override
        public String read(Line line) {
            return line.rest();
        }

        @Override
        public String allowed() {
            return "anything";
        }

        @Override
        public String show(String value) {
            return value;
        }
    }

    /// A value that need not be there.
    record Maybe<T>(ValueType<T> type) implements ValueType<Optional<T>> {
        @Override
        public Optional<T> read(Line line) throws RefusedValueException {
            return Optional.of(type.read(line));
        }

        @Override
        public String allowed() {
            return type.allowed();
        }

        @Override
        public String show(Optional<T> value) {
            return value.map(type::show).orElse(UNSET);
        }

        @Override
        public boolean isOnlyOnce() {
            return type.isOnlyOnce();
        }
    }

    /// One value a line, as many lines as there are values.
    record Several<T>(ValueType<T> type, int most) implements ValueType<List<T>> {
        @Override
        public List<T> read(Line line) throws RefusedValueException {
            return List.of(type.read(line));
        }

        @Override
        public List<T> combined(List<T> before, List<T> now) {
            List<T> all = new ArrayList<>(before);
            all.addAll(now);
            // The reader refuses files that are too long, so that this is a bound on memory only.
            return List.copyOf(all.subList(0, Math.min(all.size(), most)));
        }

        @Override
        public boolean isCollected() {
            return true;
        }

        @Override
        public String allowed() {
            return type.allowed() + ", on several lines if need be";
        }

        @Override
        public String show(List<T> value) {
            return value.isEmpty()
                    ? UNSET
                    : value.stream().map(type::show).collect(Collectors.joining(", "));
        }
    }

    /// `a, b or c`.
    static String ored(List<String> words) {
        if (words.size() == 1) {
            return words.getFirst();
        }
        return String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.getLast();
    }

    static Path path(Line line, String text) throws RefusedValueException {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            // Letters that the locale of the process cannot express.
            throw new RefusedValueException(
                    "Invalid '" + line.name() + "' value (" + text + ").",
                    "It is no path on this system: " + e.getReason() + ".");
        }
    }

    private static String textOf(Line line, String allowed) throws RefusedValueException {
        String text = line.rest();
        if (text.isEmpty()) {
            throw ValueType.empty(line.name(), allowed);
        }
        checked(text);
        int comment = text.indexOf(" #");
        if (comment > 0) {
            line.warn(
                    "The value of '"
                            + line.name()
                            + "' is the whole rest of the line with '"
                            + text.substring(comment + 1)
                            + "'. A comment needs a line of its own.");
        }
        return text;
    }

    /// The rules of MQTT for text, which Mosquitto applies to its configuration.
    private static void checked(String text) throws RefusedValueException {
        int i = 0;
        while (i < text.length()) {
            int c = text.codePointAt(i);
            boolean isNoCharacter =
                    (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF) || c == 0xFFFD;
            boolean isSurrogate = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
            if (Character.isISOControl(c) || isNoCharacter || isSurrogate) {
                throw new RefusedValueException(
                        "Malformed UTF-8 in a value.",
                        "Character "
                                + (i + 1)
                                + " of the value is a control character or no UTF-8: "
                                + String.format("U+%04X", c)
                                + ".");
            }
            i += Character.charCount(c);
        }
        if (text.length() > 65_535) {
            throw new RefusedValueException(
                    "A value in the configuration is too long.",
                    "It has " + text.length() + " characters, allowed are 65535.");
        }
    }
}
