package io.hawkermq.core;

import io.hawkermq.protocol.PublishTemplates;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicFilter;
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
/// This class is the place where things meet: where a message is routed and delivered, where
/// retained messages are asked for, where work is put off to the end of the turn. Who gets a
/// message is in [Router], what other shards are told in [Peers], what waits is counted in
/// [Budgets]; what the protocol demands is in [Connection], [Handshake], [Subscribing] and
/// [Session].
public final class Shard {
    /// The most shards there can be: routes keep them as bits.
    public static final int MOST = 64;

    /// The shard that keeps the retained messages.
    static final int KEEPER = 0;

    private static final long SWEEP_MILLIS = 1_000;

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
    private final Map<String, Session> sessions = new HashMap<>();
    private final PublishTemplates templates = new PublishTemplates();
    private @Nullable Message templated;
    private final DropLog dropLog;

    private final @Nullable RetainedKeeper keeper;
    private final Timers.Timer sweepTimer = new Timers.Timer(this::sweep);
    private final Map<Long, PendingPage> pendingPages = new HashMap<>();

    private ArrayDeque<Outgoing> toPump = new ArrayDeque<>();
    private Slots slots = Slots.onOneShard();
    private Publications publications = Publications.UNSEEN;

    private Population population = Population.ofOneShard();
    private long now;
    private boolean isDebug;

    private record PendingPage(Session session, RetainedStream stream) {}

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
        journal = new Journal(number, store);
        budgets = new Budgets(this);
        router = new Router(this, random.nextLong());
        keeper = number == KEEPER ? new RetainedKeeper(counters) : null;
        dropLog = new DropLog(log);
    }

    // ---- the turn ----

    /// A turn of the loop begins: what is due by now happens.
    ///
    /// @param nowMillis milliseconds since the epoch, never less than before
    public void advance(long nowMillis) {
        now = nowMillis;
        isDebug = log.isEnabled(LogLevel.DEBUG);
        if (timers.nextDeadline() <= now) {
            timers.run(now);
        }
    }

    /// When [#advance] must be called at the latest, in milliseconds; `Long.MAX_VALUE` for never.
    public long nextDeadline() {
        return timers.nextDeadline();
    }

    /// The turn ends: sends on what waits in sessions that have room again, hands in what is to be
    /// stored, and posts what other shards are to know.
    ///
    /// @return true if there is more to be done, in another turn soon
    public boolean endTurn() {
        if (!toPump.isEmpty()) {
            ArrayDeque<Outgoing> due = toPump;
            toPump = new ArrayDeque<>();
            due.forEach(Outgoing::pumpNow);
        }
        budgets.releaseIfLess();
        postOutgoing();
        return !toPump.isEmpty();
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

    /// Messages of another shard have come.
    public void receive(int from, List<ShardMessage> batch) {
        for (ShardMessage m : batch) {
            switch (m) {
                case ShardMessage.Forward f -> {
                    peers.took(f.message(), from);
                    journal.arrived(f.stored());
                    deliverHere(router.route(f.message().topic()), f.message());
                    journal.done(f.stored());
                }
                case ShardMessage.ForwardShared f -> {
                    peers.took(f.message(), from);
                    journal.arrived(f.stored());
                    deliverShared(f);
                    journal.done(f.stored());
                }
                case ShardMessage.Taken t -> peers.onTaken(t);
                case ShardMessage.Interested i -> router.onInterested(from, i);
                case ShardMessage.NoLongerInterested i -> router.onNoLongerInterested(from, i);
                case ShardMessage.ShareMembers s -> router.onShareMembers(from, s);
                case ShardMessage.Note n -> peers.tell(from, new ShardMessage.Noted(n.ticket()));
                case ShardMessage.Noted n -> peers.onNoted(n);
                case ShardMessage.Retain r -> {
                    journal.arrived(r.stored());
                    retain(r.message());
                    journal.done(r.stored());
                }
                case ShardMessage.RetainedRequest r -> peers.tell(from, keeper().page(r, now));
                case ShardMessage.RetainedRelease r -> keeper().release(r.ticket());
                case ShardMessage.RetainedPage p -> onPage(p);
            }
        }
    }

    // ---- publishing: stops 4 and 6 of a PUBLISH ----

    /// Publishes a message: delivers it and, with RETAIN, keeps it.
    ///
    /// @return true if there is at least one subscriber
    public boolean publish(Message message) {
        publications.published(message);
        boolean matched = route(message);
        if (message.retain()) {
            retain(message);
        }
        return matched;
    }

    void publishWill(Will will, Session of) {
        // A Will is no command, and no answer of the server's either.
        if (Control.concerns(will.topic())
                || !of.access().mayPublish(of.principal(), will.topic(), will.qos())) {
            drop(DropReason.NOT_AUTHORIZED, of.clientId());
            return;
        }
        publish(Message.of(will, of.publisher(), now));
    }

    private boolean route(Message message) {
        Route route = router.route(message.topic());
        if (route.isEmpty()) {
            return false;
        }
        deliverHere(route, message);
        for (ShareGroup group : route.groups) {
            deliverShared(
                    new ShardMessage.ForwardShared(
                            message, group.shareName(), group.filter(), -1, null),
                    group);
        }
        long durable = message.qos() == QoS.AT_MOST_ONCE ? 0 : route.durableShards;
        for (long rest = peers.activeOf(route.remoteShards); rest != 0; rest &= rest - 1) {
            int to = Long.numberOfTrailingZeros(rest);
            StoredForward stored =
                    (durable & 1L << to) == 0
                            ? null
                            : journal.forward(
                                    StoredForward.Purpose.DELIVER,
                                    slots.of(to),
                                    message,
                                    null,
                                    null);
            peers.forward(new ShardMessage.Forward(message, stored), to);
        }
        return true;
    }

    /// True if a message would have to be stored, for a subscriber or to be retained, before it
    /// could be acknowledged.
    boolean wouldStore(Message message) {
        return message.qos() != QoS.AT_MOST_ONCE
                && ((message.retain() && message.payload().length > 0)
                        || router.route(message.topic()).isDurable());
    }

    /// Stop 6 of a PUBLISH.
    private void deliverHere(Route route, Message message) {
        List<Route.Target> targets = route.targets;
        for (int i = 0; i < targets.size(); i++) {
            deliver(targets.get(i), message);
        }
    }

    private static void deliver(Route.Target to, Message message) {
        Route.Target target = to;
        if (target.withNoLocal != null && target.session.clientId().equals(message.publisher())) {
            target = target.forOwnMessage(); // [MQTT-3.8.3-3]
            if (target == null) {
                return;
            }
        }
        target.session
                .outgoing()
                .deliver(
                        message,
                        target.qos,
                        target.retainAsPublished && message.retain(),
                        target.identifiers,
                        0);
    }

    private void deliverShared(ShardMessage.ForwardShared f) {
        ShareGroup group = router.find(f.shareName(), f.filter());
        if (group == null) {
            drop(DropReason.NO_SHARE_MEMBER, f.message().publisher());
        } else {
            deliverShared(f, group);
        }
    }

    /// Gives a message to one member [MQTT-4.8.2-4]. `hops` is -1 for a message that begins its way.
    private void deliverShared(ShardMessage.ForwardShared f, ShareGroup group) {
        int elsewhere = f.hops() < 0 || group.members().isEmpty() ? group.nextShard() : -1;
        if (elsewhere >= 0 && f.hops() < peers.shards()) {
            Message message = f.message();
            StoredForward stored =
                    message.qos() == QoS.AT_MOST_ONCE || !group.isDurable(elsewhere)
                            ? null
                            : journal.forward(
                                    StoredForward.Purpose.SHARE,
                                    slots.of(elsewhere),
                                    message,
                                    f.shareName(),
                                    f.filter());
            peers.forward(
                    new ShardMessage.ForwardShared(
                            message, f.shareName(), f.filter(), f.hops() + 1, stored),
                    elsewhere);
            return;
        }
        Subscription member = group.next(f.message().qos());
        if (member == null) {
            drop(DropReason.NO_SHARE_MEMBER, f.message().publisher());
            return;
        }
        int[] identifiers = member.identifier() == 0 ? null : new int[] {member.identifier()};
        member.session()
                .outgoing()
                .deliver(
                        f.message(),
                        member.qos(), // [MQTT-4.8.2-3]
                        member.isRetainAsPublished() && f.message().retain(),
                        identifiers,
                        member.share());
    }

    /// A member's session has ended with messages that it had not acknowledged, or not even been
    /// sent: they are for the other members (section 4.8.2). If there are none they are lost, as is
    /// what is published then.
    void passOn(List<Session.Undelivered> messages, String from) {
        journal.admit(); // they were accepted before
        for (Session.Undelivered u : messages) {
            Message message = u.message();
            String shareName = u.filter().shareName();
            ShareGroup group =
                    shareName == null ? null : router.find(shareName, u.filter().filter());
            if (group == null) {
                drop(DropReason.NO_SHARE_MEMBER, from);
            } else if (message.isExpired(now)) {
                drop(DropReason.EXPIRED, from);
            } else {
                deliverShared(
                        new ShardMessage.ForwardShared(
                                message, group.shareName(), group.filter(), -1, null),
                        group);
            }
        }
        journal.replayed();
    }

    /// The encoded forms of a message, made once for all its subscribers here.
    @SuppressWarnings("ReferenceEquality") // the same message, not one that says the same
    PublishTemplates templates(Message message) {
        if (templated != message) {
            templates.reset(message.topic(), message.properties(), message.payload());
            templated = message;
        }
        return templates;
    }

    // ---- retained messages ----

    private void retain(Message message) {
        if (keeper == null) {
            StoredForward stored =
                    message.qos() == QoS.AT_MOST_ONCE || !journal.isDurable()
                            ? null
                            : journal.forward(
                                    StoredForward.Purpose.RETAIN,
                                    slots.of(KEEPER),
                                    message,
                                    null,
                                    null);
            peers.tell(KEEPER, new ShardMessage.Retain(message, stored));
            return;
        }
        if (isStored(message)) {
            if (message.payload().length == 0) {
                journal.add(new StoreChange.RemoveRetained(message.topic()));
            } else if (journal.isFull()) {
                drop(DropReason.STORE_FULL, message.publisher());
                return;
            } else {
                journal.add(new StoreChange.PutRetained(message));
            }
        }
        keep(message);
    }

    /// What the server itself says of its state is not worth keeping beyond it.
    private boolean isStored(Message message) {
        return journal.isDurable() && !message.publisher().equals(Message.SERVER);
    }

    private void keep(Message message) {
        keeper().retain(message);
        if (message.expires() && !sweepTimer.isSet()) {
            timers.set(sweepTimer, now + SWEEP_MILLIS);
        }
    }

    private void sweep() {
        if (keeper().sweep(now, this::forgetRetained)) {
            timers.set(sweepTimer, now + SWEEP_MILLIS);
        }
    }

    private void forgetRetained(Message expired) {
        if (isStored(expired)) {
            journal.add(new StoreChange.RemoveRetained(expired.topic()));
        }
    }

    List<Message> retained(TopicFilter filter) {
        return keeper().matching(filter, now);
    }

    private RetainedKeeper keeper() {
        if (keeper == null) {
            throw new IllegalStateException("shard " + number + " keeps no retained messages");
        }
        return keeper;
    }

    void requestRetained(Session session, RetainedStream stream) {
        ShardMessage.RetainedRequest request =
                new ShardMessage.RetainedRequest(
                        stream.ticket(), stream.subscription().filter(), RetainedStream.PAGE);
        if (keeper != null) {
            session.outgoing().onPage(stream, keeper.page(request, now));
        } else {
            pendingPages.put(stream.ticket(), new PendingPage(session, stream));
            peers.tell(KEEPER, request);
        }
    }

    private void onPage(ShardMessage.RetainedPage page) {
        PendingPage pending = pendingPages.remove(page.ticket());
        if (pending != null) {
            pending.session().outgoing().onPage(pending.stream(), page);
        }
    }

    void releaseRetained(RetainedStream stream) {
        pendingPages.remove(stream.ticket());
        if (keeper != null) {
            keeper.release(stream.ticket());
        } else {
            peers.tell(KEEPER, new ShardMessage.RetainedRelease(stream.ticket()));
        }
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
                connection.refuse(ReasonCode.SERVER_SHUTTING_DOWN, "the server shuts down");
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
                connection.refuse(
                        ReasonCode.NOT_AUTHORIZED, "the rules of who may connect have changed");
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
                connection.refuse(
                        ReasonCode.ADMINISTRATIVE_ACTION, "the rights of its user have changed");
            }
        }
    }

    /// Closes the connections whose way in is gone.
    public void dismiss(Predicate<Outbox> isMeant) {
        for (Session session : List.copyOf(sessions.values())) {
            Connection connection = session.connection();
            if (connection != null && isMeant.test(connection.outbox())) {
                connection.refuse(
                        ReasonCode.ADMINISTRATIVE_ACTION, "the listener it came through is closed");
            }
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
        return peers.isQuiet() && pendingPages.isEmpty() && journal.isQuiet();
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

    /// A message that was retained before.
    void restore(Message message) {
        keep(message);
    }

    /// Takes up what was on its way to another shard, as far as its sessions are here now.
    void replay(StoredForward f) {
        journal.arrived(f);
        Message message = f.message().message();
        switch (f.purpose()) {
            case DELIVER -> {
                for (Route.Target target : router.route(message.topic()).targets) {
                    if ((f.slots() & 1L << Slots.slotOf(target.session.clientId())) != 0) {
                        deliver(target, message);
                    }
                }
            }
            case SHARE -> {
                String shareName = f.shareName();
                String filter = f.filter();
                if (shareName != null && filter != null) {
                    deliverShared(
                            new ShardMessage.ForwardShared(message, shareName, filter, -1, null));
                }
            }
            case RETAIN -> {
                if (keeper != null) {
                    retain(message);
                }
            }
        }
        journal.replayed();
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

    void debug(String text) {
        log.log(LogLevel.DEBUG, text);
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

    Router router() {
        return router;
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
