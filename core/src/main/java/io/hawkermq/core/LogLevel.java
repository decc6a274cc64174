package io.hawkermq.core;

/// The kinds of log lines that Mosquitto has, by its letters.
public enum LogLevel {
    ERROR,
    WARNING,
    NOTICE,
    INFORMATION,
    SUBSCRIBE,
    UNSUBSCRIBE,
    DEBUG
}
