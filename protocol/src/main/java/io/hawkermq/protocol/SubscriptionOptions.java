package io.hawkermq.protocol;

/// The Subscription Options of section 3.8.3.1.
///
/// @param qos the Maximum QoS
/// @param noLocal true if the subscriber's own messages are not sent back to it
/// @param retainAsPublished true if forwarded messages keep the RETAIN flag they came with
public record SubscriptionOptions(
        QoS qos, boolean noLocal, boolean retainAsPublished, RetainHandling retainHandling) {
    /// What a 3.1 or 3.1.1 SUBSCRIBE means.
    public static SubscriptionOptions of(QoS qos) {
        return new SubscriptionOptions(qos, false, false, RetainHandling.SEND);
    }

    /// What the byte on the wire means.
    ///
    /// @param bits a valid one: reserved bits 0, no 3 where 3 means nothing
    public static SubscriptionOptions ofByte(int bits) {
        return new SubscriptionOptions(
                QoS.of(bits & 3), (bits & 4) != 0, (bits & 8) != 0, RetainHandling.of(bits >> 4));
    }

    /// The options as their byte on the wire.
    public int toByte() {
        return qos.level()
                | (noLocal ? 0x04 : 0)
                | (retainAsPublished ? 0x08 : 0)
                | (retainHandling.ordinal() << 4);
    }
}
