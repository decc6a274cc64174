package io.hawkermq.core.simulation;

import io.hawkermq.protocol.ByteWriter;
import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketDecoder;
import io.hawkermq.protocol.PacketEncoder;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A correct client that does random things: connects, with or without a session to resume, leaves
/// with or without a word, publishes, subscribes, acknowledges late, stops reading for a while. It
/// objects to whatever a server must not do to it.
final class SimulatedClient {
    private final World world;
    private final RandomGenerator random;
    private final String key;
    private final ProtocolVersion version;
    private final Choices choices;
    private final ClientFlows flows;
    private final ByteWriter out = new ByteWriter(64, 1 << 20);
    private final Map<Integer, List<ReasonCode>> subscribing = new HashMap<>();
    private final Set<Integer> unsubscribing = new HashSet<>();
    private final List<TopicFilter> filters = new ArrayList<>();
    private final List<Link> abandoned = new ArrayList<>();
    private String clientId;
    private @Nullable Link link;
    private @Nullable PacketDecoder decoder;
    private @Nullable ModelSession session;
    private boolean isConnected;
    private boolean isSettling;
    private int actionsLeft;

    SimulatedClient(World world, String key, Choices choices, int actions) {
        this.world = world;
        this.random = world.random();
        this.key = key;
        this.choices = choices;
        this.version = choices.version();
        this.clientId = choices.clientId();
        this.flows = new ClientFlows(this, world);
        this.actionsLeft = actions;
    }

    String key() {
        return key;
    }

    ProtocolVersion version() {
        return version;
    }

    boolean isMqtt5() {
        return version.isMqtt5();
    }

    int receiveMaximum() {
        return choices.receiveMaximum();
    }

    int aliasMaximum() {
        return choices.aliasMaximum();
    }

    /// Its connection.
    Link link() {
        return Objects.requireNonNull(link);
    }

    /// How long it may keep an acknowledgement, in milliseconds.
    int slowness() {
        return choices.slowness();
    }

    // ---- acting ----

    void start() {
        think();
    }

    private void think() {
        world.schedule().in(random.nextInt(world.profile().thinkMillis() + 1), this::act);
    }

    private void act() {
        if (isSettling || actionsLeft-- <= 0) {
            return;
        }
        if (link == null) {
            if (random.nextInt(3) > 0) {
                connect(choices.connect(clientId));
            }
        } else if (!isConnected) {
            if (random.nextInt(20) == 0) {
                leaveSilently();
            }
        } else if (random.nextInt(1_000) < world.profile().breaks()) {
            fail(link);
        } else {
            doSomething(link);
        }
        think();
    }

    private void doSomething(Link l) {
        int n = random.nextInt(100);
        if (n < 60) {
            publish();
        } else if (n < 78) {
            subscribe(choices.subscribe());
        } else if (n < 84) {
            unsubscribe();
        } else if (n < 87) {
            l.toClient().stall();
            world.schedule().in(random.nextInt(5_000), () -> l.toClient().resume());
        } else if (n < 89) {
            disconnect();
        } else if (n < 91) {
            send(new Packet.Pingreq());
        } else if (n < 92) {
            leaveSilently();
            connect(choices.connect(clientId));
        }
    }

    private void fail(Link l) {
        world.trace(key, "the network fails");
        switch (random.nextInt(4)) {
            case 0 -> {
                l.vanish();
                world.schedule()
                        .in(random.nextInt(60_000), () -> l.toServer().revealEnd("timed out"));
            }
            case 1 -> leaveSilently();
            default -> l.breakOff();
        }
    }

    /// Goes away without telling anybody; the old connection stays open for some time.
    private void leaveSilently() {
        Link l = Objects.requireNonNull(link);
        world.trace(key, "leaves link " + l.number() + " silently");
        abandoned.add(l);
        l.abandon();
        world.schedule().in(random.nextInt(30_000), () -> l.toServer().close("abandoned"));
        lost();
    }

    private void lost() {
        link = null;
        decoder = null;
        isConnected = false;
        subscribing.clear();
        unsubscribing.clear();
        flows.closed();
    }

    private void connect(Packet.Connect packet) {
        Link l = world.open(this);
        link = l;
        decoder =
                PacketDecoder.forClient(
                        new TopicNames(),
                        version,
                        choices.isSmall() ? Published.SMALL_MAXIMUM : 1 << 28);
        send(packet);
        ping(l, packet.keepAlive());
    }

    private void ping(Link l, int seconds) {
        if (seconds == 0) {
            return;
        }
        world.schedule()
                .in(
                        seconds * 700L,
                        () -> {
                            if (link == l) {
                                if (isConnected) {
                                    send(new Packet.Pingreq());
                                }
                                ping(l, seconds);
                            }
                        });
    }

    private void publish() {
        if (random.nextInt(16) == 0) {
            choices.burst().forEach(this::publish);
        } else {
            publish(choices.publish());
        }
    }

    private void publish(Published m) {
        boolean isAcknowledged = m.qos().level() > 0;
        if (isAcknowledged
                && flows.unacknowledgedOut() >= world.profile().limits().receiveMaximum()) {
            return;
        }
        flows.publish(m, idsInUse());
    }

    private Set<Integer> idsInUse() {
        Set<Integer> ids = new HashSet<>(subscribing.keySet());
        ids.addAll(unsubscribing);
        return ids;
    }

    /// A PUBLISH is about to be sent.
    void sending(Published m) {
        Objects.requireNonNull(link).sentPublishes().add(m);
    }

    void subscribe(Choices.Subscribe s) {
        List<ReasonCode> expected = new ArrayList<>();
        for (Packet.Subscribe.Entry e : s.entries()) {
            boolean isAllowed = Rules.maySubscribe(e.filter().toString());
            expected.add(
                    isAllowed ? ReasonCode.granted(e.options().qos()) : ReasonCode.NOT_AUTHORIZED);
            filters.add(e.filter());
        }
        int packetId = flows.newPacketId(idsInUse());
        subscribing.put(packetId, expected);
        send(new Packet.Subscribe(packetId, s.entries(), s.properties()));
    }

    private void unsubscribe() {
        if (filters.isEmpty()) {
            return;
        }
        TopicFilter filter = filters.remove(random.nextInt(filters.size()));
        int packetId = flows.newPacketId(idsInUse());
        unsubscribing.add(packetId);
        send(new Packet.Unsubscribe(packetId, List.of(filter), Properties.NONE));
    }

    private void disconnect() {
        Link l = Objects.requireNonNull(link);
        send(choices.disconnect());
        l.abandon();
        l.toServer().close("the client disconnected");
        lost();
    }

    void send(Packet packet) {
        Link l = link;
        if (l == null) {
            return;
        }
        out.reset();
        PacketEncoder.encode(packet, version, Long.MAX_VALUE, out);
        l.toServer().write(out.array(), out.length());
    }

    // ---- what comes ----

    void onBytes(Link from, byte[] piece) {
        PacketDecoder d = decoder;
        if (from != link || d == null) {
            return;
        }
        try {
            d.feed(piece, 0, piece.length);
            for (Packet p = d.next(); p != null; p = d.next()) {
                onPacket(p);
                if (from != link) {
                    return;
                }
            }
            d.stash();
        } catch (MalformedPacketException e) {
            throw new Violation("codec", this + " cannot read what the server sent: " + e.reason());
        }
    }

    void onEnd(Link from) {
        if (from == link) {
            lost();
        }
    }

    private void onPacket(Packet packet) {
        Link l = Objects.requireNonNull(link);
        switch (packet) {
            case Packet.Connack p -> onConnack(p);
            case Packet.Publish p -> flows.onPublish(l, p);
            case Packet.Puback p -> flows.onPuback(p);
            case Packet.Pubrec p -> flows.onPubrec(p);
            case Packet.Pubrel p -> flows.onPubrel(p);
            case Packet.Pubcomp p -> flows.onPubcomp(p);
            case Packet.Suback p -> onSuback(p);
            case Packet.Unsuback p -> {
                unsubscribing.remove(p.packetId());
                world.oracle().onUnsubackDelivered(l.server(), p.packetId());
            }
            case Packet.Pingresp p -> {}
            case Packet.Disconnect p -> {
                if (!version.isMqtt5()) {
                    throw new Violation("MQTT-3.14.0-1", this + " got " + p);
                }
            }
            default -> throw new Violation("packet", this + " got " + packet);
        }
    }

    private void onConnack(Packet.Connack p) {
        if (p.reasonCode() != ReasonCode.SUCCESS) {
            return; // the oracle has looked at the reason; the server closes
        }
        isConnected = true;
        world.trace(key, "is connected by link " + link().number() + " " + p.properties());
        String assigned = p.properties().text(Property.ASSIGNED_CLIENT_IDENTIFIER);
        if (clientId.isEmpty() != (assigned != null) && isMqtt5()) {
            throw new Violation("MQTT-3.1.3-7", this + " was assigned the identifier " + assigned);
        }
        if (assigned != null) {
            clientId = assigned;
        }
        ModelSession now = world.oracle().sessionOf(Objects.requireNonNull(link).server());
        // A client cannot always know that its session has ended and another one begun: in 3.1, or
        // if the CONNACK that said so was lost. Here it knows.
        boolean isSame = now == session;
        session = now;
        long serverKeepAlive = p.properties().number(Property.SERVER_KEEP_ALIVE, 0);
        if (serverKeepAlive > 0) {
            ping(Objects.requireNonNull(link), (int) serverKeepAlive); // [MQTT-3.1.2-21]
        }
        if (!isSame) {
            filters.clear();
        }
        flows.connected(
                isSame ? ClientFlows.State.KEPT : ClientFlows.State.LOST,
                (int) p.properties().number(Property.TOPIC_ALIAS_MAXIMUM, 0));
    }

    private void onSuback(Packet.Suback p) {
        List<ReasonCode> expected = subscribing.remove(p.packetId());
        if (expected == null || expected.size() != p.reasonCodes().size()) {
            throw new Violation("MQTT-3.8.4-6", this + " got " + p + " for " + expected);
        }
        for (int i = 0; i < expected.size(); i++) {
            ReasonCode got = p.reasonCodes().get(i);
            ReasonCode wanted = expected.get(i);
            if (got.isError() && world.hasBeenFull()) {
                continue; // the oracle knows whether it may be
            }
            if (got != wanted && (isMqtt5() || got.isError() != wanted.isError())) {
                throw new Violation("MQTT-3.8.4-7", this + " got " + p + " for " + expected);
            }
        }
    }

    // ---- the end of the run ----

    /// From now on does nothing but connect, if it has no connection, and take what comes.
    void settle() {
        isSettling = true;
        abandoned.forEach(l -> {
            l.toServer().close("abandoned");
            l.toServer().revealEnd("timed out");
        });
        Link l = link;
        if (l != null) {
            l.toClient().resume();
            if (world.hasBeenFull()) {
                l.breakOff(); // before 5.0 nobody was told that a message was refused
            }
        }
        comeBack();
    }

    private void comeBack() {
        if (link == null) {
            connect(choices.reconnect(clientId));
        }
        world.schedule().in(1_000, this::comeBack);
    }

    /// True as long as it will do something of its own accord.
    boolean isActing() {
        return !isSettling && actionsLeft > 0;
    }

    boolean isConnected() {
        return isConnected;
    }

    /// Asks for all that is retained, unless it is a client that has Shared Subscriptions only.
    void readAllRetained() {
        if (!choices.hasOnlyShared()) {
            subscribe(choices.subscribeToAll("#"));
            subscribe(choices.subscribeToAll("$own/#"));
        }
    }

    void checkAtRest() {
        if (!isConnected || !flows.isIdle() || !subscribing.isEmpty() || !unsubscribing.isEmpty()) {
            throw new Violation(
                    "MQTT-4.5.0-2",
                    this
                            + " waits for answers that never came: "
                            + flows
                            + ", SUBSCRIBE "
                            + subscribing.keySet()
                            + ", UNSUBSCRIBE "
                            + unsubscribing
                            + ", connected "
                            + isConnected);
        }
    }

    @Override
    public String toString() {
        return key + " ('" + clientId + "')";
    }
}
