package io.hawkermq.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One attempt to reach the server: a thread of its own that may block wherever names are resolved,
/// credentials fetched and handshakes made, and a loop that may give it up at any time by closing
/// the channel.
final class Attempt implements Runnable {
    private final ClientCore core;
    private final ClientOptions options;
    private final ServerAddress server;
    private final AtomicReference<@Nullable SocketChannel> open = new AtomicReference<>();
    private volatile boolean isGivenUp;

    Attempt(ClientCore core, ClientOptions options, ServerAddress server) {
        this.core = core;
        this.options = options;
        this.server = server;
    }

    /// What the attempt has brought: a channel that does not block any more, its layers, and what
    /// CONNECT needs.
    record Opened(
            ByteLayer layer,
            Credentials credentials,
            @Nullable Authenticator authenticator,
            byte @Nullable [] authenticationData) {}

    /// Called by the loop: the attempt is to end soon, and what it brings is not wanted.
    void giveUp() {
        isGivenUp = true;
        closeQuietly(open.get());
    }

    boolean isGivenUp() {
        return isGivenUp;
    }

    @Override
    public void run() {
        Credentials credentials = Credentials.NONE;
        if (options.credentials() != null) {
            try {
                credentials = options.credentials().next();
            } catch (Exception e) {
                core.attemptFailed(this, new Ending.HookFailed(e));
                return;
            }
        }
        Authenticator authenticator = null;
        byte[] first = null;
        if (options.authenticator() != null) {
            try {
                authenticator = options.authenticator().next();
                first = Authentication.checked(authenticator.first());
            } catch (Exception e) {
                core.attemptFailed(
                        this, new Ending.AuthenticationFailed(String.valueOf(e.getMessage()), e));
                return;
            }
        }
        try {
            ByteLayer layer = connect();
            layer.channel().configureBlocking(false);
            core.opened(this, new Opened(layer, credentials, authenticator, first));
        } catch (Exception e) {
            closeQuietly(open.get());
            core.attemptFailed(this, new Ending.Unreachable(server.toString(), e));
        }
    }

    /// The layers from below: socket, proxy, TLS, WebSocket.
    private ByteLayer connect() throws IOException {
        Transport transport = options.transport();
        ByteLayer layer = new ByteLayer.Plain(socket(transport.proxy()));
        if (server.kind().isTls()) {
            Tls tls = transport.tls() == null ? Tls.standard() : transport.tls();
            TlsLayer above =
                    new TlsLayer(layer.channel(), tls.engine(server.host(), server.port()));
            above.handshake();
            layer = above;
        }
        if (server.kind().isWebSocket()) {
            WebSocketLayer above = new WebSocketLayer(layer);
            above.handshake(server.toString(), server.path(), transport.headers());
            layer = above;
        }
        return layer;
    }

    private SocketChannel socket(@Nullable Proxy proxy) throws IOException {
        if (server.kind() == ServerAddress.Kind.UNIX) {
            SocketChannel channel = own(SocketChannel.open(StandardProtocolFamily.UNIX));
            channel.connect(UnixDomainSocketAddress.of(server.path()));
            return channel;
        }
        if (proxy == null) {
            return tcp(server.host(), server.port());
        }
        SocketChannel channel = tcp(proxy.host(), proxy.port());
        new ProxyHandshake(channel, proxy, server.host(), server.port()).run();
        return channel;
    }

    private SocketChannel tcp(String host, int port) throws IOException {
        IOException failure = null;
        for (InetAddress address : InetAddress.getAllByName(host)) {
            SocketChannel channel = own(SocketChannel.open());
            try {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                if (options.transport().localAddress() != null) {
                    channel.bind(new InetSocketAddress(options.transport().localAddress(), 0));
                }
                channel.connect(new InetSocketAddress(address, port));
                return channel;
            } catch (IOException e) {
                closeQuietly(channel);
                if (isGivenUp) {
                    throw e;
                }
                if (failure != null) {
                    e.addSuppressed(failure);
                }
                failure = e;
            }
        }
        throw failure == null ? new IOException("no address") : failure;
    }

    private SocketChannel own(SocketChannel channel) throws IOException {
        open.set(channel);
        if (isGivenUp) {
            channel.close();
        }
        return channel;
    }

    static void closeQuietly(@Nullable SocketChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // Nobody is left whom it could concern.
                System.getLogger("io.hawkermq.client").log(System.Logger.Level.TRACE, "close", e);
            }
        }
    }
}
