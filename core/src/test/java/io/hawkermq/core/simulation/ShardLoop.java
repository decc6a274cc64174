package io.hawkermq.core.simulation;

import io.hawkermq.core.Shard;
import io.hawkermq.core.ShardMessage;
import io.hawkermq.core.Store;
import io.hawkermq.protocol.TopicNames;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/// The event loop of one shard. It takes turns; in each it sees an arbitrary part of what has come,
/// from connections and from other shards' batches in an arbitrary order. Its mailbox is one queue:
/// batches are received in the order in which they were posted, whoever posted them.
final class ShardLoop {
    private record Batch(int from, List<ShardMessage> messages) {}

    private final World world;
    private final int number;
    private final Shard shard;
    private final TopicNames topicNames = new TopicNames();
    private final Deque<Batch> mailbox = new ArrayDeque<>();
    private final Set<ServerEnd> ready = new LinkedHashSet<>();
    private final Set<ServerEnd> toFlush = new LinkedHashSet<>();
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private long posted;
    private long consumed;
    private boolean hasTurnComing;
    private long wakeUpAt = Long.MAX_VALUE;
    private boolean isDead;
    private boolean isFull;

    ShardLoop(World world, int number, int shards) {
        this.world = world;
        this.number = number;
        this.shard =
                new Shard(
                        number,
                        shards,
                        world.limits(),
                        world.access(),
                        world.log(),
                        world.mailboxes(),
                        world.store(),
                        new SplittableRandom(world.random().nextLong()));
    }

    Shard shard() {
        return shard;
    }

    int number() {
        return number;
    }

    TopicNames topicNames() {
        return topicNames;
    }

    /// How many batches were put into the mailbox so far: the position of the last of them.
    long posted() {
        return posted;
    }

    /// The position of the last batch taken out.
    long consumed() {
        return consumed;
    }

    /// The process is gone: what was to come never does.
    void die() {
        isDead = true;
    }

    /// True while it thinks that there is no space.
    boolean isFull() {
        return isFull;
    }

    void onStoreState(Store.State state) {
        isFull = state == Store.State.FULL;
        shard.onStoreState(state);
    }

    /// @return the batch's position
    long post(int from, List<ShardMessage> batch) {
        mailbox.add(new Batch(from, batch));
        turnSoon();
        return ++posted;
    }

    void run(Runnable task) {
        tasks.add(task);
        turnSoon();
    }

    void ready(ServerEnd end) {
        ready.add(end);
        turnSoon();
    }

    void moved(ServerEnd end) {
        if (!end.isDone()) {
            ready(end);
        }
    }

    void toFlush(ServerEnd end) {
        toFlush.add(end);
    }

    void turnSoon() {
        if (!hasTurnComing) {
            hasTurnComing = true;
            world.schedule().in(world.random().nextInt(world.turnDelay() + 1), this::turn);
        }
    }

    private void turn() {
        hasTurnComing = false;
        if (isDead) {
            return;
        }
        long now = world.mutation().clock(world.schedule().now());
        world.oracle().onTurn(this);
        shard.advance(now);
        world.oracle().onAdvanced(this);
        int inputs = mailbox.size() + ready.size() + tasks.size();
        int most = world.random().nextInt(4) == 0 ? 1 + world.random().nextInt(8) : inputs;
        for (int i = 0; i < most && !takeInput(); i++) {}
        updateUnsent();
        boolean more = shard.endTurn();
        world.oracle().onTurnEnd(this);
        flush();
        if (more || !mailbox.isEmpty() || !ready.isEmpty() || !tasks.isEmpty()) {
            turnSoon();
        }
        wakeUpLater();
    }

    private void flush() {
        List<ServerEnd> written = new ArrayList<>(toFlush);
        toFlush.clear();
        written.forEach(ServerEnd::flush);
    }

    /// @return true if there was none
    private boolean takeInput() {
        int n = (mailbox.isEmpty() ? 0 : 1) + ready.size() + tasks.size();
        if (n == 0) {
            return true;
        }
        int chosen = world.random().nextInt(n);
        if (chosen < ready.size()) {
            ServerEnd end = ready.stream().skip(chosen).findFirst().orElseThrow();
            ready.remove(end);
            if (end.loop() == this) {
                end.takeTurn();
            }
        } else if (chosen < ready.size() + tasks.size()) {
            tasks.remove().run();
        } else {
            receive();
        }
        return false;
    }

    private void receive() {
        Batch batch = mailbox.remove();
        consumed++;
        world.trace("shard " + number, "receives from " + batch.from());
        world.oracle().onConsumed(this, consumed);
        shard.receive(batch.from(), batch.messages());
    }

    /// A turn that does not end: takes what others have posted, and posts what they wait for.
    ///
    /// @return true if nothing is on its way from or to this shard
    boolean quieten() {
        world.oracle().onTurn(this);
        shard.advance(world.mutation().clock(world.schedule().now()));
        world.oracle().onAdvanced(this);
        world.tellDurable(this);
        while (!mailbox.isEmpty()) {
            receive();
        }
        shard.postOutgoing();
        world.oracle().onTurnEnd(this);
        flush();
        return shard.isQuiet();
    }

    boolean hasMail() {
        return !mailbox.isEmpty();
    }

    private void updateUnsent() {
        shard.counters().unsentBytes = world.unsentBytes(this);
    }

    private void wakeUpLater() {
        long deadline = shard.nextDeadline();
        if (deadline == Long.MAX_VALUE || deadline >= wakeUpAt) {
            return;
        }
        wakeUpAt = deadline;
        long late = world.random().nextInt(world.turnDelay() + 1);
        world.schedule()
                .in(
                        Math.max(deadline - world.schedule().now(), 1) + late,
                        () -> {
                            if (wakeUpAt == deadline) {
                                wakeUpAt = Long.MAX_VALUE;
                                turnSoon();
                            }
                        });
    }

    @Override
    public String toString() {
        return Integer.toString(number);
    }
}
