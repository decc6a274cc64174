package io.hawkermq.it.conformance;

import io.hawkermq.it.Rule;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.platform.commons.support.ReflectionSupport;

/// Which test shows which rule: the rules from `conformance/rules.tsv`, the tests from the [Rule]
/// annotations of all test classes, and for rules without a test the reason from
/// `conformance/reasons.tsv`.
final class ConformanceMatrix {
    /// A numbered rule.
    ///
    /// @param who S binds servers, C clients, B both
    record Entry(String id, String who, String text) {
        /// The section up to its second number.
        String section() {
            String[] parts = id.substring("MQTT-".length()).split("[.-]");
            return parts[0] + "." + parts[1];
        }
    }

    private static final Map<String, String> SECTIONS =
            Map.ofEntries(
                    Map.entry("1.5", "Data representation"),
                    Map.entry("2.1", "Structure of a packet"),
                    Map.entry("2.2", "Packet Identifier and properties"),
                    Map.entry("3.1", "CONNECT"),
                    Map.entry("3.2", "CONNACK"),
                    Map.entry("3.3", "PUBLISH"),
                    Map.entry("3.4", "PUBACK"),
                    Map.entry("3.5", "PUBREC"),
                    Map.entry("3.6", "PUBREL"),
                    Map.entry("3.7", "PUBCOMP"),
                    Map.entry("3.8", "SUBSCRIBE"),
                    Map.entry("3.9", "SUBACK"),
                    Map.entry("3.10", "UNSUBSCRIBE"),
                    Map.entry("3.11", "UNSUBACK"),
                    Map.entry("3.12", "PINGREQ"),
                    Map.entry("3.14", "DISCONNECT"),
                    Map.entry("3.15", "AUTH"),
                    Map.entry("4.1", "Session state"),
                    Map.entry("4.2", "Network connections"),
                    Map.entry("4.3", "Quality of service"),
                    Map.entry("4.4", "Message delivery retry"),
                    Map.entry("4.5", "Message receipt"),
                    Map.entry("4.6", "Message ordering"),
                    Map.entry("4.7", "Topic Names and Topic Filters"),
                    Map.entry("4.8", "Subscriptions"),
                    Map.entry("4.9", "Flow control"),
                    Map.entry("4.12", "Enhanced authentication"),
                    Map.entry("4.13", "Handling errors"),
                    Map.entry("6.0", "WebSocket"),
                    Map.entry("7.0", "Conformance"));

    private final List<Entry> rules = new ArrayList<>();
    private final Map<String, String> reasons = new LinkedHashMap<>();
    private final Map<String, TreeSet<String>> tests = new TreeMap<>();

    ConformanceMatrix() {
        for (String[] f : table("/conformance/rules.tsv", 3)) {
            rules.add(new Entry(f[0], f[1], f[2]));
        }
        for (String[] f : table("/conformance/reasons.tsv", 2)) {
            if (reasons.put(f[0], f[1]) != null) {
                throw new AssertionError("two reasons for " + f[0]);
            }
        }
        for (Class<?> c :
                ReflectionSupport.findAllClassesInPackage(
                        "io.hawkermq.it", c -> true, name -> true)) {
            for (Method m : c.getDeclaredMethods()) {
                Rule rule = m.getAnnotation(Rule.class);
                if (rule != null) {
                    for (String id : rule.value()) {
                        tests.computeIfAbsent(id, k -> new TreeSet<>()).add(name(c, m.getName()));
                    }
                }
            }
        }
    }

    /// A test's name in the matrix.
    static String name(Class<?> testClass, String method) {
        return testClass.getSimpleName() + "." + method;
    }

    /// What is wrong with the annotations and reasons; empty if nothing is.
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        List<String> known = rules.stream().map(Entry::id).toList();
        for (String id : known) {
            boolean tested = tests.containsKey(id);
            if (!tested && !reasons.containsKey(id)) {
                faults.add(id + " has neither a test nor a reason");
            } else if (tested && reasons.containsKey(id)) {
                faults.add(id + " has a test: its reason is out of date");
            }
        }
        tests.keySet().stream()
                .filter(id -> !known.contains(id))
                .forEach(id -> faults.add(id + " is no rule, but " + tests.get(id) + " names it"));
        reasons.keySet().stream()
                .filter(id -> !known.contains(id))
                .forEach(id -> faults.add(id + " is no rule, but has a reason"));
        return faults;
    }

    /// The lines of `docs/conformance.md`.
    ///
    /// @param results by test name: passed, failed or skipped
    List<String> markdown(Map<String, String> results) {
        List<String> out = new ArrayList<>();
        long tested = rules.stream().filter(r -> tests.containsKey(r.id)).count();
        long passed = rules.stream().filter(r -> result(r, results).equals("passed")).count();
        out.add("# Conformance to MQTT 5.0");
        out.add("");
        out.add("Generated by the tests of `it/` with `-Dconformance.write=true`; do not edit.");
        out.add("");
        out.add(
                "The specification numbers %d rules. %d are shown by tests against a running broker,"
                                .formatted(rules.size(), tested)
                        + " of which %d passed when this was written;".formatted(passed)
                        + " for the other %d the table says why.".formatted(rules.size() - tested));
        out.add("");
        out.add("S: binds servers, C: binds clients, B: binds both.");
        String section = "";
        for (Entry rule : rules) {
            if (!rule.section().equals(section)) {
                section = rule.section();
                out.add("");
                out.add("## " + section + " " + SECTIONS.getOrDefault(section, ""));
                out.add("");
                out.add("| Rule | Binds | What must hold | Tests | Result |");
                out.add("|---|---|---|---|---|");
            }
            out.add(row(rule, results));
        }
        return out;
    }

    private String row(Entry rule, Map<String, String> results) {
        TreeSet<String> by = tests.getOrDefault(rule.id, new TreeSet<>());
        String shown =
                by.isEmpty()
                        ? "none: " + reasons.getOrDefault(rule.id, "?")
                        : String.join("<br>", by);
        return "| %s | %s | %s | %s | %s |"
                .formatted(
                        rule.id,
                        rule.who,
                        rule.text.replace("|", "\\|").replace("<", "&lt;"),
                        shown,
                        result(rule, results));
    }

    private String result(Entry rule, Map<String, String> results) {
        TreeSet<String> by = tests.getOrDefault(rule.id, new TreeSet<>());
        if (by.isEmpty()) {
            return "-";
        }
        List<String> all = by.stream().map(t -> results.getOrDefault(t, "not run")).toList();
        for (String worst : List.of("failed", "not run", "passed")) {
            if (all.contains(worst)) {
                return worst;
            }
        }
        return "skipped";
    }

    /// The rows of a generated file without what depends on the run.
    static List<String> withoutResults(List<String> markdown) {
        return markdown.stream()
                .filter(line -> line.startsWith("| MQTT-"))
                .map(line -> line.replaceFirst("\\| [a-z -]+ \\|$", "|"))
                .toList();
    }

    private static List<String[]> table(String resource, int columns) {
        try (InputStream in = ConformanceMatrix.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new AssertionError(resource + " is missing");
            }
            List<String[]> rows = new ArrayList<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                String[] fields = line.split("\t", -1);
                if (fields.length != columns) {
                    throw new AssertionError(resource + ": not " + columns + " fields: " + line);
                }
                rows.add(fields);
            }
            return rows;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
