package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EpollListeningSocketTest {
    /// Nobody asks for it for each connection; without it an answer can wait 40 ms for another.
    @Test
    void whatIsAcceptedSendsAtOnce() throws Exception {
        assumeTrue(Epoll.isAvailable(), "there is no epoll here");
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Socket listening = EpollListeningSocket.opened(any);
        try {
            listening.bind(any);
            listening.listen(1);
            InetSocketAddress address = listening.localAddress();
            try (var _ = new java.net.Socket(address.getAddress(), address.getPort())) {
                Socket accepted = new Socket(accept(listening));
                try {
                    assertTrue(accepted.isTcpNoDelay());
                } finally {
                    accepted.close();
                }
            }
        } finally {
            listening.close();
        }
    }

    private static int accept(Socket listening) throws Exception {
        int fd = -1;
        while (fd < 0) {
            if (Thread.interrupted()) { // by the timeout
                throw new InterruptedException("nobody is accepted");
            }
            fd = listening.accept(new byte[26]);
        }
        return fd;
    }
}
