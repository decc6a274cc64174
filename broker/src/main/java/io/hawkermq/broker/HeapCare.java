package io.hawkermq.broker;

/// When the heap is to be collected as a whole. The serial collector does that only when the heap
/// has reached its limit: until then it lets the old generation grow by all that was once alive
/// for some seconds, and gives nothing back. So the process looks now and then itself.
///
/// A collection costs time in proportion to what is alive, and nothing runs meanwhile; so it is
/// due only when as much again could be garbage, and something on top.
final class HeapCare {
    /// The heap may be so many times as large as what was alive.
    static final int FACTOR = 2;

    /// And so many bytes larger.
    static final long SLACK_BYTES = 32L << 20;

    private long alive;

    /// The size that the last collection has left. `-Xms` may ask for so much that it is above the
    /// limit for ever, and collecting would free nothing.
    private long left;

    /// @param alive what is, in bytes
    HeapCare(long alive) {
        this.alive = alive;
    }

    /// @param size of the heap, in bytes, whatever is in it
    boolean isDue(long size) {
        return size > FACTOR * alive + SLACK_BYTES && size > left + SLACK_BYTES;
    }

    /// @param used what is alive, in bytes
    /// @param size of the heap now
    void collected(long used, long size) {
        alive = used;
        left = size;
    }

    /// Looks at this process, and collects if it is due.
    void look() {
        Runtime runtime = Runtime.getRuntime();
        if (isDue(runtime.totalMemory())) {
            System.gc();
            long size = runtime.totalMemory();
            collected(size - runtime.freeMemory(), size);
        }
    }

    /// For this process, as it is now.
    static HeapCare ofThisProcess() {
        Runtime runtime = Runtime.getRuntime();
        return new HeapCare(runtime.totalMemory() - runtime.freeMemory());
    }
}
