package io.hawkermq.it.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConformanceMatrixTest {
    @Test
    void everyRuleHasATestOrAReason() {
        assertEquals(List.of(), new ConformanceMatrix().faults());
    }

    @Test
    void theDocumentTellsWhatTheCodeTests() throws IOException {
        assumeFalse(Boolean.getBoolean("conformance.write"), "it is being written");
        Path document =
                Path.of(System.getProperty("basedir", ".")).resolve("../docs/conformance.md");
        assertTrue(Files.exists(document), "docs/conformance.md is missing");
        List<String> committed = ConformanceMatrix.withoutResults(Files.readAllLines(document));
        List<String> wanted =
                ConformanceMatrix.withoutResults(new ConformanceMatrix().markdown(Map.of()));
        assertEquals(
                String.join("\n", wanted),
                String.join("\n", committed),
                "docs/conformance.md is out of date: run the tests of it/ with"
                        + " -Dconformance.write=true");
    }

    @Test
    void resultsDoNotCountInTheComparison() {
        ConformanceMatrix matrix = new ConformanceMatrix();
        List<String> notRun = matrix.markdown(Map.of());
        List<String> passed =
                matrix.markdown(
                        Map.of("ConnectTest.aSecondConnectClosesAndGetsNoSecondConnack", "passed"));
        assertTrue(passed.stream().anyMatch(l -> l.contains("| passed |")), "3.1.0-2 has one test");
        assertEquals(
                ConformanceMatrix.withoutResults(notRun), ConformanceMatrix.withoutResults(passed));
    }
}
