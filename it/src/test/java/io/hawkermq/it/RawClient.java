package io.hawkermq.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A client on a plain socket that sends exactly what the test says and waits, with a deadline,
/// for exactly what the test expects. It answers nothing by itself. That nothing more came is
/// never a matter of waiting: [#expectSilence] and [#expectNothingFrom] send something that has an
/// answer, and that answer must be the next thing to come.
///
/// One test owns it; it is not for several threads.
public final class RawClient implements AutoCloseable {
    /// For the next packet. Long, because two cores are shared; only failures wait so long.
    static final Duration DEADLINE = Duration.ofSeconds(15);

    /// How many lines of the conversation a failure shows.
    private static final int TRANSCRIPT_LINES = 40;

    private static final AtomicInteger FENCES = new AtomicInteger();

    private final Socket socket;
    private final InputStream in;
    private final Version version;
    private final Deque<String> transcript = new ArrayDeque<>();
    private final Deque<Reply> setAside = new ArrayDeque<>();
    private int lastPacketId;
    private @Nullable String fence;

    private RawClient(Socket socket, Version version) throws IOException {
        this.socket = socket;
        this.version = version;
        this.in = new BufferedInputStream(socket.getInputStream(), 65_536);
    }

    /// A TCP connection to the loopback address, on which nothing was said yet.
    public static RawClient open(int port, Version version) {
        try {
            Socket s = new Socket();
            s.setTcpNoDelay(true);
            s.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    (int) DEADLINE.toMillis());
            return new RawClient(s, version);
        } catch (IOException e) {
            throw new AssertionError("no connection to port " + port, e);
        }
    }

    public Version version() {
        return version;
    }

    /// A Packet Identifier that this client has not used.
    public int newPacketId() {
        return ++lastPacketId;
    }

    // ---- sending

    /// Sends the parts in one write.
    public RawClient send(byte[]... parts) {
        byte[] all = Wire.join(parts);
        note("-> " + describe(all));
        try {
            socket.getOutputStream().write(all);
        } catch (IOException e) {
            throw failure("could not send: " + e.getMessage());
        }
        return this;
    }

    /// Sends CONNECT and expects to be accepted.
    public Reply connect(Connect connect) {
        send(connect.bytes());
        Reply connack = expect(Wire.CONNACK);
        assertEquals(0, connack.reason(), () -> "CONNECT was refused" + conversation());
        return connack;
    }

    /// Subscribes and expects success.
    public Reply subscribe(String filter, int options, byte[]... props) {
        int id = newPacketId();
        send(Wire.subscribe(version, id, filter, options, props));
        Reply suback = expect(Wire.SUBACK);
        assertEquals(id, suback.packetId(), () -> "SUBACK's Packet Identifier" + conversation());
        assertEquals(options & 3, suback.reason(), () -> "granted QoS" + conversation());
        return suback;
    }

    /// Unsubscribes and expects the answer.
    public Reply unsubscribe(String... filters) {
        int id = newPacketId();
        send(Wire.unsubscribe(version, id, filters));
        Reply unsuback = expect(Wire.UNSUBACK);
        assertEquals(
                id, unsuback.packetId(), () -> "UNSUBACK's Packet Identifier" + conversation());
        return unsuback;
    }

    /// Publishes with a new Packet Identifier and goes through the whole handshake of its QoS.
    public void publish(String topic, String payload, int qos) {
        publish(Publish.to(topic).payload(payload).qos(qos));
    }

    /// Publishes with a new Packet Identifier and goes through the whole handshake of its QoS.
    public void publish(Publish publish) {
        int id = publish.qos == 0 ? 0 : newPacketId();
        send(publish.bytes(version, id));
        if (publish.qos == 1) {
            expectAck(Wire.PUBACK, id);
        } else if (publish.qos == 2) {
            expectAck(Wire.PUBREC, id);
            send(Wire.ack(Wire.PUBREL, id));
            expectAck(Wire.PUBCOMP, id);
        }
    }

    // ---- expecting

    /// The next packet.
    public Reply next() {
        Reply early = setAside.poll();
        if (early != null) {
            return early;
        }
        byte[] frame;
        try {
            frame = readFrame();
        } catch (SocketTimeoutException e) {
            throw failure("nothing came within " + DEADLINE.toSeconds() + " s");
        } catch (EOFException | SocketException e) {
            throw failure("the server closed the connection");
        } catch (IOException e) {
            throw failure("could not read: " + e.getMessage());
        }
        try {
            Reply r = Reply.parse(version, frame);
            note("<- " + r);
            return r;
        } catch (AssertionError e) {
            throw failure(e.getMessage());
        }
    }

    /// The next packet, which must be of this type.
    public Reply expect(int type) {
        Reply r = next();
        if (r.type() != type) {
            throw failure("expected " + Reply.name(type) + ", came " + r);
        }
        return r;
    }

    /// The next packet of this type; what comes before it stays for later [#next] calls.
    public Reply await(int type) {
        for (Reply r : setAside) {
            if (r.type() == type) {
                setAside.remove(r);
                return r;
            }
        }
        Deque<Reply> others = new ArrayDeque<>(setAside);
        setAside.clear();
        while (true) {
            Reply r = next();
            if (r.type() == type) {
                setAside.addAll(others);
                return r;
            }
            others.add(r);
        }
    }

    /// The next packet, which must be this acknowledgement with a Reason Code below 0x80.
    public Reply expectAck(int type, int packetId) {
        Reply r = expect(type);
        if (r.packetId() != packetId || r.reason() >= 0x80) {
            throw failure("expected " + Reply.name(type) + " of " + packetId + ", came " + r);
        }
        return r;
    }

    /// The next packet, which must be the SUBACK of this SUBSCRIBE, whatever its codes.
    public Reply expectSuback(int packetId) {
        Reply r = expect(Wire.SUBACK);
        if (r.packetId() != packetId) {
            throw failure("expected SUBACK of " + packetId + ", came " + r);
        }
        return r;
    }

    /// The next packet, which must be a PUBLISH with this topic and payload.
    public Reply expectPublish(String topic, String payload) {
        Reply r = expect(Wire.PUBLISH);
        if (!r.topic().equals(topic) || !r.payloadText().equals(payload)) {
            throw failure("expected PUBLISH '" + topic + "' with '" + payload + "', came " + r);
        }
        return r;
    }

    /// The next packet, which must be this PUBLISH, and the answers that its QoS asks for.
    public Reply receive(String topic, String payload) {
        Reply r = expectPublish(topic, payload);
        acknowledge(r);
        return r;
    }

    /// Goes through the receiver's handshake for a PUBLISH. Further messages may come in between;
    /// they stay for later.
    public void acknowledge(Reply publish) {
        int id = publish.packetId();
        if (publish.qos() == 1) {
            send(Wire.ack(Wire.PUBACK, id));
        } else if (publish.qos() == 2) {
            send(Wire.ack(Wire.PUBREC, id));
            Reply pubrel = await(Wire.PUBREL);
            if (pubrel.packetId() != id || pubrel.reason() >= 0x80) {
                throw failure("expected PUBREL of " + id + ", came " + pubrel);
            }
            send(Wire.ack(Wire.PUBCOMP, id));
        }
    }

    /// Nothing is under way on this connection: the next packet is the answer to a PINGREQ.
    public void expectSilence() {
        send(Wire.pingreq());
        Reply r = next();
        if (r.type() != Wire.PINGRESP) {
            throw failure("expected nothing, came " + r);
        }
    }

    /// Nothing that `publisher` published before is under way to this client: a message that the
    /// publisher sends now is the next to come.
    public void expectNothingFrom(RawClient publisher) {
        String topic = fence();
        publisher.send(Publish.to(topic).bytes(publisher.version, 0));
        Reply r = next();
        if (r.type() != Wire.PUBLISH || !r.topic().equals(topic)) {
            throw failure("expected nothing, came " + r);
        }
    }

    /// A topic of this client alone, short and subscribed to at QoS 0. Call it early where a
    /// SUBACK would come at the wrong time.
    public String fence() {
        if (fence == null) {
            fence = "f" + FENCES.incrementAndGet();
            subscribe(fence, 0);
        }
        return fence;
    }

    /// The server closes the connection without a further packet.
    public void expectClose() {
        Reply r = nextOrClose();
        if (r != null) {
            throw failure("expected the connection to be closed, came " + r);
        }
    }

    /// The server closes the connection; version 5 may tell why in a DISCONNECT, and then with
    /// one of these codes.
    public void expectClosedFor(Integer... codes) {
        Reply r = nextOrClose();
        if (r == null) {
            return;
        }
        if (r.type() != Wire.DISCONNECT || !Arrays.asList(codes).contains(r.reason())) {
            String wanted = "DISCONNECT with one of " + hexCodes(codes) + " or a close";
            throw failure("expected " + wanted + ", came " + r);
        }
        expectClose();
    }

    /// The server sends DISCONNECT with this code and closes the connection.
    public Reply expectDisconnect(int code) {
        Reply r = expect(Wire.DISCONNECT);
        if (r.reason() != code) {
            throw failure("expected DISCONNECT with " + Integer.toHexString(code) + ", came " + r);
        }
        expectClose();
        return r;
    }

    /// The server does not accept the CONNECT: it closes the connection, perhaps after a CONNACK
    /// with one of these codes; it sends nothing else, in particular no DISCONNECT
    /// [MQTT-3.14.0-1].
    ///
    /// @return the code, or 0 if there was no CONNACK
    public int expectRefused(Integer... codes) {
        Reply r = nextOrClose();
        if (r == null) {
            return 0;
        }
        if (r.type() != Wire.CONNACK || !Arrays.asList(codes).contains(r.reason())) {
            String wanted = "CONNACK with one of " + hexCodes(codes) + " or a close";
            throw failure("expected " + wanted + ", came " + r);
        }
        expectClose();
        return r.reason();
    }

    /// The next packet, or null once the server has closed the connection.
    public @Nullable Reply nextOrClose() {
        Reply early = setAside.poll();
        if (early != null) {
            return early;
        }
        byte[] frame;
        try {
            frame = readFrame();
        } catch (SocketTimeoutException e) {
            throw failure("the connection was not closed within " + DEADLINE.toSeconds() + " s");
        } catch (IOException e) {
            note("<- closed");
            return null;
        }
        Reply r = Reply.parse(version, frame);
        note("<- " + r);
        return r;
    }

    // ---- ending

    /// Sends DISCONNECT and waits until the server has closed, so that it knows that we are gone.
    public void disconnect() {
        send(Wire.disconnect());
        expectClose();
    }

    /// Loses the connection, as in a network failure.
    public void abort() {
        close();
    }

    @Override
    public void close() {
        try {
            // A reset instead of an orderly end, and no port left in TIME_WAIT.
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            note("close: " + e.getMessage());
        }
    }

    /// An error that carries the conversation so far.
    public AssertionError failure(@Nullable String message) {
        return new AssertionError(message + conversation());
    }

    private String conversation() {
        return "\n  conversation (" + version + "):\n    " + String.join("\n    ", transcript);
    }

    // ---- bytes

    private byte[] readFrame() throws IOException {
        long end = System.nanoTime() + DEADLINE.toNanos();
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(readByte(end));
        int length = 0;
        int digit = 0x80;
        for (int shift = 0; shift < 28 && digit >= 0x80; shift += 7) {
            digit = readByte(end);
            frame.write(digit);
            length |= (digit & 0x7F) << shift;
        }
        byte[] rest = new byte[length];
        int got = 0;
        while (got < length) {
            waitAtMostUntil(end);
            int n = in.read(rest, got, length - got);
            if (n < 0) {
                throw new EOFException();
            }
            got += n;
        }
        frame.writeBytes(rest);
        return frame.toByteArray();
    }

    private int readByte(long end) throws IOException {
        waitAtMostUntil(end);
        int b = in.read();
        if (b < 0) {
            throw new EOFException();
        }
        return b;
    }

    private void waitAtMostUntil(long end) throws IOException {
        long millis = (end - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
            throw new SocketTimeoutException();
        }
        socket.setSoTimeout((int) millis);
    }

    private void note(String line) {
        if (transcript.size() == TRANSCRIPT_LINES) {
            transcript.removeFirst();
        }
        transcript.add(line);
    }

    private static String describe(byte[] all) {
        String hex = HexFormat.ofDelimiter(" ").formatHex(all, 0, Math.min(all.length, 64));
        String name = all.length == 0 ? "nothing" : Reply.name(all[0] >> 4 & 0x0F);
        return name + " [" + hex + (all.length > 64 ? " ...]" : "]");
    }

    private static String hexCodes(Integer... codes) {
        return Arrays.stream(codes).map(Integer::toHexString).toList().toString();
    }
}
