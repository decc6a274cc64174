package io.hawkermq.core;

import io.hawkermq.protocol.QoS;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What waits for room in a session's in-flight window, or for its client to connect, within the
/// limits of the session and its shard. At a limit the newest message is dropped, after those that
/// have expired.
///
/// Of a durable session only the head is on the heap; what is behind it goes, once it is durable, to
/// the [QueueTail], and comes back from the [Store] in pages while the head still lasts. One page is
/// asked for at a time; an answer to anything but the latest question is none.
final class DeliveryQueue {
    /// What a message of the head is reckoned to have: a head is full with so many bytes for each
    /// message that it may have, however few there are.
    private static final int BYTES_EACH = 1_024;

    /// About how many bytes of messages are asked for at once.
    private static final int PAGE_BYTES = 1 << 19;

    /// The same while the client is away, when only what is written off is wanted.
    private static final int PAGE_BYTES_OFFLINE = 1 << 16;

    /// When the store has so many deliveries that are written off, a full queue writes off no more:
    /// the disk is not to fill with what nobody reads.
    private static final int MOST_WRITTEN_OFF = 10_000;

    /// After this time it is looked whether that has changed.
    private static final long RETRY_MILLIS = 100;

    /// How many messages of a full queue are looked at for having expired, at most.
    private static final int LOOKED_AT_IN_A_MILLISECOND = 4_000;

    private final Session session;
    private final ArrayDeque<Delivery> head = new ArrayDeque<>(2);
    private @Nullable QueueTail tail;
    private int count;
    private long bytes;
    private long headBytes;

    /// Most queues have none.
    private @Nullable AtMostOnce atMostOnce;

    /// What the shard's budget of memory was last told.
    private long onHeap;

    /// The ticket of the page that is on its way, 0 if none is.
    private long ticket;

    /// A new page is asked for when no more than so many are left in the head.
    private int lowWater;

    /// The batch that has last been said to be waited for.
    private long awaited;

    /// Nothing in the queue can be dropped for having expired before this time, so that a full queue
    /// need not be searched for every message that it drops.
    private long nextExpiry = Message.NEVER;

    DeliveryQueue(Session session) {
        this.session = session;
    }

    /// False also if all that is left is written off, but still in the store.
    boolean isEmpty() {
        return count == 0 && paged() == 0;
    }

    int size() {
        return count;
    }

    /// What its messages are charged: [Message#bytes].
    long bytes() {
        return bytes;
    }

    /// The bytes of its messages that are in memory.
    long onHeap() {
        return onHeap;
    }

    /// Tells the budget of memory what has changed.
    private void account() {
        long now = bytes - (tail == null ? 0 : tail.gapBytes());
        if (now != onHeap) {
            session.shard().budgets().onHeap(now - onHeap, session);
            onHeap = now;
        }
    }

    /// How many deliveries are in the store only.
    int paged() {
        return tail == null ? 0 : tail.inGaps();
    }

    /// True if a delivery of so many bytes more is beyond a limit of the session.
    boolean isFull(int more) {
        Limits limits = session.shard().limits();
        int most = limits.maximumQueuedMessages();
        long mostBytes = limits.maximumQueuedBytes();
        return (most > 0 && count >= most) || (mostBytes > 0 && bytes + more > mostBytes);
    }

    /// @return false if the delivery was dropped
    boolean offer(Delivery d) {
        Shard shard = session.shard();
        Limits limits = shard.limits();
        int more = d.message().bytes();
        int most = limits.maximumQueuedMessages();
        if (most > 0 && count >= most) {
            dropExpired();
            if (count >= most) {
                shard.drop(DropReason.QUEUE_COUNT, session.clientId());
                return false;
            }
        }
        long mostBytes = limits.maximumQueuedBytes();
        if (mostBytes > 0 && bytes + more > mostBytes) {
            dropExpired();
            if (bytes + more > mostBytes) {
                shard.drop(DropReason.QUEUE_BYTES, session.clientId());
                return false;
            }
        }
        if (!session.isConnected() && !shard.budgets().hasRoomOffline(more)) {
            shard.drop(DropReason.OFFLINE_BUDGET, session.clientId());
            return false;
        }
        add(d);
        return true;
    }

    private void add(Delivery d) {
        Journal journal = session.shard().journal();
        charge(d.message().bytes());
        if (d.qos() == QoS.AT_MOST_ONCE) {
            ofAtMostOnce().added(d);
        }
        if (tail == null
                && (d.stored() == null || !journal.isPaged() || !isHeadFull(headLimit()))) {
            addToHead(d);
            return;
        }
        noteExpiry(d);
        tail().add(d, journal.openPosition());
        awaitDurable(journal);
    }

    private void noteExpiry(Delivery d) {
        nextExpiry = Math.min(nextExpiry, d.message().expiresAt());
    }

    private void charge(int more) {
        count++;
        bytes += more;
        session.shard().budgets().queued(more);
        account();
    }

    private void discharge(Delivery d) {
        discharge(1, d.message().bytes());
        forgetQos(d);
    }

    private void forgetQos(Delivery d) {
        if (d.qos() == QoS.AT_MOST_ONCE) {
            ofAtMostOnce().removed();
        }
    }

    private void discharge(int messages, long less) {
        count -= messages;
        bytes -= less;
        session.shard().budgets().dequeued(messages, less);
        account();
    }

    private void addToHead(Delivery d) {
        noteExpiry(d); // of a page, too: in its gap it was known by the second only
        head.add(d);
        headBytes += d.message().bytes();
    }

    private QueueTail tail() {
        QueueTail t = tail;
        if (t == null) {
            t = new QueueTail();
            tail = t;
        }
        return t;
    }

    /// How many messages wait on the heap before others leave it.
    private int headLimit() {
        Limits limits = session.shard().limits();
        return session.isConnected() ? limits.queueHead() : limits.queueHeadOffline();
    }

    private boolean isHeadFull(int limit) {
        return head.size() >= limit || headBytes >= (long) limit * BYTES_EACH;
    }

    /// Sends the oldest one, or drops it.
    ///
    /// @return false if nothing can be done now
    boolean pump(Connection c) {
        Delivery d = mayBegin() ? poll() : null;
        if (d == null) {
            return false;
        }
        Shard shard = session.shard();
        if (d.message().isExpired(shard.now())) {
            passOver(d, DropReason.EXPIRED);
        } else if (!session.mayReceive(
                d.message().topic())) { // any more: the rules have changed since
            passOver(d, DropReason.NOT_AUTHORIZED);
        } else if (d.qos() != QoS.AT_MOST_ONCE) {
            session.outgoing().begin(d, c);
        } else if (!ofAtMostOnce().send(d, c)) {
            charge(d.message().bytes());
        }
        return true;
    }

    private void passOver(Delivery d, DropReason why) {
        session.outgoing().removeStored(d);
        if (d.qos() != QoS.AT_MOST_ONCE) {
            session.outgoing().skipPacketId();
        }
        session.shard().drop(why, session.clientId());
    }

    /// The oldest one, if it is on the heap; else it is on its way from the store, and the session
    /// is pumped when it comes.
    private @Nullable Delivery poll() {
        if (head.isEmpty()) {
            refill();
        }
        Delivery d = head.poll();
        if (d != null) {
            headBytes -= d.message().bytes();
            discharge(d);
        }
        refill();
        return d;
    }

    // ---- at QoS 0 ----

    /// What it has at QoS 0, null if nothing.
    @Nullable AtMostOnce atMostOnce() {
        AtMostOnce a = atMostOnce;
        return a == null || a.isEmpty() ? null : a;
    }

    private AtMostOnce ofAtMostOnce() {
        AtMostOnce a = atMostOnce;
        if (a == null) {
            a = new AtMostOnce(session);
            atMostOnce = a;
        }
        return a;
    }

    /// Whether there is room for the next one in the in-flight window, or it needs none; and it would
    /// overtake nothing that is withheld, behind which QoS 2 waits in the [Journal] anyway.
    private boolean mayBegin() {
        AtMostOnce a = atMostOnce();
        if (a != null) {
            if (head.isEmpty()) {
                refill();
            }
            Delivery first = head.peek();
            if (first != null && first.qos() == QoS.AT_MOST_ONCE) {
                return a.isNext(first);
            }
            if (first != null && first.qos() == QoS.AT_LEAST_ONCE && a.isWithholding()) {
                return false;
            }
        }
        return session.outgoing().hasQuota();
    }

    /// See [Outgoing#transmitDurable].
    void transmitDurable(Delivery d, Connection c) {
        discharge(1, d.message().bytes());
        ofAtMostOnce().transmitDurable(d, c);
    }

    /// What is withheld waits for the next connection.
    private void takeBack() {
        AtMostOnce a = atMostOnce;
        if (a == null) {
            return;
        }
        for (Delivery d = a.takeBack(); d != null; d = a.takeBack()) {
            head.addFirst(d);
            headBytes += d.message().bytes();
            noteExpiry(d);
        }
    }

    /// Brings what is next into the head, and asks the store for more when it is time.
    void refill() {
        QueueTail t = tail;
        if (t == null) {
            return;
        }
        int limit = headLimit();
        while (head.isEmpty() || !isHeadFull(limit)) {
            Delivery next = t.poll();
            if (next == null) {
                break;
            }
            addToHead(next);
        }
        if (t.isEmpty()) {
            tail = null;
            return;
        }
        QueueGap gap = t.firstGap();
        boolean isConnected = session.isConnected();
        boolean isWanted = gap != null && (isConnected || gap.count() > gap.waiting());
        if (ticket == 0 && gap != null && isWanted && isHeadLow()) {
            SessionJournal j = session.journal();
            if (j == null) {
                throw new IllegalStateException("a session that is not stored has a stored queue");
            }
            int most = isConnected ? PAGE_BYTES : PAGE_BYTES_OFFLINE;
            ticket = j.load(this, gap.first(), gap.last(), most);
        }
    }

    private boolean isHeadLow() {
        return head.size() <= Math.max(lowWater, session.shard().limits().queueHeadOffline());
    }

    // ---- what comes from the store ----

    /// Waits for the open batch, once.
    private void awaitDurable(Journal journal) {
        if (awaited != journal.openPosition()) {
            awaited = journal.openPosition();
            journal.tellWhenDurable(this);
        }
    }

    /// All up to a batch is durable.
    void onDurable(long position) {
        QueueTail t = tail;
        if (t != null) {
            if (!t.hasSettled()) {
                refill(); // what fits in the head need not leave
            }
            t.settle(position);
            refill();
            account();
        }
    }

    /// The page that was asked for.
    void onPage(StoredPage page) {
        ticket = 0;
        QueueTail t = tail;
        QueueGap gap = t == null ? null : t.firstGap();
        if (t == null || gap == null) {
            throw new IllegalStateException("a page for a queue that has all");
        }
        for (StoredDelivery d : page.deliveries()) {
            Delivery delivery = Delivery.of(d);
            if (t.take(gap, delivery.message())) {
                addToHead(delivery);
            } else {
                session.outgoing().removeStored(delivery);
                forgetQos(delivery); // it was written off
            }
        }
        gap.answered(page.through());
        lowWater = page.deliveries().size();
        account();
        if (gap.count() <= 0 || gap.first() > gap.last()) {
            lost(t, gap);
        }
        refill();
        session.outgoing().schedulePump();
    }

    /// What is missing when a gap has come to its end cannot be read.
    private void lost(QueueTail t, QueueGap gap) {
        int messages = gap.waiting();
        for (int i = 0; i < messages; i++) {
            session.shard().drop(DropReason.DAMAGED, session.clientId());
        }
        long lost = gap.bytes();
        t.removeFirstGap();
        discharge(messages, lost);
    }

    /// What was asked for is no longer expected: an answer finds nobody.
    private void cancelLoad(Shard shard) {
        if (ticket != 0) {
            shard.journal().cancelLoad(ticket);
            ticket = 0;
        }
    }

    /// The session leaves a shard that [Shard#isQuiet]: all is durable.
    void leave(Shard from) {
        cancelLoad(from);
        awaited = 0;
        if (tail != null) {
            tail.settle(Long.MAX_VALUE);
            account();
        }
    }

    /// The session's client has gone: what need not be on the heap leaves it.
    void wentOffline() {
        takeBack();
        Journal journal = session.shard().journal();
        QueueTail t = tail;
        if (!journal.isPaged() || session.journal() == null) {
            return;
        }
        if (t != null && t.hasSettled()) {
            giveBack(t);
            return;
        }
        int limit = headLimit();
        while (head.size() > 1 && isHeadFull(limit)) {
            Delivery last = head.removeLast();
            headBytes -= last.message().bytes();
            tail().addFirst(last, journal.openPosition());
            awaitDurable(journal);
        }
    }

    /// What is on the heap before a part that only the store has is in the store, too.
    private void giveBack(QueueTail t) {
        int limit = headLimit();
        while (head.size() > 1 && isHeadFull(limit) && t.giveBack(head.getLast())) {
            headBytes -= head.removeLast().message().bytes();
            cancelLoad(session.shard()); // it would leave out what is given back
        }
        account();
    }

    // ---- life ----

    /// Takes back what was accepted before the broker was restarted, whatever the limits are now.
    void restore(Delivery d) {
        charge(d.message().bytes());
        if (d.qos() == QoS.AT_MOST_ONCE) {
            ofAtMostOnce().added(d);
        }
        if (isHeadWanted() || !session.shard().journal().isPaged()) {
            addToHead(d);
        } else {
            noteExpiry(d);
            tail().settle(d);
            account();
        }
    }

    /// Takes back what stays in the store.
    void restorePaged(long sequence, QoS qos, int ofBytes) {
        charge(ofBytes);
        if (qos == QoS.AT_MOST_ONCE) {
            ofAtMostOnce().added(null);
        }
        tail().addToGap(sequence, ofBytes, Message.NEVER);
        account();
    }

    /// True as long as what is restored is to be on the heap.
    boolean isHeadWanted() {
        return tail == null && !isHeadFull(headLimit());
    }

    /// The session is not stored any more, and nothing of its queue is in the store only.
    void keepAll() {
        QueueTail t = tail;
        if (t != null) {
            for (Delivery d = t.poll(); d != null; d = t.poll()) {
                addToHead(d);
            }
            tail = null;
        }
    }

    void clear() {
        cancelLoad(session.shard());
        head.clear();
        headBytes = 0;
        tail = null;
        atMostOnce = null;
        discharge(count, bytes);
    }

    /// Adds what is stored of the deliveries on the heap to a list.
    void addStored(List<StoredDelivery> to) {
        for (Delivery d : head) {
            if (d.stored() != null) {
                to.add(d.stored());
            }
        }
        if (tail != null) {
            tail.addStored(to);
        }
    }

    /// The deliveries on the heap that are for a Shared Subscription and others may have, oldest first.
    void addShared(List<Delivery> to) {
        for (Delivery d : head) {
            if (mayBePassedOn(d)) {
                to.add(d);
            }
        }
        if (tail != null) {
            tail.addShared(to);
        }
    }

    /// Whether another member of a Shared Subscription may have it when the session ends. At QoS 0 none
    /// may: it could come twice, as the crash that brings back the session would bring back the
    /// delivery.
    static boolean mayBePassedOn(Delivery d) {
        return d.share() != 0 && d.qos() != QoS.AT_MOST_ONCE;
    }

    private void dropExpired() {
        long now = session.shard().now();
        if (now < nextExpiry) {
            return;
        }
        nextExpiry = Message.NEVER;
        int looked = head.size();
        head.removeIf(d -> {
            boolean expired = d.message().isExpired(now);
            if (expired) {
                headBytes -= d.message().bytes();
                dropExpired(d);
            } else {
                noteExpiry(d);
            }
            return expired;
        });
        QueueTail t = tail;
        if (t != null) {
            looked += t.removeExpired(now, this::dropExpired, this::noteExpiry);
            if (t.writtenOff() < MOST_WRITTEN_OFF) {
                t.writeOff(now, this::dropWrittenOff);
            }
            long next = t.nextWriteOff();
            nextExpiry = Math.min(nextExpiry, next > now ? next : now + RETRY_MILLIS);
        }
        // Where each message expires in a millisecond of its own, a long queue is not searched in
        // each of them.
        nextExpiry = Math.max(nextExpiry, now + looked / LOOKED_AT_IN_A_MILLISECOND);
        refill();
    }

    private void dropWrittenOff(int messages, long less) {
        discharge(messages, less);
        for (int i = 0; i < messages; i++) {
            session.shard().drop(DropReason.EXPIRED, session.clientId());
        }
    }

    private void dropExpired(Delivery d) {
        discharge(d);
        session.outgoing().removeStored(d);
        session.shard().drop(DropReason.EXPIRED, session.clientId());
    }
}
