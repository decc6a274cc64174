package io.hawkermq.broker.security;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hawkermq.broker.security.TokenVerifier.Claims;
import io.hawkermq.broker.security.TokenVerifier.Expiry;
import io.hawkermq.broker.security.TokenVerifier.UserClaim;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenVerifierTest {
    private static final String SECRET = "a secret of thirty-two characters";
    private static final String HS256 = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
    private static final long NOW = 1_000_000_000_000L;

    private final TokenVerifier verifier =
            new TokenVerifier(SECRET, UserClaim.SUBJECT, Expiry.CHECKED);

    private Optional<Claims> claims(String token) {
        return verifier.claims(token, NOW);
    }

    private static Optional<Claims> ann(long expiresAt) {
        return Optional.of(new Claims("ann", expiresAt));
    }

    /// Made with Python's hmac module.
    @Test
    void aTokenOfAnotherMakeHolds() {
        assertEquals(
                ann(LoginService.FOREVER),
                claims(
                        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbm4iLCJpYXQiOjF9."
                                + "wV_Jw7uISUuHZ3ceTTI22YbW099YiToeeWHnCYQuGJI"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"HS256", "HS384", "HS512"})
    void eachAlgorithmHolds(String algorithm) throws Exception {
        String header = "{\"alg\":\"" + algorithm + "\"}";
        assertEquals(
                ann(LoginService.FOREVER),
                claims(Tokens.signed(header, "{\"sub\":\"ann\"}", SECRET)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"alg\":\"none\"}",
                "{\"alg\":\"None\"}",
                "{\"alg\":\"RS256\"}",
                "{\"alg\":\"ES256\"}",
                "{\"alg\":\"hs256\"}",
                "{\"alg\":256}",
                "{\"alg\":null}",
                "{}",
                "[]",
                "\"HS256\"",
                "{\"alg\":\"HS256\"",
                "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}",
                "",
            })
    void otherHeadersAreRefused(String header) throws Exception {
        assertEquals(Optional.empty(), claims(Tokens.signed(header, "{\"sub\":\"ann\"}", SECRET)));
    }

    @Test
    void aTokenThatSomebodyElseSignedIsRefused() throws Exception {
        String token = Tokens.signed(HS256, "{\"sub\":\"ann\"}", SECRET);
        assertEquals(ann(LoginService.FOREVER), claims(token));
        assertEquals(
                Optional.empty(), claims(Tokens.signed(HS256, "{\"sub\":\"ann\"}", SECRET + "x")));
        String other = Tokens.signed(HS256, "{\"sub\":\"bob\"}", SECRET);
        String body = other.substring(0, other.lastIndexOf('.'));
        assertEquals(Optional.empty(), claims(body + token.substring(token.lastIndexOf('.'))));
        assertEquals(Optional.empty(), claims(body + "."));
        assertEquals(Optional.empty(), claims(body));
        assertEquals(Optional.empty(), claims(token + ".x"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"sub\":\"ann\",\"exp\":1000000001} | 1000000001000",
                "{\"sub\":\"ann\",\"exp\":1000000000.001} | 1000000000001",
                "{\"sub\":\"ann\",\"exp\":1000000000} | refused",
                "{\"sub\":\"ann\",\"exp\":1} | refused",
                "{\"sub\":\"ann\",\"exp\":0} | refused",
                "{\"sub\":\"ann\",\"exp\":-1} | refused",
                "{\"sub\":\"ann\",\"exp\":1e30} | 9223372036854775807",
                "{\"sub\":\"ann\",\"exp\":1e400} | refused",
                "{\"sub\":\"ann\",\"exp\":1e-400} | refused",
                "{\"sub\":\"ann\",\"exp\":\"1000000001\"} | refused",
                "{\"sub\":\"ann\",\"exp\":null} | refused",
                "{\"sub\":\"ann\",\"exp\":true} | refused",
                "{\"sub\":\"ann\",\"nbf\":1000000000,\"iat\":1000000000} | 9223372036854775807",
                "{\"sub\":\"ann\",\"nbf\":1000000001} | refused",
                "{\"sub\":\"ann\",\"iat\":1000000001} | refused",
                "{\"sub\":\"\"} | refused",
                "{\"sub\":7} | refused",
                "{\"username\":\"ann\"} | refused",
                "{} | refused",
                "[\"ann\"] | refused",
            })
    void claimsAreChecked(String json, String expected) throws Exception {
        assertEquals(
                expected.equals("refused") ? Optional.empty() : ann(Long.parseLong(expected)),
                claims(Tokens.signed(HS256, json, SECRET)));
    }

    @Test
    void theUserMayStandInAnotherClaimAndTimeNotMatter() throws Exception {
        TokenVerifier other = new TokenVerifier(SECRET, UserClaim.USERNAME, Expiry.IGNORED);
        String token =
                Tokens.signed(HS256, "{\"sub\":\"x\",\"username\":\"ann\",\"exp\":1}", SECRET);
        assertEquals(ann(1_000), other.claims(token, NOW));
    }

    @Test
    void garbageIsRefusedWithoutAnException() throws Exception {
        Random random = new Random(1);
        String token = Tokens.signed(HS256, "{\"sub\":\"ann\",\"exp\":2000000000}", SECRET);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            char[] text = token.toCharArray();
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                text[random.nextInt(text.length)] = (char) random.nextInt(300);
            }
            String changed = new String(text);
            // The last character of a signature has bits that do not matter.
            if (claims(changed).isEmpty()) {
                refused++;
            } else {
                assertEquals(
                        token.substring(0, token.length() - 1),
                        changed.substring(0, token.length() - 1));
            }
        }
        assertEquals(20_000, refused, 200);
    }
}
