package io.hawkermq.core;

/// The numbers that bound every queue and buffer of the core, with Mosquitto 2.1's defaults where
/// Mosquitto has the option.
///
/// @param receiveMaximum QoS 1 and 2 messages that a client may have unacknowledged, and that a
///     client gets unacknowledged at the most (`max_inflight_messages`), 1 to 65,535
/// @param maximumPacketSize bytes of the largest packet accepted (`max_packet_size`)
/// @param topicAliasMaximum aliases that a client may use (`max_topic_alias`)
/// @param topicAliasMaximumBroker aliases used towards a client that allows some
///     (`max_topic_alias_broker`)
/// @param maximumQueuedMessages messages that wait in one session beside those in flight
///     (`max_queued_messages`); 0 means no limit. The newest message is dropped at the limit.
/// @param maximumQueuedBytes the same in bytes (`max_queued_bytes`); 0 means no limit
/// @param maximumOfflineBytes bytes that wait for all offline sessions of a shard together; the
///     newest message is dropped at the limit
/// @param maximumWaitingBytes bytes that wait for connected sessions of a shard, in queues and
///     outbound buffers together; publishers are held back at the limit
/// @param maximumKeepAlive seconds (`max_keepalive`); a 5.0 client that asks for more gets it as
///     Server Keep Alive; 65,535 means no limit
/// @param persistentClientExpiration seconds after which an offline session of a 3.x client, or of
///     a 5.0 client that never expires, ends (`persistent_client_expiration`); 0 means never
/// @param maximumSubscriptions subscriptions of one session
/// @param streamBatch retained messages that one session is sent in one turn of the loop
public record Limits(
        int receiveMaximum,
        int maximumPacketSize,
        int topicAliasMaximum,
        int topicAliasMaximumBroker,
        int maximumQueuedMessages,
        long maximumQueuedBytes,
        long maximumOfflineBytes,
        long maximumWaitingBytes,
        int maximumKeepAlive,
        long persistentClientExpiration,
        int maximumSubscriptions,
        int streamBatch) {
    public static final Limits DEFAULT =
            new Limits(
                    20, 2_000_000, 10, 10, 1_000, 0, 1L << 30, 1L << 28, 65_535, 0, 1_000_000, 128);

    /// The Session Expiry Interval that a client gets, both in seconds.
    ///
    /// @param asked what it asks for; in 3.x, what Clean Session means
    long sessionExpiryInterval(long asked) {
        return asked == Session.NEVER_EXPIRES && persistentClientExpiration > 0
                ? persistentClientExpiration
                : asked;
    }

    public Limits withReceiveMaximum(long value) {
        return new Limits(
                (int) value,
                maximumPacketSize,
                topicAliasMaximum,
                topicAliasMaximumBroker,
                maximumQueuedMessages,
                maximumQueuedBytes,
                maximumOfflineBytes,
                maximumWaitingBytes,
                maximumKeepAlive,
                persistentClientExpiration,
                maximumSubscriptions,
                streamBatch);
    }

    public Limits withMaximumPacketSize(long value) {
        return new Limits(
                receiveMaximum,
                (int) value,
                topicAliasMaximum,
                topicAliasMaximumBroker,
                maximumQueuedMessages,
                maximumQueuedBytes,
                maximumOfflineBytes,
                maximumWaitingBytes,
                maximumKeepAlive,
                persistentClientExpiration,
                maximumSubscriptions,
                streamBatch);
    }

    public Limits withTopicAliasMaximum(long value) {
        return new Limits(
                receiveMaximum,
                maximumPacketSize,
                (int) value,
                topicAliasMaximumBroker,
                maximumQueuedMessages,
                maximumQueuedBytes,
                maximumOfflineBytes,
                maximumWaitingBytes,
                maximumKeepAlive,
                persistentClientExpiration,
                maximumSubscriptions,
                streamBatch);
    }

    public Limits withTopicAliasMaximumBroker(long value) {
        return new Limits(
                receiveMaximum,
                maximumPacketSize,
                topicAliasMaximum,
                (int) value,
                maximumQueuedMessages,
                maximumQueuedBytes,
                maximumOfflineBytes,
                maximumWaitingBytes,
                maximumKeepAlive,
                persistentClientExpiration,
                maximumSubscriptions,
                streamBatch);
    }

    public Limits withMaximumQueuedMessages(long value) {
        return new Limits(
                receiveMaximum,
                maximumPacketSize,
                topicAliasMaximum,
                topicAliasMaximumBroker,
                (int) value,
                maximumQueuedBytes,
                maximumOfflineBytes,
                maximumWaitingBytes,
                maximumKeepAlive,
                persistentClientExpiration,
                maximumSubscriptions,
                streamBatch);
    }

    public Limits withMaximumQueuedBytes(long value) {
        return new Limits(
                receiveMaximum,
                maximumPacketSize,
                topicAliasMaximum,
                topicAliasMaximumBroker,
                maximumQueuedMessages,
                value,
                maximumOfflineBytes,
                maximumWaitingBytes,
                maximumKeepAlive,
                persistentClientExpiration,
                maximumSubscriptions,
                streamBatch);
    }

    public Limits withMaximumKeepAlive(long value) {
        return new Limits(
                receiveMaximum,
                maximumPacketSize,
                topicAliasMaximum,
                topicAliasMaximumBroker,
                maximumQueuedMessages,
                maximumQueuedBytes,
                maximumOfflineBytes,
                maximumWaitingBytes,
                (int) value,
                persistentClientExpiration,
                maximumSubscriptions,
                streamBatch);
    }

    public Limits withPersistentClientExpiration(long value) {
        return new Limits(
                receiveMaximum,
                maximumPacketSize,
                topicAliasMaximum,
                topicAliasMaximumBroker,
                maximumQueuedMessages,
                maximumQueuedBytes,
                maximumOfflineBytes,
                maximumWaitingBytes,
                maximumKeepAlive,
                value,
                maximumSubscriptions,
                streamBatch);
    }

    public Limits withMaximumSubscriptions(long value) {
        return new Limits(
                receiveMaximum,
                maximumPacketSize,
                topicAliasMaximum,
                topicAliasMaximumBroker,
                maximumQueuedMessages,
                maximumQueuedBytes,
                maximumOfflineBytes,
                maximumWaitingBytes,
                maximumKeepAlive,
                persistentClientExpiration,
                (int) value,
                streamBatch);
    }

    public Limits withStreamBatch(long value) {
        return new Limits(
                receiveMaximum,
                maximumPacketSize,
                topicAliasMaximum,
                topicAliasMaximumBroker,
                maximumQueuedMessages,
                maximumQueuedBytes,
                maximumOfflineBytes,
                maximumWaitingBytes,
                maximumKeepAlive,
                persistentClientExpiration,
                maximumSubscriptions,
                (int) value);
    }

    /// @param offlineBytes [#maximumOfflineBytes]
    /// @param waitingBytes [#maximumWaitingBytes]
    public Limits withMemory(long offlineBytes, long waitingBytes) {
        return new Limits(
                receiveMaximum,
                maximumPacketSize,
                topicAliasMaximum,
                topicAliasMaximumBroker,
                maximumQueuedMessages,
                maximumQueuedBytes,
                offlineBytes,
                waitingBytes,
                maximumKeepAlive,
                persistentClientExpiration,
                maximumSubscriptions,
                streamBatch);
    }
}
