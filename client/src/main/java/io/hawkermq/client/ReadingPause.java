package io.hawkermq.client;

import java.util.concurrent.atomic.AtomicLong;

/// Stops reading from the server while messages that the program has not taken hold too many bytes,
/// and goes on when half of that is left.
final class ReadingPause {
    /// Stops or goes on with the connection of the moment; called on the loop.
    interface Valve {
        void pause(boolean isPaused);
    }

    private final Loop loop;
    private final long mostBytes;
    private final Valve valve;
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean isPaused;

    ReadingPause(Loop loop, long mostBytes, Valve valve) {
        this.loop = loop;
        this.mostBytes = mostBytes;
        this.valve = valve;
    }

    long bytes() {
        return bytes.get();
    }

    boolean isPaused() {
        return isPaused;
    }

    /// From the loop: a message waits.
    void buffered(int more) {
        if (bytes.addAndGet(more) > mostBytes && !isPaused) {
            isPaused = true;
            valve.pause(true);
            goOnIfRoom(); // all may have been taken out by one who saw no pause yet
        }
    }

    /// From any thread: it was taken out.
    void unbuffered(long less) {
        bytes.addAndGet(-less);
        goOnIfRoom();
    }

    private void goOnIfRoom() {
        if (isPaused && bytes.get() <= mostBytes / 2) {
            loop.execute(() -> {
                isPaused = false;
                valve.pause(false);
            });
        }
    }
}
