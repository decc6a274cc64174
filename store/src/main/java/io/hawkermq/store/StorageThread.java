package io.hawkermq.store;

import io.hawkermq.core.PageRequest;
import io.hawkermq.core.Store;
import io.hawkermq.core.StoreChange;
import io.hawkermq.core.StoredPage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The one thread that writes. It owns the engine, the [Commit] and the storage fields of all
/// deliveries; loops only hand in batches.
///
/// A turn: take all that was handed in, merge it, encode what is left as one batch, write and sync it,
/// tell each shard its highest position. While it syncs, the next turn's batches gather, so that load
/// makes commits larger and not slower. Batches that nobody waits for ([StoreChange#isAwaited]), the
/// subscribers' acknowledgements before all, are merged and written with the next that somebody does
/// wait for, or after [#LATER_NANOS].
///
/// What it promises: positions are told in order, and only when all before them is as durable as the
/// level says. A write that failed is repeated with the same bytes on an engine that was opened anew,
/// never on the one that failed: after a failed sync, nobody knows which of its pages are on the disk.
final class StorageThread {
    /// Changes merged into one commit before it is written, though more may wait.
    private static final int MOST_CHANGES = 1 << 16;

    /// Roughly so many bytes are written at once.
    private static final long MOST_BYTES = 8L << 20;

    /// How long what nobody waits for may wait for company.
    private static final long LATER_NANOS = 20_000_000L;

    /// How long it waits before it looks for space again.
    private static final long SPACE_NANOS = 250_000_000L;

    private final Engine.Opener opener;
    private final Path database;
    private final StoreOptions options;
    private final StoreListener listener;
    private final Commit commit;
    private final Pages pages;
    private final Space space;
    private final Handed handed = new Handed();

    /// Changes handed in and not yet taken.
    private final AtomicInteger waiting = new AtomicInteger();

    private final Thread thread = new Thread(this::run, "store");
    private volatile Rest rest = Rest.NONE;
    private volatile boolean isClosing;

    // Of the storage thread.
    private @Nullable Engine engine;
    private final Batch batch = new Batch();
    private final Map<Integer, Long> positions = new HashMap<>();
    private Handed.@Nullable Node next;
    private boolean isDue;
    private long mergedSince;

    /// A batch was given up. None is written any more: it would be there without the one before.
    private boolean isLost;

    private boolean isUnsynced;
    private boolean isSyncFailing;

    /// When it last began to.
    private long syncedAt;

    private Store.State state = Store.State.READY;

    /// Null unless writing has failed so often that new state is refused.
    private EngineException.@Nullable Kind failing;

    private boolean isBroken;
    private boolean isCrowded;
    private Space.Level level = Space.Level.ENOUGH;

    private long loads;
    private long commits;
    private long records;
    private long bytes;
    private long failures;

    /// What ends the thread's rest.
    private enum Rest {
        NONE,
        UNTIL_ANY,
        UNTIL_AWAITED
    }

    // Written by the storage thread, read by others.
    private volatile Written written = new Written(0, 0, 0, 0, 0, new Commit.Counts(0, 0));

    /// What was written since the start.
    private record Written(
            long commits,
            long records,
            long bytes,
            long failures,
            long pages,
            Commit.Counts counts) {}

    StorageThread(
            Engine engine,
            Engine.Opener opener,
            Path database,
            StoreOptions options,
            StoreListener listener,
            Commit commit,
            Pages pages,
            Space space) {
        this.engine = engine;
        this.opener = opener;
        this.database = database;
        this.options = options;
        this.listener = listener;
        this.commit = commit;
        this.pages = pages;
        this.space = space;
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    // ---- any thread ----

    void append(int shard, long position, List<StoreChange> changes) {
        waiting.getAndAdd(changes.size());
        add(new Handed.Changes(shard, position, changes), isAwaited(changes));
    }

    /// Reads a page. What it asks for is durable; of what was handed in before, the page knows what
    /// became of deliveries, written or not.
    void load(PageRequest request) {
        add(new Handed.Page(request), true);
    }

    private static boolean isAwaited(List<StoreChange> changes) {
        for (int i = 0; i < changes.size(); i++) {
            if (changes.get(i).isAwaited()) {
                return true;
            }
        }
        return false;
    }

    private void add(Handed.Node node, boolean isAwaited) {
        if (isClosing) {
            throw new IllegalStateException("the store is closed");
        }
        handed.add(node);
        Rest now = rest;
        if (now == Rest.UNTIL_ANY || (now == Rest.UNTIL_AWAITED && isAwaited)) {
            LockSupport.unpark(thread);
        }
    }

    /// Writes and syncs what was handed in, and ends.
    void close() {
        isClosing = true;
        LockSupport.unpark(thread);
        boolean wasInterrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                wasInterrupted = true;
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    Map<String, Long> figures() {
        Written w = written;
        Map<String, Long> figures = new LinkedHashMap<>();
        figures.put("commits", w.commits);
        figures.put("records", w.records);
        figures.put("bytes", w.bytes);
        figures.put("changes", w.counts.changes());
        figures.put("annihilated", w.counts.annihilated());
        figures.put("pages", w.pages);
        figures.put("failures", w.failures);
        figures.put("pending", (long) waiting.get());
        return figures;
    }

    // ---- the storage thread ----

    private void run() {
        try {
            work();
            end();
        } catch (Throwable e) {
            // Whatever it is: an end that nobody is told of would keep all publishers waiting.
            broken(e);
        }
    }

    private void work() {
        syncedAt = System.nanoTime();
        while (true) {
            // Read before looking for work: what is handed in before closing is found afterwards.
            boolean wasClosing = isClosing;
            merge();
            if (hasPending() && (isDue || wasClosing || untilCommit() <= 0)) {
                commit();
                continue;
            }
            if (wasClosing && !hasPending()) {
                break;
            }
            syncIfDue();
            rest();
        }
    }

    /// Nobody knows any more what is merged and what is written: until the store is closed, what is
    /// handed in is thrown away and never told to be durable.
    private void broken(Throwable e) {
        isBroken = true;
        try {
            end();
        } catch (Throwable again) {
            e.addSuppressed(again);
        }
        tellState();
        listener.problem(
                "The store in "
                        + database.getParent()
                        + " has stopped by an error: "
                        + e
                        + ". Nothing durable is acknowledged any more, and new durable messages are"
                        + " refused; what was acknowledged is kept. Restart the broker."
                        + place(e));
        next = null;
        while (!isClosing) {
            rest = Rest.UNTIL_ANY;
            if (handed.isEmpty() && !isClosing) {
                LockSupport.park(this);
            }
            rest = Rest.NONE;
            handed.takeAll();
        }
    }

    /// Where it was thrown, for those who mend it.
    private static String place(Throwable e) {
        return Arrays.stream(e.getStackTrace())
                .limit(6)
                .map(StackTraceElement::toString)
                .collect(Collectors.joining(", ", " It was thrown at ", "."));
    }

    /// True if something is merged and not yet written.
    private boolean hasPending() {
        return !positions.isEmpty();
    }

    private long untilCommit() {
        return LATER_NANOS - (System.nanoTime() - mergedSince);
    }

    private void rest() {
        rest = hasPending() ? Rest.UNTIL_AWAITED : Rest.UNTIL_ANY;
        if (handed.isEmpty() && !isClosing) {
            long nanos = hasPending() ? untilCommit() : Long.MAX_VALUE;
            if (isUnsynced && options.durability().level() == Durability.Level.INTERVAL) {
                nanos = Math.min(nanos, untilSync());
            }
            if (state != Store.State.READY) {
                nanos = Math.min(nanos, SPACE_NANOS);
            }
            LockSupport.parkNanos(this, Math.max(1, nanos));
            if (state != Store.State.READY) {
                lookForSpace(0);
            }
        }
        rest = Rest.NONE;
    }

    /// Takes what was handed in, up to what one commit holds, and reads the pages that come before.
    private void merge() {
        if (next == null) {
            next = handed.takeAll();
        }
        int merged = 0;
        for (Handed.Node node = next; node != null; node = next) {
            if (isBehindCommit(node)) {
                isDue = true;
                break;
            }
            next = node.next;
            // Else one that the collector has put among the old keeps alive all that came later.
            node.next = null;
            switch (node) {
                case Handed.Changes changes -> {
                    if (!hasPending()) {
                        mergedSince = System.nanoTime();
                    }
                    add(changes);
                    merged += changes.changes.size();
                }
                case Handed.Page page -> answer(page.request);
            }
            if (merged >= MOST_CHANGES || commit.pendingBytes() >= MOST_BYTES) {
                isDue = true;
                break;
            }
            if (next == null) {
                next = handed.takeAll();
            }
        }
        if (merged > 0) {
            crowd(waiting.addAndGet(-merged));
        }
    }

    /// A page comes first when nobody waits for what is pending: a client that drains its queue would
    /// else pay for a sync of its own acknowledgements with each page. A [Pack] that has changed is
    /// alive until its marks are written, so that the page is right all the same.
    private boolean isBehindCommit(Handed.Node node) {
        return node instanceof Handed.Page && isDue && hasPending();
    }

    private void add(Handed.Changes node) {
        List<StoreChange> changes = node.changes;
        for (int i = 0; i < changes.size(); i++) {
            StoreChange change = changes.get(i);
            isDue |= change.isAwaited();
            add(change);
        }
        positions.put(node.shard, node.position);
    }

    private void add(StoreChange change) {
        commit.add(change);
        Engine current = engine;
        if (change instanceof StoreChange.RemoveSession ended
                && ended.paged() > 0
                && current != null) {
            pages.forget(current, ended.session());
        }
    }

    /// Reads a page, however often it takes; but what cannot be read is not worth as much as that all
    /// others wait, and is left where it is.
    private void answer(PageRequest request) {
        StoredPage page = new StoredPage(request.ticket(), List.of(), request.to());
        for (int attempt = 1; !isClosing; attempt++) {
            try {
                page = pages.page(opened(), request);
                loads++;
                break;
            } catch (EngineException e) {
                failures++;
                closeEngine();
                if (attempt >= options.attempts()) {
                    listener.problem(
                            "Reading the queue of session "
                                    + request.session()
                                    + " from the store failed "
                                    + attempt
                                    + " times: "
                                    + e.getMessage()
                                    + ". Its messages from "
                                    + request.from()
                                    + " to "
                                    + request.to()
                                    + " are not delivered now; if they can be read at the next"
                                    + " start, they are delivered then. Check the disk.");
                    break;
                }
                pause(options.retryDelay());
            }
        }
        if (!isClosing) {
            listener.page(request.shard(), page);
        }
    }

    /// Too many changes wait: the disk is slower than the clients.
    private void crowd(int left) {
        boolean is =
                left
                        > (isCrowded
                                ? options.mostPendingChanges() / 2
                                : options.mostPendingChanges());
        if (is != isCrowded) {
            isCrowded = is;
            if (is) {
                listener.problem(
                        "The disk does not keep up: "
                                + left
                                + " changes wait to be stored. New durable messages are refused"
                                + " until it does.");
            }
            tellState();
        }
    }

    private void commit() {
        isDue = false;
        if (isLost) {
            commit.clear();
            positions.clear();
            return;
        }
        batch.reset();
        commit.writeTo(batch);
        if (!batch.isEmpty() && !(awaitSpace() && write())) {
            return;
        }
        count();
        positions.forEach(listener::durable);
        positions.clear();
    }

    /// Shows others the figures.
    private void count() {
        written = new Written(commits, records, bytes, failures, loads, commit.counts());
    }

    // ---- space ----

    /// @return false if there is none and the store is closed
    private boolean awaitSpace() {
        while (lookForSpace(batch.length()) == Space.Level.NONE) {
            if (isClosing) {
                lost();
                return false;
            }
            LockSupport.parkNanos(this, SPACE_NANOS);
        }
        return true;
    }

    private Space.Level lookForSpace(long forBytes) {
        Space.Level now = space.look(System.nanoTime(), forBytes);
        if (now != level) {
            boolean wasEnough = level == Space.Level.ENOUGH;
            level = now;
            switch (now) {
                case ENOUGH -> listener.problem("There is space on the disk of the store again.");
                case LOW -> {
                    if (wasEnough) {
                        listener.problem(lowText());
                    }
                }
                case NONE ->
                        listener.problem(
                                (wasEnough ? lowText() : "")
                                        + "The disk of the store is full: nothing can be stored"
                                        + " until there is space.");
            }
            tellState();
        }
        return now;
    }

    private String lowText() {
        return "The disk of the store has less than "
                + options.headRoomBytes()
                + " bytes left: new durable messages are refused until there is space. ";
    }

    private void tellState() {
        Store.State now = current();
        if (now != state) {
            state = now;
            listener.state(now);
        }
    }

    private Store.State current() {
        if (isBroken) {
            return Store.State.STOPPED;
        }
        // What fails where the probe sees nothing left fails for that, whatever the engine says of
        // it.
        if (failing == EngineException.Kind.DAMAGE
                || (failing != null
                        && failing != EngineException.Kind.FULL
                        && level != Space.Level.NONE)) {
            return Store.State.FAILING;
        }
        // The engine knows of no space where the probe sees some: a quota, say.
        if (level != Space.Level.ENOUGH || failing != null) {
            return Store.State.FULL;
        }
        return isCrowded ? Store.State.SLOW : Store.State.READY;
    }

    // ---- writing ----

    /// Writes the batch, however often it takes.
    ///
    /// @return false if it could not be written and the store is closed
    private boolean write() {
        for (int attempt = 1; ; attempt++) {
            try {
                Engine current = opened();
                Engine.Sync sync =
                        options.durability().level() == Durability.Level.ALWAYS
                                ? Engine.Sync.WAIT
                                : Engine.Sync.LEAVE;
                current.write(batch, sync);
                isUnsynced = sync == Engine.Sync.LEAVE;
                commits++;
                records += batch.count();
                bytes += batch.length();
                recovered();
                syncIfDue();
                return true;
            } catch (EngineException e) {
                failed(attempt, e);
                if (isClosing && attempt > 1) {
                    lost();
                    return false;
                }
                pause(
                        attempt < options.attempts()
                                ? options.retryDelay()
                                : options.retryDelay().multipliedBy(30));
                if (!awaitSpace()) {
                    return false;
                }
            }
        }
    }

    private Engine opened() throws EngineException {
        Engine current = engine;
        if (current == null) {
            current = opener.open(database);
            engine = current;
        }
        return current;
    }

    private void failed(int attempt, EngineException e) {
        failures++;
        closeEngine();
        if (e.kind() == EngineException.Kind.FULL) {
            space.exhausted();
        }
        if (attempt == 1) {
            listener.problem(
                    "Writing to the store in "
                            + database.getParent()
                            + " failed: "
                            + e.getMessage()
                            + ". Nothing is acknowledged until it succeeds; it is opened again and"
                            + " repeated.");
        }
        if (attempt == options.attempts()) {
            listener.problem(
                    "Writing to the store in "
                            + database.getParent()
                            + " failed "
                            + attempt
                            + " times: "
                            + e.getMessage()
                            + ". New durable messages are refused. Check the disk; it is tried"
                            + " again every "
                            + options.retryDelay().multipliedBy(30).toSeconds()
                            + " s.");
        }
        if (attempt >= options.attempts()) {
            failing = e.kind();
            tellState();
        }
    }

    private void recovered() {
        if (failing != null) {
            failing = null;
            listener.problem("Writing to the store succeeds again.");
            tellState();
        }
    }

    private void lost() {
        isLost = true;
        positions.clear();
        listener.problem(
                "The store was closed before all that was handed in could be written; none of it"
                        + " was acknowledged.");
    }

    private void pause(Duration delay) {
        long until = System.nanoTime() + delay.toNanos();
        while (!isClosing && until - System.nanoTime() > 0) {
            LockSupport.parkNanos(this, until - System.nanoTime());
        }
    }

    private void closeEngine() {
        Engine failed = engine;
        engine = null;
        if (failed != null) {
            try {
                failed.close();
            } catch (EngineException e) {
                // It failed before; what it did not write is written again.
            }
        }
    }

    // ---- syncing ----

    private long untilSync() {
        long interval = options.durability().interval().toNanos();
        if (isSyncFailing) {
            interval = Math.max(interval, options.retryDelay().toNanos());
        }
        return interval - (System.nanoTime() - syncedAt);
    }

    private void syncIfDue() {
        if (isUnsynced
                && options.durability().level() == Durability.Level.INTERVAL
                && untilSync() <= 0) {
            syncNow();
        }
    }

    private void syncNow() {
        syncedAt = System.nanoTime();
        try {
            // If it failed before, opening it again has moved all of its log to files that are
            // synced.
            opened().sync();
            isUnsynced = false;
        } catch (EngineException e) {
            isUnsynced = true;
            failures++;
            count();
            closeEngine();
            if (!isSyncFailing) {
                listener.problem(
                        "Syncing the store failed: "
                                + e.getMessage()
                                + ". It is opened again and repeated; until that succeeds, what was"
                                + " acknowledged since the last sync would be lost at a power cut.");
            }
        }
        if (isSyncFailing && !isUnsynced) {
            listener.problem("Syncing the store succeeds again.");
        }
        isSyncFailing = isUnsynced;
    }

    private void end() {
        for (int attempt = 1; isUnsynced && attempt <= 2; attempt++) {
            syncNow();
        }
        if (isUnsynced) {
            listener.problem(
                    "The store was closed without a sync: what was acknowledged since the last one"
                            + " would be lost at a power cut.");
        }
        Engine last = engine;
        engine = null;
        if (last != null) {
            try {
                last.close();
            } catch (EngineException e) {
                listener.problem("Closing the store failed: " + e.getMessage());
            }
        }
    }
}
