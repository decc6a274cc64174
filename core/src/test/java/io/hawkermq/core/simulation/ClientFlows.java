package io.hawkermq.core.simulation;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicName;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The QoS flows and Topic Aliases of a client, written as plainly as possible and without the
/// protocol module's own, which are under test.
final class ClientFlows {
    private static final class Outgoing {
        final Published message;
        boolean isReleased;

        Outgoing(Published message) {
            this.message = message;
        }
    }

    private final SimulatedClient client;
    private final World world;

    // The session's.
    private final Map<Integer, Outgoing> outgoing = new LinkedHashMap<>();
    private final Set<Integer> unreleased = new HashSet<>();
    private int lastPacketId;

    // The connection's.
    private final Set<Integer> unacknowledged = new HashSet<>();
    private final Deque<Packet> acknowledgements = new ArrayDeque<>();
    private final Map<Integer, String> aliasesIn = new HashMap<>();
    private final Map<Integer, String> aliasesOut = new HashMap<>();
    private int aliasMaximumOut;
    private int connectionNumber;
    private boolean isResumed;

    ClientFlows(SimulatedClient client, World world) {
        this.client = client;
        this.world = world;
    }

    // ---- connections ----

    /// Whether what is left of earlier connections counts.
    enum State {
        KEPT,
        LOST
    }

    /// A new connection was accepted.
    ///
    /// @param aliasMaximum the server's
    void connected(State state, int aliasMaximum) {
        closed();
        isResumed = world.oracle().isResumed(client.link().server());
        aliasMaximumOut = aliasMaximum;
        if (state == State.LOST) {
            outgoing.clear();
            unreleased.clear();
            return;
        }
        outgoing.forEach((packetId, o) -> { // [MQTT-4.4.0-1] [MQTT-4.6.0-1]
            if (o.isReleased) {
                client.send(new Packet.Pubrel(packetId, ReasonCode.SUCCESS, Properties.NONE));
            } else {
                send(o.message, packetId, Dup.AGAIN);
            }
        });
    }

    void closed() {
        connectionNumber++;
        unacknowledged.clear();
        acknowledgements.clear();
        aliasesIn.clear();
        aliasesOut.clear();
    }

    boolean isIdle() {
        return outgoing.isEmpty() && unreleased.isEmpty() && acknowledgements.isEmpty();
    }

    // ---- sending ----

    private enum Dup {
        FIRST,
        AGAIN
    }

    int unacknowledgedOut() {
        return outgoing.size();
    }

    int newPacketId(Set<Integer> alsoInUse) {
        do {
            // Few, so that they are soon used again, but more than a client has actions.
            lastPacketId = lastPacketId % 120 + 1;
        } while (outgoing.containsKey(lastPacketId) || alsoInUse.contains(lastPacketId));
        return lastPacketId;
    }

    void publish(Published message, Set<Integer> packetIdsInUse) {
        int packetId = 0;
        if (message.qos() != QoS.AT_MOST_ONCE) {
            packetId = newPacketId(packetIdsInUse);
            outgoing.put(packetId, new Outgoing(message));
        }
        send(message, packetId, Dup.FIRST);
    }

    private void send(Published m, int packetId, Dup dup) {
        Properties properties = m.properties();
        if (m.expirySeconds() >= 0) {
            properties = properties.with(Property.MESSAGE_EXPIRY_INTERVAL, m.expirySeconds());
        }
        TopicName topic = TopicName.of(m.topic());
        if (aliasMaximumOut > 0 && world.random().nextInt(3) == 0) {
            int alias = 1 + world.random().nextInt(aliasMaximumOut);
            properties = properties.with(Property.TOPIC_ALIAS, alias);
            if (m.topic().equals(aliasesOut.put(alias, m.topic()))) {
                topic = null;
            }
        }
        client.sending(m);
        client.send(
                new Packet.Publish(
                        dup == Dup.AGAIN && m.qos() != QoS.AT_MOST_ONCE,
                        m.qos(),
                        m.retain(),
                        topic,
                        packetId,
                        properties,
                        m.payload()));
    }

    void onPuback(Packet.Puback p) {
        Outgoing o = outgoing.remove(p.packetId());
        if (o == null || o.message.qos() != QoS.AT_LEAST_ONCE) {
            throw new Violation("MQTT-4.3.2-4", client + " got a PUBACK for nothing: " + p);
        }
        checkCode(o.message, p.reasonCode());
    }

    void onPubrec(Packet.Pubrec p) {
        Outgoing o = outgoing.get(p.packetId());
        if (o == null || o.message.qos() != QoS.EXACTLY_ONCE || o.isReleased) {
            throw new Violation("MQTT-4.3.3-8", client + " got a PUBREC for nothing: " + p);
        }
        checkCode(o.message, p.reasonCode());
        if (p.reasonCode().isError()) {
            outgoing.remove(p.packetId());
            return;
        }
        o.isReleased = true;
        client.send(new Packet.Pubrel(p.packetId(), ReasonCode.SUCCESS, Properties.NONE));
    }

    private void checkCode(Published m, ReasonCode code) {
        if (code == ReasonCode.QUOTA_EXCEEDED && world.hasBeenFull()) {
            return;
        }
        if (client.isMqtt5() && code.isError() == Rules.mayPublish(m.topic())) {
            throw new Violation("PUBACK", client + " published " + m + " and got " + code);
        }
    }

    void onPubcomp(Packet.Pubcomp p) {
        Outgoing o = outgoing.remove(p.packetId());
        if (o == null || !o.isReleased || (p.reasonCode().isError() && !isResumed)) {
            throw new Violation("MQTT-4.3.3-11", client + " got a PUBCOMP for nothing: " + p);
        }
    }

    // ---- receiving ----

    void onPublish(Link link, Packet.Publish p) {
        String topic = topicOf(p);
        switch (p.qos()) {
            case AT_MOST_ONCE -> world.deliveries().onDelivered(link, p, topic);
            case AT_LEAST_ONCE -> {
                countUnacknowledged(p);
                world.deliveries().onDelivered(link, p, topic);
                acknowledge(new Packet.Puback(p.packetId(), ReasonCode.SUCCESS, Properties.NONE));
            }
            case EXACTLY_ONCE -> {
                countUnacknowledged(p);
                if (unreleased.add(p.packetId())) {
                    world.deliveries().onDelivered(link, p, topic);
                } else {
                    world.deliveries().onRepeated(link, p); // [MQTT-4.3.3-10]
                }
                acknowledge(new Packet.Pubrec(p.packetId(), ReasonCode.SUCCESS, Properties.NONE));
            }
        }
    }

    private void countUnacknowledged(Packet.Publish p) {
        if (!unacknowledged.add(p.packetId())) {
            throw new Violation(
                    "MQTT-2.2.1-4", client + " got a packet identifier in use: " + Text.of(p));
        }
        if (unacknowledged.size() > client.receiveMaximum()) {
            throw new Violation(
                    "MQTT-3.3.4-9",
                    client
                            + " got more than its Receive Maximum of "
                            + client.receiveMaximum()
                            + ": "
                            + Text.of(p));
        }
    }

    private String topicOf(Packet.Publish p) {
        int alias = (int) p.properties().number(Property.TOPIC_ALIAS, 0);
        if (alias > client.aliasMaximum()) {
            throw new Violation("MQTT-3.1.2-26", client + " got Topic Alias " + alias);
        }
        if (p.topic() == null) {
            String known = aliasesIn.get(alias);
            if (known == null) {
                throw new Violation(
                        "MQTT-3.3.2-7",
                        client + " got Topic Alias " + alias + ", which is not set");
            }
            return known;
        }
        if (alias != 0) {
            aliasesIn.put(alias, p.topic().toString());
        }
        return p.topic().toString();
    }

    void onPubrel(Packet.Pubrel p) {
        boolean known = unreleased.remove(p.packetId());
        if (!known && !isResumed) {
            throw new Violation("MQTT-4.3.3-4", client + " got a PUBREL for nothing: " + p);
        }
        ReasonCode code =
                known || !client.isMqtt5()
                        ? ReasonCode.SUCCESS
                        : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND;
        acknowledge(new Packet.Pubcomp(p.packetId(), code, Properties.NONE));
    }

    private void acknowledge(Packet packet) {
        acknowledgements.add(packet);
        if (acknowledgements.size() == 1) {
            acknowledgeLater();
        }
    }

    private void acknowledgeLater() {
        int connection = connectionNumber;
        world.schedule()
                .in(
                        world.random().nextInt(client.slowness() + 1),
                        () -> {
                            if (connection == connectionNumber) {
                                acknowledgeSome();
                            }
                        });
    }

    /// Acknowledgements keep their order [MQTT-4.6.0-2] [MQTT-4.6.0-3] [MQTT-4.6.0-4].
    private void acknowledgeSome() {
        int some = 1 + world.random().nextInt(acknowledgements.size());
        for (int i = 0; i < some; i++) {
            @Nullable Packet next = acknowledgements.poll();
            switch (next) {
                case Packet.Puback p -> unacknowledged.remove(p.packetId());
                case Packet.Pubcomp p -> unacknowledged.remove(p.packetId());
                case null, default -> {}
            }
            if (next != null) {
                client.send(next);
            }
        }
        if (!acknowledgements.isEmpty()) {
            acknowledgeLater();
        }
    }

    @Override
    public String toString() {
        return "outgoing " + outgoing.keySet() + ", unreleased " + unreleased;
    }
}
