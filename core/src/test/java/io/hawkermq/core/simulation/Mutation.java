package io.hawkermq.core.simulation;

import io.hawkermq.core.AccessControl;
import io.hawkermq.core.Limits;
import io.hawkermq.core.Mailboxes;
import io.hawkermq.core.Outbox;
import io.hawkermq.core.PageRequest;
import io.hawkermq.core.StoreChange;
import io.hawkermq.core.StoredPage;
import io.hawkermq.protocol.Packet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes a broken core of the healthy one by meddling at its doors. What the oracle sees lies
/// outside: it is told what the client has sent and what really leaves.
interface Mutation {
    Mutation NONE = new Mutation() {};

    /// @param clientKey names the client for as long as the run lasts
    default Outbox outbox(Outbox real, String clientKey) {
        return real;
    }

    default Mailboxes mailboxes(Mailboxes real) {
        return real;
    }

    default AccessControl access(AccessControl real) {
        return real;
    }

    default Limits limits(Limits real) {
        return real;
    }

    /// The most that the disk takes for a step, in milliseconds.
    default int diskDelay(int real) {
        return real;
    }

    /// What the core gets to see of a packet that came; null for nothing.
    default @Nullable Packet received(Packet packet) {
        return packet;
    }

    /// What becomes of a batch when it is applied to the disk.
    default List<StoreChange> stored(List<StoreChange> batch) {
        return batch;
    }

    /// True if the shard is told at once that a batch is durable.
    default boolean reportsEarly(List<StoreChange> batch) {
        return false;
    }

    /// What the shard is given for a page that it asked for.
    default List<StoredPage> pages(PageRequest request, StoredPage page) {
        return List.of(page);
    }

    /// True if pages hold what is in flight, too.
    default boolean pagesWhatIsInFlight() {
        return false;
    }

    /// True if changes that make no sense are noticed: in the healthy core, and in one whose changes
    /// are to be looked at.
    default boolean isChecked() {
        return this == NONE;
    }

    /// What the core takes for the time.
    default long clock(long now) {
        return now;
    }
}
