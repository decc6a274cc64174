package io.hawkermq.client;

import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import org.jspecify.annotations.Nullable;

/// What a successful CONNACK has said.
///
/// Where the server has said nothing, and in 3.1.1, the methods give what the specification says of
/// that case.
///
/// @param version the one that is spoken
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
    /// {@return how many unacknowledged PUBLISH of QoS 1 and 2 the server takes, 1 to 65,535}
    public int receiveMaximum() {
        return (int) properties.number(Property.RECEIVE_MAXIMUM, 65_535);
    }

    /// {@return bytes of the largest packet that the server takes, 1 to 268,435,460}
    public long maximumPacketSize() {
        return properties.number(Property.MAXIMUM_PACKET_SIZE, 268_435_460L);
    }

    /// {@return the highest QoS that the server takes in a PUBLISH}
    public QoS maximumQos() {
        return QoS.of((int) properties.number(Property.MAXIMUM_QOS, 2));
    }

    /// {@return true if the server takes retained messages}
    public boolean isRetainAvailable() {
        return properties.number(Property.RETAIN_AVAILABLE, 1) == 1;
    }

    /// {@return how many Topic Aliases the server takes, 0 to 65,535}
    public int topicAliasMaximum() {
        return (int) properties.number(Property.TOPIC_ALIAS_MAXIMUM, 0);
    }

    /// {@return true if the server takes `$share/...`; assumed where it says nothing}
    public boolean isSharedSubscriptionAvailable() {
        return properties.number(Property.SHARED_SUBSCRIPTION_AVAILABLE, 1) == 1;
    }

    /// {@return true if the server takes Topic Filters with wildcards}
    public boolean isWildcardSubscriptionAvailable() {
        return properties.number(Property.WILDCARD_SUBSCRIPTION_AVAILABLE, 1) == 1;
    }

    /// {@return true if the server takes Subscription Identifiers}
    public boolean isSubscriptionIdentifierAvailable() {
        return properties.number(Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, 1) == 1;
    }

    /// {@return what to make Response Topics of; null unless it was asked for and the server gives
    /// it}
    public @Nullable String responseInformation() {
        return properties.text(Property.RESPONSE_INFORMATION);
    }
}
