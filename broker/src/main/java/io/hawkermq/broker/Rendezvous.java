package io.hawkermq.broker;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// Brings all loops to a stand with no message on its way between them, lets one of them change
/// what belongs to whom, and lets all go on. Used for moving slots: seldom, and for the time that
/// the move itself takes.
///
/// A loop that has come keeps emptying its mailbox, because others may still wait for an answer,
/// but reads no socket. When all have come and all are quiet, the action runs, on the first loop.
/// If that takes longer than [#MOST_NANOS], because the broker stops and a loop will never come, all
/// go on without the action; so they do after [#MOST_DURABLE_NANOS] if only the disk is waited for:
/// what never touches it is not to wait for one that fails.
final class Rendezvous {
    private static final long PAUSE_NANOS = 20_000;
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(5);

    /// From when all have come. A sync of a disk that is slow but works takes less.
    private static final long MOST_DURABLE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final List<Loop> loops;
    private final Runnable action;
    private final AtomicInteger here = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);
    private final long began = System.nanoTime();
    private volatile long allCame;
    private volatile State state = State.GATHERING;

    private enum State {
        GATHERING,
        DONE,
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
    /// @return true if the action was run, to its end
    boolean await() throws InterruptedException {
        return over.await(2 * MOST_NANOS, TimeUnit.NANOSECONDS) && state == State.DONE;
    }

    private void come(Loop loop) {
        loop.flushAll();
        loop.shard().postOutgoing();
        if (here.incrementAndGet() == loops.size()) {
            allCame = System.nanoTime();
        }
        while (over.getCount() > 0) {
            step(loop);
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /// One loop at a time: from here on a loop touches its shard in here only, so that nobody sees
    /// another's work half done, and the action has all shards to itself.
    private synchronized void step(Loop loop) {
        if (state != State.GATHERING) {
            return;
        }
        State next = State.GIVEN_UP; // whatever is thrown
        try {
            next = stateAfter(loop);
        } finally {
            state = next;
            if (next != State.GATHERING) {
                over.countDown();
            }
        }
    }

    private State stateAfter(Loop loop) {
        while (loop.emptyMailbox() || loop.takeStoreNews()) {
            // What has come may have something to be stored or told to others.
            loop.shard().postOutgoing();
        }
        boolean isComplete = here.get() == loops.size();
        if (isComplete && loop.number() == loops.getFirst().number() && isQuiet()) {
            action.run();
            return State.DONE;
        }
        return isTooLate() ? State.GIVEN_UP : State.GATHERING;
    }

    private boolean isTooLate() {
        long now = System.nanoTime();
        return now - began > MOST_NANOS
                || allCame != 0
                        && now - allCame > MOST_DURABLE_NANOS
                        && !hasMessages()
                        && !isAllDurable();
    }

    /// True if nobody has anything left to tell, and all that was stored is durable. A message
    /// counts as on its way until it has been handled and what came of it was posted, and what a
    /// shard has collected for the store is handed in before another loop can look.
    private boolean isQuiet() {
        return !hasMessages() && isAllDurable();
    }

    private boolean isAllDurable() {
        return loops.stream().allMatch(Loop::isAllDurable);
    }

    private boolean hasMessages() {
        return loops.stream().anyMatch(l -> l.messagesOnTheirWay() > 0);
    }
}
