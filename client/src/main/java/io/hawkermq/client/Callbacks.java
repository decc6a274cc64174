package io.hawkermq.client;

import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// Runs the program's code that belongs to no subscription, in order and one at a time, on a
/// virtual thread that exists while there is something to do: state listeners, the error handler,
/// what hangs on the futures of `publishAsync`. What it holds is bounded by what may be under way.
final class Callbacks {
    private final ReentrantLock lock = new ReentrantLock();
    private final ClientGroup group;
    private final Consumer<Throwable> onError;
    private ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private boolean isRunning;

    /// @param onError does not throw
    Callbacks(ClientGroup group, Consumer<Throwable> onError) {
        this.group = group;
        this.onError = onError;
    }

    void run(Runnable task) {
        lock.lock();
        try {
            waiting.add(task);
            if (isRunning) {
                return;
            }
            isRunning = true;
        } finally {
            lock.unlock();
        }
        group.start("mqtt-callbacks", this::runAll);
    }

    private void runAll() {
        for (ArrayDeque<Runnable> batch = take(); !batch.isEmpty(); batch = take()) {
            for (Runnable task : batch) {
                try {
                    task.run();
                } catch (Throwable e) {
                    // An Error too: nobody else would ever run what comes after it.
                    onError.accept(e);
                }
            }
        }
    }

    private ArrayDeque<Runnable> take() {
        lock.lock();
        try {
            ArrayDeque<Runnable> batch = waiting;
            if (batch.isEmpty()) {
                isRunning = false;
            } else {
                waiting = new ArrayDeque<>();
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }
}
