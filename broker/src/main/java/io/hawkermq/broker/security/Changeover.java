package io.hawkermq.broker.security;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The time in which the files of passwords and rules are read again because a person asked for it:
/// who connects meanwhile is decided on by the new ones. Any thread may begin and end it.
public final class Changeover {
    private final AtomicReference<@Nullable CompletableFuture<Void>> running =
            new AtomicReference<>();

    /// Clients wait from now on.
    public void begin() {
        running.compareAndSet(null, new CompletableFuture<>());
    }

    /// Clients go on; whether anything has changed or not.
    public void end() {
        CompletableFuture<Void> ended = running.getAndSet(null);
        if (ended != null) {
            ended.complete(null);
        }
    }

    /// Does it when the changeover is over.
    ///
    /// @return false if there is none: then nothing was done
    boolean defers(Runnable action) {
        CompletableFuture<Void> current = running.get();
        if (current == null) {
            return false;
        }
        current.thenRun(action);
        return true;
    }
}
