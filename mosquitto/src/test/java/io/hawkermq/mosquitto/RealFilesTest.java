package io.hawkermq.mosquitto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Files of the shapes that people use, each with what must be in force after it was read:
/// `listeners`, `broker NAME`, `listener ADDRESS NAME`, `bridge NAME OPTION`, `plugin INDEX` and
/// `plugin INDEX OPTION`, and each `warning`.
class RealFilesTest {
    @TempDir
    // JUnit sets it.
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private static Path resources() throws URISyntaxException {
        return Path.of(Objects.requireNonNull(RealFilesTest.class.getResource("/files")).toURI());
    }

    static List<Path> expectations() throws IOException, URISyntaxException {
        try (Stream<Path> files = Files.walk(resources())) {
            return files.filter(f -> f.toString().endsWith(".expected")).sorted().toList();
        }
    }

    @Test
    void thereAreMoreThanTwenty() throws IOException, URISyntaxException {
        assertTrue(expectations().size() > 20);
    }

    @ParameterizedTest
    @MethodSource("expectations")
    void theFileMeansWhatItsAuthorsExpect(Path expectation)
            throws IOException, URISyntaxException, ConfigurationException {
        copy(resources());
        Path copied = directory.resolve(resources().relativize(expectation).toString());
        Path file = Path.of(copied.toString().replace(".expected", ".conf"));
        Configuration c = Reader.READER.read(file);
        List<String> warnings = new ArrayList<>();
        for (String line : Files.readAllLines(expectation)) {
            int equals = line.indexOf(" = ");
            String what = line.substring(0, equals);
            String value = line.substring(equals + 3);
            if (what.equals("warning")) {
                warnings.add(value);
            } else {
                assertEquals(value, actual(c, what), what);
            }
        }
        List<String> given = Reader.warnings(c);
        assertEquals(warnings.size(), given.size(), String.join("\n", given));
        for (String warning : warnings) {
            assertTrue(given.stream().anyMatch(g -> g.contains(warning)), warning);
        }
        assertTrue(Check.lines(c).size() > 50);
    }

    private void copy(Path from) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path f : files.filter(Files::isRegularFile).toList()) {
                Path to = directory.resolve(from.relativize(f).toString());
                Files.createDirectories(Objects.requireNonNull(to.getParent()));
                String place = Objects.requireNonNull(to.getParent()).toString();
                Files.writeString(to, Files.readString(f).replace("@DIRECTORY@", place));
            }
        }
    }

    private static String actual(Configuration c, String what) {
        if (what.equals("listeners")) {
            return c.listeners().stream()
                    .map(ListenerConfiguration::name)
                    .collect(Collectors.joining("; "));
        }
        int end = what.lastIndexOf(' ');
        String name = what.substring(end + 1);
        String section = what.substring(0, end);
        if (section.equals("plugin")) {
            return c.plugins().get(Integer.parseInt(name)).builtIn().name();
        }
        if (section.startsWith("plugin ")) {
            PluginConfiguration p = c.plugins().get(Integer.parseInt(section.substring(7)));
            return name.equals("denies")
                    ? Boolean.toString(p.deniesSpecialCharacters())
                    : p.option(name).orElseThrow();
        }
        Option<?> option = Options.named(name).orElseThrow();
        Settings settings = settings(c, section);
        String shown = settings.shown(option);
        return shown.equals(ValueType.UNSET) ? option.defaultText() : shown;
    }

    private static Settings settings(Configuration c, String section) {
        if (section.equals("broker")) {
            return c.global();
        }
        if (section.startsWith("bridge ")) {
            return c.bridges().stream()
                    .filter(b -> section.equals("bridge " + b.name()))
                    .findFirst()
                    .orElseThrow()
                    .settings();
        }
        return c.listeners().stream()
                .filter(l -> section.equals("listener " + l.address()))
                .findFirst()
                .orElseThrow()
                .settings();
    }
}
