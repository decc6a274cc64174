package io.hawkermq.broker.security;

import io.hawkermq.mosquitto.json.Json;
import io.hawkermq.mosquitto.json.JsonException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Reads JSON Web Tokens (RFC 7519) that are signed with a secret that both sides have: HS256, HS384
/// and HS512 (RFC 7518, section 3.2). What names another algorithm, `none` before all, is no token:
/// a secret is never taken for a public key or for nothing.
public final class TokenVerifier {
    /// The claim that has the User Name.
    public enum UserClaim {
        SUBJECT("sub"),
        USERNAME("username");

        private final String key;

        UserClaim(String key) {
            this.key = key;
        }
    }

    /// Whether a login with a token that has expired is refused.
    public enum Expiry {
        CHECKED,
        IGNORED
    }

    /// What a token says.
    ///
    /// @param expiresAt in milliseconds since the epoch, [LoginService#FOREVER] if it does not expire
    record Claims(String userName, long expiresAt) {}

    private static final Map<String, String> ALGORITHMS =
            Map.of("HS256", "HmacSHA256", "HS384", "HmacSHA384", "HS512", "HmacSHA512");

    private static final BigDecimal MILLIS = BigDecimal.valueOf(1_000);
    private static final BigDecimal LAST = BigDecimal.valueOf(Long.MAX_VALUE);

    /// Digits of a point in time; the number of milliseconds must not be longer than this.
    private static final int MOST_DIGITS = 40;

    private final byte[] secret;
    private final UserClaim userClaim;
    private final Expiry expiry;

    /// @param secret not empty
    public TokenVerifier(String secret, UserClaim userClaim, Expiry expiry) {
        this.secret = secret.getBytes(StandardCharsets.UTF_8);
        this.userClaim = userClaim;
        this.expiry = expiry;
    }

    /// What a token says, if it is one that holds.
    ///
    /// @param now in milliseconds since the epoch
    Optional<Claims> claims(String token, long now) {
        int first = token.indexOf('.');
        int second = token.indexOf('.', first + 1);
        if (first < 0 || second < 0 || token.indexOf('.', second + 1) >= 0) {
            return Optional.empty();
        }
        try {
            String algorithm = algorithm(object(token.substring(0, first)));
            if (algorithm == null || !isSigned(algorithm, token, second)) {
                return Optional.empty();
            }
            return claims(object(token.substring(first + 1, second)), now);
        } catch (JsonException | IllegalArgumentException e) {
            return Optional.empty(); // no JSON, or no Base64
        }
    }

    /// The JDK's name, null if there is none here.
    private static @Nullable String algorithm(Json.Members header) {
        // What a header declares to be critical must be understood (RFC 7515, section 4.1.11).
        return header.value("crit") == null && header.value("alg") instanceof Json.Text alg
                ? ALGORITHMS.get(alg.text())
                : null;
    }

    private boolean isSigned(String algorithm, String token, int end) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(secret, algorithm));
            byte[] expected = mac.doFinal(token.substring(0, end).getBytes(StandardCharsets.UTF_8));
            return MessageDigest.isEqual(
                    expected, Base64.getUrlDecoder().decode(token.substring(end + 1)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has these
        }
    }

    private static Json.Members object(String base64) throws JsonException {
        if (Json.parse(Base64.getUrlDecoder().decode(base64)) instanceof Json.Members m) {
            return m;
        }
        throw new IllegalArgumentException("no object");
    }

    private Optional<Claims> claims(Json.Members all, long now) {
        if (!(all.value(userClaim.key) instanceof Json.Text user) || user.text().isEmpty()) {
            return Optional.empty();
        }
        long expiresAt = time(all, "exp", LoginService.FOREVER);
        boolean isEarly = now < time(all, "nbf", 0) || now < time(all, "iat", 0);
        boolean isLate = now >= expiresAt && expiry == Expiry.CHECKED;
        return isEarly || isLate
                ? Optional.empty()
                : Optional.of(new Claims(user.text(), expiresAt));
    }

    /// A point in time in milliseconds; RFC 7519 has seconds, perhaps with a fraction.
    ///
    /// @throws IllegalArgumentException if it is none
    private static long time(Json.Members all, String claim, long otherwise) {
        Json value = all.value(claim);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Json.Decimal d
                && d.number().signum() >= 0
                && d.number().precision() - (long) d.number().scale() <= MOST_DIGITS
                && d.number().scale() <= MOST_DIGITS) {
            return d.number().multiply(MILLIS).min(LAST).longValue();
        }
        throw new IllegalArgumentException(claim);
    }
}
