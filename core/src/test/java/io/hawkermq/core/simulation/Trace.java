package io.hawkermq.core.simulation;

import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// What happened in a run, a line each: the last lines for whoever must understand a failure, and a
/// hash over all of them that tells whether two runs were the same.
final class Trace {
    private static final int TAIL = 150;

    private final Deque<String> tail = new ArrayDeque<>();
    private final @Nullable PrintStream out;
    private final long start;
    private long hash;
    private long lines;

    /// @param start the time of the first event, in milliseconds
    /// @param out where every line is printed, or null
    Trace(long start, @Nullable PrintStream out) {
        this.start = start;
        this.out = out;
    }

    void line(long now, String who, String what) {
        String line = String.valueOf(now - start) + " " + who + " " + what;
        lines++;
        hash = hash * 0x5851_F42D_4C95_7F2DL + line.hashCode();
        if (tail.size() == TAIL) {
            tail.remove();
        }
        tail.add(line);
        if (out != null) {
            out.println(line);
        }
    }

    long hash() {
        return hash;
    }

    long lines() {
        return lines;
    }

    String tail() {
        return String.join("\n", tail);
    }
}
