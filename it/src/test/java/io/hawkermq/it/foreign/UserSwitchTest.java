package io.hawkermq.it.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.it.BrokerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A broker that root starts goes on as `nobody`: with all its threads, and with all that it needs.
class UserSwitchTest {
    private static final String NOBODY = "65534";
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final int PORTS_FROM = 600;
    private static final int PORTS_TO = 1_023;

    @TempDir private Path folder = Path.of("");

    @BeforeEach
    void mayBecomeOthers() throws IOException {
        ForeignClient.MOSQUITTO.require();
        Assumptions.assumeTrue(
                "root".equals(System.getProperty("user.name"))
                        && Files.exists(Path.of("/proc/self/task")),
                "only root can become another user");
        permit(folder, "rwxr-xr-x");
    }

    private static void permit(Path file, String permissions) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    /// Only root may open it.
    private static int lowPort() {
        for (int port = PORTS_TO; port >= PORTS_FROM; port--) {
            try (ServerSocket s = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return s.getLocalPort();
            } catch (IOException e) {
                // taken
            }
        }
        throw new AssertionError("no low port is free");
    }

    private BrokerProcess start(int port, String... lines) throws IOException {
        List<String> all = new ArrayList<>(List.of("listener " + port + " 127.0.0.1"));
        for (String line : lines) {
            all.add(line.replace("@", folder.toString()));
        }
        Path file = Files.write(folder.resolve("a.conf"), all);
        return BrokerProcess.startOn(port, List.of("-c", file.toString(), "-o", "user=nobody"));
    }

    /// The different values of a line of all threads' `status`.
    private static Set<String> ofThreads(BrokerProcess broker, String name) throws IOException {
        Set<String> values = new TreeSet<>();
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + broker.pid() + "/task"))) {
            for (Path task : tasks.toList()) {
                Path status = task.resolve("status");
                if (Files.exists(status)) { // it may have ended
                    Files.readAllLines(status).stream()
                            .filter(l -> l.startsWith(name + ":"))
                            .forEach(l -> values.add(l.split(":")[1].strip().replace('\t', ' ')));
                }
            }
        }
        return values;
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, () -> "not within time: " + what);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static String[] tool(String name, int port, String... more) {
        List<String> all =
                new ArrayList<>(List.of("timeout", "20", name, "-h", "127.0.0.1", "-p", "" + port));
        all.addAll(List.of("-u", "ann", "-P", "secret", "-q", "1"));
        all.addAll(List.of(more));
        return all.toArray(new String[0]);
    }

    private static String owner(Path file) throws IOException {
        return Files.getOwner(file).getName();
    }

    @Test
    void allThreadsAndAllFilesAreThatUsers() throws Exception {
        int port = lowPort();
        Path passwords = folder.resolve("pw");
        Program.run("mosquitto_passwd", "-b", "-c", passwords.toString(), "ann", "secret");
        permit(passwords, "rw-------");
        Files.createDirectory(folder.resolve("data"));
        String[] lines = {
            "password_file @/pw",
            "persistence true",
            "persistence_location @/data",
            "log_dest file @/log",
            "log_dest stderr",
            "pid_file @/pid"
        };
        try (BrokerProcess broker = start(port, lines)) {
            await("it says so", () -> broker.output().contains("Running as user 'nobody'"));
            await("it runs", () -> broker.output().contains(" running"));
            String four = String.join(" ", NOBODY, NOBODY, NOBODY, NOBODY);
            assertEquals(Set.of(four), ofThreads(broker, "Uid"));
            assertEquals(Set.of(four), ofThreads(broker, "Gid"));
            assertEquals(Set.of(NOBODY), ofThreads(broker, "Groups"));
            assertEquals(Set.of("0000000000000000"), ofThreads(broker, "CapEff"));
            Program.run(tool("mosquitto_sub", port, "-t", "t", "-c", "-i", "kept", "-E"));
            Program.run(tool("mosquitto_pub", port, "-t", "t", "-m", "text"));
            for (String own : List.of("log", "pid", "data/hawker", "pid.control")) {
                assertEquals("nobody", owner(folder.resolve(own)), own);
            }
            try (Stream<Path> stored = Files.walk(folder.resolve("data/hawker"))) {
                for (Path file : stored.toList()) {
                    assertEquals("nobody", owner(file), file::toString);
                }
            }
            Program.run("kill", "-HUP", Long.toString(broker.pid()));
            await("refused", () -> broker.output().contains("Nothing was reloaded"));
            assertTrue(
                    broker.output()
                            .contains("user 'nobody' may not read " + passwords + ": a reload"),
                    broker.output());
            assertTrue(broker.output().contains("permission denied"), broker.output());
            broker.stop();
        }
        try (BrokerProcess again = start(port, lines)) {
            await("it runs", () -> again.output().contains(" running"));
            List<String> got =
                    Program.run(
                            tool("mosquitto_sub", port, "-t", "t", "-c", "-i", "kept", "-C", "1"));
            assertEquals(List.of("text"), got);
        }
        assertTrue(Files.readString(folder.resolve("log")).contains("terminating"));
    }

    @Test
    void filesThatItMayReadAreReadAgain() throws Exception {
        int port = BrokerProcess.freePort();
        try (BrokerProcess broker = start(port, "allow_anonymous true")) {
            await("it runs", () -> broker.output().contains(" running"));
            permit(folder.resolve("a.conf"), "rw-r--r--");
            Program.run("kill", "-HUP", Long.toString(broker.pid()));
            await("reloaded", () -> broker.output().contains("Reloaded."));
            assertFalse(broker.output().contains("may not"), broker.output());
        }
    }

    @Test
    void aUserWhoDoesNotExistIsOneLine() throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("b.conf"),
                        "listener " + BrokerProcess.freePort() + " 127.0.0.1\nuser nosuchuser\n");
        BrokerProcess.End end = BrokerProcess.run("broker", "-c", file.toString());
        assertEquals(3, end.exitStatus(), end.lines()::toString);
        assertTrue(
                end.lines()
                        .getLast()
                        .startsWith(
                                "Error: Unable to drop privileges to 'nosuchuser' because this user"
                                        + " does not exist."),
                end.lines()::toString);
        assertTrue(end.lines().getLast().endsWith(file + ":2."), end.lines()::toString);
    }
}
