package io.hawkermq.store;

import io.hawkermq.core.Message;
import io.hawkermq.core.StoreChange;
import io.hawkermq.core.StoredDelivery;
import io.hawkermq.core.StoredDelivery.Writing;
import io.hawkermq.core.StoredForward;
import io.hawkermq.core.StoredMessage;
import io.hawkermq.core.StoredSession;
import io.hawkermq.core.StoredSubscription;
import io.hawkermq.protocol.TopicName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Merges the changes of many batches and writes what is left of them.
///
/// Nothing is encoded before all changes of a commit are known: a delivery that was put and removed
/// meanwhile leaves nothing, and of several changes of one thing the last one is written. What is
/// known of the records on the disk is held here too: which packs have changed, which Packet
/// Identifiers are open, how many records refer to a message.
///
/// Of the storage thread alone.
final class Commit {
    /// What became of one session.
    private static final class SessionChanges {
        @Nullable StoredSession session;
        final List<StoredDelivery> puts = new ArrayList<>();

        /// By Topic Filter; null for those that are gone.
        @Nullable Map<String, @Nullable StoredSubscription> subscriptions;

        @Nullable Set<Integer> releasedChunks;
        @Nullable Set<Integer> receivedChunks;
    }

    /// What was seen since the start.
    ///
    /// @param changes handed in
    /// @param annihilated deliveries and forwards that were removed before they were written
    record Counts(long changes, long annihilated) {}

    private final Map<Long, SessionChanges> sessions = new HashMap<>();

    /// The sessions that ended; true if records of their queues may be on the disk.
    private final Map<Long, Boolean> ended = new HashMap<>();

    private final Map<TopicName, StoreChange> retained = new LinkedHashMap<>();
    private final List<StoredForward> forwards = new ArrayList<>();
    private final List<StoredForward> doneForwards = new ArrayList<>();
    private final List<Pack> touched = new ArrayList<>();

    /// Bodies that lost their last reference.
    private final Set<Long> released = new HashSet<>();

    /// The open Packet Identifiers of the sessions that have any.
    private final Map<Long, PacketIds> receivedIds = new HashMap<>();

    private final Map<Long, PacketIds> releasedIds = new HashMap<>();

    private final Bodies bodies = new Bodies();
    private final LivePacks packs = new LivePacks();

    /// Records that cannot be read, or that nothing refers to.
    private final List<byte[]> useless = new ArrayList<>();

    private long nextBody = 1;
    private long pendingBytes;
    private long changes;
    private long annihilated;

    private long lastNumber = -1;
    private SessionChanges lastSession = new SessionChanges();

    Counts counts() {
        return new Counts(changes, annihilated);
    }

    /// Roughly how much would have to be written.
    long pendingBytes() {
        return pendingBytes;
    }

    // ---- what recovery found ----

    Bodies bodies() {
        return bodies;
    }

    LivePacks packs() {
        return packs;
    }

    /// Body numbers up to this one are taken; 0 is none.
    void bodiesUpTo(long number) {
        nextBody = Math.max(nextBody, number + 1);
    }

    PacketIds receivedOf(long session) {
        return receivedIds.computeIfAbsent(session, s -> new PacketIds());
    }

    PacketIds releasedOf(long session) {
        return releasedIds.computeIfAbsent(session, s -> new PacketIds());
    }

    /// Something became of a delivery of a pack: its marks will say so.
    void touch(Pack pack) {
        if (pack.touch()) {
            touched.add(pack);
        }
    }

    /// Removes a record.
    void useless(byte[] key) {
        useless.add(key);
    }

    /// A record that referred to a body is over.
    void unrefer(long body) {
        if (body != 0 && bodies.refer(body, -1) <= 0) {
            released.add(body);
        }
    }

    // ---- merging ----

    void add(StoreChange change) {
        changes++;
        switch (change) {
            case StoreChange.PutDelivery c -> put(c.delivery());
            case StoreChange.BeginDelivery c -> begin(c.delivery(), c.packetId(), c.order());
            case StoreChange.RemoveDelivery c -> remove(c.delivery());
            case StoreChange.ReleaseDelivery c -> {
                remove(c.delivery());
                long session = c.delivery().session();
                releasedOf(session).add(c.packetId(), c.order());
                touchReleased(session, c.packetId());
            }
            case StoreChange.RemoveReleased c -> {
                releasedOf(c.session()).remove(c.packetId());
                touchReleased(c.session(), c.packetId());
            }
            case StoreChange.PutReceived c -> {
                receivedOf(c.session()).add(c.packetId(), 0);
                touchReceived(c.session(), c.packetId());
            }
            case StoreChange.RemoveReceived c -> {
                receivedOf(c.session()).remove(c.packetId());
                touchReceived(c.session(), c.packetId());
            }
            case StoreChange.PutSession c -> {
                of(c.session().number()).session = c.session();
                pendingBytes += 128;
            }
            case StoreChange.RemoveSession c -> end(c);
            case StoreChange.PutSubscription c -> put(c.subscription());
            case StoreChange.SettleSubscription c -> put(c.subscription());
            case StoreChange.RemoveSubscription c -> subscription(c.session(), c.filter(), null);
            case StoreChange.PutRetained c -> {
                retained.put(c.message().topic(), c);
                pendingBytes += c.message().bytes();
            }
            case StoreChange.RemoveRetained c -> retained.put(c.topic(), c);
            case StoreChange.PutForward c -> {
                forwards.add(c.forward());
                c.forward().message().refer(1);
                pendingBytes += 32 + c.forward().message().message().bytes();
            }
            case StoreChange.RemoveForward c -> remove(c.forward());
        }
    }

    private SessionChanges of(long session) {
        if (session != lastNumber) {
            lastSession = sessions.computeIfAbsent(session, s -> new SessionChanges());
            lastNumber = session;
        }
        return lastSession;
    }

    private void put(StoredSubscription s) {
        subscription(s.session(), s.filter(), s);
    }

    /// @param now null if it is gone
    private void subscription(long session, String filter, @Nullable StoredSubscription now) {
        SessionChanges s = of(session);
        if (s.subscriptions == null) {
            s.subscriptions = new LinkedHashMap<>();
        }
        s.subscriptions.put(filter, now);
        pendingBytes += 64;
    }

    private void touchReceived(long session, int packetId) {
        SessionChanges s = of(session);
        if (s.receivedChunks == null) {
            s.receivedChunks = new TreeSet<>();
        }
        s.receivedChunks.add(PacketIds.chunkOf(packetId));
    }

    private void touchReleased(long session, int packetId) {
        SessionChanges s = of(session);
        if (s.releasedChunks == null) {
            s.releasedChunks = new TreeSet<>();
        }
        s.releasedChunks.add(PacketIds.chunkOf(packetId));
    }

    private void put(StoredDelivery d) {
        of(d.session()).puts.add(d);
        if (d.message().refer(1) == 1) {
            pendingBytes += d.message().message().bytes();
        }
        pendingBytes += 32;
    }

    private void begin(StoredDelivery d, int packetId, long order) {
        d.begun(packetId, order);
        if (d.writing() == Writing.WRITTEN) {
            Pack pack = packOf(d);
            pack.begin(d.index(), packetId, order);
            touch(pack);
        }
    }

    private void remove(StoredDelivery d) {
        switch (d.writing()) {
            case PENDING -> {
                annihilated++;
                d.message().refer(-1);
            }
            case WRITTEN -> {
                Pack pack = packOf(d);
                if (pack.remove(d.index())) {
                    touch(pack);
                    unrefer(d.body());
                }
            }
            case REMOVED -> {}
        }
        d.removed();
    }

    private void remove(StoredForward f) {
        switch (f.writing()) {
            case PENDING -> {
                annihilated++;
                f.message().refer(-1);
            }
            case WRITTEN -> {
                doneForwards.add(f);
                unrefer(f.body());
            }
            case REMOVED -> {}
        }
        f.writing(Writing.REMOVED);
    }

    private static Pack packOf(StoredDelivery d) {
        if (d.place() instanceof Pack pack) {
            return pack;
        }
        throw new IllegalStateException("a delivery is written, but not in a pack");
    }

    private void end(StoreChange.RemoveSession c) {
        SessionChanges before = sessions.remove(c.session());
        lastNumber = -1;
        boolean hasQueue = ended.getOrDefault(c.session(), false);
        for (StoredDelivery d : c.remaining()) {
            if (d.writing() == Writing.WRITTEN) {
                hasQueue = true;
                // Its pack goes with all others of the session, without marks; until then it is the
                // only one that knows what is not referred to any more.
                Pack pack = packOf(d);
                touch(pack);
                if (pack.remove(d.index())) {
                    unrefer(d.body());
                }
                d.removed();
            } else {
                remove(d);
            }
        }
        if (before != null) {
            before.puts.forEach(this::remove);
        }
        ended.put(c.session(), hasQueue || c.paged() > 0);
        receivedIds.remove(c.session());
        releasedIds.remove(c.session());
    }

    // ---- writing ----

    /// Writes all that was added and begins anew. Nothing may be left to write.
    void writeTo(Batch batch) {
        // First of all, so that nothing is removed that comes later.
        touched.forEach(pack -> {
            // An empty pack may not be counted among what its session leaves behind.
            if (pack.left() == 0 || !ended.containsKey(pack.session())) {
                pack.writeMarks(batch);
            }
            if (pack.left() == 0) {
                packs.remove(pack);
            }
        });
        ended.forEach((session, hasQueue) -> {
            batch.deleteRange(Keys.first(Keys.SESSION, session), Keys.last(Keys.SESSION, session));
            if (hasQueue) {
                batch.deleteRange(Keys.first(Keys.QUEUE, session), Keys.last(Keys.QUEUE, session));
            }
        });
        for (StoredForward f : forwards) {
            if (f.writing() == Writing.PENDING) {
                f.writing(Writing.WRITTEN);
                f.body(body(batch, f.message()));
                Forwards.write(batch.value(), f);
                Keys.forward(batch.key(), f.number());
                batch.put();
            }
        }
        for (StoredForward f : doneForwards) {
            Keys.forward(batch.key(), f.number());
            batch.delete();
        }
        sessions.forEach((session, s) -> write(batch, session, s));
        retained.forEach((topic, change) -> {
            if (change instanceof StoreChange.PutRetained p) {
                retained(batch, p.message());
            } else {
                Keys.retained(batch.key(), topic.utf8());
                batch.delete();
            }
        });
        for (long body : released) {
            // It may have got a new reference since.
            if (bodies.has(body) && bodies.references(body) <= 0) {
                Keys.body(batch.key(), body);
                batch.delete();
                bodies.remove(body);
            }
        }
        useless.forEach(batch::delete);
        clear();
    }

    /// Forgets all that was added.
    void clear() {
        touched.clear();
        ended.clear();
        forwards.clear();
        doneForwards.clear();
        sessions.clear();
        retained.clear();
        released.clear();
        useless.clear();
        lastNumber = -1;
        lastSession = new SessionChanges();
        pendingBytes = 0;
    }

    private static void retained(Batch batch, Message message) {
        Records.message(batch.value(), message);
        Keys.retained(batch.key(), message.topic().utf8());
        batch.put();
    }

    private void write(Batch batch, long session, SessionChanges s) {
        if (s.session != null) {
            Records.session(batch.value(), s.session);
            Keys.session(batch.key(), session, Keys.HEADER);
            batch.put();
        }
        if (s.subscriptions != null) {
            s.subscriptions.forEach((filter, now) -> {
                Keys.subscription(batch.key(), session, filter);
                if (now == null) {
                    batch.delete();
                } else {
                    Records.subscription(batch.value(), now);
                    batch.put();
                }
            });
        }
        if (s.releasedChunks != null) {
            writeIds(batch, releasedIds, session, Keys.RELEASED, s.releasedChunks);
        }
        if (s.receivedChunks != null) {
            writeIds(batch, receivedIds, session, Keys.RECEIVED, s.receivedChunks);
        }
        deliveries(batch, s.puts);
    }

    private static void writeIds(
            Batch batch, Map<Long, PacketIds> idsOf, long session, int kind, Set<Integer> chunks) {
        PacketIds ids = idsOf.get(session);
        if (ids == null) {
            return;
        }
        for (int chunk : chunks) {
            ids.write(batch, session, kind, chunk);
        }
        if (ids.isEmpty()) {
            idsOf.remove(session);
        }
    }

    private void deliveries(Batch batch, List<StoredDelivery> puts) {
        if (puts.isEmpty()) {
            return;
        }
        puts.removeIf(d -> d.writing() != Writing.PENDING);
        // Bodies are written before packs, because a pack takes the buffer while it is written.
        for (StoredDelivery d : puts) {
            body(batch, d.message());
        }
        for (int from = 0; from < puts.size(); ) {
            Pack pack = Pack.write(batch, puts, from);
            packs.add(pack);
            from += pack.count();
        }
    }

    /// Writes the message once if several records refer to it; a message with one reference stands in
    /// the record that refers to it. A record is about to be written.
    ///
    /// @return the number that the record is to refer to, 0 for none
    private long body(Batch batch, StoredMessage message) {
        if (message.number() != 0 && !bodies.has(message.number())) {
            message.number(0); // it went with its last reference
        }
        if (message.number() == 0 && message.references() > 1) {
            message.number(nextBody++);
            Message m = message.message();
            bodies.put(message.number(), m.bytes(), m.expires());
            Records.message(batch.value(), m);
            Keys.body(batch.key(), message.number());
            batch.put();
        }
        message.refer(-1); // that is yet to be written
        bodies.refer(message.number(), 1);
        return message.number();
    }
}
