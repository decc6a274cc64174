package io.hawkermq.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Opens the database of a store, whatever state it is in.
///
/// What cannot be opened is first copied into the quarantine, then opened with less and less of it:
/// without the damaged parts of the log; with the log up to its first damaged part; as of the newest
/// state of which all files are there; and at last, what the single tables hold. A database of which
/// blocks turn out to be damaged while it is read is replaced by a new one of all that can be read,
/// because a compaction that met them would stop it.
final class Opening {
    static final String DATABASE = "db";

    /// A database that is being made to take the place of a damaged one.
    private static final String REPLACEMENT = "db.new";

    /// A database whose place another one takes, until it is deleted.
    private static final String REPLACED = "db.old";

    /// The file that names the list of files.
    private static final String CURRENT = "CURRENT";

    private static final Pattern MANIFEST = Pattern.compile("MANIFEST-(\\d{1,18})");

    private static final long COPIED_AT_ONCE = 4L << 20;

    private final Path directory;
    private final StoreOptions options;
    private final Engine.Opener opener;
    private final Quarantine quarantine;
    private final List<String> losses = new ArrayList<>();

    /// The database as it was found, if that was damaged.
    private @Nullable Path copy;

    Opening(Path directory, StoreOptions options, Engine.Opener opener, Quarantine quarantine) {
        this.directory = directory;
        this.options = options;
        this.opener = opener;
        this.quarantine = quarantine;
    }

    static Engine.Opener rocks(StoreOptions options) {
        return path -> RocksEngine.open(path, options, RocksEngine.Mode.NORMAL, null);
    }

    /// What was lost by opening it, a sentence each.
    List<String> losses() {
        return losses;
    }

    private Path database() {
        return directory.resolve(DATABASE);
    }

    /// @throws StoreException if it cannot be opened at all, or a newer version has written it
    Engine open() throws StoreException {
        try {
            endReplacement();
            Engine engine = openOrSalvage();
            try {
                checkFormat(engine);
            } catch (EngineException | StoreException | RuntimeException e) {
                engine.close();
                throw e;
            }
            return engine;
        } catch (EngineException | IOException e) {
            throw cannot("opened", e);
        }
    }

    StoreException cannot(String what, Exception e) {
        boolean isFull =
                e instanceof EngineException failure && failure.kind() == EngineException.Kind.FULL;
        return new StoreException(
                "The store in "
                        + directory
                        + " cannot be "
                        + what
                        + ": "
                        + e.getMessage()
                        + (isFull
                                ? ". What is stored is not lost. Opening it needs about "
                                        + mebibytes(bytesToOpen())
                                        + " MiB of free space, new durable messages need "
                                        + mebibytes(options.headRoomBytes())
                                        + " MiB: make room on that disk, but leave the files of the"
                                        + " store where they are."
                                : ". Check the disk and the rights of the files; moving the"
                                        + " directory away starts with an empty store."),
                e);
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }

    /// What stands in its log is moved to a table, and a few small files are begun.
    private long bytesToOpen() {
        long bytes = 1 << 20;
        try (Stream<Path> files = Files.list(database())) {
            for (Path log : files.filter(f -> f.toString().endsWith(".log")).toList()) {
                bytes += Files.size(log);
            }
        } catch (IOException e) {
            // Then what could be seen of it.
        }
        return bytes;
    }

    private Engine openOrSalvage() throws EngineException, IOException {
        if (isCurrentMissing()) {
            losses.add("the database is damaged: its file CURRENT is missing");
            Path found = copy();
            Path manifest = newestManifest();
            if (manifest == null) {
                return madeOfTables(found);
            }
            makeCurrent(manifest);
        }
        try {
            return opener.open(database());
        } catch (EngineException e) {
            if (e.kind() != EngineException.Kind.DAMAGE) {
                throw e;
            }
            return salvage(e);
        }
    }

    // ---- without CURRENT ----

    /// Without it, RocksDB takes the directory for one where a database is yet to be made, and deletes
    /// the tables. If nothing was ever written, that is so: a first start was interrupted.
    private boolean isCurrentMissing() throws IOException {
        if (!Files.isDirectory(database()) || Files.exists(database().resolve(CURRENT))) {
            return false;
        }
        try (Stream<Path> files = Files.list(database())) {
            return files.map(Path::toFile)
                    .anyMatch(f ->
                            f.getName().endsWith(".sst")
                                    || f.getName().endsWith(".log") && f.length() > 0);
        }
    }

    private @Nullable Path newestManifest() throws IOException {
        Path newest = null;
        long highest = -1;
        try (Stream<Path> files = Files.list(database())) {
            for (Path file : files.toList()) {
                Matcher name = MANIFEST.matcher(String.valueOf(file.getFileName()));
                if (name.matches() && Long.parseLong(name.group(1)) > highest) {
                    highest = Long.parseLong(name.group(1));
                    newest = file;
                }
            }
        }
        return newest;
    }

    private void makeCurrent(Path manifest) throws IOException {
        // RocksDB removes a file of this name that is left behind.
        Path made = database().resolve("000000.dbtmp");
        Files.writeString(made, manifest.getFileName() + "\n");
        Files.move(made, database().resolve(CURRENT), StandardCopyOption.ATOMIC_MOVE);
    }

    // ---- salvage ----

    /// Keeps the database aside as it was found.
    private Path copy() throws IOException {
        Path made = copy;
        if (made == null) {
            made = quarantine.copy(database());
            copy = made;
        }
        return made;
    }

    /// A way to open a damaged database.
    ///
    /// @param loss what is lost by it
    /// @param failure what it means if it is of no help
    private record Remedy(RocksEngine.Mode mode, String loss, String failure) {}

    private static final List<Remedy> REMEDIES =
            List.of(
                    new Remedy(
                            RocksEngine.Mode.WITHOUT_DAMAGED_LOG,
                            "what stood in the damaged parts of the log is lost",
                            "the log is of no use behind its damage"),
                    // What is left of a record of several blocks may pass for a whole one, and then
                    // nothing can be stepped over.
                    new Remedy(
                            RocksEngine.Mode.BEFORE_DAMAGED_LOG,
                            "what stood in the log from its first damaged part on is lost",
                            "it is not only the log"),
                    new Remedy(
                            RocksEngine.Mode.WHAT_IS_THERE,
                            "changes that stood in the log only are lost, and those of missing files",
                            "its list of files is of no use"));

    private Engine salvage(EngineException damage) throws EngineException, IOException {
        Path found = copy();
        losses.add("the database is damaged: " + damage.getMessage());
        for (Remedy remedy : REMEDIES) {
            try {
                Engine engine = RocksEngine.open(database(), options, remedy.mode(), null);
                losses.add(remedy.loss());
                return engine;
            } catch (EngineException e) {
                losses.add(remedy.failure() + ": " + e.getMessage());
            }
        }
        return madeOfTables(found);
    }

    /// Makes a new database of the tables of a copy, and puts it in the place of the one that was
    /// copied.
    private Engine madeOfTables(Path copy) throws EngineException, IOException {
        Path replacement = directory.resolve(REPLACEMENT);
        Quarantine.delete(replacement);
        try (Engine fresh = opener.open(replacement)) {
            fromTables(copy, fresh);
        }
        losses.add(
                "it was made anew of what its tables hold: what stood in the log only is lost, and"
                        + " messages that were over may be there again");
        // Not deleted in its place: half of it would be taken for a database.
        Path replaced = directory.resolve(REPLACED);
        Files.move(database(), replaced, StandardCopyOption.ATOMIC_MOVE);
        Files.move(replacement, database(), StandardCopyOption.ATOMIC_MOVE);
        Quarantine.delete(replaced);
        return opener.open(database());
    }

    private void fromTables(Path from, Engine to) throws EngineException, IOException {
        try (Stream<Path> files = Files.list(from)) {
            // Their names are numbers with leading zeros: later ones hold what is newer, mostly.
            for (Path table : files.filter(f -> f.toString().endsWith(".sst")).sorted().toList()) {
                try {
                    RocksTable.copy(table, to);
                } catch (EngineException e) {
                    if (e.kind() != EngineException.Kind.DAMAGE) {
                        throw e;
                    }
                    losses.add(
                            "of the table "
                                    + table.getFileName()
                                    + " a part or all is lost: "
                                    + e.getMessage());
                }
            }
        }
        to.sync();
    }

    // ---- replacement ----

    /// Makes a new database of all that can be read of this one, and moves this one to the quarantine.
    ///
    /// @return the new one
    Engine replace(Engine engine) throws EngineException, IOException {
        Path replacement = directory.resolve(REPLACEMENT);
        Quarantine.delete(replacement);
        try (Engine fresh = opener.open(replacement)) {
            copy(engine, fresh, (after, until, message) -> {});
        } finally {
            engine.close();
        }
        quarantine.move(database());
        Files.move(replacement, database());
        return opener.open(database());
    }

    /// Copies all records that can be read.
    ///
    /// @return how many there are
    static long copy(Engine from, Engine to, Scan.Damage damage) throws EngineException {
        Batch batch = new Batch();
        long count = 0;
        try (Scan scan = new Scan(from, Keys.first(0), Keys.first(0xFF), damage)) {
            while (scan.next()) {
                batch.put(scan.key(), scan.value());
                count++;
                if (batch.length() > COPIED_AT_ONCE) {
                    to.write(batch, Engine.Sync.LEAVE);
                    batch.reset();
                }
            }
        }
        to.write(batch, Engine.Sync.WAIT);
        return count;
    }

    /// A replacement is complete if the database was moved away already; else it is made again.
    private void endReplacement() throws IOException {
        Path replacement = directory.resolve(REPLACEMENT);
        if (Files.exists(replacement)) {
            if (Files.exists(database())) {
                Quarantine.delete(replacement);
            } else {
                Files.move(replacement, database(), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        if (Files.exists(database())) {
            Quarantine.delete(directory.resolve(REPLACED));
        }
    }

    // ---- format ----

    private void checkFormat(Engine engine) throws EngineException, StoreException {
        int format = new Format().upgrade(engine);
        if (format > Format.CURRENT) {
            throw new StoreException(
                    "The store in "
                            + directory
                            + " has the format "
                            + format
                            + ", this version of Hawker knows formats up to "
                            + Format.CURRENT
                            + ". Run the newer version that wrote it, or set another"
                            + " persistence_location.");
        }
    }
}
