package io.hawkermq.mosquitto;

/// Something that a person should know about a configuration that is used all the same.
public record Notice(Level level, String message, Origin origin) {
    /// How much it matters.
    public enum Level {
        /// Something does not do what the file seems to ask for.
        WARNING,
        /// Something is old or unusual.
        NOTICE,
        INFORMATION
    }

    public Notice {
        message = ConfigurationError.printable(message);
    }

    /// One line with the place.
    public String text() {
        return origin instanceof Origin.Default ? message : message + " [" + origin + "]";
    }
}
