package io.hawkermq.core;

import org.jspecify.annotations.Nullable;

/// A message on its way from one shard to another, as the store sees it. The publisher's shard
/// stores it with what it must remember of the publisher; the receiving shard removes it in the batch
/// that holds the deliveries made of it. In between lie microseconds, so that hardly any is ever
/// written; but because of it a message of QoS 2 is taken over by all shards or by none.
public final class StoredForward {
    /// What the receiving shard is to do with the message.
    public enum Purpose {
        /// Deliver it to its subscribers.
        DELIVER,
        /// Deliver it to one member of a Shared Subscription.
        SHARE,
        /// Retain it.
        RETAIN
    }

    private final long number;
    private final Purpose purpose;
    private final long slots;
    private final StoredMessage message;
    private final @Nullable String shareName;
    private final @Nullable String filter;

    // Of the storage thread.
    private StoredDelivery.Writing writing = StoredDelivery.Writing.PENDING;
    private long body;

    /// @param number unique as long as the record exists
    /// @param slots the [Slots] that the receiving shard owns, a bit each: only their sessions get
    ///     the message when it is taken up again after a crash
    /// @param shareName null unless `purpose` is SHARE
    /// @param filter of the Shared Subscription, null unless `purpose` is SHARE
    public StoredForward(
            long number,
            Purpose purpose,
            long slots,
            StoredMessage message,
            @Nullable String shareName,
            @Nullable String filter) {
        this.number = number;
        this.purpose = purpose;
        this.slots = slots;
        this.message = message;
        this.shareName = shareName;
        this.filter = filter;
    }

    public long number() {
        return number;
    }

    public Purpose purpose() {
        return purpose;
    }

    public long slots() {
        return slots;
    }

    public StoredMessage message() {
        return message;
    }

    public @Nullable String shareName() {
        return shareName;
    }

    public @Nullable String filter() {
        return filter;
    }

    /// For the storage thread.
    public StoredDelivery.Writing writing() {
        return writing;
    }

    /// For the storage thread: under which number the message is written that the record refers to;
    /// 0 if the message is with it.
    public long body() {
        return body;
    }

    /// For the storage thread.
    public void body(long number) {
        body = number;
    }

    /// For the storage thread.
    public void writing(StoredDelivery.Writing value) {
        writing = value;
    }
}
