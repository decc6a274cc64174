package io.hawkermq.core;

import io.hawkermq.protocol.Packet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Stop 5 of a PUBLISH, and the rule that nothing is acknowledged before it is durable. Collects
/// what a shard's turn changes in the [Store] and hands it in as one batch when the turn ends; keeps
/// the packets that may leave only when a batch is durable, and sends them then.
///
/// What waits for durability: PUBACK and PUBREC of what was stored, PUBCOMP (else a Packet
/// Identifier used anew would look like a repetition and its message be swallowed), PUBREL and QoS 2
/// PUBLISH to durable sessions (else the same message could come again under another Packet
/// Identifier), QoS 0 PUBLISH that waited in one (else it could come again, [AtMostOnce]), SUBACK,
/// UNSUBACK, the CONNACK of a durable session, and one that follows upon the end of a durable
/// session. Packets of one connection never overtake each other here [MQTT-4.6.0-2] [MQTT-4.6.0-3]
/// [MQTT-4.6.0-4].
///
/// Nothing waits for what the client has acknowledged ([StoreChange#isAwaited]); the store writes
/// that when it is convenient.
///
/// With a [Store] that keeps nothing all of it comes down to sending at once.
final class Journal {
    /// What a change is charged until it is durable, beside the message that it carries.
    private static final int BYTES_PER_CHANGE = 64;

    /// Whether a delivery has, or may have, been sent before [MQTT-3.3.1-1].
    enum Attempt {
        FIRST,
        AGAIN
    }

    /// Something that may be sent when a batch is durable.
    private sealed interface Waiting {
        long position();

        Connection connection();
    }

    private record WaitingPacket(long position, Connection connection, Packet packet)
            implements Waiting {}

    /// The PUBLISH of a delivery.
    private record WaitingDelivery(
            long position, Connection connection, Delivery delivery, int packetId, Attempt attempt)
            implements Waiting {}

    private record Batch(long position, long bytes, List<DeliveryQueue> queues) {}

    private final Shard shard;
    private final Store store;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final ArrayDeque<Batch> underWay = new ArrayDeque<>();
    private List<StoreChange> open = new ArrayList<>();

    /// Those that wait to know that the open batch is durable.
    private List<DeliveryQueue> queues = List.of();

    /// Those that have asked for a page, by ticket.
    private final Map<Long, DeliveryQueue> loading = new HashMap<>();

    /// The pages that this turn asks for.
    private final List<PageRequest> requests = new ArrayList<>();

    /// The batches with which sessions end that are not durable yet, by Client Identifier, in order.
    private final SequencedMap<String, Long> endings = new LinkedHashMap<>();

    private long lastTicket;
    private @Nullable StoredMessage latest;
    private Store.State state = Store.State.READY;
    private boolean isAdmitted;
    private long changes;
    private long handedIn;

    /// The latest batch that packets wait for.
    private long awaited;

    private long durable;
    private long openBytes;
    private long bytesUnderWay;
    private long lastSession;
    private long lastForward;

    Journal(Shard shard, Store store) {
        this.shard = shard;
        this.store = store;
    }

    boolean isDurable() {
        return store.isDurable();
    }

    /// Why nothing new can be stored; null while it can be. What another shard has stored on its way
    /// here is not new: it may be acknowledged.
    @Nullable DropReason refusal() {
        return isAdmitted ? null : state.refusal();
    }

    boolean isRefusing() {
        return refusal() != null;
    }

    /// As a Reason String.
    ///
    /// @param what cannot be stored
    String refusal(String what) {
        return what + " cannot be stored now: " + state.trouble();
    }

    void onState(Store.State now) {
        state = now;
    }

    // ---- collecting ----

    /// Adds a change to the turn's batch; only with a durable store.
    void add(StoreChange change) {
        open.add(change);
        changes++;
        openBytes += BYTES_PER_CHANGE;
        if (change.isAwaited()) {
            awaited = openPosition();
        }
        if (change instanceof StoreChange.RemoveSession ended) {
            endings.putLast(ended.clientId(), openPosition());
        }
    }

    /// True while a crash could bring back a session of this client that has ended. Until then the
    /// client is not told that it has none, or it would be given one that it has forgotten
    /// [MQTT-3.2.2-4].
    boolean isEnding(String clientId) {
        return endings.containsKey(clientId);
    }

    /// How many changes there have been. If it is the same as before, what happened in between
    /// needs no durability.
    long changes() {
        return changes;
    }

    /// The stored form of a message, one for all that refer to it here.
    StoredMessage stored(Message message) {
        StoredMessage last = latest;
        if (last == null || last.message() != message) {
            last = new StoredMessage(message);
            openBytes += message.bytes();
            latest = last;
        }
        return last;
    }

    /// A number for a session, never given before: shards count side by side.
    long newSessionNumber() {
        return ++lastSession * Shard.MOST + shard.number();
    }

    /// Stores a message that another shard is told of in this turn.
    ///
    /// @param slots that the other shard owns
    StoredForward forward(
            StoredForward.Purpose purpose,
            long slots,
            Message message,
            @Nullable String shareName,
            @Nullable String filter) {
        StoredForward forward =
                new StoredForward(
                        ++lastForward * Shard.MOST + shard.number(),
                        purpose,
                        slots,
                        stored(message),
                        shareName,
                        filter);
        add(new StoreChange.PutForward(forward));
        return forward;
    }

    /// A message of another shard has come; what is stored for it now refers to the same body.
    void arrived(@Nullable StoredForward forward) {
        if (forward != null) {
            latest = forward.message();
            isAdmitted = true;
        }
    }

    /// What is stored from now on, until [#replayed], takes the place of something that was stored
    /// before.
    void admit() {
        isAdmitted = true;
    }

    /// What another shard told has been acted upon, in this turn.
    void done(@Nullable StoredForward forward) {
        if (forward != null) {
            isAdmitted = false;
            add(new StoreChange.RemoveForward(forward));
        }
    }

    /// What was on its way to another shard before a restart was acted upon as far as it is for
    /// this one.
    void replayed() {
        isAdmitted = false;
    }

    /// Hands in what the turn has changed, then asks for the pages that it needs: what it has removed
    /// must not be in them.
    void handIn() {
        handInChanges();
        requests.forEach(store::load);
        requests.clear();
    }

    private void handInChanges() {
        if (open.isEmpty()) {
            openBytes = 0; // of messages that were dropped after all
            latest = null;
            return;
        }
        handedIn++;
        bytesUnderWay += openBytes;
        underWay.add(new Batch(handedIn, openBytes, queues));
        queues = List.of();
        List<StoreChange> batch = open;
        open = new ArrayList<>(Math.min(batch.size(), 1_024));
        openBytes = 0;
        latest = null; // its references are the storage thread's to count
        store.append(shard.number(), handedIn, batch);
    }

    /// Bytes handed in, or about to be, and not yet durable; roughly.
    long bytesNotDurable() {
        return bytesUnderWay + openBytes;
    }

    /// True if all is durable and nothing waits.
    boolean isQuiet() {
        return open.isEmpty() && underWay.isEmpty() && waiting.isEmpty();
    }

    // ---- queues that are in the store only ----

    /// True if what waits in queues may leave the heap when it is durable.
    boolean isPaged() {
        return store.isPaged();
    }

    /// The number of the batch that is being collected.
    long openPosition() {
        return handedIn + 1;
    }

    /// Tells a queue when the batch that is being collected is durable.
    void tellWhenDurable(DeliveryQueue queue) {
        if (queues.isEmpty()) {
            queues = new ArrayList<>(4);
        }
        queues.add(queue);
    }

    /// Asks for a page of a queue when the turn's changes are handed in.
    ///
    /// @return names the request
    long load(DeliveryQueue queue, long session, long from, long to, int bytes) {
        long ticket = ++lastTicket;
        loading.put(ticket, queue);
        requests.add(new PageRequest(shard.number(), ticket, session, from, to, bytes));
        return ticket;
    }

    void cancelLoad(long ticket) {
        loading.remove(ticket);
    }

    /// A page has come; nobody waits for it if its queue is gone or has moved away.
    void onStored(StoredPage page) {
        DeliveryQueue queue = loading.remove(page.ticket());
        if (queue != null) {
            try {
                queue.onPage(page);
            } catch (RuntimeException e) {
                shard.fault("Internal error in a page of a queue", e);
            }
        }
    }

    // ---- sending ----

    /// Sends a packet once all that was stored so far is durable.
    void sendWhenDurable(Connection connection, Packet packet) {
        if (awaited <= durable) {
            sendInOrder(connection, packet);
        } else {
            await(new WaitingPacket(awaited, connection, packet));
        }
    }

    /// Sends a packet at once, unless others of the same connection wait.
    void sendInOrder(Connection connection, Packet packet) {
        if (connection.isAwaiting()) {
            await(new WaitingPacket(awaited, connection, packet));
        } else {
            connection.transmit(packet);
        }
    }

    /// Sends a PUBLISH once what it needs is durable, of QoS 2 its Packet Identifier, of QoS 0 its
    /// removal.
    ///
    /// @return false if that is so already and it is for the caller to send
    boolean awaitDurable(Connection connection, Delivery delivery, int packetId, Attempt attempt) {
        if (awaited <= durable && !connection.isAwaiting()) {
            return false;
        }
        await(new WaitingDelivery(awaited, connection, delivery, packetId, attempt));
        return true;
    }

    private void await(Waiting w) {
        w.connection().awaits(1);
        waiting.add(w);
    }

    /// All batches up to this one are durable.
    void onDurable(long position) {
        durable = Math.max(durable, position);
        for (Batch b = underWay.peek(); b != null && b.position() <= durable; b = underWay.peek()) {
            underWay.remove();
            bytesUnderWay -= b.bytes();
            b.queues().forEach(this::tellDurable);
        }
        while (!endings.isEmpty() && endings.firstEntry().getValue() <= durable) {
            endings.pollFirstEntry();
        }
        Waiting w = waiting.peek();
        while (w != null && w.position() <= durable) {
            waiting.remove();
            release(w);
            w = waiting.peek();
        }
    }

    private void tellDurable(DeliveryQueue queue) {
        try {
            queue.onDurable(durable);
        } catch (RuntimeException e) {
            shard.fault("Internal error in a queue that is durable", e);
        }
    }

    /// Sends what has waited. A client whose packet cannot be sent has to go, and those behind it
    /// get theirs.
    private static void release(Waiting w) {
        w.connection().awaits(-1);
        if (!w.connection().isConnected()) {
            return; // what it was to be told it learns when it resumes its session
        }
        try {
            transmit(w);
        } catch (RuntimeException e) {
            w.connection().failed(e);
        }
    }

    private static void transmit(Waiting w) {
        switch (w) {
            case WaitingPacket p -> p.connection().transmit(p.packet());
            case WaitingDelivery d ->
                    d.connection()
                            .session()
                            .outgoing()
                            .transmitDurable(d.delivery(), d.packetId(), d.attempt());
        }
    }

    // ---- after a restart ----

    /// Numbers up to these have been given out before.
    void startAfter(long session, long forward) {
        lastSession = Math.max(lastSession, session / Shard.MOST);
        lastForward = Math.max(lastForward, forward / Shard.MOST);
    }

    /// Takes over the changes that another shard's journal has collected, so that they are durable
    /// together with this one's.
    void absorb(Journal other) {
        open.addAll(other.open);
        changes += other.open.size();
        openBytes += other.openBytes;
        if (other.awaited > other.handedIn) {
            awaited = openPosition();
            other.awaited =
                    other.handedIn; // or its packets would wait for a batch that never comes
        }
        other.endings.forEach((clientId, _) -> endings.putLast(clientId, openPosition()));
        other.endings.clear();
        other.open.clear();
        other.openBytes = 0;
    }
}
