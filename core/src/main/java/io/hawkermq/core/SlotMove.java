package io.hawkermq.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Gives slots, with all their sessions, to other shards: how load is spread over more loops, or
/// gathered on fewer. Everything stands still meanwhile: no loop runs, and no message is on its way
/// ([Shard#isQuiet] of every shard), so that the indexes of all shards can be changed at once.
public final class SlotMove {
    private final List<Shard> shards;
    private final Slots before;
    private final Slots after;

    /// The filters that moving sessions subscribe to, and those that linger in a shard that gives all
    /// away, with the shards that wanted them before.
    private final Map<Want, Long> wants = new LinkedHashMap<>();

    private record Want(String filter, RemoteInterest.Kind kind) {}

    private final Set<ShareGroup> groups = new LinkedHashSet<>();

    private SlotMove(List<Shard> shards, Slots before, Slots after) {
        this.shards = shards;
        this.before = before;
        this.after = after;
    }

    /// Moves what `after` gives to other shards than `before`.
    ///
    /// @param shards all, by number
    /// @return the open connections whose shard is another one now
    /// @throws IllegalStateException if a shard is not quiet
    public static List<Connection> apply(List<Shard> shards, Slots before, Slots after) {
        for (Shard shard : shards) {
            if (!shard.isQuiet()) {
                throw new IllegalStateException("a shard has messages on their way");
            }
        }
        return new SlotMove(shards, before, after).run();
    }

    private List<Connection> run() {
        long now = shards.stream().mapToLong(Shard::now).max().orElseThrow();
        shards.forEach(s -> s.catchUp(now));
        long wereActive = before.activeShards();
        long areActive = after.activeShards();
        introduce(areActive & ~wereActive, wereActive);
        List<Session> moving = new ArrayList<>();
        for (Shard shard : shards) {
            for (Session session : shard.sessions()) {
                if (after.shardOf(session.clientId()) != before.shardOf(session.clientId())) {
                    moving.add(session);
                    session.subscriptions().forEach(s -> noteInterests(shard, s));
                }
            }
            if ((wereActive & ~areActive & 1L << shard.number()) != 0) {
                shard.lingering().forEach(s -> noteInterests(shard, s));
            }
        }
        List<Connection> moved = new ArrayList<>();
        for (Session session : moving) {
            Connection connection = session.connection();
            session.moveTo(shards.get(after.shardOf(session.clientId())));
            if (connection != null) {
                moved.add(connection);
            }
        }
        for (Shard shard : shards) {
            if ((wereActive & ~areActive & 1L << shard.number()) != 0) {
                shard.lingering().leave();
            }
        }
        tellInterests(wereActive | areActive);
        for (int shard = 0; shard < shards.size(); shard++) {
            shards.get(shard).slots(after);
            if ((wereActive & ~areActive & 1L << shard) != 0) {
                shards.get(shard).router().forgetEverything();
                Shard heir = shards.get(Long.numberOfTrailingZeros(areActive));
                heir.counters().takeTotals(shards.get(shard).counters());
            }
        }
        return moved;
    }

    /// Tells the shards that join what the others' sessions want; until now they had no reason to
    /// know.
    private void introduce(long joining, long active) {
        for (int to = 0; to < shards.size(); to++) {
            if ((joining & 1L << to) == 0) {
                continue;
            }
            for (int from = 0; from < shards.size(); from++) {
                if ((active & 1L << from) != 0) {
                    Shard owner = shards.get(from);
                    shards.get(to).receive(from, owner.router().interests(owner.sessions()));
                }
            }
        }
    }

    private void noteInterests(Shard of, Subscription s) {
        if (s.filter().isShared()) {
            groups.add(of.router().groupOf(s));
            return;
        }
        for (RemoteInterest.Kind kind : RemoteInterest.Kind.values()) {
            wants.computeIfAbsent(new Want(s.filter().filter(), kind), this::wantedBy);
        }
    }

    private long wantedBy(Want want) {
        long wanted = 0;
        for (int shard = 0; shard < shards.size(); shard++) {
            if (shards.get(shard).router().isWantedHere(want.filter(), want.kind())) {
                wanted |= 1L << shard;
            }
        }
        return wanted;
    }

    /// Puts right what each shard knows of the others.
    private void tellInterests(long active) {
        wants.forEach((want, wanted) -> {
            long now = wantedBy(want);
            for (int of = 0; of < shards.size(); of++) {
                boolean was = (wanted & 1L << of) != 0;
                boolean is = (now & 1L << of) != 0;
                if (was != is) {
                    tellAllBut(
                            of,
                            active,
                            is
                                    ? new ShardMessage.Interested(want.filter(), want.kind())
                                    : new ShardMessage.NoLongerInterested(
                                            want.filter(), want.kind()));
                }
            }
        });
        for (ShareGroup group : groups) {
            for (int of = 0; of < shards.size(); of++) {
                tellAllBut(
                        of,
                        active,
                        shards.get(of).router().membersOf(group.shareName(), group.filter()));
            }
        }
    }

    private void tellAllBut(int of, long active, ShardMessage news) {
        for (int to = 0; to < shards.size(); to++) {
            if (to != of && (active & 1L << to) != 0) {
                shards.get(to).receive(of, List.of(news));
            }
        }
    }
}
