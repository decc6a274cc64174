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
import java.util.ArrayList;
import java.util.List;
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
    private AccessControl access;
    private @Nullable Publisher publisher; // most never publish
    private Terms terms = Terms.DEFAULT;
    private boolean receivesAll;
    private long expiryInterval;
    private @Nullable Will will;
    private long willAt = Long.MAX_VALUE;
    private long expiresAt = Long.MAX_VALUE;
    private @Nullable SessionJournal journal;

    /// Scratch of [Route]: this session's place in the route that is being made.
    int routeMark;

    Session(Shard shard, AccessControl.Principal principal) {
        this.shard = shard;
        this.clientId = principal.clientId();
        this.principal = principal;
        this.access = shard.access();
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

    /// True if the session outlives the process.
    boolean isDurable() {
        return journal != null;
    }

    /// True if what changes in the session is to outlive the process. One that ends with its
    /// connection is stored only for as long as a part of its queue is nowhere else, and over after a
    /// crash: of its changes nothing need be stored.
    private boolean outlivesProcess() {
        return journal != null && expiryInterval > 0;
    }

    @Nullable SessionJournal journal() {
        return journal;
    }

    AccessControl.Principal principal() {
        return principal;
    }

    /// As whom the messages of this connection are published.
    Publisher publisher() {
        Publisher known = publisher;
        if (known == null) {
            known = Publisher.connected(principal, access);
            publisher = known;
        }
        return known;
    }

    /// Decides on this session: that of its latest connection; the shard's own after a restart.
    AccessControl access() {
        return access;
    }

    // ---- life ----

    /// A connection was accepted for this session; CONNACK is the next thing sent.
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
        access = by.access();
        publisher = null;
        terms = by.terms();
        receivesAll = terms.mountPoint() == null && access.mayReceiveAll(as);
        expiryInterval = sessionExpiryInterval;
        will = newWill;
        willAt = Long.MAX_VALUE; // a reconnect in time: no will [MQTT-3.1.3-9]
        expiresAt = Long.MAX_VALUE;
        shard.timers().stop(timer);
        shard.budgets().wentOnline(queuedOnHeap());
        sender.resume(receiveMaximum); // [MQTT-4.4.0-1]
        changeDurability();
        saveConnected();
        subscriptions.connectionChanged();
        schedulePump();
    }

    /// A session is durable if it does not end with its connection, and there is where to store it.
    ///
    /// One that ends with its connection stays stored as long as a part of its queue is nowhere
    /// else; after a restart, it is over.
    private void changeDurability() {
        boolean shall =
                shard.journal().isDurable()
                        && (expiryInterval > 0 || (queue != null && queue.paged() > 0));
        if (shall == isDurable()) {
            return;
        }
        if (shall) {
            SessionJournal begun = new SessionJournal(this, shard.journal().newSessionNumber());
            shard.router().changeDurability(subscriptions, () -> journal = begun);
            subscriptions.forEach(begun::subscribed);
        } else {
            forgetStored();
            if (queue != null) {
                queue.keepAll();
            }
        }
    }

    private void forgetStored() {
        SessionJournal j = journal;
        if (j == null) {
            return;
        }
        List<StoredDelivery> remaining = new ArrayList<>();
        int paged = 0;
        if (queue != null) {
            queue.addStored(remaining);
            paged = queue.paged();
        }
        for (var d = sender.oldest(); d != null; d = sender.after(d)) {
            Delivery message = d.message();
            if (message != null && message.stored() != null) {
                remaining.add(message.stored());
            }
        }
        j.remove(remaining, paged);
        shard.router().changeDurability(subscriptions, () -> journal = null);
    }

    private void saveConnected() {
        if (journal != null) {
            Will stored = expiryInterval == 0 ? null : will; // it ends here, and leaves none
            journal.save(expiryInterval, StoredSession.CONNECTED, stored, Long.MAX_VALUE);
        }
    }

    private void saveOffline() {
        if (journal != null) {
            journal.save(expiryInterval, expiresAt, will, willAt);
        }
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
        shard.budgets().wentOffline(queuedOnHeap());
        Will w = will;
        long delay = w == null ? 0 : w.properties().number(Property.WILL_DELAY_INTERVAL, 0);
        if (w != null && (delay == 0 || expiryInterval == 0)) {
            publishWill(); // [MQTT-3.1.2-8]
        }
        if (expiryInterval == 0) {
            shard.end(this); // [MQTT-4.1.0-2]
            return;
        }
        waitForClient(delay);
        saveOffline();
        if (queue != null) {
            queue.wentOffline();
        }
        subscriptions.connectionChanged();
    }

    /// @param willDelay seconds
    private void waitForClient(long willDelay) {
        if (will != null) {
            willAt = shard.now() + willDelay * 1_000;
        }
        expiresAt =
                expiryInterval == NEVER_EXPIRES
                        ? Long.MAX_VALUE
                        : shard.now() + expiryInterval * 1_000;
        setTimer();
    }

    private void onTimer() {
        boolean isWillDue = willAt <= shard.now();
        if (isWillDue) {
            publishWill();
        }
        if (expiresAt <= shard.now()) {
            shard.expire(this);
            return;
        }
        if (isWillDue) {
            saveOffline();
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
            shard.publishWill(w, this);
        }
    }

    /// The session ends: gives back everything. A will still waiting is published first: the
    /// session's end does not outwait it [MQTT-3.1.2-8].
    void ended() {
        shard.timers().stop(timer);
        if (connection == null) {
            publishWill();
        }
        List<Undelivered> shared = undeliveredShared();
        forgetStored();
        subscriptions.clear();
        if (queue != null) {
            queue.clear();
        }
        if (streams != null) {
            streams.stopAll();
            streams = null;
        }
        if (!shared.isEmpty()) {
            shard.passOn(shared, clientId);
        }
    }

    /// A message for a member of a Shared Subscription whose session has ended.
    record Undelivered(Message message, TopicFilter filter) {}

    /// What the session has got for Shared Subscriptions and its client has not, as far as others may
    /// have it: nothing that was begun at QoS 2 [MQTT-4.8.2-5]. Without what only the store has.
    private List<Undelivered> undeliveredShared() {
        if (!subscriptions.anyShared()) {
            return List.of();
        }
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
        List<Undelivered> found = new ArrayList<>();
        for (Delivery d : undelivered) {
            Subscription s = subscriptions.shared(d.share());
            if (s != null) {
                found.add(new Undelivered(d.message(), s.filter()));
            }
        }
        return found;
    }

    /// Belongs to another shard from now on, which has all that the old one had of it. Nobody is
    /// told: [SlotMove] does that.
    void moveTo(Shard to) {
        Shard from = shard;
        if (queue != null) {
            queue.leave(from);
        }
        subscriptions.leave();
        from.gaveAway(this);
        from.timers().stop(timer);
        shard = to;
        subscriptions.arrive();
        to.took(this);
        setTimer();
        if (connection != null) {
            connection.moveTo(to);
        }
        if (isPumpScheduled) {
            to.schedulePump(this);
        } else if (!isQueueEmpty()) {
            schedulePump(); // a page that was on its way is asked for again
        }
    }

    // ---- after a restart ----

    /// The session as it was stored; offline now.
    void restore(StoredSession s) {
        journal = new SessionJournal(this, s.number());
        expiryInterval = s.expiryInterval();
        receivesAll = access.mayReceiveAll(principal);
        will = s.will();
        willAt = s.willAt();
        expiresAt = s.expiresAt();
    }

    void restore(Subscription s) {
        subscriptions.add(s);
    }

    void restore(Delivery d) {
        queueToRestore().restore(d);
    }

    void restorePaged(long sequence, int bytes) {
        queueToRestore().restorePaged(sequence, bytes);
    }

    private DeliveryQueue queueToRestore() {
        DeliveryQueue q = queue;
        if (q == null) {
            q = new DeliveryQueue(this);
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
        startAfter(0, order);
        if (d == null) {
            sender.restoreReleased(packetId);
        } else {
            sender.restore(packetId, d, d.qos());
        }
    }

    void startAfter(long sequence, long order) {
        if (journal != null) {
            journal.startAfter(sequence, order);
        }
    }

    /// Everything is back: a client that was connected has lost its connection now, and time goes
    /// on for one that was not.
    void restored(StoredSession s) {
        if (expiryInterval == 0) {
            shard.end(this); // with its connection, which the restart has ended [MQTT-4.1.0-2]
        } else if (s.wasConnected()) {
            Will w = will;
            waitForClient(w == null ? 0 : w.properties().number(Property.WILL_DELAY_INTERVAL, 0));
            saveOffline();
        } else {
            setTimer();
        }
        if (journal != null) {
            subscriptions.forEach(subscription -> {
                if (subscription.isOwedRetained()) {
                    stream(subscription);
                }
            });
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
        if (journal != null && outlivesProcess()) {
            journal.subscribed(subscription);
        }
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
        if (journal != null && outlivesProcess()) {
            journal.unsubscribed(removed);
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

    /// The last retained message of a subscription has been taken.
    void streamed(Subscription subscription) {
        subscription.settle();
        if (journal != null && outlivesProcess()) {
            journal.settled(subscription);
        }
    }

    private void stopStream(Subscription subscription) {
        if (streams != null) {
            streams.stop(subscription);
            schedulePump(); // the next one may begin, if it was this one's turn
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
                || (isQueueEmpty() && !sender.isResending() && hasQuota() && !c.isAnswering());
    }

    /// The client has its PUBREC: what it sent to itself may follow.
    void answered() {
        if (!isQueueEmpty()) {
            schedulePump();
        }
    }

    /// True while no message can be stored that would have to be.
    boolean isStoreFull() {
        return isDurable() && shard.journal().isFull();
    }

    /// True while no subscription can be stored that would have to be.
    boolean refusesSubscriptions() {
        return outlivesProcess() && shard.journal().isFull();
    }

    /// True if a message of QoS 1 or 2 could be begun, as far as its Receive Maximum and the bytes
    /// in flight go.
    boolean hasQuota() {
        long most = shard.limits().maximumInflightBytes();
        return sender.hasQuota() && (most == 0 || inflightBytes() < most);
    }

    /// Payload bytes that are not acknowledged yet; a few messages, as the Receive Maximum says.
    private long inflightBytes() {
        long bytes = 0;
        for (var d = sender.oldest(); d != null; d = sender.after(d)) {
            Delivery delivery = d.message();
            bytes += delivery == null ? 0 : delivery.message().payload().length;
        }
        return bytes;
    }

    boolean mayReceive(Message message) {
        return receivesAll
                || (terms.reaches(message.topic())
                        && access.mayReceive(principal, message.topic()));
    }

    /// Stop 7 of a PUBLISH.
    ///
    /// @param granted the highest QoS of the subscriptions that match
    /// @param retain the RETAIN flag to be sent
    /// @param share [Subscription#share] of the Shared Subscription that it is for, 0 if for none
    void deliver(
            Message message, QoS granted, boolean retain, int @Nullable [] identifiers, int share) {
        if (!mayReceive(message)) {
            return;
        }
        QoS qos = effective(message, granted);
        boolean isTaken;
        if (qos == QoS.AT_MOST_ONCE) {
            isTaken = deliverAtMostOnce(message, retain, identifiers);
        } else {
            isTaken = deliverSurely(message, qos, retain, identifiers, share);
        }
        // Else what was retained before is better than nothing. And a Shared Subscription has got
        // it for
        // itself alone: others are owed the same message [MQTT-3.3.1-9].
        if (isTaken && share == 0 && streams != null) {
            streams.liveDelivered(message);
        }
    }

    /// The QoS of a delivery.
    QoS effective(Message message, QoS granted) {
        return switch (shard.limits().outgoingQos()) {
            case AS_PUBLISHED -> message.qos().min(granted); // [MQTT-3.8.4-8]
            case AS_GRANTED -> granted;
        };
    }

    /// @return false if it was dropped
    private boolean deliverSurely(
            Message message, QoS qos, boolean retain, int @Nullable [] identifiers, int share) {
        Connection c = connection;
        boolean isSent = c != null && hasRoom(qos);
        SessionJournal j = journal;
        if (j == null) {
            Delivery delivery = new Delivery(message, qos, retain, identifiers, share, null);
            return c != null && isSent ? begin(delivery, c) : enqueue(delivery);
        }
        if (j.isFull()) {
            shard.drop(DropReason.STORE_FULL, clientId);
            return false;
        }
        Delivery delivery = j.delivery(message, qos, retain, identifiers, share);
        if (c != null && isSent) {
            j.put(delivery);
            return begin(delivery, c);
        }
        boolean isQueued = enqueue(delivery);
        if (isQueued) {
            j.put(delivery);
        }
        return isQueued;
    }

    /// @return false if it was dropped
    private boolean deliverAtMostOnce(
            Message message, boolean retain, int @Nullable [] identifiers) {
        Connection c = connection;
        if (c == null || c.isConnackAwaited()) {
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
        SessionJournal j = journal;
        if (j != null) {
            j.begun(d, packetId);
            if (d.qos() == QoS.EXACTLY_ONCE
                    && shard.journal().awaitDurable(c, d, packetId, Journal.Attempt.FIRST)) {
                return true;
            }
        }
        boolean fits = c.transmit(d.message(), d.qos(), d.retain(), d.identifiers(), packetId);
        if (!fits) {
            abandon(
                    d,
                    packetId,
                    DropReason.PACKET_TOO_LARGE); // as if it had been sent [MQTT-3.1.2-25]
        }
        return fits;
    }

    private void abandon(Delivery d, int packetId, DropReason why) {
        sender.abandon(packetId);
        removeStored(d);
        shard.drop(why, clientId);
    }

    /// A delivery is over, or will never be made.
    void removeStored(Delivery d) {
        if (journal != null) {
            journal.removed(d);
        }
    }

    /// The Packet Identifier of a QoS 2 delivery is durable: it is sent if it is still to be.
    void transmitDurable(Delivery d, int packetId, Journal.Attempt attempt) {
        Connection c = connection;
        Sender.InFlight<Delivery> inFlight = sender.find(packetId);
        if (c == null || inFlight == null || inFlight.message() != d) {
            return;
        }
        if (attempt == Journal.Attempt.FIRST && d.message().isExpired(shard.now())) {
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

    private boolean isQueueEmpty() {
        return queue == null || queue.isEmpty();
    }

    private long queuedOnHeap() {
        return queue == null ? 0 : queue.onHeap();
    }

    /// Null if nothing waits.
    @Nullable DeliveryQueue queue() {
        return queue;
    }

    /// @return false if it was dropped
    private boolean enqueue(Delivery d) {
        if (isPumpScheduled && queue != null && queue.isFull(d.message().bytes())) {
            pump(); // makes room if an acknowledgement has come in this turn
        }
        if (queue == null) {
            queue = new DeliveryQueue(this);
        }
        return queue.offer(d);
    }

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
        if (journal == null) {
            return null;
        }
        Sender.InFlight<Delivery> inFlight = sender.find(packetId);
        return inFlight == null ? null : inFlight.message();
    }

    void onPubrec(int packetId, ReasonCode reasonCode) {
        Delivery stored = storedInFlight(packetId);
        Sender.Outcome outcome = sender.onPubrec(packetId, reasonCode);
        Connection c = connection;
        if (c == null) {
            return;
        }
        SessionJournal j = journal;
        if (stored != null && j != null) {
            switch (outcome) {
                case RELEASE -> j.released(stored, packetId);
                case COMPLETED -> j.removed(stored);
                case NOT_FOUND, NOT_AWAITED -> {}
            }
        }
        switch (outcome) {
            case RELEASE ->
                    // Durable first: or the message could come again under its old identifier.
                    acknowledge(
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
        if (journal != null && outcome == Sender.Outcome.COMPLETED) {
            journal.completed(packetId);
        }
        settle(outcome, "PUBCOMP", packetId);
    }

    /// Sends a packet that confirms a change of this session: once that is durable, if it is to be.
    void acknowledge(Connection c, Packet packet) {
        if (outlivesProcess()) {
            shard.journal().sendWhenDurable(c, packet);
        } else {
            shard.journal().sendInOrder(c, packet);
        }
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
            schedulePump(); // once for all acknowledgements of this turn
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
            acknowledge(c, new Packet.Pubrel(packetId, ReasonCode.SUCCESS, Properties.NONE));
        } else if (!(d.qos() == QoS.EXACTLY_ONCE
                        && isDurable()
                        && shard.journal().awaitDurable(c, d, packetId, Journal.Attempt.AGAIN))
                && !c.retransmit(d, packetId)) {
            abandon(d, packetId, DropReason.PACKET_TOO_LARGE);
        }
    }

    private boolean pumpQueue(Connection c) {
        DeliveryQueue q = queue;
        if (q == null || !hasQuota()) {
            return false;
        }
        Delivery d = q.poll();
        if (d == null && !q.isEmpty()) {
            return false; // the next one is on its way from the store
        }
        if (q.isEmpty()) {
            queue = null; // an idle session holds no queue
        }
        if (d == null) {
            return false;
        }
        if (d.message().isExpired(shard.now())) {
            removeStored(d);
            sender.skip();
            shard.drop(DropReason.EXPIRED, clientId);
        } else if (!mayReceive(d.message())) { // any more: the rules have changed since
            removeStored(d);
            sender.skip();
            shard.drop(DropReason.NOT_AUTHORIZED, clientId);
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
            SessionJournal j = journal;
            if (j == null) {
                begin(new Delivery(m, qos, true, identifiers, 0, null), c);
            } else {
                Delivery d = j.delivery(m, qos, true, identifiers, 0);
                j.put(d);
                begin(d, c);
            }
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
