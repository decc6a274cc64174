package io.hawkermq.broker;

import io.hawkermq.broker.transport.LayerEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import java.nio.channels.ClosedChannelException;
import java.util.function.Consumer;

/// A network connection with layers below MQTT, TLS or WebSocket or a PROXY header: one of Netty's
/// channels, with this as the topmost handler of its pipeline. Also what has none, where there is no
/// epoll.
final class ChannelWire extends ChannelInboundHandlerAdapter implements Wire {
    private final Channel channel;
    private final SocketConnection owner;

    ChannelWire(Channel channel, SocketConnection owner) {
        this.channel = channel;
        this.owner = owner;
    }

    @Override
    public void open() {
        owner.loop()
                .eventLoop()
                .register(channel)
                .addListener(registered -> {
                    if (!registered.isSuccess()) {
                        channel.unsafe().closeForcibly();
                    }
                });
    }

    // ---- what comes ----

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        owner.onOpened();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof LayerEvent e) {
            owner.onLayerEvent(e);
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            owner.onBytes(bytes);
        } finally {
            bytes.release();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        owner.onWritability();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        owner.onClosed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        owner.onFailure(cause);
    }

    // ---- what goes ----

    @Override
    public ByteBufAllocator allocator() {
        return channel.alloc();
    }

    @Override
    public void queue(ByteBuf bytes) {
        channel.write(bytes, channel.voidPromise());
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public void write(ByteBuf bytes) {
        channel.writeAndFlush(bytes, channel.voidPromise());
    }

    @Override
    public long unsentBytes() {
        var pending = channel.unsafe().outboundBuffer();
        return pending == null ? 0 : pending.totalPendingWriteBytes();
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public void whenSent(Runnable action) {
        // As a task of its own: while Netty tells the listener, it still counts this very write.
        writeMarker().addListener(written -> channel.eventLoop().execute(action));
    }

    /// Writes nothing behind all that was written, below TLS and WebSocket, to which nothing would
    /// be a record or a frame.
    private ChannelFuture writeMarker() {
        ChannelHandlerContext lowest = channel.pipeline().firstContext();
        return lowest == null
                ? channel.newFailedFuture(new ClosedChannelException())
                : lowest.writeAndFlush(Unpooled.EMPTY_BUFFER);
    }

    @Override
    public void pauseReading() {
        channel.config().setAutoRead(false);
    }

    @Override
    public void resumeReading() {
        channel.config().setAutoRead(true);
    }

    // ---- life ----

    @Override
    public void finish() {
        if (channel.pipeline().first() != this) {
            OpenListener.endLayers(channel);
        }
        writeMarker().addListener(sent -> ((DuplexChannel) channel).shutdownOutput());
    }

    @Override
    public void close() {
        channel.close();
    }

    @Override
    public void leave(Runnable left) {
        channel.deregister().addListener(done -> left.run());
    }

    @Override
    public void join(Loop to, Consumer<Outcome> joined) {
        Outcome otherwise = channel.isOpen() ? Outcome.FAILED : Outcome.CLOSED;
        to.eventLoop()
                .register(channel)
                .addListener(registered ->
                        joined.accept(
                                registered.isSuccess() && channel.isActive()
                                        ? Outcome.JOINED
                                        : otherwise));
    }
}
