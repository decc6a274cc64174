package io.hawkermq.mosquitto;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;

/// Reads texts as `a.conf` in an empty environment on the machine `host`.
final class Reader {
    static final ConfigurationReader READER = new ConfigurationReader(Map.of(), () -> "host");

    private Reader() {}

    static Configuration read(String... lines) throws ConfigurationException {
        return READER.readText("a.conf", String.join("\n", lines) + "\n");
    }

    static ConfigurationException refused(String... lines) {
        return assertThrows(ConfigurationException.class, () -> read(lines));
    }

    /// The texts of the errors.
    static List<String> errors(String... lines) {
        return refused(lines).errors().stream().map(ConfigurationError::text).toList();
    }

    static List<String> warnings(Configuration configuration) {
        return configuration.notices().stream()
                .filter(n -> n.level() == Notice.Level.WARNING)
                .map(Notice::text)
                .toList();
    }
}
