package io.hawkermq.cli.load;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What came of a run. The counts of the whole run say whether anything was lost, those of the
/// measured time how fast it was.
final class Outcome {
    /// Counts until the measured time was over; the histograms have what came in late, too.
    Tally tally = new Tally();

    double seconds;

    /// Of the whole run: what was sent, and what should have come and has.
    long sent;

    long expected;
    long arrived;
    long lost;
    long doubled;

    /// Came although this run did not send it.
    long foreign;

    /// Messages that the broker's acknowledgement refused.
    long refused;

    /// Were due before the end and could not be sent, since the broker did not take them.
    long overdue;

    /// How often a second went by in which nothing came of what was under way.
    long stalls;

    long failures;
    @Nullable String firstFailure;

    /// 0 to 1: how much of the measured time the loop had work to do.
    double busy;

    /// 0 to 1: how much of the machine's processors nobody used; NaN if unknown.
    double idle = Double.NaN;

    double ownCpu;
    @Nullable ProcessCost broker;

    /// Facts of one scenario, in order: name for machines, name for people, value.
    final List<Fact> facts = new ArrayList<>();

    record Fact(String key, String label, double value, String unit) {}
}
