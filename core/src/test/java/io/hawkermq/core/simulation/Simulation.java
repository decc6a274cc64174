package io.hawkermq.core.simulation;

import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/// One run of the whole core: several shards, many clients, a network that delays, cuts into pieces
/// and breaks, and a clock, all driven from one seed. An [Oracle] that knows nothing of the core's
/// insides works out from what goes in and out what each session must receive, may receive, and
/// must not.
///
/// The same seed always makes the same run. A failure tells its seed, the rule that was broken and
/// the last events; `-Dsimulation.seed=N` runs it again and prints all of them.
final class Simulation {
    /// @param hash of all events
    /// @param events how many there were
    record Result(long hash, long events) {}

    private Simulation() {}

    static Result run(long seed) {
        return run(seed, World.Kind.MEMORY, Mutation.NONE, null);
    }

    /// With a disk, crashes and restarts.
    static Result runDurably(long seed) {
        return run(seed, World.Kind.DISK, Mutation.NONE, null);
    }

    /// @param out where all events are printed, or null
    /// @throws AssertionError if the core breaks a rule
    static Result run(long seed, World.Kind kind, Mutation mutation, @Nullable PrintStream out) {
        World world = new World(seed, kind, mutation, start -> new Trace(start, out));
        try {
            world.run();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "seed "
                            + seed
                            + " fails: "
                            + e
                            + "\nReplay it with -Dtest=SimulationTest#"
                            + SimulationTest.method(kind)
                            + " -Dsimulation.seed="
                            + seed
                            + "\nThe last events were:\n"
                            + world.trace().tail(),
                    e);
        }
        return new Result(world.trace().hash(), world.schedule().done());
    }
}
