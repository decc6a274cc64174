package io.hawkermq.broker.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.security.LoginService.Admission;
import io.hawkermq.broker.security.LoginService.Rights;
import org.junit.jupiter.api.Test;

class GrantsTest {
    private static final int MOST = 64;

    private final Grants grants = new Grants(MOST);

    private int add(String userName, long until, long now) {
        int forgotten = grants.makeRoomFor(userName, now);
        grants.put(new Admission(userName, Rights.ALL, until));
        return forgotten;
    }

    private void fill() {
        for (int i = 0; i < MOST; i++) {
            assertEquals(0, add("u" + i, LoginService.FOREVER, 0));
        }
    }

    @Test
    void aSixteenthOfTheOldestMakesRoom() {
        fill();
        assertEquals(0, add("u1", LoginService.FOREVER, 0), "is known already");
        assertEquals(4, add("new", LoginService.FOREVER, 0));
        for (int i = 0; i < MOST; i++) {
            assertEquals(i == 0 || i >= 2 && i <= 4, grants.of("u" + i) == null, "u" + i);
        }
        assertNotNull(grants.of("new"));
        assertEquals(0, add("newer", LoginService.FOREVER, 0));
        assertFalse(grants.haveForgottenEnds());
    }

    @Test
    void rightsThatHaveEndedAreForgottenFirst() {
        for (int i = 0; i < MOST; i++) {
            add("u" + i, i % 8 == 7 ? 1_000 : LoginService.FOREVER, 0);
        }
        assertEquals(8, add("new", LoginService.FOREVER, 1_000));
        for (int i = 0; i < MOST; i++) {
            assertEquals(i % 8 == 7, grants.of("u" + i) == null, "u" + i);
        }
        assertTrue(grants.haveForgottenEnds());
    }

    @Test
    void anyNumberMayLogIn() {
        fill();
        for (int i = 0; i < 10 * MOST; i++) {
            add("v" + i, LoginService.FOREVER, 0);
            assertNotNull(grants.of("v" + i));
        }
        int kept = 0;
        for (int i = 0; i < 10 * MOST; i++) {
            kept += grants.of("v" + i) == null ? 0 : 1;
        }
        assertTrue(kept > MOST - MOST / 8 && kept <= MOST, kept + " are kept");
        assertNull(grants.of("v0"));
    }

    @Test
    void oneIsEnough() {
        Grants one = new Grants(1);
        one.put(new Admission("a", Rights.LIST, LoginService.FOREVER));
        assertEquals(1, one.makeRoomFor("b", 0));
    }
}
