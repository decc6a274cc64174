package io.hawkermq.core;

import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.Will;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Everything that one event loop owns: sessions, their subscriptions and timers, and in shard 0
/// the retained messages. Only its loop calls it; other shards send it [ShardMessage]s. It has no
/// clock: each turn of the loop begins with [#advance] and ends with [#endTurn].
///
/// This class is the place where things meet, and where work is put off to the end of the turn. Who
/// gets a message is in [Router], how it gets there in [Distribution], what is retained in
/// [Retention]; what other shards are told is in [Peers], what waits is counted in [Budgets]; what
/// the protocol demands is in [Connection], [Handshake], [Incoming], [Subscribing] and [Session].
public final class Shard {
    /// The most shards there can be: routes keep them as bits.
    public static final int MOST = 64;

    /// The shard that keeps the retained messages.
    static final int KEEPER = 0;

    private final int number;
    private Limits limits;
    private Control control = Control.none();
    private final AccessControl access;
    private final EventLog log;
    private final RandomGenerator random;

    private final Timers timers = new Timers();
    private final Counters counters = new Counters();
    private final Peers peers;
    private final Journal journal;
    private final Budgets budgets;
    private final Router router;
    private final Distribution distribution;
    private final Retention retention;
    private final Lingering lingering;
    private final Map<String, Session> sessions = new HashMap<>();
    private final Encodings encodings = new Encodings();
    private @Nullable Delivery latest;
    private final DropLog dropLog;

    private ArrayDeque<Outgoing> toPump = new ArrayDeque<>();
    private Slots slots = Slots.onOneShard();
    private Publications publications = Publications.UNSEEN;

    private Population population = Population.ofOneShard();
    private long now;
    private boolean isDebug;

    /// @param number 0 to `shards - 1`
    /// @param shards how many there are at most, 1 to [#MOST]
    /// @param random for assigned Client Identifiers and hash seeds
    public Shard(
            int number,
            int shards,
            Limits limits,
            AccessControl access,
            EventLog log,
            Mailboxes mailboxes,
            Store store,
            RandomGenerator random) {
        this.number = number;
        this.limits = limits;
        this.access = access;
        this.log = log;
        this.random = random;
        peers = new Peers(number, shards, mailboxes);
        journal = new Journal(this, store);
        budgets = new Budgets(this);
        router = new Router(this, random.nextLong());
        distribution = new Distribution(this);
        retention = new Retention(this);
        lingering = new Lingering(this);
        dropLog = new DropLog(log);
    }

    // ---- the turn ----

    /// A turn of the loop begins, or goes on after a while: what is due by now happens.
    ///
    /// @param nowMillis milliseconds since the epoch, never less than before
    public void advance(long nowMillis) {
        now = nowMillis;
        isDebug = log.isEnabled(LogLevel.DEBUG);
        if (timers.nextDeadline() <= now) {
            try {
                timers.run(now);
            } catch (RuntimeException e) {
                fault("Internal error in what was due", e); // the others are, still
            }
        }
    }

    /// Sessions of another shard, with messages that came by its time, are about to come here: time
    /// must not go back for them. What is due is left to [#advance].
    void catchUp(long nowMillis) {
        now = Math.max(now, nowMillis);
    }

    /// When [#advance] must be called at the latest, in milliseconds; `Long.MAX_VALUE` for never.
    public long nextDeadline() {
        return timers.nextDeadline();
    }

    /// The turn ends: sends on what waits in sessions that have room again, removes some of what lingers
    /// of sessions that have ended, hands in what is to be stored, and posts what other shards are to know.
    ///
    /// @return true if there is more to be done, in another turn soon
    public boolean endTurn() {
        if (!toPump.isEmpty()) {
            ArrayDeque<Outgoing> due = toPump;
            toPump = new ArrayDeque<>();
            due.forEach(Outgoing::pumpNow);
        }
        budgets.releaseIfLess();
        boolean lingers = lingering.endTurn();
        postOutgoing();
        encodings.clear();
        latest = null;
        return lingers || !toPump.isEmpty();
    }

    /// Batches handed in to the [Store] up to this one are durable. Belongs to a turn.
    public void onDurable(long position) {
        journal.onDurable(position);
    }

    /// A page of a queue, for which [Store#load] was called, has come. Belongs to a turn.
    public void onStored(StoredPage page) {
        journal.onStored(page);
    }

    /// The store can take new durable state, or cannot any more. Belongs to a turn.
    public void onStoreState(Store.State state) {
        journal.onState(state);
        if (state == Store.State.READY) {
            for (Session session : sessions.values()) {
                if (session.isConnected()) {
                    session.outgoing().schedulePump(); // retained messages have waited
                }
            }
        }
    }

    /// Messages of another shard have come. One that cannot be acted upon takes no other with it:
    /// what else was told must be known here, or that shard waits for ever.
    public void receive(int from, List<ShardMessage> batch) {
        for (ShardMessage m : batch) {
            try {
                receive(from, m);
            } catch (RuntimeException e) {
                fault("Internal error in a message between shards", e);
            }
        }
    }

    private void receive(int from, ShardMessage message) {
        switch (message) {
            case ShardMessage.Forward f -> {
                peers.took(f.message().bytes(), from);
                journal.arrived(f.stored());
                try {
                    distribution.deliverHere(f.message(), f.number());
                } finally {
                    journal.done(f.stored());
                }
            }
            case ShardMessage.ForwardShared f -> {
                peers.took(f.message().bytes(), from);
                journal.arrived(f.stored());
                try {
                    distribution.deliverShared(f);
                } finally {
                    journal.done(f.stored());
                }
            }
            case ShardMessage.ForwardRun f -> {
                peers.took(f.bytes(), from);
                distribution.relayHere(f.run(), f.by());
            }
            case ShardMessage.Taken t -> peers.onTaken(t);
            case ShardMessage.Interested i -> router.onInterested(from, i);
            case ShardMessage.NoLongerInterested i -> router.onNoLongerInterested(from, i);
            case ShardMessage.ShareMembers s -> router.onShareMembers(from, s);
            case ShardMessage.Note n -> peers.tell(from, new ShardMessage.Noted(n.ticket()));
            case ShardMessage.Noted n -> peers.onNoted(n);
            case ShardMessage.Retain r -> {
                peers.took(r.message().bytes(), from);
                journal.arrived(r.stored());
                try {
                    retention.retain(r.message(), r.number());
                } finally {
                    journal.done(r.stored());
                }
            }
            case ShardMessage.RetainedRequest r -> peers.tell(from, retention.page(r));
            case ShardMessage.RetainedRelease r -> retention.release(r);
            case ShardMessage.RetainedPage p -> retention.onPage(p);
        }
    }

    // ---- publishing: stops 4 and 6 of a PUBLISH ----

    /// Publishes a message: delivers it and, with RETAIN, keeps it.
    ///
    /// @return true if there is at least one subscriber
    public boolean publish(Message message) {
        publications.published(message);
        if (!message.retain()) {
            return distribution.distribute(message, null);
        }
        RetainNumber number = retention.nextNumber();
        boolean matched = distribution.distribute(message, number);
        retention.retain(message, number);
        return matched;
    }

    void publishWill(Will will, Session of) {
        // A Will is no command, and no answer of the server's either. What a client may not publish
        // as the server's own state it may not leave behind either.
        if (Control.concerns(will.topic())
                || Incoming.isReserved(will.topic(), control)
                || !of.access().mayPublish(of.principal(), will.topic(), will.qos())) {
            drop(DropReason.NOT_AUTHORIZED, of.clientId());
            return;
        }
        publish(Message.of(will, of.publisher(), now));
    }

    /// The encoded forms of messages, made once for their subscribers here.
    Encodings encodings() {
        return encodings;
    }

    /// A delivery that is not stored: the same object for all sessions that get a message alike, so
    /// that what waits in a hundred queues is in the processor's caches once.
    @SuppressWarnings("ReferenceEquality") // the same message, not one that says the same
    Delivery delivery(
            Message message, QoS qos, boolean retain, int @Nullable [] identifiers, int share) {
        Delivery d = latest;
        if (d != null
                && d.message() == message
                && d.qos() == qos
                && d.retain() == retain
                && d.identifiers() == identifiers
                && d.share() == share) {
            return d;
        }
        d = new Delivery(message, qos, retain, identifiers, share, null);
        latest = d;
        return d;
    }

    // ---- sessions ----

    /// Ends the hold of an earlier connection on a Client Identifier and, if asked for, its session
    /// [MQTT-3.1.4-3] [MQTT-3.1.2-4].
    ///
    /// @return true if a session is there to be resumed [MQTT-3.1.2-5]
    boolean takeOver(String clientId, boolean cleanStart) {
        Session session = sessions.get(clientId);
        if (session == null) {
            return false;
        }
        Connection old = session.connection();
        if (old != null) {
            old.refuse(
                    ReasonCode.SESSION_TAKEN_OVER,
                    "another connection uses this Client Identifier");
        }
        if (cleanStart && sessions.get(clientId) == session) {
            end(session);
        }
        return sessions.get(clientId) == session;
    }

    @Nullable Session find(String clientId) {
        return sessions.get(clientId);
    }

    /// Counts its sessions here from now on, with those of other shards; before it has any.
    public void population(Population shared) {
        population = shared;
    }

    /// True if the server has all the sessions that it may have.
    boolean isFull() {
        return population.sessions() >= limits.maximumSessions();
    }

    boolean hasSession(String clientId) {
        return sessions.containsKey(clientId);
    }

    /// True if there is a session that does not end when its client is disconnected.
    boolean keepsSession(String clientId) {
        Session session = sessions.get(clientId);
        return session != null && (!session.isConnected() || session.expiryInterval() > 0);
    }

    Session sessionFor(AccessControl.Principal principal) {
        return sessions.computeIfAbsent(
                principal.clientId(),
                _ -> {
                    population.entered();
                    return new Session(this, principal);
                });
    }

    void end(Session session) {
        if (sessions.remove(session.clientId()) != null) {
            population.left();
        }
        session.ended();
    }

    /// A session's Session Expiry Interval is over [MQTT-4.1.0-2].
    void expire(Session session) {
        counters.sessionsExpired++;
        notice("Expiring client " + session.clientId() + " due to timeout.");
        end(session);
    }

    Collection<Session> sessions() {
        return sessions.values();
    }

    /// An identifier for a client that has none [MQTT-3.1.3-6]; 128 random bits make it unique.
    String newClientId(String beginning) {
        long a = random.nextLong();
        long b = random.nextLong();
        return beginning
                + String.format(
                        "%08X-%04X-%04X-%04X-%012X",
                        a >>> 32, a >>> 16 & 0xFFFF, a & 0xFFFF, b >>> 48, b & 0xFFFF_FFFF_FFFFL);
    }

    /// The server stops: tells every client that it is not its fault.
    public void shutDown() {
        for (Session session : List.copyOf(sessions.values())) {
            Connection connection = session.connection();
            if (connection != null) {
                refuse(connection, ReasonCode.SERVER_SHUTTING_DOWN, "the server shuts down");
            }
        }
    }

    /// Closes the connections of clients who may not stay, because who may connect has changed.
    ///
    /// @param mayStay asked about each connected client with what decides on it
    public void review(BiPredicate<AccessControl, AccessControl.Principal> mayStay) {
        for (Session session : List.copyOf(sessions.values())) {
            Connection connection = session.connection();
            if (connection != null && !mayStay.test(session.access(), session.principal())) {
                refuse(
                        connection,
                        ReasonCode.NOT_AUTHORIZED,
                        "the rules of who may connect have changed");
            }
        }
    }

    /// Closes the connections of these clients, whose rights have changed. Their Wills are not
    /// published: nothing went wrong.
    public void kick(Predicate<AccessControl.Principal> isMeant) {
        for (Session session : List.copyOf(sessions.values())) {
            Connection connection = session.connection();
            if (connection != null && isMeant.test(session.principal())) {
                session.discardWill();
                refuse(
                        connection,
                        ReasonCode.ADMINISTRATIVE_ACTION,
                        "the rights of its user have changed");
            }
        }
    }

    /// Closes the connections whose way in is gone.
    public void dismiss(Predicate<Outbox> isMeant) {
        for (Session session : List.copyOf(sessions.values())) {
            Connection connection = session.connection();
            if (connection != null && isMeant.test(connection.outbox())) {
                refuse(
                        connection,
                        ReasonCode.ADMINISTRATIVE_ACTION,
                        "the listener it came through is closed");
            }
        }
    }

    /// Closes one of many connections: the others are to be closed whatever comes of it.
    private static void refuse(Connection connection, ReasonCode reasonCode, String why) {
        try {
            connection.refuse(reasonCode, why);
        } catch (RuntimeException e) {
            connection.failed(e);
        }
    }

    /// Who is connected.
    public List<AccessControl.Principal> connected() {
        return sessions.values().stream()
                .filter(s -> s.connection() != null)
                .map(Session::principal)
                .toList();
    }

    /// True if no message of this shard is on its way to another one, and it waits for none.
    public boolean isQuiet() {
        return peers.isQuiet() && retention.isQuiet() && journal.isQuiet();
    }

    /// Hands in what is to be stored and posts what other shards are to know, without ending the
    /// turn; until the shard [#isQuiet].
    public void postOutgoing() {
        journal.handIn(); // before others can act upon what is posted
        peers.post();
    }

    // ---- after a restart: for Restoration ----

    Session restore(StoredSession s) {
        AccessControl.Principal principal =
                new AccessControl.Principal(s.clientId(), s.userName(), s.address());
        Session session = sessionFor(principal);
        session.restore(s);
        return session;
    }

    /// Takes up what was on its way to another shard, as far as its sessions are here now.
    void replay(StoredForward f) {
        journal.arrived(f);
        try {
            Message message = f.message().message();
            switch (f.purpose()) {
                case DELIVER -> distribution.deliverToSlots(message, f.slots());
                case SHARE -> {
                    String shareName = f.shareName();
                    String filter = f.filter();
                    if (shareName != null && filter != null) {
                        distribution.deliverShared(
                                ShardMessage.ForwardShared.beginning(
                                        message, shareName, filter, Journal.Attempt.AGAIN));
                    }
                }
                case RETAIN -> {
                    if (number == KEEPER) {
                        retention.retain(message, retention.nextNumber());
                    }
                }
            }
        } finally {
            journal.replayed();
        }
    }

    /// A session moves to another shard.
    void gaveAway(Session session) {
        sessions.remove(session.clientId());
        toPump.remove(session.outgoing());
        budgets.gaveAway(session);
    }

    /// A session has come from another shard.
    void took(Session session) {
        sessions.put(session.clientId(), session);
        budgets.took(session);
    }

    /// Counts a message that somebody will miss, and logs it, naming the limit.
    void drop(DropReason reason, String clientId) {
        counters.count(reason);
        dropLog.dropped(reason, clientId, now);
    }

    /// Says which shards own which sessions from now on.
    public void slots(Slots newSlots) {
        slots = newSlots;
        peers.active(newSlots.activeShards());
    }

    /// Shows what is published here from now on to somebody.
    public void publications(Publications onlooker) {
        publications = onlooker;
    }

    Slots slots() {
        return slots;
    }

    /// True if the session of this Client Identifier belongs here.
    boolean owns(String clientId) {
        return slots.shardOf(clientId) == number;
    }

    // ---- what its parts use ----

    /// Asks for [Outgoing#pumpNow] at the end of the turn.
    void schedulePump(Outgoing outgoing) {
        toPump.add(outgoing);
    }

    public long now() {
        return now;
    }

    Limits limits() {
        return limits;
    }

    /// Other limits from now on; what a client was told in its CONNACK stays.
    public void limits(Limits replacement) {
        limits = replacement;
    }

    AccessControl access() {
        return access;
    }

    /// Whether the publisher of a retained message might still publish it, where that matters.
    boolean maySendRetained(Message message) {
        return limits.retainSource() == Limits.RetainSource.UNCHECKED
                || message.by().mayPublish(message.topic(), message.qos(), access);
    }

    Control control() {
        return control;
    }

    /// Who takes commands, from now on.
    public void control(Control replacement) {
        control = replacement;
    }

    EventLog log() {
        return log;
    }

    boolean isDebug() {
        return isDebug;
    }

    /// True if somebody looks at each message that is published.
    boolean mustSeeMessages() {
        return isDebug || publications != Publications.UNSEEN;
    }

    void debug(String text) {
        log.log(LogLevel.DEBUG, text);
    }

    /// Something went wrong that is a fault of this program.
    ///
    /// @param what happened because of it
    void fault(String what, RuntimeException fault) {
        StringBuilder text = new StringBuilder(what).append(": ").append(fault);
        for (StackTraceElement at : fault.getStackTrace()) {
            text.append("\n\tat ").append(at);
        }
        log.log(LogLevel.ERROR, text.toString());
    }

    void notice(String text) {
        log.log(LogLevel.NOTICE, text);
    }

    void connectionNotice(String text) {
        log.log(LogLevel.CONNECTION, text);
    }

    Timers timers() {
        return timers;
    }

    Peers peers() {
        return peers;
    }

    Journal journal() {
        return journal;
    }

    Budgets budgets() {
        return budgets;
    }

    /// 0 to [#MOST] - 1.
    int number() {
        return number;
    }

    Router router() {
        return router;
    }

    Distribution distribution() {
        return distribution;
    }

    Retention retention() {
        return retention;
    }

    Lingering lingering() {
        return lingering;
    }

    /// The live counters; the transport adds the bytes.
    public Counters counters() {
        return counters;
    }

    /// The counters and gauges as of now, for others to keep.
    public Counters snapshot() {
        Counters copy = counters.copy();
        copy.sessions = sessions.size();
        return copy;
    }
}
