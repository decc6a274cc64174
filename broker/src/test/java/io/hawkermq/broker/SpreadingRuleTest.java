package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.Slots;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpreadingRuleTest {
    private static final double QUIET = SpreadingRule.QUIET_CORES - 0.01;
    private static final double NOT_QUIET = SpreadingRule.QUIET_CORES;

    private final SpreadingRule rule = new SpreadingRule();

    /// How many quiet seconds it takes.
    private int secondsToGather() {
        int seconds = 1;
        while (!rule.isTimeToGather(QUIET, 100, 1)) {
            seconds++;
            assertTrue(seconds < 1_000, "never gathers");
        }
        return seconds;
    }

    @Test
    void gathersAfterThreeQuietSeconds() {
        rule.spread(0);
        assertEquals(3, secondsToGather());
    }

    @Test
    void quietSecondsCountOnlyOnEnd() {
        rule.spread(0);
        assertFalse(rule.isTimeToGather(QUIET, 100, 1));
        assertFalse(rule.isTimeToGather(QUIET, 100, 1));
        assertFalse(rule.isTimeToGather(NOT_QUIET, 100, 1));
        assertEquals(3, secondsToGather());
    }

    @Test
    void neverGathersWhileOneLoopWouldBeMoreThanHalfBusy() {
        rule.spread(0);
        for (int second = 0; second < 1_000; second++) {
            assertFalse(rule.isTimeToGather(NOT_QUIET, 100, 1));
        }
    }

    @Test
    void onAMachineWithoutACoreToSpareGathersWhatOneLoopCanDo() {
        rule.spread(0);
        assertFalse(rule.isTimeToGather(0.99, 100, 0.74));
        assertFalse(rule.isTimeToGather(0.99, 100, 0.74));
        assertFalse(rule.isTimeToGather(1, 100, 0.74));
        assertFalse(rule.isTimeToGather(0.99, 100, 0.74));
        assertFalse(rule.isTimeToGather(0.99, 100, 0.74));
        assertTrue(rule.isTimeToGather(0.99, 100, 0.74));
    }

    @ParameterizedTest
    @CsvSource({"150, 0, false", "67, 0, false", "151, 0, true", "66, 0, true", "66, 1, false"})
    void whatPaidForOneLoadIsTriedAnewForAnother(double packets, double idle, boolean isExpected) {
        rule.spread(0);
        rule.kept(100);
        for (int second = 1; second < SpreadingRule.QUIET_SECONDS; second++) {
            assertFalse(rule.isTimeToGather(1.5, packets, idle));
        }
        assertEquals(isExpected, rule.isTimeToGather(1.5, packets, idle));
    }

    /// A load of ten seconds on and ten seconds off would move all clients six times a minute.
    @Test
    void aSwingingLoadMakesItWaitTwiceAsLongEachTime() {
        long now = 0;
        int[] expected = {3, 6, 12, 24, 48, 48};
        for (int seconds : expected) {
            rule.spread(now);
            assertEquals(seconds, secondsToGather());
            rule.gathered(now);
            now += TimeUnit.SECONDS.toNanos(10);
        }
        now += SpreadingRule.REGRET_NANOS;
        rule.spread(now);
        assertEquals(3, secondsToGather(), "patience for ever");
    }

    @Test
    void whatKeepsALoopBusyIsFarFromQuietAfterItWasSpread() {
        assertTrue(SpreadingRule.BUSY_SHARE > 1.5 * SpreadingRule.QUIET_CORES);
    }

    @Test
    void aCoreMustBeIdleInTheSameSecondInWhichTheLoopIsBusy() {
        assertTrue(SpreadingRule.isWorthATrial(0.91, 0.5));
        assertFalse(SpreadingRule.isWorthATrial(0.9, 2));
        assertFalse(SpreadingRule.isWorthATrial(1, 0.49));
    }

    @Test
    void aLoopMorePaysByWhatGetsDoneOrOnAMachineThatHasCoresToSpare() {
        assertTrue(SpreadingRule.pays(1_000, 1_250, 0));
        assertFalse(SpreadingRule.pays(1_000, 1_249, 0.74));
        assertTrue(SpreadingRule.pays(1_000, 900, 0.75));
    }

    @Test
    void eachTrialThatDidNotPayMakesTheNextOneWaitTwiceAsLong() {
        assertFalse(rule.rests(0));
        long now = 0;
        long[] expected = {60, 120, 240, 480, 960, 960};
        for (long seconds : expected) {
            assertEquals(seconds, rule.takenBack(now));
            long end = now + TimeUnit.SECONDS.toNanos(seconds);
            assertTrue(rule.rests(end - 1));
            assertFalse(rule.rests(end));
            now = end;
        }
        rule.spread(now);
        rule.gathered(now);
        assertFalse(rule.rests(now));
        assertEquals(60, rule.takenBack(now), "the rest of another load");
    }

    @Test
    void eachMoveThatFailedMakesTheNextOneWaitTwiceAsLong() {
        assertEquals(60, rule.failed(0));
        long end = TimeUnit.SECONDS.toNanos(60);
        assertTrue(rule.rests(end - 1) && rule.restsFromMoves(end - 1));
        assertFalse(rule.rests(end) || rule.restsFromMoves(end));
        assertEquals(120, rule.failed(end));
        rule.moved();
        assertFalse(rule.rests(end) || rule.restsFromMoves(end));
        assertEquals(60, rule.failed(end));
    }

    @Test
    void aSpreadingThatDidNotPayCanBeTakenBackAtOnce() {
        rule.takenBack(0);
        assertFalse(rule.restsFromMoves(1));
    }

    @Test
    void halfOfTheWorkGoes() {
        long[] work = new long[Slots.COUNT];
        work[3] = 10;
        work[40] = 10;
        assertEquals(10, moved(work));
    }

    @Test
    void itIsTheWorkThatCounts() {
        long[] work = new long[Slots.COUNT];
        for (int slot = 0; slot < 20; slot++) {
            work[slot] = 1;
        }
        work[30] = 20;
        assertEquals(20, moved(work));
    }

    @Test
    void slotsThatDoNothingStay() {
        long[] work = new long[Slots.COUNT];
        work[3] = 10;
        work[40] = 10;
        Slots after = SpreadingRule.half(Slots.onOneShard(), 0, 1, work);
        int gone = 0;
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            gone += after.shardOfSlot(slot) == 1 ? 1 : 0;
        }
        assertEquals(1, gone);
    }

    @Test
    void onlyTheBusyLoopGives() {
        long[] work = new long[Slots.COUNT];
        work[3] = 10;
        work[40] = 10;
        work[50] = 10;
        Slots before = Slots.onOneShard().with(3, 2);
        Slots after = SpreadingRule.half(before, 0, 1, work);
        assertEquals(2, after.shardOfSlot(3));
        assertEquals(0b111L, after.activeShards());
    }

    @Test
    void oneSlotCannotBeHalved() {
        long[] work = new long[Slots.COUNT];
        work[3] = 10;
        Slots before = Slots.onOneShard();
        assertSame(before, SpreadingRule.half(before, 0, 1, work));
    }

    private static long moved(long[] work) {
        Slots after = SpreadingRule.half(Slots.onOneShard(), 0, 1, work);
        assertEquals(0b11L, after.activeShards());
        long moved = 0;
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            moved += after.shardOfSlot(slot) == 1 ? work[slot] : 0;
        }
        return moved;
    }
}
