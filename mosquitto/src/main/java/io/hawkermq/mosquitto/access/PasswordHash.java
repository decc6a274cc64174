package io.hawkermq.mosquitto.access;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// What a password file keeps of a password, in the three forms that Mosquitto 2.1 writes and the
/// two others that the tool of mosquitto-go-auth does:
///
///     $6$SALT$HASH                             SHA-512 of the password and the salt
///     $7$ITERATIONS$SALT$HASH                  PBKDF2 with HMAC-SHA-512
///     $argon2id$v=19$m=KIB,t=PASSES,p=LANES$SALT$HASH
///     PBKDF2$sha512$ITERATIONS$SALT$HASH       or sha256
///     $2a$COST$SALT-AND-HASH                   bcrypt
///
/// Salt and hash are Base64, for argon2id without its padding; bcrypt has a Base64 of its own.
public sealed interface PasswordHash
        permits PasswordHash.Sha512, PasswordHash.Pbkdf2, PasswordHash.Argon2id, ForeignHash {
    /// What Mosquitto's tools take unless told otherwise.
    int DEFAULT_ITERATIONS = 1_000;

    /// Beyond this one check of a password would take seconds.
    int MOST_ITERATIONS = 10_000_000;

    /// Takes from microseconds ($6$) to tenths of a second, so not for an event loop; compares in
    /// constant time.
    boolean matches(byte[] password);

    /// As it stands in the file.
    String encoded();

    /// True for a hash as it stands in a password file, false for what can only be a plain password.
    static boolean isEncoded(String text) {
        try {
            parse(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /// Reads the part of a line behind the user name.
    ///
    /// @throws IllegalArgumentException if it is none of these forms; the message does not
    ///     repeat it, as it may be a password
    static PasswordHash parse(String text) {
        if (text.startsWith("$6$")) {
            String[] parts = parts(text.substring(3), 2, "$6$SALT$HASH");
            return new Sha512(salt(parts[0]), hash(parts[1]));
        }
        if (text.startsWith("$7$")) {
            String[] parts = parts(text.substring(3), 3, "$7$ITERATIONS$SALT$HASH");
            return new Pbkdf2(
                    (int) number("the number of iterations", parts[0], 1, MOST_ITERATIONS),
                    salt(parts[1]),
                    hash(parts[2]));
        }
        if (text.startsWith("$argon2id$")) {
            return Argon2id.read(text);
        }
        if (text.startsWith("PBKDF2$")) {
            return ForeignHash.pbkdf2(text);
        }
        if (text.startsWith("$2")) {
            return ForeignHash.bcrypt(text);
        }
        throw new IllegalArgumentException(
                "read was "
                        + describe(text)
                        + ", allowed is a hash that begins with $6$, $7$ or $argon2id$, as"
                        + " mosquitto_passwd writes it");
    }

    private static String describe(String text) {
        if (text.isEmpty()) {
            return "nothing";
        }
        // Only what is surely no part of a password.
        if (text.startsWith("$argon2i$")
                || text.startsWith("$argon2d$")
                || text.matches("\\$[0-9][a-z]?\\$.*")) {
            return "a hash that begins with " + text.substring(0, text.indexOf('$', 1) + 1);
        }
        return "a password in plain text (" + text.length() + " characters)";
    }

    /// Between `$`s, several of which count as one.
    static String[] parts(String text, int count, String form) {
        String[] parts =
                Arrays.stream(text.split("\\$")).filter(p -> !p.isEmpty()).toArray(String[]::new);
        if (parts.length < count) {
            throw new IllegalArgumentException(
                    "read was a hash with "
                            + parts.length
                            + (parts.length == 1 ? " part" : " parts")
                            + ", allowed is "
                            + form);
        }
        return parts;
    }

    private static byte[] salt(String text) {
        byte[] salt = base64("the salt", text);
        if (salt.length != 12 && salt.length != 64) {
            throw new IllegalArgumentException(
                    "the salt has " + salt.length + " bytes, allowed are 12 or 64");
        }
        return salt;
    }

    private static byte[] hash(String text) {
        byte[] hash = base64("the hash", text);
        if (hash.length != 64) {
            throw new IllegalArgumentException(
                    "the hash has " + hash.length + " bytes, allowed are 64");
        }
        return hash;
    }

    static byte[] base64(String what, String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(what + " is not Base64", e);
        }
    }

    static long number(String what, String text, long least, long most) {
        try {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(
                what
                        + " is "
                        + Lines.quoted(text)
                        + ", allowed is a number from "
                        + least
                        + " to "
                        + most);
    }

    /// A new `$7$` entry with a random salt of 64 bytes.
    ///
    /// @param iterations 1 to [#MOST_ITERATIONS]
    static PasswordHash pbkdf2(byte[] password, int iterations, SecureRandom random) {
        if (iterations < 1 || iterations > MOST_ITERATIONS) {
            throw new IllegalArgumentException(
                    "allowed are 1 to " + MOST_ITERATIONS + " iterations, not " + iterations);
        }
        byte[] salt = randomSalt(random);
        return new Pbkdf2(iterations, salt, Pbkdf2.derive(password, salt, iterations));
    }

    /// A new argon2id entry with Mosquitto's cost: 46 MiB, one pass, one lane.
    static PasswordHash argon2id(byte[] password, SecureRandom random) {
        Argon2id.Cost cost = new Argon2id.Cost(47_104, 1, 1);
        byte[] salt = randomSalt(random);
        return new Argon2id(cost, salt, Argon2Hashing.derive(password, salt, cost, 64));
    }

    private static byte[] randomSalt(SecureRandom random) {
        byte[] salt = new byte[64];
        random.nextBytes(salt);
        return salt;
    }

    /// What Mosquitto before 2.0 wrote; fast, so weak.
    final class Sha512 implements PasswordHash {
        private final byte[] salt;
        private final byte[] hash;

        private Sha512(byte[] salt, byte[] hash) {
            this.salt = salt;
            this.hash = hash;
        }

        @Override
        public boolean matches(byte[] password) {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-512");
                digest.update(password);
                return MessageDigest.isEqual(hash, digest.digest(salt));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every Java platform has SHA-512", e);
            }
        }

        @Override
        public String encoded() {
            Base64.Encoder base64 = Base64.getEncoder();
            return "$6$" + base64.encodeToString(salt) + "$" + base64.encodeToString(hash);
        }
    }

    /// Mosquitto's default.
    final class Pbkdf2 implements PasswordHash {
        private final int iterations;
        private final byte[] salt;
        private final byte[] hash;

        private Pbkdf2(int iterations, byte[] salt, byte[] hash) {
            this.iterations = iterations;
            this.salt = salt;
            this.hash = hash;
        }

        /// RFC 8018, section 5.2, for just the first block, which is as long as the hash. Written
        /// out because the JDK's key factory takes text, and an MQTT password is bytes.
        private static byte[] derive(byte[] password, byte[] salt, int iterations) {
            return derive("HmacSHA512", password, salt, iterations);
        }

        static byte[] derive(String algorithm, byte[] password, byte[] salt, int iterations) {
            try {
                Mac mac = Mac.getInstance(algorithm);
                // HMAC fills keys up with zeros, so that a single zero is the empty key.
                byte[] key = password.length == 0 ? new byte[1] : password;
                mac.init(new SecretKeySpec(key, algorithm));
                mac.update(salt);
                byte[] u = mac.doFinal(new byte[] {0, 0, 0, 1});
                byte[] result = u.clone();
                for (int i = 1; i < iterations; i++) {
                    mac.update(u);
                    mac.doFinal(u, 0);
                    for (int k = 0; k < result.length; k++) {
                        result[k] ^= u[k];
                    }
                }
                return result;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every Java platform has " + algorithm, e);
            }
        }

        @Override
        public boolean matches(byte[] password) {
            return MessageDigest.isEqual(hash, derive(password, salt, iterations));
        }

        @Override
        public String encoded() {
            Base64.Encoder base64 = Base64.getEncoder();
            return "$7$"
                    + iterations
                    + "$"
                    + base64.encodeToString(salt)
                    + "$"
                    + base64.encodeToString(hash);
        }
    }

    /// RFC 9106, what Mosquitto 2.1 prefers: slow on purpose, and in need of memory on purpose.
    final class Argon2id implements PasswordHash {
        /// @param memory KiB, 8 to 1,048,576
        /// @param passes 1 to 1,000
        /// @param lanes 1 to 64
        record Cost(int memory, int passes, int lanes) {}

        private final Cost cost;
        private final byte[] salt;
        private final byte[] hash;

        private Argon2id(Cost cost, byte[] salt, byte[] hash) {
            this.cost = cost;
            this.salt = salt;
            this.hash = hash;
        }

        private static Argon2id read(String text) {
            String form = "$argon2id$v=19$m=KIB,t=PASSES,p=LANES$SALT$HASH";
            String[] parts = parts(text, 5, form);
            String[] costs = parts[2].split(",", -1);
            if (!parts[1].equals("v=19")
                    || costs.length != 3
                    || !costs[0].startsWith("m=")
                    || !costs[1].startsWith("t=")
                    || !costs[2].startsWith("p=")) {
                throw new IllegalArgumentException(
                        "read were the parameters "
                                + Lines.quoted(parts[1] + "$" + parts[2])
                                + ", allowed is "
                                + form);
            }
            int lanes = (int) number("p", costs[2].substring(2), 1, 64);
            // RFC 9106, section 3.1: at least 8 KiB a lane.
            int memory = (int) number("m", costs[0].substring(2), 8L * lanes, 1 << 20);
            int passes = (int) number("t", costs[1].substring(2), 1, 1_000);
            byte[] salt = base64("the salt", parts[3]);
            byte[] hash = base64("the hash", parts[4]);
            if (salt.length < 8 || salt.length > 1_024) {
                throw new IllegalArgumentException(
                        "the salt has " + salt.length + " bytes, allowed are 8 to 1024");
            }
            if (hash.length < 12 || hash.length > 1_024) {
                throw new IllegalArgumentException(
                        "the hash has " + hash.length + " bytes, allowed are 12 to 1024");
            }
            return new Argon2id(new Cost(memory, passes, lanes), salt, hash);
        }

        @Override
        public boolean matches(byte[] password) {
            return MessageDigest.isEqual(
                    hash, Argon2Hashing.derive(password, salt, cost, hash.length));
        }

        @Override
        public String encoded() {
            Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
            return "$argon2id$v=19$m="
                    + cost.memory()
                    + ",t="
                    + cost.passes()
                    + ",p="
                    + cost.lanes()
                    + "$"
                    + base64.encodeToString(salt)
                    + "$"
                    + base64.encodeToString(hash);
        }
    }
}
