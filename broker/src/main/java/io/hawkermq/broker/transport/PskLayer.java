package io.hawkermq.broker.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.bouncycastle.tls.TlsServerProtocol;
import org.jspecify.annotations.Nullable;

/// TLS with pre-shared keys: bytes from the socket go through Bouncy Castle's protocol, what they
/// say goes up, and what comes down leaves as records.
///
/// Belongs to the channel's event loop. Only while a handshake is computed, by a virtual thread so
/// that clients that arrive in crowds do not stop the messages of those that are there, the protocol
/// belongs to that thread, and nothing is read from the socket.
public final class PskLayer extends ChannelDuplexHandler {
    /// In a pipeline: by it one can ask for the layer without loading Bouncy Castle's classes.
    public static final String NAME = "psk";

    private static final ExecutorService HANDSHAKES =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("hawker-psk-", 0).factory());

    /// The first byte of a record of a handshake.
    private static final int HANDSHAKE = 22;

    /// The most that goes up at once, in bytes: what a record holds.
    private static final int LARGEST_READ = 16 * 1024;

    private enum Stage {
        HANDSHAKE,
        COMPUTING,
        OPEN,
        ENDED
    }

    private final PskContext context;
    private final PskServer server;
    private final TlsServerProtocol protocol = new TlsServerProtocol();
    private Stage stage = Stage.HANDSHAKE;
    private boolean isFirst = true;

    private PskLayer(PskContext context) {
        this.context = context;
        server = context.server();
    }

    /// Adds the layer at the end of the channel's pipeline.
    public static void add(Channel channel, PskContext context) {
        channel.pipeline().addLast(NAME, new PskLayer(context));
    }

    /// Says within TLS that nothing more will be sent; does nothing without this layer.
    public static void closeOutbound(Channel channel) {
        PskLayer layer = channel.pipeline().get(PskLayer.class);
        if (layer != null && layer.stage == Stage.OPEN) {
            layer.close(channel.pipeline().context(layer));
        }
    }

    private void close(ChannelHandlerContext ctx) {
        stage = Stage.ENDED;
        try {
            protocol.close();
        } catch (IOException e) {
            return; // it is closed already
        }
        ctx.writeAndFlush(records(ctx));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws IOException {
        protocol.accept(server);
    }

    // ---- from the socket ----

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        byte[] bytes = new byte[in.readableBytes()];
        in.readBytes(bytes).release();
        switch (stage) {
            case HANDSHAKE -> handshake(ctx, bytes);
            case OPEN -> {
                after(ctx, offer(bytes));
            }
            // Nothing was to be read, but Netty had some left.
            case COMPUTING -> refuse(ctx, "the client sent more than a handshake at once");
            case ENDED -> {}
        }
    }

    private void handshake(ChannelHandlerContext ctx, byte[] bytes) {
        if (isFirst && bytes.length > 0 && bytes[0] != HANDSHAKE) {
            refuse(ctx, "the client does not speak TLS, which this listener needs");
            return;
        }
        isFirst = false;
        stage = Stage.COMPUTING;
        Channel channel = ctx.channel();
        channel.config().setAutoRead(false);
        HANDSHAKES.execute(() -> {
            Throwable failure = offer(bytes);
            try {
                channel.eventLoop().execute(() -> computed(ctx, failure));
            } catch (RejectedExecutionException e) {
                // The broker has stopped, and the client is gone with it.
            }
        });
    }

    /// @return what went wrong, or null
    private @Nullable Throwable offer(byte[] bytes) {
        try {
            protocol.offerInput(bytes);
            return null;
        } catch (IOException | RuntimeException e) {
            return e;
        }
    }

    private void computed(ChannelHandlerContext ctx, @Nullable Throwable failure) {
        if (stage == Stage.ENDED) {
            return; // closed meanwhile
        }
        stage = Stage.HANDSHAKE;
        ctx.channel().config().setAutoRead(true);
        if (failure == null && protocol.isConnected()) {
            stage = Stage.OPEN;
            if (context.options().naming() == PskOptions.Naming.IDENTITY) {
                ctx.fireUserEventTriggered(new LayerEvent.Named(server.identity()));
            }
        }
        after(ctx, failure);
    }

    private void after(ChannelHandlerContext ctx, @Nullable Throwable failure) {
        ByteBuf answer = records(ctx);
        if (answer.isReadable()) {
            ctx.writeAndFlush(answer);
        } else {
            answer.release();
        }
        if (failure != null) {
            refuse(ctx, server.describe(failure));
            return;
        }
        while (protocol.getAvailableInputBytes() > 0) {
            byte[] plain = new byte[Math.min(LARGEST_READ, protocol.getAvailableInputBytes())];
            int count = protocol.readInput(plain, 0, plain.length);
            ctx.fireChannelRead(Unpooled.wrappedBuffer(plain, 0, count));
        }
        if (protocol.isClosed() && stage != Stage.ENDED) {
            stage = Stage.ENDED;
            ctx.close(); // nobody speaks half of MQTT
        }
    }

    private void refuse(ChannelHandlerContext ctx, String why) {
        if (stage != Stage.ENDED) {
            stage = Stage.ENDED;
            ctx.fireUserEventTriggered(new LayerEvent.Refused(why));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (stage == Stage.HANDSHAKE || stage == Stage.COMPUTING) {
            refuse(ctx, "the client left during the TLS handshake");
        }
        stage = Stage.ENDED;
        ctx.fireChannelInactive();
    }

    // ---- to the socket ----

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (stage != Stage.OPEN) {
            ReferenceCountUtil.release(message);
            promise.tryFailure(new IOException("TLS is not open"));
            return;
        }
        ByteBuf in = (ByteBuf) message;
        byte[] bytes = new byte[in.readableBytes()];
        in.readBytes(bytes).release();
        try {
            protocol.writeApplicationData(bytes, 0, bytes.length);
        } catch (IOException e) {
            promise.tryFailure(e);
            refuse(ctx, server.describe(e));
            return;
        }
        ctx.write(records(ctx), promise);
    }

    /// What the protocol wants to send; may be empty.
    private ByteBuf records(ChannelHandlerContext ctx) {
        int count = protocol.getAvailableOutputBytes();
        byte[] bytes = new byte[count];
        protocol.readOutput(bytes, 0, count);
        return ctx.alloc().directBuffer(Math.max(1, count)).writeBytes(bytes);
    }
}
