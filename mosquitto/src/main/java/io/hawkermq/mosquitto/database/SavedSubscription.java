package io.hawkermq.mosquitto.database;

import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;

/// A subscription of a session. Shared Subscriptions are not in the file.
///
/// @param options without Retain Handling in files of Mosquitto before 2.1
/// @param identifier the Subscription Identifier, 0 if there is none
public record SavedSubscription(
        String clientId, TopicFilter filter, SubscriptionOptions options, int identifier) {}
