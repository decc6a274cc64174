package io.hawkermq.broker;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.spi.SelectorProvider;
import org.jspecify.annotations.Nullable;

/// A listening socket where there is no epoll: a channel of Netty's.
///
/// Without Netty's bootstrap, whose initializer that replaces itself costs every connection a second
/// pass through the pipeline.
final class NioListeningSocket implements ListeningSocket {
    private final ServerChannel channel;

    private NioListeningSocket(ServerChannel channel) {
        this.channel = channel;
    }

    static NioListeningSocket open(SocketAddress address, Acceptor acceptor) throws IOException {
        @Nullable ServerChannel channel = null;
        @Nullable Throwable why;
        try {
            channel = opened(address);
            channel.config().setOption(ChannelOption.SO_BACKLOG, BACKLOG);
            channel.pipeline().addLast(new Children(acceptor));
            ChannelFuture done =
                    acceptor.loop().eventLoop().register(channel).awaitUninterruptibly();
            if (done.isSuccess()) {
                done = channel.bind(address).awaitUninterruptibly();
            }
            if (done.isSuccess()) {
                return new NioListeningSocket(channel);
            }
            why = done.cause();
        } catch (ChannelException e) { // Netty's own, around the system's
            why = e;
            while (why.getCause() != null) {
                why = why.getCause();
            }
        }
        if (channel != null) {
            if (channel.isRegistered()) {
                channel.close();
            } else {
                channel.unsafe().closeForcibly(); // it has no loop that could close it
            }
        }
        throw new IOException(Listening.reason(why), why);
    }

    private static ServerChannel opened(SocketAddress address) {
        if (!(address instanceof InetSocketAddress inet)) {
            return new NioServerDomainSocketChannel();
        }
        ServerChannel channel =
                new NioServerSocketChannel(
                        SelectorProvider.provider(), ListeningSocket.family(inet));
        channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
        return channel;
    }

    @Override
    public SocketAddress address() {
        return channel.localAddress();
    }

    @Override
    public void stop() {
        channel.close().awaitUninterruptibly();
    }

    /// Hands on what Netty has accepted.
    private static final class Children extends ChannelInboundHandlerAdapter {
        private final Acceptor acceptor;

        Children(Acceptor acceptor) {
            this.acceptor = acceptor;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object accepted) {
            // TCP_NODELAY need not be set: Netty has done it.
            acceptor.take(new Accepted.OfNetty((Channel) accepted, ctx.channel().localAddress()));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.channel().config().setAutoRead(false);
            acceptor.failed(cause, () -> ctx.channel().config().setAutoRead(true));
        }
    }
}
