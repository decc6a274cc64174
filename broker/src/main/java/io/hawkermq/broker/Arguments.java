package io.hawkermq.broker;

import io.hawkermq.core.Limits;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
              -o NAME=VALUE  set a limit by its name in mosquitto.conf; -o help lists them
              --loops N      spread sessions over N event loops from the start, 1 to 64
              -h, --help     this text
              --version      the version
            """;

    private static final int MOST_PORTS = 10;

    /// Sets one number in the options.
    private interface Setter {
        BrokerOptions set(BrokerOptions options, long value);
    }

    private record Setting(long least, long most, String meaning, Setter setter) {}

    private static final Map<String, Setting> SETTINGS = new LinkedHashMap<>();

    static {
        limit(
                "max_inflight_messages",
                1,
                65_535,
                "QoS 1 and 2 messages in flight to a client",
                Limits::withReceiveMaximum);
        limit(
                "max_queued_messages",
                0,
                Integer.MAX_VALUE,
                "messages that wait for a session, 0 for no limit",
                Limits::withMaximumQueuedMessages);
        limit(
                "max_queued_bytes",
                0,
                Long.MAX_VALUE,
                "the same in bytes, 0 for no limit",
                Limits::withMaximumQueuedBytes);
        limit(
                "max_packet_size",
                20,
                268_435_456,
                "bytes of the largest packet accepted",
                Limits::withMaximumPacketSize);
        limit("max_keepalive", 10, 65_535, "seconds", Limits::withMaximumKeepAlive);
        limit(
                "max_topic_alias",
                0,
                65_535,
                "aliases that a client may use",
                Limits::withTopicAliasMaximum);
        limit(
                "max_topic_alias_broker",
                0,
                65_535,
                "aliases used towards a client",
                Limits::withTopicAliasMaximumBroker);
        limit(
                "persistent_client_expiration",
                0,
                Integer.MAX_VALUE,
                "seconds until an offline session ends, 0 for never",
                Limits::withPersistentClientExpiration);
        limit(
                "hawker_max_offline_bytes",
                0,
                Long.MAX_VALUE,
                "bytes that wait for all offline sessions of a loop",
                (l, v) -> l.withMemory(v, l.maximumWaitingBytes()));
        limit(
                "hawker_max_waiting_bytes",
                1 << 16,
                Long.MAX_VALUE,
                "bytes that wait for connected sessions of a loop",
                (l, v) -> l.withMemory(l.maximumOfflineBytes(), v));
        SETTINGS.put(
                "sys_interval",
                new Setting(
                        0,
                        65_535,
                        "seconds between updates of $SYS, 0 for none",
                        (o, v) -> o.withSysInterval((int) v)));
        SETTINGS.put(
                "hawker_max_outbound_bytes",
                new Setting(
                        1 << 12,
                        1 << 30,
                        "unsent bytes of one connection",
                        (o, v) -> o.withMaximumOutboundBytes((int) v)));
    }

    private interface LimitSetter {
        Limits set(Limits limits, long value);
    }

    private static void limit(
            String name, long least, long most, String meaning, LimitSetter setter) {
        SETTINGS.put(
                name,
                new Setting(
                        least, most, meaning, (o, v) -> o.withLimits(setter.set(o.limits(), v))));
    }

    /// @throws WrongException with what was read and what is allowed
    static Arguments parse(List<String> words) throws WrongException {
        List<Integer> ports = new ArrayList<>();
        BrokerOptions options = BrokerOptions.local(BrokerOptions.DEFAULT_PORT);
        boolean isVerbose = false;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            switch (word) {
                case "-h", "--help" -> {
                    return new Arguments(options, Action.HELP);
                }
                case "--version" -> {
                    return new Arguments(options, Action.VERSION);
                }
                case "-v", "--verbose" -> isVerbose = true;
                case "-p", "--port" ->
                        ports.add((int) number(word, next(words, ++i, word), 0, 65_535));
                case "--loops" ->
                        options =
                                options.withLoops(
                                        (int) number(word, next(words, ++i, word), 1, 64));
                case "-o" -> options = set(options, next(words, ++i, word));
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
            List<InetSocketAddress> listeners = new ArrayList<>();
            for (int port : ports) {
                listeners.addAll(BrokerOptions.local(port).listeners());
            }
            options = options.withLocalListeners(listeners);
        }
        ConsoleLog log = isVerbose ? ConsoleLog.verbose(System.err) : ConsoleLog.normal(System.err);
        return new Arguments(options.withLog(log), Action.RUN);
    }

    private static BrokerOptions set(BrokerOptions options, String assignment)
            throws WrongException {
        int equals = assignment.indexOf('=');
        String name = equals < 0 ? assignment : assignment.substring(0, equals);
        Setting setting = SETTINGS.get(name);
        if (setting == null || equals < 0) {
            throw new WrongException(
                    "-o takes NAME=VALUE, read was '" + assignment + "'. The names are:" + names());
        }
        return setting.setter()
                .set(
                        options,
                        number(
                                "-o " + name,
                                assignment.substring(equals + 1),
                                setting.least(),
                                setting.most()));
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
        throw new WrongException(
                "Option '"
                        + option
                        + "' takes a number from "
                        + least
                        + " to "
                        + most
                        + ", read was '"
                        + word
                        + "'.");
    }
}
