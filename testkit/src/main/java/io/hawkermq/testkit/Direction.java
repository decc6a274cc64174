package io.hawkermq.testkit;

/// Where bytes go to.
public enum Direction {
    TO_BROKER,
    TO_CLIENT
}
