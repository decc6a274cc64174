package io.hawkermq.broker;

import io.hawkermq.mosquitto.ConfigurationException;
import io.hawkermq.mosquitto.ConfigurationReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `hawker reload`: has a running broker read its files again, or say what that would change.
final class ReloadCommand {
    static final String HELP =
            """
            Usage: hawker reload [--dry-run] -c FILE
                   hawker reload [--dry-run] --socket PATH

              Has the running broker read its configuration again, as SIGHUP does, and prints what has changed, one
              difference a line. The exit status is 0, or 3 if something is wrong: then nothing has changed.

              -c FILE        the configuration file of the broker, which says where its control socket is
                             (hawker_control_socket, or beside pid_file)
              --socket PATH  the control socket
              --dry-run      only says what would change, compared with what the broker runs on
            """;

    private ReloadCommand() {}

    /// @param words behind `reload`
    /// @return the exit status
    /// @throws Arguments.WrongException for a wrong command line
    /// @throws StartException if no broker answers
    static int run(List<String> words, PrintStream out)
            throws Arguments.WrongException, StartException, ConfigurationException {
        boolean isDry = false;
        @Nullable Path place = null;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            switch (word) {
                case "-h", "--help" -> {
                    out.print(HELP);
                    return 0;
                }
                case "--dry-run" -> isDry = true;
                case "-c", "--config-file" -> place = placeOf(path(words, ++i, word));
                case "--socket" -> place = path(words, ++i, word);
                default ->
                        throw new Arguments.WrongException(
                                "Unknown option '" + word + "'. Run 'hawker reload --help'.");
            }
        }
        if (place == null) {
            throw new Arguments.WrongException(
                    "'hawker reload' needs -c FILE or --socket PATH to find the broker.");
        }
        return tell(ask(place, isDry), isDry, out);
    }

    private static Path path(List<String> words, int i, String option)
            throws Arguments.WrongException {
        try {
            if (i < words.size()) {
                return Path.of(words.get(i));
            }
        } catch (InvalidPathException e) {
            // said below
        }
        throw new Arguments.WrongException("Option '" + option + "' needs the name of a file.");
    }

    private static Path placeOf(Path file) throws ConfigurationException, Arguments.WrongException {
        return ControlSocket.place(ConfigurationReader.ofSystem().read(file))
                .orElseThrow(() ->
                        new Arguments.WrongException(
                                file
                                        + " names neither 'hawker_control_socket' nor 'pid_file',"
                                        + " so the broker cannot be asked. Send it SIGHUP; what"
                                        + " comes of it stands in its log."));
    }

    private static List<String> ask(Path place, boolean isDry) throws StartException {
        try {
            return ControlSocket.ask(place, isDry ? ControlSocket.PREVIEW : ControlSocket.RELOAD);
        } catch (IOException e) {
            throw new StartException(
                    "No broker answers at " + place + ": " + Listening.reason(e) + ".");
        }
    }

    private static int tell(List<String> answer, boolean isDry, PrintStream out) {
        boolean isDone = answer.getFirst().equals(ControlSocket.DONE);
        List<String> lines = answer.subList(1, answer.size());
        lines.forEach(line -> out.println(isDone ? line : "Error: " + line));
        if (!isDone) {
            out.println(isDry ? "The broker would not take it." : "Nothing was reloaded.");
            return StartException.WRONG_CONFIGURATION;
        }
        if (isDry) {
            out.println(lines.isEmpty() ? "Nothing would change." : "Nothing was changed yet.");
        } else {
            out.println("Reloaded.");
        }
        return 0;
    }
}
