package io.hawkermq.client;

import io.hawkermq.protocol.TopicNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A thread that owns the sessions and sockets of many clients: it alone touches them. It waits
/// for sockets, for tasks that other threads give it, and for the earliest timer; a turn reads and
/// computes first and writes last, so that what a turn has made for one socket leaves in one
/// write. It never blocks otherwise and never runs the program's code.
final class Loop implements Runnable {
    private static final System.Logger LOG = System.getLogger("io.hawkermq.client");
    private static final int READ_BUFFER = 128 * 1024;

    /// Tasks a turn, so that sockets get their share while callers publish without end.
    private static final int MOST_TASKS = 4_096;

    /// A moment at which something is to be done, unless it is cancelled.
    static final class Timer {
        private final long at;
        private final Runnable task;
        private boolean isCancelled;

        private Timer(long at, Runnable task) {
            this.at = at;
            this.task = task;
        }

        /// Nanoseconds of the loop's clock.
        long at() {
            return at;
        }
    }

    private final Selector selector;
    private final Thread thread;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isAsleep = new AtomicBoolean();
    private final PriorityQueue<Timer> timers =
            // Not comparingLong, whose serializable lambda the ahead-of-time cache does not take.
            new PriorityQueue<>((a, b) -> Long.compare(a.at(), b.at()));
    private int cancelledTimers;
    private final List<Runnable> beforeWriting = new ArrayList<>();
    private final List<Runnable> atEndOfTurn = new ArrayList<>();
    private final byte[] readBuffer = new byte[READ_BUFFER];
    private final TopicNames topicNames = new TopicNames();
    private final Set<ClientCore> members = new HashSet<>();
    private volatile boolean isStopped;

    /// True once the thread will not look at [#tasks] any more. Guarded by this.
    private boolean isOver;

    private Loop(String name) {
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException("the system gives no selector", e);
        }
        thread = Thread.ofPlatform().daemon().name(name).unstarted(this);
    }

    static Loop start(String name) {
        Loop loop = new Loop(name);
        loop.thread.start();
        return loop;
    }

    /// From any thread: runs `task` on the loop, after those given before.
    void execute(Runnable task) {
        tasks.add(task);
        if (isStopped) {
            runLeftOver();
        } else if (isAsleep.get() && isAsleep.compareAndSet(true, false)) {
            selector.wakeup();
        }
    }

    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    void stop() {
        if (!isStopped) {
            isStopped = true;
            selector.wakeup();
        }
    }

    /// Returns at once on the loop itself.
    ///
    /// @return true if it has ended
    boolean awaitEnd(Duration patience) {
        if (isCurrent()) {
            return false;
        }
        try {
            return thread.join(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Nanoseconds of a clock that all timers of this process share.
    static long now() {
        return System.nanoTime();
    }

    // ---- for the loop's own thread

    Selector selector() {
        return selector;
    }

    byte[] readBuffer() {
        return readBuffer;
    }

    TopicNames topicNames() {
        return topicNames;
    }

    Timer schedule(long at, Runnable task) {
        Timer timer = new Timer(at, task);
        timers.add(timer);
        return timer;
    }

    void cancel(@Nullable Timer timer) {
        if (timer != null && !timer.isCancelled) {
            timer.isCancelled = true;
            if (++cancelledTimers > 64 && cancelledTimers > timers.size() / 2) {
                timers.removeIf(t -> t.isCancelled);
                cancelledTimers = 0;
            }
        }
    }

    /// Runs `task` when everything else of this turn is done.
    void atEndOfTurn(Runnable task) {
        atEndOfTurn.add(task);
    }

    /// Runs `task` at the end of this turn, before anything is written.
    void beforeWriting(Runnable task) {
        beforeWriting.add(task);
    }

    @Override
    public void run() {
        try {
            while (!isStopped) {
                turn();
            }
        } catch (IOException e) {
            LOG.log(Level.ERROR, "the selector fails, its clients end", e);
        } finally {
            isStopped = true;
            closeAll();
        }
    }

    private void turn() throws IOException {
        isAsleep.set(true);
        if (!tasks.isEmpty() || !atEndOfTurn.isEmpty() || !beforeWriting.isEmpty()) {
            isAsleep.set(false);
            selector.selectNow(this::ready);
        } else {
            long wait = untilNextTimer();
            if (wait == 0) {
                selector.selectNow(this::ready);
            } else {
                // Rounded up, or the last millisecond of a wait would be spent in a spin.
                selector.select(this::ready, wait == Long.MAX_VALUE ? 0 : wait / 1_000_000 + 1);
            }
            isAsleep.set(false);
        }
        for (int i = 0; i < MOST_TASKS; i++) {
            Runnable task = tasks.poll();
            if (task == null) {
                break;
            }
            guarded(task);
        }
        runTimers();
        for (int i = 0; i < beforeWriting.size(); i++) {
            guarded(beforeWriting.get(i));
        }
        beforeWriting.clear();
        // What these add belongs to the next turn.
        int count = atEndOfTurn.size();
        for (int i = 0; i < count; i++) {
            guarded(atEndOfTurn.get(i));
        }
        atEndOfTurn.subList(0, count).clear();
    }

    private void ready(SelectionKey key) {
        if (key.attachment() instanceof Wire wire) {
            wire.ready();
        }
    }

    private long untilNextTimer() {
        for (Timer t = timers.peek(); t != null; t = timers.peek()) {
            if (!t.isCancelled) {
                return Math.max(0, t.at - now());
            }
            timers.poll();
            cancelledTimers--;
        }
        return Long.MAX_VALUE;
    }

    private void runTimers() {
        while (untilNextTimer() == 0) {
            Timer timer = timers.poll();
            if (timer != null) {
                // So that a later cancel does not count it.
                timer.isCancelled = true;
                guarded(timer.task);
            }
        }
    }

    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            // Every task of a client catches its own; this keeps the other clients alive.
            LOG.log(Level.ERROR, "an error in the client, please report it", e);
        }
    }

    private void closeAll() {
        runLeftOver();
        for (SelectionKey key : selector.keys()) {
            if (key.attachment() instanceof Wire wire) {
                wire.closeNow();
            }
        }
        try {
            selector.close();
        } catch (IOException e) {
            LOG.log(Level.TRACE, "closing the selector", e);
        }
        synchronized (this) {
            isOver = true;
            runLeftOver(); // what came meanwhile
        }
    }

    /// The thread is ending or has ended: whoever comes does what is left, one at a time, so that
    /// no future stays open.
    private synchronized void runLeftOver() {
        if (Thread.currentThread() != thread && !isOver) {
            return; // it will look again
        }
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            guarded(task);
        }
        for (ClientCore core : List.copyOf(members)) {
            guarded(core::loopStopped);
        }
    }

    /// The clients that this loop owns.
    Set<ClientCore> members() {
        return members;
    }
}
