package io.hawkermq.cli;

import io.hawkermq.protocol.ByteWriter;
import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketDecoder;
import io.hawkermq.protocol.PacketEncoder;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.protocol.TopicNames;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A short life of each tool against a broker that knows just enough to answer: the training run of
/// the ahead-of-time cache, which makes Java load and link beforehand the classes that were used.
final class Rehearsal {
    private static final int LARGEST_PACKET = 100_000;

    private Rehearsal() {}

    static void run() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> serve(server));
            String port = Integer.toString(server.getLocalPort());
            Stdio io =
                    new Stdio(
                            new ByteArrayInputStream("a\nb\n".getBytes(StandardCharsets.UTF_8)),
                            new PrintStream(new ByteArrayOutputStream(), false),
                            new PrintStream(new ByteArrayOutputStream(), false),
                            Map.of("HOME", "/nowhere"),
                            Runtime.getRuntime()::halt);
            String host = server.getInetAddress().getHostAddress();
            for (String version : List.of("311", "5")) {
                List<String> all = List.of("-h", host, "-p", port, "-V", version, "-q", "1");
                PubCommand.run(with(all, "-t", "t", "-m", "m", "-d", "-r"), io);
                SubCommand.run(with(all, "-t", "t", "-v", "-C", "1"), io);
                SubCommand.run(with(all, "-t", "t", "-C", "1", "-F", "%I %j %t %p %x"), io);
                RrCommand.run(with(all, "-t", "t", "-e", "t", "-m", "m"), io);
            }
            PubCommand.run(List.of("-h", host, "-p", port, "-t", "t", "-l"), io);
            PubCommand.run(List.of("--help"), io);
            PubCommand.run(List.of("--wrong"), io);
            PasswdCommand.run(List.of("-c", "-b", "-", "user", "password"), io);
        }
    }

    private static List<String> with(List<String> first, String... more) {
        List<String> all = new java.util.ArrayList<>(first);
        Collections.addAll(all, more);
        return all;
    }

    private static void serve(ServerSocket server) {
        try {
            while (true) {
                try (Socket socket = server.accept()) {
                    socket.setTcpNoDelay(true);
                    talk(socket);
                } catch (MalformedPacketException e) {
                    System.err.println("rehearsal: " + e.getMessage());
                }
            }
        } catch (IOException e) {
            // The rehearsal is over.
            return;
        }
    }

    private static void talk(Socket socket) throws IOException, MalformedPacketException {
        PacketDecoder decoder = PacketDecoder.forServer(new TopicNames(), LARGEST_PACKET);
        ByteWriter writer = new ByteWriter(256, LARGEST_PACKET);
        ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;
        byte[] bytes = new byte[4_096];
        while (true) {
            int count = socket.getInputStream().read(bytes);
            if (count < 0) {
                return;
            }
            decoder.feed(bytes, 0, count);
            writer.reset();
            for (Packet p = decoder.next(); p != null; p = decoder.next()) {
                if (p instanceof Packet.Connect connect) {
                    version = connect.version();
                }
                for (Packet answer : answers(p)) {
                    PacketEncoder.encode(answer, version, Long.MAX_VALUE, writer);
                }
            }
            decoder.stash();
            socket.getOutputStream().write(writer.array(), 0, writer.length());
        }
    }

    private static List<Packet> answers(@Nullable Packet packet) {
        return switch (packet) {
            case Packet.Connect ignored ->
                    List.of(new Packet.Connack(false, ReasonCode.SUCCESS, Properties.NONE));
            case Packet.Subscribe s ->
                    List.of(
                            new Packet.Suback(
                                    s.packetId(),
                                    List.of(ReasonCode.GRANTED_QOS_1),
                                    Properties.NONE),
                            new Packet.Publish(
                                    false,
                                    QoS.AT_LEAST_ONCE,
                                    false,
                                    TopicName.of("t"),
                                    1,
                                    Properties.NONE,
                                    new byte[] {'{', '}'}));
            case Packet.Publish p when p.qos() == QoS.AT_LEAST_ONCE ->
                    List.of(new Packet.Puback(p.packetId(), ReasonCode.SUCCESS, Properties.NONE));
            case null, default -> List.of();
        };
    }
}
