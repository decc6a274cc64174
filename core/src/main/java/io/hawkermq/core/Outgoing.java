package io.hawkermq.core;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.PublishRun;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.Sender;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a [Session] has for its client: what is in flight, what waits behind it, and the retained
/// messages of new subscriptions.
///
/// Stop 7 of a PUBLISH is [#deliver]: QoS 0 goes to the connection or is dropped, unless it waits for
/// a client that is away ([AtMostOnce]); QoS 1 and 2 go into the in-flight window, else into the
/// queue, within its limits. When there is room again, [#pump] sends what waits.
final class Outgoing {
    private static final int[] NO_PACKET_IDS = new int[0];

    private final Session session;
    private final Sender<Delivery> sender = new Sender<>(1);
    private @Nullable DeliveryQueue queue;
    private @Nullable RetainedStreams streams;
    private boolean isStreamsTurn;
    private boolean isPumpScheduled;

    /// What was begun for this connection and waits until it may be sent. Nothing of QoS 1 or 2
    /// overtakes it.
    private int awaiting;

    /// What the client said that it may have unacknowledged.
    private int receiveMaximum;

    /// How much it may have unacknowledged in the beginning of this connection.
    private int firstWindow;

    /// Most clients never have so much in flight that it matters.
    private @Nullable InflightWindow window;

    /// At QoS 0 of what the client published itself, until its PUBREC.
    private @Nullable List<Delivery> own;

    Outgoing(Session session) {
        this.session = session;
    }

    private Shard shard() {
        return session.shard();
    }

    // ---- the life of the session ----

    /// A client is there again; what is unacknowledged is sent again [MQTT-4.4.0-1].
    ///
    /// @param theirMaximum the client's Receive Maximum
    void resume(int theirMaximum) {
        // What waits is for an earlier connection.
        awaiting = 0;
        own = null;
        receiveMaximum = theirMaximum;
        firstWindow = Math.min(receiveMaximum, shard().limits().receiveMaximum());
        window = null;
        sender.resume(firstWindow);
    }

    /// The client has gone: what need not be on the heap leaves it.
    void wentOffline() {
        if (queue != null) {
            queue.wentOffline();
        }
    }

    /// The session is not stored any more.
    void keepAll() {
        if (queue != null) {
            queue.keepAll();
        }
    }

    /// The session ends.
    void clear() {
        if (queue != null) {
            queue.clear();
        }
        if (streams != null) {
            streams.stopAll();
            streams = null;
        }
    }

    /// The session leaves a shard, which has all that it needs of it.
    void leave(Shard from) {
        if (queue != null) {
            queue.leave(from);
        }
    }

    /// The session belongs to another shard now.
    void arrived(Shard to) {
        if (isPumpScheduled) {
            to.schedulePump(this);
        } else if (!isQueueEmpty()) {
            schedulePump(); // a page that was on its way is asked for again
        }
    }

    // ---- what there is ----

    /// How many deliveries are in the store only.
    int paged() {
        return queue == null ? 0 : queue.paged();
    }

    /// What is stored of the deliveries that are in memory.
    List<StoredDelivery> stored() {
        List<StoredDelivery> stored = new ArrayList<>();
        if (queue != null) {
            queue.addStored(stored);
        }
        for (var d = sender.oldest(); d != null; d = sender.after(d)) {
            Delivery message = d.message();
            if (message != null && message.stored() != null) {
                stored.add(message.stored());
            }
        }
        return stored;
    }

    /// What is in memory for Shared Subscriptions, as far as others may have it: nothing that was
    /// begun at QoS 2 [MQTT-4.8.2-5].
    List<Delivery> undeliveredShared() {
        List<Delivery> undelivered = new ArrayList<>();
        for (var f = sender.oldest(); f != null; f = sender.after(f)) {
            Delivery d = f.message();
            if (d != null && d.share() != 0 && d.qos() == QoS.AT_LEAST_ONCE) {
                undelivered.add(d);
            }
        }
        if (queue != null) {
            queue.addShared(undelivered);
        }
        return undelivered;
    }

    // ---- what comes ----

    /// True if a message of this QoS could be sent at once.
    boolean hasRoom(QoS qos) {
        Connection c = session.connection();
        if (c == null || !c.isWritable()) {
            return false;
        }
        return qos == QoS.AT_MOST_ONCE
                ? !isAtMostOnceWaiting()
                : (isQueueEmpty() && !sender.isResending() && hasQuota() && !c.isAnswering());
    }

    /// False if a message would be dropped at a limit as things are.
    ///
    /// @param granted the QoS of the subscription
    boolean canTake(Message message, QoS granted) {
        if (effective(message.qos(), granted) == QoS.AT_MOST_ONCE) {
            Connection c = session.connection();
            boolean isAway = c == null || c.isConnackAwaited();
            if (isAway ? !keepsAtMostOnce() : !isAtMostOnceWaiting()) {
                return !isAway && c != null && c.isWritable();
            }
        }
        int bytes = message.bytes();
        return !isStoreRefusing()
                && (queue == null || !queue.isFull(bytes))
                && (session.isConnected() || shard().budgets().hasRoomOffline(bytes));
    }

    /// True while no message can be stored that would have to be.
    boolean isStoreRefusing() {
        return session.isDurable() && shard().journal().isRefusing();
    }

    /// True if a message of QoS 1 or 2 could be begun, as far as its Receive Maximum and the bytes
    /// in flight go.
    boolean hasQuota() {
        return hasQuota(1, 0);
    }

    /// @param bytes of all but the last delivery, or of all if there are several
    private boolean hasQuota(int deliveries, int bytes) {
        if (!sender.hasQuota(deliveries)) {
            return false;
        }
        InflightWindow w = window;
        long most = shard().limits().maximumInflightBytes();
        return (w == null || w.admits(sender, deliveries, bytes))
                && (most == 0 || sender.bytes() + bytes < most);
    }

    private static int inflightBytes(Delivery d) {
        return d.message().payload().length;
    }

    /// Stop 7 of a PUBLISH.
    ///
    /// @param granted the highest QoS of the subscriptions that match
    /// @param retain the RETAIN flag to be sent
    /// @param share [Subscription#share] of the Shared Subscription that it is for, 0 if for none
    /// @return true if it is sent, or will be
    boolean deliver(
            Message message, QoS granted, boolean retain, int @Nullable [] identifiers, int share) {
        return session.mayReceive(message.topic())
                && deliverReadable(message, granted, retain, identifiers, share);
    }

    /// The same of a message that the client is known to be allowed to read.
    boolean deliverReadable(
            Message message, QoS granted, boolean retain, int @Nullable [] identifiers, int share) {
        QoS qos = effective(message.qos(), granted);
        return qos == QoS.AT_MOST_ONCE
                ? deliverAtMostOnce(message, retain, identifiers, share)
                : deliverSurely(message, qos, retain, identifiers, share);
    }

    /// Stop 7 of PUBLISH packets that are passed on as they came.
    ///
    /// @param granted the highest QoS of the subscriptions that match
    /// @return false if they cannot be: messages are to be made of them and delivered
    boolean relay(Relay relay, QoS granted) {
        PublishRun run = relay.run();
        if (effective(run.qos(), granted) != run.qos()) {
            return false;
        }
        if (!session.mayReceive(run.topic())) {
            return true;
        }
        Connection c = session.connection();
        return run.qos() == QoS.AT_MOST_ONCE
                ? relayAtMostOnce(relay, c)
                : c != null && relaySurely(relay, c);
    }

    private boolean relayAtMostOnce(Relay relay, @Nullable Connection c) {
        boolean isAway = c == null || c.isConnackAwaited();
        if (isAway && !keepsAtMostOnce()) {
            return true; // nobody misses them, as in deliverAtMostOnce
        }
        PublishRun run = relay.run();
        return c != null
                && !isAway
                && !isAtMostOnceWaiting()
                && c.takesAsPublished(run.isMqtt5())
                && c.isWritable()
                && c.relay(run, NO_PACKET_IDS);
    }

    /// All of them, if there is room for all.
    private boolean relaySurely(Relay relay, Connection c) {
        PublishRun run = relay.run();
        if (session.isDurable()
                || isStreaming()
                || !c.takesAsPublished(run.isMqtt5())
                || !hasRoom(run.qos())
                || !hasQuota(run.count(), run.payloadBytes())) {
            return false;
        }
        List<Delivery> deliveries = relay.deliveries();
        int[] packetIds = relay.packetIds();
        for (int i = 0; i < packetIds.length; i++) {
            packetIds[i] = start(deliveries.get(i));
        }
        if (!c.relay(run, packetIds)) {
            for (int i = 0; i < packetIds.length; i++) {
                transmit(deliveries.get(i), c, packetIds[i]);
            }
        }
        return true;
    }

    /// The QoS of a delivery.
    QoS effective(QoS published, QoS granted) {
        return switch (shard().limits().outgoingQos()) {
            case AS_PUBLISHED -> published.min(granted); // [MQTT-3.8.4-8]
            case AS_GRANTED -> granted;
        };
    }

    /// @return false if it was dropped
    private boolean deliverSurely(
            Message message, QoS qos, boolean retain, int @Nullable [] identifiers, int share) {
        Connection c = session.connection();
        SessionJournal j = session.journal();
        if (c == null || !hasRoom(qos)) {
            return enqueue(message, qos, retain, identifiers, share, j);
        }
        if (j == null) {
            return begin(shard().delivery(message, qos, retain, identifiers, share), c);
        }
        DropReason refusal = j.refusal();
        if (refusal != null) {
            shard().drop(refusal, session.clientId());
            return false;
        }
        Delivery delivery = j.delivery(message, qos, retain, identifiers, share);
        j.put(delivery);
        return begin(delivery, c);
    }

    /// True if QoS 0 waits for a client that is away, and is not just missed by it.
    private boolean keepsAtMostOnce() {
        return shard().limits().atMostOnce() == Limits.AtMostOnce.QUEUED;
    }

    /// True while something at QoS 0 waits: what comes at QoS 0 may not overtake it [MQTT-4.6.0-6].
    private boolean isAtMostOnceWaiting() {
        return queue != null && queue.atMostOnce() != null;
    }

    /// @return false if it was dropped
    private boolean deliverAtMostOnce(
            Message message, boolean retain, int @Nullable [] identifiers, int share) {
        QoS qos = QoS.AT_MOST_ONCE;
        Connection c = session.connection();
        if (c == null || c.isConnackAwaited()) {
            return keepsAtMostOnce()
                    && enqueue(message, qos, retain, identifiers, share, session.journal());
        }
        AtMostOnce before = queue == null ? null : queue.atMostOnce();
        if (before != null) {
            SessionJournal j = before.isStoring() ? session.journal() : null;
            return enqueue(message, qos, retain, identifiers, share, j);
        }
        if (!c.isWritable()) {
            shard().drop(DropReason.OUTBOUND_FULL, session.clientId());
            return false;
        }
        if (c.isAnswering()) {
            if (own == null) {
                own = new ArrayList<>(1);
            }
            return own.add(shard().delivery(message, qos, retain, identifiers, share));
        }
        return transmitAtMostOnce(c, message, retain, identifiers);
    }

    private boolean transmitAtMostOnce(
            Connection c, Message message, boolean retain, int @Nullable [] identifiers) {
        boolean fits = c.transmit(message, QoS.AT_MOST_ONCE, retain, identifiers, 0);
        if (!fits) {
            shard().drop(DropReason.PACKET_TOO_LARGE, session.clientId());
        }
        return fits;
    }

    /// @param j where it is to be stored, null if nowhere
    /// @return false if it was dropped
    private boolean enqueue(
            Message message,
            QoS qos,
            boolean retain,
            int @Nullable [] identifiers,
            int share,
            @Nullable SessionJournal j) {
        if (j == null) {
            return enqueue(shard().delivery(message, qos, retain, identifiers, share));
        }
        DropReason refusal = j.refusal();
        if (refusal != null) {
            shard().drop(refusal, session.clientId());
            return false;
        }
        Delivery delivery = j.delivery(message, qos, retain, identifiers, share);
        boolean isQueued = enqueue(delivery);
        if (isQueued) {
            j.put(delivery);
        }
        return isQueued;
    }

    /// @return false if it was dropped
    private boolean enqueue(Delivery d) {
        if (isPumpScheduled && queue != null && queue.isFull(d.message().bytes())) {
            pump(); // makes room if an acknowledgement has come in this turn
        }
        if (queue == null) {
            queue = new DeliveryQueue(session);
        }
        return queue.offer(d);
    }

    // ---- what is sent ----

    /// Puts a delivery at QoS 1 or 2 in flight.
    ///
    /// @return false if it was dropped
    boolean begin(Delivery d, Connection c) {
        int packetId = start(d);
        SessionJournal j = session.journal();
        if (j != null) {
            j.begun(d, packetId);
            if (mustWait(d, c, packetId, Journal.Attempt.FIRST)) {
                return true;
            }
        }
        return transmit(d, c, packetId);
    }

    /// @return false if it was dropped
    private boolean transmit(Delivery d, Connection c, int packetId) {
        boolean fits = c.transmit(d.message(), d.qos(), d.retain(), d.identifiers(), packetId);
        if (!fits) {
            abandon(
                    d,
                    packetId,
                    DropReason.PACKET_TOO_LARGE); // as if it had been sent [MQTT-3.1.2-25]
        }
        return fits;
    }

    /// @return its Packet Identifier
    private int start(Delivery d) {
        int packetId = sender.start(d, d.qos(), inflightBytes(d));
        if (!sender.hasQuota()) {
            windowFilled(packetId);
        }
        return packetId;
    }

    private void windowFilled(int packetId) {
        InflightWindow w = window;
        if (w == null) {
            int most = Math.min(receiveMaximum, shard().limits().widestWindow());
            if (most <= firstWindow) {
                return;
            }
            w = new InflightWindow(firstWindow, most);
            window = w;
        }
        w.filled(sender, packetId, shard().now());
    }

    /// Whether a PUBLISH of a durable session has to wait: at QoS 2 for its Packet Identifier to be
    /// durable, at QoS 1 only for those before it, to keep their order. If so it is sent when it may
    /// be.
    private boolean mustWait(Delivery d, Connection c, int packetId, Journal.Attempt attempt) {
        boolean mustWait =
                (d.qos() == QoS.EXACTLY_ONCE || awaiting > 0)
                        && shard().journal().awaitDurable(c, d, packetId, attempt);
        if (mustWait) {
            awaiting++;
        }
        return mustWait;
    }

    private void abandon(Delivery d, int packetId, DropReason why) {
        sender.abandon(packetId);
        removeStored(d);
        shard().drop(why, session.clientId());
    }

    /// A delivery is over, or will never be made.
    void removeStored(Delivery d) {
        SessionJournal j = session.journal();
        if (j != null) {
            j.removed(d);
        }
    }

    /// What a delivery waited for is durable, at QoS 2 its Packet Identifier, at QoS 0 its removal: it
    /// is sent if it is still to be. Only as long as the connection that it was begun for is there.
    void transmitDurable(Delivery d, int packetId, Journal.Attempt attempt) {
        Connection c = session.connection();
        if (d.qos() == QoS.AT_MOST_ONCE) {
            if (c != null && queue != null) {
                queue.transmitDurable(d, c);
                schedulePump();
            }
            return;
        }
        awaiting--;
        Sender.InFlight<Delivery> inFlight = sender.find(packetId);
        if (c == null || inFlight == null || inFlight.message() != d) {
            return;
        }
        if (attempt == Journal.Attempt.FIRST && d.message().isExpired(shard().now())) {
            abandon(d, packetId, DropReason.EXPIRED); // [MQTT-3.3.2-5]
            schedulePump();
            return;
        }
        boolean fits =
                switch (attempt) {
                    case FIRST ->
                            c.transmit(d.message(), d.qos(), d.retain(), d.identifiers(), packetId);
                    case AGAIN -> c.retransmit(d, packetId);
                };
        if (!fits) {
            abandon(d, packetId, DropReason.PACKET_TOO_LARGE);
            schedulePump(); // there is room again, and no acknowledgement will come
        }
    }

    // ---- what is acknowledged ----

    void onPuback(int packetId) {
        Delivery stored = storedInFlight(packetId);
        Sender.Outcome outcome = sender.onPuback(packetId);
        if (stored != null && outcome == Sender.Outcome.COMPLETED) {
            removeStored(stored);
        }
        settle(outcome, "PUBACK", packetId);
    }

    /// What is in flight under a Packet Identifier, if it is stored.
    private @Nullable Delivery storedInFlight(int packetId) {
        if (!session.isDurable()) {
            return null;
        }
        Sender.InFlight<Delivery> inFlight = sender.find(packetId);
        return inFlight == null ? null : inFlight.message();
    }

    void onPubrec(int packetId, ReasonCode reasonCode) {
        Delivery stored = storedInFlight(packetId);
        Sender.Outcome outcome = sender.onPubrec(packetId, reasonCode);
        Connection c = session.connection();
        if (c == null) {
            return;
        }
        SessionJournal j = session.journal();
        if (j != null) {
            if (stored == null && outcome == Sender.Outcome.COMPLETED) {
                j.completed(packetId); // an earlier PUBREC had released it
            } else if (stored != null) {
                switch (outcome) {
                    case RELEASE -> j.released(stored, packetId);
                    case COMPLETED -> j.removed(stored);
                    case NOT_FOUND, NOT_AWAITED -> {}
                }
            }
        }
        switch (outcome) {
            case RELEASE ->
                    // Durable first: or the message could come again under its old identifier.
                    session.acknowledge(
                            c, new Packet.Pubrel(packetId, ReasonCode.SUCCESS, Properties.NONE));
            case NOT_FOUND -> {
                if (!reasonCode.isError()) {
                    c.send(
                            new Packet.Pubrel(
                                    packetId,
                                    ReasonCode.SUCCESS, // most often one of a lost connection
                                    Properties.NONE));
                }
            }
            case COMPLETED, NOT_AWAITED -> settle(outcome, "PUBREC", packetId);
        }
    }

    void onPubcomp(int packetId) {
        Sender.Outcome outcome = sender.onPubcomp(packetId);
        SessionJournal j = session.journal();
        if (j != null && outcome == Sender.Outcome.COMPLETED) {
            j.completed(packetId);
        }
        settle(outcome, "PUBCOMP", packetId);
    }

    private void settle(Sender.Outcome outcome, String packet, int packetId) {
        Connection c = session.connection();
        if (outcome == Sender.Outcome.NOT_AWAITED && c != null) {
            c.refuse(
                    ReasonCode.PROTOCOL_ERROR,
                    packet
                            + " for Packet Identifier "
                            + packetId
                            + ", which waits for another packet");
            return;
        }
        if (outcome == Sender.Outcome.COMPLETED && window != null) {
            window.completed(sender, packetId, shard().now());
        }
        if (!isQueueEmpty() || isStreaming() || sender.isResending()) {
            schedulePump(); // once for all acknowledgements of this turn
        }
    }

    /// PUBREC is sent, or waits for the disk: what the client sent to itself may follow.
    void answered() {
        List<Delivery> waiting = own;
        own = null;
        Connection c = session.connection();
        if (waiting != null && c != null) {
            for (Delivery d : waiting) {
                transmitAtMostOnce(c, d.message(), d.retain(), d.identifiers());
            }
        }
        if (!isQueueEmpty()) {
            schedulePump();
        }
    }

    // ---- what waits ----

    private boolean isQueueEmpty() {
        return queue == null || queue.isEmpty();
    }

    long queuedOnHeap() {
        return queue == null ? 0 : queue.onHeap();
    }

    /// Null if nothing waits.
    @Nullable DeliveryQueue queue() {
        return queue;
    }

    /// Asks for [#pump] at the end of the turn.
    void schedulePump() {
        if (!isPumpScheduled) {
            isPumpScheduled = true;
            shard().schedulePump(this);
        }
    }

    /// The turn ends. What goes wrong here is this session's alone: others are behind it.
    void pumpNow() {
        isPumpScheduled = false;
        try {
            pump();
        } catch (RuntimeException e) {
            session.failed(e);
        }
    }

    /// Sends what waits while there is room: first what is unacknowledged of an earlier connection,
    /// then the queue and the retained messages in turn. Sends a bounded number and asks to be
    /// called again, so that one long queue never holds up the loop.
    void pump() {
        Connection c = session.connection();
        if (c == null) {
            return;
        }
        Encodings encodings = shard().encodings();
        encodings.beginRow();
        try {
            pump(c);
        } finally {
            encodings.endRow();
        }
    }

    private void pump(Connection c) {
        int left = shard().limits().streamBatch();
        while (c.isWritable() && sender.isResending()) {
            if (left-- == 0) {
                schedulePump();
                return;
            }
            Sender.InFlight<Delivery> again = sender.nextToResend();
            if (again == null) {
                return;
            }
            if (again.message() != null && !sender.hasQuota()) {
                windowFilled(again.packetId());
            }
            resend(again, c);
        }
        boolean moved = true;
        while (moved && session.connection() == c && c.isWritable()) {
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
            session.acknowledge(
                    c, new Packet.Pubrel(packetId, ReasonCode.SUCCESS, Properties.NONE));
        } else if (!(session.isDurable() && mustWait(d, c, packetId, Journal.Attempt.AGAIN))
                && !c.retransmit(d, packetId)) {
            abandon(d, packetId, DropReason.PACKET_TOO_LARGE);
        }
    }

    private boolean pumpQueue(Connection c) {
        DeliveryQueue q = queue;
        if (q == null) {
            return false;
        }
        boolean moved = q.pump(c);
        if (q.isEmpty()) {
            queue = null; // an idle session holds no queue
        }
        return moved;
    }

    /// Passes over a Packet Identifier, for a delivery that has waited and is dropped.
    void skipPacketId() {
        sender.skip();
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

    // ---- retained messages ----

    /// Announces a [#stream], or that it is stopped.
    void expectStream(Subscription subscription) {
        streams().expect(subscription);
    }

    /// Sends the retained messages of a subscription, as fast as the client takes them.
    void stream(Subscription subscription) {
        streams().add(subscription);
        schedulePump();
    }

    private RetainedStreams streams() {
        RetainedStreams all = streams;
        if (all == null) {
            all = new RetainedStreams(session);
            streams = all;
        }
        return all;
    }

    /// Whether retained messages are still to be sent.
    boolean isStreaming() {
        return streams != null;
    }

    boolean isStreaming(Subscription subscription) {
        return streams != null && streams.has(subscription);
    }

    /// Goes on for a subscription where it is with the one that it replaces.
    ///
    /// @return false if nothing was to be sent for that one yet
    boolean passStream(Subscription from, Subscription to) {
        return streams != null && streams.pass(from, to);
    }

    void stopStream(Subscription subscription) {
        if (streams != null) {
            streams.stop(subscription);
            schedulePump(); // the next one may begin, if it was this one's turn
        }
    }

    /// See [RetainedStream#liveDelivered].
    void liveDelivered(Message message, RetainNumber number) {
        if (streams != null) {
            streams.liveDelivered(message, number);
        }
    }

    /// The retained messages asked for have come.
    void onPage(RetainedStream stream, ShardMessage.RetainedPage page) {
        stream.onPage(page);
        schedulePump();
    }

    // ---- after a restart ----

    void restore(Delivery d) {
        queueToRestore().restore(d);
    }

    void restorePaged(long sequence, QoS qos, int bytes) {
        queueToRestore().restorePaged(sequence, qos, bytes);
    }

    private DeliveryQueue queueToRestore() {
        DeliveryQueue q = queue;
        if (q == null) {
            q = new DeliveryQueue(session);
            queue = q;
        }
        return q;
    }

    /// True as long as the queue that is restored is to have its messages on the heap.
    boolean isHeadWanted() {
        return queue == null || queue.isHeadWanted();
    }

    /// @param d null if it was released
    void restoreInFlight(long order, int packetId, @Nullable Delivery d) {
        session.startAfter(0, order);
        if (d == null) {
            sender.restoreReleased(packetId);
        } else {
            sender.restore(packetId, d, d.qos(), inflightBytes(d));
        }
    }

    /// What was in flight before the restart is over.
    ///
    /// @param d null if it was released
    void forgetInFlight(int packetId, @Nullable Delivery d) {
        SessionJournal j = session.journal();
        if (d != null) {
            removeStored(d);
        } else if (j != null) {
            j.completed(packetId);
        }
    }
}
