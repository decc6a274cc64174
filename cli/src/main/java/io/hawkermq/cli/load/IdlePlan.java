package io.hawkermq.cli.load;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Connections that are opened one after the other and then only kept alive.
final class IdlePlan implements Plan, Duty {
    private static final long SECOND = 1_000_000_000;

    private final LoadLoop loop;
    private final LoadOptions options;
    private final Tally tally;
    private final Tally total = new Tally();
    private final Outcome outcome = new Outcome();
    private final Window window;
    private long began;
    private long residentBefore;
    private long end = Long.MAX_VALUE;
    private int accepted;
    private int gone;
    private boolean isOver;

    IdlePlan(LoadLoop loop, Tally second) {
        this.loop = loop;
        this.options = loop.options();
        this.tally = second;
        this.window = new Window(loop);
    }

    @Override
    public void begin() throws IOException {
        if (options.pid > 0) {
            residentBefore = ProcessCost.of(options.pid).residentKiB();
        }
        began = loop.now();
        for (int i = 0; i < options.clients; i++) {
            loop.open(this);
        }
    }

    @Override
    public long turn(long now) {
        if (end == Long.MAX_VALUE) {
            if (accepted + gone >= options.clients) {
                end = now + options.seconds * SECOND;
                double seconds = (now - began) / 1e9;
                outcome.facts.add(new Outcome.Fact("connections", "Connections", accepted, ""));
                outcome.facts.add(
                        new Outcome.Fact("connect_rate", "Connected", accepted / seconds, "/s"));
                window.begin();
            }
            return NEVER;
        }
        if (now >= end) {
            finish();
            return now;
        }
        return end;
    }

    @Override
    public void takeSecond() {
        total.add(tally);
        tally.clear();
    }

    private void finish() {
        takeSecond();
        window.end(outcome);
        outcome.tally.latency.add(total.latency);
        ProcessCost broker = outcome.broker;
        if (broker != null) {
            double kib = (double) (broker.residentKiB() - residentBefore);
            outcome.facts.add(
                    new Outcome.Fact(
                            "broker_kib_per_connection",
                            "Broker memory",
                            kib / Math.max(1, accepted),
                            " KiB a connection"));
        }
        outcome.facts.add(new Outcome.Fact("lost_connections", "Lost meanwhile", gone, ""));
        isOver = true;
    }

    @Override
    public void connected(LoadConnection c, int receiveMaximum) {
        accepted++;
        tally.connections++;
        tally.latency.recordValue(Math.max(0, loop.now() - c.began()));
    }

    @Override
    public void closed(LoadConnection c, @Nullable String why) {
        if (why != null) {
            gone++;
            loop.failed(why);
            if (accepted == 0 && gone >= options.connecting) {
                isOver = true;
            }
        }
    }

    @Override
    public boolean isOver() {
        return isOver;
    }

    @Override
    public String phase() {
        return end == Long.MAX_VALUE ? "connecting" : "idle";
    }

    @Override
    public Outcome outcome() {
        outcome.failures = loop.failures();
        outcome.firstFailure = loop.firstFailure();
        return outcome;
    }
}
