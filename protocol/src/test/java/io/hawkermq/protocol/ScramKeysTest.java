package io.hawkermq.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The example of RFC 7677, section 3.
class ScramKeysTest {
    private static final String AUTH_MESSAGE =
            "n=user,r=rOprNGfwEbeRWgbNEkqO,"
                    + "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                    + "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
                    + "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

    private final ScramKeys keys =
            ScramKeys.of("pencil", Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ=="), 4_096);

    @Test
    void proofAndSignatureAreThoseOfTheRfc() {
        byte[] proof = keys.proof(AUTH_MESSAGE);
        assertEquals(
                "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
                Base64.getEncoder().encodeToString(proof));
        assertEquals(
                "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
                Base64.getEncoder()
                        .encodeToString(ScramKeys.serverSignature(keys.serverKey(), AUTH_MESSAGE)));
        assertTrue(ScramKeys.isProof(proof, keys.storedKey(), AUTH_MESSAGE));
    }

    @Test
    void nothingElseIsAProof() {
        byte[] proof = keys.proof(AUTH_MESSAGE);
        assertFalse(ScramKeys.isProof(proof, keys.storedKey(), AUTH_MESSAGE + "x"));
        assertFalse(ScramKeys.isProof(new byte[0], keys.storedKey(), AUTH_MESSAGE));
        assertFalse(ScramKeys.isProof(Arrays.copyOf(proof, 33), keys.storedKey(), AUTH_MESSAGE));
        proof[31] ^= 1;
        assertFalse(ScramKeys.isProof(proof, keys.storedKey(), AUTH_MESSAGE));
    }

    @Test
    void whatLooksTheSameIsTheSamePassword() {
        byte[] salt = {1};
        assertTrue(
                Arrays.equals(
                        ScramKeys.of("\u2168", salt, 1).storedKey(), // a Roman nine
                        ScramKeys.of("IX", salt, 1).storedKey()));
    }

    @Test
    void theFirstOfTwoAttributesCounts() {
        assertEquals(Map.of('a', "1=2", 'b', ""), ScramKeys.attributes("a=1=2,,x,b=,a=3"));
    }
}
