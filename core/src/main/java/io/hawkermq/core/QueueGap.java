package io.hawkermq.core;

import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Deliveries of a [QueueTail], one behind the other, that only the store has. Between their
/// sequences there may be others, in flight, but none that waits.
///
/// Of messages that expire it knows how many will when, by the second: so that a full queue can
/// *write off* those that have expired, though they are not at hand. What is written off stays in
/// the store until its page comes, and is removed then, or with the session.
final class QueueGap {
    /// Different seconds of expiry; a message that would be one more needs a new gap.
    private static final int MOST_EXPIRIES = 1_024;

    private static final long SECOND = 1_000;

    /// Messages that expire in the same second.
    private static final class Expiring {
        private int count;
        private long bytes;
    }

    private long first;
    private long last;
    private int count;
    private int waiting;
    private long bytes;

    /// By the end of the second in which they expire; null if none does.
    private @Nullable TreeMap<Long, Expiring> expiring;

    /// What expires up to this time is written off.
    private long writtenOff = Long.MIN_VALUE;

    QueueGap(long sequence) {
        first = sequence;
        last = sequence;
    }

    long first() {
        return first;
    }

    long last() {
        return last;
    }

    /// How many deliveries the store has, those that are written off among them.
    int count() {
        return count;
    }

    /// How many of them are not written off.
    int waiting() {
        return waiting;
    }

    /// The bytes of those.
    long bytes() {
        return bytes;
    }

    private static long second(long expiresAt) {
        return Math.ceilDiv(expiresAt, SECOND) * SECOND;
    }

    /// True if the gap can know when the message expires.
    boolean takes(long expiresAt) {
        if (expiresAt == Message.NEVER) {
            return true;
        }
        long second = second(expiresAt);
        TreeMap<Long, Expiring> known = expiring;
        return second > writtenOff
                && (known == null || known.size() < MOST_EXPIRIES || known.containsKey(second));
    }

    /// A delivery behind the others.
    void add(long sequence, int ofBytes, long expiresAt) {
        last = sequence;
        add(ofBytes, expiresAt);
    }

    /// A delivery before the others.
    void addFirst(long sequence, int ofBytes, long expiresAt) {
        first = sequence;
        add(ofBytes, expiresAt);
    }

    private void add(int ofBytes, long expiresAt) {
        count++;
        waiting++;
        bytes += ofBytes;
        if (expiresAt == Message.NEVER) {
            return;
        }
        TreeMap<Long, Expiring> known = expiring;
        if (known == null) {
            known = new TreeMap<>();
            expiring = known;
        }
        Expiring same = known.computeIfAbsent(second(expiresAt), s -> new Expiring());
        same.count++;
        same.bytes += ofBytes;
    }

    /// The store has answered.
    ///
    /// @param through the last sequence that it has answered for
    void answered(long through) {
        first = through + 1;
    }

    /// A delivery is back.
    ///
    /// @return false if it was written off
    boolean take(Message message) {
        count--;
        if (message.expires()) {
            long second = second(message.expiresAt());
            if (second <= writtenOff) {
                return false;
            }
            forget(second, message.bytes());
        }
        waiting--;
        bytes -= message.bytes();
        return true;
    }

    private void forget(long second, int ofBytes) {
        TreeMap<Long, Expiring> known = expiring;
        Expiring same = known == null ? null : known.get(second);
        if (known != null && same != null) {
            same.count--;
            same.bytes -= ofBytes;
            if (same.count == 0) {
                known.remove(second);
            }
        }
    }

    /// When [#writeOff] next finds something, [Message#NEVER] if never.
    long nextWriteOff() {
        TreeMap<Long, Expiring> known = expiring;
        return known == null || known.isEmpty() ? Message.NEVER : known.firstKey();
    }

    /// Writes off what has expired; [#waiting] and [#bytes] go down.
    void writeOff(long now) {
        TreeMap<Long, Expiring> known = expiring;
        if (known == null || known.isEmpty() || known.firstKey() > now) {
            return;
        }
        for (Expiring gone : known.headMap(now, true).values()) {
            waiting -= gone.count;
            bytes -= gone.bytes;
        }
        known.headMap(now, true).clear();
        writtenOff = now;
    }
}
