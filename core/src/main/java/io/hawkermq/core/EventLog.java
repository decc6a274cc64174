package io.hawkermq.core;

/// The door through which the core tells an operator what happens.
public interface EventLog {
    boolean isEnabled(LogLevel level);

    void log(LogLevel level, String text);

    /// Swallows everything.
    EventLog SILENT =
            new EventLog() {
                @Override
                public boolean isEnabled(LogLevel level) {
                    return false;
                }

                @Override
                public void log(LogLevel level, String text) {}
            };
}
