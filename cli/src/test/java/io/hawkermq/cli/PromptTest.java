package io.hawkermq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Questions on a terminal, which the program `script` is here.
class PromptTest {
    @TempDir Path folder = Path.of("");

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void aSecretIsNotShownHoweverFastItIsTyped() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = System.getProperty("java.class.path");
        String command =
                java
                        + " -XX:TieredStopAtLevel=1 -cp '"
                        + classPath
                        + "' io.hawkermq.cli.Main passwd -c '"
                        + folder.resolve("file")
                        + "' u";
        Process terminal =
                new ProcessBuilder("/usr/bin/script", "-qec", command, "/dev/null")
                        .redirectErrorStream(true)
                        .start();
        try {
            StringBuilder shown = new StringBuilder();
            InputStream in = terminal.getInputStream();
            OutputStream out = terminal.getOutputStream();
            for (int b = in.read(); b >= 0; b = in.read()) {
                shown.append((char) b);
                if (shown.toString().endsWith("assword: ")) {
                    out.write("secret\n".getBytes(StandardCharsets.UTF_8));
                    out.flush();
                }
            }
            assertEquals(
                    "Password: \nReenter password: \nAdding password for user u\n",
                    shown.toString().replace("\r", ""));
        } finally {
            terminal.destroy();
        }
    }
}
