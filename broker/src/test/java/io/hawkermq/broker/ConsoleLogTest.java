package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.LogLevel;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ConsoleLogTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void lineIsSecondsAndText() {
        ConsoleLog.normal(out).log(LogLevel.NOTICE, "Opening ipv4 listen socket on port 1883.");
        assertTrue(
                written().matches("\\d{10,}: Opening ipv4 listen socket on port 1883\\.\n"),
                written());
    }

    @Test
    void debugNeedsVerbose() {
        ConsoleLog.normal(out).log(LogLevel.DEBUG, "hidden");
        ConsoleLog.normal(out).log(LogLevel.SUBSCRIBE, "hidden");
        assertEquals("", written());
        assertFalse(ConsoleLog.normal(out).isEnabled(LogLevel.DEBUG));
        ConsoleLog.verbose(out).log(LogLevel.DEBUG, "shown");
        assertTrue(written().endsWith(": shown\n"), written());
    }

    @Test
    void clientCannotForgeALineOrTalkToTheTerminal() {
        ConsoleLog.normal(out).log(LogLevel.NOTICE, "as x\n1700000000: forged \u001b[31m\u0000");
        String[] lines = written().split("\n", -1);
        assertTrue(lines[0].endsWith(": as x"), written());
        assertEquals("\t1700000000: forged ?[31m?", lines[1]);
        assertEquals("", lines[2]);
    }

    private String written() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
