package io.hawkermq.client;

import java.util.concurrent.atomic.AtomicInteger;

/// The threads that many clients share: a few loops that move bytes. Whatever may block, handlers
/// and hooks and connecting, runs on virtual threads of its own.
///
/// Clients that name no group share one that exists as long as any of them is open: its threads
/// end with the last client. A group that a program makes is the program's to close, after its
/// clients.
public final class ClientGroup implements AutoCloseable {
    private static final Object SHARED_LOCK = new Object();
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    // Guarded by SHARED_LOCK; null while no client uses it.
    @SuppressWarnings("NonFinalStaticField")
    private static @org.jspecify.annotations.Nullable ClientGroup shared;

    private final Loop[] loops;
    private final AtomicInteger next = new AtomicInteger();

    // Guarded by SHARED_LOCK, for the shared group only.
    private int users;

    private ClientGroup(int threads) {
        loops = new Loop[threads];
        int number = NUMBERS.incrementAndGet();
        for (int i = 0; i < threads; i++) {
            loops[i] = Loop.start("mqtt-client-" + number + "-" + (i + 1));
        }
    }

    /// Starts a group. One thread moves some hundred thousand small messages a second.
    ///
    /// @param threads 1 to 256
    public static ClientGroup create(int threads) {
        if (threads < 1 || threads > 256) {
            throw new IllegalArgumentException("threads: " + threads + ", allowed are 1 to 256");
        }
        return new ClientGroup(threads);
    }

    static ClientGroup shared() {
        synchronized (SHARED_LOCK) {
            ClientGroup group = shared;
            if (group == null) {
                int threads = Math.clamp(Runtime.getRuntime().availableProcessors() / 4, 1, 4);
                group = new ClientGroup(threads);
                shared = group;
            }
            group.users++;
            return group;
        }
    }

    /// A client is closed that had this group of [#shared].
    void release() {
        synchronized (SHARED_LOCK) {
            if (--users > 0) {
                return;
            }
            if (shared == this) {
                shared = null;
            }
        }
        stop();
    }

    Loop nextLoop() {
        return loops[Math.floorMod(next.getAndIncrement(), loops.length)];
    }

    private void stop() {
        for (Loop loop : loops) {
            loop.stop();
        }
    }

    /// Ends the threads. Clients that still use them end as if the network had.
    @Override
    public void close() {
        stop();
    }
}
