package io.hawkermq.broker.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Arrays;

/// Takes the header of the PROXY protocol off the beginning of a connection, tells what it says and
/// leaves the pipeline.
///
/// As with Mosquitto, a connection that the proxy opens to see whether the broker is alive (command
/// LOCAL) is closed as soon as its header was read.
public final class ProxyLayer extends ChannelInboundHandlerAdapter {
    private final ProxyOptions options;
    private byte[] header = new byte[ProxyHeader.LONGEST_V1];
    private int length;
    private boolean isRefused;

    public ProxyLayer(ProxyOptions options) {
        this.options = options;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        boolean isHandedOn = false;
        try {
            if (isRefused) {
                return;
            }
            int count = Math.min(bytes.readableBytes(), ProxyHeader.LONGEST_V2 - length);
            if (length + count > header.length) {
                header = Arrays.copyOf(header, length + count);
            }
            bytes.readBytes(header, length, count);
            length += count;
            switch (ProxyHeader.parse(header, length, options.version())) {
                case ProxyHeader.Incomplete _ -> {}
                case ProxyHeader.Corrupt _ -> refuse(ctx, "corrupt PROXY header");
                case ProxyHeader.Local _ -> {
                    isRefused = true;
                    ctx.fireUserEventTriggered(new LayerEvent.Probed());
                }
                case ProxyHeader.Complete complete -> {
                    // What follows the header has come with these bytes: without them the header
                    // was incomplete.
                    bytes.readerIndex(bytes.readerIndex() - (length - complete.length()));
                    if (tell(ctx, complete)) {
                        if (bytes.isReadable()) {
                            isHandedOn = true;
                            ctx.fireChannelRead(bytes);
                        }
                        ctx.pipeline().remove(this);
                    }
                }
            }
        } finally {
            if (!isHandedOn) {
                bytes.release();
            }
        }
    }

    /// @return false if the connection is refused
    private boolean tell(ChannelHandlerContext ctx, ProxyHeader.Complete header) {
        if (header.source() != null) {
            ctx.fireUserEventTriggered(new LayerEvent.Address(header.source()));
        }
        ProxyHeader.ClientTls tls = header.tls();
        boolean isVerified = tls != null && tls.isVerified();
        if (tls != null && tls.version() != null && tls.cipher() != null) {
            ctx.fireUserEventTriggered(
                    new LayerEvent.Negotiated(tls.version() + " cipher " + tls.cipher()));
        }
        if (options.clientTls() == ProxyOptions.ClientTls.REQUIRED && tls == null) {
            refuse(ctx, "client did not connect using TLS");
            return false;
        }
        if (options.clientTls() == ProxyOptions.ClientTls.WITH_CERTIFICATE && !isVerified) {
            refuse(ctx, "client did not provide a certificate");
            return false;
        }
        if (options.identity() == TlsOptions.Identity.COMMON_NAME) {
            // A name counts only if the proxy has verified the certificate that it stands in.
            ctx.fireUserEventTriggered(
                    new LayerEvent.Named(isVerified && tls != null ? tls.commonName() : null));
        }
        return true;
    }

    private void refuse(ChannelHandlerContext ctx, String why) {
        isRefused = true;
        ctx.fireUserEventTriggered(new LayerEvent.Refused(why));
    }
}
