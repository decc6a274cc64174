package io.hawkermq.core.simulation;

import io.hawkermq.core.simulation.ModelSession.Last;
import io.hawkermq.core.simulation.Published.Take;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.RetainHandling;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.Will;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Knows what every session must, may and must not receive. It watches what goes in and out at the
/// core's doors and keeps a plain model of the sessions, without indexes, routes, queues or shards
/// that must agree: all that it knows of shards is when a batch that may hold a message was
/// received, since from then on the subscriptions of that moment count.
///
/// What clients really get is judged by [Deliveries], and by [Verdict] at the end.
final class Oracle {
    private static final class Conversation {
        Packet.@Nullable Connect connect;
        @Nullable ModelSession session;
        boolean isResumed;
        boolean isRefused;
        boolean hasSaidGoodbye;
        long lastReceived;
        long patienceMillis = Long.MAX_VALUE;
        final Map<Integer, List<ModelSubscription>> subscribing = new HashMap<>();
        final Map<Integer, List<ModelSubscription>> unsubscribing = new HashMap<>();
        final Map<Long, Confirmation> confirmations = new HashMap<>();
        final Confirmation greeting = new Confirmation();
    }

    /// Something that was confirmed to a client, or was not.
    private static final class Confirmation {
        boolean isGiven;
    }

    private final World world;
    private final History history;
    private final Takes takes;
    private final Map<String, ModelSession> sessions = new LinkedHashMap<>();
    private final List<ModelSession> allSessions = new ArrayList<>();
    private final Map<ServerEnd, Conversation> conversations = new LinkedHashMap<>();
    private final Map<Long, List<ModelSubscription>> asking = new LinkedHashMap<>();

    Oracle(World world) {
        this.world = world;
        history = new History(world.isDurable());
        takes = new Takes(world, history, sessions);
    }

    History history() {
        return history;
    }

    // ---- what others look at ----

    RetainedModel retained() {
        return takes.retained();
    }

    SharedModel shared() {
        return takes.shared();
    }

    List<ModelSession> allSessions() {
        return allSessions;
    }

    @Nullable ModelSession session(String clientId) {
        return sessions.get(clientId);
    }

    /// The session that a connection belongs to, or belonged to.
    @Nullable ModelSession sessionOf(ServerEnd end) {
        Conversation c = conversations.get(end);
        return c == null ? null : c.session;
    }

    boolean isResumed(ServerEnd end) {
        Conversation c = conversations.get(end);
        return c != null && c.isResumed;
    }

    long lastSeq() {
        return takes.lastSeq();
    }

    // ---- turns ----

    /// A loop's turn begins: what is due by now happens.
    void onTurn(ShardLoop loop) {
        history.begin();
        takes.onTurn();
        while (true) {
            ModelSession next = null;
            for (ModelSession s : sessions.values()) {
                if (s.shard == loop.number() && (next == null || due(s) < due(next))) {
                    next = s;
                }
            }
            if (next == null || due(next) > now()) {
                return;
            }
            if (next.willAt <= now()) {
                publishWill(next);
            }
            if (next.expiresAt <= now()) {
                end(next);
            }
        }
    }

    private static long due(ModelSession s) {
        return Math.min(s.willAt, s.expiresAt);
    }

    /// Whoever was silent for too long must be gone now [MQTT-3.1.2-22].
    void onAdvanced(ShardLoop loop) {
        conversations.forEach((end, c) -> {
            if (c.session != null
                    && end.loop() == loop
                    && !end.isDone()
                    && !end.isPaused()
                    && !end.wasPausedSince(c.lastReceived)
                    && now() - c.lastReceived >= c.patienceMillis) {
                throw new Violation(
                        "MQTT-3.1.2-22",
                        end.clientId()
                                + " was silent for "
                                + (now() - c.lastReceived)
                                + " ms and still is connected");
            }
        });
    }

    /// A batch was put into a mailbox.
    void onPosted(int to, long position) {
        takes.onPosted(to, position);
    }

    /// A loop's turn ends: its takes are on their way to the other shards.
    void onTurnEnd(ShardLoop loop) {
        takes.onTurnEnd(loop);
        history.end();
    }

    /// A batch is taken out of a mailbox.
    void onConsumed(ShardLoop loop, long position) {
        takes.onConsumed(loop, position);
        if (loop.number() == 0) {
            List<ModelSubscription> due = asking.remove(position);
            if (due != null) {
                due.forEach(this::open);
            }
        }
    }

    /// Slots have moved; nothing is under way between shards.
    void onMoved() {
        if (takes.areUnderWay() || !asking.isEmpty()) {
            throw new IllegalStateException("slots move while messages are under way");
        }
        sessions.values().forEach(s -> s.shard = world.loopOf(s.clientId).number());
    }

    // ---- packets from clients ----

    /// Called before the core sees the packet.
    void onReceived(ServerEnd end, Packet packet) {
        Conversation c = conversations.computeIfAbsent(end, e -> new Conversation());
        c.lastReceived = now();
        ModelSession s = c.session;
        if (packet instanceof Packet.Connect p) {
            c.connect = p;
            return;
        }
        if (s == null) {
            throw new IllegalStateException("a client sends " + packet + " before its CONNACK");
        }
        switch (packet) {
            case Packet.Publish p -> onPublish(p, s, end);
            case Packet.Puback p -> onPuback(s, p.packetId());
            case Packet.Pubrec p -> {
                if (!p.reasonCode().isError() && s.released.add(p.packetId())) {
                    history.did(() -> s.released.remove(p.packetId()));
                }
            }
            case Packet.Pubcomp p -> {
                if (s.released.remove(p.packetId())) {
                    history.did(() -> s.released.add(p.packetId()));
                }
            }
            case Packet.Pubrel p -> onPubrel(s, p.packetId());
            case Packet.Subscribe p -> onSubscribe(p, s, end, c);
            case Packet.Unsubscribe p -> onUnsubscribe(p, s, c);
            case Packet.Disconnect p -> {
                c.hasSaidGoodbye = true;
                touch(s);
                s.expiryInterval =
                        p.properties().number(Property.SESSION_EXPIRY_INTERVAL, s.expiryInterval);
                if (p.reasonCode() == ReasonCode.SUCCESS) {
                    s.will = null; // [MQTT-3.14.4-3]
                }
            }
            default -> {}
        }
    }

    private void onPublish(Packet.Publish p, ModelSession s, ServerEnd end) {
        Published m = end.link().sentPublishes().remove();
        if (!Rules.mayPublish(m.topic())) {
            return;
        }
        takes.mayBeRefused();
        if (p.qos() == QoS.EXACTLY_ONCE) {
            touch(s);
            Published earlier = s.unreleased.putIfAbsent(p.packetId(), m);
            if (earlier != null && earlier != m) {
                throw new Violation(
                        "MQTT-4.3.3-12",
                        s.clientId + ": " + m + " is going to be taken for " + earlier);
            }
            if (earlier != null) {
                return; // [MQTT-4.3.3-10]
            }
        }
        Take take = takes.take(m, s.clientId, s.shard);
        if (p.qos() != QoS.AT_MOST_ONCE) {
            s.taken.put(p.packetId(), take);
        }
    }

    /// There was no space for the message that came last.
    void onRefused(ServerEnd end, Packet.Publish p) {
        ModelSession s = Objects.requireNonNull(sessionOf(end));
        world.trace("oracle", "sees that m" + p.packetId() + " of " + s.clientId + " is refused");
        takes.refuse();
        s.unreleased.remove(p.packetId());
    }

    private void onPuback(ModelSession s, int packetId) {
        Last last = s.unacknowledged.remove(packetId);
        if (last != null) {
            history.did(() -> s.unacknowledged.putIfAbsent(packetId, last));
        }
    }

    private void onPubrel(ModelSession s, int packetId) {
        touch(s);
        Confirmation pubcomp = new Confirmation();
        if (s.unreleased.remove(packetId) != null) {
            Conversation c = Objects.requireNonNull(conversations.get(s.end));
            c.confirmations.put(Asked.PUBREL.of(packetId), pubcomp);
            history.did(() -> mustNotBeGiven(pubcomp, s, "PUBCOMP m" + packetId));
        }
    }

    /// A change is lost: nobody may know of it.
    private static void mustNotBeGiven(Confirmation confirmation, ModelSession s, String what) {
        if (confirmation.isGiven && s.isDurable) {
            throw new Violation(
                    "durability", what + " was sent to " + s.clientId + " too early: it is lost");
        }
    }

    private enum Asked {
        PUBREL,
        UNSUBSCRIBE;

        long of(int packetId) {
            return packetId * 2L + ordinal();
        }
    }

    private void touch(ModelSession s) {
        if (!history.touches(s)) {
            return;
        }
        ModelSession.State was = s.state();
        boolean isThere = sessions.get(s.clientId) == s;
        history.did(() -> {
            s.state(was, lastSeq());
            if (isThere) {
                sessions.put(s.clientId, s);
            } else {
                sessions.remove(s.clientId, s);
            }
        });
    }

    private void onSubscribe(Packet.Subscribe p, ModelSession s, ServerEnd end, Conversation c) {
        int identifier = (int) p.properties().number(Property.SUBSCRIPTION_IDENTIFIER, 0);
        List<ModelSubscription> made = new ArrayList<>();
        c.subscribing.put(p.packetId(), made);
        touch(s);
        for (Packet.Subscribe.Entry entry : p.entries()) {
            if (!Rules.maySubscribe(entry.filter().toString())
                    || (s.isDurable && end.loop().isFull())) {
                continue;
            }
            ModelSubscription u =
                    new ModelSubscription(
                            s, entry.filter(), entry.options(), identifier, lastSeq(), end);
            ModelSubscription replaced = s.subscriptions.put(entry.filter().toString(), u);
            s.allSubscriptions.add(u);
            made.add(u);
            history.did(() -> {
                if (u.isConfirmed && s.isDurable) {
                    throw new Violation("durability", "the SUBACK for " + u + " came too early");
                }
            });
            if (u.isShared()) {
                shared().join(u);
            }
            if (replaced != null) {
                replaced.left = lastSeq();
                u.coveredSince = replaced.coveredSince; // [MQTT-3.8.4-4]
                if (replaced.qos() != QoS.AT_MOST_ONCE) {
                    u.storedSince = replaced.storedSince;
                }
            }
            boolean isAsked =
                    switch (entry.options().retainHandling()) {
                        case SEND -> true;
                        case SEND_IF_NEW -> replaced == null;
                        case DO_NOT_SEND -> false;
                    };
            if (isAsked && !u.isShared()) {
                ask(u);
            } else if (replaced != null
                    && entry.options().retainHandling() != RetainHandling.SEND) {
                u.goOnFor(replaced);
            }
        }
    }

    /// What is on its way to the keeper of the retained messages now must be seen, unless the
    /// keeper itself is asked.
    private void ask(ModelSubscription u) {
        u.stream.retained = ModelSubscription.Retained.ASKED;
        ShardLoop keeper = world.loop(0);
        if (u.session.shard == 0 || keeper.consumed() == keeper.posted()) {
            open(u);
        } else {
            asking.computeIfAbsent(keeper.posted(), p -> new ArrayList<>()).add(u);
        }
    }

    private void open(ModelSubscription u) {
        u.stream.retained = ModelSubscription.Retained.OPEN;
        u.stream.lower = retained().now();
        u.stream.owed = retained().matching(u.filter.filter());
    }

    private void onUnsubscribe(Packet.Unsubscribe p, ModelSession s, Conversation c) {
        List<ModelSubscription> gone = new ArrayList<>();
        touch(s);
        Confirmation unsuback = new Confirmation();
        c.confirmations.put(Asked.UNSUBSCRIBE.of(p.packetId()), unsuback);
        for (TopicFilter filter : p.filters()) {
            ModelSubscription removed = s.subscriptions.remove(filter.toString());
            if (removed != null) {
                history.did(() -> mustNotBeGiven(unsuback, s, "UNSUBACK for " + removed));
            }
            unsubscribe(removed);
            s.allSubscriptions.stream()
                    .filter(u -> !u.isInForce() && u.filter.equals(filter))
                    .forEach(gone::add);
        }
        c.unsubscribing.put(p.packetId(), gone);
    }

    /// A client has got its UNSUBACK: no more retained messages begin to come.
    void onUnsubackDelivered(ServerEnd end, int packetId) {
        Conversation c = Objects.requireNonNull(conversations.get(end));
        List<ModelSubscription> gone = c.unsubscribing.remove(packetId);
        if (gone == null) {
            throw new Violation("MQTT-3.10.4-5", "an UNSUBACK that nobody asked for");
        }
        gone.stream()
                .filter(u -> u.stream.retained != ModelSubscription.Retained.NONE)
                .forEach(u -> u.stream.retained = ModelSubscription.Retained.CLOSED);
    }

    private void unsubscribe(@Nullable ModelSubscription u) {
        if (u != null) {
            u.left = lastSeq();
        }
    }

    // ---- packets to clients ----

    void onSent(ServerEnd end, Packet packet) {
        Conversation c = Objects.requireNonNull(conversations.get(end));
        switch (packet) {
            case Packet.Connack p -> onConnack(p, end, c);
            case Packet.Suback p -> {
                List<ModelSubscription> made = c.subscribing.remove(p.packetId());
                if (made == null) {
                    throw new Violation("MQTT-3.8.4-2", "a SUBACK that nobody asked for");
                }
                made.forEach(u -> {
                    u.coveredSince = Math.min(u.coveredSince, lastSeq());
                    u.storedSince = Math.min(u.storedSince, lastSeq());
                    u.isConfirmed = true;
                });
            }
            case Packet.Unsuback p -> confirm(c, Asked.UNSUBSCRIBE.of(p.packetId()));
            case Packet.Pubcomp p -> confirm(c, Asked.PUBREL.of(p.packetId()));
            case Packet.Pubrel p -> {
                ModelSession s = Objects.requireNonNull(c.session);
                if (!p.reasonCode().isError() && !s.released.contains(p.packetId())) {
                    throw new Violation(
                            "MQTT-4.3.3-4", s.clientId + " is sent for nothing: " + Text.of(p));
                }
            }
            case Packet.Puback p -> acknowledged(c, p.packetId(), p.reasonCode());
            case Packet.Pubrec p -> acknowledged(c, p.packetId(), p.reasonCode());
            default -> {}
        }
    }

    private static void confirm(Conversation c, long asked) {
        Confirmation confirmation = c.confirmations.get(asked);
        if (confirmation != null) {
            confirmation.isGiven = true;
        }
    }

    private void acknowledged(Conversation c, int packetId, ReasonCode reasonCode) {
        ModelSession s = c.session;
        Take take = s == null ? null : s.taken.get(packetId);
        if (take != null && !reasonCode.isError()) {
            takes.acknowledged(take);
        }
    }

    private void onConnack(Packet.Connack p, ServerEnd end, Conversation c) {
        if (p.reasonCode() == ReasonCode.SERVER_BUSY
                && world.loopOf(end.clientId()) != end.loop()) {
            c.isRefused = true; // its slot moved while it was authenticated
            return;
        }
        if (p.reasonCode() == ReasonCode.QUOTA_EXCEEDED && end.loop().isFull()) {
            c.isRefused = true;
            return;
        }
        ModelSession s = c.session;
        if (p.reasonCode() != ReasonCode.SUCCESS || s == null) {
            throw new Violation("CONNACK", end.clientId() + " is refused: " + p);
        }
        if (p.sessionPresent() != c.isResumed) {
            throw new Violation(
                    "MQTT-3.2.2-3",
                    "CONNACK tells "
                            + end.clientId()
                            + " session present="
                            + p.sessionPresent()
                            + ", but there is "
                            + (c.isResumed ? "one" : "none"));
        }
        c.greeting.isGiven = true;
        s.isGreeted = true;
        s.wasGreeted = true;
        Packet.Connect connect = Objects.requireNonNull(c.connect);
        long keepAlive = p.properties().number(Property.SERVER_KEEP_ALIVE, connect.keepAlive());
        c.patienceMillis = keepAlive == 0 ? Long.MAX_VALUE : keepAlive * 1_500;
    }

    /// The core accepts a connection; its CONNACK may come later.
    void onAccepted(ServerEnd end) {
        Conversation c = Objects.requireNonNull(conversations.get(end));
        Packet.Connect connect = Objects.requireNonNull(c.connect);
        ModelSession s = sessions.get(end.clientId());
        if (s != null && s.isConnected()) {
            throw new Violation(
                    "MQTT-3.1.4-3", end.clientId() + " has two connections at the same time");
        }
        if (s != null && connect.cleanStart()) {
            end(s); // [MQTT-3.1.2-4]
            s = null;
        }
        c.isResumed = s != null;
        if (s == null) {
            s = new ModelSession(end.clientId(), end.loop().number());
            s.isEnded = true;
            touch(s);
            s.isEnded = false;
            sessions.put(s.clientId, s);
            allSessions.add(s);
        }
        touch(s);
        c.session = s;
        s.end = end;
        s.connections++;
        s.isGreeted = false;
        s.willAt = ModelSession.NEVER; // [MQTT-3.1.3-9]
        s.expiresAt = ModelSession.NEVER;
        Will will = connect.will();
        s.will = will == null ? null : world.message(Text.head(will.payload()));
        s.willDelay = will == null ? 0 : will.properties().number(Property.WILL_DELAY_INTERVAL, 0);
        s.largest =
                (int)
                        Math.min(
                                Integer.MAX_VALUE,
                                connect.properties()
                                        .number(Property.MAXIMUM_PACKET_SIZE, Long.MAX_VALUE));
        s.expiryInterval =
                connect.version() == ProtocolVersion.MQTT_5
                        ? connect.properties().number(Property.SESSION_EXPIRY_INTERVAL, 0)
                        : connect.cleanStart() ? 0 : 0xFFFF_FFFFL;
        boolean wasDurable = s.isDurable;
        s.isDurable = world.isDurable() && s.expiryInterval > 0;
        ModelSession accepted = s;
        history.did(() -> {
            if (c.greeting.isGiven && (wasDurable || accepted.isDurable)) {
                throw new Violation(
                        "durability", "the CONNACK for " + accepted.clientId + " came too early");
            }
        });
        long keepAlive = connect.keepAlive();
        c.patienceMillis =
                keepAlive == 0
                        ? world.profile().limits().maximumKeepAlive() * 1_500L
                        : keepAlive * 1_500;
    }

    // ---- crashes ----

    /// The process is gone, and with it all that the disk has lost.
    ///
    /// @param cut the number of the last batch that survives
    void onCrash(long cut) {
        takes.onCrash();
        history.rollBack(cut);
        takes.onRolledBack();
        asking.clear();
        for (ModelSession s : List.copyOf(sessions.values())) {
            if (s.isDurable) {
                survive(s);
            } else {
                s.will = null; // nobody is left who could publish it
                end(s);
            }
        }
    }

    private void survive(ModelSession s) {
        if (isForgotten(s)) {
            s.lastByPacketId.values().stream()
                    .filter(last -> last.qos() == QoS.EXACTLY_ONCE)
                    .forEach(last -> s.again.add(new ModelSession.Again(last)));
        }
        s.unacknowledged.values().forEach(last -> s.again.add(new ModelSession.Again(last)));
        s.unacknowledged.clear();
        s.lastTake.keySet().removeIf(lane -> lane.qos() == QoS.AT_LEAST_ONCE);
        // How far they had come is not stored.
        s.allSubscriptions.stream()
                .map(u -> u.stream)
                .distinct()
                .forEach(ModelSubscription.Stream::mayComeAnew);
    }

    /// True if the session had ended, which the disk has lost, and the client has had another one.
    private boolean isForgotten(ModelSession s) {
        return allSessions.subList(allSessions.indexOf(s) + 1, allSessions.size()).stream()
                .anyMatch(later -> later.wasGreeted && later.clientId.equals(s.clientId));
    }

    /// The broker is about to start again: sessions are where the new slots say.
    void onRestarting() {
        sessions.values().forEach(s -> s.shard = world.loopOf(s.clientId).number());
        history.begin();
    }

    /// The broker has got back what was stored.
    void onRestored() {
        for (ModelSession s : List.copyOf(sessions.values())) {
            if (s.isConnected()) {
                touch(s);
                s.end = null;
                waitForClient(s);
            }
        }
        takes.replay();
        for (ModelSession s : sessions.values()) {
            s.subscriptions.values().stream()
                    .filter(u -> u.stream.retained == ModelSubscription.Retained.ASKED)
                    .forEach(this::open);
        }
        history.end();
    }

    // ---- the end of connections and sessions ----

    /// The core closes a connection: has it a reason?
    void onClosedByCore(ServerEnd end) {
        Conversation c = conversations.get(end);
        if (c != null && c.isRefused) {
            return;
        }
        if (c == null || c.session == null || c.session.end != end) {
            throw new Violation("close", "the core closes a connection that is not accepted");
        }
        boolean isTakenOver =
                conversations.entrySet().stream()
                        .anyMatch(e ->
                                e.getKey() != end
                                        && !e.getKey().isDone()
                                        && e.getKey().clientId().equals(end.clientId())
                                        && e.getValue().connect != null
                                        && e.getValue().session == null);
        boolean isTooQuiet = now() - c.lastReceived >= c.patienceMillis;
        if (!c.hasSaidGoodbye && !isTakenOver && !isTooQuiet) {
            throw new Violation(
                    "close",
                    "the core closes the connection of " + end.clientId() + " for nothing");
        }
        disconnect(c.session);
    }

    /// The core is told that a connection is gone.
    void onEnded(ServerEnd end) {
        Conversation c = conversations.get(end);
        if (c != null && c.session != null && c.session.end == end) {
            disconnect(c.session);
        }
    }

    private void disconnect(ModelSession s) {
        touch(s);
        s.end = null;
        boolean isOver = s.expiryInterval == 0;
        if (s.will != null && (isOver || s.willDelay == 0)) {
            publishWill(s);
        }
        if (isOver) {
            end(s);
            return;
        }
        waitForClient(s);
    }

    private void waitForClient(ModelSession s) {
        if (s.will != null) {
            s.willAt = now() + s.willDelay * 1_000;
        }
        if (s.expiryInterval != 0xFFFF_FFFFL) {
            s.expiresAt = now() + s.expiryInterval * 1_000;
        }
    }

    private void publishWill(ModelSession s) {
        touch(s);
        Published will = s.will;
        s.will = null;
        s.willAt = ModelSession.NEVER;
        if (will != null && Rules.mayPublish(will.topic())) {
            takes.take(will, s.clientId, s.shard);
        }
    }

    private void end(ModelSession s) {
        touch(s);
        sessions.remove(s.clientId, s);
        s.isEnded = true;
        s.expiresAt = ModelSession.NEVER;
        publishWill(s);
        s.subscriptions
                .values()
                .forEach(u -> {
                    unsubscribe(u);
                    u.endedWithSession = true;
                    u.endedAt = now();
                });
        s.subscriptions.clear();
        shared().onSessionEnded(s);
    }

    private long now() {
        return world.schedule().now();
    }
}
