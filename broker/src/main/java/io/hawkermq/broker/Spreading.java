package io.hawkermq.broker;

import io.hawkermq.core.LogLevel;
import io.hawkermq.core.Slots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/// Spreads sessions over more loops when one is busy. Two loops cost more for the same messages
/// than one, so a loop that owns nothing yet is used only if the machine has an idle core for it:
/// otherwise it would take its time from the clients.
///
/// Decides on a virtual thread; the move itself happens at a [Rendezvous].
final class Spreading {
    private static final double NEEDED_IDLE_CORES = 0.5;
    private static final long SAMPLE_MILLIS = 1_000;
    private static final Path PROC_STAT = Path.of("/proc/stat");

    private final Broker broker;
    private final AtomicBoolean isWorking = new AtomicBoolean();

    Spreading(Broker broker) {
        this.broker = broker;
    }

    /// A loop is busy; called on it.
    void relieve(int loop) {
        if (broker.activeLoops().size() < broker.loops().size()
                && isWorking.compareAndSet(false, true)) {
            Thread.ofVirtual()
                    .name("hawker-spreading")
                    .start(() -> {
                        try {
                            spread(loop);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        } catch (ExecutionException | IOException e) {
                            broker.options()
                                    .log()
                                    .log(LogLevel.WARNING, "Load is not spread: " + e.getMessage());
                        } finally {
                            isWorking.set(false);
                        }
                    });
        }
    }

    private void spread(int busy) throws InterruptedException, ExecutionException, IOException {
        if (idleCores() < NEEDED_IDLE_CORES) {
            return;
        }
        Loop source = broker.loops().get(busy);
        Loop target =
                broker.loops().stream()
                        .filter(l -> !broker.activeLoops().contains(l))
                        .findFirst()
                        .orElseThrow();
        CompletableFuture<int[]> asked = new CompletableFuture<>();
        source.execute(() -> asked.complete(source.shard().connectionsPerSlot()));
        Slots after = half(broker.slots(), busy, target.number(), asked.get());
        if (after == broker.slots()) {
            return; // a single slot is busy, and moving it would help nobody
        }
        List<Loop> all = new ArrayList<>(broker.activeLoops());
        all.add(target);
        Rendezvous rendezvous = new Rendezvous(all, () -> broker.move(after));
        rendezvous.call();
        if (rendezvous.await()) {
            broker.options()
                    .log()
                    .log(
                            LogLevel.NOTICE,
                            "Spreading load: loop "
                                    + busy
                                    + " was busy, loop "
                                    + target.number()
                                    + " takes over half of its clients.");
        }
    }

    /// Half of the loop's clients, by whole slots.
    static Slots half(Slots before, int from, int to, int[] connections) {
        int total = 0;
        int inUse = 0;
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            if (before.shardOfSlot(slot) == from) {
                total += connections[slot];
                inUse += connections[slot] > 0 ? 1 : 0;
            }
        }
        if (inUse < 2) {
            return before;
        }
        Slots after = before;
        int moved = 0;
        for (int slot = 0; slot < Slots.COUNT && 2 * moved < total; slot++) {
            int here = connections[slot];
            // The last slots stay, whatever is in them: a loop keeps its larger half.
            if (before.shardOfSlot(slot) == from && 2 * (moved + here) <= total + here) {
                after = after.with(slot, to);
                moved += here;
            }
        }
        return after;
    }

    /// The idle cores of the machine over the next second; those that no loop uses where the
    /// system does not tell.
    private double idleCores() throws IOException, InterruptedException {
        int cores = Runtime.getRuntime().availableProcessors();
        if (!Files.isReadable(PROC_STAT)) {
            return cores - broker.activeLoops().size();
        }
        long[] first = cpuTimes();
        Thread.sleep(SAMPLE_MILLIS);
        long[] second = cpuTimes();
        double total = Math.max(1, second[1] - first[1]);
        return cores * (second[0] - first[0]) / total;
    }

    /// Idle time and all time since the machine's start, of all cores together.
    private static long[] cpuTimes() throws IOException {
        try (var lines = Files.lines(PROC_STAT)) {
            String[] fields = lines.findFirst().orElse("cpu").trim().split(" +");
            long idle = 0;
            long total = 0;
            for (int i = 1; i < fields.length && i <= 8; i++) {
                long time = Long.parseLong(fields[i]);
                total += time;
                idle += i == 4 || i == 5 ? time : 0; // idle and waiting for a disk
            }
            return new long[] {idle, total};
        }
    }
}
