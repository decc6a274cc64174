package io.hawkermq.mosquitto.dynsec;

/// A command cannot be done. The message is the `error` of its response; clients compare it.
public final class CommandException extends Exception {
    private static final long serialVersionUID = 1;

    public CommandException(String error) {
        super(error, null, false, false);
    }

    /// For the response.
    public String error() {
        return String.valueOf(getMessage());
    }
}
