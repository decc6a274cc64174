package io.hawkermq.broker.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.hawkermq.broker.security.FileAccess.AnonymousClients;
import io.hawkermq.core.AccessControl;
import io.hawkermq.core.AccessControl.Step;
import io.hawkermq.core.EventLog;
import io.hawkermq.protocol.ReasonCode;
import java.security.SecureRandom;
import java.util.Objects;
import org.junit.jupiter.api.Test;

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

    @Test
    void wrongPasswordsCountWithThem() {
        files.guard().failed("192.0.2.1:1", "user");
        files.guard().failed("192.0.2.1:2", "user");
        assertEquals(ReasonCode.NOT_AUTHORIZED, fail("192.0.2.1:3", "user"));
        assertEquals(ReasonCode.BANNED, fail("192.0.2.1:4", "user"));
    }
}
