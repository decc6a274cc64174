package io.hawkermq.core;

import io.hawkermq.protocol.AcknowledgementRun;
import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.OutboundTopicAliases;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketType;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.PublishRun;
import io.hawkermq.protocol.PublishTemplates;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicName;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What the protocol says about one network connection: waits for CONNECT, lets [Handshake] accept
/// it, then is the switch over the packets that the client sends. Ends with the network connection
/// or by [#refuse]; the [Session] outlives it.
///
/// The transport creates it, hands in packets and events on the loop of the shard that owns it, and
/// gives it an [Outbox] to write to.
public final class Connection {
    /// What a Message Expiry Interval can hold.
    private static final long MOST_EXPIRY_SECONDS = 0xFFFF_FFFFL;

    /// As of an entry in the log.
    private static final int MOST_REASON_CHARACTERS = 1_000;

    /// Packets that may wait in the [Journal] when one more comes: each may be answered by another,
    /// and while the disk takes nothing a client could go on for ever.
    private static final int MOST_AWAITING = 65_535;

    private enum State {
        AWAITING_CONNECT,
        AUTHENTICATING,
        CONNECTED,
        CLOSED
    }

    private final Outbox outbox;
    private final String address;
    private final AccessControl access;
    private final Terms terms;
    private final Timers.Timer keepAliveTimer = new Timers.Timer(this::onKeepAlive);
    private Shard shard;
    private State state = State.AWAITING_CONNECT;
    private @Nullable Handshake handshake;
    private ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;
    private @Nullable Session session;
    private @Nullable Incoming incoming;
    private String clientId = "";
    private boolean isBridge;
    private boolean givesReasons = true;
    private long keepAliveMillis;
    private int maximumPacketSize;
    private long lastReceived;
    private int awaiting;
    private boolean isConnackAwaited;
    private OutboundTopicAliases outboundAliases = OutboundTopicAliases.OFF;

    /// A connection that the shard's own [AccessControl] decides on.
    ///
    /// @param address of the peer, as text
    public Connection(Shard shard, Outbox outbox, String address) {
        this(shard, outbox, address, shard.access());
    }

    /// @param address of the peer, as text
    /// @param access decides on this connection, and on its session until another one takes it up
    public Connection(Shard shard, Outbox outbox, String address, AccessControl access) {
        this(shard, outbox, address, access, Terms.DEFAULT);
    }

    /// @param address of the peer, as text
    /// @param access decides on this connection, and on its session until another one takes it up
    /// @param terms of the listener that it came through
    public Connection(
            Shard shard, Outbox outbox, String address, AccessControl access, Terms terms) {
        this.shard = shard;
        this.outbox = outbox;
        this.address = address;
        this.access = access;
        this.terms = terms;
    }

    /// The Client Identifier under which a CONNECT asks to be accepted, so that the transport can
    /// bring the connection to the shard that owns it: the client's own, or a new one if it is
    /// empty and the version lets the server assign one [MQTT-3.1.3-6]. Stays empty for a client
    /// that is to be refused for it.
    public String claim(Packet.Connect connect) {
        if (clientId.isEmpty()) {
            clientId =
                    switch (terms.clientIds()) {
                        case USER_NAME -> Objects.requireNonNullElse(connect.userName(), "");
                        case OWN ->
                                connect.clientId().isEmpty() && mayAssignClientId(connect)
                                        ? shard.newClientId(terms.assignedBeginning())
                                        : connect.clientId();
                    };
        }
        return clientId;
    }

    private boolean mayAssignClientId(Packet.Connect connect) {
        return terms.emptyClientIds() == Terms.EmptyClientIds.ASSIGNED
                && Handshake.mayAssignClientId(connect);
    }

    /// Gives the connection to another shard; before its CONNECT is handed in, or with its session.
    public void moveTo(Shard to) {
        shard.timers().stop(keepAliveTimer);
        boolean wasHeldBack = shard.budgets().noLongerHeldBack(this);
        shard = to;
        if (state == State.CONNECTED) {
            startKeepAlive();
        }
        if (wasHeldBack) {
            to.budgets().holdBack(this);
        }
    }

    /// True once a CONNECT was accepted and as long as the connection is open.
    public boolean isConnected() {
        return state == State.CONNECTED;
    }

    /// Bytes of the largest packet that the client may send, as its CONNACK tells it [MQTT-3.2.2-15];
    /// once it [#isConnected].
    public int maximumPacketSize() {
        return maximumPacketSize;
    }

    /// The Client Identifier once [#claim] was called, else empty.
    public String clientId() {
        return clientId;
    }

    // ---- what comes from the network ----

    /// The switch of the protocol: a packet came.
    public void onPacket(Packet packet) {
        if (state == State.CLOSED) {
            return;
        }
        lastReceived = shard.now();
        shard.counters().received[packet.type().value()]++;
        if (state == State.CONNECTED) {
            if (!mayTakePacket()) {
                return;
            }
            Session s = Objects.requireNonNull(session);
            debugReceived(packet);
            switch (packet) {
                case Packet.Publish p -> incoming().onPublish(p);
                case Packet.Puback p -> s.outgoing().onPuback(p.packetId());
                case Packet.Pubrec p -> s.outgoing().onPubrec(p.packetId(), p.reasonCode());
                case Packet.Pubrel p -> incoming().onPubrel(p.packetId());
                case Packet.Pubcomp p -> s.outgoing().onPubcomp(p.packetId());
                case Packet.Subscribe p -> new Subscribing(this, s, shard).subscribe(p);
                case Packet.Unsubscribe p -> new Subscribing(this, s, shard).unsubscribe(p);
                case Packet.Pingreq p -> send(new Packet.Pingresp());
                case Packet.Disconnect p -> onDisconnect(p, s);
                case Packet.Auth p -> handshake().onAuth(p);
                case Packet.Connect p ->
                        refuse(ReasonCode.PROTOCOL_ERROR, "a second CONNECT"); // [MQTT-3.1.0-2]
                case Packet.Connack p -> refuseFromClient(p);
                case Packet.Suback p -> refuseFromClient(p);
                case Packet.Unsuback p -> refuseFromClient(p);
                case Packet.Pingresp p -> refuseFromClient(p);
            }
            return;
        }
        switch (packet) {
            case Packet.Connect p when state == State.AWAITING_CONNECT -> {
                state = State.AUTHENTICATING;
                version = p.version();
                isBridge = p.isBridge();
                handshake().onConnect(p);
            }
            // [MQTT-3.1.2-30]
            case Packet.Auth p when state == State.AUTHENTICATING -> handshake().onAuth(p);
            case Packet.Disconnect p when state == State.AUTHENTICATING ->
                    closeSilently("the client left");
            default -> cameBeforeConnack(packet.type());
        }
    }

    /// A PUBLISH has its line when its Topic Name is known.
    private void debugReceived(Packet packet) {
        if (shard.isDebug() && !(packet instanceof Packet.Publish)) {
            DebugLines.received(packet, clientId).forEach(shard::debug);
        }
    }

    private void cameBeforeConnack(PacketType type) {
        closeSilently("it sent " + type + " before CONNACK"); // [MQTT-3.1.4-6]
    }

    /// False if the connection is closed, or is now, because too much of it waits.
    private boolean mayTakePacket() {
        if (awaiting > MOST_AWAITING && state == State.CONNECTED) {
            refuse(
                    ReasonCode.QUOTA_EXCEEDED,
                    "more than " + MOST_AWAITING + " packets wait for the disk");
        }
        return state == State.CONNECTED;
    }

    /// PUBLISH packets came that most often can be passed on as they are. What is more to do takes
    /// the way of all others.
    public void onPublishRun(PublishRun run) {
        if (state != State.CONNECTED || awaiting > MOST_AWAITING || !incoming().mayRelay(run)) {
            run.packets().forEach(this::onPacket);
            return;
        }
        lastReceived = shard.now();
        shard.counters().received[PacketType.PUBLISH.value()] += run.count();
        incoming().relay(run);
    }

    /// Acknowledgements came, all of one type.
    public void onAcknowledgements(AcknowledgementRun run) {
        if (state != State.CONNECTED) {
            cameBeforeConnack(run.type());
            return;
        }
        lastReceived = shard.now();
        int taken = 0;
        while (taken < run.count() && mayTakePacket()) {
            onAcknowledgement(run.type(), run.packetId(taken++));
        }
        shard.counters().received[run.type().value()] += taken;
    }

    private void onAcknowledgement(PacketType type, int packetId) {
        if (shard.isDebug()) {
            debugReceived(AcknowledgementRun.packet(type, packetId));
        }
        Outgoing outgoing = session().outgoing();
        switch (type) {
            case PUBACK -> outgoing.onPuback(packetId);
            case PUBREC -> outgoing.onPubrec(packetId, ReasonCode.SUCCESS);
            case PUBREL -> incoming().onPubrel(packetId);
            case PUBCOMP -> outgoing.onPubcomp(packetId);
            default -> throw new AssertionError(type + " is no acknowledgement");
        }
    }

    /// The bytes that came are no packet: says so as far as the version can, and closes
    /// [MQTT-4.13.1-1].
    ///
    /// @param sentBy the version of the peer as far as its CONNECT told it, or null
    public void onMalformed(MalformedPacketException e, @Nullable ProtocolVersion sentBy) {
        switch (state) {
            case CONNECTED -> {
                if (e.isAnswered()) {
                    refuse(e.reasonCode(), e.reason());
                } else {
                    closeSilently(e.reason());
                }
            }
            case AWAITING_CONNECT -> {
                if (e.reasonCode() == ReasonCode.UNSUPPORTED_PROTOCOL_VERSION) {
                    // [MQTT-3.1.2-2], in the form of 5.0 as the code is one of 5.0. As
                    // Mosquitto, in that of 3.1.1 if only the Protocol Name is wrong.
                    outbox.negotiated(
                            sentBy == null ? ProtocolVersion.MQTT_5 : ProtocolVersion.MQTT_3_1_1,
                            Long.MAX_VALUE);
                    send(new Packet.Connack(false, e.reasonCode(), Properties.NONE));
                } else if (sentBy == ProtocolVersion.MQTT_5 && e.isAnswered()) {
                    version = sentBy;
                    outbox.negotiated(version, Long.MAX_VALUE);
                    send(
                            new Packet.Connack(
                                    false,
                                    e.reasonCode(),
                                    refusalReason(e.reason()))); // [MQTT-3.1.4-1]
                }
                closeSilently(e.reason());
            }
            case AUTHENTICATING -> closeSilently(e.reason());
            case CLOSED -> {}
        }
    }

    /// The network connection is gone.
    ///
    /// @param why for the log
    public void onClosed(String why) {
        end(why);
    }

    /// The network has taken bytes: [Outbox#isWritable] is true again.
    public void onWritable() {
        Session s = session;
        if (s != null && state == State.CONNECTED) {
            s.outgoing().schedulePump();
        }
    }

    // ---- packets ----

    private void onDisconnect(Packet.Disconnect p, Session s) {
        long expiry = p.properties().number(Property.SESSION_EXPIRY_INTERVAL, -1);
        if (expiry > 0 && s.expiryInterval() == 0) {
            refuse(
                    ReasonCode.PROTOCOL_ERROR,
                    "a DISCONNECT sets a Session Expiry Interval where CONNECT had none (section 3.14.2.2.2)");
            return;
        }
        if (expiry >= 0) {
            s.expiryInterval(shard.limits().sessionExpiryInterval(expiry));
        }
        if (p.reasonCode() == ReasonCode.SUCCESS) {
            s.discardWill(); // [MQTT-3.14.4-3]
        }
        closeSilently("it disconnected");
    }

    private void refuseFromClient(Packet packet) {
        refuse(ReasonCode.PROTOCOL_ERROR, packet.type() + " is not for clients to send");
    }

    private void onKeepAlive() {
        long idle = shard.now() - lastReceived;
        if (idle >= keepAliveMillis) {
            refuse(
                    ReasonCode.KEEP_ALIVE_TIMEOUT,
                    "nothing came for 1.5 times the Keep Alive"); // [MQTT-3.1.2-22]
        } else {
            shard.timers().set(keepAliveTimer, lastReceived + keepAliveMillis);
        }
    }

    // ---- towards the client ----

    /// Sends any packet but a PUBLISH; not before a CONNACK that waits for durability.
    void send(Packet packet) {
        if (isConnackAwaited) {
            shard.journal().sendInOrder(this, packet);
        } else {
            transmit(packet);
        }
    }

    /// The last step of [#send], and of whatever waited in the [Journal].
    void transmit(Packet packet) {
        if (isConnackAwaited && packet instanceof Packet.Connack) {
            isConnackAwaited = false;
            session().outgoing().schedulePump();
        }
        if (shard.isDebug()) {
            shard.debug(DebugLines.sending(packet, clientId, version));
        }
        if (outbox.send(packet)) {
            shard.counters().sent[packet.type().value()]++;
        } else if (!(packet instanceof Packet.Connack || packet instanceof Packet.Disconnect)) {
            // [MQTT-3.1.2-24] Not to answer at all would leave the client waiting for ever. The two
            // are refusals here, of a connection that closes anyway.
            refuse(
                    ReasonCode.PACKET_TOO_LARGE,
                    "its Maximum Packet Size leaves no room for " + packet.type());
        }
    }

    /// Sends CONNACK, and nothing before it, once all that the CONNECT changed is durable.
    void sendWhenDurable(Packet.Connack connack) {
        isConnackAwaited = true;
        shard.journal().sendWhenDurable(this, connack);
    }

    /// So many more packets wait in the [Journal].
    void awaits(int more) {
        awaiting += more;
    }

    /// True if packets wait in the [Journal], which others must not overtake.
    boolean isAwaiting() {
        return awaiting > 0;
    }

    /// True from when CONNECT was accepted until its CONNACK, which waits for durability, is sent.
    boolean isConnackAwaited() {
        return isConnackAwaited;
    }

    boolean isWritable() {
        return outbox.isWritable() && !isConnackAwaited;
    }

    /// See [Incoming#isAnswering].
    boolean isAnswering() {
        Incoming now = incoming;
        return now != null && now.isAnswering();
    }

    /// Stop 8 of a PUBLISH begins here: into the outbound buffer.
    ///
    /// @param packetId 0 at QoS 0
    /// @return false if it is too large for the client
    boolean transmit(
            Message m, QoS qos, boolean retain, int @Nullable [] identifiers, int packetId) {
        boolean fits;
        if (hasOwnTopics() || (version.isMqtt5() && (identifiers != null || m.expires()))) {
            fits = transmitAlone(m, qos, retain, identifiers, packetId);
        } else {
            PublishTemplates.Template template =
                    shard.encodings()
                            .of(m)
                            .template(version, qos, PublishTemplates.Retain.of(retain));
            fits = outbox.publish(template, packetId);
        }
        if (fits) {
            count(m);
            debugSending(0, qos, retain, packetId, m);
        }
        return fits;
    }

    /// True if what is encoded for one of this version is just what the client gets, but for
    /// Subscription Identifiers.
    boolean takesAsPublished(boolean mqtt5) {
        return version.isMqtt5() == mqtt5 && !hasOwnTopics();
    }

    /// True if this client gets Topic Names in another form than others do.
    private boolean hasOwnTopics() {
        return terms.mountPoint() != null || !outboundAliases.isOff();
    }

    /// Passes packets on as they came.
    ///
    /// @param packetIds as of [Outbox#relay]
    /// @return false if one of them is too large for the client
    boolean relay(PublishRun run, int[] packetIds) {
        boolean fits = outbox.relay(run, packetIds);
        if (fits) {
            shard.counters().sent[PacketType.PUBLISH.value()] += run.count();
            shard.counters().publishBytesSent += run.payloadBytes();
        }
        return fits;
    }

    /// Sends a delivery of an earlier connection again [MQTT-3.3.1-1].
    boolean retransmit(Delivery d, int packetId) {
        Properties properties = forwarded(d.message(), d.identifiers());
        boolean fits =
                outbox.send(
                        new Packet.Publish(
                                true,
                                d.qos(),
                                d.retain(),
                                terms.unmounted(d.message().topic()),
                                packetId,
                                properties,
                                d.message().payload()));
        if (fits) {
            count(d.message());
            debugSending(1, d.qos(), d.retain(), packetId, d.message());
        }
        return fits;
    }

    private boolean transmitAlone(
            Message m, QoS qos, boolean retain, int @Nullable [] identifiers, int packetId) {
        TopicName topic = terms.unmounted(m.topic());
        Properties properties = forwarded(m, identifiers);
        int alias = outboundAliases.find(topic);
        if (alias != 0) {
            return send(
                    m, qos, retain, null, packetId, properties.with(Property.TOPIC_ALIAS, alias));
        }
        alias = outboundAliases.assign(topic);
        if (alias != 0) {
            if (send(
                    m,
                    qos,
                    retain,
                    topic,
                    packetId,
                    properties.with(Property.TOPIC_ALIAS, alias))) {
                return true;
            }
            outboundAliases.forgetLast(topic); // the client has not seen it; without, it may fit
        }
        return send(m, qos, retain, topic, packetId, properties);
    }

    /// @return false if it is too large for the client
    private boolean send(
            Message m,
            QoS qos,
            boolean retain,
            @Nullable TopicName topic,
            int packetId,
            Properties properties) {
        return outbox.send(
                new Packet.Publish(false, qos, retain, topic, packetId, properties, m.payload()));
    }

    /// The properties that a subscriber gets of a message: those of the publisher unaltered, what
    /// is left of the Message Expiry Interval [MQTT-3.3.2-6], the Subscription Identifiers.
    private Properties forwarded(Message m, int @Nullable [] identifiers) {
        if (!version.isMqtt5()) {
            return Properties.NONE;
        }
        if (identifiers == null && !m.expires()) {
            return m.properties();
        }
        Properties.Builder b = Properties.builder();
        m.properties().forEach(b::add);
        if (m.expires()) {
            // The wall clock may have gone back over a restart, which must not make it unsendable.
            long left = (m.expiresAt() - shard.now() + 999) / 1_000;
            b.add(Property.MESSAGE_EXPIRY_INTERVAL, Math.clamp(left, 0L, MOST_EXPIRY_SECONDS));
        }
        if (identifiers != null) {
            for (int identifier : identifiers) {
                b.add(Property.SUBSCRIPTION_IDENTIFIER, identifier);
            }
        }
        return b.build();
    }

    private void count(Message m) {
        shard.counters().sent[PacketType.PUBLISH.value()]++;
        shard.counters().publishBytesSent += m.payload().length;
    }

    private void debugSending(int dup, QoS qos, boolean retain, int packetId, Message m) {
        if (shard.isDebug()) {
            shard.debug(
                    "Sending PUBLISH to "
                            + clientId
                            + " (d"
                            + dup
                            + ", q"
                            + qos.level()
                            + ", r"
                            + (retain ? 1 : 0)
                            + ", m"
                            + packetId
                            + ", '"
                            + m.topic()
                            + "', ... ("
                            + m.payload().length
                            + " bytes))");
        }
    }

    /// A Reason String, unless the client does not want any or its version has none
    /// [MQTT-3.1.2-29].
    Properties reason(String text) {
        return version.isMqtt5()
                        && givesReasons
                        && terms.reasonStrings() == Terms.ReasonStrings.SENT
                ? reasonString(text)
                : Properties.NONE;
    }

    /// A reason may quote what the client has sent, which can be as long as any text in a packet.
    private static Properties reasonString(String text) {
        int end = Math.min(text.length(), MOST_REASON_CHARACTERS);
        if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        return Properties.of(Property.REASON_STRING, text.substring(0, end));
    }

    // ---- the end ----

    /// Closes the connection for a reason that the client is told: by CONNACK before it was
    /// accepted, by DISCONNECT afterwards, if its version has that [MQTT-4.13.2-1].
    void refuse(ReasonCode reasonCode, String why) {
        if (state == State.AUTHENTICATING) {
            send(new Packet.Connack(false, reasonCode, refusalReason(why)));
            if (reasonCode == ReasonCode.NOT_AUTHORIZED
                    || reasonCode == ReasonCode.BAD_USER_NAME_OR_PASSWORD) {
                closeSilently("not authorised. The reason: " + why); // scripts know the beginning
                return;
            }
        } else if (state == State.CONNECTED && version.isMqtt5()) {
            // [MQTT-3.1.2-29] lets DISCONNECT and CONNACK have their Reason String always.
            send(new Packet.Disconnect(reasonCode, refusalReason(why)));
        }
        closeSilently(why);
    }

    private Properties refusalReason(String why) {
        return version.isMqtt5() && terms.reasonStrings() == Terms.ReasonStrings.SENT
                ? reasonString(why)
                : Properties.NONE;
    }

    void closeSilently(String why) {
        if (state != State.CLOSED) {
            outbox.close();
            end(why);
        }
    }

    /// Something that was to be done for this client went wrong, by a fault of this program.
    void failed(RuntimeException fault) {
        shard.fault("Internal error, closing client " + clientId, fault);
        try {
            closeSilently("internal error");
        } catch (RuntimeException e) {
            shard.fault("Internal error in the end of client " + clientId, e);
        }
    }

    private void end(String why) {
        if (state == State.CLOSED) {
            return;
        }
        boolean wasConnected = state == State.CONNECTED;
        state = State.CLOSED;
        shard.timers().stop(keepAliveTimer);
        shard.budgets().noLongerHeldBack(this);
        if (clientId.isEmpty()) {
            shard.connectionNotice(
                    "Client <unknown> from " + address + " closed its connection: " + why + ".");
        } else {
            shard.connectionNotice(
                    "Client " + clientId + " [" + address + "] disconnected: " + why + ".");
        }
        Session s = session;
        if (wasConnected && s != null) {
            s.disconnected();
        }
    }

    // ---- for the handshake ----

    private Handshake handshake() {
        if (handshake == null) {
            handshake = new Handshake(this);
        }
        return handshake;
    }

    /// CONNECT was accepted; CONNACK is the next thing sent.
    void accepted(Session by, Packet.Connect connect, int keepAlive) {
        session = by;
        state = State.CONNECTED;
        givesReasons = connect.properties().number(Property.REQUEST_PROBLEM_INFORMATION, 1) == 1;
        keepAliveMillis = keepAlive * 1_500L;
        Limits limits = shard.limits();
        maximumPacketSize = limits.maximumPacketSize();
        boolean isMqtt5 = version.isMqtt5();
        incoming =
                new Incoming(
                        this,
                        by,
                        isMqtt5 ? terms.topicAliasMaximum(limits) : 0,
                        limits.receiveMaximum());
        if (isMqtt5) {
            long theirs = connect.properties().number(Property.TOPIC_ALIAS_MAXIMUM, 0);
            int most = (int) Math.min(theirs, terms.topicAliasMaximumBroker(limits));
            if (most > 0) {
                outboundAliases = new OutboundTopicAliases(most);
            }
        }
        if (connect.properties().text(Property.AUTHENTICATION_METHOD) == null) {
            handshake = null; // nothing to do again
        }
        // What the client has sent while it was decided on was not read.
        lastReceived = shard.now();
        startKeepAlive();
    }

    private void startKeepAlive() {
        if (keepAliveMillis > 0) {
            shard.timers().set(keepAliveTimer, lastReceived + keepAliveMillis);
        }
    }

    boolean isAuthenticating() {
        return state == State.AUTHENTICATING;
    }

    Shard shard() {
        return shard;
    }

    /// What the transport gave it to write to.
    public Outbox outbox() {
        return outbox;
    }

    ProtocolVersion version() {
        return version;
    }

    boolean isBridge() {
        return isBridge;
    }

    String address() {
        return address;
    }

    AccessControl access() {
        return access;
    }

    Terms terms() {
        return terms;
    }

    private Incoming incoming() {
        return Objects.requireNonNull(incoming);
    }

    Session session() {
        return Objects.requireNonNull(session);
    }
}
