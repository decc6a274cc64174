package io.hawkermq.broker.security;

import io.hawkermq.protocol.ScramKeys;

/// What a server keeps of a password for SCRAM-SHA-256 (RFC 5802, RFC 7677): enough to check a
/// proof, not enough to make one.
///
/// @param salt random, at least 16 bytes
/// @param iterations of PBKDF2, at least [#LEAST_ITERATIONS]
/// @param storedKey 32 bytes
/// @param serverKey 32 bytes
public record ScramCredentials(byte[] salt, int iterations, byte[] storedKey, byte[] serverKey) {
    /// The least that RFC 7677 allows.
    public static final int LEAST_ITERATIONS = ScramKeys.LEAST_ITERATIONS;

    /// Computes credentials of a password; takes milliseconds, so not for an event loop.
    ///
    /// @throws IllegalArgumentException for fewer than [#LEAST_ITERATIONS] iterations
    public static ScramCredentials of(String password, byte[] salt, int iterations) {
        if (iterations < LEAST_ITERATIONS) {
            throw new IllegalArgumentException(
                    "SCRAM needs at least " + LEAST_ITERATIONS + " iterations, not " + iterations);
        }
        ScramKeys keys = ScramKeys.of(password, salt, iterations);
        return new ScramCredentials(salt, iterations, keys.storedKey(), keys.serverKey());
    }
}
