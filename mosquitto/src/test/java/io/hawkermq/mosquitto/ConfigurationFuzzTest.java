package io.hawkermq.mosquitto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever a file holds, the reader gives a configuration or its own exception, and what works on
/// configurations works on each. With `JAZZER_FUZZ=1` in the environment the search goes on for ten
/// minutes.
class ConfigurationFuzzTest {
    private static void use(String text) {
        try {
            Configuration c = Reader.READER.readText("f.conf", text);
            assertFalse(c.listeners().isEmpty());
            assertFalse(Check.lines(c).isEmpty());
            assertTrue(ConfigurationChange.between(c, c).changes().isEmpty());
            ConfigurationChange.between(c, Reader.READER.readText("g.conf", ""))
                    .changes()
                    .forEach(d -> assertFalse(d.text().isEmpty()));
        } catch (ConfigurationException e) {
            assertFalse(e.errors().isEmpty());
            assertTrue(e.exitStatus() == 3 || e.exitStatus() == 1);
            e.errors()
                    .forEach(error -> assertTrue(error.text().lines().count() == 1, error.text()));
            assertFalse(Check.lines(e).isEmpty());
        }
    }

    static Stream<byte[]> seeds() {
        return OptionsTest.rows().stream()
                .filter(r -> !r.name().equals("include_dir"))
                .map(r -> String.join("\n", r.with(r.good())).getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void anyBytes(byte[] input) {
        use(new String(input, StandardCharsets.UTF_8));
    }

    @Property(tries = 2000)
    void anyText(@ForAll String text) {
        use(text);
    }

    @Property(tries = 3000)
    void anyLinesOfKnownWords(@ForAll("lines") List<String> lines) {
        use(String.join("\n", lines));
    }

    @Property
    void anyOrderOfGoodLinesIsReadOrRefused(@ForAll("goodLines") List<String> lines) {
        use(String.join("\r\n", lines));
    }

    /// What is shown is what can be written.
    @Property
    void whatIsShownIsReadAgainAsTheSame(@ForAll("settings") OptionsTest.Row row)
            throws ConfigurationException {
        Configuration c = Reader.read(row.with(row.good()));
        Option<?> key = row.option().key();
        String shown = row.settings(c).shown(key);
        Configuration again = Reader.read(row.with(shown));
        assertEquals(row.settings(c).value(key), row.settings(again).value(key), row.name());
    }

    @Provide
    Arbitrary<OptionsTest.Row> settings() {
        return Arbitraries.of(
                OptionsTest.rowsWithSetting().filter(r -> !r.shown().equals("***")).toList());
    }

    @Provide
    Arbitrary<List<String>> lines() {
        Arbitrary<String> names =
                Arbitraries.of(Options.names()).filter(n -> !n.equals("include_dir"));
        Arbitrary<String> words =
                Arbitraries.of(
                        "",
                        " ",
                        "true",
                        "0",
                        "-1",
                        "1883",
                        "65536",
                        "\t",
                        "#",
                        "\"",
                        "\"\"",
                        "a",
                        "a/+",
                        "both",
                        "2",
                        "::1",
                        "h:1",
                        "::",
                        ":",
                        "none",
                        "file",
                        "all",
                        "1s",
                        "99999999999",
                        "0x",
                        "\u00e4",
                        "\ufffd",
                        "\u0000",
                        "go-auth.so",
                        "interval");
        Arbitrary<String> values = words.list().ofMaxSize(5).map(w -> String.join(" ", w));
        return Combinators.combine(names, values).as((n, v) -> n + " " + v).list().ofMaxSize(30);
    }

    @Provide
    Arbitrary<List<String>> goodLines() {
        List<String> good =
                OptionsTest.rows().stream()
                        .filter(r -> !r.name().equals("include_dir"))
                        .map(r -> r.name() + " " + r.good())
                        .toList();
        return Arbitraries.of(good).list().ofMinSize(5).ofMaxSize(60);
    }
}
