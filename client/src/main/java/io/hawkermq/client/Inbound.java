package io.hawkermq.client;

import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;

/// A message of QoS 1 or 2 that has come and is not acknowledged yet. Touched by the loop only.
final class Inbound {
    final int packetId;
    final QoS qos;

    /// How many subscriptions have not let go of it.
    int holders;

    /// True while the server waits for the acknowledgement on the connection that is there now.
    boolean isAwaited = true;

    /// False once the session it belongs to is gone, or its identifier means another message.
    boolean isCurrent = true;

    ReasonCode reasonCode = ReasonCode.SUCCESS;
    Properties properties = Properties.NONE;

    Inbound(int packetId, QoS qos) {
        this.packetId = packetId;
        this.qos = qos;
    }

    boolean isDone() {
        return holders == 0;
    }
}
