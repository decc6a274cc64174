package io.hawkermq.it.foreign;

import static io.hawkermq.it.foreign.ConfiguredBroker.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.it.foreign.ConfiguredBroker.Subscriber;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Files as people have them, each started and used, with something that would be otherwise if one
/// of its lines were passed over.
class RealConfigurationsTest {
    private static final String PSK = "-psk 0123456789abcdef -psk_identity sensor";
    private static final String NOT_AUTHORISED = "not authorised";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private static Path common;

    @FunctionalInterface
    private interface Use {
        void of(ConfiguredBroker b) throws Exception;
    }

    private static final Map<String, Use> TABLE = new LinkedHashMap<>();

    static {
        TABLE.put("docker-default.conf", b -> b.exchange("t", b.tcp(1883)));
        TABLE.put("docker-compose.conf", RealConfigurationsTest::passwordsOnly);
        TABLE.put("debian/mosquitto.conf", RealConfigurationsTest::debian);
        TABLE.put("home-assistant/mosquitto.conf", RealConfigurationsTest::homeAssistant);
        TABLE.put("websocket-tls-password.conf", RealConfigurationsTest::secureWebSocket);
        TABLE.put("websocket-origin.conf", RealConfigurationsTest::origins);
        TABLE.put("mtls-crl.conf", RealConfigurationsTest::revoked);
        TABLE.put("mtls-names.conf", RealConfigurationsTest::commonNames);
        TABLE.put("mtls-subject.conf", RealConfigurationsTest::subjects);
        TABLE.put("mount-points.conf", RealConfigurationsTest::mountPoints);
        TABLE.put("per-listener.conf", RealConfigurationsTest::perListener);
        TABLE.put("listener-anonymous.conf", RealConfigurationsTest::oneOpenListener);
        TABLE.put("unix-socket.conf", RealConfigurationsTest::unixSocket);
        TABLE.put("behind-haproxy.conf", b -> behindProxy(b, version2()));
        TABLE.put(
                "behind-old-proxy.conf",
                b -> behindProxy(b, ascii("PROXY TCP4 192.0.2.7 192.0.2.1 4711 1883\r\n")));
        TABLE.put("bridges.conf", RealConfigurationsTest::bridges);
        TABLE.put("zigbee2mqtt.conf", RealConfigurationsTest::zigbee2mqtt);
        TABLE.put("esphome.conf", RealConfigurationsTest::esphome);
        TABLE.put("node-red.conf", RealConfigurationsTest::nodeRed);
        TABLE.put("tasmota-tls.conf", RealConfigurationsTest::tasmota);
        TABLE.put("pre-shared-keys.conf", RealConfigurationsTest::preSharedKeys);
        TABLE.put("tls13-only.conf", RealConfigurationsTest::tls13);
        TABLE.put("frigate.conf", RealConfigurationsTest::frigate);
        TABLE.put("plugins.conf", RealConfigurationsTest::frigate);
        TABLE.put("owntracks.conf", RealConfigurationsTest::owntracks);
        TABLE.put("chirpstack.conf", RealConfigurationsTest::chirpstack);
        TABLE.put("client-patterns.conf", RealConfigurationsTest::clientPatterns);
        TABLE.put("qos.conf", RealConfigurationsTest::qosAndVersions);
        TABLE.put("user-names.conf", RealConfigurationsTest::userNames);
        TABLE.put("old-style.conf", RealConfigurationsTest::oldStyle);
        TABLE.put("edge/mosquitto.conf", RealConfigurationsTest::edge);
        TABLE.put("dynamic-security.conf", RealConfigurationsTest::dynamicSecurity);
        TABLE.put("no-empty-names.conf", RealConfigurationsTest::noEmptyNames);
    }

    @BeforeAll
    static void prepare() throws IOException {
        ForeignClient.MOSQUITTO.require();
        Certificates.make(common);
        passwords("passwd", "ann", "bob");
        passwords("others", "eve");
    }

    private static void passwords(String file, String... users) throws IOException {
        Path path = Files.writeString(common.resolve(file), "");
        for (String user : users) {
            Program.run("mosquitto_passwd", "-b", path.toString(), user, "secret");
        }
    }

    @TestFactory
    Stream<DynamicTest> files() {
        return TABLE.entrySet().stream()
                .map(row ->
                        DynamicTest.dynamicTest(
                                row.getKey(), () -> run(row.getKey(), row.getValue())));
    }

    private static void run(String name, Use use) throws Exception {
        Path folder = Files.createTempDirectory(common, "run");
        try (Stream<Path> given = Files.list(common)) {
            for (Path f : given.filter(Files::isRegularFile).toList()) {
                Files.copy(f, folder.resolve(f.getFileName()));
            }
        }
        Files.createDirectory(folder.resolve("authorities"));
        Files.copy(folder.resolve("ca.pem"), folder.resolve("authorities/ca.crt"));
        try (ConfiguredBroker broker = new ConfiguredBroker(folder, name)) {
            use.of(broker);
        }
    }

    @Test
    void eachFileIsUsed() throws IOException {
        Path files = Program.module().resolve("src/test/resources/configurations");
        try (Stream<Path> all = Files.walk(files)) {
            TreeSet<String> names = new TreeSet<>();
            all.map(f -> files.relativize(f).toString())
                    .filter(n -> n.endsWith(".conf"))
                    .filter(n -> !n.contains("conf.d/") && !n.contains("share/"))
                    .forEach(names::add);
            assertEquals(new TreeSet<>(TABLE.keySet()), names);
        }
    }

    // ---- the table's uses ----

    private static void passwordsOnly(ConfiguredBroker b) {
        b.exchange("t", b.tcp(1883, user("ann")));
        b.refuses(NOT_AUTHORISED, b.tcp(1883));
        b.refuses(NOT_AUTHORISED, b.tcp(1883, "-u", "ann", "-P", "wrong"));
        b.refuses(NOT_AUTHORISED, b.tcp(1883, user("eve")));
    }

    private static void debian(ConfiguredBroker b) {
        passwordsOnly(b);
        b.exchange("t", b.tls(8883, user("bob")));
        b.refuses(NOT_AUTHORISED, b.tls(8883));
    }

    private static void homeAssistant(ConfiguredBroker b) throws Exception {
        b.refuses(NOT_AUTHORISED, b.tcp(1883));
        b.exchange("t", b.tls(8883, user("ann")));
        try (Subscriber all = b.subscriber(2, "#", b.tcp(1883, user("ann")))) {
            b.publish("homeassistant/light", b.tcp(1883, user("bob"))); // read only
            b.publish("zigbee2mqtt/lamp", b.tls(8883, user("bob")));
            assertEquals("> ws", b.webSocket(1884, "-", "ann:secret", "-", "ws"));
            all.expect("zigbee2mqtt/lamp", "ws");
        }
        assertEquals("> wss", b.webSocket(8884, b.file("ca.pem"), "ann:secret", "-", "wss"));
        // What the directory says: 4,096 bytes at the most.
        Files.write(Path.of(b.file("large")), new byte[5_000]);
        try (Subscriber sizes = b.subscriber(1, "size/+", b.tcp(1883, user("ann")))) {
            String[] large = {"timeout", "30", "mosquitto_pub", "-t", "size/large"};
            String[] content = b.tcp(1883, "-u", "ann", "-P", "secret", "-f", b.file("large"));
            List<String> command = new ArrayList<>(List.of(large));
            command.addAll(List.of(content));
            try (Program _ = Program.start(command.toArray(new String[0]))) {
                b.awaitLog("allowed are 4096");
            }
            b.publish("size/small", b.tcp(1883, user("ann")));
            sizes.expect("size/small");
        }
    }

    private static void secureWebSocket(ConfiguredBroker b) {
        String authority = b.file("ca.pem");
        b.exchange("t", b.tcp(1883, user("ann")));
        assertEquals("> t", b.webSocket(9001, authority, "ann:secret", "-", "t"));
        assertTrue(
                b.webSocket(9001, authority, "ann:wrong", "-", "t")
                        .contains("refused Connection Refused: not authorised"));
        assertTrue(b.webSocket(9001, "-", "ann:secret", "-", "t").startsWith("refused "));
    }

    private static void origins(ConfiguredBroker b) {
        assertEquals("> t", b.webSocket(9001, "-", "-", "https://app.example", "t"));
        assertTrue(b.webSocket(9001, "-", "-", "https://evil.example", "t").startsWith("refused "));
    }

    /// As TLS 1.3 goes, the client thinks that it is connected when it is refused.
    private static final String LOST = "The connection was lost";

    private static void revoked(ConfiguredBroker b) {
        b.exchange("t", b.as("sensor", 8883));
        b.refuses(LOST, b.as("revoked", 8883));
        b.awaitLog("revoked");
        b.refuses(LOST, b.as("stranger", 8883));
        b.refuses(LOST, b.tls(8883));
    }

    private static void commonNames(ConfiguredBroker b) {
        try (Subscriber s = b.subscriber(1, "devices/#", b.as("sensor", 8883))) {
            b.publish("devices/ann/x", b.as("sensor", 8883, user("ann"))); // is sensor
            b.publish("devices/revoked/x", b.as("sensor", 8883));
            b.publish("devices/sensor/x", b.as("sensor", 8883));
            s.expect("devices/sensor/x");
        }
        b.awaitLog("u'sensor'");
        b.refuses(LOST, b.as("stranger", 8883));
    }

    private static void subjects(ConfiguredBroker b) {
        b.exchange("by/subject", b.as("sensor", 8883));
        b.awaitLog("u'CN=sensor,O=Hawker'");
        b.refuses(LOST, b.as("stranger", 8883));
    }

    private static void mountPoints(ConfiguredBroker b) {
        try (Subscriber all = b.subscriber(2, "#", b.tcp(1883));
                Subscriber ofB = b.subscriber(1, "#", b.tcp(18832))) {
            b.publish("x", b.tcp(18831));
            b.publish("y", b.tcp(18832));
            all.expect("tenants/a/x", "tenants/b/y");
            ofB.expect("y");
        }
    }

    private static void perListener(ConfiguredBroker b) {
        b.exchange("t", b.tcp(1883));
        b.refuses(NOT_AUTHORISED, b.tls(8883));
        b.refuses(NOT_AUTHORISED, b.tls(8883, user("eve")));
        b.exchange("t", b.tcp(1884, user("eve")));
        b.refuses(NOT_AUTHORISED, b.tcp(1884, user("ann")));
        try (Subscriber outside = b.subscriber(1, "#", b.tls(8883, user("ann")))) {
            b.publish("in/1", b.tcp(1883)); // not for those outside
            b.publish("out/1", b.tls(8883, user("ann"))); // may not publish
            b.publish("out/2", b.tcp(1883));
            outside.expect("out/2");
        }
    }

    private static void oneOpenListener(ConfiguredBroker b) {
        b.exchange("t", b.tcp(1883));
        b.refuses(NOT_AUTHORISED, b.tcp(1883, "-u", "ann", "-P", "wrong"));
        b.refuses(NOT_AUTHORISED, b.tcp(1884));
        b.exchange("t", b.tcp(1884, user("ann")));
    }

    private static void unixSocket(ConfiguredBroker b) {
        String[] socket = {"--unix", b.file("mosquitto.sock")};
        b.exchange("t", socket);
        b.refuses(NOT_AUTHORISED, b.tcp(1883));
        b.exchange("t", b.tcp(1883, user("ann")));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] version2() {
        byte[] signature = ascii("\r\n\r\n\0\r\nQUIT\n");
        byte[] rest = {
            0x21, 0x11, 0, 12, (byte) 192, 0, 2, 7, (byte) 192, 0, 2, 1, 0x12, 0x67, 0x07, 0x5B
        };
        byte[] all = java.util.Arrays.copyOf(signature, signature.length + rest.length);
        System.arraycopy(rest, 0, all, signature.length, rest.length);
        return all;
    }

    private static void behindProxy(ConfiguredBroker b, byte[] header) throws IOException {
        try (ProxyInFront proxy = new ProxyInFront(b.port(1883), header)) {
            b.publish("t", "-h", "127.0.0.1", "-p", "" + proxy.port(), "-i", "behind");
        }
        b.awaitLog("New client connected from 192.0.2.7:4711 as behind");
        b.refuses("rror", b.tcp(1883)); // without a header
        b.awaitLog("corrupt PROXY header");
    }

    private static void bridges(ConfiguredBroker b) {
        b.awaitLog("north");
        b.exchange("t", b.tcp(1883, user("ann")));
        b.refuses(NOT_AUTHORISED, b.tcp(1883));
    }

    private static void zigbee2mqtt(ConfiguredBroker b) throws Exception {
        b.publish("zigbee2mqtt/bridge/state", b.tcp(1883, "-r"));
        Program.run(
                "mosquitto_sub",
                "-h",
                "127.0.0.1",
                "-p",
                "" + b.port(1883),
                "-c",
                "-i",
                "dashboard",
                "-q",
                "1",
                "-t",
                "zigbee2mqtt/lamp",
                "-E");
        b.publish("zigbee2mqtt/lamp", b.tcp(1883));
        b.restart();
        try (Subscriber s = b.subscriber(1, "zigbee2mqtt/#", b.tcp(1883))) {
            s.expect("zigbee2mqtt/bridge/state");
        }
        String[] again = {
            "-c", "-i", "dashboard", "-q", "1", "-t", "none", "-C", "1", "-F", "> %t"
        };
        List<String> command = new ArrayList<>(List.of("timeout", "30", "mosquitto_sub"));
        command.addAll(List.of(b.tcp(1883, again)));
        assertEquals(List.of("> zigbee2mqtt/lamp"), Program.run(command.toArray(new String[0])));
    }

    private static void esphome(ConfiguredBroker b) {
        b.refuses(NOT_AUTHORISED, b.tcp(1883));
        try (Subscriber s = b.subscriber(1, "esphome/#", b.tcp(1883, user("ann")))) {
            b.refuses("rror", b.tcp(1883, user("ann"))); // the only connection is taken
            b.awaitLog("denied: max_connections exceeded");
            assertTrue(s.program().lines().stream().noneMatch(l -> l.startsWith("> ")));
        }
    }

    private static void nodeRed(ConfiguredBroker b) {
        try (Subscriber s = b.subscriber(1, "flow", b.tcp(1883))) {
            assertEquals("> flow", b.webSocket(9001, "-", "-", "-", "flow"));
            s.expect("flow");
        }
    }

    private static void tasmota(ConfiguredBroker b) {
        b.exchange("t", b.tls(8883, user("ann")));
        assertTrue(b.shakesHands(8883, "-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256"));
        assertFalse(b.shakesHands(8883, "-tls1_2 -cipher ECDHE-ECDSA-AES256-GCM-SHA384"));
        b.refuses(NOT_AUTHORISED, b.tls(8883));
        b.publish("t", b.tls(8883, "-u", "ann", "-P", "secret", "-V", "5"));
        b.awaitLog("as tasmota-");
    }

    private static void tls13(ConfiguredBroker b) {
        b.exchange("t", b.tls(8883, "--tls-version", "tlsv1.3"));
        assertTrue(b.shakesHands(8883, "-tls1_3 -ciphersuites TLS_AES_256_GCM_SHA384"));
        assertFalse(b.shakesHands(8883, "-tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256"));
        assertFalse(b.shakesHands(8883, "-tls1_2"));
    }

    private static void preSharedKeys(ConfiguredBroker b) {
        for (String version : List.of("tlsv1.2", "tlsv1.3")) {
            b.exchange("sensors/1", b.psk(8883, "sensor", "0123456789abcdef", version));
            b.refuses("TLS error", b.psk(8883, "sensor", "0123456789abcdee", version));
            b.awaitLog("the client's pre-shared key is not that of the identity 'sensor'");
            b.refuses("TLS error", b.psk(8883, "stranger", "0123456789abcdef", version));
            b.awaitLog("the identity 'stranger' has no pre-shared key here");
        }
        assertTrue(b.shakesHands(8883, PSK + " -tls1_2 -cipher ECDHE-PSK-CHACHA20-POLY1305"));
        assertTrue(b.shakesHands(8883, PSK + " -tls1_2 -cipher PSK-AES128-GCM-SHA256"));
        assertTrue(b.shakesHands(8883, PSK + " -tls1_2 -cipher PSK-AES128-CCM8:@SECLEVEL=0"));
        assertFalse(b.shakesHands(8883, PSK + " -tls1_2 -cipher PSK-AES256-CBC-SHA"));
        // The identity is the user name, to which the access control list allows less.
        try (Subscriber other = b.subscriber(1, "#", b.psk(8883, "other", "aabb", "tlsv1.3"))) {
            b.publish("sensors/1", b.psk(8883, "sensor", "0123456789abcdef", "tlsv1.3"));
            b.publish("others/1", b.psk(8883, "other", "aabb", "tlsv1.2"));
            other.expect("others/1");
        }
    }

    private static void frigate(ConfiguredBroker b) {
        b.refuses(NOT_AUTHORISED, b.tcp(1883));
        try (Subscriber camera = b.subscriber(1, "frigate/#", b.tcp(1883, user("ann")));
                Subscriber board = b.subscriber(2, "#", b.tcp(1883, user("bob")))) {
            b.publish("frigate/door/snapshots/set", b.tcp(1883, user("bob"))); // denied
            b.publish("frigate/door/detect/set", b.tcp(1883, user("bob")));
            camera.expect("frigate/door/detect/set");
            b.publish("homeassistant/camera", b.tcp(1883, user("ann"))); // not for bob
            b.publish("frigate/events", b.tcp(1883, user("ann")));
            board.expect("frigate/door/detect/set", "frigate/events");
        }
    }

    private static void owntracks(ConfiguredBroker b) {
        try (Subscriber s = b.subscriber(2, "#", b.tcp(1883, user("bob")))) {
            b.publish("owntracks/bob/phone", b.tcp(1883, user("ann"))); // not hers
            b.publish("owntracks/bob/secret", b.tcp(1883, user("bob"))); // denied to all
            b.publish("owntracks/ann/phone", b.tcp(1883, user("ann")));
            b.publish("owntracks/bob/phone", b.tcp(1883, user("bob")));
            s.expect("owntracks/ann/phone", "owntracks/bob/phone");
        }
    }

    private static void chirpstack(ConfiguredBroker b) {
        try (Subscriber server = b.subscriber(1, "eu868/gateway/#", b.tcp(1883, user("ann")))) {
            b.publish("eu868/gateway/other/event/up", b.as("sensor", 8883)); // not its own
            b.publish("eu868/gateway/sensor/event/up", b.as("sensor", 8883));
            server.expect("eu868/gateway/sensor/event/up");
        }
        b.refuses(NOT_AUTHORISED, b.tcp(1883));
        b.refuses(LOST, b.tls(8883, user("ann")));
    }

    private static void clientPatterns(ConfiguredBroker b) {
        try (Subscriber s = b.subscriber(1, "#", b.tcp(1883, "-i", "c1"))) {
            b.publish("announcements", b.tcp(1883, "-i", "c2", "-r")); // read only
            b.publish("clients/c1/x", b.tcp(1883, "-i", "c2", "-r")); // not its own
            b.publish("clients/c2/x", b.tcp(1883, "-i", "c2", "-r")); // not for c1
            assertTrue(s.program().lines().stream().noneMatch(l -> l.startsWith("> ")));
        }
        try (Subscriber s = b.subscriber(1, "#", b.tcp(1883, "-i", "c2"))) {
            s.expect("clients/c2/x");
        }
    }

    private static void qosAndVersions(ConfiguredBroker b) {
        b.exchange("t", b.tcp(1883, "-V", "5"));
        try (Subscriber s = b.subscriber(1, "t", b.tcp(1883))) {
            b.refuses("rror", b.tcp(1883, "-V", "311", "-q", "2"));
            b.publish("t", b.tcp(1883));
            s.expect("t");
        }
        b.publish("t", b.tcp(1884, "-V", "5"));
        b.refuses("protocol version", b.tcp(1884, "-V", "311"));
        b.refuses("protocol version", b.tcp(1884, "-V", "31"));
    }

    private static void userNames(ConfiguredBroker b) {
        b.publish("t", b.tcp(1883, "-u", "ann", "-P", "secret", "-i", "device7"));
        b.awaitLog(" as ann (");
        b.refuses(NOT_AUTHORISED, b.tcp(1883, "-i", "ann"));
    }

    private static void oldStyle(ConfiguredBroker b) {
        b.publish("t", b.tcp(1883, "-i", "device7"));
        b.refuses(NOT_AUTHORISED, b.tcp(1883, "-i", "phone"));
    }

    private static void edge(ConfiguredBroker b) {
        b.awaitLog("site-7");
        logger(b, "-E");
        for (int i = 1; i <= 5; i++) {
            b.publish("values/" + i, b.tcp(1883));
        }
        String[] three = {"-C", "3", "-F", "> %t"};
        assertEquals(List.of("> values/1", "> values/2", "> values/3"), logger(b, three));
        b.publish("values/6", b.tcp(1883));
        String[] one = {"-C", "1", "-F", "> %t"};
        assertEquals(List.of("> values/6"), logger(b, one));
    }

    /// A persistent session.
    private static List<String> logger(ConfiguredBroker b, String... more) {
        List<String> command = new ArrayList<>(List.of("timeout", "30", "mosquitto_sub"));
        command.addAll(List.of(b.tcp(1883, more)));
        command.addAll(List.of("-c", "-i", "logger", "-q", "1", "-t", "values/#"));
        return Program.run(command.toArray(new String[0]));
    }

    /// Nobody but the user who was made at the first start gets in, as its own Client Identifier.
    private static void dynamicSecurity(ConfiguredBroker b) throws IOException {
        String password =
                Files.readAllLines(Path.of(b.file("dynamic-security.json.pw"))).stream()
                        .filter(l -> l.startsWith("admin "))
                        .findFirst()
                        .orElseThrow()
                        .substring("admin ".length());
        String[] admin = {"-u", "admin", "-P", password, "-i", "another"};
        b.publish("$CONTROL/dynamic-security/v1", b.tcp(1883, admin));
        b.awaitLog("as admin ");
        b.refuses(NOT_AUTHORISED, b.tcp(1883));
        b.refuses(NOT_AUTHORISED, b.tcp(1883, "-u", "admin", "-P", "admin"));
    }

    private static void noEmptyNames(ConfiguredBroker b) {
        b.publish("t", b.tcp(1883, "-i", "c"));
        b.refuses("identifier", b.tcp(1883, "-V", "311"));
    }
}
