package io.hawkermq.store;

import java.time.Duration;
import java.util.Locale;

/// When a change counts as durable, so that it may be acknowledged; what is lost by then:
///
/// | | `kill -9` | power cut |
/// |---|---|---|
/// | `always` | nothing | nothing |
/// | `interval MS` | nothing | what was acknowledged in the last MS milliseconds |
/// | `os` | nothing | what the system had not yet written by itself, on Linux up to about 30 s |
///
/// Whatever is lost is lost from the end: no change is there without those before it.
///
/// @param level which of the three
/// @param interval between two syncs for INTERVAL, 1 ms to 1 hour; zero for the others
public record Durability(Level level, Duration interval) {
    public enum Level {
        /// After the disk has it.
        ALWAYS,
        /// After the system has it; the disk is told at intervals.
        INTERVAL,
        /// After the system has it.
        OS
    }

    public static final Durability ALWAYS = new Durability(Level.ALWAYS, Duration.ZERO);
    public static final Durability OS = new Durability(Level.OS, Duration.ZERO);

    private static final Duration LONGEST = Duration.ofHours(1);

    /// @throws IllegalArgumentException if the interval is out of its range
    public Durability {
        boolean isInterval = level == Level.INTERVAL;
        if (isInterval
                ? interval.toMillis() < 1 || interval.compareTo(LONGEST) > 0
                : !interval.isZero()) {
            throw new IllegalArgumentException(
                    "the interval is " + interval.toMillis() + " ms, allowed is 1 to 3600000");
        }
    }

    public static Durability interval(Duration interval) {
        return new Durability(Level.INTERVAL, interval);
    }

    /// Reads `always`, `interval MS` or `os`.
    ///
    /// @throws IllegalArgumentException for anything else; the message says what is allowed
    public static Durability parse(String text) {
        String[] words = text.strip().toLowerCase(Locale.ROOT).split("\\s+");
        try {
            if (words.length == 1 && words[0].equals("always")) {
                return ALWAYS;
            }
            if (words.length == 1 && words[0].equals("os")) {
                return OS;
            }
            if (words.length == 2 && words[0].equals("interval")) {
                return interval(Duration.ofMillis(Long.parseLong(words[1])));
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new IllegalArgumentException(
                "'"
                        + text
                        + "' is none of 'always', 'interval MS' (1 to 3600000 milliseconds) and"
                        + " 'os'");
    }

    @Override
    public String toString() {
        String name = level.name().toLowerCase(Locale.ROOT);
        return level == Level.INTERVAL ? name + " " + interval.toMillis() : name;
    }
}
