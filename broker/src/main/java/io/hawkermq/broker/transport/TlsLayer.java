package io.hawkermq.broker.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/// Stands above Netty's TLS and tells who the client is, or in one sentence what went wrong.
///
/// The work of a handshake, a millisecond or more of computing, is done by virtual threads, so that
/// clients that arrive in crowds do not stop the messages of those that are there.
public final class TlsLayer extends ChannelInboundHandlerAdapter {
    private static final ExecutorService HANDSHAKES =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("hawker-tls-", 0).factory());

    private final TlsOptions.Identity identity;
    private boolean isRefused;

    private TlsLayer(TlsOptions.Identity identity) {
        this.identity = identity;
    }

    /// Adds the layer at the end of the channel's pipeline.
    public static void add(Channel channel, TlsContext context) {
        SslHandler tls = new SslHandler(context.engine(), HANDSHAKES);
        tls.setHandshakeTimeoutMillis(0); // the time for a CONNECT counts
        channel.pipeline().addLast(tls, new TlsLayer(context.options().identity()));
    }

    /// Says within TLS that nothing more will be sent; does nothing without TLS.
    public static void closeOutbound(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls != null) {
            tls.closeOutbound();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        switch (event) {
            case SslHandshakeCompletionEvent done when done.isSuccess() -> greet(ctx);
            case SslHandshakeCompletionEvent done -> refuse(ctx, done.cause());
            case SslCloseCompletionEvent _ -> ctx.close(); // nobody speaks half of MQTT
            default -> ctx.fireUserEventTriggered(event);
        }
    }

    private void greet(ChannelHandlerContext ctx) {
        if (identity != TlsOptions.Identity.CONNECT) {
            SSLEngine engine = ctx.pipeline().get(SslHandler.class).engine();
            ctx.fireUserEventTriggered(new LayerEvent.Named(userName(engine)));
        }
    }

    private @Nullable String userName(SSLEngine engine) {
        try {
            X509Certificate certificate =
                    (X509Certificate) engine.getSession().getPeerCertificates()[0];
            X500Principal subject = certificate.getSubjectX500Principal();
            String name =
                    identity == TlsOptions.Identity.SUBJECT
                            ? subject.getName(X500Principal.RFC2253)
                            : commonName(subject);
            return name == null || name.isEmpty() ? null : name;
        } catch (SSLPeerUnverifiedException e) {
            return null; // it has none
        }
    }

    /// The last Common Name of several in the subject's own order: the most specific one.
    static @Nullable String commonName(Principal subject) {
        try {
            // In the text the most specific part comes first, in LdapName at the end.
            LdapName parts = new LdapName(subject.getName());
            for (int i = parts.size() - 1; i >= 0; i--) {
                Rdn part = parts.getRdn(i);
                if (part.getType().equalsIgnoreCase("CN") && part.getValue() instanceof String s) {
                    return s;
                }
            }
        } catch (InvalidNameException e) {
            return null; // no name that anybody could use
        }
        return null;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        refuse(ctx, cause);
    }

    private void refuse(ChannelHandlerContext ctx, Throwable cause) {
        if (!isRefused) {
            isRefused = true;
            ctx.fireUserEventTriggered(new LayerEvent.Refused(TlsFailure.describe(cause)));
        }
    }
}
