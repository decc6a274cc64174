package io.hawkermq.store;

import io.hawkermq.core.Message;
import io.hawkermq.core.StoredDelivery;
import io.hawkermq.core.StoredMessage;
import io.hawkermq.protocol.QoS;
import org.jspecify.annotations.Nullable;

/// A [Pack] and its marks as they were read: where what stands. Messages are made of it one by one, so
/// that those that stay in the store cost nothing.
final class PackRecord {
    /// More Subscription Identifiers than one delivery can carry in a packet.
    private static final int MOST_IDENTIFIERS = 1 << 26;

    private final long session;
    private final long first;
    private final byte[] value;
    private final boolean hasMarks;
    private final long[] over;
    private final long[] sequences;
    private final byte[] flags;
    private final char[] packetIds;
    private final long[] orders;
    private final int[] @Nullable [] identifiers;
    private final int[] shares;

    /// The number of the message's own record; 0 if the message stands here.
    private final long[] bodies;

    private final int[] messagesAt;
    private final int[] bytes;
    private final boolean[] expires;

    /// @param marks null if there are none
    PackRecord(byte[] key, byte[] value, byte @Nullable [] marks) throws BadRecordException {
        RecordReader keyIn = new RecordReader(key, 1);
        session = keyIn.i64();
        first = keyIn.i64();
        keyIn.end();
        this.value = value;
        RecordReader in = new RecordReader(value, 0);
        in.version(Pack.VERSION);
        int count = in.u8() + 1;
        over = new long[(count + 63) / 64];
        sequences = new long[count];
        flags = new byte[count];
        packetIds = new char[count];
        orders = new long[count];
        identifiers = new int[count] @Nullable [];
        shares = new int[count];
        bodies = new long[count];
        messagesAt = new int[count];
        bytes = new int[count];
        expires = new boolean[count];
        long sequence = first;
        for (int i = 0; i < count; i++) {
            sequence += in.varint();
            sequences[i] = sequence;
            entry(in, i);
        }
        in.end();
        hasMarks = marks != null;
        if (marks != null) {
            marks(new RecordReader(marks, 0));
        }
    }

    private void entry(RecordReader in, int i) throws BadRecordException {
        int found = in.u8();
        if (found > Pack.FLAGS || (found & Pack.QOS_0) != 0 && (found & Pack.QOS_2) != 0) {
            throw new BadRecordException("the flags of a delivery are " + found);
        }
        flags[i] = (byte) found;
        if ((found & Pack.IDENTIFIERS) != 0) {
            int[] all = new int[in.varint(0, MOST_IDENTIFIERS)];
            for (int n = 0; n < all.length; n++) {
                all[n] = in.varint(1, 268_435_455);
            }
            identifiers[i] = all;
        }
        if ((found & Pack.SHARED) != 0) {
            shares[i] = (int) in.varint();
        }
        if ((found & Pack.IN_FLIGHT) != 0) {
            packetIds[i] = (char) in.varint(1, 65_535);
            orders[i] = in.varint();
        }
        if ((found & Pack.BODY) != 0) {
            bodies[i] = in.varint();
        } else {
            messagesAt[i] = in.position();
            Records.Size size = Records.skipMessagePart(in);
            bytes[i] = size.bytes();
            expires[i] = size.expires();
        }
    }

    private void marks(RecordReader in) throws BadRecordException {
        in.version(Pack.VERSION);
        byte[] bits = in.raw((count() + 7) / 8);
        for (int i = 0; i < count(); i++) {
            if ((bits[i >> 3] & 1 << (i & 7)) != 0) {
                over[i >> 6] |= 1L << i;
            }
        }
        int begun = in.varint(0, count());
        for (int n = 0; n < begun; n++) {
            int i = in.u8();
            int packetId = in.varint(1, 65_535);
            long order = in.varint();
            if (i < count()) {
                packetIds[i] = (char) packetId;
                orders[i] = order;
            }
        }
        in.end();
    }

    long session() {
        return session;
    }

    long first() {
        return first;
    }

    int count() {
        return sequences.length;
    }

    boolean hasMarks() {
        return hasMarks;
    }

    /// True if the marks say that it is over.
    boolean isOver(int i) {
        return (over[i >> 6] & 1L << i) != 0;
    }

    long sequence(int i) {
        return sequences[i];
    }

    long lastSequence() {
        return sequences[sequences.length - 1];
    }

    QoS qos(int i) {
        if ((flags[i] & Pack.QOS_0) != 0) {
            return QoS.AT_MOST_ONCE;
        }
        return (flags[i] & Pack.QOS_2) != 0 ? QoS.EXACTLY_ONCE : QoS.AT_LEAST_ONCE;
    }

    /// 0 if it is not in flight.
    int packetId(int i) {
        return packetIds[i];
    }

    long order(int i) {
        return orders[i];
    }

    /// The number of the record with its message; 0 if the message stands here.
    long body(int i) {
        return bodies[i];
    }

    /// [Message#bytes] of a message that stands here.
    int bytes(int i) {
        return bytes[i];
    }

    /// Whether a message that stands here expires.
    boolean expires(int i) {
        return expires[i];
    }

    /// The message that stands here.
    StoredMessage message(int i, Names names) throws BadRecordException {
        Message message = Records.messagePart(new RecordReader(value, messagesAt[i]), names);
        return new StoredMessage(message);
    }

    /// A handle for a delivery, written in `pack`.
    StoredDelivery delivery(int i, StoredMessage message, Pack pack) {
        StoredDelivery d =
                new StoredDelivery(
                        session,
                        sequences[i],
                        message,
                        qos(i),
                        (flags[i] & Pack.RETAIN) != 0,
                        identifiers[i],
                        shares[i]);
        d.begun(packetIds[i], orders[i]);
        d.written(pack, i, bodies[i]);
        return d;
    }
}
