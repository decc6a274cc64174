package io.hawkermq.store;

import io.hawkermq.core.Recovery;
import io.hawkermq.core.StoredDelivery;
import io.hawkermq.core.StoredForward;
import io.hawkermq.core.StoredMessage;
import io.hawkermq.core.StoredSession;
import io.hawkermq.core.StoredSubscription;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Reads all that a store holds and hands it to the core, each part of the key space once, from its
/// beginning to its end (the records of sessions three times, because the core wants all sessions
/// first). What cannot be read, or refers to something lost, is noted and left out.
final class Loader {
    private static final long PROGRESS_NANOS = 1_000_000_000L;

    private final Engine engine;
    private final Recovery recovery;
    private final Commit commit;
    private final Consumer<String> progress;
    private final LongSupplier nanos;
    private final Names names = new Names();
    private final Set<Long> sessions = new HashSet<>();

    /// The messages with a record of their own that are on the heap.
    private final Map<Long, StoredMessage> messages = new HashMap<>();

    /// Records to be removed because they cannot be read or are not needed.
    private final List<byte[]> useless = new ArrayList<>();

    /// Of those, the ones that could not be read, to be kept aside.
    private final List<BadRecord> bad = new ArrayList<>();

    private final List<String> losses = new ArrayList<>();
    private boolean isBlockDamaged;
    private long subscriptions;
    private long deliveries;
    private long packetIds;
    private long retained;
    private long forwards;
    private long damaged;
    private long dangling;
    private long read;
    private long nextProgress;

    /// A record that could not be read.
    record BadRecord(byte[] key, byte[] value, String reason) {}

    Loader(
            Engine engine,
            Recovery recovery,
            Commit commit,
            Consumer<String> progress,
            LongSupplier nanos) {
        this.engine = engine;
        this.recovery = recovery;
        this.commit = commit;
        this.progress = progress;
        this.nanos = nanos;
        this.nextProgress = nanos.getAsLong() + PROGRESS_NANOS;
    }

    /// True if blocks of files could not be read: the files must be replaced, because a compaction
    /// that meets them stops the engine.
    boolean isBlockDamaged() {
        return isBlockDamaged;
    }

    List<byte[]> useless() {
        return useless;
    }

    List<BadRecord> bad() {
        return bad;
    }

    void lost(String text) {
        if (losses.size() < RecoveryReport.MOST_LOSSES) {
            losses.add(text);
        }
    }

    RecoveryReport report(@Nullable Path quarantine) {
        return new RecoveryReport(
                sessions.size(),
                subscriptions,
                deliveries,
                packetIds,
                retained,
                forwards,
                commit.bodies().count(),
                damaged,
                dangling,
                List.copyOf(losses),
                quarantine);
    }

    /// @throws EngineException if reading fails for another reason than damage
    void load() throws EngineException {
        records(Keys.SESSION, this::session);
        records(Keys.SESSION, this::subscription);
        records(Keys.BODY, this::body);
        queues();
        records(Keys.SESSION, this::packetIds);
        records(Keys.RETAINED, this::retained);
        records(Keys.FORWARD, this::forward);
        List<Long> unused = new ArrayList<>();
        commit.bodies().forEachUnused(unused::add);
        for (long number : unused) {
            RecordWriter key = new RecordWriter(9);
            Keys.body(key, number);
            useless.add(key.copy());
            commit.bodies().remove(number);
        }
    }

    private interface Taker {
        void take(byte[] key, byte[] value) throws BadRecordException, EngineException;
    }

    private void records(int kind, Taker taker) throws EngineException {
        try (Scan scan = scan(kind)) {
            while (scan.next()) {
                byte[] value = scan.value();
                try {
                    taker.take(scan.key(), value);
                } catch (BadRecordException e) {
                    bad(scan.key(), value, e);
                }
                tick(kind);
            }
        }
    }

    private Scan scan(int kind) {
        return new Scan(
                engine,
                Keys.first(kind),
                Keys.first(kind + 1),
                (after, until, message) -> {
                    isBlockDamaged = true;
                    damaged++;
                    lost(
                            "a part of the "
                                    + Keys.name(kind)
                                    + " records is damaged, between the keys "
                                    + HexFormat.of().formatHex(after)
                                    + " and "
                                    + HexFormat.of().formatHex(until)
                                    + ": "
                                    + message);
                });
    }

    private void tick(int kind) {
        if ((++read & 0xFFF) == 0 && nanos.getAsLong() >= nextProgress) {
            nextProgress = nanos.getAsLong() + PROGRESS_NANOS;
            progress.accept(
                    "recovering: "
                            + sessions.size()
                            + " sessions, "
                            + deliveries
                            + " messages waiting, "
                            + retained
                            + " retained so far, now "
                            + Keys.name(kind)
                            + " records");
        }
    }

    private void bad(byte[] key, byte[] value, BadRecordException e) {
        damaged++;
        String reason = String.valueOf(e.getMessage());
        lost(
                "a "
                        + Keys.name(key[0])
                        + " record cannot be read, key "
                        + HexFormat.of().formatHex(key)
                        + ": "
                        + reason);
        bad.add(new BadRecord(key, value, reason));
        useless.add(key);
    }

    private static int kindOf(byte[] key) throws BadRecordException {
        if (key.length <= Keys.SESSION_LENGTH) {
            throw new BadRecordException("its key is too short");
        }
        return key[Keys.SESSION_LENGTH];
    }

    private static long numberOf(byte[] key) throws BadRecordException {
        return new RecordReader(key, 1).i64();
    }

    private void session(byte[] key, byte[] value) throws BadRecordException {
        if (kindOf(key) == Keys.HEADER) {
            StoredSession session = Records.session(numberOf(key), value, names);
            sessions.add(session.number());
            recovery.session(session);
        }
    }

    /// Notes that a record belongs to no known session.
    private boolean isKnown(long session, byte[] key, String what) {
        if (sessions.contains(session)) {
            return true;
        }
        dangling++;
        useless.add(key);
        lost(what + " of session " + session + ", which is lost itself");
        return false;
    }

    private void subscription(byte[] key, byte[] value) throws BadRecordException {
        if (kindOf(key) == Keys.SUBSCRIPTION) {
            long session = numberOf(key);
            int from = Keys.SESSION_LENGTH + 1;
            String filter = new String(key, from, key.length - from, StandardCharsets.UTF_8);
            if (isKnown(session, key, "the subscription '" + filter + "'")) {
                StoredSubscription s = Records.subscription(session, filter, value);
                subscriptions++;
                recovery.subscription(s);
            }
        }
    }

    private void packetIds(byte[] key, byte[] value) throws BadRecordException {
        int kind = kindOf(key);
        if (kind != Keys.RELEASED && kind != Keys.RECEIVED) {
            if (kind > Keys.RECEIVED || kind < 0) {
                throw new BadRecordException("its kind is " + kind);
            }
            return;
        }
        long session = numberOf(key);
        if (!isKnown(session, key, "open Packet Identifiers")) {
            return;
        }
        if (key.length != Keys.SESSION_LENGTH + 2) {
            throw new BadRecordException("its key has a wrong length");
        }
        int chunk = key[Keys.SESSION_LENGTH + 1] & 0xFF;
        boolean isReleased = kind == Keys.RELEASED;
        PacketIds ids = isReleased ? commit.releasedOf(session) : commit.receivedOf(session);
        ids.read(
                chunk,
                value,
                (packetId, order) -> {
                    packetIds++;
                    if (isReleased) {
                        recovery.released(session, packetId, order);
                    } else {
                        recovery.received(session, packetId);
                    }
                });
    }

    private void body(byte[] key, byte[] value) throws BadRecordException {
        long number = numberOf(key);
        commit.bodiesUpTo(number);
        Records.Size size = Records.size(value);
        commit.bodies().put(number, size.bytes(), size.expires());
    }

    /// @return null if it is lost
    private @Nullable StoredMessage bodyOf(long number) throws EngineException {
        commit.bodiesUpTo(number);
        if (!commit.bodies().has(number)) {
            return null;
        }
        StoredMessage known = messages.get(number);
        if (known == null) {
            known = Records.body(engine, number, names);
            if (known != null) {
                messages.put(number, known);
            }
        }
        return known;
    }

    private void retained(byte[] key, byte[] value) throws BadRecordException {
        recovery.retained(Records.message(value, names));
        retained++;
    }

    private void forward(byte[] key, byte[] value) throws BadRecordException, EngineException {
        StoredForward forward = Forwards.read(numberOf(key), value, names, this::bodyOf);
        if (forward == null) {
            dangling++;
            useless.add(key);
            lost("a message between two loops, whose body is lost");
            return;
        }
        forward.writing(StoredDelivery.Writing.WRITTEN);
        commit.bodies().refer(forward.body(), 1);
        forwards++;
        recovery.forward(forward);
    }

    // ---- queues ----

    private void queues() throws EngineException {
        try (PackScan scan = new PackScan(scan(Keys.QUEUE), useless::add)) {
            while (scan.next()) {
                pack(scan.key(), scan.value(), scan.marks());
                tick(Keys.QUEUE);
            }
        }
    }

    private void pack(byte[] key, byte[] value, byte @Nullable [] marks) throws EngineException {
        PackRecord record;
        try {
            record = new PackRecord(key, value, marks);
        } catch (BadRecordException e) {
            bad(key, value, e);
            uselessMarks(key, marks);
            return;
        }
        Pack pack = Pack.of(record);
        boolean isKnown = sessions.contains(record.session());
        boolean isHeld = false;
        for (int i = 0; i < record.count(); i++) {
            // Also of one that is over: if its marks were lost, it would refer to another message.
            commit.bodiesUpTo(record.body(i));
            if (record.isOver(i)) {
                continue;
            }
            if (!isKnown) {
                lost(record, i, "which is lost itself");
            } else if (record.body(i) != 0 && !commit.bodies().has(record.body(i))) {
                lost(record, i, "whose body is lost");
                pack.remove(i);
                commit.touch(pack);
            } else {
                isHeld |= delivery(record, i, pack);
            }
        }
        if (!isKnown || pack.left() == 0) {
            useless.add(key);
            uselessMarks(key, marks);
        } else if (isHeld) {
            commit.packs().add(pack);
        }
    }

    private void lost(PackRecord record, int i, String why) {
        dangling++;
        lost("message " + record.sequence(i) + " of session " + record.session() + ", " + why);
    }

    /// @return true if the core has a handle of it now
    private boolean delivery(PackRecord record, int i, Pack pack) throws EngineException {
        long body = record.body(i);
        Bodies bodies = commit.bodies();
        boolean expires = body == 0 ? record.expires(i) : bodies.expires(body);
        if (record.packetId(i) == 0 && !expires && !recovery.takesDelivery(record.session())) {
            int bytes = body == 0 ? record.bytes(i) : bodies.bytes(body);
            bodies.refer(body, 1);
            deliveries++;
            recovery.paged(record.session(), record.sequence(i), record.qos(i), bytes);
            return false;
        }
        StoredMessage message = message(record, i);
        if (message == null) {
            lost(record, i, "which cannot be read");
            pack.remove(i);
            commit.touch(pack);
            return false;
        }
        bodies.refer(body, 1);
        deliveries++;
        recovery.delivery(record.delivery(i, message, pack));
        return true;
    }

    private @Nullable StoredMessage message(PackRecord record, int i) throws EngineException {
        if (record.body(i) != 0) {
            return bodyOf(record.body(i));
        }
        try {
            return record.message(i, names);
        } catch (BadRecordException e) {
            return null;
        }
    }

    private void uselessMarks(byte[] packKey, byte @Nullable [] marks) {
        if (marks != null) {
            useless.add(Arrays.copyOf(packKey, Keys.PACK_LENGTH + 1));
        }
    }
}
