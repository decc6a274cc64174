package io.hawkermq.core;

import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import java.util.List;

/// One change of what is stored. All of them can be applied twice with the same result, so that a
/// batch whose write failed half-way can be written again.
public sealed interface StoreChange {
    /// False if nothing is sent, or left unsent, because of the change until it is durable, so that
    /// it may be written some time later. If such a change is lost with a crash, a delivery comes
    /// again: at QoS 1 that may be so, and at QoS 2 it is the Packet Identifier of a delivery that
    /// the client knows already; or all retained messages of a subscription come again. At QoS 0 none
    /// may come again: it is sent only when its removal is durable.
    default boolean isAwaited() {
        return switch (this) {
            case BeginDelivery begun -> begun.delivery().qos() == QoS.EXACTLY_ONCE;
            case RemoveDelivery over -> over.delivery().qos() == QoS.AT_MOST_ONCE;
            case RemoveReleased _, SettleSubscription _ -> false;
            case PutSession _,
                    RemoveSession _,
                    PutSubscription _,
                    RemoveSubscription _,
                    PutDelivery _,
                    ReleaseDelivery _,
                    PutReceived _,
                    RemoveReceived _,
                    PutRetained _,
                    RemoveRetained _,
                    PutForward _,
                    RemoveForward _ ->
                    true;
        };
    }

    /// A session is new or has changed.
    record PutSession(StoredSession session) implements StoreChange {}

    /// A session has ended, and with it its subscriptions, deliveries and received Packet
    /// Identifiers.
    ///
    /// @param remaining its deliveries that were not removed before and were not left to the store
    /// @param paged how many others there are, of which the store alone knows
    record RemoveSession(long session, String clientId, List<StoredDelivery> remaining, int paged)
            implements StoreChange {}

    /// A subscription is new or has changed.
    ///
    record PutSubscription(StoredSubscription subscription) implements StoreChange {}

    /// The last retained message of a subscription is on its way; it is otherwise as it was.
    record SettleSubscription(StoredSubscription subscription) implements StoreChange {}

    record RemoveSubscription(long session, String filter) implements StoreChange {}

    /// A message waits for a session.
    record PutDelivery(StoredDelivery delivery) implements StoreChange {}

    /// A delivery is put in flight under a Packet Identifier.
    ///
    /// @param order counts up per session: unacknowledged deliveries are sent again in this order
    ///     [MQTT-4.6.0-1]
    record BeginDelivery(StoredDelivery delivery, int packetId, long order)
            implements StoreChange {}

    /// PUBREC came for a delivery in flight: what is left of it is its Packet Identifier.
    ///
    /// @param order as in [BeginDelivery]
    record ReleaseDelivery(StoredDelivery delivery, int packetId, long order)
            implements StoreChange {}

    /// A delivery is over, was dropped or has expired.
    record RemoveDelivery(StoredDelivery delivery) implements StoreChange {}

    /// PUBCOMP came for a delivery that was released.
    record RemoveReleased(long session, int packetId) implements StoreChange {}

    /// A QoS 2 message of the client was taken over; its PUBREL has not come.
    record PutReceived(long session, int packetId) implements StoreChange {}

    record RemoveReceived(long session, int packetId) implements StoreChange {}

    /// A message is retained; it takes the place of any other with its Topic Name.
    record PutRetained(Message message) implements StoreChange {}

    record RemoveRetained(TopicName topic) implements StoreChange {}

    /// A message is on its way to another shard, which owns sessions that it must not be lost for.
    record PutForward(StoredForward forward) implements StoreChange {}

    /// The other shard has taken it; in the same batch are the deliveries that it made of it.
    record RemoveForward(StoredForward forward) implements StoreChange {}
}
