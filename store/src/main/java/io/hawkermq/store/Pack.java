package io.hawkermq.store;

import io.hawkermq.core.StoredDelivery;
import io.hawkermq.protocol.QoS;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The deliveries of one session that one commit wrote, in one record. RocksDB's cost is per record,
/// so that a hundred small messages in one are nearly as cheap as one message.
///
/// A pack is never written again. What became of its deliveries stands in a second record, its marks,
/// which takes a bit for each delivery that is over and a few bytes for each in flight, and is written
/// once in each commit that changes anything. When all are over, both records go. The price: as long
/// as one delivery is left, the room of all is taken; hence the limits on a pack's size.
///
/// This object is what is known of the two records while anybody has a handle of one of its
/// deliveries. There is one for a record, never two: [LivePacks].
final class Pack {
    /// Deliveries in one pack.
    static final int MOST = 256;

    /// Bytes after which a pack is full; a larger delivery has one for itself.
    static final int MOST_BYTES = 1 << 16;

    static final int VERSION = 1;

    static final int QOS_2 = 0x01;
    static final int RETAIN = 0x02;
    static final int IDENTIFIERS = 0x04;
    static final int IN_FLIGHT = 0x08;
    static final int BODY = 0x10;
    static final int SHARED = 0x20;
    static final int QOS_0 = 0x40;

    /// All flags there are.
    static final int FLAGS = 0x7F;

    private record InFlight(int index, int packetId, long order) {}

    private final long session;
    private final long first;
    private final int count;

    /// A bit for each delivery that is over.
    private final long[] over;

    private @Nullable List<InFlight> inFlight;
    private int left;
    private boolean hasMarks;
    private boolean isTouched;

    private Pack(long session, long first, int count) {
        this.session = session;
        this.first = first;
        this.count = count;
        this.over = new long[(count + 63) / 64];
        this.left = count;
    }

    /// The pack that a record and its marks describe.
    static Pack of(PackRecord r) {
        Pack pack = new Pack(r.session(), r.first(), r.count());
        pack.hasMarks = r.hasMarks();
        for (int i = 0; i < r.count(); i++) {
            if (r.isOver(i)) {
                pack.remove(i);
            } else if (r.packetId(i) != 0) {
                pack.begin(i, r.packetId(i), r.order(i));
            }
        }
        return pack;
    }

    long session() {
        return session;
    }

    long first() {
        return first;
    }

    /// Deliveries that are not over.
    int left() {
        return left;
    }

    boolean isOver(int index) {
        return (over[index >> 6] & 1L << index) != 0;
    }

    boolean isInFlight(int index) {
        List<InFlight> all = inFlight;
        if (all != null) {
            for (InFlight f : all) {
                if (f.index == index) {
                    return true;
                }
            }
        }
        return false;
    }

    // ---- writing ----

    /// Writes as many deliveries as one pack holds.
    ///
    /// @param pending of one session, by ascending sequence; the bodies of those that have one are
    ///     written
    /// @return the pack, which has so many of them as its [#count]
    static Pack write(Batch batch, List<StoredDelivery> pending, int from) {
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
        Pack pack = new Pack(session, first, count);
        for (int i = from; i < end; i++) {
            StoredDelivery d = pending.get(i);
            d.written(pack, i - from, d.message().number());
            if (d.packetId() != 0) {
                pack.begin(i - from, d.packetId(), d.order());
            }
        }
        return pack;
    }

    int count() {
        return count;
    }

    private static int qosFlag(QoS qos) {
        return switch (qos) {
            case AT_MOST_ONCE -> QOS_0;
            case AT_LEAST_ONCE -> 0;
            case EXACTLY_ONCE -> QOS_2;
        };
    }

    private static void delivery(RecordWriter out, StoredDelivery d) {
        int[] identifiers = d.identifiers();
        boolean isInFlight = d.packetId() != 0;
        boolean hasBody = d.message().number() != 0;
        out.u8(
                qosFlag(d.qos())
                        | (d.retain() ? RETAIN : 0)
                        | (identifiers != null ? IDENTIFIERS : 0)
                        | (isInFlight ? IN_FLIGHT : 0)
                        | (hasBody ? BODY : 0)
                        | (d.share() != 0 ? SHARED : 0));
        if (identifiers != null) {
            out.varint(identifiers.length);
            for (int identifier : identifiers) {
                out.varint(identifier);
            }
        }
        if (d.share() != 0) {
            out.varint(d.share() & 0xFFFF_FFFFL);
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

    /// A delivery is in flight, perhaps anew.
    void begin(int index, int packetId, long order) {
        List<InFlight> all = inFlight;
        if (all == null) {
            all = new ArrayList<>(4);
            inFlight = all;
        }
        all.removeIf(f -> f.index == index);
        all.add(new InFlight(index, packetId, order));
    }

    /// A delivery is over.
    ///
    /// @return false if it was before
    boolean remove(int index) {
        if (isOver(index)) {
            return false;
        }
        over[index >> 6] |= 1L << index;
        left--;
        List<InFlight> all = inFlight;
        if (all != null) {
            all.removeIf(f -> f.index == index);
        }
        return true;
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
        for (int i = 0; i < count; i += 8) {
            out.u8((int) (over[i >> 6] >>> (i & 63)) & 0xFF);
        }
        List<InFlight> all = inFlight == null ? List.of() : inFlight;
        out.varint(all.size());
        for (InFlight f : all) {
            out.u8(f.index);
            out.varint(f.packetId);
            out.varint(f.order);
        }
        Keys.marks(batch.key(), session, first);
        batch.put();
    }
}
