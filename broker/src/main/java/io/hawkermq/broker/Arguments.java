package io.hawkermq.broker;

import io.hawkermq.mosquitto.Configuration;
import io.hawkermq.mosquitto.ConfigurationException;
import io.hawkermq.mosquitto.ConfigurationReader;
import io.hawkermq.mosquitto.GlobalOptions;
import io.hawkermq.mosquitto.HawkerOptions;
import io.hawkermq.mosquitto.LogType;
import io.hawkermq.mosquitto.Option;
import io.hawkermq.mosquitto.Options;
import io.hawkermq.mosquitto.Origin;
import io.hawkermq.mosquitto.Scope;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/// The command line of `hawker broker`, and of `mosquitto`.
///
/// @param action what is to be done
/// @param file the configuration file
/// @param ports of the loopback addresses, if the file defines no listener
/// @param loudness what is logged
/// @param assignments `NAME=VALUE`, which win over the file
/// @param loops empty for as many as there are cores, used when they are needed
record Arguments(
        Action action,
        Optional<Path> file,
        List<Integer> ports,
        Loudness loudness,
        List<String> assignments,
        Optional<Integer> loops) {
    enum Action {
        RUN,
        HELP,
        VERSION,
        /// Reads the configuration and ends.
        TEST
    }

    enum Loudness {
        /// What the configuration says.
        CONFIGURED,
        VERBOSE,
        QUIET
    }

    /// Whose command line it is.
    enum Dialect {
        HAWKER("hawker broker"),
        MOSQUITTO("mosquitto");

        private final String command;

        Dialect(String command) {
            this.command = command;
        }

        /// The value of an option of Mosquitto's, whose complaint scripts know.
        private String next(List<String> words, int i, String option) throws WrongException {
            if (this == MOSQUITTO && i >= words.size()) {
                throw new WrongException(
                        option
                                + " argument given, but no "
                                + (option.startsWith("-p") || option.equals("--port")
                                        ? "port"
                                        : "config file")
                                + " specified.");
            }
            return Arguments.next(words, i, option);
        }

        private int port(String option, String word) throws WrongException {
            if (this == HAWKER) {
                return (int) number(option, word, 0, 65_535);
            }
            try {
                return (int) number(option, word, 1, 65_535);
            } catch (WrongException e) {
                throw new WrongException(
                        "Invalid port specified (" + word + "). Allowed are 1 to 65535.");
            }
        }
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
            Usage: hawker broker [-c FILE] [-p PORT]... [-v] [-o NAME=VALUE]... [--loops N]

              -c FILE        read this mosquitto.conf; SIGHUP reads it again
              -p PORT        listen on this port of the loopback addresses; default 1883, at most 10 times;
                             without effect if the file defines a listener
              -v             log everything
              -q             log nothing
              -o NAME=VALUE  set an option of mosquitto.conf; -o help lists them
              --loops N      spread sessions over N event loops from the start, 1 to 64
              --test-config  read the file, say what is wrong, and end
              -h, --help     this text
              --version      the version
            """;

    private static final int MOST_PORTS = 10;

    /// What the words read so far ask for.
    private static final class Draft {
        Optional<Path> file = Optional.empty();
        final List<Integer> ports = new ArrayList<>();
        Loudness loudness = Loudness.CONFIGURED;
        final List<String> assignments = new ArrayList<>();
        Optional<Integer> loops = Optional.empty();

        Arguments finish(Action action) {
            return new Arguments(action, file, ports, loudness, assignments, loops);
        }
    }

    Arguments {
        ports = List.copyOf(ports);
        assignments = List.copyOf(assignments);
    }

    /// @throws WrongException with what was read and what is allowed
    static Arguments parse(List<String> words, Dialect dialect) throws WrongException {
        Draft draft = new Draft();
        Action action = Action.RUN;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            switch (word) {
                case "-h", "--help" -> {
                    return draft.finish(Action.HELP);
                }
                case "--version" -> {
                    return draft.finish(Action.VERSION);
                }
                case "--test-config" -> action = Action.TEST;
                case "-v", "--verbose" -> draft.loudness = Loudness.VERBOSE;
                case "-q", "--quiet" -> draft.loudness = Loudness.QUIET;
                case "-c", "--config-file" ->
                        draft.file = Optional.of(file(word, dialect.next(words, ++i, word)));
                case "-p", "--port" ->
                        draft.ports.add(dialect.port(word, dialect.next(words, ++i, word)));
                case "--loops" ->
                        draft.loops =
                                Optional.of((int) number(word, next(words, ++i, word), 1, 64));
                case "-o" -> draft.assignments.add(assignment(next(words, ++i, word)));
                case "--tls-keylog" ->
                        throw new WrongException(
                                i + 1 < words.size()
                                        ? refusal(word, dialect)
                                        : word + " argument given, but no file specified.");
                default -> throw new WrongException(refusal(word, dialect));
            }
        }
        if (draft.ports.size() > MOST_PORTS) {
            throw new WrongException(
                    "-p was given "
                            + draft.ports.size()
                            + " times, allowed is "
                            + MOST_PORTS
                            + ".");
        }
        if (action == Action.TEST && draft.file.isEmpty()) {
            throw new WrongException("--test-config needs a configuration file: -c FILE.");
        }
        return draft.finish(action);
    }

    private static String refusal(String word, Dialect dialect) {
        String why =
                switch (word) {
                    case "-d", "--daemon" ->
                            "A Java machine cannot go to the background by itself: use the scripts"
                                    + " 'hawker' or 'mosquitto', or a service manager.";
                    case "--tls-keylog" -> "Keys of TLS are not logged by this broker.";
                    default -> "Run '" + dialect.command + " --help'.";
                };
        return "Unknown option '" + word + "'. " + why;
    }

    /// The configuration that all this asks for.
    ///
    /// @throws ConfigurationException with all errors in the file and the assignments
    Configuration configuration() throws ConfigurationException {
        ConfigurationReader reader = ConfigurationReader.ofSystem().withAssignments(assignments);
        Configuration configuration =
                (file.isPresent() ? reader.read(file.get()) : reader.withoutFile())
                        .withPorts(ports);
        if (loops.isPresent()) {
            Origin origin = new Origin.OnCommandLine("--loops " + loops.get());
            configuration = configuration.with(HawkerOptions.LOOPS, loops, origin);
        }
        return switch (loudness) {
            case CONFIGURED -> configuration;
            case VERBOSE ->
                    configuration.with(
                            GlobalOptions.LOG_TYPE,
                            EnumSet.allOf(LogType.class),
                            new Origin.OnCommandLine("-v"));
            case QUIET ->
                    configuration.with(
                            GlobalOptions.LOG_TYPE,
                            EnumSet.noneOf(LogType.class),
                            new Origin.OnCommandLine("-q"));
        };
    }

    /// Only settings of the whole broker: one of a listener would make one, open to everybody.
    private static String assignment(String words) throws WrongException {
        int equals = words.indexOf('=');
        Option<?> option =
                equals < 0 ? null : Options.named(words.substring(0, equals)).orElse(null);
        if (option == null) {
            throw new WrongException(
                    "-o takes NAME=VALUE, read was '" + words + "'. The names are:" + names());
        }
        if (!isAssignable(option)) {
            throw new WrongException(
                    "-o takes settings of the whole broker, '"
                            + option.name()
                            + "' belongs to a "
                            + option.scope().description()
                            + ": set it in a configuration file, -c FILE.");
        }
        return words;
    }

    private static boolean isAssignable(Option<?> option) {
        return option.scope() == Scope.GLOBAL || option.scope() == Scope.ACCESS;
    }

    private static String names() {
        StringBuilder text = new StringBuilder();
        for (Option<?> option : Options.all()) {
            if (isAssignable(option)) {
                text.append(System.lineSeparator())
                        .append("  ")
                        .append(option.name())
                        .append(": ")
                        .append(option.meaning());
            }
        }
        return text.toString();
    }

    private static String next(List<String> words, int i, String option) throws WrongException {
        if (i >= words.size()) {
            throw new WrongException("Option '" + option + "' needs a value.");
        }
        return words.get(i);
    }

    private static Path file(String option, String word) throws WrongException {
        try {
            return Path.of(word);
        } catch (InvalidPathException e) {
            throw wrong(option, "the name of a file", word);
        }
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

    private static WrongException wrong(String option, String allowed, String word) {
        return new WrongException(
                "Option '" + option + "' takes " + allowed + ", read was '" + word + "'.");
    }
}
