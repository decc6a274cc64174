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
    private final ClientCore core;
    private final ClientOptions options;
    private final Loop loop;
    private final Wire wire;
    private final Authentication authentication;
    private boolean isAccepted;
    private boolean isEnded;
    private @Nullable KeepAlive keepAlive;
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
        KeepAlive current = keepAlive;
        if (current != null) {
            current.sent(Loop.now());
        }
        return wire.send(packet);
    }

    boolean isCongested() {
        return wire.isCongested();
    }

    void pause(boolean isToPause) {
        isReadingPaused = isToPause;
        KeepAlive current = keepAlive;
        if (current != null) {
            current.deaf(isToPause, Loop.now());
        }
        wire.pause(isToPause);
    }

    @SuppressWarnings("IfChainToSwitch") // see below
    @Override
    public void received(Packet packet) throws MalformedPacketException {
        if (isEnded) {
            return;
        }
        KeepAlive current = keepAlive;
        if (current != null) {
            current.received(Loop.now());
        }
        // No pattern switch on the way of a first message: Java makes a class for each when it
        // runs,
        // which no ahead-of-time cache holds and which short programs wait for.
        if (packet instanceof Packet.Publish p) {
            core.counted();
            core.session().received(p);
        } else if (packet instanceof Packet.Connack p) {
            onConnack(p);
        } else if (packet instanceof Packet.Auth p) {
            authentication.onAuth(p);
        } else if (packet instanceof Packet.Disconnect p) {
            onDisconnect(p);
        } else if (!(packet instanceof Packet.Pingresp)) { // which is heard, that is all
            core.session().received(packet);
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
        int seconds = (int) properties.number(Property.SERVER_KEEP_ALIVE, options.keepAlive());
        ConnectResult result =
                new ConnectResult(
                        options.version(),
                        p.sessionPresent(),
                        assigned == null ? core.clientId() : assigned,
                        seconds,
                        properties);
        wire.maximumPacketSize(result.maximumPacketSize());
        isAccepted = true;
        if (seconds > 0) {
            KeepAlive begun = new KeepAlive(seconds, Loop.now());
            keepAlive = begun;
            timer = loop.schedule(begun.next(), this::onKeepAlive);
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

    /// The timer is not moved with each packet: it looks when it fires.
    private void onKeepAlive() {
        timer = null;
        KeepAlive current = keepAlive;
        if (isEnded || current == null) {
            return;
        }
        switch (current.look(Loop.now())) {
            case WAIT -> {}
            case PING -> wire.send(new Packet.Pingreq());
            case GIVE_UP -> {
                end(new Ending.Unresponsive(Duration.ofNanos(current.patience())), null);
                return;
            }
        }
        timer = loop.schedule(current.next(), this::onKeepAlive);
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
        if (farewell != null && sendFarewell(farewell)) {
            wire.closeGently();
            // A server that does not read does not keep the socket open for ever.
            loop.schedule(Loop.now() + TimeUnit.SECONDS.toNanos(2), wire::closeNow);
        } else {
            wire.closeNow();
        }
        authentication.ended(ending);
        core.ended(ending);
    }

    /// @return false if it cannot be written: whoever wants the end gets it nevertheless
    private boolean sendFarewell(Packet farewell) {
        try {
            wire.send(farewell);
            return true;
        } catch (IllegalArgumentException e) {
            core.trace("DISCONNECT cannot be written: " + e.getMessage());
            return false;
        }
    }
}
