package io.hawkermq.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Reads what a [RecordWriter] wrote.
final class RecordReader {
    private final byte[] bytes;
    private int at;

    RecordReader(byte[] bytes, int from) {
        this.bytes = bytes;
        this.at = from;
    }

    int position() {
        return at;
    }

    boolean hasMore() {
        return at < bytes.length;
    }

    int u8() throws BadRecordException {
        need(1);
        return bytes[at++] & 0xFF;
    }

    int u16() throws BadRecordException {
        return u8() << 8 | u8();
    }

    long i64() throws BadRecordException {
        need(8);
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = value << 8 | (bytes[at++] & 0xFF);
        }
        return value;
    }

    long varint() throws BadRecordException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = u8();
            value |= (long) (b & 0x7F) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw new BadRecordException("a number has no end");
    }

    /// A number that must lie between both.
    int varint(int least, int most) throws BadRecordException {
        long value = varint();
        if (value < least || value > most) {
            throw new BadRecordException(
                    "a number is " + value + ", expected is " + least + " to " + most);
        }
        return (int) value;
    }

    byte[] raw(int count) throws BadRecordException {
        need(count);
        byte[] found = Arrays.copyOfRange(bytes, at, at + count);
        at += count;
        return found;
    }

    byte[] sized() throws BadRecordException {
        return raw(varint(0, Integer.MAX_VALUE));
    }

    String text() throws BadRecordException {
        int count = varint(0, Integer.MAX_VALUE);
        need(count);
        String text = new String(bytes, at, count, StandardCharsets.UTF_8);
        at += count;
        return text;
    }

    /// Where the next `count` bytes begin in [#bytes]; steps over them.
    int skip(int count) throws BadRecordException {
        need(count);
        at += count;
        return at - count;
    }

    byte[] bytes() {
        return bytes;
    }

    void version(int known) throws BadRecordException {
        int version = u8();
        if (version != known) {
            throw new BadRecordException("its version is " + version + ", known is " + known);
        }
    }

    void end() throws BadRecordException {
        if (hasMore()) {
            throw new BadRecordException((bytes.length - at) + " bytes are left over");
        }
    }

    private void need(int count) throws BadRecordException {
        if (count < 0 || bytes.length - at < count) {
            throw new BadRecordException("it ends too early");
        }
    }
}
