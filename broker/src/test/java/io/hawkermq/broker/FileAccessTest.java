package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.security.FileAccess;
import io.hawkermq.broker.security.FileAccess.AnonymousClients;
import io.hawkermq.broker.security.FileAccess.Rules;
import io.hawkermq.broker.security.LoginLimits;
import io.hawkermq.core.AccessControl.Decision;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import io.hawkermq.core.Slots;
import io.hawkermq.mosquitto.access.AccessFileException;
import io.hawkermq.mosquitto.access.AccessList;
import io.hawkermq.mosquitto.access.PasswordFile;
import io.hawkermq.mosquitto.access.PasswordHash;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.protocol.Will;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Mosquitto's files at work in a real broker.
@Timeout(60)
class FileAccessTest {
    private static final byte[] PAYLOAD = utf8("21.5");
    private static final LoginLimits AT_ONCE = LoginLimits.DEFAULT.withDelays(0, 0);
    private static final String ALL = "topic #";

    private final Queue<String> logged = new ConcurrentLinkedQueue<>();

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static PasswordFile passwords() throws AccessFileException {
        SecureRandom random = new SecureRandom();
        return PasswordFile.parse(
                "pw",
                utf8(
                        PasswordFile.line("alice", PasswordHash.pbkdf2(utf8("secret"), 10, random))
                                + "\n"
                                + PasswordFile.line(
                                        "bob", PasswordHash.argon2id(utf8("secret"), random))));
    }

    private static @Nullable AccessList list(String... lines) throws AccessFileException {
        return lines.length == 0 ? null : AccessList.parse("acl", utf8(String.join("\n", lines)));
    }

    private static Rules withPasswords(String... acl) throws AccessFileException {
        return new Rules(passwords(), list(acl), AnonymousClients.REFUSED);
    }

    private static Rules anonymous(String... acl) throws AccessFileException {
        return new Rules(null, list(acl), AnonymousClients.ALLOWED);
    }

    private FileAccess access(Rules rules, LoginLimits limits) {
        return new FileAccess(
                rules,
                0,
                limits,
                new EventLog() {
                    @Override
                    public boolean isEnabled(LogLevel level) {
                        return true;
                    }

                    @Override
                    public void log(LogLevel level, String text) {
                        logged.add(level + " " + text);
                    }
                });
    }

    private static Broker start(FileAccess access) throws StartException {
        return Broker.start(
                BrokerOptions.local(0).with(o -> o.sysIntervalSeconds(0).access(access)));
    }

    private static Packet connect(
            ProtocolVersion version, @Nullable String user, @Nullable String password) {
        return TestClient.connect(version, "client", user, password);
    }

    private static Packet.Connack answer(
            Broker broker,
            ProtocolVersion version,
            @Nullable String user,
            @Nullable String password)
            throws IOException {
        try (TestClient client = new TestClient(broker.port(), version)) {
            client.send(connect(version, user, password));
            return client.next(Packet.Connack.class);
        }
    }

    private static TestClient client(Broker broker, ProtocolVersion version) throws IOException {
        return TestClient.connected(broker.port(), version, "client");
    }

    // ---- who may connect ----

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void asksForUserNameAndPassword(ProtocolVersion version) throws Exception {
        try (Broker broker = start(access(withPasswords(), AT_ONCE))) {
            assertEquals(
                    ReasonCode.SUCCESS, answer(broker, version, "alice", "secret").reasonCode());
            assertEquals(ReasonCode.SUCCESS, answer(broker, version, "bob", "secret").reasonCode());
            ReasonCode no = ReasonCode.NOT_AUTHORIZED;
            assertEquals(no, answer(broker, version, "alice", "wrong").reasonCode());
            assertEquals(no, answer(broker, version, "nobody", "secret").reasonCode());
            assertEquals(no, answer(broker, version, "alice", null).reasonCode());
            assertEquals(no, answer(broker, version, null, null).reasonCode());
        }
    }

    @Test
    void anonymousClientsComeInIfTheyMay() throws Exception {
        ProtocolVersion v = ProtocolVersion.MQTT_5;
        Rules open = new Rules(passwords(), null, AnonymousClients.ALLOWED);
        try (Broker broker = start(access(open, AT_ONCE))) {
            assertEquals(ReasonCode.SUCCESS, answer(broker, v, null, null).reasonCode());
            assertEquals(ReasonCode.NOT_AUTHORIZED, answer(broker, v, "alice", "x").reasonCode());
        }
        try (Broker broker = start(access(anonymous(), AT_ONCE))) {
            assertEquals(ReasonCode.SUCCESS, answer(broker, v, "anybody", "x").reasonCode());
        }
        Rules closed = new Rules(null, null, AnonymousClients.REFUSED);
        try (Broker broker = start(access(closed, AT_ONCE))) {
            assertEquals(ReasonCode.NOT_AUTHORIZED, answer(broker, v, "alice", "x").reasonCode());
            assertEquals(ReasonCode.NOT_AUTHORIZED, answer(broker, v, null, null).reasonCode());
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void anEmptyUserNameIsNone(ProtocolVersion version) throws Exception {
        Rules open = new Rules(passwords(), list("topic anonymous"), AnonymousClients.ALLOWED);
        try (Broker broker = start(access(open, AT_ONCE));
                TestClient client = new TestClient(broker.port(), version)) {
            client.send(connect(version, "", ""));
            assertEquals(ReasonCode.SUCCESS, client.next(Packet.Connack.class).reasonCode());
            client.send(TestClient.subscribe("#", QoS.AT_MOST_ONCE));
            client.next(Packet.Suback.class);
            client.send(TestClient.publish("anonymous", QoS.AT_MOST_ONCE, 0, PAYLOAD));
            client.next(Packet.Publish.class);
        }
        try (Broker broker = start(access(withPasswords(), AT_ONCE))) {
            assertEquals(ReasonCode.NOT_AUTHORIZED, answer(broker, version, "", "").reasonCode());
        }
    }

    /// What a client sends before its CONNACK must wait for the password check, on whatever loop.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void whatComesBehindConnectWaitsForTheAnswer(int loops) throws Exception {
        FileAccess access = access(withPasswords(), AT_ONCE);
        BrokerOptions options =
                BrokerOptions.local(0)
                        .with(o -> o.sysIntervalSeconds(0).access(access).loops(loops));
        try (Broker broker = Broker.start(options)) {
            boolean[] isOwner = new boolean[loops];
            for (int i = 0; i < 20; i++) {
                isOwner[Slots.over(loops).shardOf("client" + i)] = true;
                try (TestClient client = new TestClient(broker.port(), ProtocolVersion.MQTT_5)) {
                    client.send(
                            TestClient.connect(
                                    ProtocolVersion.MQTT_5, "client" + i, "alice", "secret"),
                            TestClient.subscribe("own/" + i, QoS.AT_MOST_ONCE),
                            new Packet.Pingreq());
                    client.next(Packet.Connack.class);
                    assertTrue(
                            List.of(client.next(), client.next()).stream()
                                    .anyMatch(p -> p instanceof Packet.Suback));
                }
            }
            for (boolean owns : isOwner) {
                assertTrue(owns, "a loop without a client shows nothing");
            }
        }
    }

    @Test
    void nothingOfARefusedClientIsProcessed() throws Exception {
        try (Broker broker = start(access(withPasswords(), AT_ONCE));
                TestClient alice = new TestClient(broker.port(), ProtocolVersion.MQTT_3_1_1);
                TestClient eve = new TestClient(broker.port(), ProtocolVersion.MQTT_3_1_1)) {
            alice.send(connect(ProtocolVersion.MQTT_3_1_1, "alice", "secret"));
            alice.next(Packet.Connack.class);
            alice.send(TestClient.subscribe("#", QoS.AT_MOST_ONCE));
            alice.next(Packet.Suback.class);
            eve.send(
                    connect(ProtocolVersion.MQTT_3_1_1, "alice", "guess"),
                    TestClient.publish("evil", QoS.AT_MOST_ONCE, 0, PAYLOAD));
            assertEquals(ReasonCode.NOT_AUTHORIZED, eve.next(Packet.Connack.class).reasonCode());
            assertTrue(eve.isClosedByBroker());
            alice.send(new Packet.Pingreq());
            alice.next(Packet.Pingresp.class);
        }
    }

    @Test
    void failedLoginsAreLoggedAndBanned() throws Exception {
        ProtocolVersion v = ProtocolVersion.MQTT_5;
        try (Broker broker = start(access(withPasswords(), AT_ONCE.withFailuresOfUser(3)))) {
            for (int i = 0; i < 3; i++) {
                assertEquals(
                        ReasonCode.NOT_AUTHORIZED, answer(broker, v, "alice", "no").reasonCode());
            }
            assertEquals(ReasonCode.BANNED, answer(broker, v, "alice", "secret").reasonCode());
            assertEquals(
                    ReasonCode.NOT_AUTHORIZED,
                    answer(broker, ProtocolVersion.MQTT_3_1_1, "alice", "secret").reasonCode());
            assertEquals(ReasonCode.SUCCESS, answer(broker, v, "bob", "secret").reasonCode());
        }
        assertTrue(
                logged.stream()
                        .anyMatch(l ->
                                l.matches(
                                        "NOTICE Login of user 'alice' from 127\\.0\\.0\\.1:\\d+ refused:"
                                                + " the user name or the password is wrong \\(failure 3\\)\\.")),
                logged::toString);
        assertTrue(
                logged.contains(
                        "WARNING Too many failed logins: user 'alice' is banned from address"
                                + " 127.0.0.1 for a time."),
                logged::toString);
    }

    @Test
    void answersAreDelayedFromTheFourthFailureOn() throws Exception {
        try (Broker broker =
                start(access(withPasswords(), LoginLimits.DEFAULT.withDelays(300, 300)))) {
            for (int i = 0; i < 3; i++) {
                answer(broker, ProtocolVersion.MQTT_5, "alice", "no");
            }
            long start = System.nanoTime();
            answer(broker, ProtocolVersion.MQTT_5, "alice", "no");
            assertTrue(System.nanoTime() - start >= 300_000_000L);
        }
    }

    @Test
    void moreLoginsThanAllowedAreRefusedAtOnceAndEachIsAnsweredOnce() throws Exception {
        PasswordHash slow = PasswordHash.pbkdf2(utf8("secret"), 1_000, new SecureRandom());
        PasswordFile file = PasswordFile.parse("pw", utf8(PasswordFile.line("alice", slow)));
        FileAccess access = access(new Rules(file, null, AnonymousClients.REFUSED), AT_ONCE);
        int count = FileAccess.MOST_LOGINS + 200;
        Queue<Decision> answers = new ConcurrentLinkedQueue<>();
        CountDownLatch answered = new CountDownLatch(count);
        Packet.Connect connect =
                (Packet.Connect) connect(ProtocolVersion.MQTT_5, "alice", "secret");
        for (int i = 0; i < count; i++) {
            access.connect(
                    connect,
                    "client",
                    "127.0.0.1:1",
                    Runnable::run,
                    decision -> {
                        answers.add(decision);
                        answered.countDown();
                    });
        }
        assertTrue(answered.await(30, TimeUnit.SECONDS));
        assertEquals(count, answers.size());
        Predicate<Decision> isBusy =
                d -> d instanceof Decision.Denied n && n.reasonCode() == ReasonCode.SERVER_BUSY;
        long busy = answers.stream().filter(isBusy).count();
        assertTrue(busy > 0 && busy < count, busy + " of " + count);
        assertTrue(
                answers.stream().allMatch(isBusy.or(d -> d instanceof Decision.Allowed)),
                "nothing but busy and allowed");
    }

    // ---- who may do what ----

    @Test
    void aDeniedPublishIsAcknowledgedWithNotAuthorizedByMqtt5() throws Exception {
        try (Broker broker = start(access(anonymous("topic read #", "topic write ok"), AT_ONCE));
                TestClient c = client(broker, ProtocolVersion.MQTT_5)) {
            c.send(TestClient.subscribe("#", QoS.AT_MOST_ONCE));
            c.next(Packet.Suback.class);
            c.send(TestClient.publish("no", QoS.AT_LEAST_ONCE, 1, PAYLOAD));
            assertEquals(ReasonCode.NOT_AUTHORIZED, c.next(Packet.Puback.class).reasonCode());
            c.send(TestClient.publish("no", QoS.EXACTLY_ONCE, 2, PAYLOAD));
            assertEquals(ReasonCode.NOT_AUTHORIZED, c.next(Packet.Pubrec.class).reasonCode());
            c.send(
                    TestClient.publish("no", QoS.AT_MOST_ONCE, 0, PAYLOAD),
                    TestClient.publish("ok", QoS.AT_MOST_ONCE, 0, PAYLOAD));
            assertEquals("ok", String.valueOf(c.next(Packet.Publish.class).topic()));
        }
    }

    @ParameterizedTest
    @CsvSource({"MQTT_3_1", "MQTT_3_1_1"})
    void aDeniedPublishLooksLikeAnotherToMqtt3(ProtocolVersion version) throws Exception {
        try (Broker broker = start(access(anonymous("topic read #", "topic write ok"), AT_ONCE));
                TestClient c = client(broker, version)) {
            c.send(TestClient.subscribe("#", QoS.AT_MOST_ONCE));
            c.next(Packet.Suback.class);
            c.send(TestClient.publish("no", QoS.AT_LEAST_ONCE, 1, PAYLOAD));
            assertEquals(1, c.next(Packet.Puback.class).packetId());
            c.send(TestClient.publish("no", QoS.EXACTLY_ONCE, 2, PAYLOAD));
            assertEquals(2, c.next(Packet.Pubrec.class).packetId());
            c.send(TestClient.publish("ok", QoS.AT_MOST_ONCE, 0, PAYLOAD));
            assertEquals("ok", String.valueOf(c.next(Packet.Publish.class).topic()));
        }
    }

    @Test
    void deliveriesAreChecked() throws Exception {
        Rules rules = anonymous("topic write #", "topic read ok/#");
        try (Broker broker = start(access(rules, AT_ONCE));
                TestClient c = client(broker, ProtocolVersion.MQTT_5)) {
            c.send(
                    new Packet.Publish(
                            false,
                            QoS.AT_MOST_ONCE,
                            true,
                            TopicName.of("no/retained"),
                            0,
                            Properties.NONE,
                            PAYLOAD));
            c.send(TestClient.subscribe("#", QoS.EXACTLY_ONCE));
            assertEquals(
                    List.of(ReasonCode.GRANTED_QOS_2), c.next(Packet.Suback.class).reasonCodes());
            c.send(
                    TestClient.publish("no", QoS.AT_MOST_ONCE, 0, PAYLOAD),
                    TestClient.publish("ok/a", QoS.AT_MOST_ONCE, 0, PAYLOAD));
            assertEquals("ok/a", String.valueOf(c.next(Packet.Publish.class).topic()));
        }
    }

    @Test
    void subscribeLinesLimitSubscriptions() throws Exception {
        Rules rules = anonymous(ALL, "topic subscribe ok/#");
        try (Broker broker = start(access(rules, AT_ONCE))) {
            try (TestClient c = client(broker, ProtocolVersion.MQTT_5)) {
                c.send(TestClient.subscribe("#", QoS.AT_MOST_ONCE));
                assertEquals(
                        List.of(ReasonCode.NOT_AUTHORIZED),
                        c.next(Packet.Suback.class).reasonCodes());
                c.send(TestClient.subscribe("ok/+", QoS.AT_LEAST_ONCE));
                assertEquals(
                        List.of(ReasonCode.GRANTED_QOS_1),
                        c.next(Packet.Suback.class).reasonCodes());
            }
            try (TestClient c = client(broker, ProtocolVersion.MQTT_3_1_1)) {
                c.send(TestClient.subscribe("#", QoS.AT_MOST_ONCE));
                List<ReasonCode> codes = c.next(Packet.Suback.class).reasonCodes();
                assertEquals(0x80, codes.getFirst().code());
            }
        }
    }

    @Test
    void willsAreChecked() throws Exception {
        Rules rules = anonymous("topic read #", "topic write ok");
        try (Broker broker = start(access(rules, AT_ONCE));
                TestClient watcher =
                        TestClient.connected(broker.port(), ProtocolVersion.MQTT_5, "watcher")) {
            watcher.send(TestClient.subscribe("#", QoS.AT_MOST_ONCE));
            watcher.next(Packet.Suback.class);
            for (String topic : List.of("no", "ok")) {
                Will will =
                        new Will(
                                TopicName.of(topic),
                                PAYLOAD,
                                QoS.AT_MOST_ONCE,
                                false,
                                Properties.NONE);
                try (TestClient c = new TestClient(broker.port(), ProtocolVersion.MQTT_5)) {
                    c.send(
                            new Packet.Connect(
                                    ProtocolVersion.MQTT_5,
                                    false,
                                    true,
                                    60,
                                    "dying" + topic,
                                    will,
                                    null,
                                    null,
                                    Properties.NONE));
                    c.next(Packet.Connack.class);
                    // A DISCONNECT with will, so that the order of the two is certain.
                    c.send(
                            new Packet.Disconnect(
                                    ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, Properties.NONE));
                    assertTrue(c.isClosedByBroker());
                }
            }
            assertEquals("ok", String.valueOf(watcher.next(Packet.Publish.class).topic()));
        }
    }

    // ---- reload ----

    /// What bob, whose password is right, is told if a reload comes while it is checked.
    private Decision checkedDuringReload(Rules before, Rules after) throws Exception {
        FileAccess access = access(before, AT_ONCE);
        CompletableFuture<Runnable> checked = new CompletableFuture<>();
        CompletableFuture<Decision> answer = new CompletableFuture<>();
        access.connect(
                (Packet.Connect) connect(ProtocolVersion.MQTT_5, "bob", "secret"),
                "client",
                "127.0.0.1:1",
                checked::complete,
                answer::complete);
        Runnable onTheLoop = checked.get(20, TimeUnit.SECONDS);
        var _ = access.reload(after);
        onTheLoop.run();
        return answer.get(20, TimeUnit.SECONDS);
    }

    @Test
    void aReloadDuringACheckDecides() throws Exception {
        PasswordFile bobs = passwords();
        Rules before = new Rules(bobs, null, AnonymousClients.REFUSED);
        for (Rules after :
                List.of(
                        withPasswords(), // another hash
                        new Rules(
                                PasswordFile.parse("pw", new byte[0]),
                                null,
                                AnonymousClients.ALLOWED),
                        new Rules(null, null, AnonymousClients.REFUSED))) {
            assertEquals(
                    new Decision.Denied(
                            ReasonCode.NOT_AUTHORIZED, "the rules of who may connect have changed"),
                    checkedDuringReload(before, after));
        }
        for (Rules after :
                List.of(
                        new Rules(bobs, list(ALL), AnonymousClients.REFUSED),
                        new Rules(null, null, AnonymousClients.ALLOWED))) {
            assertEquals(new Decision.Allowed("bob"), checkedDuringReload(before, after));
        }
    }

    @Test
    void aReloadJudgesSubscriptionsThatExist() throws Exception {
        FileAccess access = access(anonymous(), AT_ONCE);
        try (Broker broker = start(access);
                TestClient c = client(broker, ProtocolVersion.MQTT_5)) {
            c.send(TestClient.subscribe("#", QoS.AT_MOST_ONCE));
            c.next(Packet.Suback.class);
            c.send(TestClient.publish("two", QoS.AT_MOST_ONCE, 0, PAYLOAD));
            assertEquals("two", String.valueOf(c.next(Packet.Publish.class).topic()));
            access.reload(anonymous("topic write #", "topic read one"));
            c.send(
                    TestClient.publish("two", QoS.AT_MOST_ONCE, 0, PAYLOAD),
                    TestClient.publish("one", QoS.AT_MOST_ONCE, 0, PAYLOAD));
            assertEquals("one", String.valueOf(c.next(Packet.Publish.class).topic()));
        }
    }

    @Test
    void aReloadJudgesWhatWaits() throws Exception {
        FileAccess access = access(anonymous(ALL), AT_ONCE);
        try (Broker broker = start(access);
                TestClient publisher =
                        TestClient.connected(broker.port(), ProtocolVersion.MQTT_3_1_1, "p")) {
            try (TestClient c = lasting(broker)) {
                c.send(TestClient.subscribe("#", QoS.AT_LEAST_ONCE));
                c.next(Packet.Suback.class);
                c.send(new Packet.Disconnect(ReasonCode.SUCCESS, Properties.NONE));
                assertTrue(c.isClosedByBroker());
            }
            int packetId = 0;
            for (String topic : List.of("two", "one")) {
                publisher.send(TestClient.publish(topic, QoS.AT_LEAST_ONCE, ++packetId, PAYLOAD));
                publisher.next(Packet.Puback.class);
            }
            access.reload(anonymous("topic read one"));
            try (TestClient c = lasting(broker)) {
                assertEquals("one", String.valueOf(c.next(Packet.Publish.class).topic()));
                c.send(new Packet.Pingreq());
                c.next(Packet.Pingresp.class);
            }
        }
    }

    private static TestClient lasting(Broker broker) throws IOException {
        return TestClient.resuming(broker.port(), ProtocolVersion.MQTT_3_1_1, "lasting");
    }

    @Test
    void aReloadChangesPasswordsAndABrokenFileChangesNothing(@TempDir Path folder)
            throws Exception {
        ProtocolVersion v = ProtocolVersion.MQTT_5;
        Path file = folder.resolve("pw");
        SecureRandom random = new SecureRandom();
        Files.writeString(
                file, PasswordFile.line("carol", PasswordHash.pbkdf2(utf8("old"), 10, random)));
        FileAccess access = access(Rules.read(file, null, AnonymousClients.REFUSED), AT_ONCE);
        try (Broker broker = start(access)) {
            assertEquals(ReasonCode.SUCCESS, answer(broker, v, "carol", "old").reasonCode());
            Files.writeString(
                    file, PasswordFile.line("carol", PasswordHash.pbkdf2(utf8("new"), 10, random)));
            access.reload(Rules.read(file, null, AnonymousClients.REFUSED));
            assertEquals(ReasonCode.NOT_AUTHORIZED, answer(broker, v, "carol", "old").reasonCode());
            Files.writeString(file, "carol:plain");
            assertThrows(
                    AccessFileException.class,
                    () -> access.reload(Rules.read(file, null, AnonymousClients.REFUSED)));
            assertEquals(ReasonCode.SUCCESS, answer(broker, v, "carol", "new").reasonCode());
        }
    }
}
