package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.protocol.ProtocolVersion;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The process as others see it: its lines and its exit status.
@Timeout(60)
class MainTest {
    private static final String LISTENS = "Opening ipv4 listen socket on port ";

    private static Process start(String... arguments) throws IOException {
        return start(List.of(), arguments);
    }

    private static Process start(List<String> javaOptions, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(javaOptions);
        command.addAll(
                List.of(
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.hawkermq.broker.Main"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static BufferedReader output(Process process) {
        return new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    @Test
    void saysMosquittosLinesAndEndsWithZeroAtSigterm() throws Exception {
        Process process = start("broker", "-p", "0");
        try (BufferedReader output = output(process)) {
            List<String> lines = new ArrayList<>();
            int port = 0;
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(line);
                int at = line.indexOf(LISTENS);
                if (at >= 0) {
                    port = Integer.parseInt(line.substring(at + LISTENS.length()).replace(".", ""));
                }
                if (line.endsWith(" running")) {
                    break;
                }
            }
            assertTrue(
                    lines.getFirst().matches("\\d+: hawker version .* starting"), lines::toString);
            assertTrue(lines.getLast().matches("\\d+: hawker version .* running"), lines::toString);
            try (TestClient client = TestClient.connected(port, ProtocolVersion.MQTT_5, "c")) {
                String line = output.readLine();
                String come =
                        "\\d+: New connection from 127\\.0\\.0\\.1:\\d+ on port " + port + "\\.";
                assertTrue(line.matches(come), line);
                process.destroy();
                assertTrue(process.waitFor(20, TimeUnit.SECONDS), "it does not end");
                assertEquals(0, process.exitValue());
                assertTrue(client.next().toString().contains("SERVER_SHUTTING_DOWN"));
            }
        } finally {
            process.destroyForcibly();
        }
    }

    /// As on a machine without IPv6: the system has no socket of that family, while the loopback
    /// address is to be had in both.
    @Test
    void startsWithoutIpv6() throws Exception {
        Process process =
                start(
                        List.of(
                                "-Djava.net.preferIPv4Stack=true",
                                "-Dio.netty.transport.noNative=true"),
                        "broker",
                        "-p",
                        "0");
        try (BufferedReader output = output(process)) {
            List<String> lines = new ArrayList<>();
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(line);
                if (line.endsWith(" running")) {
                    break;
                }
                assertFalse(line.contains("Exception"), line);
            }
            assertTrue(lines.stream().anyMatch(l -> l.contains(LISTENS)), lines::toString);
            assertTrue(lines.getLast().endsWith(" running"), lines::toString);
        } finally {
            process.destroyForcibly();
        }
    }

    /// The start waits for the certificate, which comes out of a pipe.
    @Test
    void aStopDuringTheStartIsCleanToo(@TempDir Path folder) throws Exception {
        Path pipe = folder.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        Path file = folder.resolve("a.conf");
        Files.writeString(
                file,
                "user root\nlistener 0 @/s\ncertfile @/pipe\nkeyfile @/key\n"
                        .replace("@", "" + folder));
        Process process = start("broker", "-c", file.toString());
        try (BufferedReader output = output(process)) {
            // Opened only once the broker has begun to read.
            OutputStream open =
                    CompletableFuture.supplyAsync(() -> writing(pipe)).get(30, TimeUnit.SECONDS);
            process.toHandle().destroy(); // which leaves its output open
            List<String> lines = output.lines().toList();
            assertTrue(process.waitFor(20, TimeUnit.SECONDS), "it does not end");
            assertEquals(0, process.exitValue(), lines::toString);
            assertTrue(lines.getLast().endsWith(" terminating"), lines::toString);
            open.close();
        } finally {
            process.destroyForcibly();
        }
    }

    private static OutputStream writing(Path pipe) {
        try {
            return Files.newOutputStream(pipe);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aStartThatFailsLeavesNothingBehind(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("a.conf");
        Files.writeString(
                file,
                "user root\nlistener 0 @/s\npid_file @/pid\nhawker_control_socket @/none/c\n"
                        .replace("@", "" + folder));
        Process process = start("broker", "-c", file.toString());
        List<String> lines = output(process).lines().toList();
        assertEquals(1, process.waitFor(), lines::toString);
        assertTrue(lines.getLast().contains("its directory does not exist"), lines::toString);
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(file), left.toList());
        }
    }

    @Test
    void saysItsVersion() throws Exception {
        List<String> lines = output(start("--version")).lines().toList();
        assertEquals(1, lines.size(), lines::toString);
        assertTrue(lines.getFirst().startsWith("hawker version "), lines::toString);
        Process process = start("broker", "--version");
        assertEquals(lines, output(process).lines().toList());
        assertEquals(0, process.waitFor());
    }

    @Test
    void portInUseIsOneLineAndStatusOne() throws Exception {
        try (Broker broker = Broker.start(BrokerOptions.local(0))) {
            Process second = start("broker", "-p", Integer.toString(broker.port()));
            List<String> lines = output(second).lines().toList();
            assertEquals(1, second.waitFor());
            List<String> errors = lines.stream().filter(l -> l.contains("Error")).toList();
            assertEquals(1, errors.size(), lines::toString);
            assertTrue(errors.getFirst().contains("port " + broker.port()), lines::toString);
        }
    }

    @Test
    void wrongOptionIsOneLineAndStatusThree() throws Exception {
        Process process = start("broker", "--no-such-option");
        List<String> lines = output(process).lines().toList();
        assertEquals(3, process.waitFor());
        assertEquals(
                List.of("Error: Unknown option '--no-such-option'. Run 'hawker broker --help'."),
                lines);
    }

    @Test
    void rehearsalOfTheLauncherPlaysToItsEnd() throws Exception {
        Process process = start("rehearse");
        List<String> lines = output(process).lines().toList();
        assertEquals(0, process.waitFor(), lines::toString);
        // How many is up to the rehearsal; with none it would be over before it began.
        long connected = lines.stream().filter(l -> l.contains("New client connected")).count();
        assertTrue(connected >= 3, lines::toString);
    }
}
