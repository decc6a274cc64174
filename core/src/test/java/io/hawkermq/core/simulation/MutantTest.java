package io.hawkermq.core.simulation;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Shows that the oracle notices what a broken core does wrong: each of the [Mutants] is caught
/// within a number of seeds in all of which the healthy core passes.
final class MutantTest {
    private static final int SEEDS = 1_000;

    @TestFactory
    Stream<DynamicTest> everyMutantIsNoticed() {
        return tests(Mutants.all(), World.Kind.MEMORY);
    }

    @TestFactory
    Stream<DynamicTest> everyMutantOfTheStoreIsNoticed() {
        return tests(StoreMutants.all(), World.Kind.DISK);
    }

    private static Stream<DynamicTest> tests(
            Map<String, Supplier<Mutation>> mutants, World.Kind kind) {
        return mutants.entrySet().stream()
                .map(m -> DynamicTest.dynamicTest(m.getKey(), () -> assertNoticed(m, kind)));
    }

    private static void assertNoticed(
            Map.Entry<String, Supplier<Mutation>> mutant, World.Kind kind) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            try {
                Simulation.run(seed, kind, mutant.getValue().get(), null);
            } catch (AssertionError e) {
                if (Boolean.getBoolean("simulation.verbose")) {
                    System.out.println(
                            "'"
                                    + mutant.getKey()
                                    + "' is noticed by seed "
                                    + seed
                                    + ": "
                                    + e.getCause());
                }
                return;
            }
        }
        fail("a core that " + mutant.getKey() + " is not noticed in " + SEEDS + " seeds");
    }

    /// An outbox that only decodes and encodes again changes nothing: what is noticed above is
    /// noticed for the mutation.
    @Test
    void meddlingWithoutAMutationIsNotNoticed() {
        for (long seed = 1; seed <= 50; seed++) {
            long number = seed;
            assertDoesNotThrow(
                    () -> Simulation.run(number, World.Kind.MEMORY, Mutants.none(), null));
        }
    }
}
