package io.hawkermq.mosquitto.dynsec;

/// What holds where no ACL of a client says anything.
public record DefaultAccess(
        boolean publishClientSend,
        boolean publishClientReceive,
        boolean subscribe,
        boolean unsubscribe) {
    /// Of a file that says nothing.
    static final DefaultAccess CLOSED = new DefaultAccess(false, false, false, false);

    /// Of a new file.
    static final DefaultAccess INITIAL = new DefaultAccess(false, true, false, true);
}
