package io.hawkermq.broker;

import io.hawkermq.core.LogLevel;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannelConfig;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/// The handler of a listening socket: equips each new connection and starts it on the first loop.
/// Instead of Netty's bootstrap, whose initializer that replaces itself costs every connection a
/// second pass through the pipeline, and the compiler 35 MB of memory.
final class Acceptor extends ChannelInboundHandlerAdapter {
    /// How long nothing is accepted after accepting has failed, for want of file descriptors.
    private static final long PAUSE_MILLIS = 1_000;

    private final Broker broker;
    private final Loop loop;
    private final ByteBufAllocator allocator;
    private final WriteBufferWaterMark waterMark;

    Acceptor(Broker broker, Loop loop, ByteBufAllocator allocator) {
        this.broker = broker;
        this.loop = loop;
        this.allocator = allocator;
        int most = broker.options().maximumOutboundBytes();
        waterMark = new WriteBufferWaterMark(most / 2, most);
    }

    @Override
    public boolean isSharable() {
        return true; // a handler without state, for all listening sockets
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object accepted) {
        Channel channel = (Channel) accepted;
        InetSocketAddress peer = (InetSocketAddress) channel.remoteAddress();
        String address =
                peer == null
                        ? "unknown"
                        : peer.getAddress().getHostAddress() + ":" + peer.getPort();
        SocketConnection connection = new SocketConnection(broker, loop, channel, address);
        SocketChannelConfig config = (SocketChannelConfig) channel.config();
        config.setTcpNoDelay(true)
                .setAllocator(allocator)
                .setWriteBufferWaterMark(waterMark)
                .setRecvByteBufAllocator(new LoopReadBuffer(connection));
        channel.pipeline().addLast("mqtt", connection);
        broker.connections().add(channel);
        loop.eventLoop()
                .register(channel)
                .addListener(registered -> {
                    if (!registered.isSuccess()) {
                        channel.unsafe().closeForcibly();
                    }
                });
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
