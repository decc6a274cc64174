package io.hawkermq.mosquitto;

/// How the value of an option is read from its line and shown again.
public interface ValueType<T> {
    /// How a value that nobody set is shown.
    String UNSET = "unset";

    /// Reads the words of `line` that belong to the value.
    ///
    /// @throws RefusedValueException with Mosquitto's words for it and what is allowed
    T read(Line line) throws RefusedValueException;

    /// What is allowed, for messages and the documentation: `true or false`.
    String allowed();

    /// As it stands in a file.
    String show(T value);

    /// What an option that may be given more than once has after another line.
    default T combined(T before, T now) {
        return now;
    }

    /// True if lines add to each other instead of replacing the value.
    default boolean isCollected() {
        return false;
    }

    /// True if a second line is an error.
    default boolean isOnlyOnce() {
        return false;
    }

    /// The refusal of a line that ends after the name.
    static RefusedValueException empty(String name, String allowed) {
        return new RefusedValueException(
                "Empty '" + name + "' value in configuration.", "Allowed is " + allowed + ".");
    }
}
