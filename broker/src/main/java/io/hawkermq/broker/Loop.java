package io.hawkermq.broker;

import io.hawkermq.core.AccessControl;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.Limits;
import io.hawkermq.core.LogLevel;
import io.hawkermq.core.Mailboxes;
import io.hawkermq.core.PageRequest;
import io.hawkermq.core.Shard;
import io.hawkermq.core.ShardMessage;
import io.hawkermq.core.Slots;
import io.hawkermq.core.Store;
import io.hawkermq.core.StoreChange;
import io.hawkermq.core.StoredPage;
import io.hawkermq.protocol.AcknowledgementRun;
import io.hawkermq.protocol.ByteWriter;
import io.hawkermq.protocol.PublishRun;
import io.hawkermq.protocol.PublishTemplates;
import io.hawkermq.protocol.TopicNames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;
import io.netty.channel.unix.IovArray;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One event loop with the shard that it owns and what its connections share: buffers, encoder,
/// Topic Names. Everything here is touched by the loop's thread only, but for what other threads hand
/// in or ask: [#post], [#execute], [#ask], what the storage thread tells ([#onDurable],
/// [#onPage], [#onStoreState]), [#isAllDurable] and [#messagesOnTheirWay].
///
/// A turn begins with the first thing that comes, a read or a mailbox batch, and ends in a task
/// that Netty runs after all sockets that were ready: then the shard finishes its work, and each
/// connection that has something to send is written to once.
final class Loop {
    /// The most that is read from a socket at once, in bytes.
    static final int READ_BYTES = 64 * 1024;

    /// So many bytes copied for subscribers, and they are written before the turn ends: the system
    /// copies them once more, and finds them where the processor's second cache still has them.
    private static final int CACHED_BYTES = 512 * 1024;

    /// What a read or a write costs beside its bytes, in bytes' worth.
    private static final int CALL_WORTH = 4 * 1024;

    /// Buffers of this size are kept for the next who writes.
    private static final int SPARE_BYTES = 1_024;

    /// So many of them at most.
    private static final int MOST_SPARES = 256;

    private static final int LARGEST_ENCODING = 1 << 29;

    private final int number;
    private final IoEventLoop eventLoop;
    private final Shard shard;
    private final Clock clock;
    private final EventLog log;
    private final Handshakes handshakes;
    private final TopicNames topicNames = new TopicNames();
    private final PublishRun publishRun = new PublishRun();
    private final AcknowledgementRun acknowledgementRun = new AcknowledgementRun();
    private final byte[] scratch = new byte[READ_BYTES];
    private final ByteWriter writer = new ByteWriter(1_024, LARGEST_ENCODING);
    private final List<SocketConnection> toAcknowledge = new ArrayList<>();
    private final List<SocketConnection> toDeliver = new ArrayList<>();
    private @Nullable ByteBuf readBuffer;
    private final ArrayDeque<ByteBuf> spareBuffers = new ArrayDeque<>();
    private @Nullable IovArray vector;
    private byte @Nullable [] sharedPayload;
    private @Nullable ByteBuf sharedBuffer;
    private final @Nullable SharedBytes[] sharedBytes = new SharedBytes[PublishTemplates.LAYOUTS];
    private final Queue<Batch> mailbox = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isMailboxCalled = new AtomicBoolean();
    private final AtomicInteger onTheirWay = new AtomicInteger();
    private final Runnable endTurn = this::endTurn;
    private final Busyness busyness;
    private final long[] workPerSlot = new long[Slots.COUNT];
    private boolean isInTurn;
    private int copiedBytes;
    private @Nullable ScheduledFuture<?> wakeUp;
    private long wakeUpAt = Long.MAX_VALUE;

    // What the storage thread tells, and how far the shard knows of it.
    private volatile long durable;
    private volatile long knownDurable;
    private volatile long handedIn;
    private final Queue<StoredPage> pages = new ConcurrentLinkedQueue<>();
    private final Queue<Store.State> storeStates = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isStoreNewsCalled = new AtomicBoolean();

    private record Batch(int from, List<ShardMessage> messages) {}

    /// Notes what the shard has handed in.
    private final class Watched implements Store {
        private final Store store;

        Watched(Store store) {
            this.store = store;
        }

        @Override
        public boolean isPaged() {
            return store.isPaged();
        }

        @Override
        public void load(PageRequest request) {
            store.load(request);
        }

        @Override
        public void append(int ofShard, long position, List<StoreChange> changes) {
            handedIn = position;
            store.append(ofShard, position, changes);
        }
    }

    Loop(
            int number,
            int loops,
            IoEventLoop eventLoop,
            Limits limits,
            AccessControl access,
            EventLog log,
            Mailboxes mailboxes,
            Store store,
            Clock clock,
            Runnable whenBusy) {
        this.number = number;
        this.eventLoop = eventLoop;
        this.clock = clock;
        this.log = log;
        this.handshakes = new Handshakes(this);
        this.busyness = new Busyness(whenBusy);
        this.shard =
                new Shard(
                        number,
                        loops,
                        limits,
                        access,
                        log,
                        mailboxes,
                        store.isDurable() ? new Watched(store) : store,
                        new SecureRandom());
    }

    int number() {
        return number;
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    /// Lets the event loop watch something that is no channel.
    Future<IoRegistration> register(IoHandle handle) {
        return eventLoop.register(handle);
    }

    Shard shard() {
        return shard;
    }

    Handshakes handshakes() {
        return handshakes;
    }

    TopicNames topicNames() {
        return topicNames;
    }

    /// For one run at a time, like [#scratch], where its bytes are.
    PublishRun publishRun() {
        return publishRun;
    }

    /// For one run at a time.
    AcknowledgementRun acknowledgementRun() {
        return acknowledgementRun;
    }

    byte[] scratch() {
        return scratch;
    }

    /// Empty; for one encoding at a time.
    ByteWriter writer() {
        writer.reset(READ_BYTES);
        return writer;
    }

    EventLog log() {
        return log;
    }

    long now() {
        return clock.millis();
    }

    /// The buffer that sockets are read into: one for the whole loop, because what was read is
    /// copied out at once. Null while somebody holds it.
    @Nullable ByteBuf readBuffer(ByteBufAllocator allocator) {
        ByteBuf b = readBuffer;
        if (b == null) {
            b = allocator.directBuffer(READ_BYTES, READ_BYTES);
            readBuffer = b;
        }
        return b.refCnt() == 1 ? b.clear().retain() : null;
    }

    /// Empty; for what one call writes.
    IovArray vector() {
        IovArray v = vector;
        if (v == null) {
            v = new IovArray(io.netty.channel.unix.Limits.IOV_MAX);
            vector = v;
        }
        v.clear();
        return v;
    }

    /// An empty buffer for what a connection is to write, which is small and written soon, most often:
    /// then the same few buffers go round, and the pool is not asked.
    ///
    /// @param expected how many bytes that are, about
    ByteBuf outbound(int expected, ByteBufAllocator allocator) {
        if (expected > SPARE_BYTES) {
            return allocator.directBuffer(expected);
        }
        ByteBuf spare = spareBuffers.pollLast();
        return spare == null ? allocator.directBuffer(SPARE_BYTES) : spare;
    }

    /// Takes back a buffer that was written.
    void written(ByteBuf buffer) {
        if (buffer.capacity() == SPARE_BYTES
                && buffer.maxCapacity() > SPARE_BYTES // else a part of another
                && buffer.refCnt() == 1
                && spareBuffers.size() < MOST_SPARES) {
            spareBuffers.addLast(buffer.clear());
        } else {
            buffer.release();
        }
    }

    /// A payload as a buffer for all who are sent it in this turn; who keeps it retains it.
    @SuppressWarnings("ArrayEquals") // the same payload, not one that says the same
    ByteBuf shared(byte[] payload, ByteBufAllocator allocator) {
        ByteBuf b = sharedBuffer;
        if (b == null || sharedPayload != payload) {
            releaseShared();
            b = allocator.directBuffer(payload.length, payload.length).writeBytes(payload);
            sharedBuffer = b;
            sharedPayload = payload;
        }
        return b;
    }

    /// What connections are sent alike in this turn, for the layouts without Packet Identifier.
    SharedBytes sharedBytes(int layout, ByteBufAllocator allocator) {
        SharedBytes s = sharedBytes[layout];
        if (s == null) {
            s = new SharedBytes(allocator);
            sharedBytes[layout] = s;
        }
        return s;
    }

    private void endSharing() {
        releaseShared();
        for (SharedBytes s : sharedBytes) {
            if (s != null) {
                s.reset();
            }
        }
    }

    private void releaseShared() {
        if (sharedBuffer != null) {
            sharedBuffer.release();
            sharedBuffer = null;
            sharedPayload = null;
        }
    }

    /// Something has come: the shard's clock is set, and the turn will be ended.
    void beginTurn() {
        if (!isInTurn) {
            isInTurn = true;
            long now = System.nanoTime();
            busyness.turnBegins(now);
            try {
                shard.advance(clock.millisAt(now));
            } finally {
                // Whatever is thrown: a turn without an end would be the loop's last.
                eventLoop.execute(endTurn);
            }
        }
    }

    /// A connection has acknowledgements to send at the end of the turn, or other answers.
    void acknowledgeLater(SocketConnection connection) {
        toAcknowledge.add(connection);
        beginTurn();
    }

    /// A connection has messages to send at the end of the turn.
    void deliverLater(SocketConnection connection) {
        toDeliver.add(connection);
        beginTurn();
    }

    private void endTurn() {
        boolean more = false;
        try {
            more = endShardsTurn();
            flushAll();
            endSharing();
        } finally {
            // Also if there is no memory for buffers: what was not written now is in the next turn.
            isInTurn = false;
            busyness.turnEnds();
            if (more) {
                // Not a task of this turn: sockets are to be looked at in between.
                eventLoop.schedule(this::beginTurn, 0, TimeUnit.NANOSECONDS);
            }
            long deadline = shard.nextDeadline();
            if (deadline < wakeUpAt) {
                setWakeUp(deadline);
            }
        }
    }

    private boolean endShardsTurn() {
        try {
            return shard.endTurn();
        } catch (RuntimeException e) {
            log.log(LogLevel.ERROR, "Internal error at the end of a turn: " + Stacks.of(e));
            return false;
        }
    }

    /// A connection of this slot has read or written so many bytes.
    void worked(int slot, int bytes) {
        workPerSlot[slot] += CALL_WORTH + bytes;
    }

    /// What the connections of each slot have read and written here since the start, in bytes with
    /// something on top for each call; only the proportions mean anything.
    long[] workPerSlot() {
        return workPerSlot.clone();
    }

    /// Nanoseconds of all turns so far.
    long worked() {
        return busyness.worked();
    }

    /// So many bytes were copied into a connection's buffer.
    void copied(int bytes) {
        copiedBytes += bytes;
    }

    /// A connection has been read.
    void flushIfMuch() {
        if (copiedBytes > CACHED_BYTES) {
            flushAll();
        }
    }

    /// Writes what was appended so far, the acknowledgements first: so the publishers go on while
    /// their subscribers are still written to, and the next turn has more to do at once.
    void flushAll() {
        copiedBytes = 0;
        // Closing a connection may add others.
        while (!toAcknowledge.isEmpty() || !toDeliver.isEmpty()) {
            flush(toAcknowledge);
            flush(toDeliver);
        }
    }

    /// The latest first: measured, a fifth less CPU per message than in order where one goes to a
    /// hundred subscribers at QoS 1. Nobody waits longer for it than to the turn's end.
    private static void flush(List<SocketConnection> connections) {
        while (!connections.isEmpty()) {
            connections.removeLast().flush();
        }
    }

    private void setWakeUp(long deadline) {
        if (wakeUp != null) {
            wakeUp.cancel(false);
        }
        wakeUpAt = deadline;
        long delay = Math.max(1, deadline - clock.millis());
        wakeUp =
                eventLoop.schedule(
                        () -> {
                            wakeUp = null;
                            wakeUpAt = Long.MAX_VALUE;
                            beginTurn();
                        },
                        delay,
                        TimeUnit.MILLISECONDS);
    }

    /// Puts a batch into this loop's mailbox; called by other loops.
    void post(int from, List<ShardMessage> batch) {
        onTheirWay.incrementAndGet();
        mailbox.add(new Batch(from, batch));
        if (!isMailboxCalled.getAndSet(true)) {
            eventLoop.execute(() -> {
                isMailboxCalled.set(false);
                beginTurn();
                emptyMailbox();
            });
        }
    }

    /// Handles what is in the mailbox; answers are posted before a batch counts as arrived.
    ///
    /// @return true if there was something
    boolean emptyMailbox() {
        boolean worked = false;
        for (Batch batch = mailbox.poll(); batch != null; batch = mailbox.poll()) {
            worked = true;
            try {
                // The sender's turn may have begun after this one. Were the time here behind the
                // sender's, messages would leave with more Message Expiry Interval than they came
                // with [MQTT-3.3.2-6].
                shard.advance(clock.millis());
                shard.receive(batch.from(), batch.messages());
                shard.postOutgoing();
            } catch (RuntimeException e) {
                log.log(
                        LogLevel.ERROR,
                        "Internal error in a message between loops: " + Stacks.of(e));
            } finally {
                onTheirWay.decrementAndGet();
            }
        }
        return worked;
    }

    /// All that this loop's shard handed in up to a position is durable; called by the storage
    /// thread.
    void onDurable(long position) {
        durable = position;
        callForStoreNews();
    }

    /// A page of a queue that this loop's shard asked for; called by the storage thread.
    void onPage(StoredPage page) {
        pages.add(page);
        callForStoreNews();
    }

    /// Called by the storage thread.
    void onStoreState(Store.State state) {
        storeStates.add(state);
        callForStoreNews();
    }

    private void callForStoreNews() {
        if (!isStoreNewsCalled.getAndSet(true)) {
            eventLoop.execute(() -> {
                isStoreNewsCalled.set(false);
                beginTurn();
                takeStoreNews();
            });
        }
    }

    /// Tells the shard what the storage thread has told.
    ///
    /// @return true if there was something
    boolean takeStoreNews() {
        boolean worked = false;
        for (Store.State s = storeStates.poll(); s != null; s = storeStates.poll()) {
            worked = true;
            shard.onStoreState(s);
        }
        for (StoredPage p = pages.poll(); p != null; p = pages.poll()) {
            worked = true;
            shard.onStored(p);
        }
        long position = durable;
        if (position > knownDurable) {
            worked = true;
            shard.onDurable(position);
            knownDurable = position;
        }
        return worked;
    }

    /// True if the shard knows that all it has handed in is durable; may be asked by any thread.
    boolean isAllDurable() {
        return knownDurable == handedIn;
    }

    /// Batches posted to this loop and not yet handled; may be asked by any thread.
    int messagesOnTheirWay() {
        return onTheirWay.get();
    }

    /// The broker stops: clients are told, strangers are not.
    void shutDown() {
        shard.shutDown();
        handshakes.abortAll("the server shuts down");
    }

    /// Runs something on the loop, within a turn; called by anybody.
    void execute(Runnable action) {
        eventLoop.execute(() -> {
            beginTurn();
            action.run();
        });
    }

    /// Asks something on the loop, within a turn; called by anybody.
    ///
    /// @return exceptionally if that fails or the loop has ended; never if it ends meanwhile
    <T> CompletableFuture<T> ask(Function<Loop, T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            execute(() -> {
                try {
                    answer.complete(question.apply(this));
                } catch (RuntimeException e) {
                    answer.completeExceptionally(e);
                }
            });
        } catch (RuntimeException e) { // the loop has ended
            answer.completeExceptionally(e);
        }
        return answer;
    }
}
