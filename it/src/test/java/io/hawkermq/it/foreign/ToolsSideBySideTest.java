package io.hawkermq.it.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Hawker's tools and Mosquitto's with the same words against the same broker: the same output and
/// the same exit status.
@ExtendWith(SharedBroker.class)
class ToolsSideBySideTest {
    private static final int SECONDS = 30;

    @TempDir Path folder = Path.of("");

    private record Run(String output, int status) {}

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
            return new Run(new String(out, StandardCharsets.ISO_8859_1), p.exitValue());
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
        same("mosquitto_sub", lab, "-t", t, "-W", "1", "-R");
        same("mosquitto_sub", lab, "-t", t, "-T", t, "-W", "1");
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
}
