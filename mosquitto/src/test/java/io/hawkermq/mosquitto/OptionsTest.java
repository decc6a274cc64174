package io.hawkermq.mosquitto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each row of the table with a good value, a bad value and its default, from `values.txt`.
class OptionsTest {
    record Row(String name, String good, String shown, String bad, String refusal, String unset) {
        @Override
        public String toString() {
            return name;
        }

        Option<?> option() {
            return Options.named(name).orElseThrow();
        }

        /// The lines that have to stand before one of this option.
        List<String> before() {
            return switch (option().scope()) {
                case GLOBAL, ACCESS, LISTENER_OR_DEFAULT, DEFAULT_LISTENER -> List.of();
                case LISTENER -> List.of("listener 1884");
                case NAMED_LISTENER -> List.of("plugin_load known /x/go-auth.so", "listener 1884");
                case BRIDGE -> {
                    List<String> lines = new ArrayList<>(List.of("connection b"));
                    if (option() != BridgeOptions.ADDRESS) {
                        lines.add("address h");
                    }
                    if (option() != BridgeOptions.TOPIC) {
                        lines.add("topic t");
                    }
                    if (option() == BridgeOptions.BRIDGE_IDENTITY) {
                        lines.add("bridge_psk 00");
                    }
                    if (option() == BridgeOptions.BRIDGE_PSK) {
                        lines.add("bridge_identity i");
                    }
                    yield lines;
                }
                case PLUGIN -> List.of("plugin /x/go-auth.so");
            };
        }

        /// The lines that have to stand after it.
        List<String> after() {
            return switch (name) {
                case "connection" -> List.of("address h", "topic t");
                case "certfile" -> List.of("keyfile k");
                case "keyfile" -> List.of("certfile c");
                case "cafile", "capath" -> List.of("certfile c", "keyfile k");
                default -> List.of();
            };
        }

        String[] with(String value) {
            List<String> lines = new ArrayList<>(before());
            // Settings of the default listener would not take effect.
            if (option().scope() == Scope.LISTENER_OR_DEFAULT) {
                lines.add("listener 1884");
            }
            lines.add(name + (value.isEmpty() ? "" : " " + value));
            lines.addAll(after());
            return lines.toArray(String[]::new);
        }

        Settings settings(Configuration c) {
            Scope scope = option().scope();
            return scope == Scope.BRIDGE
                    ? c.bridges().getFirst().settings()
                    : scope.isOfListener() || scope == Scope.ACCESS
                            ? c.listeners().getLast().settings()
                            : c.global();
        }
    }

    static List<Row> rows() {
        try (InputStream in = OptionsTest.class.getResourceAsStream("/options/values.txt")) {
            return new String(
                            java.util.Objects.requireNonNull(in).readAllBytes(),
                            StandardCharsets.UTF_8)
                    .lines()
                    .filter(l -> !l.startsWith("#"))
                    .map(l -> l.split("\\|", -1))
                    .map(f ->
                            new Row(
                                    f[0].strip(),
                                    f[1].strip(),
                                    f[2].strip(),
                                    f[3].strip(),
                                    f[4].strip(),
                                    f[5].strip()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<Row> rowsWithSetting() {
        return rows().stream().filter(r -> !r.shown().equals("-"));
    }

    static Stream<Row> rowsWithRefusal() {
        return rows().stream().filter(r -> !r.refusal().equals("-"));
    }

    @ParameterizedTest
    @MethodSource("rowsWithSetting")
    void aGoodValueIsInForceAndSaysWhereItWasSet(Row row) throws ConfigurationException {
        String[] lines = row.with(row.good());
        Configuration c = Reader.read(lines);
        Settings settings = row.settings(c);
        Option<?> key = row.option().key();
        assertEquals(row.shown(), settings.shown(key));
        int line = List.of(lines).indexOf(row.name() + " " + row.good()) + 1;
        assertEquals(new Origin.InFile("a.conf", line), settings.origin(key));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void aGoodValueIsNoErrorInMosquittosPlaceForIt(Row row, @TempDir Path directory)
            throws ConfigurationException {
        String good = row.good().equals("DIR") ? directory.toString() : row.good();
        Configuration c = Reader.read(row.with(good));
        assertTrue(c.lines().stream().anyMatch(l -> l.name().equals(row.name())), "it was read");
    }

    @ParameterizedTest
    @MethodSource("rowsWithRefusal")
    void aBadValueIsRefusedWithWhatWasReadAndWhere(Row row) {
        String[] lines = row.with(row.bad());
        ConfigurationException refused = Reader.refused(lines);
        int number =
                List.of(lines).indexOf(row.name() + (row.bad().isEmpty() ? "" : " " + row.bad()));
        Origin origin = new Origin.InFile("a.conf", number + 1);
        ConfigurationError error =
                refused.errors().stream()
                        .filter(e -> e.origin().equals(origin))
                        .findFirst()
                        .orElseThrow();
        assertEquals(row.refusal(), error.message());
        assertTrue(error.text().endsWith("Error found at " + origin + "."), error.text());
        assertFalse(error.advice().isEmpty(), "it says what is allowed");
    }

    @ParameterizedTest
    @MethodSource("rows")
    void theDefaultIsKnown(Row row) throws ConfigurationException {
        assertEquals(row.unset(), row.option().defaultText());
        if (row.option().scope() == Scope.GLOBAL) {
            Configuration c = Reader.READER.withoutFile();
            assertEquals(Origin.DEFAULT, c.global().origin(row.option()));
            assertEquals(row.option().defaultValue(), c.value(row.option()));
        }
    }

    @Test
    void noRowIsWithoutTest() {
        Set<String> tested = new HashSet<>(rows().stream().map(Row::name).toList());
        Set<String> names = new HashSet<>(Options.names());
        names.removeAll(Set.of("plugin_opt_*", "auth_opt_*"));
        names.addAll(Set.of("plugin_opt_key", "auth_opt_key"));
        assertEquals(names, tested);
    }

    @Test
    void allOfMosquittosOptionsAreThere() {
        long mosquittos =
                Options.all().stream()
                        .filter(o -> !o.isOwn())
                        .mapToLong(o -> 1 + o.aliases().size())
                        .sum();
        assertEquals(141, mosquittos);
    }

    @Test
    void eachRowIsDocumented() {
        for (Option<?> o : Options.all()) {
            assertTrue(o.meaning().endsWith("."), o + " has no documentation");
            assertTrue(
                    o.priority() != Priority.X || !o.here().isEmpty(),
                    o + " does not say why it has no effect");
            assertEquals(o.isOwn(), o.name().startsWith("hawker_"));
        }
    }

    /// Mosquitto finds this one when it opens the listener.
    @Test
    void aWrongTlsVersionHasTheExitStatusOfAListener() {
        String[] lines = {"listener 1", "certfile c", "keyfile k", "tls_version x"};
        assertEquals(1, Reader.refused(lines).exitStatus());
        assertEquals(
                3, Reader.refused("listener 1", "tls_version x", "sys_interval x").exitStatus());
    }

    @Test
    void missingFilesAndDirectoriesAreOneClearLine(@TempDir Path directory) {
        String absent = directory.resolve("no.conf").toString();
        ConfigurationException none =
                assertThrows(
                        ConfigurationException.class, () -> Reader.READER.read(Path.of(absent)));
        assertEquals("Error: Unable to open config file '" + absent + "'.", none.text());
        assertEquals(3, none.exitStatus());
        ConfigurationException wrong =
                assertThrows(ConfigurationException.class, () -> Reader.READER.read(directory));
        assertEquals("Error: The config file '" + directory + "' is a directory.", wrong.text());
    }
}
