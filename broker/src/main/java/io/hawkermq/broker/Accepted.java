package io.hawkermq.broker;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// A connection that a [ListeningSocket] has accepted, in no loop yet.
sealed interface Accepted {
    /// Null for a client behind a Unix socket, or one that has gone already.
    @Nullable InetSocketAddress peer();

    boolean isUnix();

    /// For those who need layers.
    Channel channel();

    /// Closes it; it has not become anything else.
    void close();

    /// What the system's own call accepted.
    ///
    /// @param peer null for a client behind a Unix socket
    record Descriptor(FileDescriptor fd, @Nullable InetSocketAddress peer) implements Accepted {
        @Override
        public boolean isUnix() {
            return peer == null;
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
    record OfNetty(Channel channel) implements Accepted {
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
        public void close() {
            channel.unsafe().closeForcibly();
        }
    }
}
