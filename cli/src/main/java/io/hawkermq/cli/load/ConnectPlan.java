package io.hawkermq.cli.load;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Clients that connect, and leave as soon as the broker has accepted them. They wait for the
/// broker to close, so that the ports of this machine are not used up.
final class ConnectPlan implements Plan, Duty {
    private static final long SECOND = 1_000_000_000;
    private static final long PATIENCE = 5 * SECOND;

    /// Connections under way with `--rate`; more are late and counted as such.
    private static final int MOST_UNDER_WAY = 10_000;

    /// So many fail before the first succeeds: it makes no sense to go on.
    private static final int HOPELESS = 20;

    private final LoadLoop loop;
    private final LoadOptions options;
    private final Tally tally;
    private final Tally total = new Tally();
    private final Outcome outcome = new Outcome();
    private final Window window;
    private long began;
    private long measuring;
    private long end;
    private long attempts;
    private int underWay;
    private boolean isBlocked;
    private boolean isMeasuring;
    private boolean isEnding;
    private boolean isOver;

    ConnectPlan(LoadLoop loop, Tally second) {
        this.loop = loop;
        this.options = loop.options();
        this.tally = second;
        this.window = new Window(loop);
    }

    @Override
    public void begin() {
        began = loop.now();
        measuring = began + options.warmUp * SECOND;
        end = measuring + options.seconds * SECOND;
    }

    @Override
    public long turn(long now) throws IOException {
        if (!isMeasuring && now >= measuring) {
            isMeasuring = true;
            takeSecond();
            total.clear();
            window.begin();
        }
        if (now >= end) {
            ending(now);
            return now + SECOND / 100;
        }
        if (loop.failures() >= HOPELESS && total.connections + tally.connections == 0) {
            isOver = true;
            return now;
        }
        long due = due(now);
        while (due <= now) {
            if (underWay >= (options.rate > 0 ? MOST_UNDER_WAY : options.clients)) {
                isBlocked = true;
                return measuring > now ? measuring : end;
            }
            if (options.rate > 0 && !isBlocked) {
                tally.late.recordValue(now - due);
            }
            attempts++;
            underWay++;
            try {
                loop.openNow(this, due);
            } catch (IOException e) {
                closed(String.valueOf(e.getMessage()));
            }
            due = due(now);
        }
        isBlocked = false;
        return Math.min(due, isMeasuring ? end : measuring);
    }

    private long due(long now) {
        return options.rate == 0 ? now : began + (long) (attempts * (SECOND / options.rate));
    }

    private void ending(long now) {
        if (!isEnding) {
            isEnding = true;
            takeSecond();
            window.end(outcome);
            outcome.tally.connections = total.connections;
            if (options.rate > 0) {
                double due = (end - began) * (options.rate / SECOND);
                outcome.overdue = Math.max(0, (long) due - attempts);
            }
        }
        if (underWay == 0 || now - end > PATIENCE) {
            takeSecond();
            outcome.tally.latency.add(total.latency);
            outcome.tally.late.add(total.late);
            isOver = true;
        }
    }

    @Override
    public void takeSecond() {
        total.add(tally);
        tally.clear();
    }

    @Override
    public void connected(LoadConnection c, int receiveMaximum) {
        tally.connections++;
        tally.latency.recordValue(Math.max(0, loop.now() - c.began()));
        c.disconnect();
    }

    @Override
    public void closed(LoadConnection c, @Nullable String why) {
        closed(why);
    }

    private void closed(@Nullable String why) {
        underWay--;
        if (why != null) {
            loop.failed(why);
        }
    }

    @Override
    public boolean isOver() {
        return isOver;
    }

    @Override
    public String phase() {
        return isMeasuring ? "measuring" : "warm-up";
    }

    @Override
    public Outcome outcome() {
        outcome.failures = loop.failures();
        outcome.firstFailure = loop.firstFailure();
        return outcome;
    }
}
