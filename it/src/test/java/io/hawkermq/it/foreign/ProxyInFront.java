package io.hawkermq.it.foreign;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/// A proxy that says who the client is, with a header before its first byte. For one connection at
/// a time.
final class ProxyInFront implements AutoCloseable {
    private final ServerSocket server;
    private final int target;
    private final byte[] header;

    ProxyInFront(int target, byte[] header) throws IOException {
        this.target = target;
        this.header = header.clone();
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::run);
    }

    int port() {
        return server.getLocalPort();
    }

    private void run() {
        while (!server.isClosed()) {
            try (Socket client = server.accept();
                    Socket broker = new Socket(InetAddress.getLoopbackAddress(), target)) {
                broker.getOutputStream().write(header);
                Thread back = Thread.ofVirtual().start(() -> copy(broker, client));
                copy(client, broker);
                back.join();
            } catch (IOException e) {
                // the next one
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            // one of both has closed
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
