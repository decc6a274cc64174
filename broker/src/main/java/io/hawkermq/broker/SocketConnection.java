package io.hawkermq.broker;

import io.hawkermq.broker.transport.LayerEvent;
import io.hawkermq.core.AccessControl;
import io.hawkermq.core.Connection;
import io.hawkermq.core.Counters;
import io.hawkermq.core.LogLevel;
import io.hawkermq.core.Outbox;
import io.hawkermq.core.Slots;
import io.hawkermq.core.Terms;
import io.hawkermq.protocol.AcknowledgementRun;
import io.hawkermq.protocol.ByteWriter;
import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketDecoder;
import io.hawkermq.protocol.PacketEncoder;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.PublishRun;
import io.hawkermq.protocol.PublishTemplates;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The bytes of one network connection, on top of its [Wire]. Reads are decoded where they lie and
/// handed to the [Connection] packet by packet; what the core sends goes into the [OutboundBuffer],
/// which is written once at the end of the loop's turn, so that an idle connection holds no buffer at
/// all.
///
/// Belongs to one [Loop] at a time. It moves to another when its CONNECT names a session of that
/// loop; whatever happens to the wire on the way is held until it has arrived.
final class SocketConnection implements Outbox, OutboundBuffer.Filler, Wire.Owner {
    /// How long a peer may take to read the last bytes of a connection that is being closed.
    private static final long GRACE_MILLIS = 2_000;

    private enum Stage {
        OPEN,
        MOVING,
        /// The wire is closed, and what it has brought before is read; first the CONNECT is decided on.
        ENDING,
        CLOSING,
        CLOSED
    }

    private final Broker broker;
    private final OpenListener listener;
    private final Wire wire;
    private final PacketDecoder decoder;
    private final Terms terms;
    private AccessControl access;
    private @Nullable String certifiedName;
    private String address;
    private Connection connection;
    private final OutboundBuffer outbound;
    private Loop loop;
    private Stage stage = Stage.OPEN;
    private int slot;
    private boolean isHandshaking;
    private boolean isPaused;
    private boolean isInFlushList;
    private boolean isCloseWanted;
    private boolean isRefused;
    private boolean isGivenUp;
    private long heldBytes;
    private ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;
    private long maximumPacketSize = Long.MAX_VALUE;
    private String closeReason = "the network connection was closed";

    SocketConnection(
            Broker broker,
            OpenListener listener,
            Loop loop,
            String address,
            AccessControl access,
            Terms terms,
            Function<SocketConnection, Wire> wired) {
        this.broker = broker;
        this.listener = listener;
        this.loop = loop;
        this.address = address;
        this.access = access;
        this.terms = terms;
        decoder =
                PacketDecoder.forServer(
                        loop.topicNames(), broker.options().limits().maximumPacketSize());
        wire = wired.apply(this);
        outbound = new OutboundBuffer(wire, loop, this);
        connection = new Connection(loop.shard(), this, address, access, terms);
    }

    @Override
    public Loop loop() {
        return loop;
    }

    Wire wire() {
        return wire;
    }

    /// Through which it came.
    OpenListener listener() {
        return listener;
    }

    /// True if this connection still counts among the handshakes of `where`.
    boolean isHandshaking(Loop where) {
        return isHandshaking && loop == where;
    }

    @Override
    public void onDrained() {
        connection.onWritable();
    }

    // ---- what comes from the network ----

    @Override
    public void onOpened() {
        loop.beginTurn();
        loop.shard().counters().socketsAccepted++;
        isHandshaking = true; // not before: a socket that no loop takes is none of its handshakes
        loop.handshakes().add(this);
    }

    /// What the layers below have found out; before the first packet, but for a refusal.
    void onLayerEvent(LayerEvent event) {
        switch (event) {
            case LayerEvent.Address(String clients) -> {
                address = clients;
                connection = new Connection(loop.shard(), this, address, access, terms);
            }
            case LayerEvent.Negotiated(String tls) ->
                    loop.log().log(
                            LogLevel.DEBUG, "Connection from " + address + " negotiated " + tls);
            case LayerEvent.Named(String userName) -> {
                certifiedName = userName;
                access = new CertifiedAccess(access, userName);
                connection = new Connection(loop.shard(), this, address, access, terms);
            }
            case LayerEvent.Probed() -> endBeforeMqtt();
            case LayerEvent.Refused(String why) -> refused(why);
        }
    }

    private void refused(String why) {
        closeReason = why;
        if (stage == Stage.MOVING) {
            isCloseWanted = true;
        } else if (!connection.clientId().isEmpty()) {
            wire.close();
        } else if (stage == Stage.OPEN) {
            // The text that Mosquitto has for a proxy's broken header names no address.
            String corrupt = "corrupt PROXY header";
            loop.log().log(
                    LogLevel.NOTICE,
                    why.equals(corrupt)
                            ? "Connection rejected, " + corrupt + ". It came from " + address + "."
                            : "Connection from " + address + " rejected, " + why + ".");
            endBeforeMqtt();
        }
    }

    /// Ends a connection that has not brought a packet; whoever does it has told the log.
    private void endBeforeMqtt() {
        settleHandshake();
        isRefused = true;
        stage = Stage.CLOSING;
        closeGently();
    }

    /// Stop 1 of a PUBLISH.
    @Override
    public void onBytes(ByteBuf bytes) {
        if (stage == Stage.CLOSING || stage == Stage.CLOSED) {
            return;
        }
        if (stage == Stage.MOVING) {
            hold(bytes);
            return;
        }
        loop.beginTurn();
        int count = bytes.readableBytes();
        loop.shard().counters().bytesReceived += count;
        loop.worked(slot, count);
        byte[] scratch = loop.scratch();
        bytes.readBytes(scratch, 0, count);
        decoder.feed(scratch, 0, count);
        if (!isPaused) {
            readPackets();
        }
        decoder.stash();
        loop.flushIfMuch();
    }

    /// Bytes that come on the loop that the connection is leaving.
    private void hold(ByteBuf bytes) {
        byte[] held = new byte[bytes.readableBytes()];
        bytes.readBytes(held);
        decoder.feed(held, 0, held.length);
        decoder.stash();
        heldBytes += held.length;
    }

    private void readPackets() {
        try {
            PublishRun run = loop.publishRun();
            AcknowledgementRun acknowledgements = loop.acknowledgementRun();
            while ((stage == Stage.OPEN || stage == Stage.ENDING) && !isPaused) {
                if (decoder.nextRun(run)) {
                    connection.onPublishRun(run);
                    continue;
                }
                if (decoder.nextAcknowledgements(acknowledgements)) {
                    connection.onAcknowledgements(acknowledgements);
                    continue;
                }
                Packet packet = decoder.next();
                if (packet == null) {
                    return;
                }
                if (isHandshaking && listener.isRemoved()) {
                    turnAway();
                    return;
                }
                if (isHandshaking && packet instanceof Packet.Connect sent) {
                    Packet.Connect connect = certified(sent);
                    listener.announce(address);
                    connection.claim(connect);
                    runWhereOwned(() -> connection.onPacket(connect));
                    continue;
                }
                connection.onPacket(packet);
                if (isHandshaking && connection.isConnected()) {
                    settleHandshake();
                }
            }
        } catch (MalformedPacketException e) {
            connection.onMalformed(e, decoder.version());
        }
    }

    /// The CONNECT with the User Name that a certificate says.
    private Packet.Connect certified(Packet.Connect c) {
        return certifiedName == null ? c : c.withUserName(certifiedName);
    }

    private void settleHandshake() {
        if (isHandshaking) {
            isHandshaking = false;
            slot = Slots.slotOf(connection.clientId());
            loop.handshakes().settled();
            if (connection.isConnected()) {
                // The limit may have changed since the socket was opened.
                decoder.maximumPacketSize(connection.maximumPacketSize());
            }
        }
    }

    @Override
    public void onWritability() {
        if (stage == Stage.MOVING) {
            return; // looked at on arrival
        }
        if (outbound.countUnsent() && stage == Stage.OPEN) {
            loop.beginTurn();
            connection.onWritable();
        }
    }

    @Override
    public void onClosed() {
        if (stage == Stage.MOVING) {
            return; // looked at on arrival, on another loop
        }
        loop.beginTurn();
        gone();
    }

    @Override
    public void onFailure(Throwable cause) {
        if (cause instanceof java.io.IOException) {
            closeReason = "network error: " + cause.getMessage();
        } else {
            closeReason = "internal error";
            isGivenUp = true;
            loop.log().log(
                    LogLevel.ERROR,
                    "Internal error, closing client "
                            + connection.clientId()
                            + ": "
                            + Stacks.of(cause));
        }
        wire.close();
    }

    /// Everything of this connection ends here, once.
    private void gone() {
        if (stage == Stage.MOVING || stage == Stage.CLOSED) {
            return;
        }
        if (stage == Stage.OPEN) {
            stage = Stage.ENDING;
        }
        if (stage == Stage.ENDING && !isGivenUp) {
            isPaused &= !connection.isConnected();
            readToTheEnd();
            if (isPaused && !isGivenUp) {
                return; // until its CONNECT is decided on, or has taken too long
            }
        }
        settleHandshake();
        stage = Stage.CLOSED;
        outbound.release();
        if (!isRefused) {
            connection.onClosed(closeReason);
        }
    }

    /// What came before the end counts, a DISCONNECT above all [MQTT-3.14.4-3], and so does what came
    /// with a CONNECT that is not decided on yet (section 3.1.4): layers tell the end although reading is
    /// paused, and a move takes time. Nobody is left whom a pause would slow down, and no more can
    /// come, so it is read in one go; what is answered goes nowhere.
    private void readToTheEnd() {
        decoder.feed(loop.scratch(), 0, 0);
        try {
            readPackets();
        } catch (RuntimeException | Error e) {
            onFailure(e); // whatever it is, the session must learn that its client is gone
        }
        decoder.stash();
    }

    /// Its listener is gone, and with it whoever could decide on this client. Called on the loop that
    /// would let it in: who was let in before is dismissed there.
    private void turnAway() {
        stage = Stage.CLOSING; // what else it has sent is not read
        abort("the listener it came through is closed");
    }

    /// Closes without a word.
    void abort(String why) {
        closeReason = why;
        isGivenUp = true;
        settleHandshake();
        wire.close();
        if (stage == Stage.ENDING) {
            gone(); // the wire has told its end before
        }
    }

    // ---- to another loop ----

    /// Runs a step of the handshake on the loop that owns the session of the claimed Client
    /// Identifier: at once if it is this one, else as soon as the connection has arrived there.
    private void runWhereOwned(Runnable step) {
        Loop owner = broker.loopOf(connection.clientId());
        if (owner == loop) {
            if (listener.isRemoved()) {
                turnAway();
                return;
            }
            step.run();
            if (connection.isConnected()) {
                settleHandshake();
            }
            return;
        }
        settleHandshake();
        stage = Stage.MOVING;
        wire.leave(() -> {
            loop = owner;
            outbound.moveTo(owner);
            connection.moveTo(owner.shard());
            join(() -> {
                isHandshaking = true;
                owner.handshakes().add(this);
                runWhereOwned(step); // its slot may have moved meanwhile
            });
        });
    }

    /// Gives the connection, together with its session, to another loop. Called while all loops
    /// stand still; the core uses the new loop from then on, the wire follows.
    void moveTo(Loop to) {
        Loop from = loop;
        loop = to;
        outbound.moveTo(to);
        if (stage == Stage.MOVING) {
            return; // still on its way from an earlier move; goes on from where that ends
        }
        stage = Stage.MOVING;
        from.eventLoop().execute(() -> wire.leave(() -> join(() -> {})));
    }

    /// The wire has left its old loop: joins the new one and goes on there.
    private void join(Runnable first) {
        Loop target = loop;
        wire.join(
                target,
                outcome -> {
                    if (loop != target) { // moved again meanwhile
                        wire.leave(() -> join(first));
                        return;
                    }
                    arrive(outcome, first);
                });
    }

    private void arrive(Wire.Outcome outcome, Runnable first) {
        decoder.topicNames(loop.topicNames());
        loop.beginTurn();
        stage = outcome == Wire.Outcome.JOINED ? Stage.OPEN : Stage.ENDING;
        outbound.arrived();
        counters().bytesReceived += heldBytes;
        heldBytes = 0;
        if (outcome == Wire.Outcome.FAILED) {
            wire.close();
            isGivenUp |= !connection.isConnected(); // the client is there, and could not be served
        }
        if (!isGivenUp) {
            try {
                first.run();
            } catch (RuntimeException e) {
                onFailure(e); // there is nobody above that would catch it
                if (outcome == Wire.Outcome.JOINED) {
                    return;
                }
            }
        }
        if (outcome != Wire.Outcome.JOINED) {
            gone();
            return;
        }
        resumeDecoding();
        write();
        outbound.countUnsent();
        if (isCloseWanted) {
            close();
        } else {
            connection.onWritable();
        }
    }

    private void resumeDecoding() {
        if (stage == Stage.OPEN && !isPaused) {
            decoder.feed(loop.scratch(), 0, 0);
            try {
                readPackets();
            } catch (RuntimeException e) {
                onFailure(e); // there is nobody above that would catch it
            }
            decoder.stash();
        }
    }

    // ---- Outbox: towards the network ----

    @Override
    public void negotiated(ProtocolVersion version, long maximumPacketSize) {
        this.version = version;
        this.maximumPacketSize = maximumPacketSize;
    }

    @Override
    public boolean send(Packet packet) {
        if (isEnding()) {
            return true; // as if sent
        }
        ByteWriter writer = loop.writer();
        if (!PacketEncoder.encode(packet, version, maximumPacketSize, writer)) {
            return false;
        }
        if (!isInFlushList) {
            isInFlushList = true;
            loop.acknowledgeLater(this);
        }
        outbound.append(writer);
        flushIfLarge();
        return true;
    }

    @Override
    public boolean publish(PublishTemplates.Template template, int packetId) {
        if (template.length() > maximumPacketSize) {
            return false;
        }
        if (isEnding()) {
            return true;
        }
        deliverLater();
        outbound.append(template, packetId);
        flushIfLarge();
        return true;
    }

    @Override
    public boolean relay(PublishRun run, int[] packetIds) {
        if (run.longestPacket() > maximumPacketSize) {
            return false;
        }
        if (isEnding()) {
            return true;
        }
        deliverLater();
        outbound.append(run, packetIds);
        flushIfLarge();
        return true;
    }

    private void deliverLater() {
        if (!isInFlushList) {
            isInFlushList = true;
            loop.deliverLater(this);
        }
    }

    private void flushIfLarge() {
        if (outbound.isLarge()) {
            write();
        }
    }

    private boolean isEnding() {
        return stage == Stage.ENDING
                || stage == Stage.CLOSING
                || stage == Stage.CLOSED
                || isCloseWanted;
    }

    /// The end of the turn: one write for all that was appended.
    void flush() {
        isInFlushList = false;
        if (stage == Stage.OPEN && isHandshaking && connection.isConnected()) {
            settleHandshake();
        }
        write();
    }

    private void write() {
        int count = outbound.write();
        if (count > 0) {
            loop.worked(slot, count);
        }
    }

    @Override
    public boolean isWritable() {
        return (stage == Stage.OPEN || stage == Stage.MOVING)
                && outbound.isWritable(broker.options().maximumOutboundBytes());
    }

    @Override
    public void pauseReading() {
        if (stage == Stage.ENDING && connection.isConnected()) {
            return;
        }
        isPaused = true;
        wire.pauseReading();
    }

    @Override
    public void resumeReading() {
        if (stage == Stage.ENDING) {
            isPaused = false; // whoever has it decided on reads on
        }
        if (!isPaused || isEnding()) {
            return;
        }
        isPaused = false;
        wire.resumeReading();
        loop.execute(this::resumeDecoding); // which does nothing while the connection moves
    }

    /// Nothing else moves a connection whose CONNECT is being decided on, so that `loop` is the one
    /// that asked.
    @Override
    public void execute(Runnable answer) {
        try {
            loop.execute(() -> {
                if (stage != Stage.OPEN && stage != Stage.ENDING) {
                    return; // gone while the answer was under way
                }
                boolean isEnded = stage == Stage.ENDING;
                try {
                    runWhereOwned(answer);
                } catch (RuntimeException e) {
                    onFailure(e); // there is nobody above that would catch it
                }
                if (isEnded) {
                    gone();
                }
            });
        } catch (RejectedExecutionException e) {
            // The broker has stopped, and the client is gone with it.
        }
    }

    @Override
    public void close() {
        if (stage == Stage.CLOSING || stage == Stage.CLOSED) {
            return;
        }
        if (stage == Stage.MOVING) {
            isCloseWanted = true;
            return;
        }
        if (stage == Stage.ENDING) {
            stage = Stage.CLOSING; // the wire is closed; reads no further
            return;
        }
        settleHandshake();
        if (outbound.isEmpty()) {
            stage = Stage.CLOSING;
            wire.close();
            return;
        }
        write();
        stage = Stage.CLOSING;
        closeGently();
    }

    private void closeGently() {
        // What the peer sent and nobody reads would turn an abrupt close into a reset, which can
        // overtake the last packet. So say that no more comes, and let the peer close.
        wire.resumeReading();
        wire.finish();
        loop.eventLoop()
                .schedule(
                        () -> {
                            if (stage == Stage.CLOSING) {
                                wire.close();
                            }
                        },
                        GRACE_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    private Counters counters() {
        return loop.shard().counters();
    }
}
