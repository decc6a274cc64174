package io.hawkermq.broker.security;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The time in which the files of passwords and rules are read again because a person asked for it:
/// who connects meanwhile is decided on by the new ones. Any thread may begin and end it.
///
/// It may be known to come before it begins: a file is another one already, and the signal is still
/// on its way through the Java machine. Then clients wait too, but not for long.
public final class Changeover {
    /// How long clients wait for a changeover that may not come, in a broker.
    public static final Duration PATIENCE = Duration.ofMillis(100);

    private final AtomicReference<@Nullable Wait> running = new AtomicReference<>();
    private volatile Announcement announcement = new Announcement(() -> false, PATIENCE);

    private record Announcement(BooleanSupplier isMade, Duration patience) {}

    /// @param isExpected true until it begins
    private record Wait(CompletableFuture<Void> over, boolean isExpected) {}

    /// @param announced true if one is to be expected; asked by any thread for each client
    /// @param patience how long clients wait then
    public void expectWhen(BooleanSupplier announced, Duration patience) {
        announcement = new Announcement(announced, patience);
    }

    /// Clients wait from now on.
    public void begin() {
        running.updateAndGet(
                w -> new Wait(w == null ? new CompletableFuture<>() : w.over(), false));
    }

    /// Clients go on; whether anything has changed or not.
    public void end() {
        Wait ended = running.getAndSet(null);
        if (ended != null) {
            ended.over().complete(null);
        }
    }

    /// Does it when the changeover is over.
    ///
    /// @return false if there is none: then nothing was done
    boolean defers(Runnable action) {
        Wait current = running.get();
        Announcement announced = announcement;
        if (current == null && announced.isMade().getAsBoolean()) {
            expect(announced.patience());
            current = running.get();
        }
        if (current == null) {
            return false;
        }
        current.over().thenRun(action);
        return true;
    }

    private void expect(Duration patience) {
        Wait expected = new Wait(new CompletableFuture<>(), true);
        if (running.compareAndSet(null, expected)) {
            Thread.ofVirtual().name("hawker-changeover").start(() -> giveUp(expected, patience));
        }
    }

    private void giveUp(Wait expected, Duration patience) {
        try {
            Thread.sleep(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does that; gives up early
        }
        if (running.compareAndSet(expected, null)) {
            expected.over().complete(null);
        }
    }
}
