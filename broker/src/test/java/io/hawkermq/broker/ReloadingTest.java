package io.hawkermq.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.Arguments.Dialect;
import io.hawkermq.broker.security.Changeover;
import io.hawkermq.core.EventLog;
import io.hawkermq.mosquitto.Configuration;
import io.hawkermq.mosquitto.access.PasswordFile;
import io.hawkermq.mosquitto.access.PasswordHash;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What SIGHUP and changed files do to a broker that was started from a file, and to whom not.
@TakesAgainWhatItFreed
class ReloadingTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;

    @TempDir private Path folder = Path.of("");

    private final int port = freePort();
    private final AtomicInteger exited = new AtomicInteger(-1);
    private @Nullable Broker broker;

    /// Of clients with a signal that is on its way.
    private Duration patience = Changeover.PATIENCE;

    @SuppressWarnings("NullAway.Init") // set by start, which each test calls
    private Reloading reloading;

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError("no port is free", e);
        }
    }

    @BeforeEach
    void passwords() throws IOException {
        passwords("ann:a1", "bob:b1");
    }

    @AfterEach
    void stop() {
        if (broker != null) {
            broker.close();
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// The same password always has the same hash here.
    private void passwords(String... users) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String user : users) {
            String[] parts = user.split(":");
            SecureRandom same =
                    new SecureRandom() {
                        private static final long serialVersionUID = 1L;

                        @Override
                        public void nextBytes(byte[] bytes) {
                            java.util.Arrays.fill(bytes, (byte) parts[1].hashCode());
                        }
                    };
            lines.add(
                    PasswordFile.line(parts[0], PasswordHash.pbkdf2(utf8(parts[1]), 2, same))
                            .strip());
        }
        Path file = folder.resolve("pw");
        FileTime before = Files.exists(file) ? Files.getLastModifiedTime(file) : null;
        Files.write(file, lines);
        if (before != null && before.equals(Files.getLastModifiedTime(file))) {
            // Written twice within one tick of the system's file times: nobody could tell by these.
            Files.setLastModifiedTime(file, FileTime.fromMillis(before.toMillis() + 1));
        }
    }

    private void write(String... lines) throws IOException {
        List<String> all = new ArrayList<>(List.of("sys_interval 0", "log_dest none"));
        all.add("listener " + port + " 127.0.0.1");
        for (String line : lines) {
            all.add(line.replace("@", folder.toString()));
        }
        Files.write(folder.resolve("a.conf"), all);
    }

    private void start(String... lines) throws Exception {
        write(lines);
        Arguments arguments = arguments();
        Configuration configuration = arguments.configuration();
        LineLog log = LineLog.open(LogSettings.of(configuration));
        ListenersAccess access = ListenersAccess.open(configuration, log);
        Broker started = Broker.start(FromConfiguration.options(configuration, access, log));
        broker = started;
        reloading =
                new Reloading(
                        arguments, configuration, started, log, access, exited::set, patience);
    }

    private Arguments arguments() throws Exception {
        return Arguments.parse(List.of("-c", folder.resolve("a.conf").toString()), Dialect.HAWKER);
    }

    private static Packet connect(String clientId, @Nullable String user) {
        if (user == null) {
            return TestClient.connect(V5, clientId);
        }
        String[] parts = user.split(":");
        return TestClient.connect(V5, clientId, parts[0], parts[1]);
    }

    /// @param user with a colon and the password; null for an anonymous client
    private TestClient client(String clientId, @Nullable String user) throws IOException {
        TestClient client = new TestClient(port, V5);
        client.send(connect(clientId, user));
        assertEquals(ReasonCode.SUCCESS, client.next(Packet.Connack.class).reasonCode());
        return client;
    }

    private ReasonCode answer(@Nullable String user) throws IOException {
        try (TestClient client = new TestClient(port, V5)) {
            client.send(connect("asking", user));
            return client.next(Packet.Connack.class).reasonCode();
        }
    }

    /// The connection is open, and messages come back on it.
    private static void assertAlive(TestClient client, String topic) throws IOException {
        client.send(TestClient.subscribe(topic, QoS.AT_MOST_ONCE));
        client.next(Packet.Suback.class);
        client.send(TestClient.publish(topic, QoS.AT_MOST_ONCE, 0, new byte[0]));
        client.next(Packet.Publish.class);
    }

    private static void assertSentAway(TestClient client) throws IOException {
        assertEquals(ReasonCode.NOT_AUTHORIZED, client.next(Packet.Disconnect.class).reasonCode());
        assertTrue(client.isClosedByBroker());
    }

    // ---- who has to go ----

    @Test
    void whoseUserIsGoneOrHasAnotherPasswordHasToGo() throws Exception {
        start("password_file @/pw");
        passwords("ann:a1", "bob:b1", "cas:c1");
        reloading.reload();
        try (TestClient ann = client("1", "ann:a1");
                TestClient bob = client("2", "bob:b1");
                TestClient cas = client("3", "cas:c1")) {
            passwords("ann:a1", "bob:b2", "dan:d1");
            reloading.reload();
            assertSentAway(bob);
            assertSentAway(cas);
            assertAlive(ann, "t");
        }
        assertEquals(ReasonCode.SUCCESS, answer("bob:b2"));
        assertEquals(ReasonCode.SUCCESS, answer("dan:d1"));
        assertEquals(ReasonCode.NOT_AUTHORIZED, answer("cas:c1"));
    }

    @Test
    void anonymousClientsHaveToGoWhenTheyAreNotLetInAnyMore() throws Exception {
        start("password_file @/pw", "allow_anonymous true");
        try (TestClient ann = client("1", "ann:a1");
                TestClient anonymous = client("2", null)) {
            reloading.reload();
            assertAlive(anonymous, "t");
            write("password_file @/pw", "allow_anonymous false");
            reloading.reload();
            assertSentAway(anonymous);
            assertAlive(ann, "t");
        }
    }

    @Test
    void newRulesHoldForClientsThatAreConnected() throws Exception {
        Files.writeString(folder.resolve("acl"), "topic readwrite a/#\n");
        start("allow_anonymous true", "acl_file @/acl");
        try (TestClient client = client("1", null)) {
            assertAlive(client, "a/x");
            Files.writeString(folder.resolve("acl"), "topic readwrite b/#\n");
            reloading.reloadFiles();
            client.send(TestClient.publish("a/x", QoS.AT_LEAST_ONCE, 1, new byte[0]));
            assertEquals(ReasonCode.NOT_AUTHORIZED, client.next(Packet.Puback.class).reasonCode());
            assertAlive(client, "b/x");
        }
    }

    @Test
    void retainedMessagesOfWhoMayNoLongerPublishThemAreNotSent() throws Exception {
        String[] options = {
            "password_file @/pw", "acl_file @/acl", "persistence true", "persistence_location @/"
        };
        Files.writeString(folder.resolve("acl"), "pattern readwrite #\n");
        start(options);
        retain("ann:a1", "t/ann");
        retain("bob:b1", "t/bob");
        retain("bob:b1", "t/last");
        assertEquals(List.of("t/ann", "t/bob"), retained("bob:b1"));

        Files.writeString(
                folder.resolve("acl"), "user ann\ntopic read #\nuser bob\ntopic readwrite #\n");
        reloading.reload();
        assertEquals(List.of("t/bob"), retained("bob:b1"));

        stop();
        start(options);
        assertEquals(List.of("t/bob"), retained("bob:b1"));

        stop();
        List<String> unchecked = new ArrayList<>(List.of(options));
        unchecked.add("check_retain_source false");
        start(unchecked.toArray(String[]::new));
        assertEquals(List.of("t/ann", "t/bob"), retained("bob:b1"));
    }

    private void retain(String user, String topic) throws IOException {
        try (TestClient client = client("source " + user, user)) {
            client.send(
                    new Packet.Publish(
                            false,
                            QoS.AT_LEAST_ONCE,
                            true,
                            TopicName.of(topic),
                            1,
                            Properties.NONE,
                            utf8("kept")));
            assertEquals(
                    ReasonCode.NO_MATCHING_SUBSCRIBERS,
                    client.next(Packet.Puback.class).reasonCode());
        }
    }

    /// The topics below `t` whose retained messages are sent to this user.
    private List<String> retained(String user) throws IOException {
        List<String> topics = new ArrayList<>();
        try (TestClient client = client("asking", user)) {
            client.send(TestClient.subscribe("t/#", QoS.AT_MOST_ONCE));
            client.next(Packet.Suback.class);
            String topic = "";
            while (!topic.equals("t/last")) { // they come in the order of their topics
                topic = String.valueOf(client.next(Packet.Publish.class).topic());
                topics.add(topic);
            }
        }
        topics.remove("t/last");
        return topics;
    }

    enum Notice {
        SIGNAL,
        WATCH
    }

    /// So the review that belongs to the change does not find those who came after it.
    @ParameterizedTest
    @EnumSource
    void whoConnectsWhileTheNoticeIsOnItsWayMeetsTheNewRules(Notice notice) throws Exception {
        patience = Duration.ofMinutes(1); // however slow the machine is
        start("password_file @/pw");
        for (String password : List.of("b2", "b3")) {
            passwords("ann:a1", "bob:" + password);
            // A CONNECT right after the change, as if the signal had been sent before it.
            try (TestClient client = new TestClient(port, V5)) {
                client.send(connect("asking", "bob:" + password));
                Reloading.Outcome outcome =
                        switch (notice) {
                            case SIGNAL -> reloading.reload();
                            case WATCH -> reloading.reloadFiles();
                        };
                assertTrue(outcome.isDone());
                assertEquals(ReasonCode.SUCCESS, client.next(Packet.Connack.class).reasonCode());
                assertAlive(client, "t");
            }
        }
    }

    @Test
    void withoutASignalTheOldRulesDecideAfterAMoment() throws Exception {
        start("password_file @/pw");
        passwords("ann:a1");
        assertEquals(ReasonCode.SUCCESS, answer("bob:b1"));
    }

    // ---- what is taken ----

    @Test
    void termsOfTheListenerHoldForNewConnections() throws Exception {
        start("allow_anonymous true", "max_qos 1");
        try (TestClient before = client("1", null)) {
            write("allow_anonymous true", "accept_protocol_versions 4", "mount_point m/");
            reloading.reload();
            assertAlive(before, "t");
            assertEquals(ReasonCode.UNSUPPORTED_PROTOCOL_VERSION, answer(null));
        }
    }

    @Test
    void aBrokenFileLeavesAllOldSettingsInForce() throws Exception {
        start("password_file @/pw");
        try (TestClient ann = client("1", "ann:a1")) {
            Files.writeString(folder.resolve("pw"), "eve:nohash\n");
            write("allow_anonymous true", "password_file @/pw");
            reloading.reload();
            reloading.reloadFiles();
            assertAlive(ann, "t");
            assertEquals(ReasonCode.SUCCESS, answer("bob:b1"));
            assertEquals(ReasonCode.NOT_AUTHORIZED, answer(null));
            assertEquals(-1, exited.get());
        }
    }

    @Test
    void aFileThatHasBecomeEmptyLeavesAllOldSettingsInForce() throws Exception {
        start("allow_anonymous true");
        Path file = folder.resolve("a.conf");
        try (TestClient client = client("1", null)) {
            for (String text : List.of("", "# saved in a moment\n\n")) {
                Files.writeString(file, text);
                for (Reloading.Outcome outcome : List.of(reloading.preview(), reloading.reload())) {
                    assertFalse(outcome.isDone());
                    String line = outcome.lines().getFirst();
                    assertTrue(line.contains(file + " is empty"), line);
                    assertTrue(line.contains("4 lines that were read before"), line);
                }
            }
            Files.delete(file);
            assertFalse(reloading.reload().isDone());
            assertEquals(ReasonCode.SUCCESS, answer(null));
            assertAlive(client, "t");
            write("allow_anonymous false");
            assertTrue(reloading.reload().isDone());
            assertEquals(ReasonCode.NOT_AUTHORIZED, answer(null));
        }
    }

    // ---- listeners ----

    private static void assertClosed(int port) {
        assertThrows(IOException.class, () -> new TestClient(port, V5).close());
    }

    @Test
    void listenersComeAndGoAndOnlyWhoCameThroughOneThatIsGoneHasToGo() throws Exception {
        int second = freePort();
        start("allow_anonymous true", "max_qos 1");
        try (TestClient stays = client("stays", null)) {
            write(
                    "allow_anonymous true",
                    "listener " + second + " 127.0.0.1",
                    "allow_anonymous true",
                    "accept_protocol_versions 5");
            assertTrue(reloading.reload().isDone());
            try (TestClient goes = new TestClient(second, V5).connected("goes")) {
                assertAlive(goes, "t");
                write("allow_anonymous true");
                assertTrue(reloading.reload().isDone());
                assertEquals(
                        ReasonCode.ADMINISTRATIVE_ACTION,
                        goes.next(Packet.Disconnect.class).reasonCode());
                assertTrue(goes.isClosedByBroker());
            }
            assertClosed(second);
            assertAlive(stays, "u");
            assertEquals(ReasonCode.SUCCESS, answer(null));
        }
    }

    @Test
    void aNewListenerHasItsOwnRules() throws Exception {
        int second = freePort();
        start("per_listener_settings true", "allow_anonymous true");
        write(
                "per_listener_settings true",
                "allow_anonymous true",
                "listener " + second + " 127.0.0.1",
                "password_file @/pw");
        assertTrue(reloading.reload().isDone());
        assertEquals(ReasonCode.SUCCESS, answer(null));
        try (TestClient client = new TestClient(second, V5)) {
            client.send(connect("c", null));
            assertEquals(ReasonCode.NOT_AUTHORIZED, client.next(Packet.Connack.class).reasonCode());
        }
        try (TestClient client = new TestClient(second, V5)) {
            client.send(connect("c", "ann:a1"));
            assertEquals(ReasonCode.SUCCESS, client.next(Packet.Connack.class).reasonCode());
        }
    }

    @Test
    void whenOneListenerCannotBeOpenedNothingChanges() throws Exception {
        int second = freePort();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            start("allow_anonymous true");
            try (TestClient client = client("1", null)) {
                write(
                        "allow_anonymous false",
                        "listener " + second + " 127.0.0.1",
                        "listener " + taken.getLocalPort() + " 127.0.0.1");
                assertFalse(reloading.reload().isDone());
                assertClosed(second);
                assertAlive(client, "t");
                assertEquals(ReasonCode.SUCCESS, answer(null));
            }
        }
    }

    @Test
    void aListenerMayMoveToAnotherAddressOfItsPort() throws Exception {
        start("allow_anonymous true");
        List<String> lines = new ArrayList<>(Files.readAllLines(folder.resolve("a.conf")));
        lines.replaceAll(l -> l.replace("127.0.0.1", "127.0.0.2"));
        Files.write(folder.resolve("a.conf"), lines);
        assertTrue(reloading.reload().isDone());
        assertClosed(port);
    }

    @Test
    void theHttpApiComesAndGoes() throws Exception {
        int http = freePort();
        start("allow_anonymous true");
        URI live = URI.create("http://127.0.0.1:" + http + "/health/live");
        HttpRequest request = HttpRequest.newBuilder(live).timeout(Duration.ofSeconds(10)).build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int round = 0; round < 2; round++) {
                write(
                        "allow_anonymous true",
                        "listener " + http + " 127.0.0.1",
                        "protocol http_api");
                assertTrue(reloading.reload().isDone());
                assertEquals(200, client.send(request, BodyHandlers.discarding()).statusCode());
                write("allow_anonymous true");
                assertTrue(reloading.reload().isDone());
                assertThrows(
                        IOException.class, () -> client.send(request, BodyHandlers.discarding()));
            }
        }
    }

    // ---- hawker reload ----

    private String told(String... words) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int status = ReloadCommand.run(List.of(words), new PrintStream(bytes, true, UTF_8));
        return status + " " + bytes.toString(UTF_8);
    }

    @Test
    void thePreviewSaysWhatTheReloadThenDoes() throws Exception {
        start("allow_anonymous true", "pid_file @/pid", "password_file @/pw");
        String conf = folder.resolve("a.conf").toString();
        Path socket = folder.resolve("pid.control");
        assertThrows(StartException.class, () -> told("--dry-run", "-c", conf));
        try (ControlSocket _ = ControlSocket.open(socket, reloading, EventLog.SILENT)) {
            assertEquals("0 Nothing would change.\n", told("--dry-run", "-c", conf));
            int second = freePort();
            passwords("ann:a1");
            write(
                    "allow_anonymous false",
                    "pid_file @/pid",
                    "password_file @/pw",
                    "listener " + second + " 127.0.0.1");
            String preview = told("--dry-run", "-c", conf);
            assertTrue(preview.startsWith("0 "), preview);
            assertTrue(preview.contains("allow_anonymous true -> false"), preview);
            assertTrue(preview.contains("listener " + second + " 127.0.0.1: added"), preview);
            assertTrue(preview.contains("/pw: has changed"), preview);
            assertEquals(ReasonCode.SUCCESS, answer(null), "nothing has changed yet");
            assertClosed(second);
            String done = told("--socket", socket.toString());
            assertTrue(done.contains("listener " + second + " 127.0.0.1: added"), done);
            assertTrue(done.endsWith("Reloaded.\n"), done);
            assertEquals(ReasonCode.NOT_AUTHORIZED, answer(null));
            write("allow_anonymous perhaps", "pid_file @/pid");
            String wrong = told("--socket", socket.toString());
            assertTrue(wrong.startsWith("3 Error: "), wrong);
            assertTrue(wrong.contains("allow_anonymous"), wrong);
        }
        assertFalse(Files.exists(socket));
    }

    @Test
    void whoAsksGetsAnAnswerWhateverGoesWrong() throws Exception {
        start("allow_anonymous true", "hawker_reload_on_error exit");
        reloading =
                new Reloading(
                        arguments(),
                        arguments().configuration(),
                        java.util.Objects.requireNonNull(broker),
                        LineLog.open(LogSettings.of(arguments().configuration())),
                        null,
                        _ -> {
                            throw new IllegalStateException("by this test");
                        },
                        patience);
        Path socket = folder.resolve("control");
        try (ControlSocket _ = ControlSocket.open(socket, reloading, EventLog.SILENT)) {
            write("allow_anonymous perhaps");
            for (int round = 0; round < 2; round++) {
                String told = told("--socket", socket.toString());
                assertTrue(told.startsWith("3 "), told);
                assertTrue(told.contains("by this test"), told);
            }
        }
    }

    // ---- certificates ----

    private X509Certificate shown(TestCertificates certificates) throws Exception {
        try (SSLSocket socket =
                TestCertificates.connect(certificates.client("root.crt", null), port)) {
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    @Test
    void newCertificatesAreShownToNewConnectionsOnly() throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        certificates.root("root", "root");
        for (String name : List.of("first", "second")) {
            certificates.key(name, "EC");
            certificates.issue(name, "root", "server", "/CN=localhost");
        }
        certificates.copy("first.crt", "now.crt");
        certificates.copy("first.key", "now.key");
        start("allow_anonymous true", "certfile @/now.crt", "keyfile @/now.key");
        X509Certificate first = shown(certificates);
        try (SSLSocket socket =
                        TestCertificates.connect(certificates.client("root.crt", null), port);
                TestClient before = new TestClient(socket, V5).connected("c")) {
            reloading.reloadFiles();
            assertEquals(first, shown(certificates), "nothing has changed");
            certificates.copy("second.crt", "now.crt");
            reloading.reloadFiles();
            assertEquals(first, shown(certificates), "its key has not come yet");
            certificates.copy("second.key", "now.key");
            reloading.reloadFiles();
            assertFalse(first.equals(shown(certificates)));
            assertAlive(before, "t");
        }
    }

    @Test
    void theFilesToWatchAreThoseOfTheConfigurationInForce() throws Exception {
        Files.writeString(folder.resolve("acl"), "topic #\n");
        start("password_file @/pw");
        assertEquals(java.util.Set.of(folder.resolve("pw")), reloading.watched());
        write("allow_anonymous true", "acl_file @/acl");
        reloading.reload();
        assertEquals(java.util.Set.of(folder.resolve("acl")), reloading.watched());
        write("allow_anonymous true", "acl_file @/acl", "hawker_watch_files false");
        reloading.reload();
        assertEquals(java.util.Set.of(), reloading.watched());
    }

    // ---- dynamic security ----

    /// @param users with a colon, the password, and perhaps `:disabled`
    private void dynamicSecurity(String topic, String... users) throws IOException {
        passwords(users);
        List<String> clients = new ArrayList<>();
        List<String> lines = Files.readAllLines(folder.resolve("pw"));
        for (int i = 0; i < users.length; i++) {
            String[] parts = lines.get(i).split(":", 2);
            clients.add(
                    """
                    {"username":"%s","encoded_password":"%s","disabled":%s,
                     "roles":[{"rolename":"r"}]}\
                    """
                            .formatted(parts[0], parts[1], users[i].endsWith(":disabled")));
        }
        Files.writeString(
                folder.resolve("d.json"),
                """
                {"defaultACLAccess":{"publishClientSend":false,"publishClientReceive":true,
                "subscribe":true,"unsubscribe":true},"clients":[%s],"roles":[{"rolename":"r","acls":[
                {"acltype":"publishClientSend","topic":"%s","priority":0,"allow":true}]}]}
                """
                        .formatted(String.join(",", clients), topic));
    }

    private static final String[] DYNAMIC = {
        "plugin mosquitto_dynamic_security.so", "plugin_opt_config_file @/d.json"
    };

    @Test
    void theFileOfDynamicSecurityIsReadAgain() throws Exception {
        dynamicSecurity("a", "ann:a1", "bob:b1", "carl:c1");
        start(DYNAMIC);
        try (TestClient ann = client("ann", "ann:a1");
                TestClient bob = client("bob", "bob:b1");
                TestClient carl = client("carl", "carl:c1")) {
            assertAlive(ann, "a");
            dynamicSecurity("b", "ann:a1", "bob:b1:disabled", "carl:c2");
            assertEquals(
                    List.of("file " + folder.resolve("d.json") + ": has changed, at once"),
                    reloading.preview().lines());
            assertEquals(reloading.preview().lines(), reloading.reload().lines());
            assertSentAway(bob);
            assertSentAway(carl);
            assertAlive(ann, "b");
            assertEquals(ReasonCode.NOT_AUTHORIZED, answer("bob:b1"));
            assertEquals(ReasonCode.SUCCESS, answer("carl:c2"));
            assertEquals(List.of(), reloading.reload().lines());
            assertAlive(ann, "b");
        }
    }

    @Test
    void aBrokenFileOfDynamicSecurityLeavesTheOldOneInForce() throws Exception {
        dynamicSecurity("a", "ann:a1");
        start(DYNAMIC);
        try (TestClient ann = client("ann", "ann:a1")) {
            Files.writeString(folder.resolve("d.json"), "{\"clients\":[}");
            Reloading.Outcome outcome = reloading.reload();
            assertFalse(outcome.isDone());
            assertEquals(1, outcome.lines().size());
            assertTrue(outcome.lines().getFirst().contains("d.json"), outcome::toString);
            Files.delete(folder.resolve("d.json"));
            assertFalse(reloading.reload().isDone());
            assertAlive(ann, "a");
            assertEquals(ReasonCode.SUCCESS, answer("ann:a1"));
        }
    }
}
