package io.hawkermq.testkit;

import io.hawkermq.protocol.PacketType;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A [Fault] that is in force until it has happened as often as it should, or is closed. May be used
/// by any thread.
public final class Injection implements AutoCloseable {
    private final Fault fault;
    private final Faults home;
    private int toSkip;
    private int happened;
    private boolean isClosed;

    Injection(Fault fault, Faults home) {
        this.fault = fault;
        this.home = home;
        this.toSkip = fault.skipped();
    }

    /// {@return what happens, to which packets, and how often}
    public Fault fault() {
        return fault;
    }

    /// {@return how often it has happened}
    public synchronized int happened() {
        return happened;
    }

    /// Waits until it has happened so often.
    ///
    /// @param often counted from the injection; 0 or less does not wait
    /// @param timeout zero or less looks once
    /// @throws AssertionError if it has not within the time
    /// @throws InterruptedException if this thread is interrupted
    public synchronized void awaitHappened(int often, Duration timeout)
            throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (happened < often) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError(
                        fault
                                + " has happened "
                                + happened
                                + " times within "
                                + timeout.toMillis()
                                + " ms, expected were "
                                + often);
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /// @param clientId null if it is not known
    synchronized boolean happensTo(
            PacketType packet, Direction direction, @Nullable String clientId) {
        if (isClosed
                || packet != fault.packet()
                || !fault.directions().contains(direction)
                || (fault.clientId() != null && !fault.clientId().equals(clientId))) {
            return false;
        }
        if (toSkip > 0) {
            toSkip--;
            return false;
        }
        happened++;
        if (happened == fault.times()) {
            close();
        }
        notifyAll();
        return true;
    }

    /// It does not happen any more.
    @Override
    public synchronized void close() {
        isClosed = true;
        home.remove(this);
    }
}
