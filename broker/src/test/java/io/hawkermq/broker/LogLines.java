package io.hawkermq.broker;

import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A log that tests look into.
final class LogLines implements EventLog {
    private final List<String> lines = new ArrayList<>();

    @Override
    public boolean isEnabled(LogLevel level) {
        return level != LogLevel.DEBUG;
    }

    @Override
    public synchronized void log(LogLevel level, String text) {
        if (isEnabled(level)) {
            lines.add(text);
            notifyAll();
        }
    }

    synchronized List<String> all() {
        return List.copyOf(lines);
    }

    synchronized long count(String part) {
        return lines.stream().filter(l -> l.contains(part)).count();
    }

    /// The first line with this part, within 20 s.
    synchronized String await(String part) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            for (String line : lines) {
                if (line.contains(part)) {
                    return line;
                }
            }
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("no line with '" + part + "' in " + lines);
            }
            wait(left);
        }
    }
}
