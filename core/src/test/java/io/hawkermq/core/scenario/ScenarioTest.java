package io.hawkermq.core.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Plays the files of `scenarios/`, each of which shows one feature: see [Script] for their form
/// and [Director] for the commands. What clients get is compared to the last packet; nothing more
/// and nothing less may come.
final class ScenarioTest {
    @TestFactory
    Stream<DynamicTest> scenarios() throws IOException, URISyntaxException {
        URL directory = Objects.requireNonNull(getClass().getResource("/scenarios"));
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(Path.of(new URI(directory.toString())))) {
            all.filter(f -> f.toString().endsWith(".txt")).sorted().forEach(files::add);
        }
        assertFalse(files.isEmpty());
        return files.stream().map(f -> DynamicTest.dynamicTest(nameOf(f), () -> play(f)));
    }

    private static String nameOf(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static void play(Path file) throws IOException {
        Script script = Script.parse(nameOf(file), Files.readAllLines(file));
        Director director = new Director();
        for (Script.Step step : script.steps()) {
            List<String> happened = director.carryOut(step);
            assertEquals(
                    text(step.expected()),
                    text(happened),
                    () -> script.name() + ":" + step.line() + ": " + step.command());
        }
    }

    /// Sorted by client; what one client gets stays in order.
    private static String text(List<String> lines) {
        return String.join(
                "\n", lines.stream().sorted((a, b) -> client(a).compareTo(client(b))).toList());
    }

    private static String client(String line) {
        return line.substring(0, line.indexOf(' '));
    }
}
