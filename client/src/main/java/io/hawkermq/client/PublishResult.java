package io.hawkermq.client;

import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;

/// How a PUBLISH ended well: at QoS 0 its bytes are with the operating system, at QoS 1 PUBACK has
/// come, at QoS 2 PUBCOMP.
///
/// @param qos at which it was published
/// @param packetId 1 to 65,535; 0 at QoS 0
/// @param reasonCode SUCCESS or NO_MATCHING_SUBSCRIBERS; always SUCCESS in 3.1.1
/// @param properties of PUBACK or PUBREC
public record PublishResult(QoS qos, int packetId, ReasonCode reasonCode, Properties properties) {
    static final PublishResult AT_MOST_ONCE =
            new PublishResult(QoS.AT_MOST_ONCE, 0, ReasonCode.SUCCESS, Properties.NONE);
}
