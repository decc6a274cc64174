package io.hawkermq.mosquitto.database;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads the fields of one chunk, one after the other, and never beyond its end.
final class ChunkBody {
    /// Times from here on, in seconds, are taken for damage: about the year 36,800.
    private static final long LATEST = 1L << 40;

    private final byte[] bytes;
    private long missing;
    private int position;

    ChunkBody(byte[] bytes) {
        this(bytes, 0);
    }

    /// @param missing bytes that it should have besides and the file does not
    ChunkBody(byte[] bytes, long missing) {
        this.bytes = bytes;
        this.missing = missing;
    }

    int remaining() {
        return bytes.length - position;
    }

    int unsignedByte(String what) throws DamagedChunkException {
        need(1, what);
        return bytes[position++] & 0xFF;
    }

    int twoBytes(String what) throws DamagedChunkException {
        return unsignedByte(what) << 8 | unsignedByte(what);
    }

    long fourBytes(String what) throws DamagedChunkException {
        long high = twoBytes(what);
        return high << 16 | twoBytes(what);
    }

    /// Eight bytes in the byte order of the machine that wrote the file, which the file does not
    /// tell: good for comparing only.
    long opaque(String what) throws DamagedChunkException {
        need(8, what);
        long value = ByteBuffer.wrap(bytes, position, 8).order(ByteOrder.LITTLE_ENDIAN).getLong();
        position += 8;
        return value;
    }

    /// Seconds since the epoch, in the byte order of the machine that wrote the file: whichever
    /// makes it a time.
    long seconds(String what) throws DamagedChunkException {
        long value = opaque(what);
        if (isTime(value)) {
            return value;
        }
        if (isTime(Long.reverseBytes(value))) {
            return Long.reverseBytes(value);
        }
        throw new DamagedChunkException(what + " is no time: " + Long.toUnsignedString(value));
    }

    private static boolean isTime(long value) {
        return value >= 0 && value < LATEST;
    }

    byte[] bytes(long length, String what) throws DamagedChunkException {
        need(length, what);
        int from = position;
        position += (int) length;
        return Arrays.copyOfRange(bytes, from, position);
    }

    void skip(int length, String what) throws DamagedChunkException {
        need(length, what);
        position += length;
    }

    /// All that is left.
    byte[] rest() {
        byte[] rest = Arrays.copyOfRange(bytes, position, bytes.length);
        position = bytes.length;
        return rest;
    }

    /// How many bytes it should have after what was read, whether they are there or not.
    long leftOver() {
        return remaining() + missing;
    }

    /// Those that are there; nothing is left over then.
    byte[] takeLeftOver() {
        missing = 0;
        return rest();
    }

    /// @param length bytes
    String text(int length, String what) throws DamagedChunkException {
        need(length, what);
        ByteBuffer utf8 = ByteBuffer.wrap(bytes, position, length);
        position += length;
        try {
            // A new decoder reports what is ill-formed, where String would replace it.
            return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
        } catch (CharacterCodingException e) {
            throw new DamagedChunkException(what + " is ill-formed UTF-8");
        }
    }

    /// A text after its length in two bytes.
    String text(String what) throws DamagedChunkException {
        return text(twoBytes("the length of " + what), what);
    }

    static @Nullable String nullIfEmpty(String text) {
        return text.isEmpty() ? null : text;
    }

    private void need(long count, String what) throws DamagedChunkException {
        if (count > remaining()) {
            throw new DamagedChunkException(
                    what
                            + " runs over the end: "
                            + count
                            + " bytes are needed, "
                            + remaining()
                            + " are there");
        }
    }
}
