package io.hawkermq.broker;

import io.hawkermq.core.EventLog;
import io.hawkermq.core.Limits;
import io.hawkermq.core.LogLevel;
import io.hawkermq.core.Restoration;
import io.hawkermq.core.Slots;
import io.hawkermq.core.Store;
import io.hawkermq.core.StoreChange;
import io.hawkermq.core.StoredPage;
import io.hawkermq.mosquitto.database.MosquittoDatabase;
import io.hawkermq.store.DurableStore;
import io.hawkermq.store.RecoveryReport;
import io.hawkermq.store.StoreException;
import io.hawkermq.store.StoreListener;
import io.hawkermq.store.StoreOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/// What the broker keeps on disk, from the first look at the directory to its last sync; nothing at
/// all without a [Persistence]. Between the storage thread, which tells it what is durable, and the
/// loops, which wait to hear that.
final class Storage implements AutoCloseable {
    private final @Nullable Persistence persistence;
    private final EventLog log;
    private final Limits.AtMostOnce atMostOnce;
    private final @Nullable DurableStore durable;
    private volatile List<Loop> loops = List.of();
    private volatile Store.State state = Store.State.READY;

    private Storage(BrokerOptions options) throws StartException {
        persistence = options.persistence();
        atMostOnce = options.limits().atMostOnce();
        log = options.log();
        try {
            durable = persistence == null ? null : open(persistence);
        } catch (StoreException e) {
            throw new StartException(String.valueOf(e.getMessage()));
        } catch (NoClassDefFoundError e) {
            throw new StartException(
                    "persistence needs RocksDB, which is not on the class path: add"
                            + " org.rocksdb:rocksdbjni, or start without persistence.");
        }
    }

    private DurableStore open(Persistence p) throws StoreException {
        return DurableStore.open(
                p.directory(), StoreOptions.DEFAULT.withDurability(p.durability()), new Listener());
    }

    /// Takes the directory.
    ///
    /// @throws StartException if it cannot be written, or belongs to another broker
    static Storage open(BrokerOptions options) throws StartException {
        Persistence persistence = options.persistence();
        if (persistence != null) {
            PersistenceFile.beforeOpening(
                    persistence, line -> options.log().log(LogLevel.NOTICE, line));
        }
        Storage storage = new Storage(options);
        try {
            if (persistence != null) {
                PersistenceFile.afterOpening(persistence);
            }
        } catch (StartException e) {
            storage.close(); // or nobody else could take the directory
            throw e;
        }
        return storage;
    }

    Store store() {
        return durable == null ? Store.NONE : durable;
    }

    /// Gives the loops what is stored, or what Mosquitto left if nothing is, and begins to write;
    /// before any loop runs.
    ///
    /// @throws StartException if the disk cannot be read
    void restore(List<Loop> all, Slots slots, long nowMillis) throws StartException {
        if (durable == null || persistence == null) {
            return;
        }
        loops = all;
        long began = System.nanoTime();
        Restoration restoration =
                new Restoration(all.stream().map(Loop::shard).toList(), slots, nowMillis);
        try {
            RecoveryReport report = durable.recover(restoration);
            if (report.isEmpty()) {
                takeOver(persistence.file(), restoration, nowMillis);
            }
            durable.start();
            log.log(
                    LogLevel.NOTICE,
                    "Restored "
                            + report.summary()
                            + " in "
                            + (System.nanoTime() - began) / 1_000_000
                            + " ms, durability "
                            + persistence.durability()
                            + ".");
        } catch (StoreException e) {
            throw new StartException(String.valueOf(e.getMessage()));
        }
        restoration.finish();
        all.forEach(loop -> loop.execute(() -> {})); // timers may be due
    }

    private void takeOver(Path database, Restoration restoration, long nowMillis)
            throws StartException {
        if (!Files.exists(database)) {
            return;
        }
        try {
            if (PersistenceFile.standsForStore(database)) {
                return;
            }
            List<StoreChange> changes =
                    MosquittoImport.changes(
                            MosquittoDatabase.read(database),
                            nowMillis,
                            atMostOnce,
                            line -> log.log(LogLevel.NOTICE, "Import: " + line));
            MosquittoImport.replay(changes, restoration);
            restoration.store(changes);
            log.log(
                    LogLevel.NOTICE,
                    "Took over " + database + "; it is left as it was and not read again.");
        } catch (IOException e) {
            throw new StartException(
                    "cannot take over "
                            + database
                            + ": "
                            + e.getMessage()
                            + ". Move it away to start with an empty store.");
        }
    }

    /// What keeps it from storing, as part of a sentence; empty if nothing does.
    String trouble() {
        return state.trouble();
    }

    /// Figures of the store by name, see [DurableStore#figures]; none without one.
    Map<String, Long> figures() {
        return durable == null ? Map.of() : durable.figures();
    }

    /// Brings to the disk what the loops, which have ended, handed in.
    @Override
    public void close() {
        if (durable != null) {
            durable.close();
        }
    }

    /// Called on the storage thread.
    private final class Listener implements StoreListener {
        @Override
        public void durable(int shard, long position) {
            try {
                loops.get(shard).onDurable(position);
            } catch (RejectedExecutionException e) {
                // The broker stops: nobody waits any more.
            }
        }

        @Override
        public void page(int shard, StoredPage page) {
            try {
                loops.get(shard).onPage(page);
            } catch (RejectedExecutionException e) {
                // as above
            }
        }

        @Override
        public void state(Store.State now) {
            state = now;
            log.log(
                    LogLevel.WARNING,
                    now == Store.State.READY
                            ? "What has to be stored is taken again."
                            : "What would have to be stored is refused: " + now.trouble() + ".");
            for (Loop loop : loops) {
                try {
                    loop.onStoreState(now);
                } catch (RejectedExecutionException e) {
                    // as above
                }
            }
        }

        @Override
        public void problem(String text) {
            log.log(LogLevel.ERROR, text);
        }

        @Override
        public void progress(String text) {
            log.log(LogLevel.NOTICE, text);
        }
    }
}
