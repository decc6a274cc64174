package io.hawkermq.client;

/// Takes the messages of one subscription, one at a time, on a virtual thread that belongs to the
/// subscription: it may block.
@FunctionalInterface
public interface Handler {
    /// Takes one message; the next comes when this returns.
    ///
    /// @param message may be kept and acknowledged later, on any thread
    /// @throws Exception which the client's error handler gets; the subscription goes on
    void handle(IncomingMessage message) throws Exception;
}
