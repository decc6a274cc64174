package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.LogLevel;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
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

    @Test
    void aFloodIsCollectedAndAWarningTakesItAlong() {
        ConsoleLog log = ConsoleLog.normal(out);
        int flood = 3 * ConsoleLog.LINES_AT_ONCE; // two seconds' worth at once, and one to collect
        for (int i = 0; i < flood; i++) {
            log.log(LogLevel.NOTICE, "line " + i);
        }
        log.log(LogLevel.WARNING, "last");
        String[] lines = written().split("\n", -1);
        assertEquals(flood + 2, lines.length); // the empty string after the last line break
        for (int i = 0; i < flood; i++) {
            assertTrue(lines[i].endsWith(": line " + i), lines[i]);
        }
        assertTrue(lines[flood].endsWith(": Warning: last"), lines[flood]);
    }

    @Test
    void whatIsCollectedComesSoon() {
        ConsoleLog log = ConsoleLog.normal(out);
        int flood = 3 * ConsoleLog.LINES_AT_ONCE;
        for (int i = 0; i < flood; i++) {
            log.log(LogLevel.NOTICE, "line " + i);
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!written().endsWith(": line " + (flood - 1) + "\n")) {
            assertTrue(System.nanoTime() < deadline, "never written");
            Thread.onSpinWait();
        }
    }

    private String written() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
