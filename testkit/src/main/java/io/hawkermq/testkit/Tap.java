package io.hawkermq.testkit;

import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketDecoder;
import io.hawkermq.protocol.PacketType;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.TopicNames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelPromise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Stands between one connection's transport and its MQTT, and lets [Faults] and partitions happen
/// to the bytes in between. Belongs to the event loop of its channel, as all handlers do; the test's
/// thread reaches it through [Taps].
///
/// In a partition the bytes of a direction wait here, before they are looked at: from the broker at
/// most [#MOST_HELD] bytes, after which the connection is closed, though the broker stops sending
/// messages at [#UNWRITABLE_FROM]; from the client about [#UNREAD_FROM], after which they wait in
/// the socket. That the client has gone is noticed after the partition, or never.
final class Tap extends ChannelDuplexHandler {
    private static final int MOST_HELD = 16 << 20;
    private static final int UNWRITABLE_FROM = 64 * 1024;
    private static final int UNREAD_FROM = 256 * 1024;

    /// What MQTT takes at once, in bytes.
    private static final int MOST_AT_ONCE = 64 * 1024;

    /// Of Netty's bits by which handlers say that a channel is not writable.
    private static final int WRITABILITY_BIT = 7;

    private final Taps taps;
    private final PacketStream toBroker = new PacketStream(new Judge(Direction.TO_BROKER));
    private final PacketStream toClient = new PacketStream(new Judge(Direction.TO_CLIENT));
    private final Set<Direction> partitioned = EnumSet.noneOf(Direction.class);
    private final Queue<ByteBuf> heldToBroker = new ArrayDeque<>();
    private final Queue<ByteBuf> heldToClient = new ArrayDeque<>();
    private final Queue<ByteBuf> lateToBroker = new ArrayDeque<>();
    private final Queue<ByteBuf> lateToClient = new ArrayDeque<>();
    private int heldToBrokerBytes;
    private int heldToClientBytes;
    private boolean isReadingStopped;
    private @Nullable ChannelHandlerContext goneUnnoticed;
    private volatile @Nullable ChannelHandlerContext context;
    private @Nullable ProtocolVersion version;
    private volatile @Nullable String clientId;
    private volatile boolean isAccepted;

    Tap(Taps taps) {
        this.taps = taps;
    }

    /// Null while it is not known; may be asked by any thread.
    @Nullable String clientId() {
        return clientId;
    }

    /// True once a CONNACK of success has passed; may be asked by any thread.
    boolean isAccepted() {
        return isAccepted;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        taps.add(this);
        ctx.channel().closeFuture().addListener(closed -> release());
    }

    private void release() {
        if (partitioned.isEmpty()) { // else the broker is still to be told
            taps.remove(this);
        }
        heldToClient.forEach(ByteBuf::release);
        heldToClient.clear();
        heldToClientBytes = 0;
    }

    /// Runs something on the connection's loop, if that has not ended; by any thread but it.
    CompletableFuture<@Nullable Void> execute(Runnable action) {
        ChannelHandlerContext ctx = context;
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        try {
            if (ctx == null) {
                throw new RejectedExecutionException("the connection is not open yet");
            }
            ctx.executor()
                    .execute(() -> {
                        try {
                            action.run();
                        } finally {
                            done.complete(null);
                        }
                    });
        } catch (RejectedExecutionException e) { // the broker is closed, and this with it
            done.complete(null);
        }
        return done;
    }

    // ---- bytes of the client

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (!partitioned.contains(Direction.TO_BROKER)) {
            passToBroker(ctx, bytes);
            return;
        }
        heldToBrokerBytes += bytes.readableBytes();
        heldToBroker.add(Unpooled.copiedBuffer(bytes)); // the loop needs its read buffer
        bytes.release();
        if (heldToBrokerBytes > UNREAD_FROM && ctx.channel().config().isAutoRead()) {
            isReadingStopped = true;
            ctx.channel().config().setAutoRead(false);
        }
    }

    private void passToBroker(ChannelHandlerContext ctx, ByteBuf bytes) {
        ByteBuf out = Unpooled.buffer(bytes.readableBytes() + 8);
        boolean wasCut = toBroker.isCut();
        try {
            toBroker.pass(bytes, out);
        } finally {
            bytes.release();
        }
        handUp(ctx, out);
        if (toBroker.isCut() && !wasCut) {
            cut(ctx);
        }
    }

    private static void handUp(ChannelHandlerContext ctx, ByteBuf bytes) {
        parts(bytes).forEach(ctx::fireChannelRead);
    }

    /// The same bytes in pieces that MQTT takes; they own themselves.
    private static List<ByteBuf> parts(ByteBuf bytes) {
        List<ByteBuf> parts = new ArrayList<>();
        while (bytes.isReadable()) {
            int count = Math.min(bytes.readableBytes(), MOST_AT_ONCE);
            parts.add(bytes.readRetainedSlice(count));
        }
        bytes.release();
        return parts;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (partitioned.isEmpty()) {
            ctx.fireChannelInactive();
        } else {
            // Netty is about to empty the pipeline of the closed channel.
            goneUnnoticed = ctx.pipeline().lastContext();
        }
    }

    /// The client has gone while nobody could notice: tells MQTT what it sent before, and that.
    private void noticeGone(ChannelHandlerContext mqtt) {
        goneUnnoticed = null;
        taps.remove(this);
        ChannelInboundHandler handler = (ChannelInboundHandler) mqtt.handler();
        try {
            for (ByteBuf b = heldToBroker.poll(); b != null; b = heldToBroker.poll()) {
                ByteBuf out = Unpooled.buffer(b.readableBytes() + 8);
                toBroker.pass(b, out);
                b.release();
                for (ByteBuf part : parts(out)) {
                    handler.channelRead(mqtt, part);
                }
            }
            handler.channelInactive(mqtt);
        } catch (Exception e) {
            throw new IllegalStateException("MQTT handlers throw nothing", e);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (partitioned.isEmpty()) {
            ctx.fireExceptionCaught(cause);
        } else {
            ctx.close();
        }
    }

    // ---- bytes of the broker

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf bytes)) {
            ctx.write(message, promise);
            return;
        }
        if (partitioned.contains(Direction.TO_CLIENT)) {
            hold(ctx, bytes);
            promise.trySuccess();
            return;
        }
        passToClient(ctx, bytes, promise);
    }

    private void hold(ChannelHandlerContext ctx, ByteBuf bytes) {
        heldToClientBytes += bytes.readableBytes();
        heldToClient.add(bytes);
        var buffer = ctx.channel().unsafe().outboundBuffer();
        if (heldToClientBytes > UNWRITABLE_FROM && buffer != null) {
            buffer.setUserDefinedWritability(WRITABILITY_BIT, false);
        }
        if (heldToClientBytes > MOST_HELD) {
            cut(ctx);
        }
    }

    private void passToClient(ChannelHandlerContext ctx, ByteBuf bytes, ChannelPromise promise) {
        ByteBuf out = Unpooled.buffer(bytes.readableBytes() + 8);
        boolean wasCut = toClient.isCut();
        try {
            toClient.pass(bytes, out);
        } finally {
            bytes.release();
        }
        if (out.isReadable()) {
            ctx.write(out, promise);
        } else {
            out.release();
            promise.trySuccess();
        }
        if (toClient.isCut() && !wasCut) {
            // What has passed is to arrive, through TLS, too.
            ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> cut(ctx));
        }
    }

    // ---- what the test wants

    /// Closes the connection below TLS and WebSocket, without their farewells.
    static void cut(ChannelHandlerContext ctx) {
        ChannelHandlerContext lowest = ctx.pipeline().firstContext();
        if (lowest != null) {
            lowest.close();
        }
    }

    /// Closes the connection; on the loop.
    void cut() {
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            cut(ctx);
        }
    }

    /// Bytes in these directions wait from now on, others go on; on the loop.
    void partition(Set<Direction> directions) {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            return;
        }
        partitioned.clear();
        partitioned.addAll(directions);
        ChannelHandlerContext gone = goneUnnoticed;
        if (gone != null) {
            if (directions.isEmpty()) {
                noticeGone(gone);
            }
            return;
        }
        if (!directions.contains(Direction.TO_CLIENT)) {
            healToClient(ctx);
        }
        if (!directions.contains(Direction.TO_BROKER)) {
            healToBroker(ctx);
        }
    }

    private void healToClient(ChannelHandlerContext ctx) {
        for (ByteBuf b = heldToClient.poll(); b != null; b = heldToClient.poll()) {
            passToClient(ctx, b, ctx.newPromise());
        }
        heldToClientBytes = 0;
        for (ByteBuf b = lateToClient.poll(); b != null; b = lateToClient.poll()) {
            ctx.write(b);
        }
        ctx.flush();
        var buffer = ctx.channel().unsafe().outboundBuffer();
        if (buffer != null) {
            buffer.setUserDefinedWritability(WRITABILITY_BIT, true);
        }
    }

    private void healToBroker(ChannelHandlerContext ctx) {
        for (ByteBuf b = heldToBroker.poll(); b != null; b = heldToBroker.poll()) {
            passToBroker(ctx, b);
        }
        heldToBrokerBytes = 0;
        for (ByteBuf b = lateToBroker.poll(); b != null; b = lateToBroker.poll()) {
            handUp(ctx, b);
        }
        if (isReadingStopped) {
            isReadingStopped = false;
            ctx.channel().config().setAutoRead(true);
        }
    }

    /// Decides about the packets of one direction, and learns from them whose they are.
    private final class Judge implements PacketStream.Judge {
        private final Direction direction;

        Judge(Direction direction) {
            this.direction = direction;
        }

        @Override
        public Fault.@Nullable Effect begins(PacketType type, byte @Nullable [] whole) {
            if (whole != null) {
                learn(whole);
            }
            return taps.faults().onPacket(type, direction, clientId);
        }

        private void learn(byte[] whole) {
            try {
                if (direction == Direction.TO_BROKER) {
                    PacketDecoder decoder =
                            PacketDecoder.forServer(new TopicNames(), Integer.MAX_VALUE);
                    decoder.feed(whole, 0, whole.length);
                    if (decoder.next() instanceof Packet.Connect connect) {
                        version = connect.version();
                        clientId = connect.clientId().isEmpty() ? null : connect.clientId();
                    }
                } else if (version != null) {
                    PacketDecoder decoder =
                            PacketDecoder.forClient(new TopicNames(), version, Integer.MAX_VALUE);
                    decoder.feed(whole, 0, whole.length);
                    if (decoder.next() instanceof Packet.Connack connack) {
                        isAccepted = !connack.reasonCode().isError();
                        String assigned =
                                connack.properties().text(Property.ASSIGNED_CLIENT_IDENTIFIER);
                        clientId = assigned == null ? clientId : assigned;
                    }
                }
            } catch (MalformedPacketException e) {
                clientId = null; // the broker says what it thinks of that
            }
        }

        @Override
        public void delayed(byte[] packet, Fault.Effect.Delay by) {
            ChannelHandlerContext ctx = context;
            if (ctx != null) {
                ctx.executor()
                        .schedule(
                                () -> arrive(ctx, Unpooled.wrappedBuffer(packet)),
                                by.time().toNanos(),
                                TimeUnit.NANOSECONDS);
            }
        }

        private void arrive(ChannelHandlerContext ctx, ByteBuf packet) {
            if (!ctx.channel().isActive()) {
                packet.release();
            } else if (direction == Direction.TO_BROKER) {
                if (partitioned.contains(direction)) {
                    lateToBroker.add(packet);
                } else {
                    handUp(ctx, packet);
                }
            } else if (partitioned.contains(direction)) {
                lateToClient.add(packet);
            } else {
                ctx.writeAndFlush(packet);
            }
        }
    }
}
