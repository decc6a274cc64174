package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import io.hawkermq.protocol.ProtocolVersion;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/// While no file descriptor is free, in a process of its own that may have few.
class NoDescriptorTest {
    private static final Path SHELL = Path.of("/bin/sh");

    /// What was read for an answer is there for all later ones: it must not need a file the first time.
    @Test
    void theHttpApiAnswersForTheFirstTimeThoughNoFileCanBeOpened() throws Exception {
        assertEquals("HTTP/1.1 200 OK", saidWithFewDescriptors("http"));
    }

    @Test
    void whoCannotBeAcceptedIsAcceptedLater() throws Exception {
        assertEquals("CONNACK", saidWithFewDescriptors("mqtt"));
    }

    private static String saidWithFewDescriptors(String what) throws IOException {
        assumeTrue(
                ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean
                        && Files.isExecutable(SHELL),
                "the number of file descriptors cannot be limited here");
        Process process =
                new ProcessBuilder(
                                SHELL.toString(),
                                "-c",
                                "ulimit -n 256 && exec \"$@\"",
                                "sh",
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                NoDescriptorTest.class.getName(),
                                what)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (InputStream out = process.getInputStream()) {
            return new String(out.readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            process.destroyForcibly();
        }
    }

    public static void main(String[] args) throws Exception {
        System.out.print(args[0].equals("http") ? http() : mqtt());
        System.out.flush();
    }

    private static String http() throws Exception {
        // Classes are files here; in a jar they need no descriptor of their own.
        Class.forName("io.hawkermq.broker.HttpApi$Answer");
        BrokerOptions options =
                BrokerOptions.local(0)
                        .with(o -> o.sysIntervalSeconds(0).httpListeners(HttpListener.loopback(0)));
        try (Broker broker = Broker.start(options)) {
            long before = open();
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.httpPort(0))) {
                socket.setSoTimeout(20_000);
                await(before + 2); // both ends
                return answer(socket);
            }
        }
    }

    private static String mqtt() throws Exception {
        LogLines log = new LogLines();
        BrokerOptions options = BrokerOptions.local(0).with(o -> o.sysIntervalSeconds(0).log(log));
        ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;
        try (Broker broker = Broker.start(options)) {
            // So that all classes are there that accepting needs.
            TestClient.connected(broker.port(), version, "first").close();
            List<InputStream> all = all();
            all.removeLast().close();
            try (TestClient late = new TestClient(broker.port(), version)) {
                log.await("Accepting a connection failed");
                for (InputStream one : all) {
                    one.close();
                }
                late.connected("late");
                return "CONNACK";
            }
        }
    }

    /// Every file descriptor that is left.
    private static List<InputStream> all() throws IOException {
        List<InputStream> all = new ArrayList<>();
        try {
            while (true) {
                all.add(new FileInputStream("/dev/null"));
            }
        } catch (FileNotFoundException e) {
            return all;
        }
    }

    private static long open() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getOpenFileDescriptorCount();
    }

    private static void await(long count) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (open() < count) {
            if (System.nanoTime() > until) {
                throw new AssertionError("the connection was not accepted");
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /// @return the first line
    private static String answer(Socket socket) throws IOException {
        BufferedReader in =
                new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        byte[] request =
                "GET /health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII);
        List<InputStream> all = all();
        try {
            socket.getOutputStream().write(request);
            return String.valueOf(in.readLine());
        } finally {
            for (InputStream one : all) {
                one.close();
            }
        }
    }
}
