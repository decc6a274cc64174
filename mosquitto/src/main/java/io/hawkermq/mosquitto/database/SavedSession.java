package io.hawkermq.mosquitto.database;

import org.jspecify.annotations.Nullable;

/// The session of a client, without its subscriptions and messages.
///
/// @param userName under which the client was last connected; null if there was none, and before
///     version 6, which does not have it
/// @param listenerPort that the client was last connected to, 0 if that is not known
/// @param lastPacketId that the server gave to a message for this client, 0 to 65,535
/// @param expiryInterval seconds; [#NEVER] for clients before 5.0 and before version 5
/// @param expiresAt seconds since the epoch; 0 if the session never expires, or if the client was
///     connected when the file was written
public record SavedSession(
        String clientId,
        @Nullable String userName,
        int listenerPort,
        int lastPacketId,
        long expiryInterval,
        long expiresAt) {
    /// The `expiryInterval` of a session that never expires.
    public static final long NEVER = 0xFFFF_FFFFL;
}
