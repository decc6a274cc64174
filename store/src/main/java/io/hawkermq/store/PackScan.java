package io.hawkermq.store;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads packs, each together with the marks behind it.
final class PackScan implements AutoCloseable {
    private final Scan scan;
    private final Consumer<byte[]> orphans;
    private byte @Nullable [] nextKey;
    private byte @Nullable [] nextValue;
    private boolean isAtEnd;
    private byte[] key = {};
    private byte[] value = {};
    private byte @Nullable [] marks;

    /// @param scan of `QUEUE` records
    /// @param orphans is told the keys of marks whose pack is lost
    PackScan(Scan scan, Consumer<byte[]> orphans) {
        this.scan = scan;
        this.orphans = orphans;
    }

    /// @throws EngineException if reading fails for another reason than damage
    boolean next() throws EngineException {
        if (nextKey == null && !read()) {
            return false;
        }
        while (nextKey != null && nextKey.length != Keys.PACK_LENGTH) {
            orphans.accept(nextKey);
            read();
        }
        if (nextKey == null || nextValue == null) {
            return false;
        }
        key = nextKey;
        value = nextValue;
        marks = null;
        if (read() && nextKey != null && isMarksOf(nextKey, key)) {
            marks = nextValue;
            nextKey = null;
        }
        return true;
    }

    private static boolean isMarksOf(byte[] marks, byte[] pack) {
        return marks.length == Keys.PACK_LENGTH + 1
                && Arrays.equals(marks, 0, Keys.PACK_LENGTH, pack, 0, Keys.PACK_LENGTH);
    }

    private boolean read() throws EngineException {
        boolean has = !isAtEnd && scan.next();
        isAtEnd = !has;
        nextKey = has ? scan.key() : null;
        nextValue = has ? scan.value() : null;
        return has;
    }

    byte[] key() {
        return key;
    }

    byte[] value() {
        return value;
    }

    /// Null if there are none.
    byte @Nullable [] marks() {
        return marks;
    }

    @Override
    public void close() {
        scan.close();
    }
}
