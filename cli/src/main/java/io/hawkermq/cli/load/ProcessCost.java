package io.hawkermq.cli.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a process has used until now, from Linux's `/proc`.
///
/// @param userSeconds processor time in its own code, in steps of 10 ms
/// @param systemSeconds processor time in the system on its behalf
/// @param residentKiB memory that it occupies
record ProcessCost(double userSeconds, double systemSeconds, long residentKiB) {
    /// What `sysconf(_SC_CLK_TCK)` is on every Linux of today.
    private static final double TICKS = 100;

    private static final long PAGE_KIB = 4;

    /// @throws IOException if there is no such process, or no `/proc`
    static ProcessCost of(long pid) throws IOException {
        String stat =
                Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
        // The name in parentheses may hold anything, blanks too.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return new ProcessCost(
                Long.parseLong(fields[11]) / TICKS,
                Long.parseLong(fields[12]) / TICKS,
                Long.parseLong(fields[21]) * PAGE_KIB);
    }

    double seconds() {
        return userSeconds + systemSeconds;
    }

    /// Processor time that nobody used, over all processors.
    ///
    /// @throws IOException if there is no `/proc`
    static double idleSeconds() throws IOException {
        String stat = Files.readString(Path.of("/proc/stat"), StandardCharsets.ISO_8859_1);
        String[] fields = stat.substring(0, stat.indexOf('\n')).split(" +", -1);
        return (Long.parseLong(fields[4]) + Long.parseLong(fields[5])) / TICKS;
    }
}
