package io.hawkermq.broker;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// How many connections are open: for the limit on them, and so that a stop can wait for their last
/// bytes.
final class Connections {
    private final AtomicInteger open = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean isStopping;

    void opened() {
        open.incrementAndGet();
    }

    void closed() {
        if (open.decrementAndGet() == 0 && isStopping) {
            closed.countDown();
        }
    }

    /// May be asked by any thread.
    int open() {
        return open.get();
    }

    void awaitClosed(long seconds) {
        isStopping = true;
        if (open.get() == 0) {
            return;
        }
        try {
            // What is still open then is closed by the loops' end.
            boolean inTime = closed.await(seconds, TimeUnit.SECONDS);
            assert inTime || open.get() > 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
