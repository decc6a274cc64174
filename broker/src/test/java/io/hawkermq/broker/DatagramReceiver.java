package io.hawkermq.broker;

import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

/// A Unix socket that datagrams are sent to, as the system's log and systemd have one.
final class DatagramReceiver implements AutoCloseable {
    private static final long PATIENCE_NANOS = 10_000_000_000L;

    private final Socket socket = Socket.newSocketDomainDgram();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(UnixDatagrams.LARGEST);

    DatagramReceiver(String path) throws IOException {
        socket.bind(new DomainSocketAddress(path));
    }

    /// Waits for the next one.
    String next() throws IOException {
        long giveUp = System.nanoTime() + PATIENCE_NANOS;
        while (System.nanoTime() < giveUp) {
            buffer.clear();
            var from = socket.recvFromDomainSocket(buffer, 0, buffer.capacity());
            if (from != null) {
                byte[] bytes = new byte[from.receivedAmount()];
                buffer.get(0, bytes);
                return new String(bytes, StandardCharsets.UTF_8);
            }
            LockSupport.parkNanos(1_000_000); // Netty makes sockets that never wait
        }
        throw new AssertionError("no datagram has come");
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
