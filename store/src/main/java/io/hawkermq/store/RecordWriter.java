package io.hawkermq.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Bytes of a key or a value as they are written. Fixed numbers are big-endian, so that keys sort by
/// them; the others take seven bits a byte, the lowest first.
class RecordWriter {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /// What an array can hold.
    private static final int MOST = Integer.MAX_VALUE - 8;

    private byte[] bytes;
    private int length;

    RecordWriter(int capacity) {
        bytes = new byte[capacity];
    }

    /// Valid up to [#length]; another array after the next write.
    final byte[] bytes() {
        return bytes;
    }

    final int length() {
        return length;
    }

    final byte[] copy() {
        return Arrays.copyOf(bytes, length);
    }

    /// Empties it; a buffer that one large record blew up is given back.
    final void clear(int keptCapacity) {
        length = 0;
        if (bytes.length > keptCapacity) {
            bytes = new byte[keptCapacity];
        }
    }

    final void clear() {
        length = 0;
    }

    final void u8(int value) {
        room(1);
        bytes[length++] = (byte) value;
    }

    final void u16(int value) {
        room(2);
        bytes[length++] = (byte) (value >>> 8);
        bytes[length++] = (byte) value;
    }

    final void i64(long value) {
        room(8);
        LONG.set(bytes, length, value);
        length += 8;
    }

    /// @param value taken as unsigned; 1 to 10 bytes
    final void varint(long value) {
        room(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
    }

    final void raw(byte[] source, int count) {
        room(count);
        System.arraycopy(source, 0, bytes, length, count);
        length += count;
    }

    final void raw(byte[] source) {
        raw(source, source.length);
    }

    /// Its length, then the bytes.
    final void sized(byte[] source) {
        varint(source.length);
        raw(source);
    }

    final void text(String text) {
        sized(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Changes what was written before.
    final void set(int at, int value) {
        bytes[at] = (byte) value;
    }

    private void room(int count) {
        long needed = (long) length + count;
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, capacity(bytes.length, needed));
        }
    }

    /// How large the next array is: twice the one before, as long as there are such arrays.
    ///
    /// @throws IllegalStateException if no array holds what is needed
    static int capacity(int before, long needed) {
        if (needed > MOST) {
            throw new IllegalStateException(
                    "what is to be written at once has more than 2 GiB, which cannot be");
        }
        return (int) Math.min(MOST, Math.max(needed, 2L * before));
    }
}
