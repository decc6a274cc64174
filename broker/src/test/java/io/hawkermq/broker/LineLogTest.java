package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.LogLevel;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineLogTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void lineIsSecondsAndText() {
        LineLog.normal(out).log(LogLevel.NOTICE, "Opening ipv4 listen socket on port 1883.");
        assertTrue(
                written().matches("\\d{10,}: Opening ipv4 listen socket on port 1883\\.\n"),
                written());
    }

    @Test
    void debugNeedsVerbose() {
        LineLog.normal(out).log(LogLevel.DEBUG, "hidden");
        LineLog.normal(out).log(LogLevel.SUBSCRIBE, "hidden");
        assertEquals("", written());
        assertFalse(LineLog.normal(out).isEnabled(LogLevel.DEBUG));
        LineLog.verbose(out).log(LogLevel.DEBUG, "shown");
        assertTrue(written().endsWith(": shown\n"), written());
    }

    @Test
    void clientCannotForgeALineOrTalkToTheTerminal() {
        LineLog.normal(out).log(LogLevel.NOTICE, "as x\n1700000000: forged \u001b[31m\u0000");
        String[] lines = written().split("\n", -1);
        assertTrue(lines[0].endsWith(": as x"), written());
        assertEquals("\t1700000000: forged ?[31m?", lines[1]);
        assertEquals("", lines[2]);
    }

    @Test
    void aLongEntryIsCut() {
        LineLog.normal(out).log(LogLevel.NOTICE, "x".repeat(65_535));
        assertTrue(written().endsWith("x... (65535 characters)\n"), written());
        assertTrue(written().length() < LineLog.LONGEST + 50, written());
    }

    @Test
    void aFloodIsCollectedAndAWarningTakesItAlong() {
        LineLog log = LineLog.normal(out);
        int flood = 3 * LineLog.LINES_AT_ONCE; // two seconds' worth at once, and one to collect
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
        LineLog log = LineLog.normal(out);
        int flood = 3 * LineLog.LINES_AT_ONCE;
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

    private static LogSettings inFile(Path file) {
        return new LogSettings(
                LogSettings.DEFAULT.levels(),
                LogTime.NONE,
                false,
                false,
                List.of(file),
                OptionalInt.empty(),
                false);
    }

    @Test
    void aFileThatWasMovedAwayIsBegunAgain(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("log");
        LineLog log = LineLog.open(inFile(file));
        log.log(LogLevel.NOTICE, "one");
        log.reopenMoved();
        Files.move(file, directory.resolve("log.1"));
        log.log(LogLevel.NOTICE, "two");
        assertFalse(Files.exists(file));
        log.reopenMoved();
        log.log(LogLevel.NOTICE, "three");
        assertEquals("three\n", Files.readString(file));
        assertEquals("one\ntwo\n", Files.readString(directory.resolve("log.1")));
    }

    @Test
    void filesAreAppendedToAndOpenedAnewAtAChange(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("log");
        LogSettings settings = inFile(file);
        LineLog log = LineLog.open(settings);
        log.log(LogLevel.NOTICE, "one");
        assertEquals("one\n", Files.readString(file));
        Files.move(file, directory.resolve("log.1"));
        log.change(settings);
        log.log(LogLevel.NOTICE, "two");
        assertEquals("two\n", Files.readString(file));
        assertEquals("one\n", Files.readString(directory.resolve("log.1")));
        LineLog.open(settings).log(LogLevel.NOTICE, "three");
        assertEquals("two\nthree\n", Files.readString(file));
    }

    @Test
    void aChangeThatFailsChangesNothing(@TempDir Path directory) {
        LineLog log = LineLog.normal(out);
        LogSettings settings = inFile(directory.resolve("no/log"));
        StartException e = assertThrows(StartException.class, () -> log.change(settings));
        assertEquals(1, e.exitStatus());
        assertTrue(String.valueOf(e.getMessage()).contains("no/log"), e.getMessage());
        log.log(LogLevel.NOTICE, "still here");
        assertTrue(written().matches("\\d+: still here\n"), written());
    }
}
