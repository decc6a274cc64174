package io.hawkermq.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import org.junit.jupiter.api.Test;

/// The example of RFC 7677, section 3.
class ScramTest {
    private static final String SERVER_FIRST =
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                    + "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    private final Scram.Exchange exchange =
            new Scram.Exchange("user", "pencil", "rOprNGfwEbeRWgbNEkqO");

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void provesAsInTheExample() throws Exception {
        assertEquals(
                "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
                new String(exchange.first(), StandardCharsets.UTF_8));
        assertEquals(
                "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                        + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
                new String(exchange.next(bytes(SERVER_FIRST)), StandardCharsets.UTF_8));
        exchange.succeeded(bytes("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
    }

    @Test
    void aServerWithoutTheSecretIsNotBelieved() throws Exception {
        exchange.next(bytes(SERVER_FIRST));
        assertThrows(
                GeneralSecurityException.class,
                () -> exchange.succeeded(bytes("v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")));
        assertThrows(GeneralSecurityException.class, () -> exchange.succeeded(null));
    }

    @Test
    void aServerThatSkipsTheProofIsNotBelieved() {
        assertThrows(GeneralSecurityException.class, () -> exchange.succeeded(bytes("v=")));
    }

    @Test
    void foreignNoncesAndFewIterationsAreRefused() {
        assertThrows(
                GeneralSecurityException.class,
                () -> exchange.next(bytes("r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")));
        assertThrows(
                GeneralSecurityException.class,
                () -> exchange.next(bytes(SERVER_FIRST.replace("4096", "1"))));
    }
}
