package io.hawkermq.it.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.cli.load.LoadCommand;
import io.hawkermq.it.Lab;
import io.hawkermq.it.SharedBroker;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The load generator's scenarios against the broker: nothing lost, nothing doubled.
@ExtendWith(SharedBroker.class)
class LoadTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "pairs -c 3 --rate 300 -q 2",
                "pairs -c 3 -q 1 -V 311",
                "pairs -c 3 -q 1 -x 60",
                "fan-in -c 3 -q 0 -s 70000",
                "fan-out -c 5 -q 1 --rate 100",
                "publish -c 2 -q 2 -V 311",
                "connect -c 3",
                "idle -c 20",
                "retained --topics 50 -c 2",
            })
    void everythingArrivesOnce(String words, Lab lab) {
        List<String> all = new ArrayList<>(List.of(words.split(" ", -1)));
        all.addAll(List.of("-h", "127.0.0.1", "-p", Integer.toString(lab.port())));
        all.addAll(List.of("--time", "1", "--warmup", "0", "--json", "--quiet"));
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int status =
                LoadCommand.run(
                        all,
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8));
        String report = out.toString(StandardCharsets.UTF_8);
        assertEquals(0, status, report + err.toString(StandardCharsets.UTF_8));
        assertTrue(report.contains("\"lost\":0,\"doubled\":0"), report);
        assertTrue(report.contains("latency_us"), "nothing was measured: " + report);
    }
}
