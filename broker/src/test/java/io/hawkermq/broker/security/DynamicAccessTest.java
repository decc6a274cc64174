package io.hawkermq.broker.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.TestClient;
import io.hawkermq.broker.security.FileAccess.AnonymousClients;
import io.hawkermq.core.AccessControl.Decision;
import io.hawkermq.core.AccessControl.Principal;
import io.hawkermq.core.EventLog;
import io.hawkermq.mosquitto.access.PasswordHash;
import io.hawkermq.mosquitto.dynsec.Kicks;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DynamicAccessTest {
    private static final String PASSWORD =
            PasswordHash.pbkdf2("secret".getBytes(StandardCharsets.UTF_8), 2, new SecureRandom())
                    .encoded();

    private final Path file;
    private final DynamicSecurity security;
    private final DynamicAccess access;

    DynamicAccessTest(@TempDir Path folder) throws Exception {
        file = folder.resolve("d.json");
        write("false", "c1");
        security = DynamicSecurity.open(file, null, null, EventLog.SILENT);
        access =
                new DynamicAccess(
                        security,
                        new FileAccess(
                                new FileAccess.Rules(null, null, AnonymousClients.REFUSED),
                                0,
                                new LoginLimits(2, 0, 60, 60, 0, 0),
                                EventLog.SILENT));
    }

    private void write(String disabled, String clientId) throws IOException {
        Files.writeString(
                file,
                """
                {"defaultACLAccess":{"publishClientSend":false,"publishClientReceive":true,
                "subscribe":false,"unsubscribe":true},
                "clients":[{"username":"ann","clientid":"%s","disabled":%s,"encoded_password":"%s",
                "roles":[{"rolename":"r"}]}],"roles":[{"rolename":"r","acls":[
                {"acltype":"publishClientSend","topic":"a/%%c","priority":1,"allow":true},
                {"acltype":"publishClientReceive","topic":"secret","priority":1,"allow":false},
                {"acltype":"subscribePattern","topic":"a/#","priority":1,"allow":true},
                {"acltype":"unsubscribePattern","topic":"a/kept","priority":1,"allow":false}]}]}
                """
                        .formatted(clientId, disabled, PASSWORD));
    }

    private Decision decision(@Nullable String user, String password, String clientId)
            throws Exception {
        CompletableFuture<Decision> answer = new CompletableFuture<>();
        access.connect(
                TestClient.connect(ProtocolVersion.MQTT_5, clientId, user, password),
                clientId,
                "192.0.2.1:4711",
                Runnable::run,
                answer::complete);
        return answer.get(20, TimeUnit.SECONDS);
    }

    private static ReasonCode code(Decision decision) {
        return assertInstanceOf(Decision.Denied.class, decision).reasonCode();
    }

    @Test
    void whoMayConnect() throws Exception {
        assertEquals(new Decision.Allowed("ann"), decision("ann", "secret", "c1"));
        assertEquals(ReasonCode.NOT_AUTHORIZED, code(decision("ann", "secret", "c2")));
        assertEquals(ReasonCode.NOT_AUTHORIZED, code(decision("nobody", "secret", "c1")));
        assertEquals(ReasonCode.NOT_AUTHORIZED, code(decision(null, "secret", "c1")));
    }

    @Test
    void wrongPasswordsAreCountedWithThoseOfFiles() throws Exception {
        assertEquals(ReasonCode.NOT_AUTHORIZED, code(decision("ann", "wrong", "c1")));
        assertEquals(ReasonCode.NOT_AUTHORIZED, code(decision("ann", "wrong", "c1")));
        assertEquals(ReasonCode.BANNED, code(decision("ann", "secret", "c1")));
    }

    @Test
    void whatAClientMayDo() {
        Principal ann = new Principal("c1", "ann", "192.0.2.1:4711");
        assertTrue(access.mayPublish(ann, TopicName.of("a/c1"), QoS.AT_MOST_ONCE));
        assertFalse(access.mayPublish(ann, TopicName.of("a/c2"), QoS.AT_MOST_ONCE));
        assertTrue(access.mayReceive(ann, TopicName.of("b")));
        assertFalse(access.mayReceive(ann, TopicName.of("secret")));
        assertTrue(access.maySubscribe(ann, TopicFilter.of("a/+"), QoS.AT_MOST_ONCE));
        assertFalse(access.maySubscribe(ann, TopicFilter.of("b"), QoS.AT_MOST_ONCE));
        assertTrue(access.mayUnsubscribe(ann, TopicFilter.of("a/x")));
        assertFalse(access.mayUnsubscribe(ann, TopicFilter.of("a/kept")));
        assertFalse(access.mayReceiveAll(ann));
    }

    @Test
    void whoseCertificateSaysWhoTheyAreMayBeDisabledTooAndComeWithTheRightName() throws Exception {
        assertTrue(access.admits("ann", "c1"));
        assertFalse(access.admits("ann", "c2"));
        assertTrue(access.admits("unknown", "c2"));
        write("true", "c1");
        Kicks kicks = security.take(security.reread());
        assertFalse(access.admits("ann", "c1"));
        assertTrue(kicks.concern("ann"));
        Principal ann = new Principal("c1", "ann", "192.0.2.1:4711");
        assertFalse(access.mayStay(ann, _ -> true, kicks));
        assertTrue(access.mayStay(ann, _ -> false, Kicks.NOBODY));
    }

    /// The file has what the command wrote then.
    @Test
    void aCommandBetweenTheReadAndTheChangeWins() throws Exception {
        write("true", "c1");
        DynamicSecurity.Reread read = security.reread();
        assertTrue(read.isChanged());
        byte[] command =
                """
                {"commands":[{"command":"createClient","username":"bob"}]}
                """
                        .getBytes(StandardCharsets.UTF_8);
        security.execute(
                command,
                new Principal("c", "admin", "192.0.2.1:4711"),
                (_, _) -> java.util.List.of());
        assertTrue(security.take(read).isEmpty());
        assertTrue(access.admits("ann", "c1"));
        assertFalse(security.reread().isChanged());
    }
}
