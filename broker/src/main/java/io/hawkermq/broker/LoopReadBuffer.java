package io.hawkermq.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/// Lets a channel read into the one read buffer of the loop that it belongs to, once a turn: then
/// others have theirs, and what came is sent on. With four reads, so much was on its way at once that
/// the young generation could not hold it: five times the memory for messages of 4 KiB between two
/// loops.
///
/// Netty's own are two objects for each connection, which keep account of how many reads there were.
final class LoopReadBuffer implements RecvByteBufAllocator, RecvByteBufAllocator.ExtendedHandle {
    private final SocketConnection connection;
    private int lastBytesRead;
    private int attemptedBytesRead;

    LoopReadBuffer(SocketConnection connection) {
        this.connection = connection;
    }

    @Override
    @SuppressWarnings("deprecation") // Netty deprecates its own interface's name, not the use
    public Handle newHandle() {
        return this;
    }

    @Override
    public int guess() {
        return Loop.READ_BYTES;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
        Loop loop = connection.loop();
        // A connection that moves may still be read once by the loop that it leaves, which must
        // keep
        // its hands off the other loop's buffer.
        ByteBuf shared = loop.eventLoop().inEventLoop() ? loop.readBuffer(allocator) : null;
        return shared == null ? allocator.directBuffer(Loop.READ_BYTES) : shared;
    }

    @Override
    public boolean continueReading() {
        return false;
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier mayBeMore) {
        return false;
    }

    @Override
    public void lastBytesRead(int bytes) {
        lastBytesRead = bytes;
    }

    @Override
    public int lastBytesRead() {
        return lastBytesRead;
    }

    @Override
    public void attemptedBytesRead(int bytes) {
        attemptedBytesRead = bytes;
    }

    @Override
    public int attemptedBytesRead() {
        return attemptedBytesRead;
    }

    @Override
    public void reset(ChannelConfig config) {}

    @Override
    public void incMessagesRead(int count) {}

    @Override
    public void readComplete() {}
}
