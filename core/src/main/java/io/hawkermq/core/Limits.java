package io.hawkermq.core;

import java.util.function.Consumer;

/// The numbers that bound every queue and buffer of the core, with Mosquitto 2.1's defaults where
/// Mosquitto has the option.
///
/// @param receiveMaximum QoS 1 and 2 messages that a client may have unacknowledged, and that a
///     client gets unacknowledged (`max_inflight_messages`), 1 to 65,535
/// @param widestWindow QoS 1 and 2 messages that a client gets unacknowledged at the most if it
///     acknowledges them promptly, see [InflightWindow]; [#receiveMaximum] if that is more
/// @param maximumPacketSize bytes of the largest packet accepted (`max_packet_size`)
/// @param topicAliasMaximum aliases that a client may use (`max_topic_alias`)
/// @param topicAliasMaximumBroker aliases used towards a client that allows some
///     (`max_topic_alias_broker`)
/// @param maximumQueuedMessages messages that wait in one session beside those in flight
///     (`max_queued_messages`); 0 means no limit. The newest message is dropped at the limit.
/// @param maximumQueuedBytes the same in bytes (`max_queued_bytes`); 0 means no limit
/// @param maximumOfflineBytes bytes in memory that wait for all offline sessions of a shard
///     together, without what only the store has; the newest message is dropped at the limit
/// @param maximumWaitingBytes bytes that wait for connected sessions of a shard, in queues and
///     outbound buffers together; publishers are held back at the limit
/// @param maximumUnstoredBytes bytes of a shard's changes that are on their way to the disk, some
///     commits' worth: more would only take memory and make acknowledgements late; publishers are
///     held back at the limit
/// @param maximumKeepAlive seconds (`max_keepalive`); a 5.0 client that asks for more gets it as
///     Server Keep Alive; 65,535 means no limit
/// @param persistentClientExpiration seconds after which an offline session of a 3.x client, or of
///     a 5.0 client that never expires, ends (`persistent_client_expiration`); 0 means never
/// @param maximumSubscriptions subscriptions of one session
/// @param maximumSharedSubscriptions those of them that are shared: each is looked at whenever the
///     client connects or goes, all in one turn of the loop
/// @param maximumSessions of all shards together (`global_max_clients`); who has none already is
///     refused beyond
/// @param maximumTopicLevels of a Topic Name or Topic Filter (`hawker_max_topic_levels`), 1 to
///     65,536; Mosquitto allows 201
/// @param maximumPayload bytes of the largest payload that is passed on (`message_size_limit`);
///     larger ones are acknowledged, before 5.0, and dropped
/// @param maximumInflightBytes payload bytes of a client's unacknowledged messages from which on no
///     further one is begun (`max_inflight_bytes`); 0 means no limit
/// @param retain whether messages are retained (`retain_available`)
/// @param retainSource whether those of who may no longer publish them are sent
///     (`check_retain_source`)
/// @param outgoingQos of deliveries (`upgrade_outgoing_qos`)
/// @param atMostOnce what becomes of deliveries at QoS 0 to clients that are away
///     (`queue_qos0_messages`)
/// @param queueHead messages of 1 KiB that a durable session's queue has on the heap while its client
///     is connected, 1 or more; what waits behind them is in the store only
/// @param queueHeadOffline the same while its client is not connected
/// @param streamBatch retained messages that one session is sent in one turn of the loop
/// @param endedSubscriptions of sessions that have ended, removed from the index in one turn of the
///     loop: as many when they end, and as many of those that linger since; 1 or more
public record Limits(
        int receiveMaximum,
        int widestWindow,
        int maximumPacketSize,
        int topicAliasMaximum,
        int topicAliasMaximumBroker,
        int maximumQueuedMessages,
        long maximumQueuedBytes,
        long maximumOfflineBytes,
        long maximumWaitingBytes,
        long maximumUnstoredBytes,
        int maximumKeepAlive,
        long persistentClientExpiration,
        int maximumSubscriptions,
        int maximumSharedSubscriptions,
        int maximumSessions,
        int maximumTopicLevels,
        int maximumPayload,
        long maximumInflightBytes,
        Retain retain,
        RetainSource retainSource,
        OutgoingQos outgoingQos,
        AtMostOnce atMostOnce,
        int queueHead,
        int queueHeadOffline,
        int streamBatch,
        int endedSubscriptions) {
    public static final Limits DEFAULT =
            new Limits(
                    20,
                    1_000,
                    2_000_000,
                    10,
                    10,
                    1_000,
                    0,
                    1L << 30,
                    1L << 28,
                    4L << 20,
                    65_535,
                    0,
                    1_000_000,
                    10_000,
                    Integer.MAX_VALUE,
                    201,
                    Integer.MAX_VALUE,
                    0,
                    Retain.AVAILABLE,
                    RetainSource.CHECKED,
                    OutgoingQos.AS_PUBLISHED,
                    AtMostOnce.DROPPED,
                    1_000,
                    16,
                    128,
                    256);

    /// What becomes of messages with RETAIN.
    public enum Retain {
        AVAILABLE,
        /// Who sends one is disconnected [MQTT-3.2.2-14].
        REFUSED
    }

    /// Whether a retained message is sent to new subscriptions only as long as its publisher might
    /// still publish it.
    public enum RetainSource {
        CHECKED,
        UNCHECKED
    }

    /// The QoS of deliveries.
    public enum OutgoingQos {
        /// That of the message, but at most that of the subscription.
        AS_PUBLISHED,
        /// That of the subscription.
        AS_GRANTED
    }

    /// What becomes of deliveries at QoS 0 to clients that are away.
    public enum AtMostOnce {
        DROPPED,
        /// They wait in the session's queue like all others.
        QUEUED
    }

    /// True if a Topic Name or Topic Filter has too many levels; at once for a short one.
    boolean isTooDeep(byte[] utf8) {
        return utf8.length >= maximumTopicLevels && levels(utf8) > maximumTopicLevels;
    }

    private static int levels(byte[] utf8) {
        int levels = 1;
        for (byte b : utf8) {
            if (b == '/') {
                levels++;
            }
        }
        return levels;
    }

    /// The Session Expiry Interval that a client gets, both in seconds.
    ///
    /// @param asked what it asks for; in 3.x, what Clean Session means
    long sessionExpiryInterval(long asked) {
        return asked == Session.NEVER_EXPIRES && persistentClientExpiration > 0
                ? persistentClientExpiration
                : asked;
    }

    /// The same, but for what the change sets:
    ///
    /// ```java
    /// Limits.DEFAULT.with(l -> l.receiveMaximum(10).maximumKeepAlive(60))
    /// ```
    public Limits with(Consumer<Builder> change) {
        Builder builder = new Builder(this);
        change.accept(builder);
        return builder.build();
    }

    /// Limits that [#with] changes. Each method sets what [Limits] has under its name, in the unit
    /// and range documented there.
    public static final class Builder {
        private int receiveMaximum;
        private int widestWindow;
        private int maximumPacketSize;
        private int topicAliasMaximum;
        private int topicAliasMaximumBroker;
        private int maximumQueuedMessages;
        private long maximumQueuedBytes;
        private long maximumOfflineBytes;
        private long maximumWaitingBytes;
        private long maximumUnstoredBytes;
        private int maximumKeepAlive;
        private long persistentClientExpiration;
        private int maximumSubscriptions;
        private int maximumSharedSubscriptions;
        private int maximumSessions;
        private int maximumTopicLevels;
        private int maximumPayload;
        private long maximumInflightBytes;
        private Retain retain;
        private RetainSource retainSource;
        private OutgoingQos outgoingQos;
        private AtMostOnce atMostOnce;
        private int queueHead;
        private int queueHeadOffline;
        private int streamBatch;
        private int endedSubscriptions;

        private Builder(Limits from) {
            receiveMaximum = from.receiveMaximum;
            widestWindow = from.widestWindow;
            maximumPacketSize = from.maximumPacketSize;
            topicAliasMaximum = from.topicAliasMaximum;
            topicAliasMaximumBroker = from.topicAliasMaximumBroker;
            maximumQueuedMessages = from.maximumQueuedMessages;
            maximumQueuedBytes = from.maximumQueuedBytes;
            maximumOfflineBytes = from.maximumOfflineBytes;
            maximumWaitingBytes = from.maximumWaitingBytes;
            maximumUnstoredBytes = from.maximumUnstoredBytes;
            maximumKeepAlive = from.maximumKeepAlive;
            persistentClientExpiration = from.persistentClientExpiration;
            maximumSubscriptions = from.maximumSubscriptions;
            maximumSharedSubscriptions = from.maximumSharedSubscriptions;
            maximumSessions = from.maximumSessions;
            maximumTopicLevels = from.maximumTopicLevels;
            maximumPayload = from.maximumPayload;
            maximumInflightBytes = from.maximumInflightBytes;
            retain = from.retain;
            retainSource = from.retainSource;
            outgoingQos = from.outgoingQos;
            atMostOnce = from.atMostOnce;
            queueHead = from.queueHead;
            queueHeadOffline = from.queueHeadOffline;
            streamBatch = from.streamBatch;
            endedSubscriptions = from.endedSubscriptions;
        }

        /// Sets [#widestWindow], too: who asks for a number gets it.
        public Builder receiveMaximum(int value) {
            receiveMaximum = value;
            widestWindow = value;
            return this;
        }

        public Builder widestWindow(int value) {
            widestWindow = value;
            return this;
        }

        public Builder maximumPacketSize(int value) {
            maximumPacketSize = value;
            return this;
        }

        public Builder topicAliasMaximum(int value) {
            topicAliasMaximum = value;
            return this;
        }

        public Builder topicAliasMaximumBroker(int value) {
            topicAliasMaximumBroker = value;
            return this;
        }

        public Builder maximumQueuedMessages(int value) {
            maximumQueuedMessages = value;
            return this;
        }

        public Builder maximumQueuedBytes(long value) {
            maximumQueuedBytes = value;
            return this;
        }

        public Builder maximumOfflineBytes(long value) {
            maximumOfflineBytes = value;
            return this;
        }

        public Builder maximumWaitingBytes(long value) {
            maximumWaitingBytes = value;
            return this;
        }

        public Builder maximumUnstoredBytes(long value) {
            maximumUnstoredBytes = value;
            return this;
        }

        public Builder maximumKeepAlive(int value) {
            maximumKeepAlive = value;
            return this;
        }

        public Builder persistentClientExpiration(long value) {
            persistentClientExpiration = value;
            return this;
        }

        public Builder maximumSubscriptions(int value) {
            maximumSubscriptions = value;
            return this;
        }

        public Builder maximumSharedSubscriptions(int value) {
            maximumSharedSubscriptions = value;
            return this;
        }

        public Builder maximumSessions(int value) {
            maximumSessions = value;
            return this;
        }

        public Builder maximumTopicLevels(int value) {
            maximumTopicLevels = value;
            return this;
        }

        public Builder maximumPayload(int value) {
            maximumPayload = value;
            return this;
        }

        public Builder maximumInflightBytes(long value) {
            maximumInflightBytes = value;
            return this;
        }

        public Builder retain(Retain value) {
            retain = value;
            return this;
        }

        public Builder retainSource(RetainSource value) {
            retainSource = value;
            return this;
        }

        public Builder outgoingQos(OutgoingQos value) {
            outgoingQos = value;
            return this;
        }

        public Builder atMostOnce(AtMostOnce value) {
            atMostOnce = value;
            return this;
        }

        public Builder queueHead(int value) {
            queueHead = value;
            return this;
        }

        public Builder queueHeadOffline(int value) {
            queueHeadOffline = value;
            return this;
        }

        public Builder streamBatch(int value) {
            streamBatch = value;
            return this;
        }

        public Builder endedSubscriptions(int value) {
            endedSubscriptions = value;
            return this;
        }

        private Limits build() {
            return new Limits(
                    receiveMaximum,
                    widestWindow,
                    maximumPacketSize,
                    topicAliasMaximum,
                    topicAliasMaximumBroker,
                    maximumQueuedMessages,
                    maximumQueuedBytes,
                    maximumOfflineBytes,
                    maximumWaitingBytes,
                    maximumUnstoredBytes,
                    maximumKeepAlive,
                    persistentClientExpiration,
                    maximumSubscriptions,
                    maximumSharedSubscriptions,
                    maximumSessions,
                    maximumTopicLevels,
                    maximumPayload,
                    maximumInflightBytes,
                    retain,
                    retainSource,
                    outgoingQos,
                    atMostOnce,
                    queueHead,
                    queueHeadOffline,
                    streamBatch,
                    endedSubscriptions);
        }
    }
}
