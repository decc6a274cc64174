package io.hawkermq.broker;

/// Milliseconds since the epoch that never go back: the wall clock at the start, and from there the
/// monotonic one. May be read by any thread.
final class Clock {
    private final long startMillis = System.currentTimeMillis();
    private final long startNanos = System.nanoTime();

    long millis() {
        return millisAt(System.nanoTime());
    }

    /// @param nanoTime what [System#nanoTime] said
    long millisAt(long nanoTime) {
        return startMillis + (nanoTime - startNanos) / 1_000_000;
    }
}
