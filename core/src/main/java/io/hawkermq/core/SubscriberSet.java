package io.hawkermq.core;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The subscribers of one filter if there are several: distinct by identity, in the order of their
/// coming, adding and removing in constant time. A removed one leaves a gap, and the gaps are
/// closed when they have become half of the whole.
final class SubscriberSet<S> {
    // Up to so many a scan is faster than a hash table.
    private static final int MOST_SCANNED = 8;
    private static final int FEWEST = 4;

    private @Nullable Object[] members = new @Nullable Object[FEWEST];
    // All before it are gaps: who looks for any member need not look at them.
    private int first;
    private int end;
    private int count;
    // Position + 1 of each member by its identity hash, linear probing; only of larger sets.
    private int @Nullable [] positions;

    int count() {
        return count;
    }

    /// The only member of a set of one.
    @Nullable Object only() {
        for (int i = first; i < end; i++) {
            if (members[i] != null) {
                return members[i];
            }
        }
        return null;
    }

    @SuppressWarnings("unchecked") // only add() writes members
    void forEach(Consumer<? super S> action) {
        for (int i = first; i < end; i++) {
            Object member = members[i];
            if (member != null) {
                action.accept((S) member);
            }
        }
    }

    @SuppressWarnings("unchecked") // only add() writes members
    boolean any(Predicate<? super S> condition) {
        for (int i = first; i < end; i++) {
            Object member = members[i];
            if (member != null && condition.test((S) member)) {
                return true;
            }
        }
        return false;
    }

    /// False if it is a member already.
    boolean add(Object subscriber) {
        if (positionOf(subscriber) >= 0) {
            return false;
        }
        if (end == members.length) {
            rebuild();
        }
        members[end++] = subscriber;
        count++;
        if (positions != null) {
            index(positions, end - 1);
        } else if (end > MOST_SCANNED) {
            indexAll();
        }
        return true;
    }

    boolean remove(Object subscriber) {
        int position = positionOf(subscriber);
        if (position < 0) {
            return false;
        }
        if (positions != null) {
            unindex(positions, position);
        }
        members[position] = null;
        count--;
        while (first < end && members[first] == null) {
            first++;
        }
        if (count * 4 < members.length && members.length > FEWEST) {
            rebuild();
        }
        return true;
    }

    @SuppressWarnings("ReferenceEquality") // identity is what tells subscribers apart
    private int positionOf(Object subscriber) {
        if (positions == null) {
            for (int i = first; i < end; i++) {
                if (members[i] == subscriber) {
                    return i;
                }
            }
            return -1;
        }
        int mask = positions.length - 1;
        for (int i = hash(subscriber) & mask; positions[i] != 0; i = (i + 1) & mask) {
            if (members[positions[i] - 1] == subscriber) {
                return positions[i] - 1;
            }
        }
        return -1;
    }

    /// Closes the gaps, in an array that leaves room for as many again.
    private void rebuild() {
        @Nullable Object[] old = members;
        int oldFirst = first;
        int oldEnd = end;
        members = new @Nullable Object[Math.max(FEWEST, count + count / 2 + 1)];
        first = 0;
        end = 0;
        for (int i = oldFirst; i < oldEnd; i++) {
            if (old[i] != null) {
                members[end++] = old[i];
            }
        }
        if (end > MOST_SCANNED) {
            indexAll();
        } else {
            positions = null;
        }
    }

    private void indexAll() {
        // Sized for the members' room, so that the table never fills before the next rebuild.
        int[] table = new int[Integer.highestOneBit(members.length * 3 / 2) * 2];
        for (int i = 0; i < end; i++) {
            if (members[i] != null) {
                index(table, i);
            }
        }
        positions = table;
    }

    private void index(int[] table, int position) {
        int mask = table.length - 1;
        int i = hash(members[position]) & mask;
        while (table[i] != 0) {
            i = (i + 1) & mask;
        }
        table[i] = position + 1;
    }

    private void unindex(int[] table, int position) {
        int mask = table.length - 1;
        int hole = hash(members[position]) & mask;
        while (table[hole] != position + 1) {
            hole = (hole + 1) & mask;
        }
        for (int i = (hole + 1) & mask; table[i] != 0; i = (i + 1) & mask) {
            int home = hash(members[table[i] - 1]) & mask;
            if (((i - home) & mask) >= ((i - hole) & mask)) {
                table[hole] = table[i];
                hole = i;
            }
        }
        table[hole] = 0;
    }

    // Nothing that can be seen depends on it: the order is that of coming.
    private static int hash(@Nullable Object subscriber) {
        int h = System.identityHashCode(subscriber) * 0x9E37_79B9;
        return h ^ h >>> 16;
    }

    @Override
    public String toString() {
        return Arrays.toString(members);
    }
}
