package io.hawkermq.cli.load;

import io.hawkermq.protocol.ByteWriter;
import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketDecoder;
import io.hawkermq.protocol.PacketEncoder;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicNames;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Relays each PUBLISH to all subscribers at QoS 0, except that it loses each `lost`-th and sends
/// each `doubled`-th twice; 0 for none. Counts both.
final class LossyBroker implements AutoCloseable {
    private static final int LARGEST_PACKET = 1_000_000;

    private final ServerSocket server;
    private final int lost;
    private final int doubled;
    private final List<Socket> subscribers = new CopyOnWriteArrayList<>();
    private int messages;
    private int losses;
    private int doubles;

    LossyBroker(int lost, int doubled) throws IOException {
        this.lost = lost;
        this.doubled = doubled;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    String port() {
        return Integer.toString(server.getLocalPort());
    }

    synchronized int losses() {
        return losses;
    }

    synchronized int doubles() {
        return doubles;
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException e) {
            // The test is over.
            return;
        }
    }

    private void serve(Socket socket) {
        PacketDecoder decoder = PacketDecoder.forServer(new TopicNames(), LARGEST_PACKET);
        byte[] bytes = new byte[65_536];
        try (socket) {
            for (int n = socket.getInputStream().read(bytes);
                    n >= 0;
                    n = socket.getInputStream().read(bytes)) {
                decoder.feed(bytes, 0, n);
                for (Packet p = decoder.next(); p != null; p = decoder.next()) {
                    answer(socket, p);
                }
                decoder.stash();
            }
        } catch (IOException | MalformedPacketException e) {
            // The run sees the end of its connection.
            return;
        }
    }

    private void answer(Socket socket, Packet packet) throws IOException {
        switch (packet) {
            case Packet.Connect ignored ->
                    send(socket, new Packet.Connack(false, ReasonCode.SUCCESS, Properties.NONE));
            case Packet.Subscribe s -> {
                subscribers.add(socket);
                send(
                        socket,
                        new Packet.Suback(
                                s.packetId(),
                                List.of(ReasonCode.granted(QoS.AT_MOST_ONCE)),
                                Properties.NONE));
            }
            case Packet.Publish p -> {
                if (p.qos() == QoS.AT_LEAST_ONCE) {
                    send(
                            socket,
                            new Packet.Puback(p.packetId(), ReasonCode.SUCCESS, Properties.NONE));
                }
                relay(p);
            }
            case Packet.Disconnect ignored -> socket.close();
            default -> {
                // A load generator sends nothing else that wants an answer.
            }
        }
    }

    private synchronized void relay(Packet.Publish p) throws IOException {
        messages++;
        if (lost > 0 && messages % lost == 0) {
            losses++;
            return;
        }
        Packet copy =
                new Packet.Publish(
                        false, QoS.AT_MOST_ONCE, false, p.topic(), 0, Properties.NONE, p.payload());
        for (Socket s : subscribers) {
            send(s, copy);
            if (doubled > 0 && messages % doubled == 0) {
                doubles++;
                send(s, copy);
            }
        }
    }

    private static void send(Socket socket, Packet packet) throws IOException {
        ByteWriter writer = new ByteWriter(256, LARGEST_PACKET);
        PacketEncoder.encode(packet, ProtocolVersion.MQTT_5, Long.MAX_VALUE, writer);
        socket.getOutputStream().write(writer.array(), 0, writer.length());
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
