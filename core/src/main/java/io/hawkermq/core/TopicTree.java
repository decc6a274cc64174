package io.hawkermq.core;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A B+ tree of Topic Names in their UTF-8 bytes, in an order that keeps every subtree together:
/// byte by byte with `/` before all others, so that `a` comes before `a/b`, and `a/b` before `a!`.
/// A node has 64 entries at most and, but for the root, 16 at least; leaves are chained.
final class TopicTree<M> {
    private static final int MOST = 64;
    private static final int FEWEST = MOST / 4;

    /// A node: `keys[i]` is no greater than anything in `slots[i]`, and of a leaf its very key.
    /// In a leaf the slots are messages, above they are nodes.
    private static sealed class Node {
        final byte[][] keys = new byte[MOST][];
        final @Nullable Object[] slots = new @Nullable Object[MOST];
        int count;

        /// The last entry whose key is at most this, or -1.
        int floor(byte[] key, int length) {
            int low = 0;
            int high = count - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                if (compare(keys[middle], keys[middle].length, key, length) <= 0) {
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
            }
            return high;
        }

        void insert(int at, byte[] key, Object slot) {
            System.arraycopy(keys, at, keys, at + 1, count - at);
            System.arraycopy(slots, at, slots, at + 1, count - at);
            keys[at] = key;
            slots[at] = slot;
            count++;
        }

        void delete(int at) {
            count--;
            System.arraycopy(keys, at + 1, keys, at, count - at);
            System.arraycopy(slots, at + 1, slots, at, count - at);
            clear(count, count + 1);
        }

        /// Moves entries from here to the end or the start of a neighbour.
        void move(int from, int to, Node target, int at) {
            int moved = to - from;
            System.arraycopy(target.keys, at, target.keys, at + moved, target.count - at);
            System.arraycopy(target.slots, at, target.slots, at + moved, target.count - at);
            System.arraycopy(keys, from, target.keys, at, moved);
            System.arraycopy(slots, from, target.slots, at, moved);
            target.count += moved;
            System.arraycopy(keys, to, keys, from, count - to);
            System.arraycopy(slots, to, slots, from, count - to);
            clear(count - moved, count);
            count -= moved;
        }

        @SuppressWarnings("NullAway") // keys beyond count are never read
        private void clear(int from, int to) {
            Arrays.fill(keys, from, to, null);
            Arrays.fill(slots, from, to, null);
        }

        Node child(int i) {
            if (slots[i] instanceof Node child) {
                return child;
            }
            throw new IllegalStateException("no inner node");
        }
    }

    private static final class Leaf extends Node {
        private @Nullable Leaf next;
    }

    private static final class Inner extends Node {}

    /// A place in the tree. It holds as long as the tree's keys do not change.
    static final class Place {
        private @Nullable Leaf leaf;
        private int index;

        /// The key here; null at the tree's end.
        byte @Nullable [] key() {
            return leaf == null ? null : leaf.keys[index];
        }

        /// Goes one key further.
        void advance() {
            if (leaf != null && ++index >= leaf.count) {
                leaf = leaf.next;
                index = 0;
            }
        }
    }

    private Node root = new Leaf();
    private int size;
    private long changes;

    int size() {
        return size;
    }

    /// A number that is another whenever the set of keys is another: [Place]s have become invalid.
    long changes() {
        return changes;
    }

    /// Orders two keys; positive if the first is the greater one.
    static int compare(byte[] a, int aLength, byte[] b, int bLength) {
        int i = Arrays.mismatch(a, 0, aLength, b, 0, bLength);
        if (i < 0) {
            return 0;
        }
        if (i == aLength || i == bLength) {
            return aLength - bLength;
        }
        return rank(a[i]) - rank(b[i]);
    }

    // No topic has a zero byte [MQTT-4.7.3-2].
    private static int rank(byte b) {
        return b == '/' ? 0 : b & 0xFF;
    }

    @Nullable M get(byte[] key) {
        Leaf leaf = leafOf(key, key.length);
        int i = leaf.floor(key, key.length);
        return i >= 0 && Arrays.equals(leaf.keys[i], key) ? message(leaf, i) : null;
    }

    /// The message at a place, null at the end.
    @Nullable M at(Place place) {
        return place.leaf == null ? null : message(place.leaf, place.index);
    }

    @SuppressWarnings("unchecked") // only put() writes slots of leaves
    private @Nullable M message(Leaf leaf, int i) {
        return (M) leaf.slots[i];
    }

    private Leaf leafOf(byte[] key, int length) {
        Node node = root;
        while (!(node instanceof Leaf)) {
            node = node.child(Math.max(0, node.floor(key, length)));
        }
        return (Leaf) node;
    }

    /// Puts the place at the first key that is not less than this.
    void seek(Place place, byte[] key, int length) {
        Leaf leaf = place.leaf;
        // Often it is not far: first look in the leaf that the place is in.
        if (leaf == null || !isWithin(leaf, key, length)) {
            leaf = leafOf(key, length);
        }
        int i = leaf.floor(key, length);
        boolean isFound = i >= 0 && compare(leaf.keys[i], leaf.keys[i].length, key, length) == 0;
        place.leaf = leaf;
        place.index = isFound ? i : i + 1;
        if (place.index == leaf.count) {
            place.leaf = leaf.next;
            place.index = 0;
        }
    }

    /// Makes the next [#seek] start at the root, whatever became of the leaf.
    static void forget(Place place) {
        place.leaf = null;
    }

    private static boolean isWithin(Leaf leaf, byte[] key, int length) {
        byte[] first = leaf.keys[0];
        byte[] last = leaf.keys[leaf.count - 1];
        return compare(first, first.length, key, length) <= 0
                && compare(last, last.length, key, length) >= 0;
    }

    /// The replaced message, or null.
    @Nullable M put(byte[] key, M message) {
        M replaced = put(root, key, message);
        if (replaced == null) {
            size++;
            changes++;
            if (root.count == MOST) {
                Inner above = new Inner();
                above.insert(0, root.keys[0], root);
                split(above, 0);
                root = above;
            }
        }
        return replaced;
    }

    /// Puts below a node; its child has room after it, the node itself may have become full.
    private @Nullable M put(Node node, byte[] key, M message) {
        int i = node.floor(key, key.length);
        if (node instanceof Leaf leaf) {
            if (i >= 0 && Arrays.equals(leaf.keys[i], key)) {
                M replaced = message(leaf, i);
                leaf.keys[i] = key; // the old message's bytes may go with it
                leaf.slots[i] = message;
                return replaced;
            }
            leaf.insert(i + 1, key, message);
            return null;
        }
        if (i < 0) {
            i = 0;
            node.keys[0] = key;
        }
        Node child = node.child(i);
        M replaced = put(child, key, message);
        if (child.count == MOST) {
            split(node, i);
        }
        return replaced;
    }

    /// Halves a child; the last of all gives away a quarter only, because topics that come in
    /// order would leave all others half full.
    private static void split(Node parent, int i) {
        Node child = parent.child(i);
        boolean isLast = i == parent.count - 1;
        int keep = isLast ? MOST - FEWEST : MOST / 2;
        Node right;
        if (child instanceof Leaf leaf) {
            Leaf newLeaf = new Leaf();
            newLeaf.next = leaf.next;
            leaf.next = newLeaf;
            right = newLeaf;
        } else {
            right = new Inner();
        }
        child.move(keep, MOST, right, 0);
        parent.insert(i + 1, right.keys[0], right);
    }

    /// The removed message, or null.
    @Nullable M remove(byte[] key) {
        M removed = remove(root, key);
        if (removed != null) {
            size--;
            changes++;
            if (root instanceof Inner && root.count == 1) {
                root = root.child(0);
            }
        }
        return removed;
    }

    private @Nullable M remove(Node node, byte[] key) {
        int i = node.floor(key, key.length);
        if (i < 0) {
            return null;
        }
        if (node instanceof Leaf leaf) {
            if (!Arrays.equals(leaf.keys[i], key)) {
                return null;
            }
            M removed = message(leaf, i);
            leaf.delete(i);
            return removed;
        }
        Node child = node.child(i);
        M removed = remove(child, key);
        if (removed != null && child.count < FEWEST) {
            int left = i > 0 ? i - 1 : i;
            level(node, left);
        }
        return removed;
    }

    /// Makes one of two neighbours if that leaves it room, else makes them equal.
    private static void level(Node parent, int i) {
        Node left = parent.child(i);
        Node right = parent.child(i + 1);
        int sum = left.count + right.count;
        if (sum <= MOST - FEWEST) {
            right.move(0, right.count, left, left.count);
            if (left instanceof Leaf l && right instanceof Leaf r) {
                l.next = r.next;
            }
            parent.delete(i + 1);
            return;
        }
        if (left.count < right.count) {
            right.move(0, right.count - sum / 2, left, left.count);
        } else {
            left.move(sum / 2, left.count, right, 0);
        }
        parent.keys[i + 1] = right.keys[0];
    }
}
