package io.hawkermq.mosquitto;

/// What a changed value needs to take effect.
public enum Reload {
    /// Holds for everything at once.
    AT_ONCE("at once"),
    /// Holds for connections that are made after the reload; those that exist stay.
    NEW_CONNECTIONS("for new connections"),
    /// Needs a restart of the broker.
    RESTART("after a restart");

    private final String description;

    Reload(String description) {
        this.description = description;
    }

    public String description() {
        return description;
    }
}
