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
final class SpreadingRule {
    /// A loop is busy that works for more than this share of its time.
    static final double BUSY_SHARE = 0.9;

    /// For so many seconds on end, before slots leave it.
    static final int BUSY_SECONDS = 5;

    /// What the machine must have idle, in cores, for one more loop: it would otherwise take its
    /// time from the clients.
    static final double NEEDED_IDLE_CORES = 0.5;

    /// The loops are quiet that together work less than this, in cores.
    static final double QUIET_CORES = 0.5;

    /// For so many seconds on end at least, before slots are gathered.
    static final int QUIET_SECONDS = 3;

    /// For so many at most, however often the load swings.
    static final int MOST_QUIET_SECONDS = 48;

    /// Spreading that follows a gathering within this time shows that it was too early.
    static final long REGRET_NANOS = TimeUnit.SECONDS.toNanos(60);

    private int patience = QUIET_SECONDS;
    private int quietSeconds;
    private boolean hasGathered;
    private long gatheredAt;

    /// Slots have been given away.
    void spread(long nowNanos) {
        quietSeconds = 0;
        if (hasGathered && nowNanos - gatheredAt < REGRET_NANOS) {
            patience = Math.min(2 * patience, MOST_QUIET_SECONDS);
        } else {
            patience = QUIET_SECONDS;
        }
    }

    /// Looks at a second of all loops.
    ///
    /// @param cores how much they worked together
    /// @return true if it is time to gather
    boolean isTimeToGather(double cores) {
        quietSeconds = cores < QUIET_CORES ? quietSeconds + 1 : 0;
        return quietSeconds >= patience;
    }

    /// All slots are back.
    void gathered(long nowNanos) {
        quietSeconds = 0;
        hasGathered = true;
        gatheredAt = nowNanos;
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
