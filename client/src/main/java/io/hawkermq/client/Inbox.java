package io.hawkermq.client;

import io.hawkermq.protocol.InboundTopicAliases;
import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.Receiver;
import io.hawkermq.protocol.TopicName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The receiving half of a [ClientSession]: which messages have come, who holds them, and which
/// acknowledgements are due.
///
/// Acknowledgements leave in the order in which their messages came on this connection
/// [MQTT-4.6.0-2], so one that is done waits for those before it. A message that is still held
/// when the connection ends is not delivered again when the server repeats it on the next
/// connection of the same session: the program has it already, and its acknowledgement answers the
/// repetition.
final class Inbox {
    /// Makes of a PUBLISH what subscriptions get.
    interface Delivery {
        IncomingMessage message(TopicName topic, Packet.Publish publish, @Nullable Inbound inbound);

        /// A subscription's buffer was full at QoS 0.
        void dropped(Subscription subscription);
    }

    /// Messages of a resumed session that came before anybody subscribed in this process.
    private static final int MOST_UNCLAIMED = 65_535;

    private final ClientSession.Peer peer;
    private final Routes routes;
    private final int aliasMaximum;
    private InboundTopicAliases aliases;
    private Receiver receiver = new Receiver();
    private final Map<Integer, Inbound> unacknowledged = new HashMap<>();
    private final ArrayDeque<Inbound> order = new ArrayDeque<>();
    private final List<IncomingMessage> unclaimed = new ArrayList<>();
    private @Nullable Delivery delivery;
    private boolean isOnline;
    private boolean isResumed;
    private boolean wasOnline;
    private boolean isReleased;

    Inbox(ClientSession.Peer peer, Routes routes, int aliasMaximum) {
        this.peer = peer;
        this.routes = routes;
        this.aliasMaximum = aliasMaximum;
        this.aliases = new InboundTopicAliases(aliasMaximum);
    }

    void online(boolean sessionPresent, Delivery how) {
        delivery = how;
        isOnline = true;
        isResumed |= sessionPresent && !wasOnline && !isReleased;
        wasOnline = true;
        aliases = new InboundTopicAliases(aliasMaximum);
        if (!sessionPresent) {
            receiver = new Receiver();
            unacknowledged.values().forEach(i -> i.isCurrent = false);
            unacknowledged.clear();
            isResumed = false;
        }
    }

    void offline() {
        isOnline = false;
        order.forEach(i -> i.isAwaited = false);
        order.clear();
    }

    /// The subscriptions have ended; a later connection may resume their session.
    void end() {
        wasOnline = false;
    }

    void onPublish(Packet.Publish p) throws MalformedPacketException {
        TopicName topic = aliases.resolve(p);
        if (p.qos() == QoS.AT_MOST_ONCE) {
            deliver(topic, p, null);
            return;
        }
        int packetId = p.packetId();
        Inbound held = unacknowledged.get(packetId);
        if (held != null && held.isAwaited) {
            if (p.dup() || p.qos() == QoS.EXACTLY_ONCE) {
                return; // repeated on one connection, which 3.1.1 allows: one answer is enough
            }
            throw new MalformedPacketException(
                    ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
                    "PUBLISH has the packet identifier " + packetId + ", which is in use");
        }
        boolean isNew = p.qos() != QoS.EXACTLY_ONCE || receiver.onPublish(packetId);
        if (held != null && p.qos() == held.qos && (p.dup() || !isNew)) {
            // The server repeats on this connection what the program still holds, or has let go of
            // without a connection.
            held.isAwaited = true;
            order.add(held);
            sendDone();
            return;
        }
        if (held != null) {
            held.isCurrent = false;
        }
        Inbound inbound = new Inbound(packetId, p.qos());
        order.add(inbound);
        if (isNew) {
            unacknowledged.put(packetId, inbound);
            deliver(topic, p, inbound);
        }
        sendDone();
    }

    private void deliver(TopicName topic, Packet.Publish p, @Nullable Inbound inbound) {
        Delivery how = delivery;
        if (how == null) {
            throw new IllegalStateException("not online");
        }
        List<Subscription> found = routes.find(topic, p);
        if (found.isEmpty()) {
            onUnclaimed(how.message(topic, p, inbound), inbound);
            return;
        }
        if (inbound != null) {
            inbound.holders = found.size();
        }
        for (int i = 0; i < found.size(); i++) {
            // One for each: everyone acknowledges for itself.
            Subscription s = found.get(i);
            if (!s.offer(how.message(topic, p, inbound))) {
                how.dropped(s);
            }
        }
    }

    private void onUnclaimed(IncomingMessage m, @Nullable Inbound inbound) {
        if (isResumed && unclaimed.size() < MOST_UNCLAIMED) {
            // Somebody has subscribed to it in the session's past and may do so again.
            if (inbound != null) {
                inbound.holders = 1;
            }
            unclaimed.add(m);
        } else {
            if (inbound != null) {
                inbound.holders = 1;
            }
            peer.unclaimed(m);
        }
    }

    /// A new subscription gets what came for it before.
    void claim(Subscription subscription) {
        Iterator<IncomingMessage> i = unclaimed.iterator();
        while (i.hasNext()) {
            IncomingMessage m = i.next();
            if (subscription.matches(m.topicName())) {
                i.remove();
                subscription.offer(m);
            }
        }
    }

    /// Nobody will subscribe, on this connection or on later ones.
    void releaseUnclaimed() {
        isReleased = true;
        giveUpUnclaimed();
    }

    /// Nobody has subscribed for long: what waits for it would hold back every later
    /// acknowledgement.
    void giveUpUnclaimed() {
        isResumed = false;
        List<IncomingMessage> waiting = List.copyOf(unclaimed);
        unclaimed.clear();
        waiting.forEach(peer::unclaimed);
    }

    /// One holder lets go of a message.
    void acknowledge(Inbound inbound, ReasonCode code, Properties properties) {
        if (!inbound.isCurrent || inbound.isDone()) {
            return;
        }
        inbound.holders--;
        if (code != ReasonCode.SUCCESS || !properties.isEmpty()) {
            inbound.reasonCode = code;
            inbound.properties = properties;
        }
        if (inbound.isDone()) {
            sendDone();
        }
    }

    private void sendDone() {
        if (!isOnline) {
            return;
        }
        for (Inbound i = order.peek(); i != null && i.isDone(); i = order.peek()) {
            order.poll();
            unacknowledged.remove(i.packetId, i);
            if (i.qos == QoS.AT_LEAST_ONCE) {
                peer.send(new Packet.Puback(i.packetId, i.reasonCode, i.properties));
            } else {
                if (i.reasonCode.isError()) {
                    receiver.onPubrel(i.packetId); // [MQTT-4.3.3-9]: no PUBREL will come
                }
                peer.send(new Packet.Pubrec(i.packetId, i.reasonCode, i.properties));
            }
        }
    }

    void onPubrel(Packet.Pubrel p) {
        boolean isKnown = receiver.onPubrel(p.packetId());
        peer.send(
                new Packet.Pubcomp(
                        p.packetId(),
                        isKnown ? ReasonCode.SUCCESS : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND,
                        Properties.NONE));
    }
}
