package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HeapCareTest {
    private static final long MB = 1L << 20;

    @Test
    void aSmallHeapIsLeftAlone() {
        assertFalse(new HeapCare(5 * MB).isDue(32 * MB));
    }

    @Test
    void dueWhenMoreThanAsMuchAgainMayBeGarbage() {
        HeapCare care = new HeapCare(100 * MB);
        assertFalse(care.isDue(232 * MB));
        assertTrue(care.isDue(232 * MB + 1));
    }

    @Test
    void whatIsStillAliveIsNotCollectedAgainAndAgain() {
        HeapCare care = new HeapCare(5 * MB);
        assertTrue(care.isDue(400 * MB));
        care.collected(380 * MB, 390 * MB);
        assertFalse(care.isDue(400 * MB));
    }

    /// `-Xms1g`: the heap stays as large as that, whatever is collected.
    @Test
    void whatCollectingDoesNotGiveBackIsNoReasonToCollect() {
        HeapCare care = new HeapCare(5 * MB);
        assertTrue(care.isDue(1_024 * MB));
        care.collected(20 * MB, 1_024 * MB);
        assertFalse(care.isDue(1_024 * MB));
        assertFalse(care.isDue(1_056 * MB));
        assertTrue(care.isDue(1_056 * MB + 1));
    }
}
