package io.hawkermq.core;

/// Why a message was not delivered, or not stored, though somebody could have expected it. Each is
/// counted, and named in the log and below `$SYS/broker/hawker/dropped/`.
public enum DropReason {
    /// QoS 1 or 2 to a session whose queue holds `max_queued_messages`.
    QUEUE_COUNT("queue-count", "max_queued_messages"),
    /// QoS 1 or 2 to a session whose queue holds `max_queued_bytes`.
    QUEUE_BYTES("queue-bytes", "max_queued_bytes"),
    /// QoS 0 to a connection that has more unsent bytes than the outbound limit.
    OUTBOUND_FULL("outbound-full", "hawker_max_outbound_bytes"),
    /// QoS 1 or 2 to an offline session while all offline queues together hold their budget.
    OFFLINE_BUDGET("offline-budget", "hawker_max_offline_bytes"),
    /// Larger than the subscriber's Maximum Packet Size [MQTT-3.1.2-25].
    PACKET_TOO_LARGE("packet-too-large", "the client's Maximum Packet Size"),
    /// Published with a payload above the limit.
    PAYLOAD_TOO_LARGE("payload-too-large", "message_size_limit"),
    /// Message Expiry Interval over before delivery began [MQTT-3.3.2-5].
    EXPIRED("expired", "the Message Expiry Interval"),
    /// Shared Subscription whose last member left while the message was on its way.
    NO_SHARE_MEMBER("no-share-member", "no member of the Shared Subscription is left"),
    /// QoS 1 or 2 to a durable session, or a message to be retained, while the store has no space.
    STORE_FULL("store-full", "the free space of persistence_location"),
    /// The same while more waits to be stored than may.
    STORE_SLOW("store-slow", "how fast the disk of persistence_location is"),
    /// The same while writing fails, or after the store has stopped.
    STORE_FAILED("store-failed", "the store, whose failure is in the log"),
    /// QoS 1 or 2 that waited for a session in a part of the store that cannot be read.
    DAMAGED("damaged", "the disk of persistence_location"),
    /// Published without permission.
    NOT_AUTHORIZED("not-authorized", "access control");

    private final String topicLevel;
    private final String limit;

    DropReason(String topicLevel, String limit) {
        this.topicLevel = topicLevel;
        this.limit = limit;
    }

    /// The last level of its `$SYS` topic.
    public String topicLevel() {
        return topicLevel;
    }

    /// What a person can change, or look at, to change it.
    public String limit() {
        return limit;
    }
}
