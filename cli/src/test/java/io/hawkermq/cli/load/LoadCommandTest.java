package io.hawkermq.cli.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the load generator says about a broker whose faults are known.
class LoadCommandTest {
    private record Run(int status, String out, String err) {
        long number(String key) {
            int at = out.indexOf("\"" + key + "\":") + key.length() + 3;
            int end = at;
            while (Character.isDigit(out.charAt(end))) {
                end++;
            }
            return Long.parseLong(out.substring(at, end));
        }
    }

    private static Run run(String... words) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int status =
                LoadCommand.run(
                        List.of(words),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Run(
                status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static Run load(LossyBroker broker, String scenario, String... more) {
        List<String> words = new ArrayList<>(List.of(scenario, "-h", "127.0.0.1", "-p"));
        words.add(broker.port());
        words.addAll(List.of("--rate", "500", "--time", "1", "--warmup", "0", "--json"));
        words.addAll(List.of(more));
        return run(words.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource({"0,0,0", "10,7,1"})
    void lossesAndDoublesAreCountedExactly(int lost, int doubled, int status) throws IOException {
        try (LossyBroker broker = new LossyBroker(lost, doubled)) {
            Run run = load(broker, "fan-in", "-q", "1", "-c", "2");
            assertEquals(status, run.status(), run.out());
            assertEquals(broker.losses(), run.number("lost"));
            assertEquals(broker.doubles(), run.number("doubled"));
            assertEquals(500, run.number("sent_in_all") + run.number("overdue"));
            assertEquals(run.number("sent_in_all"), run.number("arrived_in_all") + broker.losses());
        }
    }

    @Test
    void lossesAtQos0AreNoFault() throws IOException {
        try (LossyBroker broker = new LossyBroker(10, 0)) {
            Run run = load(broker, "pairs", "-c", "1");
            assertEquals(0, run.status(), run.out());
            assertEquals(broker.losses(), run.number("lost"));
        }
    }

    @Test
    void nobodyAtTheOtherEnd() {
        Run run = run("pairs", "-h", "127.0.0.1", "-p", "1", "--quiet");
        assertEquals(1, run.status());
        assertTrue(run.out().contains("connections failed"), run.out());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nothing",
                "pairs --nothing",
                "pairs -q 3",
                "pairs -q",
                "pairs -s 23",
                "pairs --rate 0",
                "pairs -V 31",
                "pairs --cert a",
                "pairs -V 311 -x 60",
                "publish -x 60",
                "fan-in -c 1000000 --subscribers 1000000"
            })
    void wrongWordsAreSaid(String words) {
        Run run = run(words.split(" ", -1));
        assertEquals(2, run.status());
        assertTrue(run.err().startsWith("Error: "), run.err());
    }

    @Test
    void helpNamesEveryScenario() {
        Run run = run("--help");
        assertEquals(0, run.status());
        for (Scenario s : Scenario.values()) {
            assertTrue(run.out().contains("  " + s.word() + " "), run.out());
        }
    }
}
