package io.hawkermq.mosquitto.database;

import io.hawkermq.protocol.QoS;
import java.util.List;

/// A message that waits for a client or is in flight, to it or from it.
///
/// @param storeId of the [SavedMessage], which may be missing in the file
/// @param packetId 0 to 65,535; 0 if it was given none yet
/// @param dup true if it was sent before
/// @param subscriptionIdentifiers that it carries
public record SavedDelivery(
        String clientId,
        long storeId,
        Direction direction,
        State state,
        int packetId,
        QoS qos,
        boolean retain,
        boolean dup,
        List<Integer> subscriptionIdentifiers) {
    public enum Direction {
        TO_CLIENT,
        FROM_CLIENT
    }

    /// What happens to it next.
    public enum State {
        /// There was no room in the in-flight window.
        QUEUED,
        /// It has room in the window and is to be sent, for the first time or again.
        TO_BE_SENT,
        AWAITS_PUBACK,
        AWAITS_PUBREC,
        /// PUBREC came; PUBREL has been sent or is to be sent.
        AWAITS_PUBCOMP,
        /// It came with QoS 2 and has been given to nobody yet: that is done when PUBREL comes.
        AWAITS_PUBREL,
        /// PUBREL came for it, only PUBCOMP is to be sent.
        COMPLETED
    }
}
