package io.hawkermq.core;

import io.hawkermq.protocol.PacketType;
import java.util.Arrays;

/// What one shard has counted since it was made. Owned by the shard's loop; others get a [#copy].
/// Plain public fields: incremented on the hottest path, added up once every ten seconds.
public final class Counters {
    private static final int TYPES = 16;

    /// Packets by [PacketType#value].
    public final long[] received = new long[TYPES];

    public final long[] sent = new long[TYPES];

    /// By ordinal of [DropReason].
    public final long[] dropped = new long[DropReason.values().length];

    public long bytesReceived;
    public long bytesSent;
    public long publishBytesReceived;
    public long publishBytesSent;
    public long socketsAccepted;
    public long sessionsExpired;

    // Gauges.
    public long sessions;
    public long connected;
    public long subscriptions;
    public long sharedSubscriptions;
    public long retained;
    public long retainedBytes;
    public long queuedMessages;
    public long queuedBytes;

    /// Bytes encoded for connections and not yet taken by the network.
    public long unsentBytes;

    public void count(DropReason reason) {
        dropped[reason.ordinal()]++;
    }

    public long received(PacketType type) {
        return received[type.value()];
    }

    public long sent(PacketType type) {
        return sent[type.value()];
    }

    /// All drops that Mosquitto counts as `publish/messages/dropped`.
    public long allDropped() {
        return Arrays.stream(dropped).sum();
    }

    public long allReceived() {
        return Arrays.stream(received).sum();
    }

    public long allSent() {
        return Arrays.stream(sent).sum();
    }

    public Counters copy() {
        Counters c = new Counters();
        c.add(this);
        return c;
    }

    /// Adds another shard's figures to these.
    public void add(Counters other) {
        addTotals(other);
        sessions += other.sessions;
        connected += other.connected;
        subscriptions += other.subscriptions;
        sharedSubscriptions += other.sharedSubscriptions;
        retained += other.retained;
        retainedBytes += other.retainedBytes;
        queuedMessages += other.queuedMessages;
        queuedBytes += other.queuedBytes;
        unsentBytes += other.unsentBytes;
    }

    private void addTotals(Counters other) {
        add(received, other.received);
        add(sent, other.sent);
        add(dropped, other.dropped);
        bytesReceived += other.bytesReceived;
        bytesSent += other.bytesSent;
        publishBytesReceived += other.publishBytesReceived;
        publishBytesSent += other.publishBytesSent;
        socketsAccepted += other.socketsAccepted;
        sessionsExpired += other.sessionsExpired;
    }

    /// Takes over what another shard has counted that is not asked any more: totals never fall. What
    /// there is now, the gauges, moves with what it is of.
    void takeTotals(Counters from) {
        addTotals(from);
        Arrays.fill(from.received, 0);
        Arrays.fill(from.sent, 0);
        Arrays.fill(from.dropped, 0);
        from.bytesReceived = 0;
        from.bytesSent = 0;
        from.publishBytesReceived = 0;
        from.publishBytesSent = 0;
        from.socketsAccepted = 0;
        from.sessionsExpired = 0;
    }

    private static void add(long[] sum, long[] more) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += more[i];
        }
    }
}
