package io.hawkermq.cli.load;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import java.util.BitSet;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// Retained messages: one client leaves one in each topic, subscribers that come afterwards get them
/// all, and at the end they are removed again.
final class RetainedPlan implements Plan {
    private static final long SECOND = 1_000_000_000;
    private static final long QUIET = 5 * SECOND;

    /// Messages of the one that leaves them that may be under way.
    private static final int WINDOW = 20;

    private final LoadLoop loop;
    private final LoadOptions options;
    private final int run = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    private final Tally tally;
    private final Tally total = new Tally();
    private final Outcome outcome = new Outcome();
    private final Window window;
    private final Keeper keeper = new Keeper();
    private final String base;
    private long lastChange;
    private int waiting;
    private boolean isOver;
    private String phase = "storing";

    RetainedPlan(LoadLoop loop, Tally second) {
        this.loop = loop;
        this.options = loop.options();
        this.tally = second;
        this.window = new Window(loop);
        String topic = options.topic;
        base = topic == null ? "hawker-bench/" + Integer.toHexString(run) : topic;
    }

    @Override
    public void begin() {
        lastChange = loop.now();
        loop.open(keeper);
    }

    @Override
    public long turn(long now) {
        if (now - lastChange > QUIET) {
            if (waiting > 0) {
                waiting = 0;
                received();
            } else {
                loop.failed("nothing came for " + QUIET / SECOND + " s while " + phase);
                isOver = true;
            }
        }
        return lastChange + QUIET + 1;
    }

    private void stored(double seconds) {
        tally.acknowledged = 0;
        outcome.sent = options.topics;
        outcome.facts.add(
                new Outcome.Fact("stored_rate", "Stored", options.topics / seconds, "/s"));
        phase = "receiving";
        waiting = options.subscribers;
        window.begin();
        for (int i = 0; i < options.subscribers; i++) {
            loop.open(new Collector());
        }
    }

    /// All have everything, or nothing has come for long.
    private void received() {
        takeSecond();
        window.end(outcome);
        outcome.tally.received = total.received;
        outcome.arrived = total.received;
        outcome.expected = (long) options.topics * options.subscribers;
        outcome.lost = outcome.expected - outcome.arrived;
        outcome.tally.latency.add(total.latency);
        phase = "removing";
        keeper.start(new byte[0]);
    }

    @Override
    public void takeSecond() {
        total.add(tally);
        tally.clear();
    }

    /// Stores and removes the messages, always at QoS 1 to know when that is done.
    private final class Keeper implements Duty {
        private @Nullable LoadConnection connection;
        private byte[] payload = new byte[0];
        private int next;
        private int done;
        private int window = WINDOW;
        private long began;

        void start(byte[] with) {
            payload = with;
            next = 0;
            done = 0;
            began = loop.now();
            fill();
        }

        private void fill() {
            LoadConnection c = connection;
            while (c != null && next < options.topics && next - done < window) {
                if (payload.length > 0) {
                    Stamp.write(payload, 0, run, 0, next, loop.now());
                }
                c.send(
                        new Packet.Publish(
                                false,
                                QoS.AT_LEAST_ONCE,
                                true,
                                TopicName.of(base + "/" + next),
                                next % WINDOW + 1,
                                Properties.NONE,
                                payload));
                next++;
            }
        }

        @Override
        public void connected(LoadConnection c, int receiveMaximum) {
            connection = c;
            window = Math.min(WINDOW, receiveMaximum);
            start(new byte[options.size]);
        }

        @Override
        public void acknowledged(int packetId, boolean isTaken) {
            if (!isTaken) {
                outcome.refused++;
            }
            done++;
            lastChange = loop.now();
            if (payload.length > 0) {
                tally.published++;
            }
            if (done < options.topics) {
                fill();
            } else if (payload.length > 0) {
                stored((loop.now() - began) / 1e9);
            } else {
                isOver = true;
            }
        }

        @Override
        public void closed(LoadConnection c, @Nullable String why) {
            if (why != null) {
                loop.failed(why);
                isOver = true;
            }
        }
    }

    /// Subscribes once and gathers.
    private final class Collector implements Duty {
        private final BitSet seen = new BitSet();
        private int count;
        private long began;

        @Override
        public int sessionExpiryInterval() {
            return options.sessionExpiryInterval;
        }

        @Override
        public void connected(LoadConnection c, int receiveMaximum) {
            began = loop.now();
            c.send(Subscriber.subscribe(base + "/#", options.qos));
        }

        @Override
        public void subscribed(boolean isGranted) {
            if (!isGranted) {
                loop.failed("the broker refused a subscription");
            }
        }

        @Override
        public void message(byte[] b, int payload, int end) {
            if (!Stamp.isAt(b, payload, end) || Stamp.run(b, payload) != run) {
                // Removed messages come with an empty payload.
                outcome.foreign += end > payload ? 1 : 0;
                return;
            }
            lastChange = loop.now();
            int sequence = Stamp.sequence(b, payload);
            if (seen.get(sequence)) {
                outcome.doubled++;
                return;
            }
            seen.set(sequence);
            tally.received++;
            tally.latency.recordValue(Math.max(0, loop.now() - began));
            if (++count == options.topics && --waiting == 0) {
                received();
            }
        }

        @Override
        public void closed(LoadConnection c, @Nullable String why) {
            if (why != null) {
                loop.failed(why);
            }
        }
    }

    @Override
    public boolean isOver() {
        return isOver;
    }

    @Override
    public String phase() {
        return phase;
    }

    @Override
    public Outcome outcome() {
        outcome.failures = loop.failures();
        outcome.firstFailure = loop.firstFailure();
        return outcome;
    }
}
