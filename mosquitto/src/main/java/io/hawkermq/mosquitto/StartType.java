package io.hawkermq.mosquitto;

/// When a bridge connects.
public enum StartType {
    /// At the start, and again when the connection breaks.
    AUTOMATIC,
    /// When messages wait for it, until nothing has been sent for a while.
    LAZY,
    /// At the start, once.
    ONCE
}
