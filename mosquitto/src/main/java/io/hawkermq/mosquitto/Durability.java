package io.hawkermq.mosquitto;

import java.time.Duration;

/// When a message that has to survive counts as stored.
public sealed interface Durability {
    /// After the disk has confirmed it.
    record Always() implements Durability {}

    /// After it was written; the disk confirms in these intervals, and what came since the last is
    /// lost when the power fails.
    record Interval(Duration duration) implements Durability {}

    /// After it was given to the operating system, which writes when it likes.
    record OperatingSystem() implements Durability {}
}
