package io.hawkermq.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Bytes on their way out: a `byte[]` that grows by doubling up to a limit. Owned by one thread at
/// a time; made to be kept by a connection and emptied with [#reset] after each write.
public final class ByteWriter {
    /// The longest UTF-8 string or binary data of section 1.5.4 and 1.5.6, in bytes.
    private static final int LONGEST_TEXT = 65_535;

    private static final byte[] NOTHING = new byte[0];

    private final int limit;
    private byte[] bytes;
    private int length;

    /// @param capacity bytes to begin with, 0 to `limit`
    /// @param limit bytes that it never grows beyond
    public ByteWriter(int capacity, int limit) {
        if (capacity < 0 || capacity > limit) {
            throw new IllegalArgumentException(
                    "the capacity is " + capacity + ", allowed is 0 to " + limit);
        }
        this.limit = limit;
        this.bytes = capacity == 0 ? NOTHING : new byte[capacity];
    }

    /// The bytes written so far are at 0 to [#length]; valid until more is written.
    public byte[] array() {
        return bytes;
    }

    public int length() {
        return length;
    }

    public boolean isEmpty() {
        return length == 0;
    }

    /// Forgets what was written and keeps the array.
    public void reset() {
        length = 0;
    }

    /// Forgets what was written, and the array too if it has more than `keepAtMost` bytes.
    public void reset(int keepAtMost) {
        length = 0;
        if (bytes.length > keepAtMost) {
            bytes = NOTHING;
        }
    }

    /// Forgets what was written after the first `newLength` bytes.
    public void truncate(int newLength) {
        if (newLength < 0 || newLength > length) {
            throw new IllegalArgumentException(
                    "cannot truncate " + length + " bytes to " + newLength);
        }
        length = newLength;
    }

    /// Makes room for `more` bytes, so that they can be written without growing again.
    ///
    /// @throws IllegalStateException if the limit does not allow it
    public void reserve(int more) {
        if (more <= bytes.length - length) {
            return;
        }
        if (more > limit - length) {
            throw new IllegalStateException(
                    "the buffer is full: it holds "
                            + length
                            + " of at most "
                            + limit
                            + " bytes and "
                            + more
                            + " more are to be written");
        }
        int doubled = (int) Math.min(limit, Math.max(64L, 2L * bytes.length));
        bytes = Arrays.copyOf(bytes, Math.max(length + more, doubled));
    }

    public void writeByte(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
    }

    /// A Two Byte Integer.
    public void writeTwoBytes(int value) {
        reserve(2);
        bytes[length++] = (byte) (value >>> 8);
        bytes[length++] = (byte) value;
    }

    /// A Four Byte Integer.
    public void writeFourBytes(long value) {
        writeTwoBytes((int) (value >>> 16));
        writeTwoBytes((int) value);
    }

    /// A Variable Byte Integer, 0 to 268,435,455, in the fewest bytes [MQTT-1.5.5-1].
    public void writeVariable(int value) {
        reserve(sizeOfVariable(value));
        int rest = value;
        while (rest > 0x7F) {
            bytes[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
    }

    public void write(byte[] source) {
        write(source, 0, source.length);
    }

    public void write(byte[] source, int from, int to) {
        int count = to - from;
        reserve(count);
        System.arraycopy(source, from, bytes, length, count);
        length += count;
    }

    /// Binary Data: its length in two bytes, then the bytes.
    ///
    /// @throws IllegalArgumentException if it has more than 65,535 bytes
    public void writeBinary(byte[] data) {
        if (data.length > LONGEST_TEXT) {
            throw new IllegalArgumentException(
                    "the data has " + data.length + " bytes, allowed are " + LONGEST_TEXT);
        }
        writeTwoBytes(data.length);
        write(data);
    }

    /// A UTF-8 Encoded String: its length in two bytes, then the bytes.
    ///
    /// @throws IllegalArgumentException if it has more than 65,535 bytes, the character U+0000
    ///     [MQTT-1.5.4-2] or half a surrogate pair [MQTT-1.5.4-1]
    public void writeText(String text) {
        int start = length;
        int chars = text.length();
        if (chars > LONGEST_TEXT) {
            throw tooLong(chars);
        }
        reserve(2 + chars);
        length += 2;
        for (int i = 0; i < chars; i++) {
            char c = text.charAt(i);
            if (c == 0 || c > 0x7F) {
                length = start;
                writeTextWithMore(text);
                return;
            }
            bytes[length++] = (byte) c;
        }
        bytes[start] = (byte) (chars >>> 8);
        bytes[start + 1] = (byte) chars;
    }

    private void writeTextWithMore(String text) {
        String fault = Utf8.faultOf(text);
        if (fault != null) {
            throw new IllegalArgumentException("the text has " + fault);
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > LONGEST_TEXT) {
            throw tooLong(utf8.length);
        }
        writeBinary(utf8);
    }

    private static IllegalArgumentException tooLong(int bytes) {
        return new IllegalArgumentException(
                "the text has at least " + bytes + " bytes, allowed are " + LONGEST_TEXT);
    }

    /// Leaves `count` bytes free at the end, to be filled by [#closeGap] or [#putByte].
    void skip(int count) {
        reserve(count);
        length += count;
    }

    void putByte(int at, int value) {
        bytes[at] = (byte) value;
    }

    /// Writes `value` as a Variable Byte Integer at `at`, where `gap` bytes are free, and moves all
    /// that follows so that nothing is free any more.
    void closeGap(int at, int gap, int value) {
        int size = sizeOfVariable(value);
        int from = at + gap;
        int count = length - from;
        if (size > gap) {
            reserve(size - gap);
        }
        if (size != gap) {
            System.arraycopy(bytes, from, bytes, at + size, count);
        }
        length = at;
        writeVariable(value);
        length += count;
    }

    /// How many bytes a Variable Byte Integer takes, 1 to 4.
    static int sizeOfVariable(int value) {
        return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;
    }
}
