package io.hawkermq.core.scenario;

import io.hawkermq.core.PageRequest;
import io.hawkermq.core.Shard;
import io.hawkermq.core.Store;
import io.hawkermq.core.StoreChange;
import io.hawkermq.core.StoredDelivery;
import io.hawkermq.core.StoredPage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/// A store that is durable as soon as it is looked at, and never forgets: it brings queues back but
/// no sessions.
final class Disk implements Store {
    private final Map<Long, TreeMap<Long, StoredDelivery>> queues = new HashMap<>();
    private final Deque<Runnable> answers = new ArrayDeque<>();
    private final List<Shard> shards;

    /// @param shards that are told
    Disk(List<Shard> shards) {
        this.shards = shards;
    }

    @Override
    public void append(int shard, long position, List<StoreChange> changes) {
        for (StoreChange change : changes) {
            switch (change) {
                case StoreChange.PutDelivery c ->
                        queue(c.delivery()).put(c.delivery().sequence(), c.delivery());
                case StoreChange.BeginDelivery c ->
                        queue(c.delivery()).remove(c.delivery().sequence());
                case StoreChange.RemoveDelivery c ->
                        queue(c.delivery()).remove(c.delivery().sequence());
                default -> {}
            }
        }
        answer(shard, s -> s.onDurable(position));
    }

    @Override
    public boolean isPaged() {
        return true;
    }

    @Override
    public void load(PageRequest r) {
        List<StoredDelivery> page =
                new ArrayList<>(
                        queues.getOrDefault(r.session(), new TreeMap<>())
                                .subMap(r.from(), true, r.to(), true)
                                .values());
        answer(r.shard(), s -> s.onStored(new StoredPage(r.ticket(), page, r.to())));
    }

    private Map<Long, StoredDelivery> queue(StoredDelivery d) {
        return queues.computeIfAbsent(d.session(), n -> new TreeMap<>());
    }

    private void answer(int shard, Consumer<Shard> what) {
        answers.add(() -> what.accept(shards.get(shard)));
    }

    /// Tells the shards what they wait for.
    ///
    /// @return false if there was nothing
    boolean answer() {
        if (answers.isEmpty()) {
            return false;
        }
        for (Runnable next = answers.poll(); next != null; next = answers.poll()) {
            next.run();
        }
        return true;
    }

    void state(State state) {
        shards.forEach(s -> s.onStoreState(state));
    }
}
