package io.hawkermq.core;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.Receiver;
import io.hawkermq.protocol.Sender;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.Will;
import org.jspecify.annotations.Nullable;

/// The session state of one Client Identifier, section 4.1: subscriptions, what waits to be
/// delivered, what is unacknowledged in both directions, the will, and when it all ends. Exists
/// while a client is connected and, if its Session Expiry Interval says so, beyond.
///
/// Owned by one [Shard]. Stop 7 of a PUBLISH is [#deliver]: QoS 0 goes to the connection or is
/// dropped; QoS 1 and 2 go into the in-flight window, else into the queue, within its limits.
final class Session {
    /// The Session Expiry Interval that means never.
    static final long NEVER_EXPIRES = 0xFFFF_FFFFL;

    private final String clientId;
    private Shard shard;
    private final Receiver receiver = new Receiver();
    private final Timers.Timer timer = new Timers.Timer(this::onTimer);
    private final Subscriptions subscriptions = new Subscriptions(this);
    private Sender<Delivery> sender;
    private @Nullable DeliveryQueue queue;
    private @Nullable RetainedStreams streams;
    private boolean isStreamsTurn;
    private boolean isPumpScheduled;

    private @Nullable Connection connection;
    private AccessControl.Principal principal;
    private boolean receivesAll;
    private long expiryInterval;
    private @Nullable Will will;
    private long willAt = Long.MAX_VALUE;
    private long expiresAt = Long.MAX_VALUE;

    /// Scratch of [Route]: this session's place in the route that is being made.
    int routeMark;

    Session(Shard shard, AccessControl.Principal principal) {
        this.shard = shard;
        this.clientId = principal.clientId();
        this.principal = principal;
        this.sender = new Sender<>(1);
    }

    String clientId() {
        return clientId;
    }

    Shard shard() {
        return shard;
    }

    @Nullable Connection connection() {
        return connection;
    }

    boolean isConnected() {
        return connection != null;
    }

    Receiver receiver() {
        return receiver;
    }

    AccessControl.Principal principal() {
        return principal;
    }

    // ---- life ----

    /// A connection was accepted for this session; CONNACK has been sent.
    ///
    /// @param receiveMaximum what the client may have unacknowledged
    void connected(
            Connection by,
            AccessControl.Principal as,
            int receiveMaximum,
            long sessionExpiryInterval,
            @Nullable Will newWill) {
        connection = by;
        principal = as;
        receivesAll = shard.access().mayReceiveAll(as);
        expiryInterval = sessionExpiryInterval;
        will = newWill;
        willAt = Long.MAX_VALUE; // a reconnect in time: no will [MQTT-3.1.3-9]
        expiresAt = Long.MAX_VALUE;
        shard.timers().stop(timer);
        shard.budgets().wentOnline(queuedBytes());
        sender.resume(receiveMaximum); // [MQTT-4.4.0-1]
        subscriptions.connectionChanged();
        schedulePump();
    }

    long expiryInterval() {
        return expiryInterval;
    }

    void expiryInterval(long seconds) {
        expiryInterval = seconds;
    }

    /// The client said goodbye: no will is published [MQTT-3.14.4-3] [MQTT-3.1.2-10].
    void discardWill() {
        will = null;
    }

    /// The connection is gone. The session ends now, or waits for its expiry [MQTT-3.1.2-23].
    void disconnected() {
        connection = null;
        shard.budgets().wentOffline(queuedBytes());
        Will w = will;
        long delay = w == null ? 0 : w.properties().number(Property.WILL_DELAY_INTERVAL, 0);
        if (w != null && (delay == 0 || expiryInterval == 0)) {
            publishWill(); // [MQTT-3.1.2-8]
        }
        if (expiryInterval == 0) {
            shard.end(this); // [MQTT-4.1.0-2]
            return;
        }
        if (will != null) {
            willAt = shard.now() + delay * 1_000;
        }
        expiresAt =
                expiryInterval == NEVER_EXPIRES
                        ? Long.MAX_VALUE
                        : shard.now() + expiryInterval * 1_000;
        setTimer();
        subscriptions.connectionChanged();
    }

    private void onTimer() {
        if (willAt <= shard.now()) {
            publishWill();
        }
        if (expiresAt <= shard.now()) {
            shard.expire(this);
            return;
        }
        setTimer();
    }

    private void setTimer() {
        long next = Math.min(willAt, expiresAt);
        if (next == Long.MAX_VALUE) {
            shard.timers().stop(timer);
        } else {
            shard.timers().set(timer, next);
        }
    }

    /// Publishes the will if there is one left, and forgets it [MQTT-3.1.2-10].
    void publishWill() {
        Will w = will;
        will = null;
        willAt = Long.MAX_VALUE;
        if (w != null) {
            shard.publishWill(w, principal);
        }
    }

    /// The session ends: gives back everything. A will still waiting is published first: the
    /// session's end does not outwait it [MQTT-3.1.2-8].
    void ended() {
        shard.timers().stop(timer);
        if (connection == null) {
            publishWill();
        }
        subscriptions.clear();
        if (queue != null) {
            queue.clear();
        }
        if (streams != null) {
            streams.stopAll();
            streams = null;
        }
    }

    /// Belongs to another shard from now on, which has all that the old one had of it. Nobody is
    /// told: [SlotMove] does that.
    void moveTo(Shard to) {
        Shard from = shard;
        subscriptions.leave();
        int queued = queue == null ? 0 : queue.size();
        from.gaveAway(this, queued, queuedBytes());
        from.timers().stop(timer);
        shard = to;
        subscriptions.arrive();
        to.took(this, queued, queuedBytes());
        setTimer();
        if (connection != null) {
            connection.moveTo(to);
        }
        if (isPumpScheduled) {
            to.schedulePump(this);
        }
    }

    // ---- subscriptions ----

    /// To be read; changed by [#subscribe] and [#unsubscribe] only.
    Subscriptions subscriptions() {
        return subscriptions;
    }

    /// Adds a subscription or replaces the one with the same Topic Filter [MQTT-3.8.4-3].
    ///
    /// @return the one replaced, or null
    @Nullable Subscription subscribe(Subscription subscription) {
        Subscription replaced = subscriptions.add(subscription);
        if (replaced != null) {
            stopStream(replaced);
        }
        return replaced;
    }

    /// @return false if there was no such subscription [MQTT-3.10.4-1]
    boolean unsubscribe(TopicFilter filter) {
        Subscription removed = subscriptions.remove(filter);
        if (removed == null) {
            return false;
        }
        stopStream(removed);
        return true;
    }

    // ---- retained messages ----

    /// Sends the retained messages of a subscription, as fast as the client takes them.
    void stream(Subscription subscription) {
        if (streams == null) {
            streams = new RetainedStreams(this);
        }
        streams.add(subscription);
        schedulePump();
    }

    private void stopStream(Subscription subscription) {
        if (streams != null) {
            streams.stop(subscription);
        }
    }

    // ---- delivery ----

    /// True if a message of this QoS could be sent at once.
    boolean hasRoom(QoS qos) {
        Connection c = connection;
        if (c == null || !c.isWritable()) {
            return false;
        }
        return qos == QoS.AT_MOST_ONCE
                || (isQueueEmpty() && !sender.isResending() && sender.hasQuota());
    }

    /// True if a message of QoS 1 or 2 could be begun, as far as its Receive Maximum goes.
    boolean hasQuota() {
        return sender.hasQuota();
    }

    boolean mayReceive(Message message) {
        return receivesAll || shard.access().mayReceive(principal, message.topic());
    }

    /// Stop 7 of a PUBLISH.
    ///
    /// @param granted the highest QoS of the subscriptions that match
    /// @param retain the RETAIN flag to be sent
    void deliver(Message message, QoS granted, boolean retain, int @Nullable [] identifiers) {
        if (!mayReceive(message)) {
            return;
        }
        QoS qos = message.qos().min(granted); // [MQTT-3.8.4-8]
        boolean isTaken;
        if (qos == QoS.AT_MOST_ONCE) {
            isTaken = deliverAtMostOnce(message, retain, identifiers);
        } else {
            Connection c = connection;
            Delivery delivery = new Delivery(message, qos, retain, identifiers);
            isTaken = c != null && hasRoom(qos) ? begin(delivery, c) : enqueue(delivery);
        }
        if (isTaken && streams != null) { // else what was retained before is better than nothing
            streams.liveDelivered(message);
        }
    }

    /// @return false if it was dropped
    private boolean deliverAtMostOnce(
            Message message, boolean retain, int @Nullable [] identifiers) {
        Connection c = connection;
        if (c == null) {
            return false; // no session keeps QoS 0, so that nobody misses it
        }
        if (!c.isWritable()) {
            shard.drop(DropReason.OUTBOUND_FULL, clientId);
            return false;
        }
        boolean fits = c.transmit(message, QoS.AT_MOST_ONCE, retain, identifiers, 0);
        if (!fits) {
            shard.drop(DropReason.PACKET_TOO_LARGE, clientId);
        }
        return fits;
    }

    /// @return false if it was dropped
    private boolean begin(Delivery d, Connection c) {
        int packetId = sender.start(d, d.qos());
        boolean fits = c.transmit(d.message(), d.qos(), d.retain(), d.identifiers(), packetId);
        if (!fits) {
            sender.abandon(packetId); // as if it had been sent [MQTT-3.1.2-25]
            shard.drop(DropReason.PACKET_TOO_LARGE, clientId);
        }
        return fits;
    }

    private boolean isQueueEmpty() {
        return queue == null || queue.isEmpty();
    }

    private long queuedBytes() {
        return queue == null ? 0 : queue.bytes();
    }

    /// @return false if it was dropped
    private boolean enqueue(Delivery d) {
        if (queue == null) {
            queue = new DeliveryQueue(this);
        }
        return queue.offer(d);
    }

    void onPuback(int packetId) {
        settle(sender.onPuback(packetId), "PUBACK", packetId);
    }

    void onPubrec(int packetId, ReasonCode reasonCode) {
        Sender.Outcome outcome = sender.onPubrec(packetId, reasonCode);
        Connection c = connection;
        if (c == null) {
            return;
        }
        switch (outcome) {
            case RELEASE ->
                    c.send(new Packet.Pubrel(packetId, ReasonCode.SUCCESS, Properties.NONE));
            case NOT_FOUND -> {
                if (!reasonCode.isError()) {
                    c.send(
                            new Packet.Pubrel(
                                    packetId,
                                    ReasonCode.PACKET_IDENTIFIER_NOT_FOUND,
                                    Properties.NONE));
                }
            }
            case COMPLETED, NOT_AWAITED -> settle(outcome, "PUBREC", packetId);
        }
    }

    void onPubcomp(int packetId) {
        settle(sender.onPubcomp(packetId), "PUBCOMP", packetId);
    }

    private void settle(Sender.Outcome outcome, String packet, int packetId) {
        Connection c = connection;
        if (outcome == Sender.Outcome.NOT_AWAITED && c != null) {
            c.refuse(
                    ReasonCode.PROTOCOL_ERROR,
                    packet
                            + " for Packet Identifier "
                            + packetId
                            + ", which waits for another packet");
            return;
        }
        if (!isQueueEmpty() || streams != null || sender.isResending()) {
            pump();
        }
    }

    /// Asks for [#pump] at the end of the turn.
    void schedulePump() {
        if (!isPumpScheduled) {
            isPumpScheduled = true;
            shard.schedulePump(this);
        }
    }

    void pumpNow() {
        isPumpScheduled = false;
        pump();
    }

    /// Sends what waits while there is room: first what is unacknowledged of an earlier connection,
    /// then the queue and the retained messages in turn. Sends a bounded number and asks to be
    /// called again, so that one long queue never holds up the loop.
    void pump() {
        Connection c = connection;
        if (c == null) {
            return;
        }
        int left = shard.limits().streamBatch();
        while (c.isWritable() && sender.isResending()) {
            if (left-- == 0) {
                schedulePump();
                return;
            }
            Sender.InFlight<Delivery> again = sender.nextToResend();
            if (again == null) {
                return;
            }
            resend(again, c);
        }
        boolean moved = true;
        while (moved && connection == c && c.isWritable()) {
            if (left-- <= 0) {
                schedulePump();
                return;
            }
            isStreamsTurn = !isStreamsTurn;
            moved = isStreamsTurn ? pumpStreams(c) || pumpQueue(c) : pumpQueue(c) || pumpStreams(c);
        }
    }

    private void resend(Sender.InFlight<Delivery> again, Connection c) {
        Delivery d = again.message();
        int packetId = again.packetId();
        if (d == null) {
            c.send(new Packet.Pubrel(packetId, ReasonCode.SUCCESS, Properties.NONE));
        } else if (!c.retransmit(d, packetId)) {
            sender.abandon(packetId);
            shard.drop(DropReason.PACKET_TOO_LARGE, clientId);
        }
    }

    private boolean pumpQueue(Connection c) {
        DeliveryQueue q = queue;
        if (q == null || q.isEmpty() || !sender.hasQuota()) {
            return false;
        }
        Delivery d = q.remove();
        if (q.isEmpty()) {
            queue = null; // an idle session holds no queue
        }
        if (d.message().isExpired(shard.now())) {
            shard.drop(DropReason.EXPIRED, clientId);
        } else {
            begin(d, c);
        }
        return true;
    }

    private boolean pumpStreams(Connection c) {
        RetainedStreams all = streams;
        if (all == null) {
            return false;
        }
        boolean moved = all.pump(c);
        if (all.isEmpty()) {
            streams = null;
        }
        return moved;
    }

    /// Sends a retained message that a subscription is to get first.
    void sendRetained(Message m, QoS qos, int @Nullable [] identifiers, Connection c) {
        if (qos != QoS.AT_MOST_ONCE) {
            begin(new Delivery(m, qos, true, identifiers), c);
        } else if (!c.transmit(m, qos, true, identifiers, 0)) {
            shard.drop(DropReason.PACKET_TOO_LARGE, clientId);
        }
    }

    /// The retained messages asked for have come.
    void onPage(RetainedStream stream, ShardMessage.RetainedPage page) {
        stream.onPage(page.messages(), page.isLast());
        schedulePump();
    }
}
