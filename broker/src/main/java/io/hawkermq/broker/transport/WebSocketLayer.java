package io.hawkermq.broker.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// WebSocket around MQTT: answers the request that opens it, then takes the payload out of the
/// frames that come and puts frames around what goes. Nothing is gathered: what a read brings of a
/// frame is unmasked where it lies and handed on, because packets need not be aligned with frames
/// [MQTT-6.0.0-2]; so a frame's size costs no memory. What is sent in a turn becomes one frame, or
/// some, and one write.
public final class WebSocketLayer extends ChannelDuplexHandler {
    /// The longest frame that is accepted, in bytes: as long as the longest packet of MQTT.
    static final long LONGEST_FRAME = 268_435_460L;

    private static final int CONTINUATION = 0;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;
    private static final int LONGEST_CONTROL = 125;

    private static final int NORMAL_CLOSURE = 1_000;
    private static final int PROTOCOL_ERROR = 1_002;
    private static final int UNSUPPORTED_DATA = 1_003;
    private static final int TOO_BIG = 1_009;

    private enum Stage {
        REQUEST,
        FRAMES,
        OVER
    }

    private final WebSocketOptions options;
    private Stage stage = Stage.REQUEST;
    private boolean isOpened;
    private boolean isCloseSent;
    private @Nullable String proxied;

    // The request as far as it has come, then the header of a frame.
    private byte[] gathered = new byte[512];
    private int length;

    // The frame that is being read.
    private boolean isInPayload;
    private boolean isInMessage;
    private int opcode;
    private long remaining;
    private int mask;
    private final byte[] control = new byte[LONGEST_CONTROL];
    private int controlLength;

    public WebSocketLayer(WebSocketOptions options) {
        this.options = options;
    }

    /// Says that nothing more will be sent; does nothing on a channel without WebSocket.
    public static void closeOutbound(Channel channel) {
        WebSocketLayer layer = channel.pipeline().get(WebSocketLayer.class);
        if (layer != null) {
            layer.sendClose(channel.pipeline().context(layer), NORMAL_CLOSURE);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof LayerEvent.Address(String address)) {
            proxied = address;
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            if (stage == Stage.REQUEST) {
                readRequest(ctx, bytes);
            }
            while (stage == Stage.FRAMES && bytes.isReadable()) {
                if (!isInPayload) {
                    readHeader(ctx, bytes);
                } else if (opcode >= CLOSE) {
                    readControl(ctx, bytes);
                } else {
                    readData(ctx, bytes);
                }
            }
        } finally {
            bytes.release();
        }
    }

    // ---- the request ----

    private void readRequest(ChannelHandlerContext ctx, ByteBuf bytes) {
        while (bytes.isReadable()) {
            if (length == options.maximumHeaderBytes()) {
                refuse(
                        ctx,
                        WebSocketRequest.refused(
                                "431 Request Header Fields Too Large",
                                "",
                                "its HTTP header is larger than "
                                        + options.maximumHeaderBytes()
                                        + " bytes"));
                return;
            }
            if (length == gathered.length) {
                gathered =
                        Arrays.copyOf(gathered, Math.min(2 * length, options.maximumHeaderBytes()));
            }
            gathered[length++] = bytes.readByte();
            if (isAtEmptyLine()) {
                String text = new String(gathered, 0, length, StandardCharsets.ISO_8859_1);
                length = 0;
                gathered = new byte[14];
                switch (WebSocketRequest.answer(text, options)) {
                    case WebSocketRequest.Refused refused -> refuse(ctx, refused);
                    case WebSocketRequest.Accepted accepted -> accept(ctx, accepted);
                }
                return;
            }
        }
    }

    private boolean isAtEmptyLine() {
        if (gathered[length - 1] != '\n' || length < 2) {
            return false;
        }
        return gathered[length - 2] == '\n'
                || (length >= 3 && gathered[length - 2] == '\r' && gathered[length - 3] == '\n');
    }

    private void accept(ChannelHandlerContext ctx, WebSocketRequest.Accepted accepted) {
        stage = Stage.FRAMES;
        isOpened = true;
        ctx.writeAndFlush(ByteBufUtil.writeAscii(ctx.alloc(), accepted.response()));
        String client = accepted.client();
        if (client == null) {
            return;
        }
        SocketAddress peer = ctx.channel().remoteAddress();
        boolean isBelieved =
                switch (options.forwarded()) {
                    case NEVER -> false;
                    case FROM_NEAR -> proxied == null && ForwardedFor.isNear(peer);
                    case ALWAYS -> true;
                };
        if (isBelieved) {
            int port = peer instanceof InetSocketAddress inet ? inet.getPort() : 0;
            ctx.fireUserEventTriggered(new LayerEvent.Address(client + ":" + port));
        }
    }

    private void refuse(ChannelHandlerContext ctx, WebSocketRequest.Refused refused) {
        stage = Stage.OVER;
        if (!refused.response().isEmpty()) {
            ctx.writeAndFlush(ByteBufUtil.writeUtf8(ctx.alloc(), refused.response()));
        }
        ctx.fireUserEventTriggered(new LayerEvent.Refused(refused.why()));
    }

    // ---- frames from the client ----

    /// Two bytes, up to eight of length, four of mask.
    private void readHeader(ChannelHandlerContext ctx, ByteBuf bytes) {
        while (length < 2 || length < 6 + extendedLength(gathered[1] & 0x7F)) {
            if (!bytes.isReadable()) {
                return;
            }
            gathered[length++] = bytes.readByte();
        }
        length = 0;
        long size = gathered[1] & 0x7F;
        int extended = extendedLength((int) size);
        if (extended > 0) {
            size = number(2, extended);
        }
        mask = (int) number(2 + extended, 4);
        String fault = begin(gathered[0] & 0xFF, size);
        if (fault != null) {
            boolean isText = opcode == 1;
            fail(
                    ctx,
                    isText // [MQTT-6.0.0-1]
                            ? UNSUPPORTED_DATA
                            : size > LONGEST_FRAME ? TOO_BIG : PROTOCOL_ERROR,
                    fault);
            return;
        }
        remaining = size;
        isInPayload = true;
        if (size == 0) {
            endFrame(ctx);
        }
    }

    private static int extendedLength(int size) {
        return size == 126 ? 2 : size == 127 ? 8 : 0;
    }

    private long number(int at, int count) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value = value << 8 | gathered[at + i] & 0xFF;
        }
        return value;
    }

    /// @return what is wrong with the frame, null if it may be read
    private @Nullable String begin(int first, long size) {
        opcode = first & 0xF;
        boolean isFinal = (first & FINAL) != 0;
        if ((first & 0x70) != 0) {
            return "it uses an extension of WebSocket that was not agreed on";
        }
        if ((gathered[1] & MASKED) == 0) {
            return "a WebSocket frame of it is not masked";
        }
        return switch (opcode) {
            case CLOSE, PING, PONG -> {
                controlLength = 0;
                yield isFinal && size >= 0 && size <= LONGEST_CONTROL
                        ? null
                        : "a WebSocket control frame of it is too long or in pieces";
            }
            case CONTINUATION, BINARY -> {
                if ((opcode == BINARY) == isInMessage) {
                    yield "a WebSocket frame of it continues nothing, or interrupts another";
                }
                isInMessage = !isFinal;
                yield size >= 0 && size <= LONGEST_FRAME
                        ? null
                        : "a WebSocket frame of it is longer than any MQTT packet";
            }
            case 1 -> "it sent a WebSocket text frame, MQTT needs binary ones";
            default -> "it sent a WebSocket frame of the unknown kind " + opcode;
        };
    }

    private void readData(ChannelHandlerContext ctx, ByteBuf bytes) {
        int count = (int) Math.min(remaining, bytes.readableBytes());
        mask = unmask(bytes, bytes.readerIndex(), count, mask);
        remaining -= count;
        ByteBuf payload = bytes.readRetainedSlice(count);
        if (remaining == 0) {
            isInPayload = false;
        }
        ctx.fireChannelRead(payload);
    }

    private void readControl(ChannelHandlerContext ctx, ByteBuf bytes) {
        int count = (int) Math.min(remaining, bytes.readableBytes());
        mask = unmask(bytes, bytes.readerIndex(), count, mask);
        bytes.readBytes(control, controlLength, count);
        controlLength += count;
        remaining -= count;
        if (remaining == 0) {
            endFrame(ctx);
        }
    }

    private void endFrame(ChannelHandlerContext ctx) {
        isInPayload = false;
        if (opcode == PING) {
            // A client that asks and does not read the answers gets no further ones.
            if (ctx.channel().isWritable()) {
                ctx.writeAndFlush(frame(ctx, PONG, control, controlLength));
            }
        } else if (opcode == CLOSE) {
            stage = Stage.OVER;
            int status =
                    controlLength < 2
                            ? NORMAL_CLOSURE
                            : (control[0] & 0xFF) << 8 | control[1] & 0xFF;
            sendClose(ctx, status);
            ctx.close();
        }
    }

    /// XORs the payload with the mask, eight bytes at a time.
    ///
    /// @return the mask for what follows
    static int unmask(ByteBuf bytes, int from, int count, int mask) {
        long wide = (mask & 0xFFFF_FFFFL) << 32 | mask & 0xFFFF_FFFFL;
        int at = from;
        int end = from + count;
        for (; at + 8 <= end; at += 8) {
            bytes.setLong(at, bytes.getLong(at) ^ wide);
        }
        int rest = mask;
        for (; at < end; at++) {
            bytes.setByte(at, bytes.getByte(at) ^ rest >>> 24);
            rest = Integer.rotateLeft(rest, 8);
        }
        return rest;
    }

    private void fail(ChannelHandlerContext ctx, int status, String why) {
        stage = Stage.OVER;
        sendClose(ctx, status);
        ctx.fireUserEventTriggered(new LayerEvent.Refused(why));
    }

    // ---- frames to the client ----

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf payload && payload.isReadable()) {
            ctx.write(header(ctx, BINARY, payload.readableBytes()), ctx.voidPromise());
        }
        ctx.write(message, promise);
    }

    private static ByteBuf header(ChannelHandlerContext ctx, int kind, int size) {
        ByteBuf header = ctx.alloc().directBuffer(10);
        header.writeByte(FINAL | kind);
        if (size <= LONGEST_CONTROL) {
            header.writeByte(size);
        } else if (size <= 0xFFFF) {
            header.writeByte(126).writeShort(size);
        } else {
            header.writeByte(127).writeLong(size);
        }
        return header;
    }

    private static ByteBuf frame(ChannelHandlerContext ctx, int kind, byte[] payload, int size) {
        return Unpooled.wrappedBuffer(
                header(ctx, kind, size), Unpooled.copiedBuffer(payload, 0, size));
    }

    private void sendClose(ChannelHandlerContext ctx, int status) {
        if (isOpened && !isCloseSent && ctx.channel().isActive()) {
            isCloseSent = true;
            byte[] payload = {(byte) (status >> 8), (byte) status};
            ctx.writeAndFlush(frame(ctx, CLOSE, payload, 2));
        }
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (stage == Stage.FRAMES) {
            stage = Stage.OVER;
            sendClose(ctx, NORMAL_CLOSURE);
        }
        ctx.close(promise);
    }
}
