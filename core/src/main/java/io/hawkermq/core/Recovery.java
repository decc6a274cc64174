package io.hawkermq.core;

import io.hawkermq.protocol.QoS;

/// Takes what a [Store] holds when the broker starts, before any loop runs. The store calls the
/// methods in the order in which they stand here; records of a session that was not announced are
/// the store's to notice. Not for several threads at once.
public interface Recovery {
    void session(StoredSession session);

    void subscription(StoredSubscription subscription);

    /// False if the queue of a session has enough on the heap: of its further deliveries, those that
    /// wait and do not expire are announced by [#paged] instead of [#delivery].
    default boolean takesDelivery(long session) {
        return true;
    }

    /// A delivery that waits and stays in the store. In one order with [#delivery].
    ///
    /// @param qos of the delivery
    /// @param bytes its [Message#bytes]
    default void paged(long session, long sequence, QoS qos, int bytes) {
        throw new UnsupportedOperationException("all deliveries are taken");
    }

    /// A delivery that waits or is in flight; those of one session by ascending sequence. Deliveries
    /// of the same message share one [StoredMessage]. Its [StoredDelivery#packetId] is 0 if it is
    /// not in flight.
    void delivery(StoredDelivery delivery);

    /// A delivery that awaits PUBCOMP.
    ///
    /// @param order its place among the session's deliveries in flight
    void released(long session, int packetId, long order);

    void received(long session, int packetId);

    void retained(Message message);

    void forward(StoredForward forward);
}
