package io.hawkermq.mosquitto;

/// Which part of the configuration an option belongs to, and what must stand before it.
public enum Scope {
    GLOBAL("global"),
    /// Global, or of the listener above it with `per_listener_settings true`.
    ACCESS("global, or the listener above with per_listener_settings"),
    /// Of the listener above it, without which it is an error.
    LISTENER("listener"),
    /// Of the listener above it; without one it belongs to the default listener.
    LISTENER_OR_DEFAULT("listener, or the default listener"),
    /// Of the listener above it, which must not be the default one.
    NAMED_LISTENER("listener"),
    /// Of the listener that `port` and `bind_address` describe.
    DEFAULT_LISTENER("default listener"),
    BRIDGE("bridge"),
    PLUGIN("plugin");

    private final String description;

    Scope(String description) {
        this.description = description;
    }

    /// For the documentation.
    public String description() {
        return description;
    }

    /// True if the value is one of a listener.
    public boolean isOfListener() {
        return this == LISTENER
                || this == LISTENER_OR_DEFAULT
                || this == NAMED_LISTENER
                || this == DEFAULT_LISTENER;
    }
}
