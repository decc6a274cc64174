package io.hawkermq.mosquitto.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The hashes of mosquitto-go-auth's tool, made here by other means.
class ForeignHashTest {
    private static final byte[] SALT = "sixteen bytes 16".getBytes(StandardCharsets.UTF_8);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void isOf(String password, String text) {
        PasswordHash hash = PasswordHash.parse(text);
        assertTrue(hash.matches(bytes(password)));
        assertFalse(hash.matches(bytes(password + "x")));
        assertFalse(hash.matches(bytes("")));
        assertEquals(text, hash.encoded());
    }

    @ParameterizedTest
    @CsvSource({"sha512, SHA512, 64", "sha512, SHA512, 32", "sha256, SHA256, 32"})
    void pbkdf2(String name, String algorithm, int length) throws Exception {
        byte[] hash =
                SecretKeyFactory.getInstance("PBKDF2WithHmac" + algorithm)
                        .generateSecret(
                                new PBEKeySpec("secret".toCharArray(), SALT, 1_000, 8 * length))
                        .getEncoded();
        Base64.Encoder base64 = Base64.getEncoder();
        isOf(
                "secret",
                "PBKDF2$"
                        + name
                        + "$1000$"
                        + base64.encodeToString(SALT)
                        + "$"
                        + base64.encodeToString(hash));
    }

    @Test
    void bcrypt() {
        isOf("secret", OpenBSDBCrypt.generate("2a", bytes("secret"), SALT, 4));
        isOf("secret", OpenBSDBCrypt.generate("2b", bytes("secret"), SALT, 5));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PBKDF2$sha1$1000$c2FsdA==$AAAAAAAAAAAAAAAAAAAAAA==",
                "PBKDF2$sha512$0$c2FsdA==$AAAAAAAAAAAAAAAAAAAAAA==",
                "PBKDF2$sha512$1000$c2FsdA==$AAAA",
                "PBKDF2$sha512$1000$?$AAAAAAAAAAAAAAAAAAAAAA==",
                "PBKDF2$sha512$1000",
                "PBKDF2$",
                "$2a$31$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZabcde",
                "$2a$04$short",
                "$2",
            })
    void othersAreRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> PasswordHash.parse(text));
    }
}
