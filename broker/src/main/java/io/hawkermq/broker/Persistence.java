package io.hawkermq.broker;

import java.nio.file.Path;
import java.time.Duration;

/// Durable storage: persistent sessions with what waits for them, and retained messages, outlive
/// the broker.
///
/// @param location the directory that they are kept in; a relative one begins at the working
///     directory of the process
/// @param durability when the broker may acknowledge what must not be lost
public record Persistence(Path location, Durability durability) {
    /// What may be lost of the messages that the broker has acknowledged.
    ///
    /// | | the process is killed | the system crashes, the power fails |
    /// |---|---|---|
    /// | [Always] | nothing | nothing |
    /// | [Interval] | nothing | what came in the last interval |
    /// | [Os] | nothing | what the system has not written out by itself, often half a minute |
    public sealed interface Durability {}

    /// A message is on the disk before it is acknowledged.
    public record Always() implements Durability {}

    /// A message is handed to the system before it is acknowledged, and the disk is brought up to
    /// date at an interval.
    ///
    /// @param interval 1 ms to 1 minute
    public record Interval(Duration interval) implements Durability {
        public static final Duration SHORTEST = Duration.ofMillis(1);
        public static final Duration LONGEST = Duration.ofMinutes(1);

        /// @throws IllegalArgumentException if the interval is out of range
        public Interval {
            if (interval.compareTo(SHORTEST) < 0 || interval.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException(
                        "An interval is 1 ms to 1 minute, not " + interval);
            }
        }
    }

    /// A message is handed to the system before it is acknowledged; when it reaches the disk is up
    /// to the system.
    public record Os() implements Durability {}
}
