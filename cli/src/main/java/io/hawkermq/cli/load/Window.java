package io.hawkermq.cli.load;

import java.io.IOException;

/// The measured time: what everybody used between its two ends.
final class Window {
    private static final double SECOND = 1e9;

    private final LoadLoop loop;
    private final long broker;
    private long began;
    private long idle;
    private double machineIdle;
    private double own;
    private ProcessCost before = new ProcessCost(0, 0, 0);

    Window(LoadLoop loop) {
        this.loop = loop;
        this.broker = loop.options().pid;
    }

    void begin() {
        began = System.nanoTime();
        idle = loop.idle();
        machineIdle = machineIdle();
        own = ownSeconds();
        before = cost();
    }

    void end(Outcome o) {
        o.seconds = (System.nanoTime() - began) / SECOND;
        o.busy = Math.clamp(1 - (loop.idle() - idle) / SECOND / o.seconds, 0.0, 1.0);
        int processors = Runtime.getRuntime().availableProcessors();
        o.idle = (machineIdle() - machineIdle) / (o.seconds * processors);
        o.ownCpu = ownSeconds() - own;
        // While the loop only looks at the clock, its processor is free for others.
        o.idle += Math.max(0, o.ownCpu - o.busy * o.seconds) / (o.seconds * processors);
        if (broker > 0) {
            ProcessCost after = cost();
            o.broker =
                    new ProcessCost(
                            after.userSeconds() - before.userSeconds(),
                            after.systemSeconds() - before.systemSeconds(),
                            after.residentKiB());
        }
    }

    /// Nothing where there is no `/proc`; [LoadCommand] has checked `--pid` before.
    private ProcessCost cost() {
        try {
            return broker > 0 ? ProcessCost.of(broker) : new ProcessCost(0, 0, 0);
        } catch (IOException e) {
            return new ProcessCost(0, 0, 0);
        }
    }

    private static double ownSeconds() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(d -> d.toNanos() / SECOND)
                .orElse(Double.NaN);
    }

    private static double machineIdle() {
        try {
            return ProcessCost.idleSeconds();
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}
