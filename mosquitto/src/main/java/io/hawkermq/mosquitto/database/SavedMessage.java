package io.hawkermq.mosquitto.database;

import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import org.jspecify.annotations.Nullable;

/// An application message, once for all deliveries of it and for its being retained.
///
/// @param storeId by which the other records name it; any number
/// @param publisher the publisher's Client Identifier, empty for the server's own
/// @param userName of the publisher, null if there was none or the version does not have it
/// @param listenerPort that the publisher was connected to, 0 if that is not known
/// @param packetId under which the publisher sent it, 0 for QoS 0
/// @param properties as they came, without Message Expiry Interval and Topic Alias
/// @param qos as published
/// @param retain the RETAIN flag as published
/// @param expiresAt seconds since the epoch, 0 if it never expires
public record SavedMessage(
        long storeId,
        String publisher,
        @Nullable String userName,
        int listenerPort,
        int packetId,
        TopicName topic,
        byte[] payload,
        Properties properties,
        QoS qos,
        boolean retain,
        long expiresAt) {}
