package io.hawkermq.broker;

import io.hawkermq.core.LogLevel;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;

/// The handler of a listening socket: lets its [OpenListener] start each new connection on the first
/// loop.
///
/// Instead of Netty's bootstrap, whose initializer that replaces itself costs every connection a
/// second pass through the pipeline, and the compiler 35 MB of memory.
final class Acceptor extends ChannelInboundHandlerAdapter {
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

    @Override
    public boolean isSharable() {
        return true; // for all sockets of its listener, which are on the same loop
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object accepted) {
        Channel channel = (Channel) accepted;
        if (listener.isFull()) {
            // Those who have left before it came may still stand behind it in this turn.
            loop.eventLoop().execute(() -> take(channel));
        } else {
            take(channel);
        }
    }

    private void take(Channel channel) {
        if (!listener.admits(channel)) {
            channel.unsafe().closeForcibly();
            return;
        }
        listener.start(channel, loop, allocator); // TCP_NODELAY need not be set: Netty has done it
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        loop.log().log(LogLevel.ERROR, "Accepting a connection failed: " + cause.getMessage());
        ctx.channel().config().setAutoRead(false);
        loop.eventLoop()
                .schedule(
                        () -> ctx.channel().config().setAutoRead(true),
                        PAUSE_MILLIS,
                        TimeUnit.MILLISECONDS);
    }
}
