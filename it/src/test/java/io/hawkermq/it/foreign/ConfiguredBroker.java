package io.hawkermq.it.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.Broker;
import io.hawkermq.broker.BrokerOptions;
import io.hawkermq.broker.StartException;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import io.hawkermq.it.BrokerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A broker in this process, started from a file of `src/test/resources/configurations` in which
/// only places are exchanged: `@` is the test's directory, and each port a free one of the loopback
/// addresses. Mosquitto's tools are its clients.
final class ConfiguredBroker implements AutoCloseable {
    private static final Pattern LISTENER =
            Pattern.compile("^(listener|port) ([1-9][0-9]*).*$", Pattern.MULTILINE);
    private static final long DEADLINE_NANOS = 30_000_000_000L;

    private final Path folder;
    private final Map<Integer, Integer> ports = new HashMap<>();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final BrokerOptions options;
    private Broker broker;

    /// @param folder has certificates and password files already
    ConfiguredBroker(Path folder, String name) throws IOException, StartException {
        this.folder = folder;
        Path files = Program.module().resolve("src/test/resources/configurations");
        try (Stream<Path> all = Files.walk(files)) {
            for (Path f : all.filter(Files::isRegularFile).toList()) {
                Path to = folder.resolve(files.relativize(f).toString());
                Files.createDirectories(to.resolveSibling("."));
                Files.writeString(to, placed(Files.readString(f)));
            }
        }
        EventLog lines =
                new EventLog() {
                    @Override
                    public boolean isEnabled(LogLevel level) {
                        return level != LogLevel.DEBUG;
                    }

                    @Override
                    public void log(LogLevel level, String text) {
                        log.add(text);
                    }
                };
        options =
                BrokerOptions.ofFile(folder.resolve(name), lines)
                        .with(o -> o.sysIntervalSeconds(0));
        broker = Broker.start(options);
    }

    private String placed(String text) {
        Matcher m = LISTENER.matcher(text.replace("@", folder.toString()));
        return m.replaceAll(found -> {
            int port =
                    ports.computeIfAbsent(
                            Integer.parseInt(found.group(2)), _ -> BrokerProcess.freePort());
            return found.group(1).equals("port")
                    ? "port " + port
                    : "listener " + port + " 127.0.0.1";
        });
    }

    int port(int inFile) {
        return java.util.Objects.requireNonNull(ports.get(inFile));
    }

    void restart() throws StartException {
        broker.close();
        broker = Broker.start(options);
    }

    // ---- ways in ----

    String file(String name) {
        return folder.resolve(name).toString();
    }

    String[] tcp(int inFile, String... more) {
        return with(more, "-h", "127.0.0.1", "-p", "" + port(inFile));
    }

    String[] tls(int inFile, String... more) {
        return with(more, "-h", "localhost", "-p", "" + port(inFile), "--cafile", file("ca.pem"));
    }

    /// With the certificate of a client.
    String[] as(String client, int inFile, String... more) {
        return with(
                tls(inFile, more), "--cert", file(client + ".pem"), "--key", file(client + ".key"));
    }

    /// With a pre-shared key.
    String[] psk(int inFile, String identity, String key, String version) {
        return tcp(inFile, "--psk-identity", identity, "--psk", key, "--tls-version", version);
    }

    private static String[] with(String[] last, String... first) {
        List<String> all = new ArrayList<>(Arrays.asList(first));
        all.addAll(Arrays.asList(last));
        return all.toArray(new String[0]);
    }

    /// Arguments of a user whose password is `secret`.
    static String[] user(String name) {
        return new String[] {"-u", name, "-P", "secret"};
    }

    // ---- what clients do ----

    /// Subscribed to `filter`, with what then comes until [#expect].
    record Subscriber(Program program) implements AutoCloseable {
        /// The topics that come are these, and no other before them.
        void expect(String... topics) {
            assertEquals(
                    List.of(topics),
                    program.expectSuccess().stream()
                            .filter(l -> l.startsWith("> "))
                            .map(l -> l.substring(2))
                            .toList());
        }

        @Override
        public void close() {
            program.close();
        }
    }

    /// @param count of messages that end it
    Subscriber subscriber(int count, String filter, String... way) {
        Program program =
                Program.start(
                        with(
                                way,
                                "timeout",
                                "30",
                                "stdbuf",
                                "-oL",
                                "mosquitto_sub",
                                "-d",
                                "-t",
                                filter,
                                "-q",
                                "1",
                                "-C",
                                "" + count,
                                "-F",
                                "> %t"));
        program.await("SUBACK", line -> line.contains("received SUBACK"));
        return new Subscriber(program);
    }

    void publish(String topic, String... way) {
        Program.run(
                with(way, "timeout", "30", "mosquitto_pub", "-t", topic, "-m", "text", "-q", "1"));
    }

    /// A message goes from one to itself.
    void exchange(String topic, String... way) {
        try (Subscriber s = subscriber(1, topic, way)) {
            publish(topic, way);
            s.expect(topic);
        }
    }

    /// A client does not get in.
    ///
    /// @param why is in what it prints
    void refuses(String why, String... way) {
        try {
            Program.run(
                    with(way, "timeout", "30", "mosquitto_pub", "-t", "t", "-m", "m", "-q", "1"));
        } catch (AssertionError e) {
            assertTrue(String.valueOf(e.getMessage()).contains(why), e.getMessage());
            return;
        }
        throw new AssertionError("it was let in: " + String.join(" ", way));
    }

    /// Whether `openssl s_client` with these words gets through its handshake.
    boolean shakesHands(int inFile, String words) {
        String command =
                "openssl s_client -connect 127.0.0.1:"
                        + port(inFile)
                        + " "
                        + words
                        + " </dev/null >/dev/null 2>&1 && echo yes || echo no";
        return Program.run("sh", "-c", command).equals(List.of("yes"));
    }

    /// Paho over WebSocket: what it printed.
    String webSocket(int inFile, String authority, String user, String origin, String topic) {
        ForeignClient.PAHO.require();
        return Program.run(
                        ForeignClient.PYTHON,
                        "src/test/python/websocket.py",
                        "" + port(inFile),
                        authority,
                        user,
                        origin,
                        topic)
                .getLast();
    }

    /// The log has such a line, soon.
    void awaitLog(String part) {
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (log.stream().noneMatch(l -> l.contains(part))) {
            assertTrue(System.nanoTime() < end, () -> "no line with '" + part + "' in " + log);
            LockSupport.parkNanos(2_000_000);
        }
    }

    @Override
    public void close() {
        broker.close();
    }
}
