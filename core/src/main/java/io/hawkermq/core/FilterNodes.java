package io.hawkermq.core;

import org.jspecify.annotations.Nullable;

/// The tree of Topic Filters as arrays: a node is an id, its record is its parent, its level and
/// its shape, and the edge (parent, level) -> node is a slot in the hash table that this class is.
/// Nodes are 16 bytes and their slot 5 to 11.
///
/// What hangs at a node (its subscribers) is one reference.
final class FilterNodes extends IdTable {
    static final int ROOT = 0;

    /// What [#child] answers if there is none; the root is nobody's child.
    static final int NONE = 0;

    /// The level ids of the wildcards.
    static final int PLUS = 1;

    static final int HASH = 2;

    /// The bits of a shape; above them the number of children by text.
    static final int HAS_PLUS = 1;

    static final int HAS_HASH = 2;
    static final int HAS_CONTENT = 4;
    static final int ONE_LITERAL = 8;

    private static final int PARENT_AT = 0;
    private static final int LEVEL_AT = 1;
    private static final int SHAPE_AT = 2;
    private static final int STRIDE = 3;

    private final long seed;
    private IntPages records = new IntPages(STRIDE);
    private ObjectPages contents = new ObjectPages();
    // Free nodes are chained by their parent field.
    private int firstFree = NONE;
    private int end = ROOT + 1;

    FilterNodes(long seed) {
        this.seed = seed;
    }

    int shape(int node) {
        return records.page(node)[records.offset(node) + SHAPE_AT];
    }

    int parent(int node) {
        return records.page(node)[records.offset(node) + PARENT_AT];
    }

    int level(int node) {
        return records.page(node)[records.offset(node) + LEVEL_AT];
    }

    @Nullable Object content(int node) {
        return contents.at(node);
    }

    void setContent(int node, @Nullable Object content) {
        contents.set(node, content);
        int at = records.offset(node) + SHAPE_AT;
        int[] page = records.page(node);
        page[at] = content == null ? page[at] & ~HAS_CONTENT : page[at] | HAS_CONTENT;
    }

    /// The child of a node by level, or [#NONE].
    int child(int node, int level) {
        long hash = hash(node, level);
        int[] slots = segment(hash).slots();
        int mask = slots.length - 1;
        for (int i = home(hash) & mask; slots[i] != 0; i = (i + 1) & mask) {
            if (mayHold(slots[i], hash)) {
                int child = id(slots[i]);
                int[] page = records.page(child);
                int at = records.offset(child);
                if (page[at + PARENT_AT] == node && page[at + LEVEL_AT] == level) {
                    return child;
                }
            }
        }
        return NONE;
    }

    /// Makes the child of a node by a level that it has none for yet.
    int addChild(int node, int level) {
        int child = firstFree;
        if (child != NONE) {
            firstFree = parent(child);
        } else {
            child = end++;
            records.reach(child);
            contents.reach(child);
        }
        int[] page = records.page(child);
        int at = records.offset(child);
        page[at + PARENT_AT] = node;
        page[at + LEVEL_AT] = level;
        page[at + SHAPE_AT] = 0;
        records.page(node)[records.offset(node) + SHAPE_AT] += weight(level);
        insert(child, hash(node, level));
        return child;
    }

    /// Removes a node that has neither children nor content.
    void remove(int node) {
        int parent = parent(node);
        int level = level(node);
        delete(node, hash(parent, level));
        records.page(parent)[records.offset(parent) + SHAPE_AT] -= weight(level);
        records.page(node)[records.offset(node) + PARENT_AT] = firstFree;
        firstFree = node;
        if (count() == 0) {
            records = new IntPages(STRIDE);
            contents = new ObjectPages();
            firstFree = NONE;
            end = ROOT + 1;
        }
    }

    private static int weight(int level) {
        return switch (level) {
            case PLUS -> HAS_PLUS;
            case HASH -> HAS_HASH;
            default -> ONE_LITERAL;
        };
    }

    @Override
    long hashOf(int id) {
        return hash(parent(id), level(id));
    }

    private long hash(int parent, int level) {
        return LevelDictionary.mix(((long) parent << 32 | level) ^ seed);
    }
}
