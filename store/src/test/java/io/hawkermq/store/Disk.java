package io.hawkermq.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.PageRequest;
import io.hawkermq.core.Store;
import io.hawkermq.core.StoreChange;
import io.hawkermq.core.StoredPage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A store in a directory as a test drives it: one shard, batches that are awaited.
final class Disk implements StoreListener, AutoCloseable {
    private static final long PATIENCE_SECONDS = 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition told = lock.newCondition();
    private final List<String> problems = new ArrayList<>();
    private final List<Store.State> states = new ArrayList<>();
    private final List<String> progress = new ArrayList<>();
    private final List<StoredPage> pages = new ArrayList<>();
    private long tickets;
    private long durable;
    private long position;
    final DurableStore store;
    final Recovered recovered;
    final RecoveryReport report;

    Disk(Path directory) throws StoreException {
        this(directory, options());
    }

    Disk(Path directory, StoreOptions options) throws StoreException {
        this(directory, options, Opening.rocks(options), Space.of(directory.toAbsolutePath()));
    }

    Disk(Path directory, StoreOptions options, Engine.Opener opener, Space.Probe probe)
            throws StoreException {
        this(directory, options, opener, probe, Integer.MAX_VALUE);
    }

    /// @param head as in [Recovered]
    Disk(Path directory, StoreOptions options, Engine.Opener opener, Space.Probe probe, int head)
            throws StoreException {
        recovered = new Recovered(head);
        store = DurableStore.open(directory, options, this, opener, probe);
        try {
            report = store.recover(recovered);
            store.start();
        } catch (StoreException e) {
            store.close(); // as a broker does; or the directory would stay taken
            throw e;
        }
    }

    /// Without a ballast of its own for each of hundreds of stores.
    static StoreOptions options() {
        return StoreOptions.DEFAULT
                .withHeadRoom(1 << 16)
                .withMemory(1 << 20, 1 << 20)
                .withRetries(3, java.time.Duration.ofMillis(5));
    }

    long append(StoreChange... changes) {
        return append(List.of(changes));
    }

    long append(List<? extends StoreChange> changes) {
        store.append(0, ++position, List.copyOf(changes));
        return position;
    }

    void write(StoreChange... changes) {
        awaitDurable(append(changes));
    }

    void write(List<? extends StoreChange> changes) {
        awaitDurable(append(changes));
    }

    void awaitDurable(long until) {
        await("position " + until + " is durable", () -> durable >= until);
    }

    void awaitState(Store.State state) {
        await("state " + state, () -> !states.isEmpty() && states.getLast() == state);
    }

    List<Store.State> states() {
        lock.lock();
        try {
            return List.copyOf(states);
        } finally {
            lock.unlock();
        }
    }

    void awaitProblem(String part) {
        await("problem " + part, () -> problems.stream().anyMatch(p -> p.contains(part)));
    }

    private void await(String what, BooleanSupplier condition) {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (!condition.getAsBoolean()) {
                left = told.awaitNanos(left);
                assertTrue(left > 0, () -> what + " did not come; problems: " + problems);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            lock.unlock();
        }
    }

    long durable() {
        lock.lock();
        try {
            return durable;
        } finally {
            lock.unlock();
        }
    }

    List<String> problems() {
        lock.lock();
        try {
            return List.copyOf(problems);
        } finally {
            lock.unlock();
        }
    }

    long figure(String name) {
        Map<String, Long> figures = store.figures();
        Long value = figures.get(name);
        if (value == null) {
            throw new AssertionError("no figure " + name + " in " + figures);
        }
        return value;
    }

    private void tell(Runnable what) {
        lock.lock();
        try {
            what.run();
            told.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void durable(int shard, long atPosition) {
        tell(() -> durable = atPosition);
    }

    /// Reads a page of a queue back.
    StoredPage load(long session, long from, long to, int bytes) {
        long ticket = ++tickets;
        store.load(new PageRequest(3, ticket, session, from, to, bytes));
        await("page " + ticket, () -> !pages.isEmpty() && pages.getLast().ticket() == ticket);
        lock.lock();
        try {
            return pages.getLast();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void page(int shard, StoredPage page) {
        assertEquals(3, shard);
        tell(() -> pages.add(page));
    }

    @Override
    public void state(Store.State state) {
        tell(() -> states.add(state));
    }

    @Override
    public void problem(String text) {
        // Also told while this object is being made.
        tell(() -> problems.add(text));
    }

    @Override
    public void progress(String text) {
        tell(() -> progress.add(text));
    }

    @Override
    public void close() {
        store.close();
    }

    /// What a kill leaves: the files as they are at one moment. They may grow while they are copied;
    /// if one comes or goes meanwhile, the copy is of no moment at all, and made again.
    static Path copy(Path from, Path to) throws IOException {
        List<Path> before;
        do {
            before = all(from);
        } while (!isCopied(before, from, to) || !all(from).equals(before));
        return to;
    }

    private static List<Path> all(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.sorted().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static boolean isCopied(List<Path> files, Path from, Path to) throws IOException {
        Directories.delete(to);
        for (Path file : files) {
            Path target = to.resolve(from.relativize(file).toString());
            try {
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else if (!file.getFileName().toString().equalsIgnoreCase("lock")) {
                    Files.copy(file, target);
                }
            } catch (NoSuchFileException e) {
                return false;
            }
        }
        return true;
    }

    static List<Path> files(Path directory, String ending) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(Opening.DATABASE))) {
            return files.filter(f -> f.toString().endsWith(ending)).sorted().toList();
        }
    }

    static @Nullable Path quarantine(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(f -> f.getFileName().toString().startsWith("quarantine-"))
                    .findAny()
                    .orElse(null);
        }
    }
}
