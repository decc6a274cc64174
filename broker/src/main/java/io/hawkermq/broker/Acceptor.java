package io.hawkermq.broker;

import io.hawkermq.core.LogLevel;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.TimeUnit;

/// What becomes of the connections that the sockets of one listener accept, all on the first loop:
/// its [OpenListener] starts each there.
final class Acceptor {
    /// How long nothing is accepted after accepting has failed, for want of file descriptors.
    private static final long PAUSE_MILLIS = 1_000;

    private final Loop loop;
    private final ByteBufAllocator allocator;
    private final OpenListener listener;

    Acceptor(Loop loop, ByteBufAllocator allocator, OpenListener listener) {
        this.listener = listener;
        this.loop = loop;
        this.allocator = allocator;
    }

    Loop loop() {
        return loop;
    }

    void take(Accepted accepted) {
        if (listener.isFull()) {
            // Those who have left before it came may still stand behind it in this turn.
            loop.eventLoop().execute(() -> start(accepted));
        } else {
            start(accepted);
        }
    }

    private void start(Accepted accepted) {
        if (!listener.admits(accepted)) {
            accepted.close();
            return;
        }
        Wire wire;
        try {
            wire = listener.start(accepted, loop, allocator);
        } catch (RuntimeException | Error e) {
            // As a class that cannot be loaded for want of a file descriptor. The loop is
            // everybody's, and must go on.
            accepted.close();
            listener.ended();
            loop.log().log(LogLevel.ERROR, "Internal error, closing a connection: " + Stacks.of(e));
            return;
        }
        wire.open();
    }

    /// Accepting has failed.
    ///
    /// @param again run when it may be tried again
    void failed(Throwable cause, Runnable again) {
        loop.log().log(LogLevel.ERROR, "Accepting a connection failed: " + cause.getMessage());
        loop.eventLoop().schedule(again, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }
}
