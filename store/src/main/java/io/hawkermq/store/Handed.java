package io.hawkermq.store;

import io.hawkermq.core.StoreChange;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// What the loops have handed in and the storage thread has not yet taken: a stack that is taken as a
/// whole and turned round, so that a loop pays for one object and one compare-and-set.
final class Handed {
    /// One batch of a shard, or a task for the storage thread.
    static final class Node {
        final int shard;
        final long position;
        final List<StoreChange> changes;
        final @Nullable Runnable task;
        @Nullable Node next;

        Node(int shard, long position, List<StoreChange> changes, @Nullable Runnable task) {
            this.shard = shard;
            this.position = position;
            this.changes = changes;
            this.task = task;
        }
    }

    private final AtomicReference<@Nullable Node> newest = new AtomicReference<>();

    /// Any thread.
    void add(Node node) {
        Node before = newest.get();
        while (true) {
            node.next = before;
            if (newest.compareAndSet(before, node)) {
                return;
            }
            before = newest.get();
        }
    }

    boolean isEmpty() {
        return newest.get() == null;
    }

    /// The storage thread.
    ///
    /// @return the oldest, which leads to the others; null if there is none
    @Nullable Node takeAll() {
        Node node = newest.getAndSet(null);
        Node oldest = null;
        while (node != null) {
            Node before = node.next;
            node.next = oldest;
            oldest = node;
            node = before;
        }
        return oldest;
    }
}
