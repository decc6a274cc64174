package io.hawkermq.client;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// How many messages, and bytes of them, may be between `publish` and their end. Asynchronous
/// callers are turned away at the limits; blocking ones wait.
final class PublishLimits {
    private final int mostMessages;
    private final long mostBytes;
    private final AtomicInteger messages = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicInteger waiting = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition released = lock.newCondition();

    PublishLimits(int mostMessages, long mostBytes) {
        this.mostMessages = mostMessages;
        this.mostBytes = mostBytes;
    }

    int messages() {
        return messages.get();
    }

    long bytes() {
        return bytes.get();
    }

    /// One message is always let in, however large.
    boolean tryAcquire(int cost) {
        int count = messages.incrementAndGet();
        long total = bytes.addAndGet(cost);
        if (count == 1 || allow(count, total)) {
            return true;
        }
        release(cost);
        return false;
    }

    boolean allow(int count, long total) {
        return count <= mostMessages && total <= mostBytes;
    }

    /// Counts one that cannot be turned away.
    void add(int cost) {
        messages.incrementAndGet();
        bytes.addAndGet(cost);
    }

    /// @return false if there was no room within `nanos`
    boolean acquire(int cost, long nanos) throws InterruptedException {
        if (tryAcquire(cost)) {
            return true;
        }
        long rest = nanos;
        waiting.incrementAndGet();
        lock.lockInterruptibly();
        try {
            while (!tryAcquire(cost)) {
                if (rest <= 0) {
                    return false;
                }
                // A release between the look and the wait is not lost for long.
                long slice = Math.min(rest, TimeUnit.MILLISECONDS.toNanos(20));
                rest -= slice - Math.max(0, released.awaitNanos(slice));
            }
            return true;
        } finally {
            lock.unlock();
            waiting.decrementAndGet();
        }
    }

    void release(int cost) {
        messages.decrementAndGet();
        bytes.addAndGet(-cost);
        if (waiting.get() > 0 && lock.tryLock()) {
            try {
                released.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    String text() {
        return messages.get()
                + " messages with "
                + bytes.get()
                + " bytes wait to be acknowledged, allowed are "
                + mostMessages
                + " and "
                + mostBytes;
    }
}
