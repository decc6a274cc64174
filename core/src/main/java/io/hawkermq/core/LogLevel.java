package io.hawkermq.core;

/// The kinds of log lines that Mosquitto has, by its letters, and one that it makes out of them.
public enum LogLevel {
    ERROR,
    WARNING,
    NOTICE,
    /// A notice of who connects and disconnects, which `connection_messages false` hides.
    CONNECTION,
    INFORMATION,
    SUBSCRIBE,
    UNSUBSCRIBE,
    DEBUG
}
