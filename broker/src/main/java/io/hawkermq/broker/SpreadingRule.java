package io.hawkermq.broker;

import io.hawkermq.core.Slots;
import java.util.concurrent.TimeUnit;

/// When sessions are spread over more loops and when they are gathered again, and which slots go.
/// Without a clock or a thread, so that it can be tested as a table.
///
/// The same messages cost 1.2 to 1.5 times as much on two loops as on one, because at sparse
/// traffic each message between them is one more sleep and wake. So a loop gives slots away only
/// when it is all but saturated for a while, and all come back when what the loops do together
/// would keep one of them half busy. Between the two lies a range in which nothing moves. A load
/// that swings across the whole range makes clients move seldom, not at each swing: each time that
/// spreading follows soon on a gathering, the next gathering waits twice as long.
///
/// A spreading is a trial. Where the machine has no core to spare with it, and hardly more gets done
/// than before, its time was the clients', and it is taken back; the next trial waits twice as long as
/// the last one did. Where more gets done, it stays for this load: once that has become another one, or
/// so little that one loop could do it, all are gathered.
final class SpreadingRule {
    /// A loop is busy that works for more than this share of its time.
    static final double BUSY_SHARE = 0.9;

    /// For so many seconds on end, before slots leave it.
    static final int BUSY_SECONDS = 5;

    /// What the machine must have idle, in cores, for one more loop: it would otherwise take its
    /// time from the clients.
    static final double NEEDED_IDLE_CORES = 0.5;

    /// A machine that has as much idle with one loop more has a core to spare.
    static final double SPARE_CORES = 0.75;

    /// The loops are quiet that together work less than this, in cores.
    static final double QUIET_CORES = 0.5;

    /// The same on a machine without a core to spare: one loop does in less than a core what several
    /// do in one.
    static final double ONE_LOOPS_CORES = 1;

    /// A load is another one if so many times as many packets come and go, or so many times fewer.
    static final double OTHER_LOAD = 1.5;

    /// For so many seconds on end at least, before slots are gathered.
    static final int QUIET_SECONDS = 3;

    /// For so many at most, however often the load swings.
    static final int MOST_QUIET_SECONDS = 48;

    /// Spreading that follows a gathering within this time shows that it was too early.
    static final long REGRET_NANOS = TimeUnit.SECONDS.toNanos(60);

    /// How many times as much must get done by one loop more, on a machine without a core to spare.
    static final double NEEDED_GAIN = 1.25;

    /// From a spreading that was taken back to the next trial, and from a move that failed to the next.
    static final long REST_SECONDS = 60;

    /// The longest rest, after several such in turn.
    static final long MOST_REST_SECONDS = 16 * 60;

    /// Twice as long each time.
    private static final class Rest {
        private long seconds;
        private long until;

        /// @return seconds until it is over
        long begin(long nowNanos) {
            seconds = seconds == 0 ? REST_SECONDS : Math.min(2 * seconds, MOST_REST_SECONDS);
            until = nowNanos + TimeUnit.SECONDS.toNanos(seconds);
            return seconds;
        }

        boolean isOn(long nowNanos) {
            return seconds > 0 && nowNanos - until < 0;
        }

        void forget() {
            seconds = 0;
        }
    }

    /// Packets a second for which it is spread; 0 if that does not matter.
    private double judgedPackets;

    private final Rest fromTrials = new Rest();
    private final Rest fromMoves = new Rest();
    private int patience = QUIET_SECONDS;
    private int quietSeconds;
    private boolean hasGathered;
    private long gatheredAt;

    /// Whether a loop that was busy still is, and a core idle that could help it.
    ///
    /// @param share of a second that the loop worked
    /// @param idleCores of the machine in the same second
    static boolean isWorthATrial(double share, double idleCores) {
        return share > BUSY_SHARE && idleCores >= NEEDED_IDLE_CORES;
    }

    /// Whether one loop more is worth its cost.
    ///
    /// @param before packets a second without it
    /// @param after packets a second with it
    /// @param idleCores that the machine has to spare with it
    static boolean pays(double before, double after, double idleCores) {
        return idleCores >= SPARE_CORES || after >= NEEDED_GAIN * before;
    }

    /// A spreading pays.
    ///
    /// @param packets a second with it
    void kept(double packets) {
        judgedPackets = packets;
    }

    /// A spreading did not pay.
    ///
    /// @return seconds until the next trial
    long takenBack(long nowNanos) {
        return fromTrials.begin(nowNanos);
    }

    /// A move was given up, for which all clients have waited.
    ///
    /// @return seconds until the next one
    long failed(long nowNanos) {
        return fromMoves.begin(nowNanos);
    }

    /// True between a spreading that did not pay, or a move that failed, and the next trial.
    boolean rests(long nowNanos) {
        return fromTrials.isOn(nowNanos) || restsFromMoves(nowNanos);
    }

    /// True between a move that failed and the next.
    boolean restsFromMoves(long nowNanos) {
        return fromMoves.isOn(nowNanos);
    }

    /// Slots have been moved.
    void moved() {
        fromMoves.forget();
    }

    /// Slots have been given away.
    void spread(long nowNanos) {
        quietSeconds = 0;
        judgedPackets = 0;
        if (hasGathered && nowNanos - gatheredAt < REGRET_NANOS) {
            patience = Math.min(2 * patience, MOST_QUIET_SECONDS);
        } else {
            patience = QUIET_SECONDS;
        }
    }

    /// Looks at a second of all loops.
    ///
    /// @param cores how much they worked together
    /// @param packets that came and went
    /// @param idleCores that the machine had to spare
    /// @return true if it is time to gather
    boolean isTimeToGather(double cores, double packets, double idleCores) {
        boolean isQuiet =
                idleCores >= SPARE_CORES
                        ? cores < QUIET_CORES
                        : cores < ONE_LOOPS_CORES || isAnotherLoad(packets);
        quietSeconds = isQuiet ? quietSeconds + 1 : 0;
        return quietSeconds >= patience;
    }

    private boolean isAnotherLoad(double packets) {
        return judgedPackets > 0
                && (packets > OTHER_LOAD * judgedPackets || packets < judgedPackets / OTHER_LOAD);
    }

    /// All slots are back.
    void gathered(long nowNanos) {
        quietSeconds = 0;
        hasGathered = true;
        gatheredAt = nowNanos;
        fromTrials.forget(); // the next load is another one
    }

    /// Gives half of a loop's work away, by whole slots.
    ///
    /// @param work of each slot, in any unit
    /// @return `before` itself if only one slot works, whose move would help nobody
    static Slots half(Slots before, int from, int to, long[] work) {
        long total = 0;
        int working = 0;
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            if (before.shardOfSlot(slot) == from) {
                total += work[slot];
                working += work[slot] > 0 ? 1 : 0;
            }
        }
        if (working < 2) {
            return before;
        }
        Slots after = before;
        long moved = 0;
        for (int slot = 0; slot < Slots.COUNT && 2 * moved < total; slot++) {
            long here = work[slot];
            // Slots that do nothing stay, and so do the last ones that work, whatever they do: a
            // loop keeps its larger half.
            if (before.shardOfSlot(slot) == from && here > 0 && 2 * moved + here <= total) {
                after = after.with(slot, to);
                moved += here;
            }
        }
        return after;
    }
}
