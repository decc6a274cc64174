package io.hawkermq.store;

import io.hawkermq.core.PageRequest;
import io.hawkermq.core.StoredDelivery;
import io.hawkermq.core.StoredMessage;
import io.hawkermq.core.StoredPage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads queues back, a page of whole packs at a time, and what must be known of those that end unread.
///
/// What cannot be read is left out and said; a record that is damaged goes to the quarantine. What a
/// pack that somebody knows says of its deliveries counts more than its marks on the disk: they may
/// be older.
///
/// Of the storage thread alone.
final class Pages {
    private final Commit commit;
    private final Quarantine quarantine;
    private final Consumer<String> problems;
    private final Names names = new Names();

    Pages(Commit commit, Quarantine quarantine, Consumer<String> problems) {
        this.commit = commit;
        this.quarantine = quarantine;
        this.problems = problems;
    }

    /// A page that is being filled.
    private static final class Filling {
        final PageRequest request;
        final List<StoredDelivery> deliveries = new ArrayList<>();
        final Map<Long, StoredMessage> messages = new HashMap<>();
        long bytes;

        Filling(PageRequest request) {
            this.request = request;
        }
    }

    /// @throws EngineException if reading fails for another reason than damage
    StoredPage page(Engine engine, PageRequest request) throws EngineException {
        Filling page = new Filling(request);
        long session = request.session();
        try (PackScan scan =
                scan(
                        engine,
                        session,
                        start(engine, session, request.from()),
                        packKey(session, request.to() + 1))) {
            while (scan.next()) {
                PackRecord record = record(scan);
                if (record == null) {
                    continue;
                }
                fill(page, engine, record);
                if (page.bytes >= request.bytes() && record.lastSequence() < request.to()) {
                    return new StoredPage(
                            request.ticket(),
                            page.deliveries,
                            Math.max(record.lastSequence(), request.from()));
                }
            }
        }
        return new StoredPage(request.ticket(), page.deliveries, request.to());
    }

    /// A session has ended, with a part of its queue that nobody has: what that part refers to is
    /// not referred to any more. Its records are yet to be removed.
    void forget(Engine engine, long session) {
        if (commit.bodies().count() == 0) {
            return;
        }
        try (PackScan scan =
                scan(
                        engine,
                        session,
                        Keys.first(Keys.QUEUE, session),
                        Keys.last(Keys.QUEUE, session))) {
            while (scan.next()) {
                PackRecord record = record(scan);
                if (record != null) {
                    Pack live = commit.packs().find(session, record.first());
                    Pack pack = live == null ? Pack.of(record) : live;
                    for (int i = 0; i < record.count(); i++) {
                        if (!pack.isOver(i)) {
                            commit.unrefer(record.body(i));
                        }
                    }
                }
            }
        } catch (EngineException e) {
            // Messages that nobody refers to are left, and removed at the next start.
        }
    }

    private static byte[] packKey(long session, long sequence) {
        RecordWriter key = new RecordWriter(Keys.PACK_LENGTH);
        Keys.pack(key, session, sequence);
        return key.copy();
    }

    /// Where the pack begins that holds a sequence.
    private byte[] start(Engine engine, long session, long sequence) throws EngineException {
        byte[] first = Keys.first(Keys.QUEUE, session);
        try {
            RecordWriter key = new RecordWriter(Keys.PACK_LENGTH + 1);
            Keys.marks(key, session, sequence);
            byte[] found = engine.floor(first, key.copy());
            return found == null ? first : Arrays.copyOf(found, Keys.PACK_LENGTH);
        } catch (EngineException e) {
            if (e.kind() != EngineException.Kind.DAMAGE) {
                throw e;
            }
            return first; // the scan meets the damage, too, and steps over it
        }
    }

    private PackScan scan(Engine engine, long session, byte[] from, byte[] to) {
        Scan scan =
                new Scan(
                        engine,
                        from,
                        to,
                        (after, until, message) ->
                                problems.accept(
                                        "A part of the queue of session "
                                                + session
                                                + " in the store is damaged and stepped over,"
                                                + " between the keys "
                                                + HexFormat.of().formatHex(after)
                                                + " and "
                                                + HexFormat.of().formatHex(until)
                                                + ": "
                                                + message));
        return new PackScan(scan, key -> {});
    }

    /// @return null if it cannot be read
    private @Nullable PackRecord record(PackScan scan) {
        try {
            return new PackRecord(scan.key(), scan.value(), scan.marks());
        } catch (BadRecordException e) {
            bad(scan.key(), scan.value(), e);
            if (scan.marks() != null) {
                commit.useless(Arrays.copyOf(scan.key(), Keys.PACK_LENGTH + 1));
            }
            return null;
        }
    }

    private void bad(byte[] key, byte[] value, BadRecordException e) {
        String reason = String.valueOf(e.getMessage());
        try {
            quarantine.keep(List.of(new Loader.BadRecord(key, value, reason)));
            commit.useless(key);
        } catch (IOException failure) {
            reason = reason + "; and it cannot be kept aside: " + failure.getMessage();
        }
        problems.accept(
                "A queue record of the store cannot be read, key "
                        + HexFormat.of().formatHex(key)
                        + ": "
                        + reason
                        + ". Its messages are lost.");
    }

    private void fill(Filling page, Engine engine, PackRecord record) throws EngineException {
        Pack live = commit.packs().find(record.session(), record.first());
        Pack pack = live == null ? Pack.of(record) : live;
        for (int i = 0; i < record.count(); i++) {
            long sequence = record.sequence(i);
            if (sequence < page.request.from()
                    || sequence > page.request.to()
                    || pack.isOver(i)
                    || pack.isInFlight(i)) {
                continue;
            }
            StoredMessage message = message(page, engine, record, i);
            if (message == null) {
                lost(record, i, pack);
                continue;
            }
            page.bytes += message.message().bytes();
            page.deliveries.add(record.delivery(i, message, pack));
        }
        if (live == null) {
            commit.packs().add(pack);
        }
    }

    private @Nullable StoredMessage message(Filling page, Engine engine, PackRecord record, int i)
            throws EngineException {
        long body = record.body(i);
        if (body == 0) {
            try {
                return record.message(i, names);
            } catch (BadRecordException e) {
                return null;
            }
        }
        StoredMessage known = page.messages.get(body);
        if (known == null) {
            known = Records.body(engine, body, names);
            if (known != null) {
                page.messages.put(body, known);
            }
        }
        return known;
    }

    private void lost(PackRecord record, int i, Pack pack) {
        problems.accept(
                "Lost from the store: message "
                        + record.sequence(i)
                        + " of session "
                        + record.session()
                        + ", which cannot be read.");
        if (pack.remove(i)) {
            commit.touch(pack);
            commit.unrefer(record.body(i));
        }
    }
}
