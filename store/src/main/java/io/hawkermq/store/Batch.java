package io.hawkermq.store;

import java.util.Arrays;

/// Changes that are written together, already in the form in which RocksDB writes them to its log:
/// one call hands over all of them, where a call for each record would cost more than the record. The
/// form is that of `WriteBatch.data()`, part of RocksDB's file format.
final class Batch extends RecordWriter {
    /// What one change does.
    enum Operation {
        PUT,
        DELETE,
        DELETE_RANGE
    }

    /// Sees the changes of a batch one by one.
    interface Visitor {
        /// @param value of a PUT; where a DELETE_RANGE ends; empty for a DELETE
        void change(Operation operation, byte[] key, byte[] value);
    }

    private static final int HEADER = 12;
    private static final int COUNT_AT = 8;
    private static final int DELETE = 0x0;
    private static final int PUT = 0x1;
    private static final int DELETE_RANGE = 0xF;
    private static final int KEPT_CAPACITY = 1 << 22;

    private final RecordWriter key = new RecordWriter(128);
    private final RecordWriter value = new RecordWriter(1 << 12);
    private int count;

    Batch() {
        super(1 << 14);
        reset();
    }

    void reset() {
        clear(KEPT_CAPACITY);
        value.clear(KEPT_CAPACITY);
        count = 0;
        i64(0);
        u16(0);
        u16(0);
    }

    int count() {
        return count;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /// The key of the next change, empty, to be filled.
    RecordWriter key() {
        key.clear();
        return key;
    }

    /// The value of the next change, empty, to be filled.
    RecordWriter value() {
        value.clear();
        return value;
    }

    /// Adds a record of what [#key] and [#value] were filled with.
    void put() {
        u8(PUT);
        part(key);
        part(value);
        count++;
    }

    void put(byte[] withKey, byte[] withValue) {
        u8(PUT);
        sized(withKey);
        sized(withValue);
        count++;
    }

    /// Removes the record whose key [#key] was filled with.
    void delete() {
        u8(DELETE);
        part(key);
        count++;
    }

    void delete(byte[] withKey) {
        u8(DELETE);
        sized(withKey);
        count++;
    }

    void deleteRange(byte[] from, byte[] to) {
        u8(DELETE_RANGE);
        sized(from);
        sized(to);
        count++;
    }

    private void part(RecordWriter part) {
        varint(part.length());
        raw(part.bytes(), part.length());
    }

    /// What RocksDB takes.
    byte[] serialized() {
        for (int i = 0; i < 4; i++) {
            set(COUNT_AT + i, count >>> (8 * i));
        }
        return copy();
    }

    void forEach(Visitor visitor) {
        RecordReader reader = new RecordReader(Arrays.copyOf(bytes(), length()), HEADER);
        try {
            while (reader.hasMore()) {
                switch (reader.u8()) {
                    case PUT -> visitor.change(Operation.PUT, reader.sized(), reader.sized());
                    case DELETE ->
                            visitor.change(Operation.DELETE, reader.sized(), new byte[0]);
                    case DELETE_RANGE ->
                            visitor.change(
                                    Operation.DELETE_RANGE, reader.sized(), reader.sized());
                    default -> throw new BadRecordException("an unknown change");
                }
            }
        } catch (BadRecordException e) {
            throw new IllegalStateException("this batch was written wrongly: " + e.getMessage());
        }
    }
}
