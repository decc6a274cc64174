package io.hawkermq.cli.load;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// Publishers and subscribers: all connect, then a warm-up that counts only for losses, then the
/// measured time, then everybody waits for what is still under way.
///
/// With `--rate` the n-th message has its time, from the beginning on, whatever happens to the ones
/// before it; its latency counts from that time. So a broker that stops for a second is charged with
/// all messages of that second, not with one.
final class MessagePlan implements Plan {
    /// Came from another run of this program.
    static final int OTHERS = -2;

    private static final long SECOND = 1_000_000_000;

    /// Nothing has come for so long: what is missing will not come.
    private static final long QUIET = 2 * SECOND;

    private enum Phase {
        CONNECTING,
        WARMING_UP,
        MEASURING,
        DRAINING,
        OVER
    }

    private final LoadLoop loop;
    private final LoadOptions options;
    private final int run = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    private final List<Publisher> publishers = new ArrayList<>();
    private final List<Subscriber> subscribers = new ArrayList<>();
    private final ArrayDeque<Publisher> woken = new ArrayDeque<>();
    private final Tally tally;
    private final Tally total = new Tally();
    private final Outcome outcome = new Outcome();
    private final Window window;
    private Phase phase = Phase.CONNECTING;
    private int awaited;
    private long began;
    private long measuring;
    private long end = Long.MAX_VALUE;
    private long next;
    private long received;
    private long lastReceived;
    private long lastAcknowledged;
    private long lastChange;
    private long nextStallCheck;

    /// @param second what is counted since the last second; the plan empties it
    MessagePlan(LoadLoop loop, Tally second) {
        this.loop = loop;
        this.options = loop.options();
        this.tally = second;
        this.window = new Window(loop);
    }

    LoadLoop loop() {
        return loop;
    }

    int run() {
        return run;
    }

    Tally tally() {
        return tally;
    }

    boolean isPaced() {
        return options.rate > 0;
    }

    /// How many subscribers get each message.
    int deliveriesOfEach() {
        return options.scenario == Scenario.PAIRS ? 1 : options.subscribers;
    }

    /// When the message is due, or [Plan#NEVER] if there will be no more.
    long due(int publisher, int sequence, long now) {
        if (phase != Phase.WARMING_UP && phase != Phase.MEASURING) {
            return NEVER;
        }
        return isPaced() ? due((long) sequence * options.publishers + publisher) : now;
    }

    private long due(long message) {
        long due = began + (long) (message * (SECOND / options.rate));
        return due < end ? due : NEVER;
    }

    // ---- what publishers and subscribers tell ----

    void isSubscribed(boolean isGranted) {
        if (!isGranted) {
            loop.failed("the broker refused a subscription");
        }
        awaited--;
    }

    void isUp(Publisher publisher) {
        publishers.add(publisher);
        awaited--;
    }

    void isGone(@Nullable String why) {
        if (why != null) {
            loop.failed(why);
            if (phase == Phase.CONNECTING) {
                // A run without some of its clients would measure something else.
                phase = Phase.OVER;
            }
        }
    }

    void refused() {
        outcome.refused++;
    }

    void doubled() {
        outcome.doubled++;
    }

    void acknowledgement(long nanos) {
        tally.acknowledgement.recordValue(nanos);
        if (options.subscribers == 0) {
            tally.latency.recordValue(nanos);
        }
    }

    /// @param publisher of this run, [#OTHERS], or -1 if the payload is not of this program
    void received(int publisher, long latency) {
        received++;
        if (publisher == -1) {
            outcome.foreign++;
        } else {
            tally.latency.recordValue(latency);
        }
        tally.received++;
        if (publisher >= 0) {
            publishers.get(publisher).delivered();
        }
    }

    void wake(Publisher publisher) {
        woken.add(publisher);
    }

    // ---- the phases ----

    private String base() {
        return options.topic == null ? "hawker-bench/" + Integer.toHexString(run) : options.topic;
    }

    @Override
    public void begin() {
        Scenario scenario = options.scenario;
        for (int i = 0; i < options.subscribers; i++) {
            Subscriber s =
                    switch (scenario) {
                        case PAIRS -> new Subscriber(this, base() + "/p" + i, i, 1);
                        case SUBSCRIBE ->
                                new Subscriber(
                                        this,
                                        options.topic == null ? "hawker-bench/#" : options.topic,
                                        0,
                                        0);
                        default -> new Subscriber(this, base() + "/+", 0, options.publishers);
                    };
            subscribers.add(s);
            awaited++;
            loop.open(s);
        }
    }

    @Override
    public long turn(long now) {
        switch (phase) {
            case CONNECTING -> connecting(now);
            case WARMING_UP -> {
                if (now >= measuring) {
                    measure();
                }
            }
            case MEASURING -> {
                if (now >= end) {
                    wake(now);
                    drain(now);
                }
            }
            case DRAINING -> draining(now);
            case OVER -> {
                return now;
            }
        }
        if (now >= nextStallCheck) {
            nextStallCheck = now + SECOND;
            checkStalls();
        }
        for (Publisher p = woken.poll(); p != null; p = woken.poll()) {
            p.pump(now);
        }
        return wake(now);
    }

    private void connecting(long now) {
        if (awaited > 0) {
            return;
        }
        if (publishers.size() < options.publishers) {
            // Only now, so that no subscriber misses a message.
            for (int i = 0; i < options.publishers; i++) {
                awaited++;
                loop.open(new Publisher(this, i, base() + "/p" + i));
            }
            return;
        }
        publishers.sort(java.util.Comparator.comparingInt(Publisher::index));
        began = now;
        measuring = now + options.warmUp * SECOND;
        end = measuring + options.seconds * SECOND;
        phase = Phase.WARMING_UP;
        for (Publisher p : publishers) {
            p.pump(now);
        }
    }

    private void measure() {
        takeSecond();
        total.clear();
        window.begin();
        phase = Phase.MEASURING;
    }

    private void drain(long now) {
        takeSecond();
        window.end(outcome);
        outcome.tally.published = total.published;
        outcome.tally.received = total.received;
        outcome.tally.acknowledged = total.acknowledged;
        for (Publisher p : publishers) {
            outcome.sent += p.sequence();
        }
        if (isPaced() && options.publishers > 0) {
            long due = (long) Math.ceil((end - began) * (options.rate / SECOND));
            outcome.overdue = Math.max(0, due - outcome.sent);
        }
        phase = Phase.DRAINING;
        lastChange = now;
    }

    @Override
    public void takeSecond() {
        total.add(tally);
        tally.clear();
    }

    private void draining(long now) {
        boolean isComplete = options.scenario == Scenario.SUBSCRIBE;
        if (options.publishers > 0) {
            isComplete =
                    received - outcome.foreign >= outcome.sent * deliveriesOfEach()
                            && publishers.stream().allMatch(Publisher::isSilent);
        }
        if (received != lastReceived
                || total.acknowledged + tally.acknowledged != lastAcknowledged) {
            lastReceived = received;
            lastAcknowledged = total.acknowledged + tally.acknowledged;
            lastChange = now;
        }
        if (isComplete || now - lastChange > QUIET) {
            finish();
        }
    }

    private void finish() {
        takeSecond();
        phase = Phase.OVER;
        outcome.tally.latency.add(total.latency);
        outcome.tally.acknowledgement.add(total.acknowledgement);
        outcome.tally.late.add(total.late);
        for (Subscriber s : subscribers) {
            outcome.lost += s.gaps();
            for (int p = s.first(); p < s.first() + s.publishers(); p++) {
                outcome.lost += publishers.get(p).sequence() - s.count(p);
                outcome.expected += publishers.get(p).sequence();
            }
            outcome.arrived += s.count();
        }
    }

    private void checkStalls() {
        if (phase != Phase.WARMING_UP && phase != Phase.MEASURING) {
            return;
        }
        boolean isStalled = false;
        for (Publisher p : publishers) {
            isStalled |= p.giveUp();
        }
        if (isStalled) {
            outcome.stalls++;
        }
    }

    /// Lets those send whose time has come.
    ///
    /// @return when the next one's time comes
    private long wake(long now) {
        if (phase == Phase.DRAINING) {
            return now + SECOND / 100;
        }
        if (phase != Phase.WARMING_UP && phase != Phase.MEASURING) {
            return NEVER;
        }
        long change = phase == Phase.WARMING_UP ? measuring : end;
        if (publishers.isEmpty()) {
            return change;
        }
        if (!isPaced()) {
            return change;
        }
        long due = due(next);
        while (due <= now) {
            publishers.get((int) (next % publishers.size())).pump(now);
            next++;
            due = due(next);
        }
        return Math.min(due, change);
    }

    @Override
    public boolean isOver() {
        return phase == Phase.OVER;
    }

    @Override
    public String phase() {
        return switch (phase) {
            case CONNECTING -> "connecting";
            case WARMING_UP -> "warm-up";
            case MEASURING -> "measuring";
            case DRAINING, OVER -> "draining";
        };
    }

    @Override
    public Outcome outcome() {
        outcome.failures = loop.failures();
        outcome.firstFailure = loop.firstFailure();
        return outcome;
    }
}
