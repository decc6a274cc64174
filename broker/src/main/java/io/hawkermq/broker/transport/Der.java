package io.hawkermq.broker.transport;

import java.io.ByteArrayOutputStream;
import java.security.InvalidKeyException;

/// As much of DER as wraps one form of a private key into another: values are read and written
/// whole, one after the other.
final class Der {
    static final int INTEGER = 0x02;
    static final int OCTET_STRING = 0x04;
    static final int OBJECT_IDENTIFIER = 0x06;
    static final int SEQUENCE = 0x30;

    /// A value's tag and content, and where the next one begins.
    record Value(int tag, byte[] content, int end) {}

    private Der() {}

    /// The value that begins at `at`.
    ///
    /// @throws InvalidKeyException if there is none
    static Value read(byte[] bytes, int at) throws InvalidKeyException {
        if (at + 2 > bytes.length) {
            throw new InvalidKeyException("it ends too early");
        }
        int tag = bytes[at] & 0xFF;
        long length = bytes[at + 1] & 0xFF;
        int from = at + 2;
        if (length >= 0x80) {
            int count = (int) length - 0x80;
            if (count < 1 || count > 4 || from + count > bytes.length) {
                throw new InvalidKeyException("a length in it is wrong");
            }
            length = 0;
            for (int i = 0; i < count; i++) {
                length = length << 8 | bytes[from + i] & 0xFF;
            }
            from += count;
        }
        if (length > bytes.length - from) {
            throw new InvalidKeyException("it ends too early");
        }
        byte[] content = new byte[(int) length];
        System.arraycopy(bytes, from, content, 0, content.length);
        return new Value(tag, content, from + content.length);
    }

    /// @throws InvalidKeyException if another value begins at `at`
    static Value read(int tag, byte[] bytes, int at) throws InvalidKeyException {
        Value value = read(bytes, at);
        if (value.tag() != tag) {
            throw new InvalidKeyException("it has an unexpected structure");
        }
        return value;
    }

    /// A value with the parts as its content.
    static byte[] value(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 6);
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else {
            int count = (32 - Integer.numberOfLeadingZeros(length) + 7) / 8;
            out.write(0x80 + count);
            for (int i = count - 1; i >= 0; i--) {
                out.write(length >>> 8 * i);
            }
        }
        for (byte[] part : parts) {
            out.write(part, 0, part.length);
        }
        return out.toByteArray();
    }
}
