package io.hawkermq.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Ends of a process that come from elsewhere: time, and signals.
final class Alarms {
    /// How long a process that has begun to end may take for it when it is asked to.
    private static final long END_SECONDS = 10;

    private Alarms() {}

    /// Calls `task` after so many seconds on a thread of its own; never for 0.
    static void start(int seconds, Runnable task) {
        if (seconds > 0) {
            daemon(
                    "alarm",
                    () -> {
                        pause(seconds);
                        task.run();
                    });
        }
    }

    static void everySecond(Runnable task) {
        daemon(
                "every second",
                () -> {
                    while (true) {
                        pause(1);
                        task.run();
                    }
                });
    }

    /// Runs `task` on a thread that the process does not wait for.
    static void daemon(String name, Runnable task) {
        Thread.ofPlatform().daemon().name(name).start(task);
    }

    private static void pause(long seconds) {
        CountDownLatch never = new CountDownLatch(1);
        try {
            if (never.await(seconds, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody counts it down");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Calls `task` when the process is asked to end; it has to call [#halt], or [#awaitEnd] if another
    /// thread does.
    static void onSignal(Runnable task) {
        Runtime.getRuntime().addShutdownHook(new Thread(task, "signal"));
    }

    /// Waits until another thread ends the process.
    static int forever() {
        while (true) {
            pause(Integer.MAX_VALUE);
        }
    }

    /// Waits until another thread has ended the process, but not for ever: it may hang.
    static void awaitEnd() {
        pause(END_SECONDS);
    }

    static void halt(int status, Stdio io) {
        io.out().flush();
        io.err().flush();
        io.halt().accept(status);
    }
}
