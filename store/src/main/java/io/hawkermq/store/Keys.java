package io.hawkermq.store;

import java.nio.charset.StandardCharsets;

/// The keys of all records. One key space with a first byte for the kind: one memory table, one log,
/// one tree. What belongs to a session begins with its number, so that it goes with one range.
///
/// | first byte | rest of the key | value |
/// |---|---|---|
/// | `META` | name | format version |
/// | `SESSION` | session, 0 | client, expiry, Will |
/// | `SESSION` | session, 1, Topic Filter | Subscription Options |
/// | `SESSION` | session, 2, Packet Identifier / 256 | deliveries that await PUBCOMP |
/// | `SESSION` | session, 3, Packet Identifier / 256 | Packet Identifiers received, PUBREL not |
/// | `BODY` | number | a message that several deliveries refer to |
/// | `QUEUE` | session, first sequence | a pack of deliveries |
/// | `QUEUE` | session, first sequence, 0 | which of the pack are over or in flight |
/// | `RETAINED` | Topic Name | message |
/// | `FORWARD` | number | a message between two shards |
final class Keys {
    static final int META = 0x01;
    static final int SESSION = 0x10;
    static final int BODY = 0x20;
    static final int QUEUE = 0x30;
    static final int RETAINED = 0x40;
    static final int FORWARD = 0x50;

    static final int HEADER = 0;
    static final int SUBSCRIPTION = 1;
    static final int RELEASED = 2;
    static final int RECEIVED = 3;

    /// Bytes of the key of a pack; that of its marks has one more.
    static final int PACK_LENGTH = 17;

    /// Bytes before the kind of a session's record.
    static final int SESSION_LENGTH = 9;

    static final byte[] FORMAT = meta("format");

    private Keys() {}

    private static byte[] meta(String name) {
        RecordWriter key = new RecordWriter(16);
        key.u8(META);
        key.raw(name.getBytes(StandardCharsets.US_ASCII));
        return key.copy();
    }

    static void session(RecordWriter key, long session, int kind) {
        key.u8(SESSION);
        key.i64(session);
        key.u8(kind);
    }

    static void subscription(RecordWriter key, long session, String filter) {
        session(key, session, SUBSCRIPTION);
        key.raw(filter.getBytes(StandardCharsets.UTF_8));
    }

    static void packetIds(RecordWriter key, long session, int kind, int chunk) {
        session(key, session, kind);
        key.u8(chunk);
    }

    static void pack(RecordWriter key, long session, long first) {
        key.u8(QUEUE);
        key.i64(session);
        key.i64(first);
    }

    static void marks(RecordWriter key, long session, long first) {
        pack(key, session, first);
        key.u8(0);
    }

    static void body(RecordWriter key, long number) {
        key.u8(BODY);
        key.i64(number);
    }

    static void forward(RecordWriter key, long number) {
        key.u8(FORWARD);
        key.i64(number);
    }

    static void retained(RecordWriter key, byte[] topic) {
        key.u8(RETAINED);
        key.raw(topic);
    }

    /// Where the records of a kind begin; those of the next kind, where they end.
    static byte[] first(int kind) {
        return new byte[] {(byte) kind};
    }

    /// Where the records of one session begin, within `SESSION` or `QUEUE`.
    static byte[] first(int kind, long session) {
        RecordWriter key = new RecordWriter(SESSION_LENGTH);
        key.u8(kind);
        key.i64(session);
        return key.copy();
    }

    /// Where they end.
    static byte[] last(int kind, long session) {
        // Session numbers are positive: the next one does not leave the kind.
        return first(kind, session + 1);
    }

    static String name(int kind) {
        return switch (kind) {
            case META -> "meta";
            case SESSION -> "session";
            case BODY -> "message body";
            case QUEUE -> "queue";
            case RETAINED -> "retained";
            case FORWARD -> "forward";
            default -> "unknown";
        };
    }
}
