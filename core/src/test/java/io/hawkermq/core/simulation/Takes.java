package io.hawkermq.core.simulation;

import io.hawkermq.core.Slots;
import io.hawkermq.core.simulation.ModelSession.Expectation;
import io.hawkermq.core.simulation.Published.Take;
import io.hawkermq.protocol.QoS;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// What becomes of the messages that the server takes: which shard hears of them when, who is to
/// get them, what is retained, and what of all that a crash undoes.
final class Takes {
    private record Arrival(int shard, long position) {}

    /// A take that a shard has not yet heard of, with the slots that it owned.
    private record Pending(Take take, int shard, Slots slots) {}

    /// @param mustSurvive false if the session was told to end with its connection, and may be back
    ///     without the message, or if its subscription was not confirmed
    private record Undone(Expectation expectation, ModelSession session, boolean mustSurvive) {}

    private final World world;
    private final History history;
    private final Map<String, ModelSession> sessions;
    private final RetainedModel retained = new RetainedModel();
    private final SharedModel shared;
    private final List<Take> takenThisTurn = new ArrayList<>();
    private final Map<Integer, Long> postedThisTurn = new HashMap<>();
    private final Map<Arrival, List<Take>> underWay = new HashMap<>();
    private final Set<Pending> pending = new LinkedHashSet<>();
    private final Set<Take> acknowledged = new HashSet<>();
    private final Set<Take> lost = new HashSet<>();
    private final List<Undone> undone = new ArrayList<>();
    private final List<Take> undoneRetained = new ArrayList<>();
    private int refusalMark;
    private long lastSeq;

    /// @param sessions that exist, by Client Identifier
    Takes(World world, History history, Map<String, ModelSession> sessions) {
        this.world = world;
        this.history = history;
        this.sessions = sessions;
        shared = new SharedModel(!world.isDurable());
    }

    RetainedModel retained() {
        return retained;
    }

    SharedModel shared() {
        return shared;
    }

    long lastSeq() {
        return lastSeq;
    }

    // ---- turns ----

    void onTurn() {
        takenThisTurn.clear();
        postedThisTurn.clear();
    }

    void onPosted(int to, long position) {
        postedThisTurn.put(to, position);
    }

    /// What was taken in a turn is on its way to the other shards.
    void onTurnEnd(ShardLoop loop) {
        for (Take take : takenThisTurn) {
            for (int to = 0; to < world.shards(); to++) {
                Long position = postedThisTurn.get(to);
                if (to == loop.number()) {
                    continue;
                }
                if (position == null) {
                    arrive(take, to, ModelSubscription::isInForce);
                } else {
                    Pending p = new Pending(take, to, world.slots());
                    pending.add(p);
                    history.did(() -> pending.remove(p));
                    underWay.computeIfAbsent(new Arrival(to, position), a -> new ArrayList<>())
                            .add(take);
                }
            }
        }
        takenThisTurn.clear();
    }

    /// A batch is taken out of a mailbox.
    void onConsumed(ShardLoop loop, long position) {
        List<Take> takes = underWay.remove(new Arrival(loop.number(), position));
        if (takes != null) {
            takes.forEach(t -> {
                arrived(new Pending(t, loop.number(), world.slots()));
                arrive(t, loop.number(), s -> true);
            });
        }
    }

    private void arrived(Pending p) {
        if (pending.remove(p)) {
            history.did(() -> pending.add(p));
        }
    }

    boolean areUnderWay() {
        return !underWay.isEmpty();
    }

    // ---- messages ----

    Take take(Published message, String publisher, int shard) {
        Take take = new Take(message, ++lastSeq, world.schedule().now(), publisher, shard);
        message.takes().add(take);
        takenThisTurn.add(take);
        shared.onTake(take);
        history.did(() -> {
            lost.add(take);
            takenThisTurn.remove(take);
            shared.lose(take);
        });
        arrive(take, shard, s -> true);
        if (isWill(message) && world.hasBeenFull()) {
            shared.waive(take);
        }
        return take;
    }

    private static boolean isWill(Published message) {
        return message.topic().startsWith("will/");
    }

    /// Nobody waits for an answer to a will: where it is taken, there may be no space for it.
    private boolean hasNoSpace(Take take, int shard) {
        return isWill(take.message()) && shard == take.shard() && world.loop(shard).isFull();
    }

    private void arrive(Take take, int shard, Predicate<ModelSubscription> counted) {
        if (shard == 0) {
            retain(take);
        }
        for (ModelSession s : sessions.values()) {
            if (s.shard == shard) {
                expect(take, s, counted, Way.MEMORY);
            }
        }
    }

    private void retain(Take take) {
        Published m = take.message();
        boolean isRefused =
                hasNoSpace(take, 0) || (m.qos() == QoS.AT_MOST_ONCE && world.loop(0).isFull());
        if (!m.retain()) {
            return;
        }
        if (!m.isClearing() && isRefused) {
            retained.refuse(m.topic());
            return;
        }
        Take before = retained.held(m.topic());
        retained.apply(take);
        history.did(() -> {
            retained.restore(m.topic(), before);
            undoneRetained.add(take);
        });
    }

    /// How a message comes to a shard.
    private enum Way {
        MEMORY,
        DISK
    }

    private void expect(Take take, ModelSession s, Predicate<ModelSubscription> counted, Way way) {
        Published m = take.message();
        QoS granted = QoS.AT_MOST_ONCE;
        boolean retain = false;
        boolean matched = false;
        boolean isMust = false;
        boolean isStored = false;
        List<Integer> identifiers = new ArrayList<>();
        for (ModelSubscription u : s.subscriptions.values()) {
            if (u.isShared()
                    || !u.matches(m.topic())
                    || u.isKeptFrom(take.publisher())
                    || !counted.test(u)) {
                continue;
            }
            matched = true;
            granted = granted.max(u.qos()); // [MQTT-3.3.4-2]
            retain |= u.options.retainAsPublished() && m.retain();
            isMust |= u.coveredSince < take.seq();
            // One at QoS 0 beside another that is not confirmed: see ModelSubscription#storedSince.
            isStored |= s.isDurable && u.qos() != QoS.AT_MOST_ONCE && u.storedSince < take.seq();
            if (u.identifier != 0) {
                identifiers.add(u.identifier);
            }
        }
        QoS qos = m.qos().min(granted);
        boolean isAway = !s.isConnected() || !s.isGreeted;
        // What is taken up again after a crash may have come before it.
        boolean isQueued = world.queuesAtMostOnce() && way == Way.MEMORY;
        if (!matched
                || !s.takes(m)
                || !Rules.mayReceive(s.clientId, m.topic())
                || (qos == QoS.AT_MOST_ONCE && isAway && !isQueued)
                || (qos != QoS.AT_MOST_ONCE && s.isDurable && hasNoSpace(take, s.shard))) {
            return;
        }
        boolean mayBeUnstored = isWill(m) || (qos == QoS.AT_MOST_ONCE ? isQueued : !isStored);
        if (mayBeUnstored && s.isDurable && world.loop(s.shard).isFull()) {
            isMust = false; // it may not have been stored on its way, or where it was to wait
        }
        isMust &= way == Way.MEMORY || isStored;
        boolean mustSurvive = isStored;
        identifiers.sort(null);
        Expectation e =
                new Expectation(
                        take,
                        qos,
                        retain,
                        identifiers,
                        isMust,
                        qos == QoS.AT_MOST_ONCE && !isAway ? s.end : null,
                        s.isConnected() ? s.connections - 1 : s.connections);
        s.expected.computeIfAbsent(m.id(), id -> new ArrayList<>(1)).add(e);
        history.did(() -> undone.add(new Undone(e, s, mustSurvive)));
    }

    /// The server has confirmed that it has a message.
    void acknowledged(Take take) {
        acknowledged.add(take);
    }

    /// The next take may be one that the server refuses.
    void mayBeRefused() {
        refusalMark = history.mark();
    }

    /// The last take never happened: there was no space for it.
    void refuse() {
        history.undoSince(refusalMark);
        undone.forEach(u -> u.session.expected(u.expectation.take.message()).remove(u.expectation));
        undone.clear();
        undoneRetained.clear();
    }

    // ---- crashes ----

    /// The process is gone; what it lost is about to be undone.
    void onCrash() {
        undone.clear();
        undoneRetained.clear();
        lost.clear();
        underWay.clear();
    }

    /// What was lost is undone: nobody may miss it.
    void onRolledBack() {
        undone.forEach(this::forget);
        undone.clear();
        for (Take take : undoneRetained) {
            boolean isReplayed = pending.stream().anyMatch(p -> p.take == take && p.shard == 0);
            if (acknowledged.contains(take)
                    && take.message().qos() != QoS.AT_MOST_ONCE
                    && !isReplayed) {
                throw new Violation("durability", "the retained " + take + " is lost");
            }
        }
        undoneRetained.clear();
        shared.onCrash();
    }

    /// What a lost turn promised to a session.
    private void forget(Undone u) {
        Expectation e = u.expectation;
        if (u.mustSurvive && lost.contains(e.take) && acknowledged.contains(e.take)) {
            if (e.isMust
                    && e.qos != QoS.AT_MOST_ONCE
                    && u.session.isDurable
                    && !u.session.isEnded
                    && world.profile().drops() == Profile.Drops.NEVER) {
                throw new Violation(
                        "durability",
                        e + " was acknowledged, but " + u.session.clientId + " lost it");
            }
            return;
        }
        e.isMust = false;
        boolean isSentWhenDurable =
                e.qos == QoS.EXACTLY_ONCE || (e.qos == QoS.AT_MOST_ONCE && e.end == null);
        if (isSentWhenDurable && e.receipt() == null && u.session.isDurable) {
            // If it comes it comes of another take.
            u.session.expected(e.take.message()).remove(e);
        }
    }

    /// What was between shards is taken up again.
    void replay() {
        List<Pending> replayed = new ArrayList<>(pending);
        replayed.sort(Comparator.comparingLong(p -> p.take.seq()));
        for (Pending p : replayed) {
            arrived(p);
            if (p.take.message().qos() == QoS.AT_MOST_ONCE) {
                continue;
            }
            if (p.shard == 0) {
                retain(p.take);
            }
            for (ModelSession s : sessions.values()) {
                if (p.slots.shardOf(s.clientId) == p.shard) {
                    expect(p.take, s, u -> true, Way.DISK);
                }
            }
        }
    }
}
