package io.hawkermq.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hawkermq.core.Store;
import io.hawkermq.core.StoreChange;
import io.hawkermq.core.StoredDelivery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What happens when the disk is full or fails.
class FailingDiskTest {
    private static final long HEAD_ROOM = 1 << 16;

    @TempDir Path directory;

    private final FakeEngine.Machine machine = new FakeEngine.Machine();
    private final AtomicLong usable = new AtomicLong(Long.MAX_VALUE);

    private Disk open() throws StoreException {
        return new Disk(directory, Disk.options(), machine, this::usableBytes);
    }

    private long usableBytes() throws IOException {
        // What an unlinked ballast gives back is there.
        return usable.get();
    }

    @Test
    void aFailedWriteIsRepeatedOnANewEngine() throws Exception {
        for (boolean reachesDisk : new boolean[] {false, true}) {
            machine.disks.clear();
            machine.failsAfterWriting = reachesDisk;
            try (Disk disk = open()) {
                StoredDelivery first = Some.delivery(1, 1);
                StoredDelivery second = Some.delivery(1, 2);
                disk.write(
                        new StoreChange.PutSession(Some.session(1)),
                        new StoreChange.PutDelivery(first));
                machine.calls.clear();
                machine.failingWrites.set(2);
                disk.write(
                        new StoreChange.PutDelivery(second),
                        new StoreChange.RemoveDelivery(first),
                        new StoreChange.PutReceived(1, 9));
                assertEquals(
                        List.of(
                                "write WAIT",
                                "close",
                                "open",
                                "write WAIT",
                                "close",
                                "open",
                                "write WAIT"),
                        machine.calls);
                disk.awaitProblem("Nothing is acknowledged until it succeeds");
            }
            try (Disk disk = open()) {
                assertEquals(
                        List.of("session 1", "delivery 1 000002", "received 1 9"),
                        disk.recovered.order);
            }
        }
    }

    @Test
    void anEngineThatCannotBeUsedIsNotLeftOpen() {
        machine.failingWrites.set(1);
        assertThrows(StoreException.class, this::open);
        assertEquals("close", machine.calls.getLast());
    }

    @Test
    void openingOnAFullDiskHasTheRoomOfTheBallast() throws Exception {
        open().close();
        Path ballast = directory.resolve("ballast");
        usable.set(100);
        Engine.Opener opener =
                path -> {
                    if (Files.exists(ballast)) {
                        throw new EngineException(EngineException.Kind.FULL, "no space", null);
                    }
                    return machine.open(path);
                };
        try (Disk _ = new Disk(directory, Disk.options(), opener, this::usableBytes)) {
            assertFalse(Files.exists(ballast));
        }
    }

    @Test
    void whatOpeningAFullDiskNeedsIsSaid() throws Exception {
        Path database = Files.createDirectories(directory.resolve(Opening.DATABASE));
        Files.writeString(database.resolve("CURRENT"), "MANIFEST-000005\n");
        Files.write(database.resolve("000004.log"), new byte[3 << 20]);
        Engine.Opener opener =
                _ -> {
                    throw new EngineException(EngineException.Kind.FULL, "no space", null);
                };
        StoreException told =
                assertThrows(
                        StoreException.class,
                        () -> new Disk(directory, Disk.options(), opener, this::usableBytes));
        String text = String.valueOf(told.getMessage());
        assertTrue(text.contains("cannot be opened: no space. What is stored is not lost."), text);
        assertTrue(text.contains("needs about 4 MiB of free space"), text);
        assertFalse(text.contains("moving the directory away"), text);
    }

    @Test
    void theLockHoldsThoughNothingCanBeWrittenToItsFile() throws Exception {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.isWritable(full), "this system has no file that is always full");
        Path lock = Files.createSymbolicLink(directory.resolve("lock"), full);
        try (Disk disk = open()) {
            disk.write(new StoreChange.PutSession(Some.session(1)));
        }
        Files.delete(lock); // JUnit warns of a link that leads out of its directory
    }

    @Test
    void nothingIsDurableWhileWritesFail() throws Exception {
        try (Disk disk = open()) {
            disk.write(new StoreChange.PutSession(Some.session(1)));
            machine.failingWrites.set(Integer.MAX_VALUE);
            long position = disk.append(new StoreChange.PutDelivery(Some.delivery(1, 1)));
            disk.awaitState(Store.State.FAILING);
            disk.awaitProblem("failed 3 times");
            assertEquals(position - 1, disk.durable());
            machine.failingWrites.set(0);
            disk.awaitDurable(position);
            disk.awaitState(Store.State.READY);
        }
    }

    @Test
    void anEngineThatCannotBeOpenedIsTriedAgain() throws Exception {
        try (Disk disk = open()) {
            machine.failingWrites.set(1);
            machine.failingOpens.set(4);
            disk.write(new StoreChange.PutSession(Some.session(1)));
            assertTrue(disk.figure("failures") >= 5);
        }
    }

    @Test
    void aFailedSyncOpensTheEngineAnew() throws Exception {
        StoreOptions options =
                Disk.options().withDurability(Durability.interval(Duration.ofMillis(2)));
        machine.failingSyncs.set(1);
        try (Disk disk = new Disk(directory, options, machine, this::usableBytes)) {
            disk.write(new StoreChange.PutSession(Some.session(1)));
            disk.awaitProblem("Syncing the store failed");
            disk.write(new StoreChange.PutSession(Some.session(2)));
        }
        assertEquals(2, machine.calls.stream().filter("open"::equals).count());
    }

    @Test
    void aFailedSyncIsRepeatedThoughNothingMoreComes() throws Exception {
        StoreOptions options =
                Disk.options().withDurability(Durability.interval(Duration.ofMillis(2)));
        machine.failingSyncs.set(3);
        try (Disk disk = new Disk(directory, options, machine, this::usableBytes)) {
            machine.calls.clear();
            disk.write(new StoreChange.PutSession(Some.session(1)));
            disk.awaitProblem("Syncing the store succeeds again");
            assertEquals(2, disk.problems().size(), () -> disk.problems().toString());
            assertEquals(3, disk.figure("failures"));
        }
        assertEquals(
                List.of(
                        "write LEAVE",
                        "sync",
                        "close",
                        "open",
                        "sync",
                        "close",
                        "open",
                        "sync",
                        "close",
                        "open",
                        "sync",
                        "close"),
                machine.calls);
    }

    @Test
    void aCleanStopRepeatsAFailedSyncOnce() throws Exception {
        StoreOptions options =
                Disk.options().withDurability(Durability.interval(Duration.ofHours(1)));
        for (int failing : new int[] {1, 2}) {
            machine.disks.clear();
            Disk disk = new Disk(directory, options, machine, this::usableBytes);
            disk.write(new StoreChange.PutSession(Some.session(1)));
            machine.calls.clear();
            machine.failingSyncs.set(failing);
            disk.close();
            assertEquals(List.of("sync", "close", "open", "sync", "close"), machine.calls);
            assertEquals(
                    failing == 2,
                    disk.problems().stream().anyMatch(p -> p.contains("closed without a sync")));
        }
    }

    @Test
    void closingWhileWritesFailEnds() throws Exception {
        Disk disk = open();
        machine.failingWrites.set(Integer.MAX_VALUE);
        disk.append(new StoreChange.PutSession(Some.session(1)));
        disk.close();
        assertEquals(0, disk.durable());
        disk.awaitProblem("closed before all");
    }

    @Test
    void nothingIsWrittenAfterABatchThatIsLost() throws Exception {
        // Longer than the test: the second attempt comes with the closing.
        StoreOptions options = Disk.options().withRetries(3, Duration.ofHours(1));
        Disk disk = new Disk(directory, options, machine, this::usableBytes);
        machine.failingWrites.set(2);
        disk.append(new StoreChange.PutSession(Some.session(1)));
        disk.awaitProblem("Nothing is acknowledged until it succeeds");
        disk.append(new StoreChange.PutSession(Some.session(2)));
        disk.close();
        disk.awaitProblem("closed before all");
        assertEquals(0, disk.durable());
        try (Disk again = open()) {
            assertEquals(List.of(), again.recovered.order);
        }
    }

    @Test
    void aStoreThatStopsByAnErrorSaysSo() throws Exception {
        try (Disk disk = open()) {
            disk.write(new StoreChange.PutSession(Some.session(1)));
            machine.bug = new IllegalStateException("a bug");
            disk.append(new StoreChange.PutSession(Some.session(2)));
            disk.awaitState(Store.State.STOPPED);
            disk.awaitProblem("has stopped by an error: java.lang.IllegalStateException: a bug");
            machine.bug = null;
            // The disk has not got the one before.
            disk.append(new StoreChange.PutSession(Some.session(3)));
            disk.store.close();
            assertEquals(1, disk.durable());
        }
        try (Disk disk = open()) {
            assertEquals(List.of("session 1"), disk.recovered.order);
        }
    }

    @Test
    void lowSpaceIsToldAndRemovalsGoOn() throws Exception {
        try (Disk disk = open()) {
            assertTrue(Files.exists(directory.resolve("ballast")));
            StoredDelivery d = Some.delivery(1, 1);
            disk.write(new StoreChange.PutSession(Some.session(1)), new StoreChange.PutDelivery(d));
            usable.set(HEAD_ROOM / 2);
            disk.append(new StoreChange.PutReceived(1, 1));
            // Looked at again when enough was written, or some time has passed.
            while (disk.problems().isEmpty()) {
                disk.write(new StoreChange.PutRetained(Some.message("t", "x".repeat(4_000))));
            }
            disk.awaitState(Store.State.FULL);
            assertFalse(Files.exists(directory.resolve("ballast")));
            disk.write(new StoreChange.RemoveDelivery(d));
            usable.set(Long.MAX_VALUE);
            disk.awaitState(Store.State.READY);
            assertTrue(Files.exists(directory.resolve("ballast")));
        }
        try (Disk disk = open()) {
            assertEquals(List.of("session 1", "received 1 1", "retained t"), disk.recovered.order);
        }
    }

    @Test
    void aFullDiskHoldsEverythingBackUntilThereIsSpace() throws Exception {
        usable.set(100);
        try (Disk disk = open()) {
            machine.calls.clear();
            long position = disk.append(new StoreChange.PutSession(Some.session(1)));
            disk.awaitState(Store.State.FULL);
            disk.awaitProblem("nothing can be stored");
            assertEquals(List.of(), machine.calls);
            assertEquals(0, disk.durable());
            usable.set(Long.MAX_VALUE);
            disk.awaitDurable(position);
            disk.awaitState(Store.State.READY);
        }
    }

    @Test
    void anEngineThatSaysFullIsOpenedAnewWhenThereIsSpace() throws Exception {
        machine.kind = EngineException.Kind.FULL;
        try (Disk disk = open()) {
            usable.set(100);
            machine.failingWrites.set(1);
            long position = disk.append(new StoreChange.PutSession(Some.session(1)));
            disk.awaitState(Store.State.FULL);
            assertEquals(0, disk.durable());
            usable.set(Long.MAX_VALUE);
            disk.awaitDurable(position);
            disk.awaitState(Store.State.READY);
        }
    }

    @Test
    void whatTheEngineSaysIsFullIsFullWhateverSpaceIsSeen() throws Exception {
        machine.kind = EngineException.Kind.FULL;
        try (Disk disk = open()) {
            machine.failingWrites.set(Integer.MAX_VALUE);
            long position = disk.append(new StoreChange.PutSession(Some.session(1)));
            disk.awaitState(Store.State.FULL);
            machine.kind = EngineException.Kind.INPUT_OUTPUT;
            disk.awaitState(Store.State.FAILING);
            machine.failingWrites.set(0);
            disk.awaitDurable(position);
            disk.awaitState(Store.State.READY);
        }
    }

    @Test
    void whatFailsWhereNoSpaceIsSeenIsFullWhateverTheEngineSays() throws Exception {
        try (Disk disk = open()) {
            machine.failingWrites.set(Integer.MAX_VALUE);
            long position = disk.append(new StoreChange.PutSession(Some.session(1)));
            disk.awaitState(Store.State.FAILING);
            usable.set(100);
            disk.awaitState(Store.State.FULL);
            machine.failingWrites.set(0);
            usable.set(Long.MAX_VALUE);
            disk.awaitDurable(position);
            disk.awaitState(Store.State.READY);
        }
    }

    @Test
    void aDiskThatDoesNotKeepUpRefusesMore() throws Exception {
        StoreOptions options = Disk.options().withMostPendingChanges(10);
        try (Disk disk = new Disk(directory, options, machine, this::usableBytes)) {
            machine.failingWrites.set(1);
            usable.set(100);
            disk.append(new StoreChange.PutSession(Some.session(1)));
            disk.awaitState(Store.State.FULL);
            long last = 0;
            for (int batch = 0; batch < 100_000 / 1_000; batch++) {
                last =
                        disk.append(
                                java.util.stream.IntStream.range(0, 1_000)
                                        .mapToObj(i -> new StoreChange.PutReceived(1, i + 1))
                                        .toList());
            }
            usable.set(Long.MAX_VALUE);
            disk.awaitProblem("does not keep up");
            disk.awaitDurable(last);
            disk.awaitState(Store.State.READY);
            assertTrue(disk.states().contains(Store.State.SLOW), () -> "" + disk.states());
        }
    }
}
