package io.hawkermq.core;

/// What the subscription index of a shard holds for a Topic Filter.
sealed interface Subscriber permits Subscription, ShareGroup, RemoteInterest {}
