package io.hawkermq.store;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// An engine in memory whose disk fails when told to. It remembers what was written when a write
/// fails or not, as a real disk does: by chance.
final class FakeEngine implements Engine {
    /// The disk, which outlives engines.
    static final class Machine implements Opener {
        final Map<Path, NavigableMap<byte[], byte[]>> disks = new HashMap<>();
        final List<String> calls = new CopyOnWriteArrayList<>();

        /// Writes that fail from now on.
        final AtomicInteger failingWrites = new AtomicInteger();

        /// Whether failing writes reach the disk nevertheless.
        volatile boolean failsAfterWriting;

        volatile EngineException.Kind kind = EngineException.Kind.INPUT_OUTPUT;

        /// Thrown by every write: what nobody thought of.
        volatile @Nullable RuntimeException bug;

        /// Runs before each reading.
        volatile Runnable beforeReading = () -> {};

        final AtomicInteger failingOpens = new AtomicInteger();
        final AtomicInteger failingSyncs = new AtomicInteger();

        @Override
        public synchronized Engine open(Path directory) throws EngineException {
            calls.add("open");
            if (failingOpens.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                throw new EngineException(EngineException.Kind.INPUT_OUTPUT, "cannot open", null);
            }
            return new FakeEngine(
                    this,
                    disks.computeIfAbsent(directory, d -> new TreeMap<>(Arrays::compareUnsigned)));
        }

        void awaitCall(String call) {
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (!calls.contains(call)) {
                assertTrue(System.nanoTime() < until, () -> call + " did not come: " + calls);
                LockSupport.parkNanos(100_000);
            }
        }
    }

    private final Machine machine;
    private final NavigableMap<byte[], byte[]> records;
    private boolean hasFailed;

    private FakeEngine(Machine machine, NavigableMap<byte[], byte[]> records) {
        this.machine = machine;
        this.records = records;
    }

    @Override
    public void write(Batch batch, Sync sync) throws EngineException {
        machine.calls.add("write " + sync);
        RuntimeException bug = machine.bug;
        if (bug != null) {
            throw bug;
        }
        if (hasFailed) {
            throw new AssertionError("written to after it failed");
        }
        boolean fails = machine.failingWrites.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
        if (!fails || machine.failsAfterWriting) {
            batch.forEach((operation, key, value) -> {
                switch (operation) {
                    case PUT -> records.put(key, value);
                    case DELETE -> records.remove(key);
                    case DELETE_RANGE -> records.subMap(key, true, value, false).clear();
                }
            });
        }
        if (fails) {
            hasFailed = true;
            throw new EngineException(machine.kind, "injected", null);
        }
    }

    @Override
    public void sync() throws EngineException {
        machine.calls.add("sync");
        if (machine.failingSyncs.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            hasFailed = true;
            throw new EngineException(EngineException.Kind.INPUT_OUTPUT, "injected", null);
        }
    }

    @Override
    public Cursor cursor(byte[] from, byte[] to) {
        machine.beforeReading.run();
        return new FakeCursor(new TreeMap<>(records.subMap(from, true, to, false)));
    }

    @Override
    public byte @Nullable [] floor(byte[] from, byte[] to) {
        byte[] found = records.floorKey(to);
        return found == null || Arrays.compareUnsigned(found, from) < 0 ? null : found;
    }

    @Override
    public Map<String, Long> figures() {
        return Map.of();
    }

    @Override
    public void close() {
        machine.calls.add("close");
    }

    private static final class FakeCursor implements Cursor {
        private final NavigableMap<byte[], byte[]> records;
        private byte @Nullable [] at;

        FakeCursor(NavigableMap<byte[], byte[]> records) {
            this.records = records;
        }

        @Override
        public boolean next() {
            if (at == null) {
                at = records.isEmpty() ? null : records.firstKey();
            } else {
                at = records.higherKey(at);
            }
            return at != null;
        }

        @Override
        public byte[] key() {
            byte[] key = at;
            if (key == null) {
                throw new IllegalStateException();
            }
            return key;
        }

        @Override
        public byte[] value() {
            byte[] value = records.get(key());
            if (value == null) {
                throw new IllegalStateException();
            }
            return value;
        }

        @Override
        public void close() {}
    }
}
