package io.hawkermq.mosquitto.access;

import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// All that touches the library, so that its classes are loaded when the first argon2 password is
/// checked and never without one.
final class Argon2Hashing {
    private Argon2Hashing() {}

    /// @throws IllegalStateException if the library is not on the class path
    static byte[] derive(
            byte[] password, byte[] salt, PasswordHash.Argon2id.Cost cost, int length) {
        try {
            return hash(password, salt, cost, length);
        } catch (NoClassDefFoundError e) {
            throw new IllegalStateException(
                    "argon2id password hashes need Bouncy Castle, which is not on the class path:"
                            + " add org.bouncycastle:bcprov-jdk18on, or hash the passwords with"
                            + " sha512-pbkdf2",
                    e);
        }
    }

    private static byte[] hash(
            byte[] password, byte[] salt, PasswordHash.Argon2id.Cost cost, int length) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(
                new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                        .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                        .withMemoryAsKB(cost.memory())
                        .withIterations(cost.passes())
                        .withParallelism(cost.lanes())
                        .withSalt(salt)
                        .build());
        byte[] hash = new byte[length];
        generator.generateBytes(password, hash);
        return hash;
    }
}
