package io.hawkermq.broker;

import io.hawkermq.broker.transport.ProxyLayer;
import io.hawkermq.broker.transport.PskContext;
import io.hawkermq.broker.transport.PskLayer;
import io.hawkermq.broker.transport.TlsContext;
import io.hawkermq.broker.transport.TlsLayer;
import io.hawkermq.broker.transport.TransportException;
import io.hawkermq.broker.transport.WebSocketLayer;
import io.hawkermq.core.AccessControl;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A [Listener] at work: its sockets, its TLS, and how many connections it has. Decides which are
/// admitted, and gives each the layers that the listener has with [SocketConnection] on top.
final class OpenListener {
    /// What the address of a client behind a Unix socket is called.
    private static final String UNIX_PEER = "unix-socket";

    private final Broker broker;
    private volatile Setup setup;
    private final AtomicInteger connections = new AtomicInteger();
    private volatile boolean isRemoved;

    /// Looked at by the loop that accepts while a reload changes it.
    private final List<ListeningSocket> sockets = new CopyOnWriteArrayList<>();

    /// @throws StartException if the files of its TLS cannot be used
    OpenListener(Broker broker, Listener listener) throws StartException {
        this.broker = broker;
        setup = new Setup(listener, readTls(listener), readPsk(listener));
        warn();
    }

    /// What the next connection gets.
    ///
    /// @param tls of files that were read and can be used
    /// @param psk likewise
    record Setup(Listener listener, @Nullable TlsContext tls, @Nullable PskContext psk) {}

    /// Reads what another listener at the same place needs, to be [applied][#apply] later.
    ///
    /// @throws StartException if a file cannot be used
    Setup prepare(Listener replacement) throws StartException {
        Setup current = setup;
        TlsContext read = readTls(replacement);
        boolean isKept = read != null && current.tls != null && current.tls.isSameAs(read);
        boolean isUnix = replacement.address() instanceof Listener.Address.Unix;
        return new Setup(
                // The permissions of a socket file are those that it was made with.
                isUnix ? replacement.with(l -> l.address(current.listener.address())) : replacement,
                isKept ? current.tls : read,
                readPsk(replacement));
    }

    /// Connections from now on get this; those that are open keep what they have.
    ///
    /// @return true if their TLS is another one
    boolean apply(Setup prepared) {
        boolean isNew = prepared.tls != setup.tls;
        setup = prepared;
        if (isNew) {
            warn();
        }
        return isNew;
    }

    /// Reads the files of a listener's TLS, if it has that.
    ///
    /// @throws StartException if they cannot be used
    static @Nullable TlsContext readTls(Listener listener) throws StartException {
        try {
            return listener.tls() == null
                    ? null
                    : new TlsContext(listener.tls(), applicationProtocol(listener));
        } catch (TransportException e) {
            throw cannotListen(listener, e);
        }
    }

    /// Reads the pre-shared keys of a listener, if it has such.
    ///
    /// @throws StartException if they cannot be used
    static @Nullable PskContext readPsk(Listener listener) throws StartException {
        try {
            return listener.psk() == null
                    ? null
                    : new PskContext(listener.psk(), applicationProtocol(listener));
        } catch (TransportException e) {
            throw cannotListen(listener, e);
        } catch (NoClassDefFoundError e) {
            throw cannotListen(
                    listener,
                    new TransportException(
                            "pre-shared keys need Bouncy Castle, which is not on the class path:"
                                    + " add org.bouncycastle:bctls-jdk18on"));
        }
    }

    private static String applicationProtocol(Listener listener) {
        return listener.webSocket() == null ? "mqtt" : "http/1.1";
    }

    private static StartException cannotListen(Listener listener, TransportException e) {
        return new StartException(
                "Cannot listen on "
                        + name(listener)
                        + ": "
                        + e.getMessage()
                        + "."
                        + place(listener));
    }

    /// For the end of messages: where it was asked for, empty if that is unknown.
    static String place(Listener listener) {
        return listener.origin().isEmpty() ? "" : " Error found at " + listener.origin() + ".";
    }

    private void warn() {
        Setup current = setup;
        List<String> warnings = new ArrayList<>();
        if (current.tls != null) {
            warnings.addAll(current.tls.warnings());
        }
        if (current.psk != null) {
            warnings.addAll(current.psk.warnings());
        }
        for (String warning : warnings) {
            broker.options().log().log(LogLevel.WARNING, name() + ": " + warning + ".");
        }
    }

    /// For messages: `port 8883`.
    String name() {
        return name(listener());
    }

    private static String name(Listener listener) {
        return switch (listener.address()) {
            case Listener.Address.Tcp tcp ->
                    (tcp.host() == null ? "" : tcp.host() + " ") + "port " + tcp.port();
            case Listener.Address.Loopback loopback -> "port " + loopback.port();
            case Listener.Address.Unix unix -> unix.path().toString();
        };
    }

    /// Tells the log of a connection that has brought a CONNECT. Mosquitto does it for all that it accepts,
    /// and the looks of a proxy, an HTTP request or a TLS handshake that fails have a line more, or one
    /// every other second.
    void announce(String address) {
        EventLog log = broker.options().log();
        if (log.isEnabled(LogLevel.CONNECTION)) {
            log.log(LogLevel.CONNECTION, "New connection from " + address + " on " + where() + ".");
        }
    }

    /// Where a connection has come to, as Mosquitto says it: `port 8883` or the path of a Unix socket.
    private String where() {
        return switch (listener().address()) {
            case Listener.Address.Tcp tcp -> "port " + port(tcp.port());
            case Listener.Address.Loopback loopback -> "port " + port(loopback.port());
            case Listener.Address.Unix unix -> unix.path().toString();
        };
    }

    /// The one that the system has chosen if it was asked for port 0, as far as it is open still.
    private int port(int wanted) {
        if (wanted == 0) {
            for (ListeningSocket socket : sockets) {
                if (socket.address() instanceof InetSocketAddress chosen) {
                    return chosen.getPort();
                }
            }
        }
        return wanted;
    }

    Listener listener() {
        return setup.listener;
    }

    List<ListeningSocket> sockets() {
        return sockets;
    }

    /// A reload has removed it: nobody is let in through it from now on.
    void removed() {
        isRemoved = true;
    }

    /// True if no reload reaches any more what it decides by.
    boolean isRemoved() {
        return isRemoved;
    }

    /// Reads the files of its TLS again.
    ///
    /// @throws TransportException if they cannot be used; those read before stay in force
    void reloadCertificates() throws TransportException {
        Setup current = setup;
        if (current.tls != null) {
            current.tls.reload();
        }
        if (current.psk != null) {
            current.psk.reload();
        }
        warn();
    }

    /// Counts a connection that was accepted.
    ///
    /// @return false if it is to be closed at once
    boolean admits(Accepted accepted) {
        if (isIpv6Only() && accepted.isIpv4ThroughIpv6()) {
            return false; // a socket for all IPv6 addresses takes IPv4 too
        }
        if (isFull()) {
            broker.options()
                    .log()
                    .log(
                            LogLevel.NOTICE,
                            "Client connection from "
                                    + address(accepted)
                                    + " denied: max_connections exceeded.");
            return false;
        }
        connections.incrementAndGet();
        broker.connections().opened();
        return true;
    }

    /// True if it has all connections that it may have, or the broker has.
    boolean isFull() {
        return connections.get() >= listener().maximumConnections()
                || broker.connections().open() >= broker.options().maximumConnections();
    }

    private boolean isIpv6Only() {
        return listener().address() instanceof Listener.Address.Tcp tcp
                && (tcp.family() == Listener.Family.IPV6 || tcp.host() != null);
    }

    /// Makes a connection of what was admitted.
    ///
    /// @param loop the one that it begins on
    /// @return to be opened
    Wire start(Accepted accepted, Loop loop, ByteBufAllocator allocator) {
        Setup current = setup;
        Listener listener = current.listener;
        AccessControl access =
                listener.access() == null ? broker.options().access() : listener.access();
        return new SocketConnection(
                        broker,
                        this,
                        loop,
                        address(accepted),
                        access,
                        listener.terms(),
                        owner -> wire(accepted, allocator, current, owner))
                .wire();
    }

    private Wire wire(
            Accepted accepted, ByteBufAllocator allocator, Setup current, SocketConnection owner) {
        int most = broker.options().maximumOutboundBytes();
        if (current.listener.isPlain() && accepted instanceof Accepted.Descriptor plain) {
            return new SocketWire(plain.fd(), allocator, most, this::ended, owner);
        }
        Channel channel = accepted.channel();
        channel.config()
                .setAllocator(allocator)
                .setWriteBufferWaterMark(new WriteBufferWaterMark(most / 2, most));
        if (!current.listener.isPlain()) {
            addLayers(channel, current);
        }
        if (current.tls == null && current.psk == null) {
            // Not with TLS, which holds what it has read of an unfinished record.
            channel.config().setRecvByteBufAllocator(new LoopReadBuffer(owner));
        }
        ChannelWire wire = new ChannelWire(channel, owner);
        channel.pipeline().addLast("mqtt", wire);
        // Last: until here whoever starts it counts back.
        channel.closeFuture().addListener(closed -> ended());
        return wire;
    }

    /// A connection that was admitted is closed.
    void ended() {
        connections.decrementAndGet();
        broker.connections().closed();
    }

    private static void addLayers(Channel channel, Setup current) {
        Listener listener = current.listener;
        TlsContext tls = current.tls;
        if (listener.proxy() != null) {
            channel.pipeline().addLast(new ProxyLayer(listener.proxy()));
        }
        if (tls != null) {
            TlsLayer.add(channel, tls);
        }
        if (current.psk != null) {
            PskLayer.add(channel, current.psk);
        }
        if (listener.webSocket() != null) {
            channel.pipeline().addLast(new WebSocketLayer(listener.webSocket()));
        }
        if (listener.tap() != null) {
            channel.pipeline().addLast(listener.tap().get());
        }
    }

    /// Ends the layers of a connection, from the top down, so that its peer knows that nothing more
    /// comes.
    static void endLayers(Channel channel) {
        WebSocketLayer.closeOutbound(channel);
        TlsLayer.closeOutbound(channel);
        if (channel.pipeline().get(PskLayer.NAME) != null) {
            PskLayer.closeOutbound(channel);
        }
    }

    private static String address(Accepted accepted) {
        InetSocketAddress peer = accepted.peer();
        if (peer == null) {
            return accepted.isUnix() ? UNIX_PEER : "unknown";
        }
        return NetUtil.toAddressString(Objects.requireNonNull(peer.getAddress()))
                + ":"
                + peer.getPort();
    }
}
