package io.hawkermq.core;

import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import org.jspecify.annotations.Nullable;

/// Who published a message, as far as the server knows. A session makes one and all its messages
/// share it; with a retained message it outlives the session.
///
/// @param clientId for No Local; [Message#SERVER] for the server itself
/// @param principal whom rules are asked about; null for the server itself, and where a message was
///     stored or imported without its publisher's name
/// @param access decided on the publisher when it published; null after a restart
/// @param listenerPort of the listener through which it came, 0 if that is not known
public record Publisher(
        String clientId,
        AccessControl.@Nullable Principal principal,
        @Nullable AccessControl access,
        int listenerPort) {
    /// The server itself.
    public static final Publisher SERVER = new Publisher(Message.SERVER, null, null, 0);

    /// One that is connected, or was.
    ///
    /// @param access decides on it
    static Publisher connected(AccessControl.Principal principal, AccessControl access) {
        return new Publisher(principal.clientId(), principal, access, access.listenerPort());
    }

    /// One of whom only the Client Identifier is known.
    public static Publisher named(String clientId) {
        return clientId.equals(Message.SERVER) ? SERVER : new Publisher(clientId, null, null, 0);
    }

    /// One that published before the server started.
    ///
    /// @param listenerPort 0 if it is not known
    public static Publisher stored(String clientId, @Nullable String userName, int listenerPort) {
        return new Publisher(
                clientId, new AccessControl.Principal(clientId, userName, ""), null, listenerPort);
    }

    /// Whether it may publish this now; true if nobody can tell.
    ///
    /// @param otherwise is asked if it is not known who decided on the publisher
    boolean mayPublish(TopicName topic, QoS qos, AccessControl otherwise) {
        return principal == null
                || (access == null ? otherwise.ofListener(listenerPort) : access)
                        .mayPublish(principal, topic, qos);
    }
}
