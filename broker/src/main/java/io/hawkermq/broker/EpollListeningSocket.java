package io.hawkermq.broker;

import io.netty.channel.ChannelException;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.NativeInetAddress;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/// A listening socket on Linux, without a channel of Netty's: such makes another channel of each
/// connection and asks the system four times about it, and a [SocketWire] needs nothing of that. When
/// a whole fleet comes back at once, that is a tenth of what its connections cost.
///
/// Its loop is told again and again while somebody waits to be accepted (level-triggered): so each
/// turn takes a few, and the connections that are there have theirs in between.
final class EpollListeningSocket implements ListeningSocket, EpollIoHandle {
    private static final int MOST_AT_ONCE = 16;

    /// What the system tells anyhow. Netty takes a handle that asks for nothing out of the system's
    /// list, and cannot put it back.
    private static final EpollIoOps NOTHING = EpollIoOps.EPOLLERR;

    /// What the system's address needs at most, with its length in front.
    private static final int ADDRESS_BYTES = 26;

    private final LinuxSocket socket;
    private final Acceptor acceptor;
    private final SocketAddress address;
    private final byte[] peer = new byte[ADDRESS_BYTES];
    private @Nullable IoRegistration registration;

    private EpollListeningSocket(LinuxSocket socket, SocketAddress address, Acceptor acceptor) {
        this.socket = socket;
        this.address = address;
        this.acceptor = acceptor;
    }

    static EpollListeningSocket open(SocketAddress address, Acceptor acceptor) throws IOException {
        LinuxSocket socket = opened(address);
        try {
            socket.bind(address);
            socket.listen(BACKLOG);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
        SocketAddress bound =
                address instanceof InetSocketAddress ? socket.localAddress() : address;
        EpollListeningSocket listening = new EpollListeningSocket(socket, bound, acceptor);
        try {
            listening.join();
        } catch (IOException | RuntimeException e) {
            listening.stop();
            throw e;
        }
        return listening;
    }

    /// Not bound yet.
    static LinuxSocket opened(SocketAddress address) throws IOException {
        try {
            if (!(address instanceof InetSocketAddress inet)) {
                return LinuxSocket.newSocketDomain();
            }
            LinuxSocket socket = LinuxSocket.newSocketStream(ListeningSocket.family(inet));
            socket.setReuseAddress(true);
            socket.setTcpNoDelay(true); // on Linux what it accepts inherits that
            return socket;
        } catch (ChannelException e) { // Netty's own, around the system's
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getMessage(), e);
        }
    }

    private void join() throws IOException {
        Loop loop = acceptor.loop();
        Future<IoRegistration> joined = loop.register(this).awaitUninterruptibly();
        registration = joined.getNow();
        // Only now the system is asked, which watches only so many.
        Future<?> begun =
                joined.isSuccess()
                        ? loop.eventLoop().submit(this::accept).awaitUninterruptibly()
                        : joined;
        if (!begun.isSuccess()) {
            throw new IOException(Listening.reason(begun.cause()), begun.cause());
        }
    }

    /// Accepts, or goes on with it after a pause; called by the loop.
    private void accept() {
        if (registration != null && socket.isOpen()) {
            registration.submit(EpollIoOps.EPOLLIN);
        }
    }

    @Override
    public FileDescriptor fd() {
        return socket;
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
        try {
            for (int i = 0; i < MOST_AT_ONCE && socket.isOpen(); i++) {
                int accepted = socket.accept(peer);
                if (accepted < 0) {
                    return;
                }
                acceptor.take(
                        new Accepted.Descriptor(
                                new FileDescriptor(accepted), peerAddress(), address));
            }
        } catch (IOException | RuntimeException | Error e) {
            from.submit(NOTHING);
            acceptor.failed(e, this::accept);
        }
    }

    private @Nullable InetSocketAddress peerAddress() {
        return address instanceof InetSocketAddress
                ? NativeInetAddress.address(peer, 1, peer[0])
                : null;
    }

    @Override
    public SocketAddress address() {
        return address;
    }

    @Override
    public void stop() {
        try {
            acceptor.loop().eventLoop().submit(this::close).awaitUninterruptibly();
        } catch (RejectedExecutionException e) {
            close(); // the loop has ended
        }
    }

    /// Called by the loop, also at its own end.
    @Override
    public void close() {
        if (!socket.isOpen()) {
            return;
        }
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing was to be sent.
        }
        if (registration != null) {
            registration.cancel();
        }
    }
}
