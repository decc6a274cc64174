package io.hawkermq.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.StoreChange;
import io.hawkermq.core.StoredDelivery;
import io.hawkermq.core.StoredMessage;
import io.hawkermq.core.StoredSubscription;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.SubscriptionOptions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Flipped bits, torn logs, missing files: noticed, kept aside, and the rest is there.
class DamageTest {
    private static final int SESSIONS = 40;
    private static final int MESSAGES = 50;

    @TempDir Path root;

    /// What was written to the store of a test.
    private final TreeMap<String, String> written = new TreeMap<>();

    private Path log() throws Exception {
        Path from = root.resolve("data");
        try (Disk disk = new Disk(from)) {
            fill(disk);
        }
        return from;
    }

    /// A store of which all stands in tables.
    private Path tables() throws Exception {
        Path from = log();
        // Opening moves what stands in the log to a table.
        new Disk(from).close();
        assertFalse(Disk.files(from, ".sst").isEmpty());
        return from;
    }

    private void fill(Disk disk) {
        StoredMessage shared = new StoredMessage(Some.message("shared", "s".repeat(500)));
        for (int s = 1; s <= SESSIONS; s++) {
            List<StoreChange> changes = new ArrayList<>();
            changes.add(new StoreChange.PutSession(Some.session(s)));
            changes.add(
                    new StoreChange.PutSubscription(
                            new StoredSubscription(
                                    s, "a/" + s, SubscriptionOptions.of(QoS.AT_LEAST_ONCE), s)));
            for (int m = 0; m < MESSAGES; m++) {
                changes.add(
                        new StoreChange.PutDelivery(
                                m % 10 == 0 ? Some.delivery(s, m, shared) : Some.delivery(s, m)));
            }
            changes.add(
                    new StoreChange.PutRetained(Some.message("retained/" + s, "r".repeat(1_000))));
            changes.add(new StoreChange.PutReceived(s, s));
            disk.write(changes);
        }
    }

    private void remember(Path from) throws Exception {
        Path copy = Disk.copy(from, root.resolve("whole"));
        try (Disk disk = new Disk(copy)) {
            assertTrue(disk.report.isWhole());
            written.putAll(disk.recovered.all);
        }
        assertEquals(SESSIONS * (4 + MESSAGES), written.size());
    }

    private static void flip(Path file, long bit) throws IOException {
        try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
            f.seek(bit / 8);
            int b = f.read();
            f.seek(bit / 8);
            f.write(b ^ 1 << (bit % 8));
        }
    }

    /// Nothing that was not written, and what is missing is told.
    private int check(Disk disk) {
        Recovered r = disk.recovered;
        r.all.forEach((name, value) -> assertEquals(written.get(name), value, name));
        int missing = written.size() - r.all.size();
        if (missing > 0) {
            assertFalse(disk.report.isWhole(), () -> missing + " missing and nothing said");
            assertFalse(disk.problems().isEmpty());
        }
        return missing;
    }

    /// A store that was damaged goes on working, and is whole afterwards.
    private static void checkGoesOn(Path from, Disk disk) throws Exception {
        int before = disk.recovered.all.size();
        disk.write(new StoreChange.PutSession(Some.session(1_000)));
        disk.close();
        try (Disk again = new Disk(from)) {
            assertEquals(before + 1, again.recovered.all.size());
            assertTrue(again.report.isWhole(), again.report::toString);
        }
    }

    private void flipsIn(Path from, String ending, int count, boolean mayBeHarmless)
            throws Exception {
        remember(from);
        Random random = new Random(7);
        int noticed = 0;
        for (int i = 0; i < count; i++) {
            Path copy = Disk.copy(from, root.resolve(ending + i));
            List<Path> files = Disk.files(copy, ending);
            Path file = files.get(random.nextInt(files.size()));
            if (Files.size(file) == 0) {
                continue;
            }
            long bit = random.nextLong(Files.size(file) * 8);
            flip(file, bit);
            String where = file.getFileName() + " bit " + bit + " of " + Files.size(file) * 8;
            try (Disk disk = new Disk(copy)) {
                int missing = check(disk);
                if (!disk.report.isWhole()) {
                    noticed++;
                    assertNotNull(Disk.quarantine(copy), where);
                    assertTrue(missing < written.size(), where);
                } else if (!mayBeHarmless) {
                    assertEquals(0, missing, where);
                }
                checkGoesOn(copy, disk);
            } catch (StoreException e) {
                throw new AssertionError(where, e);
            }
        }
        assertTrue(noticed > count / 2, "only " + noticed + " flips of " + count + " noticed");
    }

    @Test
    void flippedBitsInTheLog() throws Exception {
        flipsIn(log(), ".log", 15, false);
    }

    /// A record that spans blocks of the log: what is left of it may pass for a whole one.
    @Test
    void aFlippedBitInALargeRecordLosesNothingBeforeIt() throws Exception {
        Path from = root.resolve("data");
        long before;
        try (Disk disk = new Disk(from)) {
            fill(disk);
            before = Files.size(Disk.files(from, ".log").getLast());
            StoredMessage large = new StoredMessage(Some.message("t", "l".repeat(200_000)));
            disk.write(new StoreChange.PutDelivery(Some.delivery(1, MESSAGES, large)));
        }
        for (int at = 4_000; at < 200_000; at += 28_000) {
            Path copy = Disk.copy(from, root.resolve("copy"));
            flip(Disk.files(copy, ".log").getLast(), 8 * (before + at));
            try (Disk disk = new Disk(copy)) {
                assertFalse(disk.report.isWhole());
                assertEquals(SESSIONS * (4 + MESSAGES), disk.recovered.all.size(), "at " + at);
            }
        }
    }

    @Test
    void flippedBitsInTables() throws Exception {
        flipsIn(tables(), ".sst", 15, true);
    }

    @Test
    void aTornLogLosesOnlyItsEnd() throws Exception {
        Path from = log();
        remember(from);
        List<Path> logs = Disk.files(from, ".log");
        long size = Files.size(logs.getLast());
        int least = Integer.MAX_VALUE;
        for (int cut : new int[] {1, 2, 7, 100, 2_000, 9_999}) {
            Path copy = Disk.copy(from, root.resolve("torn" + cut));
            Path file = Disk.files(copy, ".log").getLast();
            try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
                f.setLength(size - cut);
            }
            try (Disk disk = new Disk(copy)) {
                // A kill in the middle of a write is no damage: nobody was told of it.
                assertTrue(disk.report.isWhole());
                assertNull(Disk.quarantine(copy));
                disk.recovered.all.forEach((n, v) -> assertEquals(written.get(n), v, n));
                assertTrue(disk.recovered.all.size() <= least);
                // A batch has more than 2,000 bytes.
                int batches = 1 + (cut + 1_999) / 2_000;
                assertTrue(disk.recovered.all.size() >= written.size() - batches * (4 + MESSAGES));
                assertTrue(disk.recovered.all.size() < written.size());
                least = disk.recovered.all.size();
            }
        }
    }

    @Test
    void aMissingTableLosesWhatWasInIt() throws Exception {
        Path from = tables();
        remember(from);
        Files.delete(Disk.files(from, ".sst").getFirst());
        try (Disk disk = new Disk(from)) {
            check(disk);
            assertNotNull(Disk.quarantine(from));
            checkGoesOn(from, disk);
        }
    }

    @Test
    void withoutItsListOfFilesTheTablesAreRead() throws Exception {
        Path from = tables();
        remember(from);
        for (Path file : Disk.files(from, "")) {
            String name = String.valueOf(file.getFileName());
            if (name.startsWith("MANIFEST")) {
                Files.write(file, new byte[100]);
            }
        }
        try (Disk disk = new Disk(from)) {
            assertEquals(0, check(disk));
            assertFalse(disk.report.isWhole());
            assertNotNull(Disk.quarantine(from));
            checkGoesOn(from, disk);
        }
    }

    @Test
    void withoutItsFileCurrentAllIsThere() throws Exception {
        remember(log());
        List<Path> stores =
                List.of(
                        Disk.copy(root.resolve("data"), root.resolve("log")),
                        Disk.copy(tables(), root.resolve("tables")));
        for (Path from : stores) {
            Files.delete(from.resolve("db").resolve("CURRENT"));
            try (Disk disk = new Disk(from)) {
                assertEquals(0, check(disk));
                assertEquals(
                        List.of("the database is damaged: its file CURRENT is missing"),
                        disk.report.losses());
                Path quarantine = disk.report.quarantine();
                assertNotNull(quarantine);
                assertFalse(Files.exists(quarantine.resolve("db").resolve("CURRENT")));
                checkGoesOn(from, disk);
            }
        }
    }

    @Test
    void withoutCurrentAndListOfFilesTheTablesAreRead() throws Exception {
        Path from = tables();
        remember(from);
        Files.delete(from.resolve("db").resolve("CURRENT"));
        deleteManifests(from);
        try (Disk disk = new Disk(from)) {
            assertEquals(0, check(disk));
            assertEquals(
                    "the database is damaged: its file CURRENT is missing",
                    disk.report.losses().getFirst());
            assertNotNull(Disk.quarantine(from));
            checkGoesOn(from, disk);
        }
    }

    private static void deleteManifests(Path from) throws IOException {
        for (Path file : Disk.files(from, "")) {
            if (String.valueOf(file.getFileName()).startsWith("MANIFEST")) {
                Files.delete(file);
            }
        }
    }

    @Test
    void aFirstStartThatWasInterruptedIsNoDamage() throws Exception {
        Path database = Files.createDirectories(root.resolve("data").resolve("db"));
        // RocksDB's first files, before the one that names them.
        Files.write(database.resolve("MANIFEST-000001"), new byte[10]);
        Files.write(database.resolve("000001.dbtmp"), new byte[10]);
        try (Disk disk = new Disk(root.resolve("data"))) {
            assertTrue(disk.report.isEmpty());
            assertNull(Disk.quarantine(root.resolve("data")));
        }
    }

    @Test
    void readingTheTablesMayBeInterrupted() throws Exception {
        Path from = tables();
        remember(from);
        for (Path file : Disk.files(from, "")) {
            if (String.valueOf(file.getFileName()).startsWith("MANIFEST")) {
                Files.write(file, new byte[100]);
            }
        }
        Engine.Opener full = path -> new FullEngine(Opening.rocks(Disk.options()).open(path));
        assertThrows(
                StoreException.class,
                () -> new Disk(from, Disk.options(), full, () -> Long.MAX_VALUE));
        try (Disk disk = new Disk(from)) {
            assertEquals(0, check(disk));
            assertFalse(disk.report.isWhole());
            checkGoesOn(from, disk);
        }
        assertEquals(List.of("ballast", "db", "lock"), names(from));
    }

    /// A full disk says nothing about the log: what is left of it is not given up for that.
    @Test
    void aFullDiskIsNoReasonToDropTheLog() throws Exception {
        Path from = log();
        remember(from);
        Path log = Disk.files(from, ".log").getLast();
        flip(log, Files.size(log) * 7);
        Engine.Opener rocks = Opening.rocks(Disk.options());
        Engine.Opener full =
                new Engine.Opener() {
                    @Override
                    public Engine open(Path directory) throws EngineException {
                        return rocks.open(directory);
                    }

                    @Override
                    public Engine open(Path directory, RocksEngine.Mode part)
                            throws EngineException {
                        if (part == RocksEngine.Mode.WHAT_IS_THERE) {
                            return rocks.open(directory, part);
                        }
                        throw new EngineException(EngineException.Kind.FULL, "injected", null);
                    }
                };
        String why = cannotOpen(from, full);
        assertTrue(why.contains("It is copied before it is mended"), why);
        assertTrue(why.contains("make room on that disk"), why);
        assertNull(Disk.quarantine(from), "a copy more with each attempt");
        try (Disk disk = new Disk(from)) {
            assertTrue(check(disk) < written.size() / 2);
            assertNotNull(Disk.quarantine(from));
            checkGoesOn(from, disk);
        }
    }

    private static String cannotOpen(Path directory, Engine.Opener opener) {
        return String.valueOf(
                assertThrows(
                                StoreException.class,
                                () ->
                                        new Disk(
                                                directory,
                                                Disk.options(),
                                                opener,
                                                () -> Long.MAX_VALUE))
                        .getMessage());
    }

    /// It is written anew as a whole, whatever is in the log.
    @Test
    void aDamagedTableThatIsReplacedNeedsRoomForAll() throws Exception {
        Path from = tables();
        remember(from);
        Path table = Disk.files(from, ".sst").getFirst();
        long bytes = 0;
        for (Path file : Disk.files(from, "")) {
            bytes += Files.size(file);
        }
        flip(table, Files.size(table));
        Engine.Opener full =
                path -> {
                    Engine engine = Opening.rocks(Disk.options()).open(path);
                    return path.endsWith("db.new") ? new FullEngine(engine) : engine;
                };
        String why = cannotOpen(from, full);
        Matcher needed =
                Pattern.compile("is written anew, which needs about (\\d+) MiB").matcher(why);
        assertTrue(needed.find(), why);
        assertTrue(Long.parseLong(needed.group(1)) << 20 >= bytes + (1 << 20), why);
        assertEquals(List.of("ballast", "db", "lock"), names(from));
        try (Disk disk = new Disk(from)) {
            check(disk);
            assertFalse(disk.report.isWhole());
            checkGoesOn(from, disk);
        }
    }

    @Test
    void aDiskThatIsFullIsSaidWhoeverMeetsItFirst() {
        Opening opening =
                new Opening(
                        root, Disk.options(), Opening.rocks(Disk.options()), new Quarantine(root));
        FileSystemException full =
                new FileSystemException("records.jsonl", null, "No space left on device");
        String text = String.valueOf(opening.cannot("read", full).getMessage());
        assertTrue(text.contains("make room on that disk"), text);
        assertFalse(text.contains("moving the directory away"), text);
    }

    @Test
    void nothingIsLeftOfACopyThatFailed() throws Exception {
        Path database = Files.createDirectories(root.resolve("db"));
        Files.writeString(database.resolve("000001.log"), "a");
        Files.createSymbolicLink(database.resolve("000002.log"), root.resolve("nowhere"));
        assertThrows(IOException.class, () -> new Quarantine(root).copy(database));
        assertNull(Disk.quarantine(root));
    }

    @Test
    void aReplacementThatIsCompleteTakesItsPlace() throws Exception {
        Path from = tables();
        remember(from);
        Files.move(from.resolve("db"), from.resolve("db.new"));
        // What a delete left that was interrupted.
        Files.createDirectories(from.resolve("db.old"));
        Files.writeString(from.resolve("db.old").resolve("MANIFEST-000004"), "");
        try (Disk disk = new Disk(from)) {
            assertEquals(0, check(disk));
            assertTrue(disk.report.isWhole());
        }
        assertEquals(List.of("ballast", "db", "lock"), names(from));
    }

    /// What is in a directory, but for the quarantine.
    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(f -> String.valueOf(f.getFileName()))
                    .filter(name -> !name.startsWith("quarantine-"))
                    .sorted()
                    .toList();
        }
    }

    /// One that finds the disk full, and is gone then as after a kill.
    private record FullEngine(Engine engine) implements Engine {
        @Override
        public void write(Batch batch, Sync sync) throws EngineException {
            engine.close();
            throw new EngineException(EngineException.Kind.FULL, "injected", null);
        }

        @Override
        public void sync() throws EngineException {
            engine.sync();
        }

        @Override
        public Cursor cursor(byte[] from, byte[] to) {
            return engine.cursor(from, to);
        }

        @Override
        public byte @Nullable [] floor(byte[] from, byte[] to) throws EngineException {
            return engine.floor(from, to);
        }

        @Override
        public Map<String, Long> figures() {
            return engine.figures();
        }

        @Override
        public void close() throws EngineException {
            engine.close();
        }
    }

    @Test
    void recordsThatCannotBeReadAreKeptAside() throws Exception {
        Path from = tables();
        remember(from);
        try (Engine engine = Opening.rocks(Disk.options()).open(from.resolve("db"))) {
            Batch batch = new Batch();
            Keys.session(batch.key(), 3, Keys.HEADER);
            batch.value().u8(99);
            batch.put();
            Keys.retained(batch.key(), Some.bytes("retained/4"));
            batch.value().u8(1);
            batch.put();
            Keys.pack(batch.key(), 5, 0);
            batch.value().u8(1);
            batch.value().u8(200);
            batch.put();
            engine.write(batch, Engine.Sync.WAIT);
        }
        try (Disk disk = new Disk(from)) {
            // Session 3 with all that belongs to it, a retained message, the queue of session 5.
            assertEquals(4 + MESSAGES - 1 + 1 + MESSAGES, check(disk));
            assertEquals(3, disk.report.damaged());
            assertEquals(3, disk.store.figures().get("damaged"));
            assertEquals(3, disk.store.figures().get("quarantined"));
            Path quarantine = disk.report.quarantine();
            assertNotNull(quarantine);
            List<String> lines = Files.readAllLines(quarantine.resolve("records.jsonl"));
            assertEquals(3, lines.size());
            assertTrue(lines.getFirst().contains("\"reason\":\"its version is 99, known is 1\""));
            checkGoesOn(from, disk);
        }
    }

    @Test
    void aMessageIsNeverTakenForAnotherWhenMarksAreLost() throws Exception {
        Path from = root.resolve("data");
        try (Disk disk = new Disk(from)) {
            StoredMessage first = new StoredMessage(Some.message("first", "f"));
            StoredDelivery over = Some.delivery(1, 1, first);
            StoredDelivery overToo = Some.delivery(2, 1, first);
            disk.write(
                    new StoreChange.PutSession(Some.session(1)),
                    new StoreChange.PutSession(Some.session(2)),
                    new StoreChange.PutDelivery(over),
                    // This one keeps the pack.
                    new StoreChange.PutDelivery(Some.delivery(1, 2)),
                    new StoreChange.PutDelivery(overToo));
            disk.write(
                    new StoreChange.RemoveDelivery(over), new StoreChange.RemoveDelivery(overToo));
        }
        try (Disk disk = new Disk(from)) {
            assertEquals(0, disk.report.bodies());
            StoredMessage second = new StoredMessage(Some.message("second", "s"));
            disk.write(
                    new StoreChange.PutSession(Some.session(3)),
                    new StoreChange.PutDelivery(Some.delivery(2, 2, second)),
                    new StoreChange.PutDelivery(Some.delivery(3, 1, second)));
        }
        try (Engine engine = Opening.rocks(Disk.options()).open(from.resolve("db"))) {
            Batch batch = new Batch();
            Keys.marks(batch.key(), 1, 1);
            batch.delete();
            engine.write(batch, Engine.Sync.WAIT);
        }
        try (Disk disk = new Disk(from)) {
            assertEquals(
                    Set.of("delivery 1 000002", "delivery 2 000002", "delivery 3 000001"),
                    disk.recovered.deliveries.keySet());
            assertEquals(1, disk.report.dangling());
        }
    }

    @Test
    void deliveriesWithoutTheirBodyAreLeftOut() throws Exception {
        Path from = tables();
        remember(from);
        try (Engine engine = Opening.rocks(Disk.options()).open(from.resolve("db"))) {
            Batch batch = new Batch();
            batch.deleteRange(Keys.first(Keys.BODY), Keys.first(Keys.BODY + 1));
            engine.write(batch, Engine.Sync.WAIT);
        }
        try (Disk disk = new Disk(from)) {
            int lost = check(disk);
            assertTrue(lost > 0);
            assertEquals(lost, disk.report.dangling());
            checkGoesOn(from, disk);
        }
    }
}
