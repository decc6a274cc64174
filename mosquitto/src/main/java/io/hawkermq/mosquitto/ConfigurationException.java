package io.hawkermq.mosquitto;

import java.util.List;
import java.util.stream.Collectors;

/// A configuration that cannot be used, with all that is wrong with it.
public final class ConfigurationException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<ConfigurationError> errors;
    private final transient List<Notice> notices;

    ConfigurationException(List<ConfigurationError> errors, List<Notice> notices) {
        super(joined(errors), null, false, false);
        this.errors = List.copyOf(errors);
        this.notices = List.copyOf(notices);
    }

    private static String joined(List<ConfigurationError> errors) {
        return errors.stream().map(ConfigurationError::text).collect(Collectors.joining("\n"));
    }

    /// One line for each error.
    public String text() {
        return joined(errors);
    }

    /// At least one, in the order of the lines.
    public List<ConfigurationError> errors() {
        return errors;
    }

    /// What was said before and beside the errors.
    public List<Notice> notices() {
        return notices;
    }

    /// The exit status that Mosquitto ends with for such a file, 3 or 1.
    public int exitStatus() {
        return errors.stream().anyMatch(e -> e.exitStatus() != ConfigurationError.CANNOT_LISTEN)
                ? ConfigurationError.WRONG_CONFIGURATION
                : ConfigurationError.CANNOT_LISTEN;
    }
}
