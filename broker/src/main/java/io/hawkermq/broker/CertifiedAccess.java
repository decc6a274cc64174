package io.hawkermq.broker;

import io.hawkermq.broker.security.DynamicAccess;
import io.hawkermq.core.AccessControl;
import io.hawkermq.core.DelegatingAccess;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.ReasonCode;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// For one connection whose client is known by its certificate: lets it in under that name without
/// a look at its password. What it may do is up to the listener's access control.
///
/// @param userName null if the certificate says none; then nobody gets in
record CertifiedAccess(AccessControl rest, @Nullable String userName) implements DelegatingAccess {
    @Override
    public void connect(
            Packet.Connect connect,
            String clientId,
            String address,
            Consumer<Runnable> owner,
            Consumer<Decision> answer) {
        answer.accept(decide(clientId));
    }

    private Decision decide(String clientId) {
        if (userName == null) {
            return new Decision.Denied(
                    ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                    "this listener takes the user name from the client's certificate,"
                            + " which has none");
        }
        return admits(clientId)
                ? new Decision.Allowed(userName)
                : new Decision.Denied(
                        ReasonCode.NOT_AUTHORIZED,
                        "its user is disabled, or meant for another Client Identifier");
    }

    /// Whether it may be there: the certificate says who it is, and dynamic security whether that
    /// user is disabled.
    boolean admits(String clientId) {
        return !(rest instanceof DynamicAccess d)
                || userName == null
                || d.admits(userName, clientId);
    }

    /// None: the certificate has said who it is.
    @Override
    public @Nullable Exchange begin(String authenticationMethod, String clientId, String address) {
        return null;
    }
}
