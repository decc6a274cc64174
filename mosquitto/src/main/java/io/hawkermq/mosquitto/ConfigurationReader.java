package io.hawkermq.mosquitto;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Reads mosquitto.conf as Mosquitto 2.1 does: the same cutting into words, the same order of
/// included files, the same scopes and, where tools look for it, the same words in messages. It
/// goes on after an error, so that one run shows all of them.
///
/// It reads the files of the configuration and nothing else: whether a certificate, a password file
/// or an address is any good is found by who opens it.
public final class ConfigurationReader {
    private final Map<String, String> environment;
    private final Supplier<String> hostName;
    private final List<String> assignments;

    private ConfigurationReader(
            Map<String, String> environment, Supplier<String> hostName, List<String> assignments) {
        this.environment = Map.copyOf(environment);
        this.hostName = hostName;
        this.assignments = List.copyOf(assignments);
    }

    /// @param environment variables; MOSQUITTO_PERSISTENCE_LOCATION is looked at
    /// @param hostName asked for if a bridge has no `remote_clientid`
    public ConfigurationReader(Map<String, String> environment, Supplier<String> hostName) {
        this(environment, hostName, List.of());
    }

    /// A reader with the environment of this process.
    public static ConfigurationReader ofSystem() {
        return new ConfigurationReader(System.getenv(), ConfigurationReader::systemHostName);
    }

    /// The same, which reads after the file lines `NAME=VALUE` of the command line, of settings of
    /// the whole broker.
    public ConfigurationReader withAssignments(List<String> words) {
        return new ConfigurationReader(environment, hostName, words);
    }

    /// @param file the main file
    /// @throws ConfigurationException with all errors
    public Configuration read(Path file) throws ConfigurationException {
        Reading reading = new Reading();
        reading.file(file.toString(), true);
        return finish(reading);
    }

    /// Reads a text as if it stood in a file.
    ///
    /// @param name of that file, for messages
    /// @throws ConfigurationException with all errors
    public Configuration readText(String name, String text) throws ConfigurationException {
        Reading reading = new Reading();
        reading.text(name, text, true);
        return finish(reading);
    }

    /// What is in force without a file.
    ///
    /// @throws ConfigurationException if an assignment is wrong
    public Configuration withoutFile() throws ConfigurationException {
        return finish(new Reading());
    }

    private Configuration finish(Reading reading) throws ConfigurationException {
        assignments.forEach(reading::assignment);
        return new Assembly(reading, environment, hostName).configuration();
    }

    /// What gethostname() says, without asking a name server where that can be avoided.
    private static String systemHostName() {
        try {
            Path kernel = Path.of("/proc/sys/kernel/hostname");
            if (Files.isReadable(kernel)) {
                return Files.readString(kernel).strip();
            }
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        } catch (IOException e) {
            return "localhost";
        }
    }
}
