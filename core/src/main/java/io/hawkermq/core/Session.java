package io.hawkermq.core;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.Receiver;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.protocol.Will;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The session state of one Client Identifier, section 4.1: subscriptions, what waits to be
/// delivered, what is unacknowledged in both directions, the will, and when it all ends. Exists
/// while a client is connected and, if its Session Expiry Interval says so, beyond.
///
/// Owned by one [Shard]. What is on its way to the client is kept by [Outgoing].
final class Session {
    /// The Session Expiry Interval that means never.
    static final long NEVER_EXPIRES = 0xFFFF_FFFFL;

    private final String clientId;
    private Shard shard;
    private @Nullable Receiver receiver; // most publish nothing at QoS 2
    private Timers.@Nullable Timer timer; // most wait for nothing
    private final Subscriptions subscriptions = new Subscriptions(this);
    private final Outgoing outgoing = new Outgoing(this);

    private @Nullable Connection connection;
    private AccessControl.Principal principal;
    private AccessControl access;
    private @Nullable Publisher publisher; // most never publish
    private Terms terms = Terms.DEFAULT;
    private boolean receivesAll;
    private boolean hasEnded;
    private boolean hasEndedDurable;
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
        Receiver known = receiver;
        if (known == null) {
            known = new Receiver();
            receiver = known;
        }
        return known;
    }

    Outgoing outgoing() {
        return outgoing;
    }

    /// True if the session outlives the process.
    boolean isDurable() {
        return journal != null;
    }

    /// The same, or of a session that has ended, whether it did until then.
    boolean isKnownAsDurable() {
        return isDurable() || hasEndedDurable;
    }

    /// True if nothing is delivered to it any more.
    boolean hasEnded() {
        return hasEnded;
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
    /// @param receiveMaximum what the client lets be unacknowledged
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
        stopTimer(shard);
        shard.budgets().wentOnline(outgoing.queuedOnHeap());
        outgoing.resume(receiveMaximum);
        changeDurability();
        saveConnected();
        subscriptions.connectionChanged();
        outgoing.schedulePump();
    }

    /// A session is durable if it does not end with its connection, and there is where to store it.
    ///
    /// One that ends with its connection stays stored as long as a part of its queue is nowhere
    /// else; after a restart, it is over.
    private void changeDurability() {
        boolean shall = shard.journal().isDurable() && (expiryInterval > 0 || outgoing.paged() > 0);
        if (shall == isDurable()) {
            return;
        }
        if (shall) {
            SessionJournal begun = new SessionJournal(this, shard.journal().newSessionNumber());
            shard.router().changeDurability(subscriptions, () -> journal = begun);
            subscriptions.forEach(begun::subscribed);
        } else {
            forgetStored();
            outgoing.keepAll();
        }
    }

    private void forgetStored() {
        SessionJournal j = journal;
        if (j == null) {
            return;
        }
        j.remove(outgoing.stored(), outgoing.paged());
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
        subscriptions.connectionEnds();
        shard.budgets().wentOffline(outgoing.queuedOnHeap());
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
        outgoing.wentOffline();
        subscriptions.connectionChanged();
    }

    /// Something that was to be done for this session went wrong, by a fault of this program: its
    /// client has to go, and nobody else.
    void failed(RuntimeException fault) {
        if (connection == null) {
            shard.fault("Internal error in the session of client " + clientId, fault);
        } else {
            connection.failed(fault);
        }
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
            stopTimer(shard);
            return;
        }
        if (timer == null) {
            timer = new Timers.Timer(this::onTimer);
        }
        shard.timers().set(timer, next);
    }

    private void stopTimer(Shard where) {
        if (timer != null) {
            where.timers().stop(timer);
            timer = null;
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
        stopTimer(shard);
        if (connection == null) {
            publishWill();
        }
        List<Undelivered> shared = undeliveredShared();
        hasEnded = true;
        if (journal != null) {
            hasEndedDurable = true; // others are told for each subscription when it goes
            journal.remove(outgoing.stored(), outgoing.paged());
            journal = null;
        }
        subscriptions.end();
        outgoing.clear();
        if (!shared.isEmpty()) {
            shard.distribution().passOn(shared, clientId);
        }
    }

    /// A message for a member of a Shared Subscription whose session has ended.
    record Undelivered(Message message, TopicFilter filter) {}

    /// What the session has got for Shared Subscriptions and its client has not, as far as others may
    /// have it: nothing that was begun at QoS 2 [MQTT-4.8.2-5]. Without what only the store has.
    private List<Undelivered> undeliveredShared() {
        if (subscriptions.sharedSize() == 0) {
            return List.of();
        }
        List<Delivery> undelivered = outgoing.undeliveredShared();
        if (undelivered.isEmpty()) {
            return List.of();
        }
        Map<Integer, Subscription> shared = subscriptions.shared();
        List<Undelivered> found = new ArrayList<>();
        for (Delivery d : undelivered) {
            Subscription s = shared.get(d.share());
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
        outgoing.leave(from);
        subscriptions.leave();
        from.gaveAway(this);
        stopTimer(from);
        shard = to;
        subscriptions.arrive();
        to.took(this);
        setTimer();
        if (connection != null) {
            connection.moveTo(to);
        }
        outgoing.arrived(to);
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
                    outgoing.stream(subscription);
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
        if (replaced != null
                && !(subscription.isOwedRest() && outgoing.passStream(replaced, subscription))) {
            outgoing.stopStream(replaced);
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
        outgoing.stopStream(removed);
        return true;
    }

    // ---- retained messages ----

    /// The last retained message of a subscription has been taken.
    void streamed(Subscription subscription) {
        subscription.settle();
        if (journal != null && outlivesProcess()) {
            journal.settled(subscription);
        }
    }

    /// True while no subscription can be stored that would have to be.
    boolean refusesSubscriptions() {
        return outlivesProcess() && shard.journal().isRefusing();
    }

    boolean mayReceive(TopicName topic) {
        return receivesAll || (terms.reaches(topic) && access.mayReceive(principal, topic));
    }

    /// Sends a packet that confirms a change of this session: once that is durable, if it is to be.
    void acknowledge(Connection c, Packet packet) {
        if (outlivesProcess()) {
            shard.journal().sendWhenDurable(c, packet);
        } else {
            shard.journal().sendInOrder(c, packet);
        }
    }
}
