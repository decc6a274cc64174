package io.hawkermq.core.simulation;

import io.hawkermq.core.PageRequest;
import io.hawkermq.core.Store;
import io.hawkermq.core.StoreChange;
import io.hawkermq.core.StoredPage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// A store on a simulated disk. Batches wait in memory, are written in groups, and are durable once
/// a later sync is over; then the shards are told. What is written survives the death of the
/// process; of what is not synced an arbitrary suffix is lost with the power, a commit that was torn
/// as a whole. Writes and syncs fail and are tried again, though what failed may have got there; the
/// disk is full for a while.
final class SimulatedStore implements Store {
    private record Batch(int shard, long position, List<StoreChange> changes, long index) {}

    /// What is written together: all of it is there or nothing.
    private record Commit(List<Batch> batches) {
        long last() {
            return batches.getLast().index();
        }
    }

    /// How the process ends.
    enum End {
        KILLED,
        POWER_CUT
    }

    private final World world;
    private final RandomGenerator random;
    private final DiskImage image;
    private final Deque<Batch> pending = new ArrayDeque<>();
    private final Deque<Commit> written = new ArrayDeque<>();
    private final Map<Integer, Long> durable = new TreeMap<>();
    private final int delay;
    private final int errors;
    private final int pageMost;
    private long appended;
    private long attempted;
    private long synced;
    private long applied;
    private boolean isWorking;
    private boolean isFull;
    private boolean isHealed;

    /// Pages asked for and not yet answered.
    private int loads;

    /// Counts the processes: what an earlier one had to do is never done.
    private int process;

    SimulatedStore(World world) {
        this.world = world;
        random = world.random();
        image = new DiskImage(world.mutation().isChecked());
        delay = world.mutation().diskDelay(Profile.pick(random, 0, 2, 20, 200));
        errors = Profile.pick(random, 0, 0, 5, 30);
        pageMost = Profile.pick(random, 1, 2, 5, 1_000);
    }

    DiskImage image() {
        return image;
    }

    /// True if nothing is to be done.
    boolean isAtRest() {
        return pending.isEmpty() && written.isEmpty() && loads == 0;
    }

    // ---- the core's side ----

    @Override
    public void append(int shard, long position, List<StoreChange> changes) {
        if (changes.isEmpty()) {
            throw new Violation("store", "an empty batch");
        }
        Batch batch = new Batch(shard, position, List.copyOf(changes), ++appended);
        pending.add(batch);
        world.trace(
                "store",
                "gets " + batch.index() + " from shard " + shard + ": " + Text.of(changes));
        world.oracle().history().appended(appended);
        if (world.mutation().reportsEarly(changes)) {
            tell(shard, position);
        }
        workLater();
    }

    @Override
    public boolean isPaged() {
        return true;
    }

    @Override
    public void load(PageRequest request) {
        world.trace("store", "is asked for " + request);
        loads++;
        later(() -> answer(request));
    }

    private void answer(PageRequest request) {
        if (fails()) {
            world.trace("store", "fails to read");
            later(() -> answer(request));
            return;
        }
        loads--;
        StoredPage page =
                image.page(
                        request,
                        1 + random.nextInt(pageMost),
                        world.mutation().pagesWhatIsInFlight());
        world.trace("store", "answers " + Text.of(page));
        ShardLoop loop = world.loop(request.shard());
        for (StoredPage each : world.mutation().pages(request, page)) {
            loop.run(() -> loop.shard().onStored(each));
        }
    }

    private void workLater() {
        if (!isWorking && !(pending.isEmpty() && written.isEmpty())) {
            isWorking = true;
            later(this::write);
        }
    }

    private void later(Runnable action) {
        int of = process;
        world.schedule()
                .in(
                        random.nextInt((isHealed ? Math.min(delay, 5) : delay) + 1),
                        () -> {
                            if (of == process) {
                                action.run();
                            }
                        });
    }

    private boolean fails() {
        return !isHealed && random.nextInt(100) < errors;
    }

    private void write() {
        if (isFull && random.nextBoolean()) {
            world.schedule().in(50, () -> later(this::write));
            return;
        }
        // What has failed is tried again as a whole, or the old would overwrite the new.
        long most =
                random.nextInt(4) == 0
                        ? Math.max(attempted, appended - random.nextInt(4))
                        : Long.MAX_VALUE;
        List<Batch> group = pending.stream().filter(b -> b.index() <= most).toList();
        if (!group.isEmpty()) {
            boolean fails = fails();
            boolean isThere = !fails || random.nextBoolean();
            Commit commit = new Commit(group);
            attempted = commit.last();
            world.trace(
                    "store", (fails ? "fails to write " : "writes ") + "up to " + commit.last());
            if (isThere) {
                written.add(commit);
            }
            if (fails) {
                later(this::write);
                return;
            }
            group.forEach(b -> pending.remove());
        }
        later(random.nextInt(3) == 0 ? this::write : this::sync);
    }

    private void sync() {
        if (fails()) {
            world.trace("store", "fails to sync");
            later(this::sync);
            return;
        }
        finishSync();
        isWorking = false;
        workLater();
    }

    private void finishSync() {
        long last = 0;
        long firstPending = pending.isEmpty() ? Long.MAX_VALUE : pending.peek().index();
        Map<Integer, Long> told = new TreeMap<>();
        for (Commit c : written) {
            apply(c);
            last = Math.max(last, c.last());
            for (Batch b : c.batches()) {
                if (b.index() < firstPending) { // else nobody knows that it is there
                    told.merge(b.shard(), b.position(), Math::max);
                }
            }
        }
        written.clear();
        if (last > 0) {
            synced = Math.max(synced, last);
            world.trace("store", "is durable up to " + last);
            world.oracle().history().durable(last);
        }
        told.forEach(this::tell);
    }

    private void apply(Commit c) {
        for (Batch b : c.batches()) {
            image.apply(
                    world.mutation().stored(b.changes()),
                    b.index() <= applied ? DiskImage.Attempt.AGAIN : DiskImage.Attempt.FIRST);
            applied = Math.max(applied, b.index());
        }
    }

    private void tell(int shard, long position) {
        durable.merge(shard, position, Math::max);
        ShardLoop loop = world.loop(shard);
        loop.run(() -> loop.shard().onDurable(position));
    }

    /// Up to which batch of a shard all is durable.
    long durableOf(int shard) {
        return durable.getOrDefault(shard, 0L);
    }

    /// Makes everything durable at once, unless the disk is full.
    void flush() {
        if (isFull) {
            return;
        }
        if (!pending.isEmpty()) {
            written.add(new Commit(List.copyOf(pending)));
            pending.clear();
        }
        finishSync();
    }

    // ---- what happens to it ----

    /// The process ends.
    ///
    /// @return the number of the last batch that survives
    long crash(End end) {
        process++;
        isWorking = false;
        isFull = false;
        loads = 0;
        List<Commit> unsynced = new ArrayList<>(written);
        written.clear();
        pending.clear();
        durable.clear();
        int survive =
                switch (end) {
                    case KILLED -> unsynced.size();
                    case POWER_CUT -> random.nextInt(unsynced.size() + 1);
                };
        unsynced.subList(0, survive).forEach(this::apply);
        long cut = synced;
        for (int i = 0; i < survive; i++) {
            cut = Math.max(cut, unsynced.get(i).last());
        }
        synced = cut;
        applied = cut;
        return cut;
    }

    /// There is no space, for some time.
    void fill() {
        if (!isFull) {
            setFull(State.FULL);
            int of = process;
            world.schedule()
                    .in(
                            random.nextInt(5_000),
                            () -> {
                                if (of == process) {
                                    setFull(State.READY);
                                }
                            });
        }
    }

    private void setFull(State state) {
        if (isFull != (state == State.FULL)) {
            isFull = state == State.FULL;
            world.trace("store", "is " + state);
            world.loops().forEach(l -> l.run(() -> l.onStoreState(state)));
        }
    }

    /// Nothing fails from now on.
    void heal() {
        isHealed = true;
        setFull(State.READY);
    }
}
