package io.hawkermq.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;

/// Lets a channel read into the one read buffer of the loop that it belongs to.
final class LoopReadBuffer extends DefaultMaxMessagesRecvByteBufAllocator {
    /// Reads of one socket before others have their turn and what came is sent on. With four, so
    /// much was on its way at once that the young generation could not hold it: five times the
    /// memory for messages of 4 KiB between two loops.
    private static final int READS = 1;

    private final SocketConnection connection;

    LoopReadBuffer(SocketConnection connection) {
        super(READS);
        this.connection = connection;
    }

    @Override
    @SuppressWarnings("deprecation") // Netty deprecates its own interface's name, not the use
    public Handle newHandle() {
        return new MaxMessageHandle() {
            @Override
            public int guess() {
                return Loop.READ_BYTES;
            }

            @Override
            public ByteBuf allocate(ByteBufAllocator allocator) {
                Loop loop = connection.loop();
                // A connection that moves may still be read once by the loop that it leaves, which
                // must keep its hands off the other loop's buffer.
                ByteBuf shared = loop.eventLoop().inEventLoop() ? loop.readBuffer(allocator) : null;
                return shared == null ? allocator.directBuffer(Loop.READ_BYTES) : shared;
            }
        };
    }
}
