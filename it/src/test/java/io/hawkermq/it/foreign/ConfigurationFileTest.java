package io.hawkermq.it.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.hawkermq.it.BrokerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The broker started from files that people have, and used with Mosquitto's tools. The files are
/// those that the reader of the module `mosquitto` is tested with; only places are exchanged: the
/// port for a free one of the loopback address, the system's directories for the test's.
class ConfigurationFileTest {
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    @TempDir private Path directory = Path.of("");

    private final int port = BrokerProcess.freePort();
    private final int httpPort = BrokerProcess.freePort();

    @BeforeEach
    void toolsAreInstalled() {
        ForeignClient.MOSQUITTO.require();
    }

    // ---- files ----

    /// A file of the collection, or all of a directory of it.
    private Path given(String name) throws IOException {
        Path files = Program.module().resolve("../mosquitto/src/test/resources/files").normalize();
        Path from = files.resolve(name);
        if (Files.isDirectory(from)) {
            try (Stream<Path> all = Files.walk(from)) {
                for (Path f : all.filter(p -> p.toString().endsWith(".conf")).toList()) {
                    place(f, directory.resolve(from.relativize(f).toString()));
                }
            }
            return directory.resolve("mosquitto.conf");
        }
        return place(from, directory.resolve(name));
    }

    private Path place(Path from, Path to) throws IOException {
        String text = Files.readString(from);
        for (String place :
                List.of(
                        "@DIRECTORY@",
                        "/mosquitto/config",
                        "/mosquitto/data",
                        "/mosquitto/log",
                        "/etc/mosquitto",
                        "/var/lib/mosquitto",
                        "/var/log/mosquitto",
                        "/run/mosquitto",
                        "/config")) {
            text = text.replace(place, directory.toString());
        }
        text = text.replaceAll("listener 1883.*", "listener " + port + " 127.0.0.1");
        text = text.replaceAll("listener 9883.*", "listener " + httpPort + " 127.0.0.1");
        Files.createDirectories(to.resolveSibling("."));
        return Files.writeString(to, text);
    }

    private Path written(String... lines) throws IOException {
        List<String> all = new ArrayList<>(List.of("listener " + port + " 127.0.0.1"));
        all.addAll(List.of(lines));
        return Files.write(directory.resolve("a.conf"), all);
    }

    /// Makes a password file with one user, whose password is `secret`.
    private void passwords(String name, String user) {
        Program.run(
                "mosquitto_passwd", "-b", "-c", directory.resolve(name).toString(), user, "secret");
    }

    private BrokerProcess start(Path file) {
        return BrokerProcess.startOn(port, List.of("-c", file.toString()));
    }

    // ---- clients ----

    private String[] client(String tool, String... arguments) {
        List<String> all =
                new ArrayList<>(List.of("stdbuf", "-oL", tool, "-h", "127.0.0.1", "-p", "" + port));
        all.addAll(List.of(arguments));
        return all.toArray(new String[0]);
    }

    private void publish(String... arguments) {
        Program.run(client("mosquitto_pub", arguments));
    }

    private boolean isRefused(String... arguments) {
        try {
            publish(arguments);
            return false;
        } catch (AssertionError e) {
            assertTrue(String.valueOf(e.getMessage()).contains("not authori"), e.getMessage());
            return true;
        }
    }

    /// A message goes from a publisher to a subscriber.
    private void exchange(String topic, String... login) {
        List<String> arguments = new ArrayList<>(List.of(login));
        arguments.addAll(List.of("-d", "-t", topic, "-C", "1", "-F", "> %p"));
        try (Program s = Program.start(client("mosquitto_sub", arguments.toArray(new String[0])))) {
            s.await("SUBACK", line -> line.contains("received SUBACK"));
            List<String> message = new ArrayList<>(List.of(login));
            message.addAll(List.of("-t", topic, "-m", "hello", "-q", "1"));
            publish(message.toArray(new String[0]));
            assertTrue(s.expectSuccess().contains("> hello"));
        }
    }

    private static void await(String what, java.util.function.BooleanSupplier condition) {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "not so within the deadline: " + what);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static void hangUp(BrokerProcess broker) {
        Program.run("kill", "-HUP", Long.toString(broker.pid()));
    }

    // ---- files that people have ----

    @Test
    void theDefaultOfTheContainerImage() throws IOException {
        try (BrokerProcess broker = start(given("docker-default.conf"))) {
            exchange("t");
            assertTrue(
                    broker.output().contains("Opening http_api listen socket on port " + httpPort),
                    broker.output());
            assertEquals(
                    !Files.isDirectory(Path.of("/usr/share/mosquitto/dashboard")),
                    broker.output()
                            .contains("'http_dir /usr/share/mosquitto/dashboard' is no directory"));
        }
    }

    @Test
    void debianWithPasswordPidFileLogFileAndStore() throws IOException {
        Path file = given("debian");
        Files.delete(directory.resolve("conf.d/tls.conf"));
        passwords("passwd", "ann");
        Path pid = directory.resolve("mosquitto.pid");
        try (BrokerProcess broker = start(file)) {
            await("the pid file", () -> Files.exists(pid));
            await("running", () -> text(directory.resolve("mosquitto.log")).contains(" running"));
            assertEquals(broker.pid() + "\n", Files.readString(pid));
            exchange("t", "-u", "ann", "-P", "secret");
            assertTrue(isRefused("-t", "t", "-m", "m"));
            assertTrue(isRefused("-u", "ann", "-P", "wrong", "-t", "t", "-m", "m"));
            assertTrue(isRefused("-u", "bob", "-P", "secret", "-t", "t", "-m", "m"));
            publish("-u", "ann", "-P", "secret", "-t", "kept", "-r", "-q", "1", "-m", "retained");
        }
        assertFalse(Files.exists(pid));
        try (BrokerProcess again = start(file)) {
            assertEquals(
                    List.of("retained"),
                    Program.run(
                            client(
                                    "mosquitto_sub",
                                    "-u",
                                    "ann",
                                    "-P",
                                    "secret",
                                    "-t",
                                    "kept",
                                    "-C",
                                    "1",
                                    "-W",
                                    "20")));
            assertTrue(again.isAlive());
        }
    }

    @Test
    void esphomeWithPasswordAndAccessList() throws IOException {
        Path file = given("esphome.conf");
        passwords("passwd", "ann");
        Files.writeString(directory.resolve("acl"), "user ann\ntopic readwrite home/#\n");
        try (BrokerProcess broker = start(file)) {
            exchange("home/x", "-u", "ann", "-P", "secret");
            // QoS 1 on 5.0 tells that it was refused; the subscriber of all gets only what it may.
            try (Program s =
                    Program.start(
                            client(
                                    "mosquitto_sub",
                                    "-d",
                                    "-u",
                                    "ann",
                                    "-P",
                                    "secret",
                                    "-t",
                                    "#",
                                    "-C",
                                    "1",
                                    "-F",
                                    "> %t"))) {
                s.await("SUBACK", line -> line.contains("received SUBACK"));
                publish("-u", "ann", "-P", "secret", "-t", "other/x", "-m", "m");
                publish("-u", "ann", "-P", "secret", "-t", "home/y", "-m", "m");
                assertEquals(
                        List.of("> home/y"),
                        s.expectSuccess().stream().filter(l -> l.startsWith("> ")).toList());
            }
            await("subscriptions are logged", () -> broker.output().contains(" 0 #"));
        }
    }

    @Test
    void dockerComposeLogsToItsFileAndToItsOutput() throws IOException {
        Path file = given("docker-compose.conf");
        passwords("password.txt", "ann");
        try (BrokerProcess broker = start(file)) {
            exchange("t", "-u", "ann", "-P", "secret");
            await("in the output", () -> broker.output().contains("New client connected"));
            await(
                    "in the file",
                    () ->
                            text(directory.resolve("mosquitto.log"))
                                    .contains("New client connected"));
        }
    }

    /// The lines of Home Assistant's add-on: its own users in a file, those of Home Assistant at a web
    /// service, which calls each one a superuser.
    @Test
    void homeAssistantsAddOnAsksItsWebService() throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    String body =
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8);
                    boolean isKnown =
                            exchange.getRequestURI().getPath().equals("/superuser")
                                    || body.contains("\"username\":\"ann\",\"password\":\"right\"");
                    exchange.sendResponseHeaders(isKnown ? 200 : 401, -1);
                    exchange.close();
                });
        server.start();
        passwords("pw", "addons");
        Files.writeString(directory.resolve("acl"), "user addons\ntopic readwrite addons/#\n");
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(given("home-assistant.conf"))) {
            if (line.startsWith("auth_")) {
                lines.add(
                        line.equals("auth_opt_http_port 80")
                                ? "auth_opt_http_port " + server.getAddress().getPort()
                                : line);
            }
        }
        try (BrokerProcess broker = start(written(lines.toArray(new String[0])))) {
            exchange("any/topic", "-u", "ann", "-P", "right");
            exchange("addons/x", "-u", "addons", "-P", "secret");
            assertTrue(isRefused("-t", "t", "-m", "m", "-u", "ann", "-P", "wrong"));
            assertTrue(isRefused("-t", "t", "-m", "m"));
            assertTrue(broker.output().contains("'http_aclcheck_uri' is not asked"));
        } finally {
            server.stop(0);
        }
    }

    /// `{"sub":"ann","iat":1}`, signed with `a secret of thirty-two characters` by Python's hmac module.
    private static final String TOKEN =
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbm4iLCJpYXQiOjF9."
                    + "wV_Jw7uISUuHZ3ceTTI22YbW099YiToeeWHnCYQuGJI";

    @Test
    void aTokenLogsInItsUser() throws IOException {
        Files.writeString(
                directory.resolve("acl"), "user ann\ntopic readwrite ann/#\npattern read p/%u\n");
        try (BrokerProcess broker =
                start(
                        written(
                                "allow_anonymous false",
                                "plugin /usr/lib/mosquitto/go-auth.so",
                                "plugin_opt_backends jwt",
                                "plugin_opt_jwt_mode files",
                                "plugin_opt_jwt_secret a secret of thirty-two characters",
                                "plugin_opt_jwt_acl_path " + directory.resolve("acl")))) {
            exchange("ann/x", "-u", TOKEN, "-P", "unused");
            assertTrue(isRefused("-t", "t", "-m", "m", "-u", TOKEN + "x", "-P", "unused"));
            assertTrue(isRefused("-t", "t", "-m", "m"));
            assertTrue(broker.output().contains("u'ann'"), broker.output());
            assertFalse(broker.output().contains(TOKEN), broker.output());
        }
    }

    private static String text(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new AssertionError(file + " cannot be read", e);
        }
    }

    // ---- the process ----

    @Test
    void aReloadTakesPasswordsRulesAndLogSettings() throws IOException {
        passwords("pw", "ann");
        Path acl = Files.writeString(directory.resolve("acl"), "user ann\ntopic readwrite a/#\n");
        String access = "password_file " + directory.resolve("pw");
        Path file = written(access, "acl_file " + acl);
        try (BrokerProcess broker = start(file)) {
            exchange("a/x", "-u", "ann", "-P", "secret");
            try (Program s =
                    Program.start(
                            client(
                                    "mosquitto_sub",
                                    "-d",
                                    "-u",
                                    "ann",
                                    "-P",
                                    "secret",
                                    "-t",
                                    "+/y",
                                    "-C",
                                    "1",
                                    "-F",
                                    "> %t"))) {
                s.await("SUBACK", line -> line.contains("received SUBACK"));
                Program.run(
                        "mosquitto_passwd",
                        "-b",
                        directory.resolve("pw").toString(),
                        "bob",
                        "secret");
                Files.writeString(acl, "user ann\ntopic read b/#\nuser bob\ntopic readwrite b/#\n");
                written(access, "acl_file " + acl, "connection_messages false", "sys_interval 1");
                hangUp(broker);
                await("reloaded", () -> broker.output().contains("Reloaded."));
                assertTrue(
                        broker.output().contains("broker: connection_messages true -> false"),
                        broker.output());
                assertTrue(isRefused("-u", "ann", "-P", "wrong", "-t", "a/y", "-m", "m"));
                publish("-u", "bob", "-P", "secret", "-t", "a/y", "-m", "no");
                publish("-u", "bob", "-P", "secret", "-i", "silent", "-t", "b/y", "-m", "yes");
                assertTrue(s.expectSuccess().contains("> b/y"), "the client stayed connected");
            }
            assertFalse(broker.output().contains("as silent"), broker.output());
        }
    }

    @Test
    void aPasswordFileThatChangesIsTakenWithoutASignal() throws IOException {
        passwords("pw", "ann");
        Path file = written("password_file " + directory.resolve("pw"));
        try (BrokerProcess broker = start(file)) {
            exchange("t", "-u", "ann", "-P", "secret");
            Files.writeString(directory.resolve("pw"), "bob:nohash\n");
            await("refused", () -> broker.output().contains("Changed files were not taken"));
            exchange("t", "-u", "ann", "-P", "secret");
            passwords("pw", "bob");
            await("taken", () -> broker.output().contains("Changed files are in force"));
            exchange("t", "-u", "bob", "-P", "secret");
            assertTrue(isRefused("-u", "ann", "-P", "secret", "-t", "t", "-m", "m"));
        }
    }

    @Test
    void aBrokenReloadLeavesTheOldSettingsInForce() throws IOException {
        passwords("pw", "ann");
        Path file = written("password_file " + directory.resolve("pw"));
        try (BrokerProcess broker = start(file)) {
            Files.writeString(directory.resolve("pw"), "bob:notahash\n");
            hangUp(broker);
            await("it is said", () -> broker.output().contains("Nothing was reloaded"));
            assertTrue(broker.output().contains("pw:1."), broker.output());
            exchange("t", "-u", "ann", "-P", "secret");
        }
    }

    @Test
    void aBrokenReloadEndsTheBrokerIfThatIsAskedFor() throws IOException, InterruptedException {
        Path file = written("allow_anonymous true", "hawker_reload_on_error exit");
        BrokerProcess broker = start(file);
        written("no_such_option true");
        hangUp(broker);
        await("it ends", () -> !broker.isAlive());
        await("its reason", () -> broker.output().contains("Unknown configuration variable"));
        assertEquals(3, broker.exitStatus(), broker.output());
    }

    @Test
    void whatComesAtQos0WaitsForWhoIsAwayAlsoWhenTheBrokerIsKilled() throws IOException {
        Path file =
                written(
                        "allow_anonymous true",
                        "persistence true",
                        "persistence_location " + directory,
                        "queue_qos0_messages true");
        String[] subscriber = {"-i", "absent", "-c", "-q", "1", "-t", "t"};
        try (BrokerProcess broker = start(file)) {
            List<String> subscribing = new ArrayList<>(List.of(subscriber));
            subscribing.add("-E");
            Program.run(client("mosquitto_sub", subscribing.toArray(new String[0])));
            publish("-t", "t", "-m", "one");
            publish("-t", "t", "-m", "two", "-q", "1");
            publish("-t", "t", "-m", "three");
            publish("-t", "t", "-m", "four", "-q", "1"); // with its PUBACK all are on the disk
            broker.kill();
        }
        try (BrokerProcess broker = start(file)) {
            List<String> receiving = new ArrayList<>(List.of(subscriber));
            receiving.addAll(List.of("-C", "4", "-F", "%q %p"));
            assertEquals(
                    List.of("0 one", "1 two", "0 three", "1 four"),
                    Program.run(client("mosquitto_sub", receiving.toArray(new String[0]))));
            assertTrue(broker.isAlive());
        }
    }

    @Test
    void testingAndCheckingAFile() throws IOException {
        Path file = written("allow_anonymous true", "use_identity_as_username true");
        BrokerProcess.End test =
                BrokerProcess.run("mosquitto", "-c", file.toString(), "--test-config");
        assertEquals(new BrokerProcess.End(0, List.of("Configuration file is OK.")), test);
        BrokerProcess.End check = BrokerProcess.run("check", file.toString());
        assertEquals(0, check.exitStatus());
        assertTrue(
                check.lines().stream()
                        .anyMatch(l ->
                                l.startsWith("  'use_identity_as_username' has no effect")
                                        && l.endsWith("[" + file + ":3]")),
                check.lines()::toString);
        written("tls_version tlsv9");
        assertEquals(3, BrokerProcess.run("check", file.toString()).exitStatus());
    }
}
