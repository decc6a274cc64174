package io.hawkermq.broker.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hawkermq.broker.security.FileAccess.AnonymousClients;
import io.hawkermq.core.AccessControl;
import io.hawkermq.core.AccessControl.Step;
import io.hawkermq.core.EventLog;
import io.hawkermq.protocol.ReasonCode;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Wrong proofs lead to bans as wrong passwords do, and together with them.
class ScramAccessControlTest {
    private static final ScramCredentials PENCIL =
            ScramCredentials.of("pencil", new byte[16], 4_096);

    private final FileAccess files =
            new FileAccess(
                    new FileAccess.Rules(null, null, AnonymousClients.REFUSED),
                    0,
                    new LoginLimits(3, 5, 60, 60, 0, 0),
                    EventLog.SILENT);
    private final ScramAccessControl access =
            new ScramAccessControl(
                    files, name -> name.equals("user") ? PENCIL : null, new SecureRandom());

    private Step begin(AccessControl.Exchange exchange, String user) {
        return exchange.next(("n,,n=" + user + ",r=abc").getBytes(UTF_8));
    }

    private AccessControl.Exchange exchange(String address) {
        return Objects.requireNonNull(access.begin(ScramSha256.METHOD, "c", address));
    }

    private ReasonCode fail(String address, String user) {
        AccessControl.Exchange exchange = exchange(address);
        Step first = begin(exchange, user);
        if (first instanceof Step.Failure(ReasonCode code, String _)) {
            return code;
        }
        String nonce =
                new String(assertInstanceOf(Step.Challenge.class, first).data(), UTF_8)
                        .split(",", 2)[0];
        Step last = exchange.next(("c=biws," + nonce + ",p=AAAA").getBytes(UTF_8));
        return assertInstanceOf(Step.Failure.class, last).reasonCode();
    }

    @Test
    void wrongProofsLeadToABanOfTheUserFromThere() {
        for (int i = 0; i < 3; i++) {
            assertEquals(ReasonCode.NOT_AUTHORIZED, fail("192.0.2.1:" + (1_000 + i), "user"));
        }
        assertEquals(ReasonCode.BANNED, fail("192.0.2.1:2000", "user"));
        assertInstanceOf(Step.Challenge.class, begin(exchange("192.0.2.2:1"), "user"));
        assertInstanceOf(Step.Challenge.class, begin(exchange("192.0.2.1:1"), "other"));
    }

    @Test
    void usersWhoDoNotExistCountToo() {
        for (int i = 0; i < 5; i++) {
            assertEquals(ReasonCode.NOT_AUTHORIZED, fail("192.0.2.1:1", "nobody" + i));
        }
        assertEquals(ReasonCode.BANNED, fail("192.0.2.1:1", "user"));
    }

    /// What is told of a user: the length of its salt and the iterations.
    private String told(ScramAccessControl by, String user) {
        String[] first = challenge(by, user).split(",", 3);
        return Base64.getDecoder().decode(first[1].substring(2)).length + " " + first[2];
    }

    private String challenge(ScramAccessControl by, String user) {
        AccessControl.Exchange exchange =
                Objects.requireNonNull(by.begin(ScramSha256.METHOD, "c", "192.0.2.1:1"));
        return new String(
                assertInstanceOf(Step.Challenge.class, begin(exchange, user)).data(), UTF_8);
    }

    private static String salt(String challenge) {
        return challenge.split(",", 3)[1];
    }

    @ParameterizedTest
    @CsvSource({"4096, 16", "10000, 24", "15000, 64", "4096, 8"})
    void usersWhoDoNotExistAreAskedAsThoseWhoDo(int iterations, int saltLength) {
        byte[] salt = new byte[saltLength];
        new SecureRandom().nextBytes(salt);
        ScramCredentials credentials = ScramCredentials.of("pencil", salt, iterations);
        ScramAccessControl by =
                new ScramAccessControl(
                        files,
                        name -> name.equals("user") ? credentials : null,
                        new ScramAccessControl.Unknown(iterations, saltLength),
                        new SecureRandom());
        assertEquals(told(by, "user"), told(by, "nobody"));
        assertEquals(salt(challenge(by, "nobody")), salt(challenge(by, "nobody")));
        assertNotEquals(salt(challenge(by, "nobody")), salt(challenge(by, "noone")));
    }

    @Test
    void withoutSayingMoreItIsTheLeastThatIsAllowed() {
        assertEquals("16 i=4096", told(access, "nobody"));
    }

    @Test
    void whatUnknownUsersAreToldIsChecked() {
        for (int[] wrong : new int[][] {{4_095, 16}, {4_096, 0}, {4_096, 1_025}}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new ScramAccessControl.Unknown(wrong[0], wrong[1]));
        }
    }

    @Test
    void wrongPasswordsCountWithThem() {
        files.guard().failed("192.0.2.1:1", "user");
        files.guard().failed("192.0.2.1:2", "user");
        assertEquals(ReasonCode.NOT_AUTHORIZED, fail("192.0.2.1:3", "user"));
        assertEquals(ReasonCode.BANNED, fail("192.0.2.1:4", "user"));
    }
}
