package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.hawkermq.broker.security.DynamicAccess;
import io.hawkermq.broker.security.DynamicSecurity;
import io.hawkermq.broker.security.FileAccess;
import io.hawkermq.broker.security.LoginLimits;
import io.hawkermq.core.AccessControl;
import io.hawkermq.core.AccessControl.Decision;
import io.hawkermq.core.EventLog;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.ReasonCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Clients whose certificates say who they are.
class CertifiedAccessTest {
    private final AccessControl dynamic;

    CertifiedAccessTest(@TempDir Path folder) throws Exception {
        Path file =
                Files.writeString(
                        folder.resolve("d.json"),
                        """
                        {"clients":[{"username":"ann","clientid":"c1"},
                        {"username":"bob","disabled":true}]}
                        """);
        dynamic =
                new DynamicAccess(
                        DynamicSecurity.open(file, null, null, EventLog.SILENT),
                        new FileAccess(
                                new FileAccess.Rules(
                                        null, null, FileAccess.AnonymousClients.REFUSED),
                                0,
                                LoginLimits.DEFAULT,
                                EventLog.SILENT));
    }

    private static Decision decision(AccessControl rest, @Nullable String name, String clientId) {
        List<Decision> answers = new ArrayList<>();
        new CertifiedAccess(rest, name)
                .connect(
                        TestClient.connect(ProtocolVersion.MQTT_5, clientId),
                        clientId,
                        "192.0.2.1:4711",
                        Runnable::run,
                        answers::add);
        assertEquals(1, answers.size());
        return answers.getFirst();
    }

    private static void assertRefused(Decision decision) {
        assertEquals(
                ReasonCode.NOT_AUTHORIZED,
                assertInstanceOf(Decision.Denied.class, decision).reasonCode());
    }

    @Test
    void theyNeedNoPassword() {
        assertEquals(new Decision.Allowed("ann"), decision(dynamic, "ann", "c1"));
        assertEquals(new Decision.Allowed("unknown"), decision(dynamic, "unknown", "c1"));
        AccessControl open = AccessControl.anonymous();
        assertEquals(new Decision.Allowed("bob"), decision(open, "bob", "c1"));
        assertEquals(
                ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                assertInstanceOf(Decision.Denied.class, decision(open, null, "c1")).reasonCode());
    }

    @Test
    void disabledUsersAndOtherClientIdentifiersAreRefusedNevertheless() {
        assertRefused(decision(dynamic, "bob", "c1"));
        assertRefused(decision(dynamic, "ann", "c2"));
    }
}
