package io.hawkermq.core;

import java.util.function.Consumer;

/// A log of lines of one level only.
public record OneLevelLog(LogLevel level, Consumer<String> lines) implements EventLog {
    @Override
    public boolean isEnabled(LogLevel asked) {
        return asked == level;
    }

    @Override
    public void log(LogLevel of, String text) {
        if (isEnabled(of)) {
            lines.accept(text);
        }
    }
}
