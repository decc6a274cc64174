package io.hawkermq.client;

import io.hawkermq.protocol.ByteWriter;
import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketDecoder;
import io.hawkermq.protocol.PacketEncoder;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicNames;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/// A server that does what a test tells it, right or wrong. Nothing waits longer than ten seconds.
final class ScriptedServer implements Closeable {
    private static final int PATIENCE = 10_000;

    private final ServerSocket listening;

    ScriptedServer() throws IOException {
        listening = new ServerSocket(0, 2_000, InetAddress.getLoopbackAddress());
        listening.setSoTimeout(PATIENCE);
    }

    int port() {
        return listening.getLocalPort();
    }

    String uri() {
        return "mqtt://127.0.0.1:" + port();
    }

    /// The next connection.
    Peer accept() throws IOException {
        return new Peer(listening.accept());
    }

    /// The next connection, accepted with a CONNACK.
    Peer accept(boolean sessionPresent) throws Exception {
        Peer peer = accept();
        peer.read();
        peer.connack(sessionPresent, Properties.NONE);
        return peer;
    }

    /// Nobody can connect any more; the connections stay.
    void refuse() throws IOException {
        listening.close();
    }

    @Override
    public void close() throws IOException {
        refuse();
    }

    /// One client's connection.
    static final class Peer implements Closeable {
        final Socket socket;
        private final PacketDecoder decoder =
                PacketDecoder.forServer(new TopicNames(), Integer.MAX_VALUE);
        private final byte[] buffer = new byte[8_192];

        Peer(Socket socket) throws IOException {
            this.socket = socket;
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE);
        }

        /// The next packet, or null if the client has closed the connection.
        @Nullable Packet poll() throws IOException, MalformedPacketException {
            while (true) {
                Packet packet = decoder.next();
                if (packet != null) {
                    return packet;
                }
                decoder.stash();
                int count = socket.getInputStream().read(buffer);
                if (count < 0) {
                    return null;
                }
                decoder.feed(buffer, 0, count);
            }
        }

        /// The next packet.
        Packet read() throws IOException, MalformedPacketException {
            Packet packet = poll();
            if (packet == null) {
                throw new IOException("the client has closed the connection");
            }
            return packet;
        }

        <T extends Packet> T read(Class<T> type) throws IOException, MalformedPacketException {
            return type.cast(read());
        }

        ProtocolVersion version() {
            ProtocolVersion version = decoder.version();
            return version == null ? ProtocolVersion.MQTT_5 : version;
        }

        static byte[] bytes(Packet packet, ProtocolVersion version) {
            ByteWriter out = new ByteWriter(64, Integer.MAX_VALUE - 16);
            PacketEncoder.encode(packet, version, PacketEncoder.LARGEST_PACKET, out);
            return java.util.Arrays.copyOf(out.array(), out.length());
        }

        void send(Packet packet) throws IOException {
            send(bytes(packet, version()));
        }

        void send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        void connack(boolean sessionPresent, Properties properties) throws IOException {
            send(new Packet.Connack(sessionPresent, ReasonCode.SUCCESS, properties));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }

        /// Closes with a TCP reset.
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }
}
