package io.hawkermq.core.simulation;

import io.hawkermq.core.Connection;
import io.hawkermq.core.DropReason;
import io.hawkermq.core.Message;
import io.hawkermq.core.Outbox;
import io.hawkermq.core.Publications;
import io.hawkermq.protocol.AcknowledgementRun;
import io.hawkermq.protocol.ByteWriter;
import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketDecoder;
import io.hawkermq.protocol.PacketEncoder;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.PublishRun;
import io.hawkermq.protocol.PublishTemplates;
import io.hawkermq.protocol.QoS;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The server's end of a connection: does with bytes and packets what the broker's transport does.
final class ServerEnd implements Outbox, Pipe.Receiver {
    private final World world;
    private final Link link;
    private final Connection connection;
    private final PacketDecoder decoder;
    private final PublishRun run = new PublishRun();
    private final AcknowledgementRun acknowledgements = new AcknowledgementRun();
    private final Deque<byte[]> arrivals = new ArrayDeque<>();
    private final ByteWriter out = new ByteWriter(0, 1 << 28);
    private ShardLoop loop;
    private ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;
    private long maximumPacketSize = Long.MAX_VALUE;
    private Packet.@Nullable Connect handedOver;
    private @Nullable String ending;
    private long resumedAt = Long.MIN_VALUE;
    private boolean isPaused;
    private boolean isClosed;
    private boolean isOver;
    private boolean wasFull;

    ServerEnd(World world, Link link, String clientKey, ShardLoop loop) {
        this.world = world;
        this.link = link;
        this.loop = loop;
        this.connection =
                new Connection(
                        loop.shard(),
                        world.mutation().outbox(this, clientKey),
                        "link:" + link.number());
        this.decoder =
                PacketDecoder.forServer(
                        loop.topicNames(), world.profile().limits().maximumPacketSize());
    }

    Link link() {
        return link;
    }

    ShardLoop loop() {
        return loop;
    }

    String clientId() {
        return connection.clientId();
    }

    /// True once the core has closed it or has been told that it is closed.
    boolean isDone() {
        return isClosed || isOver;
    }

    boolean isPaused() {
        return isPaused;
    }

    /// True if the server did not read for some time since then.
    boolean wasPausedSince(long time) {
        return isPaused || resumedAt >= time;
    }

    /// The process is gone.
    void crash() {
        isOver = true;
        arrivals.clear();
        out.reset();
    }

    // ---- the network's side ----

    @Override
    public void onBytes(byte[] piece) {
        arrivals.add(piece);
        loop.ready(this);
    }

    @Override
    public void onEnd(String why) {
        ending = why;
        loop.ready(this);
    }

    /// The network has taken bytes.
    void onMoved() {
        loop.moved(this);
    }

    /// A part of the loop's turn: hands in what has come.
    void takeTurn() {
        if (isDone()) {
            return;
        }
        if (wasFull && isRoomy()) {
            wasFull = false;
            connection.onWritable();
        }
        Packet.Connect first = handedOver;
        if (first != null) {
            handedOver = null;
            place(first); // its slot may have moved on meanwhile
        }
        drain();
        while (mayRead() && !arrivals.isEmpty()) {
            byte[] piece = arrivals.remove();
            decoder.feed(piece, 0, piece.length);
            drain();
            decoder.stash();
            // As a loop's array, which the next connection is read into.
            Arrays.fill(piece, (byte) 0xA5);
        }
        String end = ending;
        if (end != null && mayRead() && !isDone()) {
            isOver = true;
            world.trace(link.client().key(), "server sees the end of link " + link.number());
            world.oracle().onEnded(this);
            connection.onClosed(end);
            link.toClient().close("the server saw the end");
        }
    }

    private boolean mayRead() {
        return !isPaused && !isClosed && handedOver == null;
    }

    private void drain() {
        try {
            while (mayRead()) {
                if (decoder.nextRun(run)) {
                    handRun();
                    continue;
                }
                if (decoder.nextAcknowledgements(acknowledgements)) {
                    hand(
                            acknowledgements.packets(),
                            () -> connection.onAcknowledgements(acknowledgements));
                    continue;
                }
                Packet packet = decoder.next();
                if (packet == null) {
                    return;
                }
                if (packet instanceof Packet.Connect c && connection.clientId().isEmpty()) {
                    place(c);
                } else {
                    hand(packet);
                }
            }
        } catch (MalformedPacketException e) {
            throw new Violation("codec", "a correct client's bytes are refused: " + e.reason());
        }
    }

    /// Brings the connection to the loop that owns its Client Identifier.
    private void place(Packet.Connect connect) {
        String clientId = connection.claim(connect);
        ShardLoop owner = world.loopOf(clientId);
        if (owner == loop) {
            hand(connect);
            return;
        }
        connection.moveTo(owner.shard());
        handedOver = connect;
        movedTo(owner);
    }

    /// The connection belongs to another loop now.
    void movedTo(ShardLoop owner) {
        decoder.topicNames(owner.topicNames());
        loop = owner;
        loop.ready(this);
    }

    Connection connection() {
        return connection;
    }

    private void hand(Packet packet) {
        trace(packet);
        Packet seen = world.mutation().received(packet);
        if (seen == null) {
            return;
        }
        if (loop.isFull() && packet instanceof Packet.Publish p && p.qos() != QoS.AT_MOST_ONCE) {
            handToFull(p, seen);
        } else {
            connection.onPacket(seen);
        }
    }

    /// Nobody tells what is refused in 3.x. That something is dropped for want of space says it only
    /// if nothing is published: a message that is taken may find no space in a queue at QoS 0.
    private void handToFull(Packet.Publish packet, Packet seen) {
        List<Message> published = new ArrayList<>();
        long before = droppedForWantOfSpace();
        loop.shard().publications(published::add);
        connection.onPacket(seen);
        loop.shard().publications(Publications.UNSEEN);
        if (published.isEmpty() && droppedForWantOfSpace() > before) {
            world.oracle().onRefused(this, packet);
        }
    }

    private void handRun() {
        List<Packet.Publish> packets = run.packets();
        if (loop.isFull() && run.qos() != QoS.AT_MOST_ONCE) {
            packets.forEach(this::hand); // so that it is known which of them are refused
            return;
        }
        hand(packets, () -> connection.onPublishRun(run));
    }

    /// @param whole hands in all of them at once
    private void hand(List<? extends Packet> packets, Runnable whole) {
        List<Packet> seen = new ArrayList<>();
        for (Packet packet : packets) {
            trace(packet);
            Packet left = world.mutation().received(packet);
            if (left != null) {
                seen.add(left);
            }
        }
        if (seen.equals(packets)) {
            whole.run();
        } else {
            seen.forEach(connection::onPacket);
        }
    }

    private void trace(Packet packet) {
        world.trace(
                link.client().key(),
                "> " + Text.of(packet) + " (link " + link.number() + ", shard " + loop + ")");
        world.oracle().onReceived(this, packet);
    }

    private long droppedForWantOfSpace() {
        return loop.shard().counters().dropped[DropReason.STORE_FULL.ordinal()];
    }

    /// The loop's turn ends: writes what was collected.
    void flush() {
        if (!out.isEmpty()) {
            link.toClient().write(out.array(), out.length());
            out.reset();
        }
        if (isClosed) {
            link.toClient().close("the server closed");
        }
    }

    // ---- the core's side ----

    @Override
    public void negotiated(ProtocolVersion asked, long size) {
        version = asked;
        maximumPacketSize = size;
    }

    @Override
    public boolean send(Packet packet) {
        checkOpen(packet.type().name());
        if (!PacketEncoder.encode(packet, version, maximumPacketSize, out)) {
            return false;
        }
        loop.toFlush(this);
        world.trace(link.client().key(), "< " + Text.of(packet) + " (link " + link.number() + ")");
        world.oracle().onSent(this, packet);
        return true;
    }

    @Override
    public boolean publish(PublishTemplates.Template template, int packetId) {
        checkOpen("PUBLISH");
        if (template.length() > maximumPacketSize) {
            return false;
        }
        int start = out.length();
        template.copyTo(out, packetId);
        byte[] written = Arrays.copyOfRange(out.array(), start, out.length());
        loop.toFlush(this);
        world.trace(
                link.client().key(),
                "< PUBLISH m"
                        + packetId
                        + " "
                        + Text.ofPublish(written, written.length, version)
                        + " (link "
                        + link.number()
                        + ")");
        return true;
    }

    @Override
    public boolean relay(PublishRun passed, int[] packetIds) {
        checkOpen("PUBLISH");
        if (passed.longestPacket() > maximumPacketSize) {
            return false;
        }
        passed.copyTo(out, packetIds);
        loop.toFlush(this);
        world.trace(
                link.client().key(),
                "< " + passed.count() + " as they came (link " + link.number() + ")");
        return true;
    }

    private void checkOpen(String what) {
        if (isDone()) {
            throw new Violation(
                    "outbox",
                    what + " is sent on link " + link.number() + ", which is closed already");
        }
    }

    private boolean isRoomy() {
        return link.toClient().waiting() + out.length() <= world.profile().outboundBytes();
    }

    @Override
    public boolean isWritable() {
        boolean isRoomy = isRoomy();
        wasFull |= !isRoomy;
        return isRoomy;
    }

    @Override
    public void pauseReading() {
        isPaused = true;
        world.trace(link.client().key(), "server pauses reading link " + link.number());
    }

    @Override
    public void resumeReading() {
        isPaused = false;
        resumedAt = world.schedule().now();
        world.trace(link.client().key(), "server resumes reading link " + link.number());
        loop.ready(this);
    }

    @Override
    public void execute(Runnable answer) {
        ShardLoop at = loop;
        at.run(() -> {
            ShardLoop owner = world.loopOf(connection.clientId());
            if (isDone() || owner == loop) {
                answer.run();
                return;
            }
            connection.moveTo(owner.shard());
            movedTo(owner);
            execute(answer);
        });
    }

    @Override
    public void close() {
        if (!isDone()) {
            isClosed = true;
            world.trace(link.client().key(), "server closes link " + link.number());
            world.oracle().onClosedByCore(this);
            loop.toFlush(this);
        }
    }
}
