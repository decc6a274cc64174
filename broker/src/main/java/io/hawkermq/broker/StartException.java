package io.hawkermq.broker;

import io.hawkermq.mosquitto.PluginConfiguration;

/// The broker cannot start; the message is one line that says why and what to do.
public final class StartException extends Exception {
    private static final long serialVersionUID = 1L;

    /// The exit status if a port, a directory or a log cannot be used.
    static final int CANNOT_OPEN = 1;

    /// The exit status if something configured is wrong.
    static final int WRONG_CONFIGURATION = 3;

    /// The exit status if a plugin cannot be loaded, as Mosquitto's.
    static final int WRONG_PLUGIN = 13;

    private final int exitStatus;

    public StartException(String message) {
        this(message, CANNOT_OPEN);
    }

    StartException(String message, int exitStatus) {
        super(message, null, true, false);
        this.exitStatus = exitStatus;
    }

    /// @param what is wrong with the plugin
    static StartException of(PluginConfiguration plugin, String what, int exitStatus) {
        return new StartException(
                "The plugin '"
                        + plugin.path()
                        + "' "
                        + what
                        + ". Error found at "
                        + plugin.origin()
                        + ".",
                exitStatus);
    }

    /// What the process ends with.
    public int exitStatus() {
        return exitStatus;
    }
}
