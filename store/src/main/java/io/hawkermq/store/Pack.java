package io.hawkermq.store;

import io.hawkermq.core.Message;
import io.hawkermq.core.StoredDelivery;
import io.hawkermq.core.StoredMessage;
import io.hawkermq.protocol.QoS;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The deliveries of one session that one commit wrote, in one record. RocksDB's cost is per record,
/// so that a hundred small messages in one are nearly as cheap as one message.
///
/// A pack is never written again. What became of its deliveries stands in a second record, its marks,
/// which takes a bit for each delivery that is over and a few bytes for each in flight, and is written
/// once in each commit that changes anything. When all are over, both records go. The price: as long
/// as one delivery is left, the room of all is taken; hence the limits on a pack's size.
final class Pack {
    /// Deliveries in one pack.
    static final int MOST = 256;

    /// Bytes after which a pack is full; a larger delivery has one for itself.
    static final int MOST_BYTES = 1 << 16;

    private static final int VERSION = 1;

    private static final int QOS_2 = 0x01;
    private static final int RETAIN = 0x02;
    private static final int IDENTIFIERS = 0x04;
    private static final int IN_FLIGHT = 0x08;
    private static final int BODY = 0x10;

    private final long session;
    private final long first;
    private final @Nullable StoredDelivery[] deliveries;
    private int left;
    private boolean hasMarks;
    private boolean isTouched;

    private Pack(long session, long first, @Nullable StoredDelivery[] deliveries) {
        this.session = session;
        this.first = first;
        this.deliveries = deliveries;
        this.left = deliveries.length;
    }

    long session() {
        return session;
    }

    long first() {
        return first;
    }

    int left() {
        return left;
    }

    // ---- writing ----

    /// Writes as many deliveries as one pack holds.
    ///
    /// @param pending of one session, by ascending sequence; the bodies of those that have one are
    ///     written
    /// @return how many there are in the pack
    static int write(Batch batch, List<StoredDelivery> pending, int from) {
        long session = pending.get(from).session();
        long first = pending.get(from).sequence();
        RecordWriter out = batch.value();
        out.u8(VERSION);
        // How many there are turns out while they are written; a byte that is set afterwards.
        out.u8(0);
        int end = from;
        long sequence = first;
        while (end < pending.size() && end - from < MOST && out.length() < MOST_BYTES) {
            StoredDelivery d = pending.get(end);
            out.varint(d.sequence() - sequence);
            sequence = d.sequence();
            delivery(out, d);
            end++;
        }
        int count = end - from;
        out.set(1, count - 1);
        Keys.pack(batch.key(), session, first);
        batch.put();
        Pack pack =
                new Pack(session, first, pending.subList(from, end).toArray(StoredDelivery[]::new));
        for (int i = from; i < end; i++) {
            StoredDelivery d = pending.get(i);
            d.writing(StoredDelivery.Writing.WRITTEN);
            d.place(pack);
        }
        return count;
    }

    private static void delivery(RecordWriter out, StoredDelivery d) {
        int[] identifiers = d.identifiers();
        boolean isInFlight = d.packetId() != 0;
        boolean hasBody = d.message().number() != 0;
        out.u8((d.qos() == QoS.EXACTLY_ONCE ? QOS_2 : 0)
                | (d.retain() ? RETAIN : 0)
                | (identifiers != null ? IDENTIFIERS : 0)
                | (isInFlight ? IN_FLIGHT : 0)
                | (hasBody ? BODY : 0));
        if (identifiers != null) {
            out.varint(identifiers.length);
            for (int identifier : identifiers) {
                out.varint(identifier);
            }
        }
        if (isInFlight) {
            out.varint(d.packetId());
            out.varint(d.order());
        }
        if (hasBody) {
            out.varint(d.message().number());
        } else {
            Records.messagePart(out, d.message().message());
        }
    }

    /// Something became of one of its deliveries.
    ///
    /// @return true for the first time since the marks were last written
    boolean touch() {
        boolean isFirst = !isTouched;
        isTouched = true;
        return isFirst;
    }

    boolean isTouched() {
        return isTouched;
    }

    void remove(StoredDelivery d) {
        // Sequences ascend: a delivery is at most as far from the beginning as its sequence is.
        int i = Math.clamp(d.sequence() - first, 0, deliveries.length - 1);
        while (deliveries[i] != d) {
            i = i == 0 ? deliveries.length - 1 : i - 1;
        }
        deliveries[i] = null;
        left--;
    }

    /// Writes what became of its deliveries.
    void writeMarks(Batch batch) {
        isTouched = false;
        if (left == 0) {
            Keys.pack(batch.key(), session, first);
            batch.delete();
            if (hasMarks) {
                Keys.marks(batch.key(), session, first);
                batch.delete();
            }
            return;
        }
        hasMarks = true;
        RecordWriter out = batch.value();
        out.u8(VERSION);
        int bits = 0;
        int inFlight = 0;
        for (int i = 0; i < deliveries.length; i++) {
            StoredDelivery d = deliveries[i];
            if (d == null) {
                bits |= 1 << (i & 7);
            } else if (d.packetId() != 0) {
                inFlight++;
            }
            if ((i & 7) == 7 || i == deliveries.length - 1) {
                out.u8(bits);
                bits = 0;
            }
        }
        out.varint(inFlight);
        for (int i = 0; i < deliveries.length; i++) {
            StoredDelivery d = deliveries[i];
            if (d != null && d.packetId() != 0) {
                out.u8(i);
                out.varint(d.packetId());
                out.varint(d.order());
            }
        }
        Keys.marks(batch.key(), session, first);
        batch.put();
    }

    // ---- reading ----

    /// Finds the messages that deliveries refer to.
    interface Bodies {
        /// @return null if it is lost
        @Nullable StoredMessage body(long number);
    }

    /// Takes what a pack and its marks hold.
    interface Taker {
        void delivery(StoredDelivery delivery);

        /// The message of a delivery is lost.
        void withoutBody(long session, long sequence, long body);
    }

    /// @param marks null if there are none
    /// @return the pack; touched if its marks must be written because deliveries were without a body
    /// @throws BadRecordException before anything was given to `taker`
    static Pack read(
            byte[] key,
            byte[] value,
            byte @Nullable [] marks,
            Names names,
            Bodies bodies,
            Taker taker)
            throws BadRecordException {
        RecordReader keyIn = new RecordReader(key, 1);
        long session = keyIn.i64();
        long first = keyIn.i64();
        keyIn.end();
        RecordReader in = new RecordReader(value, 0);
        in.version(VERSION);
        int count = in.u8() + 1;
        Marks found = marks == null ? null : Marks.read(marks, count);
        @Nullable StoredDelivery[] deliveries = new @Nullable StoredDelivery[count];
        long[] lost = new long[count];
        long[] sequences = new long[count];
        long sequence = first;
        for (int i = 0; i < count; i++) {
            sequence += in.varint();
            sequences[i] = sequence;
            deliveries[i] =
                    delivery(
                            in,
                            session,
                            sequence,
                            found != null && found.isOver(i),
                            names,
                            bodies,
                            i,
                            lost);
        }
        in.end();
        Pack pack = new Pack(session, first, deliveries);
        pack.hasMarks = marks != null;
        pack.left = 0;
        if (found != null) {
            found.begin(deliveries);
        }
        for (int i = 0; i < count; i++) {
            StoredDelivery d = deliveries[i];
            if (d != null) {
                pack.left++;
                d.place(pack);
                d.writing(StoredDelivery.Writing.WRITTEN);
                d.message().refer(1);
                taker.delivery(d);
            } else if (lost[i] != 0) {
                pack.isTouched = true;
                taker.withoutBody(session, sequences[i], lost[i]);
            }
        }
        return pack;
    }

    private static @Nullable StoredDelivery delivery(
            RecordReader in,
            long session,
            long sequence,
            boolean isOver,
            Names names,
            Bodies bodies,
            int index,
            long[] lost)
            throws BadRecordException {
        int flags = in.u8();
        if (flags >= BODY << 1) {
            throw new BadRecordException("the flags of a delivery are " + flags);
        }
        int[] identifiers = null;
        if ((flags & IDENTIFIERS) != 0) {
            identifiers = new int[in.varint(0, MOST_IDENTIFIERS)];
            for (int i = 0; i < identifiers.length; i++) {
                identifiers[i] = in.varint(1, 268_435_455);
            }
        }
        int packetId = 0;
        long order = 0;
        if ((flags & IN_FLIGHT) != 0) {
            packetId = in.varint(1, 65_535);
            order = in.varint();
        }
        StoredMessage message;
        if ((flags & BODY) != 0) {
            long number = in.varint();
            message = isOver ? null : bodies.body(number);
            if (message == null && !isOver) {
                lost[index] = number;
            }
        } else {
            Message inline = Records.messagePart(in, names);
            message = new StoredMessage(inline);
        }
        if (isOver || message == null) {
            return null;
        }
        StoredDelivery d =
                new StoredDelivery(
                        session,
                        sequence,
                        message,
                        (flags & QOS_2) != 0 ? QoS.EXACTLY_ONCE : QoS.AT_LEAST_ONCE,
                        (flags & RETAIN) != 0,
                        identifiers);
        d.begun(packetId, order);
        return d;
    }

    /// More Subscription Identifiers than one delivery can carry in a packet.
    private static final int MOST_IDENTIFIERS = 1 << 26;

    private record Marks(byte[] over, RecordReader inFlight, int count) {
        static Marks read(byte[] value, int deliveries) throws BadRecordException {
            RecordReader in = new RecordReader(value, 0);
            in.version(VERSION);
            byte[] over = in.raw((deliveries + 7) / 8);
            return new Marks(over, in, in.varint(0, deliveries));
        }

        boolean isOver(int i) {
            return (over[i >> 3] & 1 << (i & 7)) != 0;
        }

        void begin(@Nullable StoredDelivery[] deliveries) throws BadRecordException {
            for (int n = 0; n < count; n++) {
                int i = inFlight.u8();
                int packetId = inFlight.varint(1, 65_535);
                long order = inFlight.varint();
                StoredDelivery d = i < deliveries.length ? deliveries[i] : null;
                if (d != null) {
                    d.begun(packetId, order);
                }
            }
            inFlight.end();
        }
    }
}
