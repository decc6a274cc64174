package io.hawkermq.cli.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/// A run in words, for people or for machines, and what to think of its figures.
final class LoadReport {
    /// The loop had hardly a moment's rest.
    private static final double SATURATED = 0.95;

    /// The machine's processors were as good as all taken.
    private static final double CROWDED = 0.05;

    /// A send that was later than this by this program's own fault is worth a note, in nanoseconds.
    private static final long LATE = 1_000_000;

    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};

    private final LoadOptions options;
    private final Outcome outcome;

    LoadReport(LoadOptions options, Outcome outcome) {
        this.options = options;
        this.outcome = outcome;
    }

    /// What the run was about.
    static String title(LoadOptions o) {
        String who =
                switch (o.scenario) {
                    case PUBLISH, FAN_IN, FAN_OUT, PAIRS, SUBSCRIBE ->
                            o.publishers + " publishers, " + o.subscribers + " subscribers";
                    case CONNECT, IDLE -> o.clients + " clients";
                    case RETAINED -> o.topics + " topics, " + o.subscribers + " subscribers";
                };
        String pace =
                switch (o.scenario) {
                    case SUBSCRIBE, IDLE, RETAINED -> "";
                    default ->
                            o.rate > 0
                                    ? String.format(Locale.ROOT, ", %,.0f/s", o.rate)
                                    : o.window > 0 && o.scenario != Scenario.CONNECT
                                            ? ", at most " + o.window + " of each under way"
                                            : ", as fast as it goes";
                };
        return String.format(
                Locale.ROOT,
                "%s: %s, QoS %d, %d B, %s%s, %s:%d%s",
                o.scenario.word(),
                who,
                o.qos,
                o.size,
                o.version.isMqtt5() ? "MQTT 5" : "MQTT 3.1.1",
                o.isTls() ? " over TLS" : "",
                o.host,
                o.port,
                pace);
    }

    /// The line of one second.
    static String second(String phase, int number, Tally t) {
        StringBuilder line =
                new StringBuilder(String.format(Locale.ROOT, "%4d s  %-10s", number, phase));
        if (t.connections > 0) {
            line.append(String.format(Locale.ROOT, "  %,9d connected", t.connections));
        }
        if (t.published > 0) {
            line.append(String.format(Locale.ROOT, "  %,9d sent", t.published));
        }
        if (t.received > 0) {
            line.append(String.format(Locale.ROOT, "  %,9d received", t.received));
        }
        Histogram h = t.latency;
        if (h.getTotalCount() > 0) {
            line.append(
                    String.format(
                            Locale.ROOT,
                            "  p50 %s  p99 %s  max %s",
                            time(h.getValueAtPercentile(50)),
                            time(h.getValueAtPercentile(99)),
                            time(h.getMaxValue())));
        }
        return line.toString();
    }

    /// 0, or 1 if something is not as it should be.
    int status() {
        boolean isLossy = outcome.lost > 0 && options.qos > 0;
        return isLossy || outcome.doubled > 0 || outcome.failures > 0 || outcome.refused > 0
                ? 1
                : 0;
    }

    // ---- for people ----

    String text() {
        StringBuilder s = new StringBuilder();
        Tally t = outcome.tally;
        for (Outcome.Fact f : outcome.facts) {
            line(s, f.label(), number(f.value()) + f.unit());
        }
        if (t.connections > 0) {
            line(s, "Connections", rate(t.connections));
        }
        if (t.published > 0) {
            line(s, "Published", rate(t.published));
        }
        if (t.received > 0) {
            line(s, "Received", rate(t.received));
        }
        if (outcome.expected > 0) {
            line(
                    s,
                    "Whole run",
                    String.format(
                            Locale.ROOT,
                            "%,d of %,d arrived; %,d lost, %,d doubled or out of order",
                            outcome.arrived,
                            outcome.expected,
                            outcome.lost,
                            outcome.doubled));
        } else if (options.scenario == Scenario.SUBSCRIBE) {
            line(
                    s,
                    "Whole run",
                    String.format(
                            Locale.ROOT,
                            "%,d missing, %,d doubled or out of order, %,d not of this program",
                            outcome.lost,
                            outcome.doubled,
                            outcome.foreign));
        }
        histogram(s, latencyName(), t.latency);
        if (options.scenario.receives()) {
            histogram(s, "Acknowledgement", t.acknowledgement);
        }
        if (outcome.seconds > 0) {
            costs(s);
        }
        for (String note : notes()) {
            s.append("! ").append(note).append('\n');
        }
        return s.toString();
    }

    private String latencyName() {
        return options.scenario.receives()
                ? "Latency"
                : options.scenario.publishes() ? "Acknowledgement" : "Accepted after";
    }

    private void costs(StringBuilder s) {
        ProcessCost b = outcome.broker;
        if (b != null) {
            line(
                    s,
                    "Broker",
                    String.format(
                            Locale.ROOT,
                            "%.2f s of CPU (%.2f user, %.2f system), %.0f %% of one; %s; %,d MiB",
                            b.seconds(),
                            b.userSeconds(),
                            b.systemSeconds(),
                            100 * b.seconds() / outcome.seconds,
                            unitCost(b),
                            b.residentKiB() / 1_024));
        }
        StringBuilder own =
                new StringBuilder(
                        String.format(
                                Locale.ROOT,
                                "busy %.0f %% of the time, %.2f s of CPU",
                                100 * outcome.busy,
                                outcome.ownCpu));
        Histogram late = outcome.tally.late;
        if (late.getTotalCount() > 0) {
            own.append(
                    String.format(
                            Locale.ROOT,
                            "; sends late by p50 %s, p99 %s, max %s",
                            time(late.getValueAtPercentile(50)),
                            time(late.getValueAtPercentile(99)),
                            time(late.getMaxValue())));
        }
        if (!Double.isNaN(outcome.idle)) {
            own.append(String.format(Locale.ROOT, "; machine idle %.0f %%", 100 * outcome.idle));
        }
        line(s, "Generator", own.toString());
    }

    private String unitCost(ProcessCost b) {
        long units = units();
        return units == 0
                ? "-"
                : String.format(Locale.ROOT, "%.2f us %s", 1e6 * b.seconds() / units, unitName());
    }

    /// What the broker's processor time is divided by.
    private long units() {
        Tally t = outcome.tally;
        return t.received > 0 ? t.received : t.published > 0 ? t.published : t.connections;
    }

    private String unitName() {
        Tally t = outcome.tally;
        return t.received > 0
                ? "a message received"
                : t.published > 0 ? "a message sent" : "a connection";
    }

    private String rate(long count) {
        return String.format(Locale.ROOT, "%,d, %,.0f/s", count, count / outcome.seconds);
    }

    private static void line(StringBuilder s, String label, String value) {
        s.append(String.format(Locale.ROOT, "%-16s%s\n", label, value));
    }

    private static void histogram(StringBuilder s, String label, Histogram h) {
        if (h.getTotalCount() == 0) {
            return;
        }
        StringBuilder value = new StringBuilder("min " + time(h.getMinValue()));
        for (double p : PERCENTILES) {
            value.append("  p").append(percentile(p)).append(' ');
            value.append(time(h.getValueAtPercentile(p)));
        }
        value.append("  max ").append(time(h.getMaxValue()));
        line(s, label, value.toString());
    }

    private static String percentile(double p) {
        return p == Math.rint(p) ? Integer.toString((int) p) : Double.toString(p);
    }

    /// What whoever reads the figures must know about them.
    List<String> notes() {
        List<String> notes = new ArrayList<>();
        if (outcome.failures > 0) {
            notes.add(
                    String.format(
                            Locale.ROOT,
                            "%,d connections failed, the first: %s",
                            outcome.failures,
                            String.valueOf(outcome.firstFailure)));
        }
        if (outcome.refused > 0) {
            notes.add(
                    String.format(Locale.ROOT, "the broker refused %,d messages", outcome.refused));
        }
        if (outcome.overdue > 0) {
            notes.add(
                    String.format(
                            Locale.ROOT,
                            "%,d were due and never sent, for the broker did not keep up: the"
                                    + " latencies would be longer with them",
                            outcome.overdue));
        }
        if (outcome.stalls > 0) {
            notes.add(
                    String.format(
                            Locale.ROOT,
                            "in %d of the seconds nothing came although something was under way;"
                                    + " after each the publishers went on",
                            outcome.stalls));
        }
        if (outcome.busy > SATURATED && options.rate == 0) {
            notes.add("the generator had no rest: it is the limit, the broker may do more");
        }
        if (outcome.tally.late.getTotalCount() > 0
                && outcome.tally.late.getValueAtPercentile(99) > LATE) {
            notes.add(
                    "the generator sent more than 1 % of the messages over 1 ms late: part of the"
                            + " latencies is its own");
        }
        if (outcome.idle < CROWDED) {
            notes.add("the machine's processors were all busy: broker and generator compete");
        }
        return notes;
    }

    // ---- for machines ----

    String json() {
        Tally t = outcome.tally;
        LoadJson j = new LoadJson();
        j.text("scenario", options.scenario.word());
        j.text("version", options.version.isMqtt5() ? "5" : "3.1.1");
        j.whole("qos", options.qos).whole("size", options.size);
        j.whole("publishers", options.publishers).whole("subscribers", options.subscribers);
        j.whole("clients", options.clients).real("rate", options.rate);
        j.whole("window", options.window).bool("tls", options.isTls());
        j.real("seconds", outcome.seconds);
        j.whole("connections", t.connections);
        j.whole("published", t.published).whole("received", t.received);
        if (outcome.seconds > 0) {
            j.real("connections_per_second", t.connections / outcome.seconds);
            j.real("published_per_second", t.published / outcome.seconds);
            j.real("received_per_second", t.received / outcome.seconds);
        }
        for (Outcome.Fact f : outcome.facts) {
            j.real(f.key(), f.value());
        }
        j.whole("sent_in_all", outcome.sent).whole("expected_in_all", outcome.expected);
        j.whole("arrived_in_all", outcome.arrived).whole("lost", outcome.lost);
        j.whole("doubled", outcome.doubled).whole("foreign", outcome.foreign);
        j.whole("refused", outcome.refused).whole("overdue", outcome.overdue);
        j.whole("failures", outcome.failures).whole("stalls", outcome.stalls);
        histogram(j, "latency_us", t.latency);
        histogram(j, "acknowledgement_us", t.acknowledgement);
        histogram(j, "late_us", t.late);
        j.real("generator_busy", outcome.busy).real("generator_cpu_seconds", outcome.ownCpu);
        j.real("machine_idle", outcome.idle);
        ProcessCost b = outcome.broker;
        if (b != null) {
            j.real("broker_user_seconds", b.userSeconds());
            j.real("broker_system_seconds", b.systemSeconds());
            j.whole("broker_resident_kib", b.residentKiB());
            if (units() > 0) {
                j.real("broker_cpu_us", 1e6 * b.seconds() / units());
                j.text("broker_cpu_us_of", unitName());
            }
        }
        j.texts("notes", notes());
        return j.end();
    }

    private static void histogram(LoadJson j, String name, Histogram h) {
        if (h.getTotalCount() == 0) {
            return;
        }
        j.object(name);
        j.whole("count", h.getTotalCount()).real("min", h.getMinValue() / 1e3);
        for (double p : PERCENTILES) {
            j.real("p" + percentile(p), h.getValueAtPercentile(p) / 1e3);
        }
        j.real("max", h.getMaxValue() / 1e3).real("mean", h.getMean() / 1e3);
        j.close();
    }

    // ---- figures ----

    private static String number(double value) {
        return value == Math.rint(value) || value >= 1_000
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.1f", value);
    }

    static String time(long nanos) {
        if (nanos < 1_000_000) {
            return String.format(Locale.ROOT, "%d us", Math.round(nanos / 1e3));
        }
        return nanos < 1_000_000_000
                ? String.format(Locale.ROOT, "%.2f ms", nanos / 1e6)
                : String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
    }
}
