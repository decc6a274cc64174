package io.hawkermq.broker.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.security.FailedLogins.Ban;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailedLoginsTest {
    private static final LoginLimits LIMITS = new LoginLimits(3, 5, 60, 100, 100, 1_000);

    private final FailedLogins logins = new FailedLogins(LIMITS);

    @Test
    void bansAUserNameFromAnAddressForATime() {
        assertEquals(Ban.NONE, logins.failed("h", "u", 0).ban());
        assertEquals(Ban.NONE, logins.failed("h", "u", 1).ban());
        assertFalse(logins.isBanned("h", "u", 2));
        assertEquals(Ban.USER, logins.failed("h", "u", 2).ban());
        assertTrue(logins.isBanned("h", "u", 3));
        assertFalse(logins.isBanned("h", "v", 3));
        assertFalse(logins.isBanned("other", "u", 3));
        assertTrue(logins.isBanned("h", "u", 100_001));
        assertFalse(logins.isBanned("h", "u", 100_002));
    }

    @Test
    void bansAnAddressThatTriesManyNames() {
        for (int i = 0; i < 4; i++) {
            assertEquals(Ban.NONE, logins.failed("h", "u" + i, i).ban());
        }
        assertEquals(Ban.ADDRESS, logins.failed("h", "u4", 4).ban());
        assertTrue(logins.isBanned("h", "somebody", 5));
        assertFalse(logins.isBanned("other", "somebody", 5));
    }

    @Test
    void forgetsAfterTheWindowAndAfterASuccess() {
        logins.failed("h", "u", 0);
        logins.failed("h", "u", 1);
        assertEquals(1, logins.failed("h", "u", 60_001).failures());
        logins.failed("h", "u", 60_002);
        logins.succeeded("h", "u");
        assertEquals(1, logins.failed("h", "u", 60_003).failures());
    }

    @Test
    void aSuccessDoesNotForgiveTheAddress() {
        for (int i = 0; i < 4; i++) {
            logins.failed("h", "u" + i, 0);
            logins.succeeded("h", "mine");
        }
        assertEquals(Ban.ADDRESS, logins.failed("h", "v", 0).ban());
    }

    @Test
    void delaysBeginAtTheFourthFailureAndDoubleUpToTheLimit() {
        int[] delays = new int[9];
        for (int i = 0; i < delays.length; i++) {
            delays[i] = logins.failed("h", "u", i).delayMillis();
        }
        assertEquals(
                "[0, 0, 0, 100, 200, 400, 800, 1000, 1000]", java.util.Arrays.toString(delays));
    }

    @Test
    void zeroMeansNever() {
        FailedLogins lenient = new FailedLogins(new LoginLimits(0, 0, 60, 100, 0, 0));
        for (int i = 0; i < 1_000; i++) {
            assertEquals(new FailedLogins.Failure(i + 1, 0, Ban.NONE), lenient.failed("h", "u", 0));
        }
        assertFalse(lenient.isBanned("h", "u", 0));
    }

    @Test
    void remembersABoundedNumber() {
        for (int i = 0; i < 3 * FailedLogins.MOST; i++) {
            logins.failed("h" + i, "u".repeat(1_000), i);
        }
        assertEquals(2 * FailedLogins.MOST, logins.size());
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:1234, 127.0.0.1",
        "2001:db8:1:2:3:4:5:6:1883, 2001:db8:1:2::/64",
        "0:0:0:0:0:0:0:1:1883, 0:0:0:0::/64",
        "::1:1883, 0:0:0:0::/64",
        "2001:db8:1:2::5:1883, 2001:db8:1:2::/64",
        "2001:db8:1:2:::1883, 2001:db8:1:2::/64",
        "2001:db8:1:2:ffff::6:1, 2001:db8:1:2::/64",
        "2001:db8::2:0:0:0:5:1883, 2001:db8:0:2::/64",
        "2001:DB8:0001:2::A:1883, 2001:db8:1:2::/64",
        "2001:db8:::1883, 2001:db8:0:0::/64",
        "[2001:db8:1:2::5]:1883, 2001:db8:1:2::/64",
        "[2001:db8:1:2::5], 2001:db8:1:2::/64",
        "::ffff:192.0.2.1:1883, 192.0.2.1",
        "::ffff:c000:201:1883, 192.0.2.1",
        "[::ffff:192.0.2.1]:1883, 192.0.2.1",
        "unknown, unknown",
        "unix-socket, unix-socket",
        "/run/a:b.sock:0, /run/a:b.sock",
        ":0, ''",
    })
    void anAddressCountsWithoutItsPort(String address, String host) {
        assertEquals(host, FailedLogins.host(address));
    }

    /// As the broker writes addresses: with zeros left out.
    @Test
    void whoHasANetworkIsBannedWithAllOfIt() throws UnknownHostException {
        for (int i = 1; i <= 5; i++) {
            logins.failed(FailedLogins.host(peer("2001:db8:1:2::" + i)), "u" + i, i);
        }
        assertTrue(logins.isBanned(FailedLogins.host(peer("2001:db8:1:2::6")), "u", 6));
        assertTrue(logins.isBanned(FailedLogins.host(peer("2001:db8:1:2:3:4:5:6")), "u", 6));
        assertFalse(logins.isBanned(FailedLogins.host(peer("2001:db8:1:3::6")), "u", 6));
        assertEquals(6, logins.size(), "five pairs and one address");
    }

    private static String peer(String address) throws UnknownHostException {
        return NetUtil.toAddressString(InetAddress.getByName(address)) + ":50123";
    }

    @Test
    void limitsAreChecked() {
        assertThrows(IndexOutOfBoundsException.class, () -> LIMITS.withDelays(1, 9_000));
        assertThrows(IndexOutOfBoundsException.class, () -> LIMITS.withBan(-1));
    }
}
