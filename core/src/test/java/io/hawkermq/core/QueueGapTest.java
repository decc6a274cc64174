package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import org.junit.jupiter.api.Test;

final class QueueGapTest {
    private final QueueGap gap = new QueueGap(1);

    private static Message message(long expiresAt) {
        return new Message(
                TopicName.of("a"),
                new byte[10],
                Properties.NONE,
                QoS.AT_LEAST_ONCE,
                false,
                "p",
                expiresAt);
    }

    private void add(long sequence, long expiresAt) {
        gap.add(sequence, message(expiresAt).bytes(), expiresAt);
    }

    @Test
    void whatHasExpiredCountsNoLongerAndIsNotTaken() {
        add(1, 5_000);
        add(2, Message.NEVER);
        add(3, 6_001);
        gap.writeOff(4_999);
        assertEquals(3, gap.waiting());
        gap.writeOff(6_500); // the third has expired, its second has not ended
        assertEquals(2, gap.waiting());
        assertEquals(3, gap.count());
        assertEquals(2L * message(1).bytes(), gap.bytes());
        assertFalse(gap.take(message(5_000)));
        assertTrue(gap.take(message(Message.NEVER)));
        assertTrue(gap.take(message(6_001)));
        assertEquals(0, gap.waiting());
        assertEquals(0, gap.count());
        assertEquals(0, gap.bytes());
    }

    @Test
    void whatCameBackIsNotWrittenOffAgain() {
        add(1, 5_000);
        add(2, 5_000);
        assertTrue(gap.take(message(5_000)));
        gap.writeOff(5_000);
        assertEquals(0, gap.waiting());
        assertEquals(1, gap.count());
        assertFalse(gap.take(message(5_000)));
    }

    @Test
    void itTakesNothingThatWouldSeemToBeWrittenOff() {
        add(1, 5_000);
        gap.writeOff(7_000);
        assertFalse(gap.takes(6_500));
        assertTrue(gap.takes(7_001));
        assertTrue(gap.takes(Message.NEVER));
    }

    @Test
    void itKnowsABoundedNumberOfSeconds() {
        for (int second = 1; second <= 1_024; second++) {
            assertTrue(gap.takes(second * 1_000L));
            add(second, second * 1_000L);
        }
        assertFalse(gap.takes(2_000_000));
        assertTrue(gap.takes(500_500));
        assertTrue(gap.takes(Message.NEVER));
    }
}
