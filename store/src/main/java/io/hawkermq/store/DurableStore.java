package io.hawkermq.store;

import io.hawkermq.core.PageRequest;
import io.hawkermq.core.Recovery;
import io.hawkermq.core.Store;
import io.hawkermq.core.StoreChange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Sessions, queues and retained messages in a directory.
///
/// It owns the directory, by a lock, and one thread, which writes. The order of calls is: [#open],
/// [#recover] once, [#start], then [#append] from any loop, [#close] after the loops have ended.
///
/// What is in the directory: `db`, the database; `db.new` and `db.old` while one takes the place of
/// another; `lock`; `ballast`, room set aside for a full disk;
/// `quarantine-<time>`, what was found damaged.
public final class DurableStore implements Store, AutoCloseable {
    private final Path directory;
    private final DirectoryLock lock;
    private final StoreOptions options;
    private final StoreListener listener;
    private final Engine.Opener opener;
    private final Quarantine quarantine;
    private final Opening opening;
    private final Space space;
    private final Commit commit = new Commit();
    private @Nullable Engine engine;
    private volatile @Nullable StorageThread thread;
    private volatile @Nullable RecoveryReport recovered;

    private DurableStore(
            Path directory,
            DirectoryLock lock,
            StoreOptions options,
            StoreListener listener,
            Engine.Opener opener,
            Space.Probe probe) {
        this.directory = directory;
        this.lock = lock;
        this.options = options;
        this.listener = listener;
        this.opener = opener;
        this.quarantine = new Quarantine(directory);
        this.opening = new Opening(directory, options, opener, quarantine);
        this.space = new Space(directory, options.headRoomBytes(), probe);
    }

    /// Takes the directory and opens what is in it.
    ///
    /// @param directory made if it does not exist
    /// @throws StoreException if it cannot be written, another process has it, or a newer version of
    ///     the broker has written it
    public static DurableStore open(Path directory, StoreOptions options, StoreListener listener)
            throws StoreException {
        return open(directory, options, listener, Opening.rocks(options), Space.of(directory));
    }

    /// [#open] with another disk.
    static DurableStore open(
            Path directory,
            StoreOptions options,
            StoreListener listener,
            Engine.Opener opener,
            Space.Probe probe)
            throws StoreException {
        DirectoryLock lock = DirectoryLock.take(directory);
        try {
            DurableStore store =
                    new DurableStore(directory, lock, options, listener, opener, probe);
            store.space.beforeOpening();
            store.engine = store.opening.open();
            return store;
        } catch (StoreException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /// Hands all that is stored to the core, and mends what was damaged. Before [#start].
    ///
    /// @throws StoreException if the disk cannot be read
    public RecoveryReport recover(Recovery recovery) throws StoreException {
        Engine current = opened();
        Loader loader = new Loader(current, recovery, commit, listener::progress, System::nanoTime);
        opening.losses().forEach(loader::lost);
        try {
            loader.load();
            quarantine.keep(loader.bad());
            if (loader.isBlockDamaged()) {
                engine = null;
                current = opening.replace(current);
                engine = current;
            }
            Batch batch = new Batch();
            loader.useless().forEach(batch::delete);
            commit.writeTo(batch);
            if (!batch.isEmpty()) {
                current.write(batch, Engine.Sync.WAIT);
            }
        } catch (EngineException | IOException e) {
            throw opening.cannot("read", e);
        }
        RecoveryReport report = loader.report(quarantine.made());
        recovered = report;
        tell(report);
        return report;
    }

    private void tell(RecoveryReport report) {
        if (report.isWhole()) {
            return;
        }
        listener.problem(
                "The store in "
                        + directory
                        + " was damaged: "
                        + report.damaged()
                        + " records could not be read, "
                        + report.dangling()
                        + " referred to something lost. What is left was loaded."
                        + (report.quarantine() == null
                                ? ""
                                : " What was found is kept in " + report.quarantine() + "."));
        report.losses().forEach(loss -> listener.problem("Lost from the store: " + loss + "."));
    }

    private Engine opened() throws StoreException {
        Engine current = engine;
        if (current == null || thread != null) {
            throw new IllegalStateException("the store is started or closed");
        }
        return current;
    }

    /// Starts the thread that writes. After [#recover].
    public void start() throws StoreException {
        Engine current = opened();
        space.makeBallast();
        StorageThread started =
                new StorageThread(
                        current,
                        opener,
                        directory.resolve(Opening.DATABASE),
                        options,
                        listener,
                        commit,
                        new Pages(commit, quarantine, listener::problem),
                        space);
        engine = null;
        thread = started;
        started.start();
    }

    private StorageThread started() {
        StorageThread current = thread;
        if (current == null) {
            throw new IllegalStateException("the store is not started");
        }
        return current;
    }

    /// @throws IllegalStateException before [#start] and after [#close]
    @Override
    public void append(int shard, long position, List<StoreChange> changes) {
        started().append(shard, position, changes);
    }

    @Override
    public boolean isPaged() {
        return true;
    }

    /// @throws IllegalStateException before [#start] and after [#close]
    @Override
    public void load(PageRequest request) {
        started().load(request);
    }

    /// Figures by name: commits, records and bytes written, changes handed in, pairs of them that left
    /// nothing to write, pages read, failures, changes that wait; once it is loaded also the parts
    /// that could not be read then, the records that referred to something lost, and what has been
    /// set aside in all.
    public Map<String, Long> figures() {
        StorageThread current = thread;
        Map<String, Long> figures = current == null ? new LinkedHashMap<>() : current.figures();
        RecoveryReport report = recovered;
        if (report != null) {
            figures.put("damaged", report.damaged());
            figures.put("dangling", report.dangling());
            figures.put("quarantined", quarantine.count());
        }
        return figures;
    }

    /// Writes and syncs what was handed in, and gives the directory back.
    @Override
    public void close() {
        StorageThread current = thread;
        if (current != null) {
            current.close();
        }
        Engine unstarted = engine;
        engine = null;
        if (unstarted != null) {
            try {
                unstarted.close();
            } catch (EngineException e) {
                listener.problem("Closing the store failed: " + e.getMessage());
            }
        }
        lock.close();
    }
}
