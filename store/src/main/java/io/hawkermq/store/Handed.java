package io.hawkermq.store;

import io.hawkermq.core.PageRequest;
import io.hawkermq.core.StoreChange;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// What the loops have handed in and the storage thread has not yet taken: a stack that is taken as a
/// whole and turned round, so that a loop pays for one object and one compare-and-set.
final class Handed {
    /// What was handed in, one behind the other.
    abstract static sealed class Node {
        @Nullable Node next;
    }

    /// A batch of a shard.
    static final class Changes extends Node {
        final int shard;
        final long position;
        final List<StoreChange> changes;

        Changes(int shard, long position, List<StoreChange> changes) {
            this.shard = shard;
            this.position = position;
            this.changes = changes;
        }
    }

    /// A page is asked for.
    static final class Page extends Node {
        final PageRequest request;

        Page(PageRequest request) {
            this.request = request;
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
