package io.hawkermq.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The other shards as one shard sees them: which of them own sessions, what they are still to be
/// told, what they have not confirmed yet. What is told in a turn is posted at its end, one batch
/// for each shard.
final class Peers {
    /// What may be on its way to each of the others, in bytes, before publishers are held back.
    /// Twice what a loop reads from one socket in a turn: enough to keep the other busy, and so
    /// little that it dies young in the heap.
    static final long MOST_IN_TRANSIT_BYTES = 512 * 1024;

    /// So much is posted before the turn ends, so that the others need not wait for the end of a
    /// long one.
    private static final long POST_BYTES = 128 * 1024;

    private final int number;
    private final int shards;
    private final Mailboxes mailboxes;

    private final List<List<ShardMessage>> outgoing = new ArrayList<>();
    private final long[] taken;
    private final Map<Long, Noting> notings = new HashMap<>();
    private long active;
    private long inTransitBytes;
    private long unpostedBytes;
    private boolean isNewsUnnoted;
    private long lastTicket;

    private static final class Noting {
        private int missing;
        private final Runnable action;

        Noting(int missing, Runnable action) {
            this.missing = missing;
            this.action = action;
        }
    }

    /// @param number of the shard whose peers they are
    /// @param shards how many there are at most, itself included
    Peers(int number, int shards, Mailboxes mailboxes) {
        this.number = number;
        this.shards = shards;
        this.mailboxes = mailboxes;
        for (int i = 0; i < shards; i++) {
            outgoing.add(new ArrayList<>());
        }
        taken = new long[shards];
    }

    /// Which shards own sessions from now on, as bits; its own does not matter.
    void active(long activeShards) {
        active = activeShards & ~(1L << number);
    }

    /// True if another shard owns sessions, too.
    boolean areThere() {
        return active != 0;
    }

    /// How many shards there are at most, this one included.
    int shards() {
        return shards;
    }

    /// A number that no other shard gives.
    long newTicket() {
        return (long) number << 48 | ++lastTicket;
    }

    // ---- messages on their way ----

    /// Of these shards, as bits, those that own sessions now.
    long activeOf(long bits) {
        return bits & active;
    }

    void forward(ShardMessage.Forward f, int to) {
        tell(to, f);
        forwarded(f.message().bytes());
    }

    void forward(ShardMessage.ForwardShared f, int to) {
        tell(to, f);
        forwarded(f.message().bytes());
    }

    void forward(ShardMessage.ForwardRun f, int to) {
        tell(to, f);
        forwarded(f.bytes());
    }

    void forward(ShardMessage.Retain r, int to) {
        tell(to, r);
        forwarded(r.message().bytes());
    }

    private void forwarded(int bytes) {
        inTransitBytes += bytes;
        unpostedBytes += bytes;
    }

    /// True if the others should be told before the turn ends, by [Shard#postOutgoing]. Not in the
    /// middle of a packet: what is posted must have been handed in to the store, and all that one
    /// packet does belongs into one batch.
    boolean isMuchUnposted() {
        return unpostedBytes > POST_BYTES;
    }

    /// Something that another shard has forwarded is here; that shard will be told.
    void took(int bytes, int from) {
        taken[from] += bytes;
    }

    void onTaken(ShardMessage.Taken t) {
        inTransitBytes -= t.bytes();
    }

    /// Bytes of messages that were forwarded and that the others have not taken yet.
    long inTransitBytes() {
        return inTransitBytes;
    }

    /// True if the others do not keep up with what is forwarded to them.
    boolean areBehind() {
        // The keeper of the retained messages is told of them though it may own no sessions.
        return inTransitBytes > MOST_IN_TRANSIT_BYTES
                && inTransitBytes > MOST_IN_TRANSIT_BYTES * Long.bitCount(active);
    }

    // ---- news ----

    void tell(int shard, ShardMessage message) {
        outgoing.get(shard).add(message);
    }

    /// Tells all others what they must know before a subscription is confirmed: [#whenNoted].
    void tellNews(ShardMessage news) {
        isNewsUnnoted = true;
        tellEach(news);
    }

    private void tellEach(ShardMessage message) {
        for (long rest = active; rest != 0; rest &= rest - 1) {
            tell(Long.numberOfTrailingZeros(rest), message);
        }
    }

    /// Runs `action` once all other shards act on what they were told so far: at once if there is
    /// nothing that they have not confirmed.
    void whenNoted(Runnable action) {
        if (active == 0 || (!isNewsUnnoted && notings.isEmpty())) {
            action.run();
            return;
        }
        isNewsUnnoted = false;
        long ticket = newTicket();
        notings.put(ticket, new Noting(Long.bitCount(active), action));
        tellEach(new ShardMessage.Note(ticket));
    }

    void onNoted(ShardMessage.Noted n) {
        Noting noting = notings.get(n.ticket());
        if (noting != null && --noting.missing == 0) {
            notings.remove(n.ticket());
            noting.action.run();
        }
    }

    /// Posts what the others are to be told: the keeper of the retained messages, shard 0, first,
    /// so that it has what is to be retained before a subscriber can have got it.
    void post() {
        unpostedBytes = 0;
        for (int to = 0; to < shards; to++) {
            if (taken[to] > 0) {
                tell(to, new ShardMessage.Taken(taken[to]));
                taken[to] = 0;
            }
            List<ShardMessage> batch = outgoing.get(to);
            if (!batch.isEmpty()) {
                mailboxes.post(number, to, List.copyOf(batch));
                batch.clear();
            }
        }
    }

    /// True if there is nothing to be posted, and no answer to be waited for.
    boolean isQuiet() {
        return outgoing.stream().allMatch(List::isEmpty)
                && notings.isEmpty()
                && inTransitBytes == 0
                && Arrays.stream(taken).allMatch(t -> t == 0);
    }
}
