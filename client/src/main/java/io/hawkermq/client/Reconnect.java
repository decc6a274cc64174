package io.hawkermq.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// When to try again after a connection was lost.
///
/// The wait before attempt n is random between `least` and the smaller of `most` and
/// `least` * 2^n, so that clients which lost the same server do not come back at the same moment.
///
/// Immutable, for any number of clients.
///
/// @param least the shortest wait, 1 ms or more
/// @param most the longest wait
/// @param attempts how many in a row may fail before the client gives up; 0 for no reconnection,
///     `Integer.MAX_VALUE` for no end
/// @param first what happens if the very first attempt fails
public record Reconnect(Duration least, Duration most, int attempts, First first) {
    /// What the first attempt of a client does when it fails.
    public enum First {
        /// It fails, so that a wrong address is noticed.
        FAILS,
        /// It is repeated like later ones.
        IS_REPEATED
    }

    /// Checks the waits.
    ///
    /// @throws IllegalArgumentException if `least` is below 1 ms or above `most`, or `attempts` negative
    public Reconnect {
        if (least.toMillis() < 1 || most.compareTo(least) < 0 || attempts < 0) {
            throw new IllegalArgumentException(
                    "the waits are " + least + " to " + most + ", the attempts " + attempts);
        }
    }

    /// Without end, waiting half a second to two minutes; the first attempt fails if it fails.
    ///
    /// @return the default of a client
    public static Reconnect always() {
        return between(Duration.ofMillis(500), Duration.ofMinutes(2));
    }

    /// Without end, with these waits.
    ///
    /// @param least the shortest wait, 1 ms or more
    /// @param most the longest wait, `least` or more
    /// @return one whose first attempt fails if it fails
    /// @throws IllegalArgumentException if the waits are out of range
    public static Reconnect between(Duration least, Duration most) {
        return new Reconnect(least, most, Integer.MAX_VALUE, First.FAILS);
    }

    /// Not at all.
    ///
    /// @return one that never tries again
    public static Reconnect never() {
        return new Reconnect(Duration.ofMillis(1), Duration.ofMillis(1), 0, First.FAILS);
    }

    /// The same, and the first attempt is repeated like any other.
    ///
    /// @return another object; this one stays as it is
    public Reconnect withFirst() {
        return new Reconnect(least, most, attempts, First.IS_REPEATED);
    }

    /// The same, giving up after so many failures in a row.
    ///
    /// @param failures 0 or more; 0 is never
    /// @return another object; this one stays as it is
    /// @throws IllegalArgumentException if it is negative
    public Reconnect atMost(int failures) {
        return new Reconnect(least, most, failures, first);
    }

    /// @param failures in a row, 1 or more
    Duration delay(int failures, RandomGenerator random) {
        long from = least.toMillis();
        long to = Math.min(most.toMillis(), from << Math.min(failures, 30));
        // A server's address may be huge in milliseconds; the shift may have run over.
        long until = to < from ? most.toMillis() : to;
        return Duration.ofMillis(until == from ? from : random.nextLong(from, until + 1));
    }
}
