package io.hawkermq.core;

/// The door to whoever wants to see all that is published: clients' messages that were accepted,
/// wills, and the server's own. Called on the publisher's loop, before anybody is delivered to; does
/// not block.
@FunctionalInterface
public interface Publications {
    /// Nobody looks.
    Publications UNSEEN = message -> {};

    void published(Message message);
}
