package io.hawkermq.core;

/// A message that the store holds for the deliveries and forwards that refer to it, once for all of
/// them. The core makes it; what is stored of it, under which number and for how many, only the
/// store knows: those fields belong to the storage thread alone.
public final class StoredMessage {
    private final Message message;

    // Of the storage thread.
    private long number;
    private int references;

    public StoredMessage(Message message) {
        this.message = message;
    }

    public Message message() {
        return message;
    }

    /// For the storage thread: under which number the message is written; 0 as long as it is not.
    public long number() {
        return number;
    }

    public void number(long value) {
        number = value;
    }

    /// For the storage thread: how many records that are yet to be written refer to the message.
    public int references() {
        return references;
    }

    /// For the storage thread.
    ///
    /// @return the references there are now
    public int refer(int change) {
        references += change;
        return references;
    }
}
