package io.hawkermq.broker;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/// Brings all loops to a stand with no message on its way between them, lets one of them change
/// what belongs to whom, and lets all go on. Used for moving slots: seldom, and for the time that
/// the move itself takes.
///
/// A loop that has come keeps emptying its mailbox, because others may still wait for an answer,
/// but reads no socket. When all have come and all are quiet, the action runs, on the first loop.
/// If that takes longer than [#MOST_NANOS], because the broker stops and a loop will never come, all
/// go on without the action.
final class Rendezvous {
    private static final long PAUSE_NANOS = 20_000;
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final List<Loop> loops;
    private final Runnable action;
    private final AtomicInteger here = new AtomicInteger();
    private final CountDownLatch done = new CountDownLatch(1);
    private final AtomicReference<State> state = new AtomicReference<>(State.GATHERING);
    private final long began = System.nanoTime();

    private enum State {
        GATHERING,
        ACTING,
        GIVEN_UP
    }

    /// @param loops those that take part; the first runs the action
    Rendezvous(List<Loop> loops, Runnable action) {
        this.loops = loops;
        this.action = action;
    }

    /// Calls the loops; returns at once.
    void call() {
        for (Loop loop : loops) {
            loop.execute(() -> come(loop));
        }
    }

    /// Waits until it is over.
    ///
    /// @return true if the action was run
    boolean await() throws InterruptedException {
        return done.await(2 * MOST_NANOS, TimeUnit.NANOSECONDS) && state.get() == State.ACTING;
    }

    private void come(Loop loop) {
        loop.flushAll();
        loop.shard().postOutgoing();
        here.incrementAndGet();
        // From here on a loop touches its shard only to answer a message; without any, the action
        // has all shards to itself.
        while (done.getCount() > 0) {
            if (loop.emptyMailbox() || loop.takeStoreNews()) {
                continue;
            }
            if (loop.number() == loops.getFirst().number()
                    && here.get() == loops.size()
                    && isQuiet()
                    && state.compareAndSet(State.GATHERING, State.ACTING)) {
                try {
                    action.run();
                } finally {
                    done.countDown();
                }
                return;
            }
            if (System.nanoTime() - began > MOST_NANOS
                    && state.compareAndSet(State.GATHERING, State.GIVEN_UP)) {
                done.countDown();
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /// True if nobody has anything left to tell, and all that was stored is durable. Messages are counted as on their way until they
    /// have been handled and their answers posted, so that this cannot be true too early.
    private boolean isQuiet() {
        for (Loop loop : loops) {
            if (loop.messagesOnTheirWay() > 0 || !loop.isAllDurable()) {
                return false;
            }
        }
        return true;
    }
}
