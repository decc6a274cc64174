package io.hawkermq.broker;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// A connection that a [ListeningSocket] has accepted, in no loop yet.
sealed interface Accepted {
    /// Null for a client behind a Unix socket, or one that has gone already.
    @Nullable InetSocketAddress peer();

    boolean isUnix();

    /// True for a client of IPv4 at a socket of IPv6.
    boolean isIpv4ThroughIpv6();

    /// For those who need layers.
    Channel channel();

    /// Closes it; it has not become anything else.
    void close();

    /// What the system's own call accepted.
    ///
    /// @param peer null for a client behind a Unix socket
    /// @param at the address of the socket that has accepted it
    record Descriptor(FileDescriptor fd, @Nullable InetSocketAddress peer, SocketAddress at)
            implements Accepted {
        @Override
        public boolean isUnix() {
            return peer == null;
        }

        @Override
        public boolean isIpv4ThroughIpv6() {
            return Accepted.isIpv4ThroughIpv6(peer, at);
        }

        @Override
        public Channel channel() {
            return isUnix()
                    ? new EpollDomainSocketChannel(fd.intValue(), true)
                    : new EpollSocketChannel(fd.intValue());
        }

        @Override
        public void close() {
            try {
                fd.close();
            } catch (IOException e) {
                // It has brought nothing and was sent nothing.
            }
        }
    }

    /// What Netty has accepted where there is no epoll.
    record OfNetty(Channel channel, SocketAddress at) implements Accepted {
        @Override
        public @Nullable InetSocketAddress peer() {
            SocketAddress address = channel.remoteAddress();
            return address instanceof InetSocketAddress inet ? inet : null;
        }

        @Override
        public boolean isUnix() {
            return !(channel.localAddress() instanceof InetSocketAddress);
        }

        @Override
        public boolean isIpv4ThroughIpv6() {
            return Accepted.isIpv4ThroughIpv6(peer(), at);
        }

        @Override
        public void close() {
            channel.unsafe().closeForcibly();
        }
    }

    private static boolean isIpv4ThroughIpv6(@Nullable InetSocketAddress peer, SocketAddress at) {
        return peer != null
                && peer.getAddress() instanceof Inet4Address
                && at instanceof InetSocketAddress own
                && own.getAddress() instanceof Inet6Address;
    }
}
