package io.hawkermq.broker;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/// A socket that is bound to an address and accepts connections.
sealed interface ListeningSocket permits EpollListeningSocket, NioListeningSocket {
    /// Connections that the system keeps for a socket until it accepts them.
    int BACKLOG = 4_096;

    /// Opens one; called by any thread but that of the acceptor's loop.
    ///
    /// @param address of TCP, of IPv4 or IPv6 alone, or of the Unix domain
    /// @throws IOException with the system's reason if it cannot be had
    static ListeningSocket open(SocketAddress address, Acceptor acceptor) throws IOException {
        return Epoll.isAvailable()
                ? EpollListeningSocket.open(address, acceptor)
                : NioListeningSocket.open(address, acceptor);
    }

    /// Of one family, so that an IPv4 address does not open IPv6 as well.
    static SocketProtocolFamily family(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address
                ? SocketProtocolFamily.INET6
                : SocketProtocolFamily.INET;
    }

    /// Where it is, with the port that the system chose if it was asked for port 0.
    SocketAddress address();

    /// When it returns, nothing more is accepted; called by any thread but that of its loop.
    void stop();
}
