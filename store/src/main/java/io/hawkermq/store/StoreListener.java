package io.hawkermq.store;

import io.hawkermq.core.Store;
import io.hawkermq.core.StoredPage;

/// What a [DurableStore] tells. All but [#progress] is called on the storage thread: pass it on to
/// the loops and return.
public interface StoreListener {
    /// All batches of this shard up to `position` are durable.
    void durable(int shard, long position);

    /// The answer to [DurableStore#load], for this shard.
    void page(int shard, StoredPage page);

    /// Whether new durable state can be taken has changed; READY at first.
    void state(Store.State state);

    /// Something is wrong that an operator must know; a sentence.
    void problem(String text);

    /// How far recovery is, about once a second; a sentence.
    default void progress(String text) {}
}
