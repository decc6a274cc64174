package io.hawkermq.core;

import java.util.ArrayList;
import java.util.List;

/// A store that takes all and tells nothing: the test says when something is durable.
final class HeldStore implements Store {
    final List<StoreChange> changes = new ArrayList<>();

    /// The last batch that was handed in.
    long position;

    @Override
    public void append(int shard, long at, List<StoreChange> batch) {
        position = at;
        changes.addAll(batch);
    }
}
