package io.hawkermq.core;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// What waits in a shard as a whole, and what is done when it becomes too much: what waits for
/// offline sessions is dropped, what waits for connected ones holds back the publishers.
final class Budgets {
    private static final long HOLD_BACK_MILLIS = 100;

    private final Shard shard;
    private final Counters counters;
    private final Peers peers;
    private final Journal journal;
    private final Set<Connection> heldBack = new LinkedHashSet<>();
    private final Timers.Timer heldBackTimer = new Timers.Timer(this::releaseAll);
    private long waitingBytes;
    private long offlineBytes;

    Budgets(Shard shard) {
        this.shard = shard;
        counters = shard.counters();
        peers = shard.peers();
        journal = shard.journal();
    }

    // ---- what is counted ----

    /// A session has put a message into its queue.
    void queued(int bytes) {
        counters.queuedMessages++;
        counters.queuedBytes += bytes;
    }

    /// A session has taken messages out of its queue.
    void dequeued(int messages, long bytes) {
        counters.queuedMessages -= messages;
        counters.queuedBytes -= bytes;
    }

    /// So many bytes more of a session's queue are in memory: the limits here are of memory, and do
    /// not count what only the store has.
    void onHeap(long more, Session session) {
        if (session.isConnected()) {
            waitingBytes += more;
        } else {
            offlineBytes += more;
        }
    }

    /// @param onHeap bytes of its queue that are in memory
    void wentOnline(long onHeap) {
        counters.connected++;
        waitingBytes += onHeap;
        offlineBytes -= onHeap;
    }

    /// @param onHeap bytes of its queue that are in memory
    void wentOffline(long onHeap) {
        counters.connected--;
        waitingBytes -= onHeap;
        offlineBytes += onHeap;
    }

    /// A session moves to another shard.
    void gaveAway(Session session) {
        changeShare(session, -1);
    }

    /// A session has come from another shard.
    void took(Session session) {
        changeShare(session, 1);
    }

    private void changeShare(Session session, int change) {
        DeliveryQueue queue = session.outgoing().queue();
        if (session.isConnected()) {
            counters.connected += change;
        }
        if (queue != null) {
            counters.queuedMessages += (long) change * queue.size();
            counters.queuedBytes += change * queue.bytes();
            onHeap(change * queue.onHeap(), session);
        }
    }

    boolean hasRoomOffline(int bytes) {
        return offlineBytes + bytes <= shard.limits().maximumOfflineBytes();
    }

    private long waitingNow() {
        return waitingBytes
                + peers.inTransitBytes()
                + counters.unsentBytes
                + journal.bytesNotDurable();
    }

    // ---- publishers ----

    /// True if so much waits for connected subscribers, on the way to other shards or to the disk,
    /// that publishers must wait too.
    boolean holdsBack() {
        Limits limits = shard.limits();
        return peers.areBehind()
                || journal.bytesNotDurable() > limits.maximumUnstoredBytes()
                || waitingNow() > limits.maximumWaitingBytes();
    }

    /// True if there is clearly less than makes publishers wait.
    private boolean isClearlyLess() {
        Limits limits = shard.limits();
        return !peers.areBehind()
                && journal.bytesNotDurable() < sevenEighths(limits.maximumUnstoredBytes())
                && waitingNow() < sevenEighths(limits.maximumWaitingBytes());
    }

    private static long sevenEighths(long bytes) {
        return bytes - bytes / 8;
    }

    /// Stops reading from a publisher until less waits, or for [#HOLD_BACK_MILLIS]: behind its
    /// PUBLISH there may be the very acknowledgements that others wait for, or its PINGREQ. So a
    /// publisher is slowed down to one message or one run of them in that time and never comes to a
    /// standstill.
    void holdBack(Connection connection) {
        if (heldBack.add(connection)) {
            connection.outbox().pauseReading();
            if (!heldBackTimer.isSet()) {
                shard.timers().set(heldBackTimer, shard.now() + HOLD_BACK_MILLIS);
            }
        }
    }

    /// @return true if it was
    boolean noLongerHeldBack(Connection connection) {
        return heldBack.remove(connection);
    }

    /// Reads from all publishers again if [#isClearlyLess].
    void releaseIfLess() {
        if (!heldBack.isEmpty() && isClearlyLess()) {
            releaseAll();
        }
    }

    private void releaseAll() {
        shard.timers().stop(heldBackTimer);
        List<Connection> released = List.copyOf(heldBack);
        heldBack.clear();
        released.forEach(c -> c.outbox().resumeReading());
    }
}
