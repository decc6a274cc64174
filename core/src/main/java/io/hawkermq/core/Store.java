package io.hawkermq.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The door to what outlives the process. Shards hand in batches of changes and are told up to which
/// batch all is durable. What is read back while the broker runs is the queues' alone, in pages, and
/// never on the path of a PUBLISH.
///
/// A batch is atomic: after a crash either all of it is there or nothing. Batches become durable in
/// the order in which they were handed in, whichever shard they came from, so that a change that
/// another shard makes because of a message from this one is never there without its cause.
///
/// Later, in a cluster, the same batches go through a replicated log before they get here; that is
/// why there is nothing in this door but an ordered append and a position that comes back, and pages
/// of what is durable, which any replica can answer.
public interface Store {
    /// Keeps nothing: sessions and messages live as long as the process.
    Store NONE = (shard, position, changes) -> {};

    /// Hands in the changes of one turn of a shard's loop. Called on that loop; does not block.
    ///
    /// @param position the number of this batch of this shard, one more than the one before; to be
    ///     given back through [Shard#onDurable] once it is durable
    /// @param changes never changed again by the caller; not empty
    void append(int shard, long position, List<StoreChange> changes);

    /// False if everything ends with the process; [#append] is never called then.
    default boolean isDurable() {
        return this != NONE;
    }

    /// True if queues need not be on the heap, because [#load] brings them back.
    default boolean isPaged() {
        return false;
    }

    /// Asks for a page of a queue, to be given back through [Shard#onStored] in a later turn, after
    /// all that was handed in before has been applied. Called on the shard's loop; does not block.
    /// Only deliveries that are durable are asked for. Asking twice gives handles twice, for the
    /// same records: the core forgets one of them.
    default void load(PageRequest request) {
        throw new UnsupportedOperationException("this store keeps no queues");
    }

    /// Whether new durable state can be taken, and why not; told by [Shard#onStoreState]. Unless it is
    /// READY, what would have to be stored is refused. What was handed in before waits and is not
    /// acknowledged meanwhile; removals are still taken.
    enum State {
        /// All is well.
        READY("", null),
        /// There is no space.
        FULL("the disk of the store is full", DropReason.STORE_FULL),
        /// Too much waits to be written.
        SLOW("the disk of the store does not keep up", DropReason.STORE_SLOW),
        /// Writing fails for another reason, and is tried again.
        FAILING("writing to the store fails", DropReason.STORE_FAILED),
        /// Until the server is started again.
        STOPPED("the store has stopped by an error", DropReason.STORE_FAILED);

        private final String trouble;
        private final @Nullable DropReason refusal;

        State(String trouble, @Nullable DropReason refusal) {
            this.trouble = trouble;
            this.refusal = refusal;
        }

        /// What is wrong, as part of a sentence; empty if nothing is.
        public String trouble() {
            return trouble;
        }

        /// Why a message is dropped that would have to be stored; null if none is.
        @Nullable DropReason refusal() {
            return refusal;
        }
    }
}
