package io.hawkermq.broker.security;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.text.Normalizer;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/// What a server keeps of a password for SCRAM-SHA-256 (RFC 5802, RFC 7677): enough to check a
/// proof, not enough to make one.
///
/// @param salt random, at least 16 bytes
/// @param iterations of PBKDF2, at least [#LEAST_ITERATIONS]
/// @param storedKey 32 bytes
/// @param serverKey 32 bytes
public record ScramCredentials(byte[] salt, int iterations, byte[] storedKey, byte[] serverKey) {
    /// The least that RFC 7677 allows.
    public static final int LEAST_ITERATIONS = 4_096;

    /// Computes credentials of a password; takes milliseconds, so not for an event loop.
    ///
    /// @throws IllegalArgumentException for fewer than [#LEAST_ITERATIONS] iterations
    public static ScramCredentials of(String password, byte[] salt, int iterations) {
        if (iterations < LEAST_ITERATIONS) {
            throw new IllegalArgumentException(
                    "SCRAM needs at least " + LEAST_ITERATIONS + " iterations, not " + iterations);
        }
        char[] prepared = Normalizer.normalize(password, Normalizer.Form.NFKC).toCharArray();
        try {
            byte[] salted =
                    SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                            .generateSecret(new PBEKeySpec(prepared, salt, iterations, 256))
                            .getEncoded();
            return new ScramCredentials(
                    salt,
                    iterations,
                    sha256(hmac(salted, "Client Key")),
                    hmac(salted, "Server Key"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has PBKDF2WithHmacSHA256", e);
        }
    }

    static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
