package io.hawkermq.core;

import io.hawkermq.protocol.QoS;
import org.jspecify.annotations.Nullable;

/// A message on its way to one session: what waits in queues and in flight.
///
/// @param qos the QoS of this delivery [MQTT-3.8.4-8]
/// @param retain the RETAIN flag of this delivery [MQTT-3.3.1-12] [MQTT-3.3.1-13]
/// @param identifiers the Subscription Identifiers it carries [MQTT-3.3.4-4], null if none
/// @param share [Subscription#share] of the Shared Subscription that it is for, 0 if for none
/// @param stored what the store holds of it, null if its session ends with the process
record Delivery(
        Message message,
        QoS qos,
        boolean retain,
        int @Nullable [] identifiers,
        int share,
        @Nullable StoredDelivery stored) {
    /// What came back from the store.
    static Delivery of(StoredDelivery d) {
        return new Delivery(
                d.message().message(), d.qos(), d.retain(), d.identifiers(), d.share(), d);
    }
}
