package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.hawkermq.protocol.ByteWriter;
import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketDecoder;
import io.hawkermq.protocol.PacketEncoder;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.protocol.TopicNames;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A client that sends what it is told, in the pieces it is told, and acknowledges nothing by
/// itself. Each read waits 20 s at most. The testkit's tests use it, too.
public final class TestClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;

    private final ProtocolVersion version;
    private final InputStream in;
    private final OutputStream out;
    private final Closeable whole;
    private final ByteWriter writer = new ByteWriter(256, 1 << 28);
    private final PacketDecoder decoder;
    private final byte[] read = new byte[65_536];

    public TestClient(int port, ProtocolVersion version) throws IOException {
        this(port, version, 0);
    }

    /// @param receiveBuffer bytes that the operating system may hold unread; 0 for its choice
    public TestClient(int port, ProtocolVersion version, int receiveBuffer) throws IOException {
        this(socket(port, receiveBuffer), version);
    }

    /// A client on a socket that is connected, with TLS perhaps.
    public TestClient(Socket socket, ProtocolVersion version) throws IOException {
        this(socket.getInputStream(), socket.getOutputStream(), socket, version);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
    }

    /// @param in must not wait for ever
    public TestClient(InputStream in, OutputStream out, Closeable whole, ProtocolVersion version) {
        this.in = in;
        this.out = out;
        this.whole = whole;
        this.version = version;
        decoder = PacketDecoder.forClient(new TopicNames(), version, 1 << 28);
    }

    private static Socket socket(int port, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return socket;
    }

    public static Packet.Connect connect(ProtocolVersion version, String clientId) {
        return connect(version, clientId, null, null);
    }

    public static Packet.Connect connect(
            ProtocolVersion version,
            String clientId,
            @Nullable String user,
            @Nullable String password) {
        return new Packet.Connect(
                version,
                false,
                true,
                60,
                clientId,
                null,
                user,
                password == null ? null : password.getBytes(StandardCharsets.UTF_8),
                Properties.NONE);
    }

    public static Packet subscribe(String filter, QoS qos) {
        return new Packet.Subscribe(
                1,
                List.of(
                        new Packet.Subscribe.Entry(
                                TopicFilter.of(filter), SubscriptionOptions.of(qos))),
                Properties.NONE);
    }

    public static Packet publish(String topic, QoS qos, int packetId, byte[] payload) {
        return new Packet.Publish(
                false, qos, false, TopicName.of(topic), packetId, Properties.NONE, payload);
    }

    /// A client whose session is kept when it goes; for versions before 5.0.
    public static TestClient resuming(int port, ProtocolVersion version, String clientId)
            throws IOException {
        TestClient client = new TestClient(port, version);
        client.send(
                new Packet.Connect(
                        version, false, false, 0, clientId, null, null, null, Properties.NONE));
        client.next(Packet.Connack.class);
        return client;
    }

    /// A connected client.
    public static TestClient connected(int port, ProtocolVersion version, String clientId)
            throws IOException {
        return new TestClient(port, version).connected(clientId);
    }

    /// Sends CONNECT and awaits that it is accepted.
    public TestClient connected(String clientId) throws IOException {
        send(connect(version, clientId));
        Packet.Connack connack = next(Packet.Connack.class);
        if (connack.reasonCode().isError()) {
            throw new AssertionError("refused: " + connack);
        }
        return this;
    }

    /// All packets in one write.
    public void send(Packet... packets) throws IOException {
        write(encoded(packets));
    }

    public byte[] encoded(Packet... packets) {
        writer.reset();
        for (Packet packet : packets) {
            PacketEncoder.encode(packet, version, Long.MAX_VALUE, writer);
        }
        return Arrays.copyOf(writer.array(), writer.length());
    }

    public void write(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /// Gets what it publishes itself.
    public void echo(String topic, byte[] payload) throws IOException {
        send(subscribe(topic, QoS.AT_MOST_ONCE));
        next(Packet.Suback.class);
        send(publish(topic, QoS.AT_MOST_ONCE, 0, payload));
        assertArrayEquals(payload, next(Packet.Publish.class).payload());
    }

    /// With CONNECT more than one read takes, of which some comes only when it is accepted.
    ///
    /// @param number of this client, which also says where it is cut in two
    public void sendsMuchBehindConnect(int number) throws IOException {
        byte[] all =
                encoded(
                        connect(version, "client" + number),
                        publish("a", QoS.AT_MOST_ONCE, 0, new byte[60_000]),
                        new Packet.Pingreq());
        int cut = all.length - 1 - number % 7 * 9_000;
        write(Arrays.copyOf(all, cut));
        next(Packet.Connack.class);
        write(Arrays.copyOfRange(all, cut, all.length));
        next(Packet.Pingresp.class);
        echo("b/" + number, new byte[40_000]);
    }

    /// The next packet, which must be of this kind.
    public <P extends Packet> P next(Class<P> kind) throws IOException {
        Packet packet = next();
        if (!kind.isInstance(packet)) {
            throw new AssertionError("expected " + kind.getSimpleName() + ", came " + packet);
        }
        return kind.cast(packet);
    }

    public Packet next() throws IOException {
        try {
            while (true) {
                Packet packet = decoder.next();
                decoder.stash();
                if (packet != null) {
                    return packet;
                }
                int count = in.read(read);
                if (Thread.currentThread().isInterrupted()) {
                    throw new AssertionError("the test is over, a packet was expected");
                }
                if (count < 0) {
                    throw new AssertionError("the broker closed, a packet was expected");
                }
                decoder.feed(read, 0, count);
            }
        } catch (MalformedPacketException e) {
            throw new AssertionError(e);
        }
    }

    /// True if the broker closes the connection, or has reset it, before the time is out.
    public boolean isClosedByBroker() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        whole.close();
    }
}
