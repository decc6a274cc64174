package io.hawkermq.core;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What waits in a durable session's queue behind its head: first what is durable, of which mostly
/// only the [Store] has the messages and this no more than how many there are; then what is not
/// durable yet and must not leave the heap before.
///
/// A message that expires stays on the heap, so that a full queue can drop it in time, as it would
/// without a store.
final class QueueTail {
    /// Deliveries one behind the other that only the store has. Between their sequences there may
    /// be others, in flight, but none that waits.
    static final class Gap {
        private long first;
        private long last;
        private int count;
        private long bytes;

        Gap(long sequence) {
            first = sequence;
        }

        long first() {
            return first;
        }

        long last() {
            return last;
        }

        int count() {
            return count;
        }

        long bytes() {
            return bytes;
        }

        void add(long sequence, int ofBytes) {
            last = sequence;
            count++;
            bytes += ofBytes;
        }

        /// Some are back, or lost.
        ///
        /// @param through the last of them
        void taken(int messages, long ofBytes, long through) {
            count -= messages;
            bytes -= ofBytes;
            first = through + 1;
        }
    }

    /// @param position of the batch with which it becomes durable
    private record Young(Delivery delivery, long position) {}

    /// Each a [Gap] or a [Delivery].
    private final ArrayDeque<Object> settled = new ArrayDeque<>(4);

    private final ArrayDeque<Young> young = new ArrayDeque<>();
    private int inGaps;
    private long gapBytes;

    boolean isEmpty() {
        return settled.isEmpty() && young.isEmpty();
    }

    /// How many deliveries only the store has.
    int inGaps() {
        return inGaps;
    }

    /// The bytes of those.
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
    @Nullable Gap firstGap() {
        return settled.peek() instanceof Gap gap ? gap : null;
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

    /// All up to a batch is durable: of that, what does not expire leaves the heap.
    void settle(long durable) {
        for (Young y = young.peek(); y != null && y.position() <= durable; y = young.peek()) {
            young.remove();
            settle(y.delivery());
        }
    }

    private void settle(Delivery d) {
        StoredDelivery stored = d.stored();
        if (stored == null || d.message().expires()) {
            settled.add(d);
        } else {
            addToGap(stored.sequence(), d.message().bytes());
        }
    }

    /// A delivery that only the store has, behind all others.
    void addToGap(long sequence, int bytes) {
        Gap gap;
        if (settled.peekLast() instanceof Gap last) {
            gap = last;
        } else {
            gap = new Gap(sequence);
            settled.add(gap);
        }
        gap.add(sequence, bytes);
        inGaps++;
        gapBytes += bytes;
    }

    /// A delivery that is on the heap and durable, behind all others.
    void addSettled(Delivery d) {
        settled.add(d);
    }

    /// Some of the first gap are back, or lost.
    void taken(Gap gap, int messages, long bytes, long through) {
        gap.taken(messages, bytes, through);
        inGaps -= messages;
        gapBytes -= bytes;
    }

    void removeFirstGap() {
        settled.remove();
    }

    /// Removes what has expired.
    void removeExpired(long now, Consumer<Delivery> removed) {
        for (Iterator<Object> i = settled.iterator(); i.hasNext(); ) {
            if (i.next() instanceof Delivery d && d.message().isExpired(now)) {
                i.remove();
                removed.accept(d);
            }
        }
        for (Iterator<Young> i = young.iterator(); i.hasNext(); ) {
            Delivery d = i.next().delivery();
            if (d.message().isExpired(now)) {
                i.remove();
                removed.accept(d);
            }
        }
    }

    /// See [DeliveryQueue#addShared].
    void addShared(List<Delivery> to) {
        for (Object each : settled) {
            if (each instanceof Delivery d && d.share() != 0) {
                to.add(d);
            }
        }
        for (Young y : young) {
            if (y.delivery().share() != 0) {
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
