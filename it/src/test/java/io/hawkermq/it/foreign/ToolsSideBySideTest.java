package io.hawkermq.it.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.Broker;
import io.hawkermq.broker.BrokerOptions;
import io.hawkermq.core.EventLog;
import io.hawkermq.it.BrokerProcess;
import io.hawkermq.it.Lab;
import io.hawkermq.it.SharedBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Hawker's tools and Mosquitto's with the same words against the same broker: the same output and
/// the same exit status.
@ExtendWith(SharedBroker.class)
@Timeout(600) // dozens of processes, each of which takes seconds to start on a busy machine
class ToolsSideBySideTest {
    private static final int SECONDS = 30;

    @TempDir Path folder = Path.of("");

    /// @param complaint the standard error; it may differ, so that it is not compared with the rest
    private record Run(String output, int status, String complaint) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Run r && output.equals(r.output) && status == r.status;
        }

        @Override
        public int hashCode() {
            return output.hashCode() * 31 + status;
        }
    }

    /// Ours run as they do from the launcher, from the class path of this test.
    private Run run(boolean isOurs, String tool, List<String> words) {
        List<String> command = new ArrayList<>();
        if (isOurs) {
            String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
            command.addAll(List.of(java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"));
            command.addAll(List.of(System.getProperty("java.class.path"), "io.hawkermq.cli.Main"));
        }
        command.add(tool);
        command.addAll(words);
        try {
            Path errors = Files.createTempFile(folder, "errors", "");
            ProcessBuilder b = new ProcessBuilder(command);
            b.environment().put("LC_ALL", "C.UTF-8");
            b.environment().put("TZ", "UTC");
            b.environment().put("XDG_CONFIG_HOME", folder.toString());
            b.redirectError(errors.toFile());
            Process p = b.start();
            p.getOutputStream().close();
            byte[] out = p.getInputStream().readAllBytes();
            assertTrue(p.waitFor(SECONDS, TimeUnit.SECONDS), () -> "still running: " + command);
            return new Run(
                    new String(out, StandardCharsets.ISO_8859_1),
                    p.exitValue(),
                    Files.readString(errors));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void same(String tool, Lab lab, String... words) {
        List<String> all =
                new ArrayList<>(List.of("-h", "127.0.0.1", "-p", Integer.toString(lab.port())));
        all.addAll(List.of(words));
        assertEquals(run(false, tool, all), run(true, tool, all), () -> tool + " " + all);
    }

    @Test
    void whatIsPrintedOfARetainedMessage(Lab lab) {
        ForeignClient.MOSQUITTO.require();
        String t = lab.topic();
        same(
                "mosquitto_pub",
                lab,
                "-V",
                "5",
                "-t",
                t,
                "-m",
                "{\"a\": 1.50}",
                "-r",
                "-q",
                "1",
                "-D",
                "publish",
                "content-type",
                "json",
                "-D",
                "publish",
                "user-property",
                "k",
                "v");
        for (String version : List.of("31", "311", "5")) {
            same("mosquitto_sub", lab, "-V", version, "-t", t, "-C", "1", "-v", "-q", "1");
        }
        String every =
                "%t|%p|%q|%r|%l|%x|%X|%C|%P|%20t|%-20t|%.3t|%30p|%-30p|%3p|%04l|%R|%E|%5E|%%|\\t@@";
        same("mosquitto_sub", lab, "-V", "5", "-t", t, "-C", "1", "-q", "1", "-F", every);
        same("mosquitto_sub", lab, "-t", t, "-C", "1", "-N");
        same("mosquitto_sub", lab, "-t", t, "-t", t + "/none", "-E");
        same("mosquitto_sub", lab, "-t", t, "-W", "3", "-R");
        same("mosquitto_sub", lab, "-t", t, "-T", t, "-W", "3");
        same("mosquitto_rr", lab, "-t", t, "-e", t, "-m", "me");
    }

    @Test
    void wordsThatAreRefused(Lab lab) {
        ForeignClient.MOSQUITTO.require();
        for (String words :
                List.of(
                        "-q 3",
                        "-p 70000",
                        "-k 1",
                        "-V 4",
                        "-t a/#",
                        "--no-such",
                        "-L http://a/b")) {
            same("mosquitto_pub", lab, words.split(" "));
        }
        for (String words : List.of("-C 0", "-W 0", "-t a#", "-F %", "-F %Z", "-m a", "-t")) {
            same("mosquitto_sub", lab, words.split(" "));
        }
        same("mosquitto_rr", lab, "-t", "a");
    }

    /// Debian's tool is of 2.0 and says less about what it has done; salts are the only other
    /// difference here. Ours keeps comments, which theirs takes for a damaged file.
    @Test
    void passwordFiles() throws IOException {
        ForeignClient.MOSQUITTO.require();
        String two = "ann:$7$101$AAAA$BBBB\nbob:$6$AAAA$CCCC\n";
        String plain = "ann:secret\r\nbob:sec:ret\n";
        passwords(two, "-I 101 -b FILE ann new");
        passwords(two, "-I 101 -b FILE carl new");
        passwords(two, "-I 101 -c -b FILE carl new"); // over what was there
        passwords(two, "-D FILE ann");
        passwords(two, "-D FILE carl");
        passwords(two, "-b FILE a:b new");
        passwords(two, "-c FILE");
        passwords(plain, "-I 101 -U FILE");
        passwords("", "-U FILE");
        passwords(two, "-b FILE.none ann new");
    }

    private void passwords(String before, String words) throws IOException {
        Path file = folder.resolve("passwords");
        List<String> all =
                Stream.of(words.split(" ")).map(w -> w.replace("FILE", file.toString())).toList();
        List<String> theirs = passwords(false, file, before, all);
        assertEquals(theirs, passwords(true, file, before, all), words);
    }

    /// @return the exit status, what the file holds, and the complaint
    private List<String> passwords(boolean isOurs, Path file, String before, List<String> words)
            throws IOException {
        Files.writeString(file, before);
        Run run = run(isOurs, "mosquitto_passwd", words);
        String after =
                Files.readString(file)
                        .replaceAll(
                                "\\$7\\$101\\$[A-Za-z0-9+/=]{16,}\\$[A-Za-z0-9+/=]{88}", "HASH");
        return List.of(String.valueOf(run.status()), after, run.complaint());
    }

    @Test
    void preSharedKeys() throws IOException {
        ForeignClient.MOSQUITTO.require();
        Path keys = Files.writeString(folder.resolve("keys"), "ann:0123456789abcde\n");
        for (String broker : List.of("mosquitto", "hawker")) {
            int port = BrokerProcess.freePort();
            Path file =
                    Files.writeString(
                            folder.resolve(broker + ".conf"),
                            "user root\nlistener %d 127.0.0.1\npsk_hint x\npsk_file %s\nallow_anonymous true\n"
                                    .formatted(port, keys));
            try (AutoCloseable _ =
                    broker.equals("mosquitto")
                            ? mosquitto(file)
                            : Broker.start(BrokerOptions.ofFile(file, EventLog.SILENT))) {
                preSharedKeys(port);
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(broker, e);
            }
        }
    }

    private static Program mosquitto(Path file) {
        Program program = Program.start(ForeignClient.BROKER, "-v", "-c", file.toString());
        program.await("that it runs", line -> line.contains("running"));
        return program;
    }

    private void preSharedKeys(int port) {
        List<String> common =
                List.of(
                        "-h 127.0.0.1 -t a --psk-identity ann --psk 123456789ABCDE -p " + port,
                        "-h 127.0.0.1 -t a --psk-identity ann --psk 123456789ABCDF -p " + port,
                        "-h 127.0.0.1 -t a --psk-identity ann --psk wrong -p " + port);
        for (String version : List.of(" --tls-version tlsv1.2", " --tls-version tlsv1.3")) {
            String right = common.get(0) + version;
            assertEquals(0, run(true, "mosquitto_pub", split(right + " -r -m hello")).status());
            Run ours = run(true, "mosquitto_sub", split(right + " -C 1 -v"));
            assertEquals(run(false, "mosquitto_sub", split(right + " -C 1 -v")), ours);
            assertEquals("a hello\n", ours.output());
            Run refused = run(true, "mosquitto_pub", split(common.get(1) + version + " -m x"));
            assertEquals("Unable to connect (A TLS error occurred).\n", refused.complaint());
        }
        Run noKey = run(true, "mosquitto_pub", split(common.get(2) + " -m x"));
        assertEquals(run(false, "mosquitto_pub", split(common.get(2) + " -m x")), noKey);
    }

    private static List<String> split(String words) {
        return List.of(words.split(" "));
    }
}
