package io.hawkermq.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// What the documentation shows is what is compiled and run here.
class DocumentationTest {
    @Test
    void theExampleIsTheOneThatRuns() throws Exception {
        String example =
                Files.readString(Path.of("src", "test", "java", "example", "ThermostatTest.java"));
        String page = Files.readString(Path.of("..", "docs", "testkit.md"));
        String code = example.substring(example.indexOf("@ExtendWith")).strip();
        assertTrue(page.contains(code), "docs/testkit.md has another ThermostatTest");
    }
}
