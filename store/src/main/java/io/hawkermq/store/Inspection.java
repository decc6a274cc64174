package io.hawkermq.store;

import io.hawkermq.core.Recovery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Looks at a store without changing it, also while a broker works on it: then it sees what was
/// written up to the moment it was opened.
///
/// To be closed. Not for several threads at once.
public final class Inspection implements AutoCloseable {
    /// Where the broker keeps its store below `persistence_location`.
    private static final String BELOW_LOCATION = "hawker";

    private final Path directory;
    private final Engine engine;
    private final @Nullable DirectoryLock lock;
    private final @Nullable Path scratch;

    private Inspection(
            Path directory, Engine engine, @Nullable DirectoryLock lock, @Nullable Path scratch) {
        this.directory = directory;
        this.engine = engine;
        this.lock = lock;
        this.scratch = scratch;
    }

    /// What is in one part of a store.
    ///
    /// @param bytes of keys and values
    public record Part(long records, long bytes) {}

    /// @param directory of the store, or the `persistence_location` above it
    /// @throws StoreException if there is no store or it cannot be opened; the message says why
    public static Inspection open(Path directory) throws StoreException {
        Path found = find(directory);
        DirectoryLock lock = null;
        try {
            // As long as it is held, no broker can start on what is being read.
            lock = DirectoryLock.take(found);
        } catch (StoreException e) {
            // A broker has it, or this user may only read: both are read beside.
        }
        Path scratch = null;
        try {
            Path database = found.resolve(Opening.DATABASE);
            if (lock != null) {
                Engine engine =
                        RocksEngine.open(
                                database, StoreOptions.DEFAULT, RocksEngine.Mode.READ_ONLY, null);
                return new Inspection(found, engine, lock, null);
            }
            scratch = Files.createTempDirectory("hawker-store");
            Engine engine =
                    RocksEngine.open(
                            database, StoreOptions.DEFAULT, RocksEngine.Mode.BESIDE, scratch);
            return new Inspection(found, engine, null, scratch);
        } catch (EngineException | IOException e) {
            release(lock, scratch);
            throw new StoreException(
                    "The store in "
                            + found
                            + " cannot be read: "
                            + e.getMessage()
                            + (isDamage(e)
                                    ? ". A broker that starts on it keeps what is damaged aside and"
                                            + " loads the rest."
                                    : "."),
                    e);
        }
    }

    private static boolean isDamage(Exception e) {
        return e instanceof EngineException failure
                && failure.kind() == EngineException.Kind.DAMAGE;
    }

    private static Path find(Path directory) throws StoreException {
        for (Path path : new Path[] {directory, directory.resolve(BELOW_LOCATION)}) {
            if (Files.isDirectory(path.resolve(Opening.DATABASE))) {
                return path;
            }
        }
        throw new StoreException(
                "There is no store in "
                        + directory
                        + ". Name the persistence_location of a broker, or a backup.");
    }

    /// How many records there are of each kind.
    ///
    /// @throws StoreException if a part cannot be read
    public Map<String, Part> stats() throws StoreException {
        Map<String, Part> parts = new LinkedHashMap<>();
        for (int kind :
                new int[] {
                    Keys.SESSION, Keys.QUEUE, Keys.BODY, Keys.RETAINED, Keys.FORWARD, Keys.META
                }) {
            long records = 0;
            long bytes = 0;
            try (Engine.Cursor cursor = engine.cursor(Keys.first(kind), Keys.first(kind + 1))) {
                while (cursor.next()) {
                    records++;
                    bytes += cursor.key().length + cursor.value().length;
                }
            } catch (EngineException e) {
                throw unreadable(e);
            }
            parts.put(Keys.name(kind), new Part(records, bytes));
        }
        return parts;
    }

    /// Bytes of all files of the database, without ballast and quarantine.
    public long fileBytes() throws StoreException {
        try (Stream<Path> files = Files.list(directory.resolve(Opening.DATABASE))) {
            long bytes = 0;
            for (Path file : files.toList()) {
                // One that a compaction has just removed counts as empty.
                bytes += file.toFile().length();
            }
            return bytes;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /// Reads all there is, by the rules of a broker's start, and tells what a start would lose.
    ///
    /// @param progress told about once a second how far it is
    public RecoveryReport check(Consumer<String> progress) throws StoreException {
        return read(new Unused(), progress);
    }

    /// Writes all there is to `out`, a JSON object a line, in the order of [Recovery].
    ///
    /// @return what was written and what could not be read
    /// @throws IOException if `out` cannot be written
    public RecoveryReport export(Appendable out) throws StoreException, IOException {
        Export export = new Export(out);
        RecoveryReport report = read(export, text -> {});
        export.finish();
        return report;
    }

    private RecoveryReport read(Recovery recovery, Consumer<String> progress)
            throws StoreException {
        Loader loader = new Loader(engine, recovery, new Commit(), progress, System::nanoTime);
        try {
            loader.load();
        } catch (EngineException e) {
            throw unreadable(e);
        }
        return loader.report(null);
    }

    /// Copies all that can be read into a new directory, which a broker can be started on.
    ///
    /// @param target must not exist
    /// @param damage told of each part that cannot be read
    /// @return the records copied
    public long backup(Path target, Consumer<String> damage) throws StoreException {
        if (Files.exists(target)) {
            throw new StoreException(
                    "The backup " + target + " exists already. Name a directory that does not.");
        }
        try {
            Files.createDirectories(target);
            try (Engine copy =
                    Opening.rocks(StoreOptions.DEFAULT).open(target.resolve(Opening.DATABASE))) {
                return Opening.copy(
                        engine, copy, (after, until, message) -> damage.accept(message));
            }
        } catch (EngineException | IOException e) {
            throw new StoreException(
                    "The backup "
                            + target
                            + " cannot be written: "
                            + e.getMessage()
                            + ". Remove it, and try again where there is room.",
                    e);
        }
    }

    private StoreException unreadable(Exception e) {
        return new StoreException(
                "The store in " + directory + " cannot be read: " + e.getMessage() + ".", e);
    }

    @Override
    public void close() {
        try {
            engine.close();
        } catch (EngineException e) {
            // Nothing was written.
        }
        release(lock, scratch);
    }

    private static void release(@Nullable DirectoryLock lock, @Nullable Path scratch) {
        if (lock != null) {
            lock.close();
        }
        if (scratch != null) {
            try {
                Directories.delete(scratch);
            } catch (IOException e) {
                // The system clears its directory of temporary files.
            }
        }
    }
}
