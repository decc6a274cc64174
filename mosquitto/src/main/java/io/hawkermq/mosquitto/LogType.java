package io.hawkermq.mosquitto;

/// Classes of log lines, `log_type`.
public enum LogType {
    ERROR,
    WARNING,
    NOTICE,
    INFORMATION,
    DEBUG,
    SUBSCRIBE,
    UNSUBSCRIBE,
    WEBSOCKETS,
    INTERNAL
}
