package io.hawkermq.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class KeepAliveTest {
    private static final long SECOND = 1_000_000_000L;

    private final KeepAlive keepAlive = new KeepAlive(10, 0);

    @Test
    void pingsWhenNothingWasSent() {
        keepAlive.received(9 * SECOND);
        assertEquals(KeepAlive.Action.WAIT, keepAlive.look(9 * SECOND));
        assertEquals(10 * SECOND, keepAlive.next());
        assertEquals(KeepAlive.Action.PING, keepAlive.look(10 * SECOND));
    }

    @Test
    void pingsWhenNothingWasReceived() {
        keepAlive.sent(9 * SECOND);
        assertEquals(KeepAlive.Action.PING, keepAlive.look(10 * SECOND));
    }

    @Test
    void givesUpAServerThatDoesNotAnswer() {
        keepAlive.look(10 * SECOND);
        keepAlive.sent(15 * SECOND);
        assertEquals(20 * SECOND, keepAlive.next());
        assertEquals(KeepAlive.Action.WAIT, keepAlive.look(19 * SECOND));
        assertEquals(KeepAlive.Action.GIVE_UP, keepAlive.look(20 * SECOND));
    }

    @Test
    void anyPacketIsAnAnswer() {
        keepAlive.look(10 * SECOND);
        keepAlive.received(11 * SECOND);
        assertEquals(KeepAlive.Action.WAIT, keepAlive.look(15 * SECOND));
        assertEquals(20 * SECOND, keepAlive.next());
    }

    @Test
    void concludesNothingWhileItDoesNotRead() {
        keepAlive.deaf(true, 0);
        assertEquals(KeepAlive.Action.PING, keepAlive.look(10 * SECOND));
        assertEquals(KeepAlive.Action.PING, keepAlive.look(20 * SECOND));
        keepAlive.deaf(false, 25 * SECOND);
        assertEquals(KeepAlive.Action.WAIT, keepAlive.look(29 * SECOND));
    }

    @Test
    void waitsNoLongerThanTwentySecondsForAnAnswer() {
        KeepAlive slow = new KeepAlive(65_535, 0);
        long due = slow.next();
        assertEquals(KeepAlive.Action.PING, slow.look(due));
        assertEquals(KeepAlive.Action.GIVE_UP, slow.look(due + 20 * SECOND));
    }
}
