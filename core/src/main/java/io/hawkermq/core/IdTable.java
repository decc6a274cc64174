package io.hawkermq.core;

import java.util.Arrays;

/// An open-addressing hash set of ids whose keys live elsewhere, four bytes a slot: 26 bits of id
/// and 6 bits of the key's hash, so that a probe seldom looks at a key that is not the wanted one.
///
/// The slots lie in segments of at most 2,048, found through a directory by the hash's highest
/// bits. A full segment splits alone (extendible hashing), so that no single insert moves more
/// than one segment, however large the table has become.
abstract class IdTable {
    static final int MOST_ID = (1 << 26) - 1;

    private static final int TAG_MASK = ~MOST_ID;
    private static final int TAG_BITS = 6;
    private static final int FEWEST_SLOTS = 8;
    private static final int MOST_SLOTS = 2_048;
    // Beyond this only equal hashes could have brought a segment: it grows instead of splitting.
    private static final int MOST_DEPTH = 20;

    /// The slots of all keys whose hash begins with the same `depth` bits.
    static final class Segment {
        private int[] slots;
        private int count;
        // Ids that it may hold before it grows or splits.
        private int most;
        private final int depth;

        private Segment(int slots, int depth) {
            this.slots = new int[slots];
            this.most = slots / 4 * 3;
            this.depth = depth;
        }

        int[] slots() {
            return slots;
        }
    }

    private Segment[] directory = {new Segment(FEWEST_SLOTS, 0)};
    private int depth;
    private int count;

    /// The hash under which `id` was inserted.
    abstract long hashOf(int id);

    final int count() {
        return count;
    }

    /// Where a key of this hash is, if anywhere: probe from [#home] until a slot is 0.
    final Segment segment(long hash) {
        return directory[indexOf(hash)];
    }

    static int home(long hash) {
        return (int) (hash >>> TAG_BITS);
    }

    /// True if the slot's key has the same 6 bits of hash; an empty slot may say so too.
    static boolean mayHold(int slot, long hash) {
        return (slot & TAG_MASK) == tag(hash);
    }

    static int id(int slot) {
        return slot & MOST_ID;
    }

    private static int tag(long hash) {
        return (int) hash << (Integer.SIZE - TAG_BITS);
    }

    private int indexOf(long hash) {
        return (int) (hash >>> 1 >>> (Long.SIZE - 1 - depth));
    }

    /// @param id not yet in the table, from 1 to [#MOST_ID]
    final void insert(int id, long hash) {
        Segment segment = segment(hash);
        while (segment.count >= segment.most) {
            if (segment.slots.length < MOST_SLOTS || segment.depth >= MOST_DEPTH) {
                resize(segment, segment.slots.length * 2);
            } else {
                split(segment, hash);
            }
            segment = segment(hash);
        }
        place(segment, tag(hash) | id, hash);
        count++;
    }

    private static void place(Segment segment, int slot, long hash) {
        int[] slots = segment.slots;
        int mask = slots.length - 1;
        int i = home(hash) & mask;
        while (slots[i] != 0) {
            i = (i + 1) & mask;
        }
        slots[i] = slot;
        segment.count++;
    }

    /// @param id in the table under this hash
    final void delete(int id, long hash) {
        count--;
        if (count == 0) {
            directory = new Segment[] {new Segment(FEWEST_SLOTS, 0)};
            depth = 0;
            return;
        }
        Segment segment = segment(hash);
        int[] slots = segment.slots;
        int mask = slots.length - 1;
        int hole = home(hash) & mask;
        while (id(slots[hole]) != id) {
            hole = (hole + 1) & mask;
        }
        // Instead of leaving a tombstone, pull back what had been pushed past this slot.
        for (int i = (hole + 1) & mask; slots[i] != 0; i = (i + 1) & mask) {
            int home = home(hashOf(id(slots[i]))) & mask;
            if (((i - home) & mask) >= ((i - hole) & mask)) {
                slots[hole] = slots[i];
                hole = i;
            }
        }
        slots[hole] = 0;
        segment.count--;
        if (slots.length > FEWEST_SLOTS && segment.count * 6 < slots.length) {
            resize(segment, slots.length / 2);
        }
    }

    private void resize(Segment segment, int length) {
        int[] old = segment.slots;
        segment.slots = new int[length];
        segment.most = length / 4 * 3;
        segment.count = 0;
        for (int slot : old) {
            if (slot != 0) {
                place(segment, slot, hashOf(id(slot)));
            }
        }
    }

    private void split(Segment segment, long hash) {
        if (segment.depth == depth) {
            Segment[] doubled = new Segment[directory.length * 2];
            for (int i = 0; i < doubled.length; i++) {
                doubled[i] = directory[i >>> 1];
            }
            directory = doubled;
            depth++;
        }
        Segment low = new Segment(MOST_SLOTS, segment.depth + 1);
        Segment high = new Segment(MOST_SLOTS, segment.depth + 1);
        for (int slot : segment.slots) {
            if (slot != 0) {
                long h = hashOf(id(slot));
                boolean isHigh = (h >>> (Long.SIZE - 1 - segment.depth) & 1) != 0;
                place(isHigh ? high : low, slot, h);
            }
        }
        int span = 1 << (depth - segment.depth);
        int first = indexOf(hash) & -span;
        low.most = mostOf(first);
        high.most = mostOf(first + span / 2);
        Arrays.fill(directory, first, first + span / 2, low);
        Arrays.fill(directory, first + span / 2, first + span, high);
    }

    /// Somewhere from 1/2 to 3/4 of the slots: all segments are about equally full, and would all
    /// split within the same few additions if they had the same limit.
    private static int mostOf(int place) {
        int spread = MOST_SLOTS / 4;
        return MOST_SLOTS / 2 + (place * 0x9E37_79B9 >>> Integer.SIZE - 9) * spread / 512;
    }
}
