package io.hawkermq.testkit;

import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/// What the broker has to say, kept for the test: the newest [#MOST_LINES] lines.
final class CapturedLog implements EventLog {
    private static final int MOST_LINES = 10_000;

    private final Set<LogLevel> levels;
    private final EventLog further;
    private final Deque<String> lines = new ArrayDeque<>();

    /// @param levels that are kept
    /// @param further gets everything, too
    CapturedLog(Set<LogLevel> levels, EventLog further) {
        this.levels = Set.copyOf(levels);
        this.further = further;
    }

    @Override
    public boolean isEnabled(LogLevel level) {
        return levels.contains(level) || further.isEnabled(level);
    }

    @Override
    public void log(LogLevel level, String text) {
        if (levels.contains(level)) {
            synchronized (lines) {
                if (lines.size() == MOST_LINES) {
                    lines.removeFirst();
                }
                lines.add(level + " " + text);
            }
        }
        if (further.isEnabled(level)) {
            further.log(level, text);
        }
    }

    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    void clear() {
        synchronized (lines) {
            lines.clear();
        }
    }
}
