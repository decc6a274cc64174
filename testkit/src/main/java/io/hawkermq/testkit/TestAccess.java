package io.hawkermq.testkit;

import io.hawkermq.core.AccessControl;
import io.hawkermq.core.DelegatingAccess;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Refuses the connections that a [Fault] says, and those whose User Name or password is wrong; all
/// other questions go to the access control that the test has given.
final class TestAccess implements DelegatingAccess {
    private final Faults faults;
    private final Map<String, String> passwords;
    private final AccessControl others;

    /// @param passwords by User Name; nobody is asked for one if it is empty
    TestAccess(Faults faults, Map<String, String> passwords, AccessControl others) {
        this.faults = faults;
        this.passwords = Map.copyOf(passwords);
        this.others = others;
    }

    @Override
    public AccessControl rest() {
        return others;
    }

    @Override
    public void connect(
            Packet.Connect connect,
            String clientId,
            String address,
            Consumer<Runnable> owner,
            Consumer<Decision> answer) {
        ReasonCode refusal = faults.onConnect(clientId);
        if (refusal != null) {
            answer.accept(new Decision.Denied(refusal, "the test wants it so"));
        } else if (passwords.isEmpty() || isKnown(connect)) {
            others.connect(connect, clientId, address, owner, answer);
        } else {
            answer.accept(
                    new Decision.Denied(
                            ReasonCode.NOT_AUTHORIZED, "the user name or the password is wrong"));
        }
    }

    private boolean isKnown(Packet.Connect connect) {
        String password = connect.userName() == null ? null : passwords.get(connect.userName());
        byte[] given = connect.password();
        return password != null
                && given != null
                && MessageDigest.isEqual(password.getBytes(StandardCharsets.UTF_8), given);
    }

    @Override
    public @Nullable Exchange begin(String authenticationMethod, String clientId, String address) {
        ReasonCode refusal = faults.onConnect(clientId);
        if (refusal != null) {
            return data -> new Step.Failure(refusal, "the test wants it so");
        }
        return others.begin(authenticationMethod, clientId, address);
    }
}
