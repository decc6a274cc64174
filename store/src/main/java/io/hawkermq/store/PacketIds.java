package io.hawkermq.store;

import java.util.HashSet;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/// The Packet Identifiers of one session that are open in one way: received and not yet released by
/// the client, or released and not yet completed by it; each with its place in the order of sending,
/// 0 where there is none. They are written 256 to a record, which is written once in a commit: a
/// window of messages of QoS 2 moves through one record, not through one for each message.
final class PacketIds {
    private static final int VERSION = 1;

    private final TreeMap<Integer, Long> open = new TreeMap<>();
    private final Set<Integer> written = new HashSet<>();

    void add(int packetId, long order) {
        open.put(packetId, order);
    }

    void remove(int packetId) {
        open.remove(packetId);
    }

    boolean isEmpty() {
        return open.isEmpty() && written.isEmpty();
    }

    static int chunkOf(int packetId) {
        return packetId >> 8;
    }

    void write(Batch batch, long session, int kind, int chunk) {
        NavigableMap<Integer, Long> ids = open.subMap(chunk << 8, true, (chunk << 8) + 255, true);
        if (ids.isEmpty()) {
            if (written.remove(chunk)) {
                Keys.packetIds(batch.key(), session, kind, chunk);
                batch.delete();
            }
            return;
        }
        written.add(chunk);
        RecordWriter out = batch.value();
        out.u8(VERSION);
        out.varint(ids.size());
        ids.forEach((id, order) -> {
            out.u8(id & 0xFF);
            out.varint(order);
        });
        Keys.packetIds(batch.key(), session, kind, chunk);
        batch.put();
    }

    /// Takes one Packet Identifier.
    interface Taker {
        void packetId(int packetId, long order);
    }

    void read(int chunk, byte[] value, Taker taker) throws BadRecordException {
        RecordReader in = new RecordReader(value, 0);
        in.version(VERSION);
        int count = in.varint(1, 256);
        for (int i = 0; i < count; i++) {
            int id = chunk << 8 | in.u8();
            if (id == 0) {
                throw new BadRecordException("a Packet Identifier is 0");
            }
            add(id, in.varint());
        }
        in.end();
        written.add(chunk);
        open.subMap(chunk << 8, true, (chunk << 8) + 255, true).forEach(taker::packetId);
    }
}
