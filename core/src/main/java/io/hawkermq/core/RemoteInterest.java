package io.hawkermq.core;

/// Another shard has subscribers for a Topic Filter.
record RemoteInterest(int shard, Kind kind) implements Subscriber {
    /// What the other shard must not miss. One that has durable subscribers is named twice.
    enum Kind {
        /// It has subscribers.
        ANY,
        /// It has subscriptions of QoS 1 or 2 whose session is durable: what goes there must not be
        /// lost on the way.
        DURABLE
    }
}
