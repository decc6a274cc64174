package io.hawkermq.core;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What waits in a durable session's queue behind its head: first what is durable, of which mostly
/// only the [Store] has the messages and this no more than how many there are; then what is not
/// durable yet and must not leave the heap before.
final class QueueTail {
    /// Is told of messages that were written off.
    @FunctionalInterface
    interface WrittenOff {
        void accept(int messages, long bytes);
    }

    /// @param position of the batch with which it becomes durable
    private record Young(Delivery delivery, long position) {}

    /// Each a [QueueGap] or a [Delivery].
    private final ArrayDeque<Object> settled = new ArrayDeque<>(4);

    private final ArrayDeque<Young> young = new ArrayDeque<>();
    private int inGaps;
    private int waitingInGaps;
    private long gapBytes;

    boolean isEmpty() {
        return settled.isEmpty() && young.isEmpty();
    }

    /// How many deliveries only the store has, those that are written off among them.
    int inGaps() {
        return inGaps;
    }

    /// How many of them are written off.
    int writtenOff() {
        return inGaps - waitingInGaps;
    }

    /// The bytes of those that are not.
    long gapBytes() {
        return gapBytes;
    }

    void add(Delivery d, long position) {
        young.add(new Young(d, position));
    }

    /// Puts before all others what was in the head until now.
    void addFirst(Delivery d, long position) {
        young.addFirst(new Young(d, position));
    }

    boolean hasSettled() {
        return !settled.isEmpty();
    }

    /// The gap that it begins with, null if it does not begin with one.
    @Nullable QueueGap firstGap() {
        return settled.peek() instanceof QueueGap gap ? gap : null;
    }

    /// Puts a delivery that the store has before all others, into the gap that they begin with.
    ///
    /// @return false if that gap cannot take it
    boolean giveBack(Delivery d) {
        QueueGap gap = firstGap();
        StoredDelivery stored = d.stored();
        if (gap == null || stored == null || !gap.takes(d.message().expiresAt())) {
            return false;
        }
        gap.addFirst(stored.sequence(), d.message().bytes(), d.message().expiresAt());
        inGaps++;
        waitingInGaps++;
        gapBytes += d.message().bytes();
        return true;
    }

    /// Takes the first delivery, if there is one and it is on the heap.
    @Nullable Delivery poll() {
        if (settled.peek() instanceof Delivery d) {
            settled.remove();
            return d;
        }
        if (settled.isEmpty()) {
            Young first = young.poll();
            return first == null ? null : first.delivery();
        }
        return null;
    }

    /// All up to a batch is durable: that leaves the heap.
    void settle(long durable) {
        for (Young y = young.peek(); y != null && y.position() <= durable; y = young.peek()) {
            young.remove();
            settle(y.delivery());
        }
    }

    /// A delivery that is durable, behind all others.
    void settle(Delivery d) {
        StoredDelivery stored = d.stored();
        if (stored == null) {
            settled.add(d);
        } else {
            addToGap(stored.sequence(), d.message().bytes(), d.message().expiresAt());
        }
    }

    /// A delivery that only the store has, behind all others.
    ///
    /// @param expiresAt as of a [Message]
    void addToGap(long sequence, int bytes, long expiresAt) {
        QueueGap gap;
        if (settled.peekLast() instanceof QueueGap last && last.takes(expiresAt)) {
            gap = last;
        } else {
            gap = new QueueGap(sequence);
            settled.add(gap);
        }
        gap.add(sequence, bytes, expiresAt);
        inGaps++;
        waitingInGaps++;
        gapBytes += bytes;
    }

    /// One of the first gap is back.
    ///
    /// @return false if it was written off
    boolean take(QueueGap gap, Message message) {
        inGaps--;
        boolean waited = gap.take(message);
        if (waited) {
            waitingInGaps--;
            gapBytes -= message.bytes();
        }
        return waited;
    }

    /// Removes the first gap with all that has not come back.
    void removeFirstGap() {
        if (settled.poll() instanceof QueueGap gap) {
            inGaps -= gap.count();
            waitingInGaps -= gap.waiting();
            gapBytes -= gap.bytes();
        }
    }

    /// Writes off what has expired of what only the store has.
    void writeOff(long now, WrittenOff done) {
        for (Object each : settled) {
            if (each instanceof QueueGap gap) {
                int messages = gap.waiting();
                long bytes = gap.bytes();
                gap.writeOff(now);
                if (gap.waiting() < messages) {
                    waitingInGaps -= messages - gap.waiting();
                    gapBytes -= bytes - gap.bytes();
                    done.accept(messages - gap.waiting(), bytes - gap.bytes());
                }
            }
        }
    }

    /// When there is next something to be written off, [Message#NEVER] if there is nothing.
    long nextWriteOff() {
        long next = Message.NEVER;
        for (Object each : settled) {
            if (each instanceof QueueGap gap) {
                next = Math.min(next, gap.nextWriteOff());
            }
        }
        return next;
    }

    /// Removes what has expired of what is on the heap.
    ///
    /// @param kept is told of the rest
    /// @return how many were looked at
    int removeExpired(long now, Consumer<Delivery> removed, Consumer<Delivery> kept) {
        int looked = settled.size() + young.size();
        settled.removeIf(each -> each instanceof Delivery d && isExpired(d, now, removed, kept));
        young.removeIf(y -> isExpired(y.delivery(), now, removed, kept));
        return looked;
    }

    private static boolean isExpired(
            Delivery d, long now, Consumer<Delivery> removed, Consumer<Delivery> kept) {
        boolean expired = d.message().isExpired(now);
        (expired ? removed : kept).accept(d);
        return expired;
    }

    /// See [DeliveryQueue#addShared].
    void addShared(List<Delivery> to) {
        for (Object each : settled) {
            if (each instanceof Delivery d && DeliveryQueue.mayBePassedOn(d)) {
                to.add(d);
            }
        }
        for (Young y : young) {
            if (DeliveryQueue.mayBePassedOn(y.delivery())) {
                to.add(y.delivery());
            }
        }
    }

    /// Adds what is on the heap to a list.
    void addStored(List<StoredDelivery> to) {
        for (Object each : settled) {
            if (each instanceof Delivery d && d.stored() != null) {
                to.add(d.stored());
            }
        }
        for (Young y : young) {
            if (y.delivery().stored() != null) {
                to.add(y.delivery().stored());
            }
        }
    }
}
