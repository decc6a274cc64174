package io.hawkermq.mosquitto.access;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;

/// The two forms of [PasswordHash] that only mosquitto-go-auth's tool writes. They stay as they were
/// read.
sealed interface ForeignHash extends PasswordHash {
    /// @throws IllegalArgumentException if it is not of this form
    static PasswordHash pbkdf2(String text) {
        String form = "PBKDF2$sha512$ITERATIONS$SALT$HASH, or sha256";
        String[] parts = PasswordHash.parts(text, 5, form);
        String mac =
                switch (parts[1]) {
                    case "sha512" -> "HmacSHA512";
                    case "sha256" -> "HmacSHA256";
                    default ->
                            throw new IllegalArgumentException(
                                    "read was " + Lines.quoted(parts[1]) + ", allowed is " + form);
                };
        int iterations =
                (int) PasswordHash.number("the number of iterations", parts[2], 1, MOST_ITERATIONS);
        byte[] salt = PasswordHash.base64("the salt", parts[3]);
        byte[] hash = PasswordHash.base64("the hash", parts[4]);
        int most = mac.equals("HmacSHA512") ? 64 : 32;
        if (salt.length == 0 || hash.length < 16 || hash.length > most) {
            throw new IllegalArgumentException(
                    "the hash has "
                            + hash.length
                            + " bytes, allowed are 16 to "
                            + most
                            + " and a salt");
        }
        return new Pbkdf2(text, mac, iterations, salt, hash);
    }

    /// @throws IllegalArgumentException if it is not of this form
    static PasswordHash bcrypt(String text) {
        if (!Bcrypt.FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "read was a hash that begins with $2, allowed is $2a$COST$ with a cost of 04 to"
                            + " 16 and 53 characters behind it");
        }
        return new Bcrypt(text);
    }

    /// As many bytes of the first block as were kept.
    final class Pbkdf2 implements ForeignHash {
        private final String text;
        private final String mac;
        private final int iterations;
        private final byte[] salt;
        private final byte[] hash;

        private Pbkdf2(String text, String mac, int iterations, byte[] salt, byte[] hash) {
            this.text = text;
            this.mac = mac;
            this.iterations = iterations;
            this.salt = salt;
            this.hash = hash;
        }

        @Override
        public boolean matches(byte[] password) {
            byte[] derived = PasswordHash.Pbkdf2.derive(mac, password, salt, iterations);
            return MessageDigest.isEqual(hash, Arrays.copyOf(derived, hash.length));
        }

        @Override
        public String encoded() {
            return text;
        }
    }

    /// Of a password only the first 72 bytes count, and none may be zero.
    final class Bcrypt implements ForeignHash {
        /// A cost of 16 takes some seconds.
        private static final Pattern FORM =
                Pattern.compile("\\$2[aby]\\$(0[4-9]|1[0-6])\\$[./A-Za-z0-9]{53}");

        private final String text;

        private Bcrypt(String text) {
            this.text = text;
        }

        @Override
        public boolean matches(byte[] password) {
            return OpenBSDBCrypt.checkPassword(text, password);
        }

        @Override
        public String encoded() {
            return text;
        }
    }
}
