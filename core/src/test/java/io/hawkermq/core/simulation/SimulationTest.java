package io.hawkermq.core.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Runs the simulation for a number of seeds, without a store and with one on a simulated disk.
///
/// * `-Dsimulation.seeds=N` for how many, `-Dsimulation.from=N` for the first of them
/// * `-Dsimulation.seed=N` for one, with all its events printed
final class SimulationTest {
    private static final int SEEDS = 300;

    @Test
    void theCoreKeepsTheRulesWhateverHappens() {
        run(World.Kind.MEMORY);
    }

    @Test
    void nothingAcknowledgedIsLostWhateverTheDiskDoes() {
        run(World.Kind.DISK);
    }

    /// The test of a kind.
    static String method(World.Kind kind) {
        return switch (kind) {
            case MEMORY -> "theCoreKeepsTheRulesWhateverHappens";
            case DISK -> "nothingAcknowledgedIsLostWhateverTheDiskDoes";
        };
    }

    private static void run(World.Kind kind) {
        Long only = Long.getLong("simulation.seed");
        if (only != null) {
            Simulation.run(only, kind, Mutation.NONE, System.out);
            return;
        }
        long seeds = Long.getLong("simulation.seeds", SEEDS);
        long from = Long.getLong("simulation.from", 1);
        long start = System.nanoTime();
        long events = 0;
        List<String> failures = new ArrayList<>();
        for (long i = 0; i < seeds && failures.size() < 5; i++) {
            try {
                events += Simulation.run(from + i, kind, Mutation.NONE, null).events();
            } catch (AssertionError e) {
                String failure = String.valueOf(e.getMessage());
                failures.add(failure);
                System.out.println(failure.lines().findFirst().orElse(""));
            }
            if ((i + 1) % 10_000 == 0) {
                System.out.println(i + 1 + " seeds done, " + failures.size() + " failed");
            }
        }
        long millis = (System.nanoTime() - start) / 1_000_000;
        System.out.println(
                "Simulated "
                        + seeds
                        + " seeds ("
                        + kind
                        + "), "
                        + events
                        + " events, in "
                        + millis
                        + " ms");
        assertTrue(failures.isEmpty(), () -> String.join("\n\n", failures));
        assertTrue(events > seeds * 100, "runs are too short to show anything");
    }

    @Test
    void aSeedReplaysExactly() {
        for (long seed = 1; seed <= 20; seed++) {
            assertEquals(Simulation.run(seed), Simulation.run(seed));
            assertEquals(Simulation.runDurably(seed), Simulation.runDurably(seed));
        }
    }
}
