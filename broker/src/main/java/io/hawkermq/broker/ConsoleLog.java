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

    @Override
    public void log(LogLevel level, String text) {
        if (levels.contains(level)) {
            String prefix =
                    switch (level) {
                        case ERROR -> "Error: ";
                        case WARNING -> "Warning: ";
                        default -> "";
                    };
            out.println(System.currentTimeMillis() / 1_000 + ": " + prefix + text);
        }
    }
}
