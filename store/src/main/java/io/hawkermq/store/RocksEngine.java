package io.hawkermq.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/// RocksDB, configured small: one column family, one cache for all that is read, two background
/// threads, no statistics, no filters (what is looked up by key is there).
///
/// Owns native memory and, but for a reader beside a running broker, the lock on its directory. To be
/// closed; not for several threads at once, except [#figures].
final class RocksEngine implements Engine {
    /// How it is opened.
    enum Mode {
        /// A log that ends in the middle of a record is a kill's trace and is cut there; one that is
        /// damaged before its end is refused. RocksDB's own default would open it with all records
        /// before the damage, without a word about those behind.
        NORMAL,
        /// Damaged parts of the log are stepped over.
        WITHOUT_DAMAGED_LOG,
        /// The log up to its first damaged part.
        BEFORE_DAMAGED_LOG,
        /// Without the log, and with the newest state of which all files are there.
        WHAT_IS_THERE,
        /// Nothing can be written, and nobody else has it open.
        READ_ONLY,
        /// Beside a broker that has it open, as it is now. Nothing can be written.
        BESIDE
    }

    private final List<AbstractNativeReference> owned;
    private final RocksDB db;
    private final WriteOptions waiting;
    private final WriteOptions leaving;
    private final ReadOptions reading;
    private boolean isClosed;

    private RocksEngine(
            List<AbstractNativeReference> owned,
            RocksDB db,
            WriteOptions waiting,
            WriteOptions leaving,
            ReadOptions reading) {
        this.owned = owned;
        this.db = db;
        this.waiting = waiting;
        this.leaving = leaving;
        this.reading = reading;
    }

    /// @param secondary where a reader BESIDE may keep its own log; null for the other modes
    static RocksEngine open(
            Path directory, StoreOptions settings, Mode mode, @Nullable Path secondary)
            throws EngineException {
        loadLibrary();
        List<AbstractNativeReference> owned = new ArrayList<>();
        try {
            Options options = options(settings, owned);
            options.setCreateIfMissing(mode == Mode.NORMAL);
            RocksDB db =
                    switch (mode) {
                        case NORMAL -> RocksDB.open(options, directory.toString());
                        case WITHOUT_DAMAGED_LOG ->
                                RocksDB.open(
                                        options.setWalRecoveryMode(
                                                WALRecoveryMode.SkipAnyCorruptedRecords),
                                        directory.toString());
                        case BEFORE_DAMAGED_LOG ->
                                RocksDB.open(
                                        options.setWalRecoveryMode(
                                                WALRecoveryMode.PointInTimeRecovery),
                                        directory.toString());
                        case WHAT_IS_THERE ->
                                RocksDB.open(
                                        options.setBestEffortsRecovery(true), directory.toString());
                        case READ_ONLY -> RocksDB.openReadOnly(options, directory.toString());
                        case BESIDE ->
                                RocksDB.openAsSecondary(
                                        options.setMaxOpenFiles(-1),
                                        directory.toString(),
                                        String.valueOf(secondary));
                    };
            WriteOptions waiting = new WriteOptions().setSync(true);
            WriteOptions leaving = new WriteOptions();
            owned.add(waiting);
            ReadOptions reading = new ReadOptions().setVerifyChecksums(true);
            owned.add(leaving);
            owned.add(reading);
            return new RocksEngine(owned, db, waiting, leaving, reading);
        } catch (RocksDBException e) {
            owned.reversed().forEach(AbstractNativeReference::close);
            throw failed(e);
        }
    }

    private static void loadLibrary() throws EngineException {
        try {
            RocksDB.loadLibrary();
        } catch (RuntimeException | LinkageError e) {
            // RocksDB throws these where there is no native half for this machine.
            throw new EngineException(
                    EngineException.Kind.INPUT_OUTPUT,
                    "the native library of RocksDB for this machine is neither in"
                            + " java.library.path nor in its jar ("
                            + e.getMessage()
                            + ")",
                    e);
        }
    }

    private static Options options(StoreOptions settings, List<AbstractNativeReference> owned) {
        Cache cache = new LRUCache(settings.blockCacheBytes());
        Options options = new Options();
        owned.add(cache);
        owned.add(options);
        options.setTableFormatConfig(
                new BlockBasedTableConfig()
                        .setBlockCache(cache)
                        .setBlockSize(16 << 10)
                        .setCacheIndexAndFilterBlocks(true)
                        .setPinL0FilterAndIndexBlocksInCache(true)
                        .setFormatVersion(6));
        return options.setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
                .setWriteBufferSize(settings.memoryTableBytes())
                .setMaxWriteBufferNumber(3)
                .setTargetFileSizeBase(32L << 20)
                .setMaxBytesForLevelBase(128L << 20)
                .setLevelZeroFileNumCompactionTrigger(4)
                .setMaxTotalWalSize(4 * settings.memoryTableBytes())
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setMaxBackgroundJobs(2)
                .setMaxOpenFiles(256)
                .setMaxFileOpeningThreads(1)
                // One thread writes: what makes several writers fast costs the single one.
                .setAllowConcurrentMemtableWrite(false)
                .setEnableWriteThreadAdaptiveYield(false)
                // A log that is not flushed is replayed at the next start; a stop need not wait.
                .setAvoidFlushDuringShutdown(true)
                .setSkipStatsUpdateOnDbOpen(true)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(1 << 20)
                .setKeepLogFileNum(2)
                .setMaxManifestFileSize(16 << 20);
    }

    static EngineException failed(RocksDBException e) {
        Status status = e.getStatus();
        String message = String.valueOf(e.getMessage());
        if (status != null && status.getSubCode() == Status.SubCode.NoSpace
                || NoSpace.ofThisSystem().isTold(message)) {
            return new EngineException(EngineException.Kind.FULL, message, e);
        }
        boolean isDamage =
                status == null
                        || status.getCode() == Status.Code.Corruption
                        || status.getCode() == Status.Code.NotFound
                        || message.contains("Corruption")
                        || message.contains("No such file");
        return new EngineException(
                isDamage ? EngineException.Kind.DAMAGE : EngineException.Kind.INPUT_OUTPUT,
                message,
                e);
    }

    @Override
    public void write(Batch batch, Sync sync) throws EngineException {
        try (WriteBatch changes = new WriteBatch(batch.serialized())) {
            db.write(sync == Sync.WAIT ? waiting : leaving, changes);
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    @Override
    public void sync() throws EngineException {
        try {
            db.syncWal();
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    @Override
    public Cursor cursor(byte[] from, byte[] to) {
        Slice end = new Slice(to);
        ReadOptions options =
                new ReadOptions()
                        .setIterateUpperBound(end)
                        .setFillCache(false)
                        .setVerifyChecksums(true)
                        .setReadaheadSize(1L << 20);
        return new RocksCursor(db.newIterator(options), options, end, from);
    }

    @Override
    public byte @Nullable [] floor(byte[] from, byte[] to) throws EngineException {
        try (Slice begin = new Slice(from);
                ReadOptions options =
                        new ReadOptions().setIterateLowerBound(begin).setVerifyChecksums(true);
                RocksIterator iterator = db.newIterator(options)) {
            iterator.seekForPrev(to);
            if (iterator.isValid()) {
                return iterator.key();
            }
            iterator.status();
            return null;
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    @Override
    public byte @Nullable [] get(byte[] key) throws EngineException {
        try {
            return db.get(reading, key);
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    @Override
    public Map<String, Long> figures() {
        Map<String, Long> figures = new LinkedHashMap<>();
        for (String name :
                List.of(
                        "estimate-num-keys",
                        "estimate-live-data-size",
                        "total-sst-files-size",
                        "cur-size-all-mem-tables",
                        "block-cache-usage",
                        "estimate-table-readers-mem",
                        "num-running-compactions",
                        "background-errors")) {
            try {
                figures.put(name, db.getLongProperty("rocksdb." + name));
            } catch (RocksDBException e) {
                // A figure that this version does not know is left out.
            }
        }
        return figures;
    }

    @Override
    public void close() throws EngineException {
        if (isClosed) {
            return;
        }
        isClosed = true;
        try {
            db.closeE();
        } catch (RocksDBException e) {
            throw failed(e);
        } finally {
            owned.reversed().forEach(AbstractNativeReference::close);
        }
    }

    private static final class RocksCursor implements Cursor {
        private final RocksIterator iterator;
        private final ReadOptions options;
        private final Slice end;
        private byte @Nullable [] from;

        RocksCursor(RocksIterator iterator, ReadOptions options, Slice end, byte[] from) {
            this.iterator = iterator;
            this.options = options;
            this.end = end;
            this.from = from;
        }

        @Override
        public boolean next() throws EngineException {
            if (from != null) {
                iterator.seek(from);
                from = null;
            } else if (iterator.isValid()) { // else it would end the process
                iterator.next();
            }
            if (iterator.isValid()) {
                return true;
            }
            try {
                iterator.status();
            } catch (RocksDBException e) {
                throw failed(e);
            }
            return false;
        }

        @Override
        public byte[] key() {
            return iterator.key();
        }

        @Override
        public byte[] value() {
            return iterator.value();
        }

        @Override
        public void close() {
            iterator.close();
            options.close();
            end.close();
        }
    }
}
