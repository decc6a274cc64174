package io.hawkermq.testkit;

import io.hawkermq.core.Message;
import io.hawkermq.core.Publications;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The messages that were published, oldest first. At its limit in messages or bytes the oldest is
/// forgotten, and counted. The broker's loop adds, any thread reads and waits.
final class Recording implements Publications {
    private static final int MOST_SHOWN = 20;

    private static final class Entry {
        private final TopicName topic;
        private final PublishedMessage message;
        private boolean isTaken;

        Entry(TopicName topic, PublishedMessage message) {
            this.topic = topic;
            this.message = message;
        }
    }

    private final int mostMessages;
    private final long mostBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private final Deque<Entry> entries = new ArrayDeque<>();
    private long bytes;
    private long forgotten;

    /// @param mostBytes of payloads
    Recording(int mostMessages, long mostBytes) {
        this.mostMessages = mostMessages;
        this.mostBytes = mostBytes;
    }

    @Override
    public void published(Message message) {
        boolean isOfServer = message.publisher().equals(Message.SERVER);
        if (isOfServer && message.topic().toString().startsWith("$SYS/")) {
            return;
        }
        PublishedMessage seen = PublishedMessage.of(message, System.currentTimeMillis());
        lock.lock();
        try {
            entries.add(new Entry(message.topic(), seen));
            bytes += seen.payload().length;
            while (entries.size() > mostMessages || bytes > mostBytes) {
                bytes -= entries.removeFirst().message.payload().length;
                forgotten++;
            }
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    List<PublishedMessage> matching(TopicFilter filter) {
        lock.lock();
        try {
            List<PublishedMessage> found = new ArrayList<>();
            for (Entry e : entries) {
                if (filter.matches(e.topic)) {
                    found.add(e.message);
                }
            }
            return found;
        } finally {
            lock.unlock();
        }
    }

    /// Waits for so many messages that match and that no earlier call took, and takes them.
    List<PublishedMessage> await(TopicFilter filter, int count, Duration timeout)
            throws InterruptedException {
        long left = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (true) {
                List<PublishedMessage> taken = take(filter, count);
                if (taken != null) {
                    return taken;
                }
                if (left <= 0) {
                    throw new AssertionError(missing(filter, count, timeout));
                }
                left = more.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private @Nullable List<PublishedMessage> take(TopicFilter filter, int count) {
        List<Entry> found = new ArrayList<>();
        for (Entry e : entries) {
            if (found.size() < count && !e.isTaken && filter.matches(e.topic)) {
                found.add(e);
            }
        }
        if (found.size() < count) {
            return null;
        }
        found.forEach(e -> e.isTaken = true);
        return found.stream().map(e -> e.message).toList();
    }

    private String missing(TopicFilter filter, int count, Duration timeout) {
        StringBuilder text = new StringBuilder();
        text.append(count == 1 ? "No message" : "Not " + count + " messages")
                .append(" to ")
                .append(filter)
                .append(" within ")
                .append(timeout.toMillis())
                .append(" ms that had not been awaited before. ");
        if (entries.isEmpty()) {
            return text.append("Nothing was published.").toString();
        }
        text.append("Published were (* awaited before):");
        int skipped = Math.max(0, entries.size() - MOST_SHOWN);
        if (skipped + forgotten > 0) {
            text.append("\n  ... ").append(skipped + forgotten).append(" others");
        }
        entries.stream()
                .skip(skipped)
                .forEach(e -> text.append(e.isTaken ? "\n* " : "\n  ").append(e.message));
        return text.toString();
    }

    long forgotten() {
        lock.lock();
        try {
            return forgotten;
        } finally {
            lock.unlock();
        }
    }

    void clear() {
        lock.lock();
        try {
            entries.clear();
            bytes = 0;
            forgotten = 0;
        } finally {
            lock.unlock();
        }
    }
}
