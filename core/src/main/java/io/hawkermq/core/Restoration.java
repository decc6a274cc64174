package io.hawkermq.core;

import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicFilter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Gives the shards back what a [Store] held, before any loop runs: sessions, all of them offline
/// now, with their subscriptions, queues and flows; retained messages; and what was on its way from
/// one shard to another. Ends with [#finish].
public final class Restoration implements Recovery {
    private record InFlight(long order, int packetId, @Nullable Delivery delivery) {}

    private final List<Shard> shards;
    private final Slots slots;
    private final Map<Long, Session> sessions = new HashMap<>();
    private final Map<Long, StoredSession> stored = new HashMap<>();
    private final Map<Session, List<InFlight>> inFlight = new LinkedHashMap<>();
    private final List<StoredForward> forwards = new ArrayList<>();
    private long lastSession;
    private long lastForward;

    /// @param shards all, by number, with the same time as `nowMillis` or none yet
    /// @param slots which shard owns which sessions
    /// @param nowMillis milliseconds since the epoch
    public Restoration(List<Shard> shards, Slots slots, long nowMillis) {
        this.shards = shards;
        this.slots = slots;
        for (Shard shard : shards) {
            shard.advance(nowMillis);
        }
    }

    @Override
    public void session(StoredSession s) {
        Session session = shards.get(slots.shardOf(s.clientId())).restore(s);
        sessions.put(s.number(), session);
        stored.put(s.number(), s);
        lastSession = Math.max(lastSession, s.number());
    }

    @Override
    public void subscription(StoredSubscription s) {
        Session session = find(s.session());
        session.restore(
                new Subscription(
                        session,
                        TopicFilter.of(s.filter()),
                        s.options(),
                        s.identifier(),
                        s.retained()));
    }

    @Override
    public void delivery(StoredDelivery d) {
        Session s = find(d.session());
        Delivery delivery = Delivery.of(d);
        s.startAfter(d.sequence(), 0);
        if (d.packetId() == 0) {
            s.outgoing().restore(delivery);
        } else {
            inFlight(s).add(new InFlight(d.order(), d.packetId(), delivery));
        }
    }

    @Override
    public boolean takesDelivery(long session) {
        return find(session).outgoing().isHeadWanted();
    }

    @Override
    public void paged(long session, long sequence, QoS qos, int bytes) {
        Session s = find(session);
        s.startAfter(sequence, 0);
        s.outgoing().restorePaged(sequence, qos, bytes);
    }

    @Override
    public void released(long session, int packetId, long order) {
        inFlight(find(session)).add(new InFlight(order, packetId, null));
    }

    private List<InFlight> inFlight(Session session) {
        return inFlight.computeIfAbsent(session, _ -> new ArrayList<>());
    }

    @Override
    public void received(long session, int packetId) {
        find(session).receiver().onPublish(packetId);
    }

    @Override
    public void retained(Message message) {
        shards.get(Shard.KEEPER).retention().keep(message);
    }

    @Override
    public void forward(StoredForward f) {
        forwards.add(f);
        lastForward = Math.max(lastForward, f.number());
    }

    private Session find(long number) {
        Session s = sessions.get(number);
        if (s == null) {
            throw new IllegalArgumentException("session " + number + " was not announced");
        }
        return s;
    }

    /// Changes that have led to what was restored and that the store does not have yet.
    public void store(List<StoreChange> changes) {
        changes.forEach(shards.getFirst().journal()::add);
    }

    /// All has been said: orders what was in flight, sets the sessions' timers, takes up what was
    /// between shards. What changes by this is one batch of the first shard.
    public void finish() {
        inFlight.forEach(Restoration::restoreInFlight);
        stored.forEach((number, s) -> find(number).restored(s));
        introduce();
        Journal first = shards.getFirst().journal();
        for (Shard shard : shards) {
            shard.journal().startAfter(lastSession, lastForward);
        }
        for (StoredForward f : forwards) {
            // By any one shard that knows of the group, if it is for a Shared Subscription.
            int sharing = Long.numberOfTrailingZeros(slots.activeShards());
            for (int shard = 0; shard < shards.size(); shard++) {
                if (f.purpose() != StoredForward.Purpose.SHARE || shard == sharing) {
                    shards.get(shard).replay(f);
                }
            }
            first.done(f);
        }
        for (Shard shard : shards) {
            if (shard.journal() != first) {
                first.absorb(shard.journal());
            }
        }
        first.handIn();
    }

    /// A Packet Identifier names one delivery at a time [MQTT-2.2.1-4]: if it names two, the end of the
    /// earlier one stood in a part of the store that is damaged.
    private static void restoreInFlight(Session session, List<InFlight> all) {
        all.sort(Comparator.comparingLong(InFlight::order));
        Map<Integer, InFlight> latest = new HashMap<>();
        all.forEach(f -> latest.put(f.packetId(), f));
        for (InFlight f : all) {
            if (latest.get(f.packetId()) == f) {
                session.outgoing().restoreInFlight(f.order(), f.packetId(), f.delivery());
            } else {
                session.outgoing().forgetInFlight(f.packetId(), f.delivery());
            }
        }
    }

    /// Says which shards own sessions, and tells each what the others' sessions want: before any
    /// message is published, or it would miss them.
    private void introduce() {
        shards.forEach(s -> s.slots(slots));
        long active = slots.activeShards();
        for (int to = 0; to < shards.size(); to++) {
            for (int from = 0; from < shards.size(); from++) {
                if (to != from && (active & 1L << to) != 0) {
                    Shard owner = shards.get(from);
                    shards.get(to).receive(from, owner.router().interests(owner.sessions()));
                }
            }
        }
    }
}
