package io.hawkermq.mosquitto;

import io.hawkermq.protocol.ProtocolVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The kinds of values that have parts or rules of their own.
final class CompoundTypes {
    private CompoundTypes() {}

    /// `listener PORT [ADDRESS|PATH]`.
    record Address() implements ValueType<ListenerAddress> {
        private static final ValueTypes.Whole<Integer> PORT = ValueTypes.Whole.integer(0, 65_535);

        @Override
        public ListenerAddress read(Line line) throws RefusedValueException {
            String first = line.next();
            if (first == null) {
                throw ValueType.empty("listener port", allowed());
            }
            int port = PORT.read(new Line("port " + first, line.origin(), new ArrayList<>()));
            String second = line.next();
            if (second != null && second.startsWith("#")) {
                return tcp(port, Optional.empty());
            }
            line.warnOfWordsLeft();
            if (port == 0 && second != null) {
                return new ListenerAddress.Unix(ValueTypes.path(line, second));
            }
            return tcp(port, Optional.ofNullable(second));
        }

        private static ListenerAddress tcp(int port, Optional<String> host)
                throws RefusedValueException {
            if (port == 0) {
                throw new RefusedValueException(
                        "A listener with port 0 must provide a Unix socket path.",
                        "Write 'listener 0 /path/to/socket'.");
            }
            return new ListenerAddress.Tcp(port, host);
        }

        @Override
        public String allowed() {
            return "a port from 1 to 65535 and an address if need be, or 0 and the path of a Unix"
                    + " socket";
        }

        @Override
        public String show(ListenerAddress value) {
            return value.toString();
        }
    }

    /// One word, which may be followed by a comment.
    record Word(String allowed) implements ValueType<String> {
        @Override
        public String read(Line line) throws RefusedValueException {
            String word = line.next();
            if (word == null) {
                throw ValueType.empty(line.name(), allowed);
            }
            return word;
        }

        @Override
        public String show(String value) {
            return value;
        }
    }

    /// `log_dest`: lines add up, `none` forgets what came before.
    record LogDestinations() implements ValueType<List<LogDestination>> {
        private static final Map<String, LogDestination> PLACES = new LinkedHashMap<>();

        static {
            for (LogDestination.Place p : LogDestination.Place.values()) {
                PLACES.put(p.name().toLowerCase(Locale.ROOT), p);
            }
        }

        @Override
        public List<LogDestination> read(Line line) throws RefusedValueException {
            String word = line.next();
            if (word == null) {
                throw ValueType.empty(line.name(), allowed());
            }
            if (word.equals("none")) {
                return List.of();
            }
            if (word.equals("file")) {
                String path = line.rest();
                if (path.isEmpty()) {
                    throw new RefusedValueException(
                            "Empty 'log_dest file' value in configuration.",
                            "Write 'log_dest file /path/to/file'.");
                }
                return List.of(new LogDestination.InFile(ValueTypes.path(line, path)));
            }
            LogDestination place = PLACES.get(word);
            if (place == null) {
                throw new RefusedValueException(
                        "Invalid '" + line.name() + "' value (" + word + ").",
                        "Allowed is " + allowed() + ". " + NearMiss.question(word, names()));
            }
            if (place == LogDestination.Place.DLT || place == LogDestination.Place.ANDROID) {
                line.warn("'log_dest " + word + "' does not exist here and is ignored.");
                return List.of(place);
            }
            return List.of(place);
        }

        @Override
        public List<LogDestination> combined(
                List<LogDestination> before, List<LogDestination> now) {
            if (now.isEmpty()) {
                return now;
            }
            List<LogDestination> all = new ArrayList<>(before);
            now.stream().filter(d -> !all.contains(d)).forEach(all::add);
            return List.copyOf(all);
        }

        @Override
        public boolean isCollected() {
            return true;
        }

        private static List<String> names() {
            List<String> names = new ArrayList<>(PLACES.keySet());
            names.add("none");
            names.add("file");
            return names;
        }

        @Override
        public String allowed() {
            return "none, stdout, stderr, syslog, topic or file PATH, on several lines if need be";
        }

        @Override
        public String show(List<LogDestination> value) {
            return value.isEmpty()
                    ? "none"
                    : value.stream()
                            .map(d ->
                                    switch (d) {
                                        case LogDestination.Place p ->
                                                p.name().toLowerCase(Locale.ROOT);
                                        case LogDestination.InFile(Path path) -> "file " + path;
                                    })
                            .collect(Collectors.joining(", "));
        }
    }

    /// `log_type`: lines add up, `none` forgets what came before.
    record LogTypes() implements ValueType<Set<LogType>> {
        @Override
        public Set<LogType> read(Line line) throws RefusedValueException {
            String word = line.next();
            if (word == null) {
                throw ValueType.empty(line.name(), allowed());
            }
            switch (word) {
                case "none" -> {
                    return Set.of();
                }
                case "all" -> {
                    return EnumSet.allOf(LogType.class);
                }
                default -> {
                    for (LogType t : LogType.values()) {
                        if (t.name().toLowerCase(Locale.ROOT).equals(word)) {
                            return EnumSet.of(t);
                        }
                    }
                }
            }
            throw new RefusedValueException(
                    "Invalid '" + line.name() + "' value (" + word + ").",
                    "Allowed is " + allowed() + ". " + NearMiss.question(word, names()));
        }

        private static List<String> names() {
            List<String> names = new ArrayList<>();
            for (LogType t : LogType.values()) {
                names.add(t.name().toLowerCase(Locale.ROOT));
            }
            names.add("all");
            names.add("none");
            return names;
        }

        @Override
        public Set<LogType> combined(Set<LogType> before, Set<LogType> now) {
            if (now.isEmpty()) {
                return now;
            }
            Set<LogType> all = EnumSet.copyOf(now);
            all.addAll(before);
            return all;
        }

        @Override
        public boolean isCollected() {
            return true;
        }

        @Override
        public String allowed() {
            return ValueTypes.ored(names()) + ", on several lines if need be";
        }

        @Override
        public String show(Set<LogType> value) {
            if (value.isEmpty()) {
                return "none";
            }
            if (value.size() == LogType.values().length) {
                return "all";
            }
            return new TreeSet<>(value)
                    .stream()
                            .map(t -> t.name().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(", "));
        }
    }

    /// A time with a unit: `2m` are two months, not minutes.
    record Expiration() implements ValueType<Optional<Duration>> {
        private static final Pattern FORM = Pattern.compile("([0-9]{1,9})([shdwmy])");
        private static final Map<String, Integer> DAYS = Map.of("d", 1, "w", 7, "m", 30, "y", 365);

        @Override
        public Optional<Duration> read(Line line) throws RefusedValueException {
            String word = line.next();
            if (word == null) {
                throw ValueType.empty(line.name(), allowed());
            }
            var form = FORM.matcher(word);
            if (!form.matches() || Long.parseLong(form.group(1)) == 0) {
                throw new RefusedValueException(
                        "Invalid '" + line.name() + "' value (" + word + ").",
                        "Allowed is " + allowed() + ".");
            }
            long number = Long.parseLong(form.group(1));
            return Optional.of(
                    switch (form.group(2)) {
                        case "s" -> Duration.ofSeconds(number);
                        case "h" -> Duration.ofHours(number);
                        default -> Duration.ofDays(number * DAYS.getOrDefault(form.group(2), 1));
                    });
        }

        @Override
        public String allowed() {
            return "a number from 1 with a unit: s for seconds, h hours, d days, w weeks, m months"
                    + " of 30 days, y years of 365 days";
        }

        @Override
        public String show(Optional<Duration> value) {
            return value.map(d ->
                            d.toDaysPart() == d.toDays() && d.equals(Duration.ofDays(d.toDays()))
                                    ? d.toDays() + "d"
                                    : d.toSeconds() + "s")
                    .orElse(UNSET);
        }
    }

    /// `accept_protocol_versions 3,4,5`.
    record Versions() implements ValueType<Set<ProtocolVersion>> {
        @Override
        public Set<ProtocolVersion> read(Line line) throws RefusedValueException {
            Set<ProtocolVersion> versions = EnumSet.noneOf(ProtocolVersion.class);
            String word = line.next(", \t");
            while (word != null && !word.startsWith("#")) {
                String level = word;
                versions.add(
                        Arrays.stream(ProtocolVersion.values())
                                .filter(v -> Integer.toString(v.level()).equals(level))
                                .findFirst()
                                .orElseThrow(() ->
                                        new RefusedValueException(
                                                "Invalid '"
                                                        + line.name()
                                                        + "' value ("
                                                        + level
                                                        + ").",
                                                "Allowed is " + allowed() + ".")));
                word = line.next(", \t");
            }
            line.rest();
            if (versions.isEmpty()) {
                throw ValueType.empty(line.name(), allowed());
            }
            return versions;
        }

        @Override
        public String allowed() {
            return "a list of 3 for MQTT 3.1, 4 for 3.1.1 and 5 for 5.0";
        }

        @Override
        public String show(Set<ProtocolVersion> value) {
            return new TreeSet<>(value)
                    .stream()
                            .map(v -> Integer.toString(v.level()))
                            .collect(Collectors.joining(","));
        }
    }

    /// A prefix of topics.
    record MountPoint() implements ValueType<String> {
        private static final ValueTypes.Text TEXT =
                new ValueTypes.Text("a topic without wildcards", false, 65_535, "");

        @Override
        public String read(Line line) throws RefusedValueException {
            String text = TEXT.read(line);
            if (text.indexOf('+') >= 0 || text.indexOf('#') >= 0) {
                throw new RefusedValueException(
                        "Invalid '"
                                + line.name()
                                + "' value ("
                                + text
                                + "). Does it contain a wildcard character?",
                        "Allowed is " + allowed() + ".");
            }
            return text;
        }

        @Override
        public String allowed() {
            return TEXT.allowed();
        }

        @Override
        public String show(String value) {
            return value;
        }
    }

    /// `hawker_durability always|interval MS|os`.
    record DurabilityWords() implements ValueType<Durability> {
        @Override
        public Durability read(Line line) throws RefusedValueException {
            String word = line.next();
            if (word == null) {
                throw ValueType.empty(line.name(), allowed());
            }
            return switch (word) {
                case "always" -> new Durability.Always();
                case "os" -> new Durability.OperatingSystem();
                case "interval" -> {
                    String milliseconds = line.next();
                    Line alone =
                            new Line(
                                    line.name() + " " + (milliseconds == null ? "" : milliseconds),
                                    line.origin(),
                                    new ArrayList<>());
                    yield new Durability.Interval(
                            Duration.ofMillis(ValueTypes.Whole.integer(1, 60_000).read(alone)));
                }
                default ->
                        throw new RefusedValueException(
                                "Invalid '" + line.name() + "' value (" + word + ").",
                                "Allowed is "
                                        + allowed()
                                        + ". "
                                        + NearMiss.question(
                                                word, List.of("always", "interval", "os")));
            };
        }

        @Override
        public String allowed() {
            return "always, interval with 1 to 60000 milliseconds, or os";
        }

        @Override
        public String show(Durability value) {
            return switch (value) {
                case Durability.Always a -> "always";
                case Durability.Interval(Duration d) -> "interval " + d.toMillis();
                case Durability.OperatingSystem o -> "os";
            };
        }
    }
}
