package io.hawkermq.broker;

import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.EnumSet;
import java.util.Set;

/// The log on a stream, in Mosquitto's form: `<seconds since the epoch>: text`.
///
/// Each line is written at once, up to [#LINES_AT_ONCE] a second; what comes beyond, when very many
/// clients connect, is collected and written [#DELAY_MILLIS] later, because a system call for each
/// line would cost a connection a fifth of its time. Errors and warnings take everything before
/// them along. May be called by any thread.
public final class ConsoleLog implements EventLog {
    static final int LINES_AT_ONCE = 100;
    static final long DELAY_MILLIS = 50;

    private static final int MOST_COLLECTED_BYTES = 32 * 1024;

    private final ByteArrayOutputStream collected = new ByteArrayOutputStream();
    private final PrintStream out;
    private long second;
    private int linesThisSecond;
    private boolean isFlushDue;
    private final Set<LogLevel> levels;

    private ConsoleLog(PrintStream out, Set<LogLevel> levels) {
        this.out = out;
        this.levels = levels;
    }

    /// Errors, warnings, notices and information: what Mosquitto logs by default.
    public static ConsoleLog normal(PrintStream out) {
        return new ConsoleLog(
                out,
                EnumSet.of(
                        LogLevel.ERROR, LogLevel.WARNING, LogLevel.NOTICE, LogLevel.INFORMATION));
    }

    /// Everything, as with `-v`.
    public static ConsoleLog verbose(PrintStream out) {
        return new ConsoleLog(out, EnumSet.allOf(LogLevel.class));
    }

    @Override
    public boolean isEnabled(LogLevel level) {
        return levels.contains(level);
    }

    /// Writes the text in one piece, so that lines of several threads do not mix. A client's
    /// identifier may bring along line breaks and control characters: lines after the first are
    /// indented and controls are shown as `?`, so that nobody forges a line or talks to the
    /// terminal.
    @Override
    public void log(LogLevel level, String text) {
        if (levels.contains(level)) {
            String prefix =
                    switch (level) {
                        case ERROR -> "Error: ";
                        case WARNING -> "Warning: ";
                        default -> "";
                    };
            long now = System.currentTimeMillis() / 1_000;
            StringBuilder line = new StringBuilder(text.length() + 32);
            line.append(now).append(": ").append(prefix);
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                boolean isControl = c < ' ' || (c >= 0x7F && c <= 0x9F);
                if (c == '\n') {
                    line.append("\n\t");
                } else {
                    line.append(isControl && c != '\t' ? '?' : c);
                }
            }
            byte[] bytes = line.append('\n').toString().getBytes(out.charset());
            boolean isUrgent = level == LogLevel.ERROR || level == LogLevel.WARNING;
            write(bytes, now, isUrgent ? 0 : LINES_AT_ONCE);
        }
    }

    private synchronized void write(byte[] line, long now, int linesAtOnce) {
        if (now != second) {
            second = now;
            linesThisSecond = 0;
        }
        collected.writeBytes(line);
        linesThisSecond++;
        if (linesAtOnce == 0
                || (linesThisSecond <= linesAtOnce && !isFlushDue)
                || collected.size() > MOST_COLLECTED_BYTES) {
            flush();
        } else if (!isFlushDue) {
            isFlushDue = true;
            Thread.ofVirtual().name("hawker-log").start(this::flushLater);
        }
    }

    private void flushLater() {
        try {
            Thread.sleep(DELAY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does that; flushes early
        }
        synchronized (this) {
            isFlushDue = false;
            flush();
        }
    }

    /// Writes what was collected.
    synchronized void flush() {
        if (collected.size() > 0) {
            out.write(collected.toByteArray(), 0, collected.size());
            out.flush();
            collected.reset();
        }
    }
}
