package io.hawkermq.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What users get, with all that comes with it: it works, it is small, it starts fast.
class RuntimeTest {
    private static final long MOST_BYTES = 6_000_000;
    private static final long MOST_MILLIS = 100;

    /// The build writes it; Maven runs tests in the module's directory.
    private static final Path CLASS_PATH = Path.of("target", "runtime-class-path.txt");

    private static final Path OWN_CLASSES = Path.of("target", "classes");
    private static final Path TEST_CLASSES = Path.of("target", "test-classes");

    private static String classPath() throws IOException {
        return Files.readString(CLASS_PATH).strip() + File.pathSeparator + OWN_CLASSES;
    }

    @Test
    void allThatUsersGetIsSmall() throws Exception {
        long bytes = 0;
        StringBuilder parts = new StringBuilder();
        for (String part : classPath().split(File.pathSeparator)) {
            long size = size(Path.of(part));
            bytes += size;
            parts.append("\n  ").append(size).append(' ').append(part);
        }
        System.out.println("The testkit has " + bytes + " bytes with all that it needs.");
        assertTrue(bytes <= MOST_BYTES, bytes + " bytes:" + parts);
    }

    private static long size(Path part) throws IOException {
        try (Stream<Path> files = Files.walk(part)) {
            return files.filter(Files::isRegularFile).mapToLong(p -> p.toFile().length()).sum();
        }
    }

    @Test
    void itRunsWithNothingElse(@TempDir Path folder) throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-cp",
                                classPath() + File.pathSeparator + TEST_CLASSES,
                                RuntimeProbe.class.getName(),
                                folder.toString())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        System.out.println(output);
        assertEquals(0, process.exitValue(), output);
        List<String> lines = output.lines().toList();
        assertTrue(lines.contains("tls true"), output);
        assertTrue(lines.contains("missing org.rocksdb.RocksDB"), output);
        assertTrue(lines.contains("missing org.bouncycastle.crypto.params.KeyParameter"), output);
        assertTrue(said(lines, "persistence ").contains("add org.rocksdb:rocksdbjni"), output);
        assertTrue(said(lines, "argon2 ").contains("add org.bouncycastle:bcprov"), output);
        assertTrue(Long.parseLong(said(lines, "median ")) <= MOST_MILLIS, output);
    }

    private static String said(List<String> lines, String beginning) {
        return lines.stream()
                .filter(l -> l.startsWith(beginning))
                .findFirst()
                .orElseThrow()
                .substring(beginning.length());
    }
}
