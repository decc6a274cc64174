package io.hawkermq.it.foreign;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.it.Lab;
import io.hawkermq.it.SharedBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Python Paho and MQTT.js in all versions of the protocol. What they do is written in their own
/// languages, in `src/test/python/scenarios.py` and `src/test/js/scenarios.js`.
@ExtendWith(SharedBroker.class)
class LibraryTest {
    private static final List<String> ALL_VERSIONS =
            List.of("qos", "retained", "will", "resume", "wildcards", "large", "unicode");
    private static final List<String> VERSION_5 = List.of("properties", "shared", "answers");

    static Stream<Arguments> scenarios() {
        List<Arguments> all = new ArrayList<>();
        for (int version : new int[] {3, 4, 5}) {
            for (String s : ALL_VERSIONS) {
                all.add(Arguments.of(version, s));
            }
        }
        for (String s : VERSION_5) {
            all.add(Arguments.of(5, s));
        }
        return all.stream();
    }

    static Stream<Arguments> scriptScenarios() {
        return Stream.concat(scenarios(), Stream.of(Arguments.of(5, "aliases")));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void paho(int version, String scenario, Lab lab) {
        ForeignClient.PAHO.require();
        expectDone(
                scenario,
                Program.run(
                        ForeignClient.PYTHON,
                        "src/test/python/scenarios.py",
                        Integer.toString(lab.port()),
                        Integer.toString(version),
                        scenario,
                        lab.name()));
    }

    @ParameterizedTest
    @MethodSource("scriptScenarios")
    void mqttJs(int version, String scenario, Lab lab) {
        ForeignClient.MQTT_JS.require();
        expectDone(
                scenario,
                Program.run(
                        "node",
                        "src/test/js/scenarios.js",
                        Integer.toString(lab.port()),
                        Integer.toString(version),
                        scenario,
                        lab.name()));
    }

    private static void expectDone(String scenario, List<String> lines) {
        assertTrue(lines.contains("done " + scenario), () -> String.join("\n", lines));
    }
}
