package io.hawkermq.broker;

import io.hawkermq.core.Counters;
import io.hawkermq.core.LogLevel;
import io.hawkermq.core.Slots;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Spreads sessions over more loops when one is busy and a core is idle, takes that back where it
/// does not pay, and gathers them where they were at the start when the loops have little to do;
/// [SpreadingRule] says when.
///
/// Works on a virtual thread that lives from the first busy loop until all is gathered, so that a
/// quiet broker has none; the moves themselves happen at a [Rendezvous].
final class Spreading implements AutoCloseable {
    private static final long ANSWER_SECONDS = 10;

    /// After a spreading, until it is judged: clients that waited are served first.
    private static final long SETTLING_MILLIS = 1_000;

    private static final int NONE = -1;

    private final Broker broker;
    private final Slots home;
    private final IdleCores idleCores;
    private final Supplier<String> storeTrouble;
    private final SpreadingRule rule = new SpreadingRule();
    private final AtomicInteger busyLoop = new AtomicInteger(NONE);
    private final AtomicReference<@Nullable Thread> worker = new AtomicReference<>();
    private volatile boolean isClosed;

    /// @param home which loop owns what while there is little to do
    /// @param idleCores sampled for a second before a loop more is used
    /// @param storeTrouble why nothing can be stored; empty if it can
    Spreading(Broker broker, Slots home, IdleCores idleCores, Supplier<String> storeTrouble) {
        this.broker = broker;
        this.home = home;
        this.idleCores = idleCores;
        this.storeTrouble = storeTrouble;
    }

    /// A loop is busy; called on it.
    void relieve(int loop) {
        if (isClosed || broker.activeLoops().size() == broker.loops().size()) {
            return;
        }
        busyLoop.set(loop);
        if (worker.get() == null) {
            Thread thread = Thread.ofVirtual().name("hawker-spreading").unstarted(this::work);
            if (worker.compareAndSet(null, thread)) {
                thread.start();
            }
        }
    }

    /// Ends the watch; slots stay where they are.
    @Override
    public void close() {
        isClosed = true;
        Thread thread = worker.get();
        if (thread != null) {
            thread.interrupt();
        }
    }

    @SuppressWarnings("ReferenceEquality") // that very table is put back
    private void work() {
        try {
            do {
                int busy = busyLoop.getAndSet(NONE);
                try {
                    if (busy == NONE) {
                        watch();
                    } else {
                        spread(busy);
                    }
                } catch (ExecutionException | TimeoutException e) {
                    warn(e);
                }
            } while (!isClosed && broker.slots() != home);
        } catch (InterruptedException | RejectedExecutionException e) {
            // The broker stops.
            isClosed = true;
        } finally {
            worker.set(null);
        }
    }

    private void spread(int busy)
            throws InterruptedException, ExecutionException, TimeoutException {
        Loop source = broker.loops().get(busy);
        Loop target =
                broker.loops().stream()
                        .filter(l -> !broker.activeLoops().contains(l))
                        .findFirst()
                        .orElse(null);
        if (target == null || rule.rests(System.nanoTime())) {
            return;
        }
        long[] work = ask(source, Loop::workPerSlot);
        long busyBefore = ask(source, Loop::worked);
        long began = System.nanoTime();
        Second before = second();
        double busyShare =
                (double) (ask(source, Loop::worked) - busyBefore) / (System.nanoTime() - began);
        if (!SpreadingRule.isWorthATrial(busyShare, before.idleCores())) {
            return;
        }
        long[] later = ask(source, Loop::workPerSlot);
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            work[slot] = later[slot] - work[slot];
        }
        Slots together = broker.slots();
        if (move(SpreadingRule.half(together, busy, target.number(), work))) {
            rule.spread(System.nanoTime());
            notice(
                    "Spreading load: loop "
                            + busy
                            + " was busy, loop "
                            + target.number()
                            + " takes over half of its work.");
            judge(before, together);
        }
    }

    /// Takes a spreading back that does not pay.
    private void judge(Second before, Slots together)
            throws InterruptedException, ExecutionException, TimeoutException {
        Thread.sleep(SETTLING_MILLIS);
        Second after = second();
        if (SpreadingRule.pays(before.packets(), after.packets(), after.idleCores())) {
            rule.kept(after.packets());
        } else if (move(together)) {
            long seconds = rule.takenBack(System.nanoTime());
            notice(
                    "Spreading load did not pay: the clients are back where they were, for "
                            + seconds
                            + " s at least.");
        }
    }

    /// @param packets a second, in and out, of all loops
    /// @param cores that all loops together took
    /// @param idleCores of the machine
    private record Second(double packets, double cores, double idleCores) {}

    private Second second() throws InterruptedException, ExecutionException, TimeoutException {
        long packets = packets();
        long worked = worked();
        long began = System.nanoTime();
        double idle = idleCores.sample(broker.activeLoops().size());
        double nanos = System.nanoTime() - began;
        return new Second((packets() - packets) * 1e9 / nanos, (worked() - worked) / nanos, idle);
    }

    private long packets() throws InterruptedException, ExecutionException, TimeoutException {
        Counters counters = broker.counters().get(ANSWER_SECONDS, TimeUnit.SECONDS);
        return counters.allReceived() + counters.allSent();
    }

    /// Looks at all loops for a second, and gathers if they have had little to do for long enough.
    private void watch() throws InterruptedException, ExecutionException, TimeoutException {
        Second last = second();
        if (rule.isTimeToGather(last.cores(), last.packets(), last.idleCores())
                && !rule.restsFromMoves(System.nanoTime())
                && move(home)) {
            rule.gathered(System.nanoTime());
            notice("Gathering load: it has changed, all clients are back where they were.");
        }
    }

    /// Nanoseconds of the processors that all loops together took. Turns may last longer, where loops
    /// wait for a core.
    private long worked() throws InterruptedException, ExecutionException, TimeoutException {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (Loop loop : broker.loops()) {
            sum +=
                    ask(
                            loop,
                            l ->
                                    threads.isCurrentThreadCpuTimeSupported()
                                            ? threads.getCurrentThreadCpuTime()
                                            : l.worked());
        }
        return sum;
    }

    private static <T> T ask(Loop loop, Function<Loop, T> question)
            throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<T> answer = new CompletableFuture<>();
        loop.execute(() -> answer.complete(question.apply(loop)));
        return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    /// While nothing can be stored nothing moves: it would have to wait for what will not be durable.
    ///
    /// @return true if the slots are so now and were not before
    @SuppressWarnings("ReferenceEquality") // a table that was not changed is the same object
    private boolean move(Slots after) throws InterruptedException {
        if (after == broker.slots() || !storeTrouble.get().isEmpty()) {
            return false;
        }
        long involved = broker.slots().activeShards() | after.activeShards();
        List<Loop> loops = new ArrayList<>();
        for (Loop loop : broker.loops()) {
            if ((involved & 1L << loop.number()) != 0) {
                loops.add(loop);
            }
        }
        Rendezvous rendezvous = new Rendezvous(loops, () -> broker.move(after));
        rendezvous.call();
        if (rendezvous.await()) {
            rule.moved();
            return true;
        }
        notice(
                "No clients could be moved to other loops; this is not tried again for "
                        + rule.failed(System.nanoTime())
                        + " s at least.");
        return false;
    }

    private void notice(String text) {
        broker.options().log().log(LogLevel.NOTICE, text);
    }

    private void warn(Exception e) {
        broker.options().log().log(LogLevel.WARNING, "Load is not looked at: " + e);
    }
}
