package io.hawkermq.store;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Sorted records on a disk: all that the store needs of RocksDB, and what tests put in its place to
/// see what happens when a disk fails.
interface Engine extends AutoCloseable {
    /// Opens one.
    interface Opener {
        /// @throws EngineException DAMAGE if what is there cannot be opened as it is
        Engine open(Path directory) throws EngineException;

        /// Opens a damaged one with a part of what it holds.
        ///
        /// @throws EngineException DAMAGE if this is of no help
        default Engine open(Path directory, RocksEngine.Mode part) throws EngineException {
            return open(directory);
        }
    }

    /// Whether a write waits for the disk.
    enum Sync {
        WAIT,
        LEAVE
    }

    /// Writes all of the batch or nothing; after an exception, nothing more can be written until it
    /// was closed and opened again.
    void write(Batch batch, Sync sync) throws EngineException;

    /// Waits until all that was written is on the disk.
    void sync() throws EngineException;

    /// The records from `from` to before `to`, by ascending key. To be closed.
    Cursor cursor(byte[] from, byte[] to);

    /// The last key from `from` to `to`, both included; null if there is none.
    ///
    /// @throws EngineException DAMAGE if it cannot be read
    byte @Nullable [] floor(byte[] from, byte[] to) throws EngineException;

    /// Figures by name.
    Map<String, Long> figures();

    @Override
    void close() throws EngineException;

    /// A place among the records.
    interface Cursor extends AutoCloseable {
        /// Goes to the next record, at first to the first one.
        ///
        /// @return false at the end
        /// @throws EngineException DAMAGE if it cannot be read; another cursor may begin behind it
        boolean next() throws EngineException;

        byte[] key();

        byte[] value();

        @Override
        void close();
    }

    /// The first record with just this key, null if there is none.
    default byte @Nullable [] get(byte[] key) throws EngineException {
        byte[] after = java.util.Arrays.copyOf(key, key.length + 1);
        try (Cursor cursor = cursor(key, after)) {
            return cursor.next() ? cursor.value() : null;
        }
    }
}
