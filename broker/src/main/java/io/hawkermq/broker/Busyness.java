package io.hawkermq.broker;

/// How much of its time a loop works, looked at once a second as long as it has turns. Tells when
/// it was busy for three seconds on end. Owned by the loop.
final class Busyness {
    private static final long WINDOW_NANOS = 1_000_000_000L;
    private static final double BUSY_SHARE = 0.8;
    private static final int BUSY_WINDOWS = 3;

    private final Runnable whenBusy;
    private long windowBegan = System.nanoTime();
    private long turnBegan;
    private long worked;
    private int busyWindows;

    /// @param whenBusy called on the loop, at most once in three seconds
    Busyness(Runnable whenBusy) {
        this.whenBusy = whenBusy;
    }

    void turnBegins() {
        turnBegan = System.nanoTime();
    }

    void turnEnds() {
        long now = System.nanoTime();
        worked += now - turnBegan;
        long window = now - windowBegan;
        if (window < WINDOW_NANOS) {
            return;
        }
        busyWindows = worked > BUSY_SHARE * window ? busyWindows + 1 : 0;
        worked = 0;
        windowBegan = now;
        if (busyWindows >= BUSY_WINDOWS) {
            busyWindows = 0;
            whenBusy.run();
        }
    }
}
