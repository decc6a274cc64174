package io.hawkermq.core;

import io.hawkermq.protocol.QoS;
import org.jspecify.annotations.Nullable;

/// A delivery to a durable session, as the store sees it: a handle by which the core names it later.
/// What is stored of it only the store knows: those fields belong to the storage thread alone.
public final class StoredDelivery {
    /// What the store has done about a record.
    public enum Writing {
        /// Handed in, not written: if it is removed now, it never will be.
        PENDING,
        WRITTEN,
        REMOVED
    }

    private final long session;
    private final long sequence;
    private final StoredMessage message;
    private final QoS qos;
    private final boolean retain;
    private final int @Nullable [] identifiers;
    private final int share;

    // Of the storage thread.
    private Writing writing = Writing.PENDING;
    private char packetId;
    private @Nullable Object place;
    private int index;
    private long body;
    private long order;

    /// @param session the number of the session
    /// @param sequence counts up per session: deliveries are made in this order
    /// @param identifiers the Subscription Identifiers it carries, null if none
    /// @param share names the Shared Subscription that it is for, 0 if for none
    public StoredDelivery(
            long session,
            long sequence,
            StoredMessage message,
            QoS qos,
            boolean retain,
            int @Nullable [] identifiers,
            int share) {
        this.session = session;
        this.sequence = sequence;
        this.message = message;
        this.qos = qos;
        this.retain = retain;
        this.identifiers = identifiers;
        this.share = share;
    }

    public long session() {
        return session;
    }

    public long sequence() {
        return sequence;
    }

    public StoredMessage message() {
        return message;
    }

    public QoS qos() {
        return qos;
    }

    public boolean retain() {
        return retain;
    }

    public int @Nullable [] identifiers() {
        return identifiers;
    }

    /// Names the Shared Subscription that it is for, among those of its session; 0 for none. If the
    /// session ends before, it goes to another member.
    public int share() {
        return share;
    }

    /// For the storage thread.
    public Writing writing() {
        return writing;
    }

    /// For the storage thread.
    public void writing(Writing value) {
        writing = value;
    }

    /// For the storage thread: under which Packet Identifier it is in flight, 0 if it is not.
    public int packetId() {
        return packetId;
    }

    /// For the storage thread: its place among those in flight.
    public long order() {
        return order;
    }

    /// For the storage thread: it is in flight.
    public void begun(int asPacketId, long atOrder) {
        packetId = (char) asPacketId;
        order = atOrder;
    }

    /// For the storage thread: where it is written, null if it is not.
    public @Nullable Object place() {
        return place;
    }

    /// For the storage thread: it is written.
    ///
    /// @param where it is, with others
    /// @param at which of them it is
    /// @param inBody the number of the record with its message, 0 if the message is with it
    public void written(Object where, int at, long inBody) {
        writing = Writing.WRITTEN;
        place = where;
        index = at;
        body = inBody;
    }

    /// For the storage thread: it is over.
    public void removed() {
        writing = Writing.REMOVED;
        place = null;
    }

    /// For the storage thread: which delivery of its place it is.
    public int index() {
        return index;
    }

    /// For the storage thread: under which number the message is written that its record refers to;
    /// 0 if the message is with it.
    public long body() {
        return body;
    }
}
