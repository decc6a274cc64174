package io.hawkermq.core;

import io.hawkermq.protocol.SubscriptionOptions;

/// What is stored of a subscription.
///
/// @param session its number
/// @param filter as the client sent it, with `$share/`
/// @param identifier the Subscription Identifier, 0 if there is none
/// @param retained whether retained messages are on their way for it
public record StoredSubscription(
        long session,
        String filter,
        SubscriptionOptions options,
        int identifier,
        Retained retained) {
    /// What the retained messages of a subscription are.
    public enum Retained {
        /// Not asked for, or all delivered.
        SETTLED,
        /// Not all of them have been delivered: after a crash they come anew, from the first one on.
        OWED
    }

    /// One for which no retained messages are on their way.
    public StoredSubscription(
            long session, String filter, SubscriptionOptions options, int identifier) {
        this(session, filter, options, identifier, Retained.SETTLED);
    }
}
