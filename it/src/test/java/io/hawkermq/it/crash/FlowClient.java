package io.hawkermq.it.crash;

import io.hawkermq.protocol.ByteWriter;
import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketDecoder;
import io.hawkermq.protocol.PacketEncoder;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicNames;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A client with a persistent session that survives the broker's death: it connects again until it
/// is told to end. It runs on a virtual thread of its own and blocks there; what it knows of its
/// session and its ledger is that thread's alone until the thread has ended.
abstract class FlowClient {
    private static final int CONNECT_MILLIS = 1_000;
    private static final int READ_MILLIS = 2_000;
    private static final int LARGEST = 1 << 20;
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long EXPIRY_SECONDS = 86_400;

    private final String clientId;
    private final ProtocolVersion version;
    private final int port;
    private final ByteWriter out = new ByteWriter(4_096, 1 << 24);
    private final byte[] in = new byte[65_536];
    private @Nullable Socket socket;
    private @Nullable PacketDecoder decoder;
    private @Nullable Thread thread;
    private volatile @Nullable Throwable failure;

    FlowClient(String clientId, ProtocolVersion version, int port) {
        this.clientId = clientId;
        this.version = version;
        this.port = port;
    }

    String clientId() {
        return clientId;
    }

    /// Runs until [#isDone]; connects again whenever the connection is lost.
    void start() {
        thread = Thread.ofVirtual().name(clientId).start(this::run);
    }

    /// Waits until it has ended.
    ///
    /// @throws AssertionError if it failed, or is not done in time
    void join(long seconds) throws InterruptedException {
        Thread t = thread;
        if (t != null && !t.join(Duration.ofSeconds(seconds))) {
            t.interrupt();
            throw new AssertionError(clientId + " is not done after " + seconds + " s: " + this);
        }
        if (failure != null) {
            throw new AssertionError(clientId + " failed", failure);
        }
    }

    private void run() {
        try {
            while (!isDone() && !Thread.currentThread().isInterrupted()) {
                try {
                    session();
                } catch (IOException e) {
                    LockSupport.parkNanos(RETRY_NANOS); // the broker is dead: it will be back
                }
            }
        } catch (RuntimeException | MalformedPacketException | AssertionError e) {
            failure = e;
        }
    }

    private void session() throws IOException, MalformedPacketException {
        try (Socket s = new Socket()) {
            s.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
            s.setTcpNoDelay(true);
            s.setSoTimeout(READ_MILLIS);
            socket = s;
            decoder = PacketDecoder.forClient(new TopicNames(), version, LARGEST);
            out.reset();
            Properties properties =
                    version.isMqtt5()
                            ? Properties.of(Property.SESSION_EXPIRY_INTERVAL, EXPIRY_SECONDS)
                            : Properties.NONE;
            send(
                    new Packet.Connect(
                            version, false, false, 0, clientId, null, null, null, properties));
            flush();
            if (!(read() instanceof Packet.Connack connack)) {
                throw new AssertionError("no CONNACK first");
            }
            if (connack.reasonCode().isError()) {
                throw new AssertionError("refused: " + connack.reasonCode());
            }
            connected(connack.sessionPresent());
            while (!isDone()) {
                work();
                flush();
                if (isWaiting()) {
                    onPacket(read());
                }
            }
            send(new Packet.Disconnect(ReasonCode.SUCCESS, Properties.NONE));
            flush();
        }
    }

    /// True once nothing is left to be done.
    abstract boolean isDone();

    /// True if a packet is to be expected.
    abstract boolean isWaiting();

    /// CONNACK has come.
    abstract void connected(boolean sessionPresent);

    /// Sends what can be sent.
    abstract void work();

    abstract void onPacket(Packet packet);

    ProtocolVersion version() {
        return version;
    }

    /// Sends a packet with the next flush.
    void send(Packet packet) {
        PacketEncoder.encode(packet, version, Long.MAX_VALUE, out);
    }

    private void flush() throws IOException {
        Socket s = socket;
        if (s != null && out.length() > 0) {
            s.getOutputStream().write(out.array(), 0, out.length());
            out.reset();
        }
    }

    private Packet read() throws IOException, MalformedPacketException {
        PacketDecoder d = decoder;
        Socket s = socket;
        if (d == null || s == null) {
            throw new EOFException();
        }
        while (true) {
            Packet packet = d.next();
            if (packet != null) {
                return packet;
            }
            d.stash();
            int n = s.getInputStream().read(in);
            if (n < 0) {
                throw new EOFException();
            }
            d.feed(in, 0, n);
        }
    }
}
