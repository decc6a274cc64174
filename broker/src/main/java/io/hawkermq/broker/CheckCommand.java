package io.hawkermq.broker;

import io.hawkermq.mosquitto.Check;
import io.hawkermq.mosquitto.Configuration;
import io.hawkermq.mosquitto.ConfigurationException;
import io.hawkermq.mosquitto.ConfigurationReader;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/// `hawker check`: what a configuration file means, and what this build cannot do of it.
final class CheckCommand {
    static final String HELP =
            """
            Usage: hawker check FILE

              Prints the settings in force with the line that set each, what is worth knowing, and what Mosquitto 1.6,
              2.0 and 2.1 would have done differently with this file. The exit status is 3 if the broker would not start
              from it.
            """;

    private CheckCommand() {}

    /// @param words behind `check`
    /// @return the exit status
    /// @throws Arguments.WrongException for a wrong command line
    static int run(List<String> words, PrintStream out) throws Arguments.WrongException {
        if (words.contains("-h") || words.contains("--help")) {
            out.print(HELP);
            return 0;
        }
        if (words.size() != 1) {
            throw new Arguments.WrongException(
                    "read was 'check " + String.join(" ", words) + "', allowed is 'check FILE'.");
        }
        try {
            Configuration configuration =
                    ConfigurationReader.ofSystem().read(Path.of(words.getFirst()));
            Check.lines(configuration).forEach(out::println);
            out.println();
            out.println("This build");
            Unsupported.warnings(configuration).forEach(w -> out.println("  " + w));
            FromConfiguration.check(configuration);
            out.println("  starts from this file");
            return 0;
        } catch (ConfigurationException e) {
            Check.lines(e).forEach(out::println);
        } catch (StartException e) {
            out.println("Error: " + e.getMessage());
        } catch (InvalidPathException e) {
            throw new Arguments.WrongException(
                    "'" + words.getFirst() + "' is not the name of a file.");
        }
        return StartException.WRONG_CONFIGURATION;
    }
}
