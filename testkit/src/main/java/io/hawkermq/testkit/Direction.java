package io.hawkermq.testkit;

/// Where bytes go to.
public enum Direction {
    /// What clients send.
    TO_BROKER,
    /// What the broker sends.
    TO_CLIENT
}
