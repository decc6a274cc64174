package io.hawkermq.core;

import io.hawkermq.protocol.Will;
import org.jspecify.annotations.Nullable;

/// What is stored of a session beside its subscriptions and messages.
///
/// @param number names the session in all other records; never given to another one
/// @param userName under which the client was last connected
/// @param address of the client as it was last connected
/// @param expiryInterval seconds; 0xFFFF_FFFF for never
/// @param expiresAt when an offline session ends, milliseconds since the epoch; `Long.MAX_VALUE` for
///     never; [#CONNECTED] for one whose client is connected
/// @param will not yet published, null if there is none
/// @param willAt when it is to be published, milliseconds since the epoch, for an offline session;
///     else `Long.MAX_VALUE`
public record StoredSession(
        long number,
        String clientId,
        @Nullable String userName,
        String address,
        long expiryInterval,
        long expiresAt,
        @Nullable Will will,
        long willAt) {
    /// The `expiresAt` of a session whose client is connected.
    public static final long CONNECTED = -1;

    public boolean wasConnected() {
        return expiresAt == CONNECTED;
    }
}
