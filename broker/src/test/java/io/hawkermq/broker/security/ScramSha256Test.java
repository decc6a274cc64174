package io.hawkermq.broker.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.hawkermq.core.AccessControl.Step;
import io.hawkermq.protocol.ReasonCode;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/// The exchange of RFC 7677, section 3, and what must be refused.
class ScramSha256Test {
    private static final String SERVER_NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final ScramCredentials PENCIL =
            ScramCredentials.of(
                    "pencil", Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ=="), 4_096);
    private static final String FIRST = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
    private static final String FINAL =
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                    + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

    private final ScramSha256 exchange =
            new ScramSha256(
                    name -> name.equals("user") ? PENCIL : null,
                    ScramAccessControl.Unknown.DEFAULT,
                    new byte[32],
                    SERVER_NONCE);

    @Test
    void theExampleOfTheRfcSucceeds() {
        Step.Challenge challenge =
                assertInstanceOf(Step.Challenge.class, exchange.next(FIRST.getBytes(UTF_8)));
        assertEquals(
                "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
                new String(challenge.data(), UTF_8));
        Step.Success success =
                assertInstanceOf(Step.Success.class, exchange.next(FINAL.getBytes(UTF_8)));
        assertEquals("user", success.userName());
        assertEquals(
                "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
                new String(success.data(), UTF_8));
    }

    @Test
    void aWrongProofIsRefused() {
        exchange.next(FIRST.getBytes(UTF_8));
        Step.Failure failure =
                assertInstanceOf(
                        Step.Failure.class,
                        exchange.next(FINAL.replace("p=dHzb", "p=dHzc").getBytes(UTF_8)));
        assertEquals(ReasonCode.NOT_AUTHORIZED, failure.reasonCode());
    }

    @Test
    void aForeignNonceIsRefused() {
        exchange.next(FIRST.getBytes(UTF_8));
        assertInstanceOf(
                Step.Failure.class, exchange.next(FINAL.replace("$k0", "$k1").getBytes(UTF_8)));
    }

    @Test
    void anUnknownUserIsAskedLikeAKnownOne() {
        Step.Challenge one =
                assertInstanceOf(
                        Step.Challenge.class, exchange.next("n,,n=nobody,r=abc".getBytes(UTF_8)));
        ScramSha256 again =
                new ScramSha256(
                        name -> null,
                        ScramAccessControl.Unknown.DEFAULT,
                        new byte[32],
                        SERVER_NONCE);
        Step.Challenge two =
                assertInstanceOf(
                        Step.Challenge.class, again.next("n,,n=nobody,r=abc".getBytes(UTF_8)));
        assertEquals(new String(one.data(), UTF_8), new String(two.data(), UTF_8));
        ScramSha256 other =
                new ScramSha256(
                        name -> null,
                        ScramAccessControl.Unknown.DEFAULT,
                        new byte[32],
                        SERVER_NONCE);
        Step.Challenge three =
                assertInstanceOf(
                        Step.Challenge.class, other.next("n,,n=nemo,r=abc".getBytes(UTF_8)));
        assertNotEquals(new String(one.data(), UTF_8), new String(three.data(), UTF_8));
        assertInstanceOf(
                Step.Failure.class,
                again.next(
                        ("c=biws,r=abc"
                                        + SERVER_NONCE
                                        + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
                                .getBytes(UTF_8)));
    }

    @Test
    void nonsenseIsRefused() {
        for (String s :
                new String[] {
                    "", "x", "p=tls-unique,,n=user,r=a", "n,,r=a", "n,,n=user", "n,a=x,n=user,r=a"
                }) {
            ScramSha256 fresh =
                    new ScramSha256(
                            name -> PENCIL,
                            ScramAccessControl.Unknown.DEFAULT,
                            new byte[32],
                            SERVER_NONCE);
            assertInstanceOf(Step.Failure.class, fresh.next(s.getBytes(UTF_8)), s);
        }
        assertInstanceOf(Step.Failure.class, exchange.next(null));
    }

    @Test
    void aThirdMessageIsRefused() {
        exchange.next(FIRST.getBytes(UTF_8));
        exchange.next(FINAL.getBytes(UTF_8));
        assertInstanceOf(Step.Failure.class, exchange.next(FINAL.getBytes(UTF_8)));
    }
}
