package io.hawkermq.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// How many cores of the machine have nothing to do.
@FunctionalInterface
interface IdleCores {
    /// Takes about a second.
    ///
    /// @param loops those at work: they count as busy where the system does not tell
    double sample(int loops) throws InterruptedException;

    /// What Linux counts; elsewhere a guess.
    static double ofLinux(int loops) throws InterruptedException {
        int cores = Runtime.getRuntime().availableProcessors();
        try {
            long[] first = cpuTimes();
            Thread.sleep(1_000);
            long[] second = cpuTimes();
            double total = Math.max(1, second[1] - first[1]);
            return cores * (second[0] - first[0]) / total;
        } catch (IOException e) {
            return cores - loops;
        }
    }

    /// Idle time and all time since the machine's start, of all cores together.
    private static long[] cpuTimes() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/stat"))) {
            String[] fields = lines.findFirst().orElse("cpu").trim().split(" +");
            long idle = 0;
            long total = 0;
            for (int i = 1; i < fields.length && i <= 8; i++) {
                long time = Long.parseLong(fields[i]);
                total += time;
                idle += i == 4 || i == 5 ? time : 0; // idle and waiting for a disk
            }
            return new long[] {idle, total};
        }
    }
}
