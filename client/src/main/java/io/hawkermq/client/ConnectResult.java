package io.hawkermq.client;

import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import org.jspecify.annotations.Nullable;

/// What a successful CONNACK has said.
///
/// @param sessionPresent true if the server has kept the session of this Client Identifier
/// @param clientId the one in force, assigned by the server where the client gave none
/// @param keepAlive seconds in force, 0 to 65,535; 0 is off
/// @param properties of CONNACK; [Properties#NONE] in 3.1.1
public record ConnectResult(
        ProtocolVersion version,
        boolean sessionPresent,
        String clientId,
        int keepAlive,
        Properties properties) {
    /// How many unacknowledged PUBLISH of QoS 1 and 2 the server takes, 1 to 65,535.
    public int receiveMaximum() {
        return (int) properties.number(Property.RECEIVE_MAXIMUM, 65_535);
    }

    /// Bytes of the largest packet that the server takes.
    public long maximumPacketSize() {
        return properties.number(Property.MAXIMUM_PACKET_SIZE, 268_435_460L);
    }

    /// The highest QoS that the server takes in a PUBLISH.
    public QoS maximumQos() {
        return QoS.of((int) properties.number(Property.MAXIMUM_QOS, 2));
    }

    /// True if the server takes retained messages.
    public boolean isRetainAvailable() {
        return properties.number(Property.RETAIN_AVAILABLE, 1) == 1;
    }

    /// How many Topic Aliases the server takes, 0 to 65,535.
    public int topicAliasMaximum() {
        return (int) properties.number(Property.TOPIC_ALIAS_MAXIMUM, 0);
    }

    /// True if the server takes `$share/...`; assumed where it says nothing.
    public boolean isSharedSubscriptionAvailable() {
        return properties.number(Property.SHARED_SUBSCRIPTION_AVAILABLE, 1) == 1;
    }

    /// True if the server takes Topic Filters with wildcards.
    public boolean isWildcardSubscriptionAvailable() {
        return properties.number(Property.WILDCARD_SUBSCRIPTION_AVAILABLE, 1) == 1;
    }

    /// True if the server takes Subscription Identifiers.
    public boolean isSubscriptionIdentifierAvailable() {
        return properties.number(Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, 1) == 1;
    }

    /// What to make Response Topics of, if it was asked for and the server gives it.
    public @Nullable String responseInformation() {
        return properties.text(Property.RESPONSE_INFORMATION);
    }
}
