package io.hawkermq.client;

import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ReasonCode;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A network connection from CONNECT to its end: the handshake, enhanced authentication, keep
/// alive, and DISCONNECT from either side. Everything between goes to the [ClientSession].
final class Connection implements Wire.Owner {
    /// The longest wait for PINGRESP.
    private static final long LONGEST_PING = TimeUnit.SECONDS.toNanos(20);

    private final ClientCore core;
    private final ClientOptions options;
    private final Loop loop;
    private final Wire wire;
    private final Authentication authentication;
    private boolean isAccepted;
    private boolean isEnded;
    private long keepAliveNanos;
    private long lastSent;
    private long lastReceived;

    /// When the unanswered PINGREQ was sent; meaningless while [#isPingPending] is false.
    private long pingSent;

    private boolean isPingPending;
    private boolean isReadingPaused;
    private Loop.@Nullable Timer timer;

    /// Sends CONNECT.
    ///
    /// @param isFirst false if the session is one that this client has had before
    Connection(ClientCore core, Attempt.Opened opened, boolean isFirst) throws IOException {
        this.core = core;
        this.options = core.options();
        this.loop = core.loop();
        this.wire =
                new Wire(
                        loop, this, opened.layer(), options.version(), options.maximumPacketSize());
        this.authentication = new Authentication(core, this, opened.authenticator());
        boolean cleanStart = options.cleanStart() && (isFirst || !options.isSessionKept());
        Properties properties =
                authentication.inConnect(options.properties(), opened.authenticationData());
        send(
                new Packet.Connect(
                        options.version(),
                        options.isBridge(),
                        cleanStart,
                        options.keepAlive(),
                        core.clientId(),
                        options.will(),
                        opened.credentials().userName(),
                        opened.credentials().password(),
                        properties));
    }

    long bytesRead() {
        return wire.bytesRead();
    }

    long bytesWritten() {
        return wire.bytesWritten();
    }

    Authentication authentication() {
        return authentication;
    }

    boolean send(Packet packet) {
        lastSent = Loop.now();
        return wire.send(packet);
    }

    boolean isCongested() {
        return wire.isCongested();
    }

    void pause(boolean isToPause) {
        isReadingPaused = isToPause;
        lastReceived = Loop.now();
        wire.pause(isToPause);
    }

    @Override
    public void received(Packet packet) throws MalformedPacketException {
        lastReceived = Loop.now();
        if (isEnded) {
            return;
        }
        switch (packet) {
            case Packet.Connack p -> onConnack(p);
            case Packet.Auth p -> authentication.onAuth(p);
            case Packet.Disconnect p -> onDisconnect(p);
            case Packet.Pingresp p -> isPingPending = false;
            case Packet.Publish p -> {
                core.counted();
                core.session().received(p);
            }
            default -> core.session().received(packet);
        }
    }

    private void onConnack(Packet.Connack p) throws MalformedPacketException {
        Properties properties = p.properties();
        ReasonCode code = p.reasonCode();
        if (code.isError()) {
            end(refusal(code, properties), null);
            return;
        }
        if (p.sessionPresent() && options.cleanStart() && !options.isSessionKept()) {
            throw new MalformedPacketException( // [MQTT-3.2.2-4]
                    ReasonCode.PROTOCOL_ERROR, "CONNACK resumes a session that was to be new");
        }
        authentication.onConnack(properties.binary(Property.AUTHENTICATION_DATA), () -> accept(p));
        if (!isAccepted) {
            // What follows CONNACK waits until its proof is looked at.
            wire.pause(true);
        }
    }

    private void accept(Packet.Connack p) {
        if (isEnded) {
            return;
        }
        wire.pause(isReadingPaused);
        Properties properties = p.properties();
        String assigned = properties.text(Property.ASSIGNED_CLIENT_IDENTIFIER);
        int keepAlive = (int) properties.number(Property.SERVER_KEEP_ALIVE, options.keepAlive());
        ConnectResult result =
                new ConnectResult(
                        options.version(),
                        p.sessionPresent(),
                        assigned == null ? core.clientId() : assigned,
                        keepAlive,
                        properties);
        wire.maximumPacketSize(result.maximumPacketSize());
        isAccepted = true;
        keepAliveNanos = TimeUnit.SECONDS.toNanos(keepAlive);
        if (keepAlive > 0) {
            timer = loop.schedule(Loop.now() + keepAliveNanos, this::onKeepAlive);
        }
        core.accepted(result);
    }

    boolean isAccepted() {
        return isAccepted;
    }

    private static Ending refusal(ReasonCode code, Properties properties) {
        return switch (code) {
            case USE_ANOTHER_SERVER, SERVER_MOVED ->
                    new Ending.Redirected(
                            code, properties.text(Property.SERVER_REFERENCE), properties);
            default -> new Ending.Refused(code, properties);
        };
    }

    private void onDisconnect(Packet.Disconnect p) {
        Properties properties = p.properties();
        end(
                switch (p.reasonCode()) {
                    case SESSION_TAKEN_OVER -> new Ending.TakenOver(properties);
                    case USE_ANOTHER_SERVER, SERVER_MOVED ->
                            new Ending.Redirected(
                                    p.reasonCode(),
                                    properties.text(Property.SERVER_REFERENCE),
                                    properties);
                    default -> new Ending.ByServer(p.reasonCode(), properties);
                },
                null);
    }

    /// Nothing was sent, or nothing received, for the Keep Alive [MQTT-3.1.2-20]; or PINGRESP is
    /// late. The timer is not moved with each packet: it looks when it fires.
    private void onKeepAlive() {
        timer = null;
        if (isEnded) {
            return;
        }
        long now = Loop.now();
        long patience = Math.min(keepAliveNanos, LONGEST_PING);
        // Any packet shows that the server lives; and without reading none can come.
        boolean isHeard = isReadingPaused || (isPingPending && lastReceived - pingSent > 0);
        if (isPingPending && !isHeard && now - pingSent >= patience) {
            end(new Ending.Unresponsive(Duration.ofNanos(patience)), null);
            return;
        }
        if (isPingPending && isHeard) {
            isPingPending = false;
        }
        // A connection on which one side only is heard needs PINGREQ too: for the server, which
        // wants to hear something, or for this client, which does.
        long due =
                Math.min(lastSent, Math.max(lastReceived, pingSentOr(lastSent))) + keepAliveNanos;
        if (!isPingPending && now - due >= 0) {
            isPingPending = true;
            pingSent = now;
            send(new Packet.Pingreq());
        }
        long next = isPingPending ? pingSent + patience : due;
        timer = loop.schedule(Math.max(next, now + 1_000_000), this::onKeepAlive);
    }

    private long pingSentOr(long otherwise) {
        return isPingPending ? pingSent : otherwise;
    }

    @Override
    public void malformed(MalformedPacketException e) {
        ReasonCode code = e.reasonCode();
        Packet farewell =
                options.version().isMqtt5() && isAccepted
                        ? new Packet.Disconnect(code, Properties.NONE)
                        : null;
        end(new Ending.ProtocolBroken(code, e.reason()), farewell);
    }

    @Override
    public void flushed() {
        if (isAccepted && !isEnded) {
            core.session().flushed();
        }
    }

    @Override
    public void lost(Ending ending) {
        if (!isEnded) {
            isEnded = true;
            loop.cancel(timer);
            authentication.ended(ending);
            core.ended(ending);
        }
    }

    /// Ends the connection from this side.
    ///
    /// @param farewell sent before, as far as the network takes it now
    void end(Ending ending, @Nullable Packet farewell) {
        if (isEnded) {
            return;
        }
        isEnded = true;
        loop.cancel(timer);
        if (farewell != null) {
            wire.send(farewell);
            wire.closeGently();
            // A server that does not read does not keep the socket open for ever.
            loop.schedule(Loop.now() + TimeUnit.SECONDS.toNanos(2), wire::closeNow);
        } else {
            wire.closeNow();
        }
        authentication.ended(ending);
        core.ended(ending);
    }
}
