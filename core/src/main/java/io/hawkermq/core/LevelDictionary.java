package io.hawkermq.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The levels of Topic Filters as numbers: each distinct level is held once, as UTF-8, with a
/// count of its uses, and goes with its last use. Compared byte by byte, never normalised
/// [MQTT-4.7.3-4]; the empty level is one like any other.
final class LevelDictionary extends IdTable {
    /// What [#find] answers for a level that no filter has.
    static final int UNKNOWN = 0;

    /// The ids below are the caller's, for levels that are not text.
    static final int FIRST_ID = 3;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;

    private final long seed;
    private ObjectPages texts = new ObjectPages();
    // Uses of each level; of a free id the next free one, complemented.
    private IntPages uses = new IntPages(1);
    private int firstFree = UNKNOWN;
    private int end = FIRST_ID;

    /// @param seed unknown to clients, so that they cannot choose levels of equal hash
    LevelDictionary(long seed) {
        this.seed = seed;
    }

    /// Where the level ends that begins at `from`: at the next `/`, or at the end.
    static int endOfLevel(byte[] utf8, int from) {
        int to = from;
        while (to < utf8.length && utf8[to] != '/') {
            to++;
        }
        return to;
    }

    /// The hash of a level's bytes, under which it is looked up.
    long hash(byte[] utf8, int from, int to) {
        int length = to - from;
        long h = mix(seed ^ length);
        if (length >= Long.BYTES) {
            int last = to - Long.BYTES;
            for (int i = from; i < last; i += Long.BYTES) {
                h = mix(h ^ (long) LONG.get(utf8, i));
            }
            return mix(h ^ (long) LONG.get(utf8, last));
        }
        long tail = 0;
        for (int i = from; i < to; i++) {
            tail = tail << Byte.SIZE | (utf8[i] & 0xFF);
        }
        return mix(h ^ tail);
    }

    static long mix(long x) {
        return Math.multiplyHigh(x, MULTIPLIER) ^ x * MULTIPLIER ^ x >>> 32;
    }

    /// The level's id, or [#UNKNOWN].
    int find(byte[] utf8, int from, int to) {
        long hash = hash(utf8, from, to);
        int[] slots = segment(hash).slots();
        int mask = slots.length - 1;
        for (int i = home(hash) & mask; slots[i] != 0; i = (i + 1) & mask) {
            if (mayHold(slots[i], hash)) {
                byte[] text = text(id(slots[i]));
                if (Arrays.equals(text, 0, text.length, utf8, from, to)) {
                    return id(slots[i]);
                }
            }
        }
        return UNKNOWN;
    }

    /// Gives an id to a level that [#find] does not know, and uses it once.
    int add(byte[] utf8, int from, int to) {
        int id = firstFree;
        if (id != UNKNOWN) {
            firstFree = ~uses.page(id)[uses.offset(id)];
        } else {
            id = end++;
            uses.reach(id);
            texts.reach(id);
        }
        uses.page(id)[uses.offset(id)] = 1;
        texts.set(id, Arrays.copyOfRange(utf8, from, to));
        insert(id, hash(utf8, from, to));
        return id;
    }

    /// Uses a level once more: it stays until [#release] was called for each use.
    void use(int id) {
        uses.page(id)[uses.offset(id)]++;
    }

    void release(int id) {
        int left = --uses.page(id)[uses.offset(id)];
        if (left > 0) {
            return;
        }
        delete(id, hashOf(id));
        texts.set(id, null);
        uses.page(id)[uses.offset(id)] = ~firstFree;
        firstFree = id;
        if (count() == 0) {
            texts = new ObjectPages();
            uses = new IntPages(1);
            firstFree = UNKNOWN;
            end = FIRST_ID;
        }
    }

    @Override
    long hashOf(int id) {
        byte[] text = text(id);
        return hash(text, 0, text.length);
    }

    private byte[] text(int id) {
        if (texts.at(id) instanceof byte[] text) {
            return text;
        }
        throw new IllegalStateException("level " + id + " is not in use");
    }
}
