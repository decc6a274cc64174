package io.hawkermq.broker;

import io.hawkermq.core.Limits;
import io.hawkermq.store.Durability;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;

/// The command line of `hawker broker`.
///
/// @param options what it asks for
/// @param action what is to be done
record Arguments(BrokerOptions options, Action action) {
    enum Action {
        RUN,
        HELP,
        VERSION
    }

    /// A wrong command line; the message is one line.
    static final class WrongException extends Exception {
        private static final long serialVersionUID = 1L;

        WrongException(String message) {
            super(message, null, false, false);
        }
    }

    static final String HELP =
            """
            Usage: hawker broker [-p PORT]... [-v] [-o NAME=VALUE]... [--loops N]

              -p PORT        listen on this port of the loopback addresses; default 1883, at most 10 times
              -v             log everything
              -o NAME=VALUE  set an option by its name in mosquitto.conf; -o help lists them
              --loops N      spread sessions over N event loops from the start, 1 to 64
              -h, --help     this text
              --version      the version
            """;

    private static final int MOST_PORTS = 10;

    /// What the words read so far ask for.
    private static final class Draft {
        BrokerOptions options = BrokerOptions.local(BrokerOptions.DEFAULT_PORT);
        boolean isPersistent;
        Path location = Path.of("");
        Durability durability = Durability.ALWAYS;

        void change(Consumer<BrokerOptions.Builder> change) {
            options = options.with(change);
        }

        /// As in Mosquitto, a location alone stores nothing.
        BrokerOptions finish() {
            return isPersistent
                    ? options.with(o -> o.persistence(new Persistence(location, durability)))
                    : options;
        }
    }

    /// Sets one option.
    private interface Setter {
        void set(Draft draft, String option, String value) throws WrongException;
    }

    private record Setting(String meaning, Setter setter) {}

    private static final Map<String, Setting> SETTINGS = new LinkedHashMap<>();

    static {
        addLimits();
        add(
                "sys_interval",
                0,
                65_535,
                "seconds between updates of $SYS, 0 for none",
                (o, v) -> o.sysIntervalSeconds((int) v));
        add(
                "hawker_max_outbound_bytes",
                1 << 12,
                1 << 30,
                "unsent bytes of one connection",
                (o, v) -> o.maximumOutboundBytes((int) v));
        addPersistence();
    }

    private static void addLimits() {
        addLimit(
                "max_inflight_messages",
                1,
                65_535,
                "QoS 1 and 2 messages in flight to a client",
                (l, v) -> l.receiveMaximum((int) v));
        addLimit(
                "max_queued_messages",
                0,
                Integer.MAX_VALUE,
                "messages that wait for a session, 0 for no limit",
                (l, v) -> l.maximumQueuedMessages((int) v));
        addLimit(
                "max_queued_bytes",
                0,
                Long.MAX_VALUE,
                "the same in bytes, 0 for no limit",
                Limits.Builder::maximumQueuedBytes);
        addLimit(
                "max_packet_size",
                20,
                268_435_456,
                "bytes of the largest packet accepted",
                (l, v) -> l.maximumPacketSize((int) v));
        addLimit("max_keepalive", 10, 65_535, "seconds", (l, v) -> l.maximumKeepAlive((int) v));
        addLimit(
                "max_topic_alias",
                0,
                65_535,
                "aliases that a client may use",
                (l, v) -> l.topicAliasMaximum((int) v));
        addLimit(
                "max_topic_alias_broker",
                0,
                65_535,
                "aliases used towards a client",
                (l, v) -> l.topicAliasMaximumBroker((int) v));
        addLimit(
                "persistent_client_expiration",
                0,
                Integer.MAX_VALUE,
                "seconds until an offline session ends, 0 for never",
                Limits.Builder::persistentClientExpiration);
        addLimit(
                "hawker_max_offline_bytes",
                0,
                Long.MAX_VALUE,
                "bytes that wait for all offline sessions of a loop",
                Limits.Builder::maximumOfflineBytes);
        addLimit(
                "hawker_max_waiting_bytes",
                1 << 16,
                Long.MAX_VALUE,
                "bytes that wait for connected sessions of a loop",
                Limits.Builder::maximumWaitingBytes);
    }

    private static void addPersistence() {
        SETTINGS.put(
                "persistence",
                new Setting(
                        "true: sessions and retained messages are kept on disk",
                        (draft, option, value) -> draft.isPersistent = truth(option, value)));
        SETTINGS.put(
                "persistence_location",
                new Setting(
                        "the directory for them",
                        (draft, option, value) -> draft.location = directory(option, value)));
        SETTINGS.put(
                "hawker_durability",
                new Setting(
                        "when they are on the disk: " + Durability.ALLOWED,
                        (draft, option, value) -> draft.durability = durability(option, value)));
    }

    private static void addLimit(
            String name,
            long least,
            long most,
            String meaning,
            ObjLongConsumer<Limits.Builder> setter) {
        add(name, least, most, meaning, (o, v) -> o.limits(l -> setter.accept(l, v)));
    }

    private static void add(
            String name,
            long least,
            long most,
            String meaning,
            ObjLongConsumer<BrokerOptions.Builder> setter) {
        SETTINGS.put(
                name,
                new Setting(
                        meaning,
                        (draft, option, value) -> {
                            long number = number(option, value, least, most);
                            draft.change(o -> setter.accept(o, number));
                        }));
    }

    /// @throws WrongException with what was read and what is allowed
    static Arguments parse(List<String> words) throws WrongException {
        List<Integer> ports = new ArrayList<>();
        Draft draft = new Draft();
        boolean isVerbose = false;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            switch (word) {
                case "-h", "--help" -> {
                    return new Arguments(draft.options, Action.HELP);
                }
                case "--version" -> {
                    return new Arguments(draft.options, Action.VERSION);
                }
                case "-v", "--verbose" -> isVerbose = true;
                case "-p", "--port" ->
                        ports.add((int) number(word, next(words, ++i, word), 0, 65_535));
                case "--loops" -> {
                    int loops = (int) number(word, next(words, ++i, word), 1, 64);
                    draft.change(o -> o.loops(loops));
                }
                case "-o" -> set(draft, next(words, ++i, word));
                default ->
                        throw new WrongException(
                                "Unknown option '" + word + "'. Run 'hawker broker --help'.");
            }
        }
        if (ports.size() > MOST_PORTS) {
            throw new WrongException(
                    "-p was given " + ports.size() + " times, allowed is " + MOST_PORTS + ".");
        }
        if (!ports.isEmpty()) {
            List<Listener> listeners = ports.stream().map(Listener::loopback).toList();
            draft.change(o -> o.listeners(listeners));
        }
        ConsoleLog log = isVerbose ? ConsoleLog.verbose(System.err) : ConsoleLog.normal(System.err);
        return new Arguments(draft.finish().with(o -> o.log(log)), Action.RUN);
    }

    private static void set(Draft draft, String assignment) throws WrongException {
        int equals = assignment.indexOf('=');
        String name = equals < 0 ? assignment : assignment.substring(0, equals);
        Setting setting = SETTINGS.get(name);
        if (setting == null || equals < 0) {
            throw new WrongException(
                    "-o takes NAME=VALUE, read was '" + assignment + "'. The names are:" + names());
        }
        setting.setter().set(draft, "-o " + name, assignment.substring(equals + 1));
    }

    private static String names() {
        StringBuilder text = new StringBuilder();
        SETTINGS.forEach((name, s) ->
                text.append(System.lineSeparator())
                        .append("  ")
                        .append(name)
                        .append(": ")
                        .append(s.meaning()));
        return text.toString();
    }

    private static String next(List<String> words, int i, String option) throws WrongException {
        if (i >= words.size()) {
            throw new WrongException("Option '" + option + "' needs a value.");
        }
        return words.get(i);
    }

    private static long number(String option, String word, long least, long most)
            throws WrongException {
        try {
            long value = Long.parseLong(word);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw wrong(option, "a number from " + least + " to " + most, word);
    }

    private static boolean truth(String option, String word) throws WrongException {
        return switch (word) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong(option, "true or false", word);
        };
    }

    private static Path directory(String option, String word) throws WrongException {
        if (!word.isEmpty()) {
            try {
                return Path.of(word);
            } catch (InvalidPathException e) {
                // said below
            }
        }
        throw wrong(option, "the name of a directory", word);
    }

    private static Durability durability(String option, String word) throws WrongException {
        try {
            return Durability.parse(word);
        } catch (IllegalArgumentException e) {
            throw wrong(option, Durability.ALLOWED, word);
        }
    }

    private static WrongException wrong(String option, String allowed, String word) {
        return new WrongException(
                "Option '" + option + "' takes " + allowed + ", read was '" + word + "'.");
    }
}
