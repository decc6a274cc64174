package io.hawkermq.core;

import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.Will;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a durable session writes into its shard's [Journal]. A session that ends with its
/// connection has none.
final class SessionJournal {
    private final Session session;
    private final long number;
    private long lastSequence;
    private long lastOrder;

    /// @param number that names the session in the store
    SessionJournal(Session session, long number) {
        this.session = session;
        this.number = number;
    }

    /// Sequences and orders up to these have been given out before a restart.
    void startAfter(long sequence, long order) {
        lastSequence = Math.max(lastSequence, sequence);
        lastOrder = Math.max(lastOrder, order);
    }

    private Journal journal() {
        return session.shard().journal();
    }

    /// Why nothing new can be stored; null while it can be.
    @Nullable DropReason refusal() {
        return journal().refusal();
    }

    void save(long expiryInterval, long expiresAt, @Nullable Will will, long willAt) {
        AccessControl.Principal p = session.principal();
        journal()
                .add(
                        new StoreChange.PutSession(
                                new StoredSession(
                                        number,
                                        p.clientId(),
                                        p.userName(),
                                        p.address(),
                                        expiryInterval,
                                        expiresAt,
                                        will,
                                        willAt)));
    }

    /// The session has ended, or ends with its connection from now on.
    void remove(List<StoredDelivery> remaining, int paged) {
        journal().add(new StoreChange.RemoveSession(number, session.clientId(), remaining, paged));
    }

    /// Asks for a page of the session's queue.
    ///
    /// @return the request's ticket
    long load(DeliveryQueue queue, long from, long to, int bytes) {
        return journal().load(queue, number, from, to, bytes);
    }

    void subscribed(Subscription s) {
        journal().add(new StoreChange.PutSubscription(s.stored(number)));
    }

    /// Its last retained message is on its way.
    void settled(Subscription s) {
        journal().add(new StoreChange.SettleSubscription(s.stored(number)));
    }

    void unsubscribed(Subscription s) {
        journal().add(new StoreChange.RemoveSubscription(number, s.filter().toString()));
    }

    /// Makes a delivery that can be stored; [#put] does it.
    Delivery delivery(
            Message message, QoS qos, boolean retain, int @Nullable [] identifiers, int share) {
        StoredDelivery stored =
                new StoredDelivery(
                        number,
                        ++lastSequence,
                        journal().stored(message),
                        qos,
                        retain,
                        identifiers,
                        share);
        return Delivery.of(stored);
    }

    void put(Delivery d) {
        if (d.stored() != null) {
            journal().add(new StoreChange.PutDelivery(d.stored()));
        }
    }

    void begun(Delivery d, int packetId) {
        if (d.stored() != null) {
            journal().add(new StoreChange.BeginDelivery(d.stored(), packetId, ++lastOrder));
        }
    }

    /// PUBREC came.
    void released(Delivery d, int packetId) {
        if (d.stored() != null) {
            journal().add(new StoreChange.ReleaseDelivery(d.stored(), packetId, ++lastOrder));
        }
    }

    void removed(Delivery d) {
        if (d.stored() != null) {
            journal().add(new StoreChange.RemoveDelivery(d.stored()));
        }
    }

    /// PUBCOMP came.
    void completed(int packetId) {
        journal().add(new StoreChange.RemoveReleased(number, packetId));
    }

    /// A QoS 2 message of the client was taken over.
    void received(int packetId) {
        journal().add(new StoreChange.PutReceived(number, packetId));
    }

    /// PUBREL came.
    void receivedReleased(int packetId) {
        journal().add(new StoreChange.RemoveReceived(number, packetId));
    }
}
