package io.hawkermq.cli.load;

import io.hawkermq.protocol.ByteWriter;
import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketDecoder;
import io.hawkermq.protocol.PacketEncoder;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One client's connection: bytes to packets and back, on the thread of its loop.
///
/// A load generator must cost less than what it measures. So the packets that come by the million,
/// PUBLISH and its acknowledgements, are read where they lie and make no objects; all others go
/// through the decoder of the protocol. What is sent is collected and leaves in one write at the end
/// of the loop's turn.
final class LoadConnection {
    private static final int LARGEST_PACKET = 268_435_460;
    private static final byte[] NOTHING = new byte[0];
    private static final int FIRST_ROOM = 512;

    private final LoadLoop loop;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final Line line;
    private final Duty duty;
    private final long began;
    private final boolean isMqtt5;
    private final PacketDecoder decoder;

    /// A packet of which not everything has come.
    private byte[] rest = NOTHING;

    private ByteBuffer out = ByteBuffer.allocate(FIRST_ROOM).limit(0);
    private boolean isConnected;
    private boolean isOpen;
    private boolean isAccepted;
    private boolean isDirty;
    private boolean isLeaving;
    private boolean isClosed;

    LoadConnection(
            LoadLoop loop,
            SocketChannel channel,
            SelectionKey key,
            Line line,
            Duty duty,
            long began) {
        this.loop = loop;
        this.channel = channel;
        this.key = key;
        this.line = line;
        this.duty = duty;
        this.began = began;
        this.isMqtt5 = loop.options().version.isMqtt5();
        this.decoder =
                PacketDecoder.forClient(new TopicNames(), loop.options().version, LARGEST_PACKET);
    }

    boolean isClosed() {
        return isClosed;
    }

    boolean isAccepted() {
        return isAccepted;
    }

    /// When it was meant to begin, by the monotonic clock.
    long began() {
        return began;
    }

    /// Bytes that the system has not taken yet.
    int pending() {
        return out.remaining();
    }

    // ---- what the selector says ----

    void ready() {
        if (isClosed) {
            return;
        }
        try {
            if (!isConnected) {
                if (!channel.finishConnect()) {
                    return;
                }
                isConnected = true;
                key.interestOps(SelectionKey.OP_READ);
            }
            if (!isOpen) {
                if (!line.isOpen()) {
                    return;
                }
                isOpen = true;
                send(loop.connect(duty.sessionExpiryInterval()));
            }
            if (key.isWritable()) {
                flush();
            }
            if (key.isReadable()) {
                read();
            }
        } catch (IOException | MalformedPacketException e) {
            String text = e.getMessage();
            close(text == null ? e.toString() : text);
        }
    }

    private void read() throws IOException, MalformedPacketException {
        ByteBuffer in = loop.input(rest.length);
        in.put(rest);
        int count = line.read(in);
        loop.tick();
        if (count < 0) {
            close(isLeaving ? null : "the broker has closed the connection");
            return;
        }
        if (count == 0) {
            return;
        }
        byte[] b = loop.bytes();
        int end = in.position();
        int from = 0;
        while (!isClosed) {
            int header = header(b, from, end);
            if (header == 0 || length - header > end - from - header) {
                break;
            }
            frame(b, from, from + header, from + length);
            from += length;
        }
        rest = from == end ? NOTHING : Arrays.copyOfRange(b, from, end);
    }

    /// Of the packet that [#header] has just seen, its fixed header included.
    private int length;

    /// @return bytes of the fixed header, 0 if it has not come as a whole
    private int header(byte[] b, int from, int end) throws MalformedPacketException {
        int remaining = 0;
        for (int i = 1; i <= 4 && from + i < end; i++) {
            int digit = b[from + i];
            remaining |= (digit & 0x7F) << 7 * (i - 1);
            if (digit >= 0) {
                length = 1 + i + remaining;
                return 1 + i;
            }
            if (i == 4) {
                throw new MalformedPacketException("the Remaining Length has more than four bytes");
            }
        }
        return 0;
    }

    private void frame(byte[] b, int start, int body, int end)
            throws IOException, MalformedPacketException {
        int first = b[start] & 0xFF;
        switch (first >> 4) {
            case 3 -> publish(b, first >> 1 & 3, body, end);
            case 4, 7 -> duty.acknowledged(packetId(b, body, end), isTaken(b, body, end));
            case 5 -> {
                int packetId = packetId(b, body, end);
                if (isTaken(b, body, end)) {
                    acknowledge(0x62, packetId);
                } else {
                    duty.acknowledged(packetId, false);
                }
            }
            case 6 -> acknowledge(0x70, packetId(b, body, end));
            default -> {
                decoder.feed(b, start, end);
                Packet packet = decoder.next();
                decoder.stash();
                rare(packet);
            }
        }
    }

    private static int packetId(byte[] b, int body, int end) throws MalformedPacketException {
        if (end - body < 2) {
            throw new MalformedPacketException("a packet without its packet identifier");
        }
        return (b[body] & 0xFF) << 8 | b[body + 1] & 0xFF;
    }

    private static boolean isTaken(byte[] b, int body, int end) {
        return end - body < 3 || b[body + 2] >= 0;
    }

    private void publish(byte[] b, int qos, int body, int end) throws MalformedPacketException {
        int at = body + 2 + packetId(b, body, end);
        if (qos > 0) {
            acknowledge(qos == 1 ? 0x40 : 0x50, packetId(b, Math.min(at, end), end));
            at += 2;
        }
        if (isMqtt5) {
            int shift = 0;
            int properties = 0;
            boolean isMore = true;
            while (isMore && at < end && shift < 28) {
                int digit = b[at++];
                properties |= (digit & 0x7F) << shift;
                shift += 7;
                isMore = digit < 0;
            }
            at += properties;
        }
        if (at > end) {
            throw new MalformedPacketException("a PUBLISH is shorter than its fields");
        }
        duty.message(b, at, end);
    }

    private void rare(@Nullable Packet packet) throws IOException {
        switch (packet) {
            case Packet.Connack c -> {
                if (c.reasonCode() != ReasonCode.SUCCESS) {
                    close("the broker refused the connection: " + c.reasonCode());
                } else {
                    isAccepted = true;
                    loop.accepted();
                    int max = (int) c.properties().number(Property.RECEIVE_MAXIMUM, 65_535);
                    duty.connected(this, max);
                }
            }
            case Packet.Suback s ->
                    duty.subscribed(s.reasonCodes().stream().noneMatch(ReasonCode::isError));
            case Packet.Pingresp ignored -> duty.answered();
            case Packet.Disconnect d ->
                    close("the broker has ended the connection: " + d.reasonCode());
            case null, default -> {
                // Nothing else concerns a client of this kind.
            }
        }
    }

    // ---- sending ----

    private void acknowledge(int first, int packetId) {
        room(4).put((byte) first).put((byte) 2).putShort((short) packetId);
        sent();
    }

    void send(Packet packet) {
        ByteWriter writer = loop.writer();
        writer.reset();
        PacketEncoder.encode(packet, loop.options().version, LARGEST_PACKET, writer);
        room(writer.length()).put(writer.array(), 0, writer.length());
        sent();
    }

    void disconnect() {
        isLeaving = true;
        // Nothing of a run stays with the broker.
        send(
                new Packet.Disconnect(
                        ReasonCode.SUCCESS,
                        duty.sessionExpiryInterval() == 0
                                ? Properties.NONE
                                : Properties.of(Property.SESSION_EXPIRY_INTERVAL, 0L)));
    }

    /// The output, ready to be appended to; [#sent] must follow.
    ByteBuffer room(int more) {
        int used = out.remaining();
        if (out.capacity() - out.limit() < more) {
            if (out.capacity() - used >= more && used <= out.capacity() / 2) {
                out.compact().flip();
            } else {
                int capacity = Math.max(used + more, 2 * out.capacity());
                out = ByteBuffer.allocate(capacity).put(out).flip();
            }
        }
        out.mark().position(out.limit()).limit(out.capacity());
        return out;
    }

    void sent() {
        int end = out.position();
        out.reset().limit(end);
        if (!isDirty) {
            isDirty = true;
            loop.dirty(this);
        }
    }

    /// Writes what was collected in this turn.
    void turnEnds() {
        isDirty = false;
        if (isClosed || !isOpen) {
            return;
        }
        try {
            flush();
        } catch (IOException e) {
            String text = e.getMessage();
            close(text == null ? e.toString() : text);
        }
    }

    private void flush() throws IOException {
        boolean isDone = line.write(out);
        if (isDone) {
            if (out.capacity() > FIRST_ROOM && out.capacity() > loop.largestRoom()) {
                out = ByteBuffer.allocate(FIRST_ROOM);
            }
            out.clear().limit(0);
        }
        boolean wants = (key.interestOps() & SelectionKey.OP_WRITE) != 0;
        if (isDone == wants) {
            key.interestOps(
                    isDone ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        }
        if (isDone) {
            duty.drained();
        }
    }

    void close(@Nullable String why) {
        if (isClosed) {
            return;
        }
        isClosed = true;
        key.cancel();
        try {
            channel.close();
        } catch (IOException e) {
            // It is gone either way.
            isOpen = false;
        }
        loop.closed(this);
        duty.closed(this, why);
    }
}
