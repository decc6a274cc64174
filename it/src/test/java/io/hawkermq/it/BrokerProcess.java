package io.hawkermq.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A broker in a process of its own on a free port of the loopback address.
///
/// It runs `io.hawkermq.broker.Main` with the test's class path on the test's JDK. With the system
/// property `it.broker` set to the path of a `mosquitto`, that runs instead: a reference against
/// which the *tests* can be checked, since a test that fails there is wrong or meets a known
/// deviation.
///
/// The system property `it.broker.arguments` holds further arguments, separated by spaces, for our
/// own, such as `--loops 4`.
///
/// Its output is read by a thread of its own, the last [#OUTPUT_LINES] lines are kept, and whoever
/// started it must [#close] it.
public final class BrokerProcess implements AutoCloseable {
    private static final Duration START_DEADLINE = Duration.ofMinutes(2);
    private static final Duration RUN_DEADLINE = Duration.ofMinutes(1);
    private static final Duration STOP_DEADLINE = Duration.ofSeconds(20);
    private static final int OUTPUT_LINES = 200;

    /// Another process may take the port between our look and the broker's bind.
    private static final int ATTEMPTS = 3;

    private static final int LOWEST_PORT = 20_000;
    private static final int HIGHEST_PORT = 32_000;

    private final Process process;
    private final int port;
    private final Deque<String> output = new ArrayDeque<>();
    private final Thread reader;

    private BrokerProcess(Process process, int port) {
        this.process = process;
        this.port = port;
        this.reader = Thread.ofVirtual().start(this::readOutput);
    }

    /// Starts a broker on a free port and waits until it accepts connections.
    public static BrokerProcess start() {
        for (int attempt = 1; ; attempt++) {
            try {
                return startOn(freePort());
            } catch (AssertionError e) {
                if (attempt == ATTEMPTS || !hasAddressInUse(e)) {
                    throw e;
                }
            }
        }
    }

    /// Starts a broker on this port and waits until it accepts connections.
    public static BrokerProcess startOn(int port) {
        return startOn(port, List.of());
    }

    /// Starts a broker on this port, with these further arguments, and waits until it accepts
    /// connections.
    public static BrokerProcess startOn(int port, List<String> arguments) {
        try {
            Path directory = Files.createTempDirectory("hawker-it");
            List<String> command = command(port, directory);
            command.addAll(arguments);
            if (!isReference() && arguments.stream().noneMatch(a -> a.startsWith("user="))) {
                // The directories of tests are their user's alone.
                command.addAll(List.of("-o", "user=root"));
            }
            Process p =
                    new ProcessBuilder(command)
                            .directory(directory.toFile())
                            .redirectErrorStream(true)
                            .start();
            BrokerProcess broker = new BrokerProcess(p, port);
            broker.awaitReady();
            return broker;
        } catch (IOException e) {
            throw new AssertionError("the broker could not be started", e);
        }
    }

    /// True if a reference broker runs instead of ours.
    public static boolean isReference() {
        return System.getProperty("it.broker") != null;
    }

    private static List<String> command(int port, Path directory) throws IOException {
        String reference = System.getProperty("it.broker");
        if (reference != null) {
            Path config = directory.resolve("reference.conf");
            Files.writeString(
                    config, "listener " + port + " 127.0.0.1\nallow_anonymous true\nuser root\n");
            return new ArrayList<>(List.of(reference, "-v", "-c", config.toString()));
        }
        List<String> command = ours();
        command.addAll(List.of("broker", "-p", Integer.toString(port)));
        String more = System.getProperty("it.broker.arguments", "");
        command.addAll(more.isBlank() ? List.of() : List.of(more.trim().split(" +")));
        return command;
    }

    private static List<String> ours() {
        return new ArrayList<>(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        // Most end before the second compiler could pay; as with the tests
                        // themselves.
                        "-XX:TieredStopAtLevel=" + System.getProperty("test.compilers", "1"),
                        "-Xmx512m",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.hawkermq.broker.Main"));
    }

    /// How a process ended.
    ///
    /// @param lines of its output and error streams
    public record End(int exitStatus, List<String> lines) {}

    /// Runs a command that ends by itself, such as `broker` with a wrong option.
    ///
    /// @param words behind `hawker`
    public static End run(String... words) {
        return runAs(List.of(), words);
    }

    /// The same behind other words, such as those that change the user.
    ///
    /// @param words behind `hawker`
    public static End runAs(List<String> before, String... words) {
        List<String> command = new ArrayList<>(before);
        command.addAll(ours());
        command.addAll(List.of(words));
        try {
            Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
            try (BufferedReader lines = p.inputReader(StandardCharsets.UTF_8)) {
                if (!p.waitFor(RUN_DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
                    p.destroyForcibly();
                    throw new AssertionError(
                            "does not end: " + String.join(" ", words) + "\n" + lines.readLine());
                }
                return new End(p.exitValue(), lines.lines().toList());
            }
        } catch (IOException e) {
            throw new AssertionError("it could not be started", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /// A port that nobody listened on just now.
    ///
    /// Below those that the system gives to clients, any of which would otherwise be gone by the
    /// time a broker opens it.
    public static int freePort() {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, HIGHEST_PORT);
            try (ServerSocket s = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return s.getLocalPort();
            } catch (IOException e) {
                // taken
            }
        }
        throw new AssertionError("no free port");
    }

    private static boolean hasAddressInUse(AssertionError e) {
        return String.valueOf(e.getMessage()).contains("in use");
    }

    private void awaitReady() {
        long end = System.nanoTime() + START_DEADLINE.toNanos();
        while (!accepts()) {
            if (!process.isAlive()) {
                joinReader();
                throw new AssertionError(
                        "the broker ended with " + process.exitValue() + ":\n" + output());
            }
            if (System.nanoTime() > end) {
                kill();
                throw new AssertionError("the broker accepts no connection:\n" + output());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private boolean accepts() {
        try (Socket s = new Socket()) {
            s.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    public int port() {
        return port;
    }

    /// The number of the process.
    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /// What it ended with.
    ///
    /// @throws IllegalThreadStateException if it has not ended
    public int exitStatus() {
        return process.exitValue();
    }

    /// The last lines that it wrote to its output and error streams.
    public String output() {
        synchronized (output) {
            return String.join("\n", output);
        }
    }

    /// Ends it with SIGTERM and expects exit status 0.
    public void stop() {
        process.destroy();
        if (!ended()) {
            kill();
            throw new AssertionError("the broker did not end at SIGTERM:\n" + output());
        }
        joinReader();
        if (process.exitValue() != 0) {
            throw new AssertionError(
                    "exit status " + process.exitValue() + " after SIGTERM:\n" + output());
        }
    }

    /// Ends it at once, as a power failure would.
    public void kill() {
        process.destroyForcibly();
        if (!ended()) {
            throw new AssertionError("the broker survived SIGKILL");
        }
        joinReader();
    }

    private boolean ended() {
        try {
            return process.waitFor(STOP_DEADLINE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private void joinReader() {
        try {
            if (!reader.join(STOP_DEADLINE)) {
                throw new AssertionError("the broker's output does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private void readOutput() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                synchronized (output) {
                    if (output.size() == OUTPUT_LINES) {
                        output.removeFirst();
                    }
                    output.add(line);
                }
            }
        } catch (IOException e) {
            synchronized (output) {
                output.add("(output ended: " + e.getMessage() + ")");
            }
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            stop();
        }
    }
}
