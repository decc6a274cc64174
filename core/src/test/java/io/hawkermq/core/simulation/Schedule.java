package io.hawkermq.core.simulation;

import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// The simulated clock and what is to happen when. Events of the same millisecond happen in the
/// order in which they were scheduled, so that a run depends on nothing but its seed.
final class Schedule {
    private record Event(long at, long order, Runnable action) {}

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(
                    Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
    private long now = 1_700_000_000_000L;
    private long order;
    private long done;

    /// Milliseconds since the epoch.
    long now() {
        return now;
    }

    /// How many events have happened.
    long done() {
        return done;
    }

    /// @param delay milliseconds, 0 or more
    void in(long delay, Runnable action) {
        events.add(new Event(now + delay, order++, action));
    }

    /// Lets the next event happen.
    ///
    /// @return false if there is none
    boolean step() {
        @Nullable Event next = events.poll();
        if (next == null) {
            return false;
        }
        now = next.at();
        done++;
        next.action().run();
        return true;
    }
}
