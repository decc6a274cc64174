package io.hawkermq.mosquitto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigurationDocumentTest {
    @Test
    void theDocumentIsWhatTheTableSays() throws IOException {
        Path document =
                Path.of(System.getProperty("basedir", ".")).resolve("../docs/configuration.md");
        String wanted = String.join("\n", ConfigurationDocument.markdown()) + "\n";
        if (Boolean.getBoolean("configuration.write")) {
            Files.writeString(document, wanted);
        }
        assertTrue(Files.exists(document), "docs/configuration.md is missing");
        assertEquals(
                wanted,
                Files.readString(document),
                "docs/configuration.md is out of date: run the tests of mosquitto/ with"
                        + " -Dconfiguration.write=true");
    }
}
