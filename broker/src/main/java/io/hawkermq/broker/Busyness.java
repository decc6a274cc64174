package io.hawkermq.broker;

/// How much of its time a loop works, looked at once a second as long as it has turns. Tells when
/// it was busy for [SpreadingRule#BUSY_SECONDS] on end. Owned by the loop.
final class Busyness {
    private static final long WINDOW_NANOS = 1_000_000_000L;

    private final Runnable whenBusy;
    private long windowBegan = System.nanoTime();
    private long turnBegan;
    private long worked;
    private long workedBefore;
    private int busySeconds;

    /// @param whenBusy called on the loop, at most once in [SpreadingRule#BUSY_SECONDS]
    Busyness(Runnable whenBusy) {
        this.whenBusy = whenBusy;
    }

    /// @param nanoTime what [System#nanoTime] said
    void turnBegins(long nanoTime) {
        turnBegan = nanoTime;
    }

    void turnEnds() {
        long now = System.nanoTime();
        worked += now - turnBegan;
        long window = now - windowBegan;
        if (window < WINDOW_NANOS) {
            return;
        }
        double share = (double) (worked - workedBefore) / window;
        busySeconds = share > SpreadingRule.BUSY_SHARE ? busySeconds + 1 : 0;
        workedBefore = worked;
        windowBegan = now;
        if (busySeconds >= SpreadingRule.BUSY_SECONDS) {
            busySeconds = 0;
            whenBusy.run();
        }
    }

    /// Nanoseconds of all turns that have ended.
    long worked() {
        return worked;
    }
}
