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

    private Step step = Step.OPENING;

    /// What is done with the database: each step needs more room than the one before.
    private enum Step {
        /// What stands in its log is moved to a table.
        OPENING("What is stored is not lost. Opening it needs"),
        /// It is copied before; its tables are linked.
        MENDING(
                "It is damaged, but nothing is lost by this. It is copied before it is mended, which"
                        + " needs"),
        /// All that can be read is written once more.
        REPLACING(
                "It is damaged, but nothing is lost by this. What can be read of it is written anew,"
                        + " which needs");

        private final String sentence;

        Step(String sentence) {
            this.sentence = sentence;
        }
    }

    private record Rocks(StoreOptions options) implements Engine.Opener {
        @Override
        public Engine open(Path path) throws EngineException {
            return open(path, RocksEngine.Mode.NORMAL);
        }

        @Override
        public Engine open(Path path, RocksEngine.Mode part) throws EngineException {
            return RocksEngine.open(path, options, part, null);
        }
    }

    Opening(Path directory, StoreOptions options, Engine.Opener opener, Quarantine quarantine) {
        this.directory = directory;
        this.options = options;
        this.opener = opener;
        this.quarantine = quarantine;
    }

    static Engine.Opener rocks(StoreOptions options) {
        return new Rocks(options);
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
                step = Step.OPENING; // there is nothing left to be mended
            } catch (EngineException | StoreException | RuntimeException e) {
                engine.close();
                throw e;
            }
            return engine;
        } catch (EngineException | IOException e) {
            StoreException failure = cannot("opened", e);
            giveRoomBack(e);
            throw failure;
        }
    }

    /// The next attempt makes a copy again, and so would each one after it.
    private void giveRoomBack(Exception why) {
        try {
            endReplacement();
            Path made = copy;
            if (made != null && isStillThere(made)) {
                copy = null;
                quarantine.drop(made, why);
            }
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    /// Whether the database has all that was copied. What failed may have got far enough to remove
    /// files.
    private boolean isStillThere(Path copied) throws IOException {
        try (Stream<Path> files = Files.list(copied)) {
            for (Path file : files.toList()) {
                String name = String.valueOf(file.getFileName());
                Path original = database().resolve(name);
                if ((name.endsWith(".log") || isTable(file) || MANIFEST.matcher(name).matches())
                        && !(Files.exists(original) && Files.size(original) == Files.size(file))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean isTable(Path file) {
        return file.toString().endsWith(".sst");
    }

    StoreException cannot(String what, Exception e) {
        return new StoreException(
                "The store in "
                        + directory
                        + " cannot be "
                        + what
                        + ": "
                        + e.getMessage()
                        + (isFull(e)
                                ? ". "
                                        + step.sentence
                                        + " about "
                                        + mebibytes(bytesNeeded())
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

    private static boolean isFull(Exception e) {
        return e instanceof EngineException failure
                ? failure.kind() == EngineException.Kind.FULL
                : NoSpace.ofThisSystem().isTold(String.valueOf(e.getMessage()));
    }

    /// What is to be written, and a few small files.
    private long bytesNeeded() {
        long tables = 0;
        long log = 0;
        long others = 0;
        try (Stream<Path> files = Files.list(database())) {
            for (Path file : files.toList()) {
                long bytes = Files.size(file);
                if (isTable(file)) {
                    tables += bytes;
                } else if (file.toString().endsWith(".log")) {
                    log += bytes;
                } else {
                    others += bytes;
                }
            }
        } catch (IOException e) {
            // Then what could be seen of it.
        }
        long opening = (1 << 20) + log;
        long mending = opening + log + others;
        // What is written anew goes to a log first, of which so much is kept at most.
        long newLog = Math.min(tables + log, 4 * options.memoryTableBytes());
        return switch (step) {
            case OPENING -> opening;
            case MENDING -> mending;
            case REPLACING -> mending + tables + newLog;
        };
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
        step = Step.MENDING;
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
                Engine engine = opener.open(database(), remedy.mode());
                losses.add(remedy.loss());
                return engine;
            } catch (EngineException e) {
                if (e.kind() != EngineException.Kind.DAMAGE) {
                    throw e; // with room, this remedy may be the one
                }
                losses.add(remedy.failure() + ": " + e.getMessage());
            }
        }
        return madeOfTables(found);
    }

    /// Makes a new database of the tables of a copy, and puts it in the place of the one that was
    /// copied.
    private Engine madeOfTables(Path copy) throws EngineException, IOException {
        step = Step.REPLACING;
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
            for (Path table : files.filter(Opening::isTable).sorted().toList()) {
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
        step = Step.REPLACING;
        Path replacement = directory.resolve(REPLACEMENT);
        Quarantine.delete(replacement);
        try (engine;
                Engine fresh = opener.open(replacement)) {
            copy(engine, fresh, (after, until, message) -> {});
        } catch (EngineException | RuntimeException e) {
            Quarantine.delete(replacement);
            throw e;
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
