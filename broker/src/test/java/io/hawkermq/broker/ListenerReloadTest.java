package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hawkermq.broker.Arguments.Dialect;
import io.hawkermq.broker.security.Changeover;
import io.hawkermq.core.AccessControl;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import io.hawkermq.mosquitto.Configuration;
import io.hawkermq.mosquitto.Option;
import io.hawkermq.mosquitto.Options;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a reload makes of a listener that has other lines than before: each option of listeners
/// takes effect, and where it listens changes without anybody being sent away.
@TakesAgainWhatItFreed
class ListenerReloadTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;
    private static final InetAddress V4 = address("127.0.0.1");
    private static final InetAddress OTHER_V4 = address("127.0.0.2");
    private static final InetAddress V6 = address("::1");

    @TempDir private Path folder = Path.of("");

    private final int port = freePort();
    private final int second = freePort();
    private int clients;
    private @Nullable Broker broker;

    @SuppressWarnings("NullAway.Init") // set by start, which each test calls
    private Reloading reloading;

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (IOException e) {
            throw new AssertionError(text, e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, V4)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError("no port is free", e);
        }
    }

    @BeforeEach
    void needsIpv6() {
        try (ServerSocket _ = new ServerSocket(0, 1, V6)) {
            // it can be had
        } catch (IOException e) {
            assumeTrue(false, "this machine has no address ::1");
        }
    }

    @AfterEach
    void stop() {
        if (broker != null) {
            broker.close();
        }
    }

    // ---- a broker and its file ----

    /// @param lines with `;` between them, `@` for the folder, PORT and SECOND for the ports
    private void write(String lines) throws IOException {
        Files.writeString(
                folder.resolve("a.conf"),
                "sys_interval 0\nlog_dest none\nallow_anonymous true\n"
                        + lines.replace(";", "\n")
                                .replace("@", folder.toString())
                                .replace("PORT", "" + port)
                                .replace("SECOND", "" + second)
                        + "\n");
    }

    private Broker start(String lines) throws Exception {
        return start(lines, EventLog.SILENT);
    }

    private Broker start(String lines, EventLog brokersLog) throws Exception {
        write(lines);
        Arguments arguments =
                Arguments.parse(List.of("-c", folder.resolve("a.conf").toString()), Dialect.HAWKER);
        Configuration configuration = arguments.configuration();
        LineLog log = LineLog.open(LogSettings.of(configuration));
        ListenersAccess access = ListenersAccess.open(configuration, log);
        Broker started = Broker.start(FromConfiguration.options(configuration, access, brokersLog));
        broker = started;
        reloading =
                new Reloading(
                        arguments,
                        configuration,
                        started,
                        log,
                        access,
                        status -> {
                            throw new AssertionError("ends with " + status);
                        },
                        Changeover.PATIENCE);
        return started;
    }

    private List<String> reload(String lines) throws IOException {
        write(lines);
        Reloading.Outcome preview = reloading.preview();
        Reloading.Outcome outcome = reloading.reload();
        assertTrue(outcome.isDone(), outcome.lines().toString());
        assertEquals(outcome.lines(), preview.lines(), "the preview tells the truth");
        return outcome.lines();
    }

    private List<String> reloadInVain(String lines) throws IOException {
        write(lines);
        Reloading.Outcome outcome = reloading.reload();
        assertFalse(outcome.isDone());
        return outcome.lines();
    }

    private TestClient client(InetAddress address) throws IOException {
        clients++;
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(address, port), 5_000);
        return new TestClient(socket, V5).connected("c" + clients);
    }

    private boolean isListening(InetAddress address) {
        try {
            client(address).close();
            return true;
        } catch (IOException | AssertionError e) {
            return false; // no socket, or it closes at once
        }
    }

    private void assertListens(InetAddress... addresses) {
        Set<InetAddress> listening = Set.of(addresses);
        for (InetAddress address : List.of(V4, OTHER_V4, V6)) {
            assertEquals(listening.contains(address), isListening(address), "" + address);
        }
    }

    private static void assertAlive(TestClient client, String topic) throws IOException {
        client.send(TestClient.subscribe(topic, QoS.AT_MOST_ONCE));
        client.next(Packet.Suback.class);
    }

    // ---- where ----

    @Test
    void aListenerMovesToOtherAddressesAndItsConnectionsStay() throws Exception {
        start("listener PORT;bind_interface lo;socket_domain ipv4");
        try (TestClient client = client(V4)) {
            assertListens(V4);
            List<String> lines = reload("listener PORT;bind_interface lo;socket_domain ipv6");
            assertEquals(1, lines.size());
            assertTrue(
                    lines.getFirst().contains("socket_domain ipv4 -> ipv6, for new connections"),
                    lines.toString());
            assertListens(V6);
            reload("listener PORT;bind_interface lo");
            assertListens(V4, V6);
            // All addresses exclude each of them, so these close first.
            lines = reload("listener PORT");
            assertTrue(lines.getFirst().contains("bind_interface lo -> "), lines.toString());
            assertListens(V4, OTHER_V4, V6);
            reload("listener PORT;socket_domain ipv6");
            assertListens(V6);
            reload("listener PORT;socket_domain ipv4");
            assertListens(V4, OTHER_V4);
            reload("listener PORT;bind_interface lo;socket_domain ipv4");
            assertListens(V4);
            assertAlive(client, "t");
        }
    }

    @Test
    void aListenerThatCannotMoveStaysWhereItIs() throws Exception {
        start("listener PORT;bind_interface lo;socket_domain ipv4");
        try (TestClient client = client(V4)) {
            try (ServerSocket _ = new ServerSocket(port, 1, V6)) {
                for (String wanted : List.of("listener PORT;bind_interface lo", "listener PORT")) {
                    List<String> lines = reloadInVain(wanted + ";max_qos 1");
                    assertEquals(1, lines.size());
                    assertTrue(lines.getFirst().contains("the port is in use"), lines.toString());
                    assertTrue(lines.getFirst().contains("a.conf:4"), lines.toString());
                    client(V4).close();
                }
            }
            try (ServerSocket _ = new ServerSocket(second, 1, V4)) {
                reloadInVain("listener PORT;bind_interface lo;listener SECOND 127.0.0.1");
                assertListens(V4);
            }
            assertAlive(client, "t");
        }
    }

    @Test
    void anInterfaceThatIsNotThereIsKnownBeforeAnythingChanges() throws Exception {
        start("listener PORT;bind_interface lo;socket_domain ipv4");
        write("listener PORT;bind_interface none9");
        for (Reloading.Outcome outcome : List.of(reloading.preview(), reloading.reload())) {
            assertFalse(outcome.isDone());
            assertEquals(1, outcome.lines().size());
            String line = outcome.lines().getFirst();
            assertTrue(line.startsWith("there is no network interface 'none9'"), line);
            assertTrue(line.endsWith("a.conf:4."), line);
        }
        assertListens(V4);
    }

    @Test
    void aListenerMovesOutOfTheWayOfANewOneAndAnotherMakesRoomForIt() throws Exception {
        start("listener PORT;bind_interface lo");
        try (TestClient client = client(V6)) {
            reload(
                    "listener PORT;bind_interface lo;socket_domain ipv4;listener PORT ::1;max_qos 1");
            assertListens(V4, V6);
            assertAlive(client, "t");
            reload("listener PORT;socket_domain ipv6");
            assertListens(V6);
            assertAlive(client, "u");
        }
    }

    // ---- what ----

    private int health() throws Exception {
        return health(port);
    }

    private static int health(int port) throws Exception {
        return get(port, "/health/live").statusCode();
    }

    private static HttpResponse<String> get(int port, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + port + path);
        HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, BodyHandlers.ofString());
        }
    }

    @Test
    void aPortOfMqttBecomesOneOfHttpAndComesBack() throws Exception {
        start("listener SECOND 127.0.0.1;listener PORT 127.0.0.1");
        try (TestClient client = client(V4)) {
            try (ServerSocket taken = new ServerSocket(0, 1, V4)) {
                reloadInVain(
                        "listener SECOND 127.0.0.1;listener PORT 127.0.0.1;protocol http_api;"
                                + "listener "
                                + taken.getLocalPort()
                                + " 127.0.0.1");
                client(V4).close();
                assertAlive(client, "t");
            }
            reload("listener SECOND 127.0.0.1;listener PORT 127.0.0.1;protocol http_api");
            assertEquals(200, health());
            client.next(Packet.Disconnect.class);
            assertTrue(client.isClosedByBroker());
            reload("listener SECOND 127.0.0.1;listener PORT 127.0.0.1");
            client(V4).close();
        }
    }

    @Test
    void aPortOfMqttComesBackThoughTheOneOfHttpIsLost() throws Exception {
        AtomicReference<@Nullable ServerSocket> thief = new AtomicReference<>();
        String before = "listener PORT 127.0.0.1;listener SECOND 127.0.0.1;protocol http_api";
        start(before, thief(port, second, thief));
        try (TestClient client = client(V4);
                ServerSocket taken = new ServerSocket(0, 1, V4)) {
            reloadInVain(
                    "listener PORT 127.0.0.1;protocol http_api;listener "
                            + taken.getLocalPort()
                            + " 127.0.0.1");
            client(V4).close();
            assertAlive(client, "t");
        } finally {
            Objects.requireNonNull(thief.get()).close();
        }
        reload(before);
        assertEquals(200, health(second));
    }

    @Test
    void aPortOfMqttComesBackIfOneOfHttpCannotBeHad() throws Exception {
        start("listener SECOND 127.0.0.1;listener PORT 127.0.0.1");
        try (TestClient client = client(V4);
                ServerSocket taken = new ServerSocket(0, 1, V4)) {
            reloadInVain(
                    "listener SECOND 127.0.0.1;listener PORT 127.0.0.1;protocol http_api;listener "
                            + taken.getLocalPort()
                            + " 127.0.0.1;protocol http_api");
            client(V4).close();
            assertAlive(client, "t");
        }
    }

    /// Takes a port of the loopback address as soon as another is opened for HTTP.
    private static EventLog thief(
            int opened, int taken, AtomicReference<@Nullable ServerSocket> thief) {
        return new EventLog() {
            @Override
            public boolean isEnabled(LogLevel level) {
                return true;
            }

            @Override
            public void log(LogLevel level, String text) {
                if (text.equals("Opening http_api listen socket on port " + opened + ".")) {
                    try {
                        thief.set(new ServerSocket(taken, 1, V4));
                    } catch (IOException e) {
                        throw new AssertionError("the port is closed by then", e);
                    }
                }
            }
        };
    }

    private static void assertLostOne(List<String> lines, int wanted, int lost) {
        assertEquals(2, lines.size(), lines::toString);
        assertTrue(lines.getFirst().contains("port " + wanted), lines::toString);
        assertTrue(lines.getLast().startsWith("Not open any more: "), lines::toString);
        assertTrue(lines.getLast().contains("port " + lost), lines::toString);
    }

    @Test
    void onePortOfHttpThatIsLostKeepsNoOtherClosed() throws Exception {
        int mqtt = freePort();
        int third = freePort();
        AtomicReference<@Nullable ServerSocket> stolen = new AtomicReference<>();
        start(
                "listener "
                        + mqtt
                        + " 127.0.0.1;listener PORT 127.0.0.1;protocol http_api;"
                        + "listener SECOND 127.0.0.1;protocol http_api",
                thief(third, port, stolen));
        try (ServerSocket taken = new ServerSocket(0, 1, V4)) {
            List<String> lines =
                    reloadInVain(
                            "listener %d 127.0.0.1;listener %d 127.0.0.1;protocol http_api;listener %d 127.0.0.1"
                                    .formatted(mqtt, third, taken.getLocalPort()));
            assertLostOne(lines, taken.getLocalPort(), port);
            assertEquals(200, health(second));
        } finally {
            Objects.requireNonNull(stolen.get()).close();
        }
    }

    @Test
    void onePortOfMqttThatIsLostKeepsNoOtherClosed() throws Exception {
        int kept = freePort();
        AtomicReference<@Nullable ServerSocket> stolen = new AtomicReference<>();
        start(
                "listener " + kept + " 127.0.0.1;listener SECOND 127.0.0.1;listener PORT 127.0.0.1",
                thief(second, second, stolen));
        try (ServerSocket taken = new ServerSocket(0, 1, V4)) {
            List<String> lines =
                    reloadInVain(
                            ("listener %d 127.0.0.1;listener SECOND 127.0.0.2;protocol http_api;"
                                            + "listener PORT 127.0.0.2;protocol http_api;"
                                            + "listener %d 127.0.0.1;protocol http_api")
                                    .formatted(kept, taken.getLocalPort()));
            assertLostOne(lines, taken.getLocalPort(), second);
            client(V4).close();
        } finally {
            Objects.requireNonNull(stolen.get()).close();
        }
    }

    // ---- certificates of HTTP ----

    private static final String HTTPS =
            "listener SECOND 127.0.0.1;"
                    + "listener PORT 127.0.0.1;protocol http_api;certfile @/a.crt;keyfile @/a.key";

    private void certificate(TestCertificates certificates, String root) throws Exception {
        certificates.issue("a", root, "server", "/CN=localhost");
    }

    private void assertPresents(TestCertificates certificates, String root) throws Exception {
        TestCertificates.connect(certificates.client(root + ".crt", null), port).close();
    }

    @Test
    void aRenewedCertificateOfHttpIsTaken() throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        certificates.root("root", "root");
        certificates.root("later", "later");
        certificates.root("last", "last");
        certificates.key("a", "EC");
        certificate(certificates, "root");
        start(HTTPS);
        assertPresents(certificates, "root");

        certificate(certificates, "later");
        assertEquals(List.of(), reload(HTTPS));
        assertPresents(certificates, "later");

        certificate(certificates, "last");
        reloading.reloadFiles();
        assertPresents(certificates, "last");
    }

    @Test
    void aBrokenCertificateOfHttpChangesNothing() throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        certificates.root("root", "root");
        certificates.key("a", "EC");
        certificate(certificates, "root");
        start(HTTPS);
        Files.writeString(folder.resolve("a.crt"), "broken");
        for (String lines : List.of(HTTPS, HTTPS + ";http_dir @")) {
            List<String> why = reloadInVain(lines);
            assertEquals(1, why.size(), why::toString);
            assertTrue(why.getFirst().contains("a.crt"), why::toString);
            assertPresents(certificates, "root");
        }
        reloading.reloadFiles();
        assertPresents(certificates, "root");
    }

    @Test
    void listenersAreToldInTheOrderOfTheFile() throws Exception {
        start("listener PORT 127.0.0.1;protocol http_api;listener SECOND 127.0.0.1");
        assertEquals(List.of(port, second), toldPorts());
        reload("listener SECOND 127.0.0.1;listener PORT 127.0.0.1;protocol http_api");
        assertEquals(List.of(second, port), toldPorts());
    }

    private List<Integer> toldPorts() throws Exception {
        return Pattern.compile("\"port\": (\\d+)")
                .matcher(get(port, "/api/v1/listeners").body())
                .results()
                .map(r -> Integer.valueOf(r.group(1)))
                .toList();
    }

    // ---- each option ----

    private static final String TLS = "certfile @/a.crt;keyfile @/a.key;";
    private static final String CLIENTS = TLS + "cafile @/root.crt;require_certificate true;";

    /// What an option may mean at a listener, before and after: with `listener PORT 127.0.0.1`
    /// before both.
    private record Row(String option, String before, String after) {
        /// For all that stands alone.
        static Row of(String option, String before, String after) {
            return new Row(option, option + " " + before, option + " " + after);
        }

        /// With what else it needs.
        static Row of(String others, String option, String before, String after) {
            return new Row(option, others + option + " " + before, others + option + " " + after);
        }
    }

    private static final List<Row> ROWS =
            List.of(
                    Row.of("protocol", "mqtt", "websockets"),
                    new Row("bind_interface", "", "bind_interface lo"),
                    new Row("socket_domain", "socket_domain ipv4", ""),
                    Row.of("enable_proxy_protocol", "1", "2"),
                    Row.of(
                            "enable_proxy_protocol 2;",
                            "proxy_protocol_v2_require_tls",
                            "false",
                            "true"),
                    Row.of("protocol websockets;", "websockets_origin", "a.example", "b.example"),
                    Row.of("max_connections", "5", "6"),
                    Row.of("max_qos", "1", "0"),
                    Row.of("max_topic_alias", "5", "0"),
                    Row.of("max_topic_alias_broker", "5", "0"),
                    Row.of("accept_protocol_versions", "5", "4,5"),
                    Row.of("listener_allow_anonymous", "true", "false"),
                    Row.of("listener_auto_id_prefix", "a-", "b-"),
                    Row.of("use_username_as_clientid", "false", "true"),
                    Row.of("mount_point", "a/", "b/"),
                    Row.of("keyfile @/a.key;", "certfile", "@/a.crt", "@/a2.crt"),
                    Row.of("certfile @/a.crt;", "keyfile", "@/a.key", "@/a2.key"),
                    Row.of(
                            TLS + "require_certificate true;",
                            "cafile",
                            "@/root.crt",
                            "@/root2.crt"),
                    Row.of(TLS + "require_certificate true;", "capath", "@/one", "@/two"),
                    new Row("crlfile", CLIENTS, CLIENTS + "crlfile @/root.crl"),
                    Row.of(TLS + "cafile @/root.crt;", "require_certificate", "false", "true"),
                    Row.of(CLIENTS, "use_identity_as_username", "false", "true"),
                    Row.of(CLIENTS, "use_subject_as_username", "false", "true"),
                    Row.of(CLIENTS, "disable_client_cert_date_checks", "false", "true"),
                    Row.of(TLS, "tls_version", "tlsv1.2", "tlsv1.3"),
                    Row.of(
                            TLS,
                            "ciphers",
                            "ECDHE-ECDSA-AES128-GCM-SHA256",
                            "ECDHE-ECDSA-AES256-GCM-SHA384"),
                    Row.of(
                            TLS,
                            "ciphers_tls1.3",
                            "TLS_AES_128_GCM_SHA256",
                            "TLS_AES_256_GCM_SHA384"),
                    Row.of("psk_file @/psk;", "psk_hint", "here", "there"));

    /// They do nothing here, as the documentation says.
    private static final Set<String> WITHOUT_EFFECT =
            Set.of("tls_engine", "tls_engine_kpass_sha1", "tls_keyform");

    /// The tests below have them, as they are no lines of one listener.
    private static final Set<String> ELSEWHERE =
            Set.of("port", "bind_address", "http_dir", "plugin_use");

    private void files() throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        certificates.root("root", "root");
        certificates.copy("root.crt", "root2.crt");
        certificates.revocations("root.crl", "root");
        certificates.key("a", "EC");
        certificates.issue("a", "root", "server", "/CN=localhost");
        certificates.copy("a.crt", "a2.crt");
        certificates.copy("a.key", "a2.key");
        for (String name : List.of("one", "two")) {
            Files.createDirectory(folder.resolve(name));
            certificates.copy("root.crt", name + "/root.crt");
        }
        Files.writeString(folder.resolve("psk"), "ann:0102030405060708\n");
    }

    @Test
    void theRowsAreAllOptionsOfListeners() {
        Set<String> named = ROWS.stream().map(Row::option).collect(Collectors.toSet());
        named.addAll(WITHOUT_EFFECT);
        named.addAll(ELSEWHERE);
        Set<String> all =
                Options.all().stream()
                        .filter(o -> o.scope().isOfListener())
                        .map(Option::name)
                        .collect(Collectors.toSet());
        assertEquals(new TreeSet<>(all), new TreeSet<>(named));
    }

    /// As a broker that is started with this file would have them.
    private List<Listener> asStarted() throws Exception {
        Configuration configuration =
                Arguments.parse(List.of("-c", folder.resolve("a.conf").toString()), Dialect.HAWKER)
                        .configuration();
        ListenersAccess access = ListenersAccess.open(configuration, EventLog.SILENT);
        return withoutAccess(
                FromConfiguration.options(configuration, access, EventLog.SILENT).listeners());
    }

    /// Who may connect is the same object for good, so that it tells nothing.
    private static List<Listener> withoutAccess(List<Listener> listeners) {
        AccessControl none = AccessControl.anonymous();
        return listeners.stream().map(l -> l.with(b -> b.access(none))).toList();
    }

    @Test
    void eachOptionOfAListenerTakesEffect() throws Exception {
        files();
        Broker started = start("listener PORT 127.0.0.1");
        for (Row row : ROWS) {
            reload("listener PORT 127.0.0.1;" + row.before());
            List<Listener> before = withoutAccess(started.options().listeners());
            assertEquals(asStarted(), before, row.option());
            List<String> lines = reload("listener PORT 127.0.0.1;" + row.after());
            assertEquals(1, lines.size(), row.option() + lines);
            List<Listener> after = withoutAccess(started.options().listeners());
            assertEquals(asStarted(), after, row.option());
            String told = row.option().replaceFirst("^listener_", "");
            assertTrue(lines.getFirst().contains(" " + told + " "), lines.toString());
            // Whether anonymous clients are let in is nothing that a Listener has.
            assertEquals(told.equals("allow_anonymous"), before.equals(after), row.option());
        }
    }

    @Test
    void anOptionWithoutEffectChangesNothing() throws Exception {
        Broker started = start("listener PORT 127.0.0.1");
        List<Listener> before = started.options().listeners();
        reload("listener PORT 127.0.0.1;tls_engine e;tls_engine_kpass_sha1 0102;tls_keyform pem");
        assertEquals(before, started.options().listeners());
        for (Option<?> option : Options.all()) {
            if (WITHOUT_EFFECT.contains(option.name())) {
                assertFalse(option.here().isEmpty(), option.name());
            }
        }
    }

    @Test
    void anotherPluginForAListenerIsSaidToNeedARestart() throws Exception {
        String before = "plugin_load sparks mosquitto_sparkplug_aware.so;listener PORT 127.0.0.1";
        start(before);
        List<String> lines = reload(before + ";plugin_use sparks");
        assertEquals(1, lines.size());
        assertTrue(
                lines.getFirst().contains("plugin_use unset -> sparks, after a restart"),
                lines.toString());
    }

    @Test
    void theDefaultListenerGetsAnotherPortAndAddress() throws Exception {
        start("port PORT;bind_address 127.0.0.1");
        assertListens(V4);
        reload("port PORT;bind_address 127.0.0.2");
        assertListens(OTHER_V4);
        reload("port SECOND;bind_address 127.0.0.2");
        assertListens();
    }

    @Test
    void anotherDirectoryIsServedOverHttp() throws Exception {
        Files.createDirectory(folder.resolve("one"));
        Files.createDirectory(folder.resolve("two"));
        Broker started =
                start("listener PORT ::1;listener PORT 127.0.0.1;protocol http_api;http_dir @/one");
        assertEquals(200, health());
        reload("listener PORT ::1;listener PORT 127.0.0.1;protocol http_api;http_dir @/two");
        assertEquals(200, health());
        assertEquals(
                folder.resolve("two"), started.options().httpListeners().getFirst().directory());
    }
}
