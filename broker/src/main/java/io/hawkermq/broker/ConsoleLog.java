package io.hawkermq.broker;

import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import java.io.PrintStream;
import java.util.EnumSet;
import java.util.Set;

/// The log on a stream, in Mosquitto's form: `<seconds since the epoch>: text`.
public final class ConsoleLog implements EventLog {
    private final PrintStream out;
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
            StringBuilder line = new StringBuilder(text.length() + 32);
            line.append(System.currentTimeMillis() / 1_000).append(": ").append(prefix);
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                boolean isControl = c < ' ' || (c >= 0x7F && c <= 0x9F);
                if (c == '\n') {
                    line.append("\n\t");
                } else {
                    line.append(isControl && c != '\t' ? '?' : c);
                }
            }
            out.print(line.append('\n'));
            out.flush();
        }
    }
}
