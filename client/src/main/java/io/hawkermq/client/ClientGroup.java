package io.hawkermq.client;

import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/// The threads that many clients share: a few loops that move bytes. Whatever may block, handlers
/// and hooks and connecting, runs on threads of its own, virtual ones unless a program says otherwise.
///
/// Clients that name no group share one that exists as long as any of them is open: its threads
/// end with the last client. A group that a program makes is the program's to close, after its
/// clients.
///
/// Any thread may call its methods, but [#close] none of its own and no handler: it waits.
public final class ClientGroup implements AutoCloseable {
    private static final Object SHARED_LOCK = new Object();
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    // Guarded by SHARED_LOCK; null while no client uses it.
    @SuppressWarnings("NonFinalStaticField")
    private static @org.jspecify.annotations.Nullable ClientGroup shared;

    /// How long [#close] waits for a loop to end.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Loop[] loops;
    private final ThreadFactory blocking;
    private final AtomicInteger next = new AtomicInteger();

    // Guarded by SHARED_LOCK, for the shared group only.
    private int users;

    private ClientGroup(int threads, ThreadFactory blocking) {
        this.blocking = blocking;
        loops = new Loop[threads];
        int number = NUMBERS.incrementAndGet();
        for (int i = 0; i < threads; i++) {
            loops[i] = Loop.start("mqtt-client-" + number + "-" + (i + 1));
        }
    }

    /// Starts a group. One thread moves some hundred thousand small messages a second.
    ///
    /// @param threads 1 to 256
    /// @return a group, to be closed after its clients
    /// @throws IllegalArgumentException if `threads` is out of range
    public static ClientGroup create(int threads) {
        return create(threads, Thread.ofVirtual().factory());
    }

    /// Starts a group whose handlers, hooks and attempts to connect run on threads of a factory. A
    /// program of a moment starts faster without the machinery of virtual threads.
    ///
    /// @param threads that move bytes, 1 to 256; they are daemons
    /// @param blocking makes a thread for each handler and for what else may block
    /// @return a group, to be closed after its clients
    /// @throws IllegalArgumentException if `threads` is out of range
    public static ClientGroup create(int threads, ThreadFactory blocking) {
        if (threads < 1 || threads > 256) {
            throw new IllegalArgumentException("threads: " + threads + ", allowed are 1 to 256");
        }
        return new ClientGroup(threads, blocking);
    }

    static ClientGroup shared() {
        synchronized (SHARED_LOCK) {
            ClientGroup group = shared;
            if (group == null) {
                int threads = Math.clamp(Runtime.getRuntime().availableProcessors() / 4, 1, 4);
                group = create(threads);
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

    /// Starts a thread for something that may block.
    Thread start(String name, Runnable task) {
        Thread thread = blocking.newThread(task);
        thread.setName(name);
        thread.start();
        return thread;
    }

    private void stop() {
        for (Loop loop : loops) {
            loop.stop();
        }
    }

    /// Ends the threads that move bytes and waits for them, for some seconds at most. Clients that
    /// still use them end as if the network had.
    @Override
    public void close() {
        stop();
        for (Loop loop : loops) {
            var unused = loop.awaitEnd(PATIENCE);
        }
    }
}
