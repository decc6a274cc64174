package io.hawkermq.broker;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Sends datagrams to Unix sockets, which Java itself cannot: it has streams only. Netty's native
/// half has them, on Linux, and is loaded anyway.
///
/// Never waits: what the receiver has no room for is not sent. Owns the socket and a buffer of
/// [#LARGEST] bytes outside the heap. May be called by any thread.
final class UnixDatagrams implements AutoCloseable {
    static final int LARGEST = 8_192;

    private final Socket socket = Socket.newSocketDomainDgram();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(LARGEST);

    /// Whether this system has them.
    static boolean isAvailable() {
        return Epoll.isAvailable();
    }

    /// @param path of the receiver; one that begins with `@` has a name instead of a file
    /// @param bytes cut after [#LARGEST]
    /// @throws IOException if nobody receives there
    synchronized void send(String path, byte[] bytes) throws IOException {
        byte[] address = path.getBytes(StandardCharsets.UTF_8);
        if (path.startsWith("@")) {
            address[0] = 0; // Linux's abstract names
        }
        buffer.clear();
        buffer.put(bytes, 0, Math.min(bytes.length, LARGEST));
        int sent = socket.sendToDomainSocket(buffer, 0, buffer.position(), address);
        assert sent <= LARGEST; // 0 or less: no room
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // nothing was buffered
        }
    }
}
