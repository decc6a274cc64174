package io.hawkermq.protocol;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/// What a password becomes in SCRAM-SHA-256, RFC 5802 section 3 and RFC 7677: the arithmetic that
/// client and server have in common, as the Authentication Data of CONNECT, AUTH and CONNACK carry
/// its results.
///
/// @param clientKey 32 bytes; whoever has it can log in, so a server does not keep it
/// @param serverKey 32 bytes; whoever has it can pose as the server
public record ScramKeys(byte[] clientKey, byte[] serverKey) {
    /// The Authentication Method.
    public static final String METHOD = "SCRAM-SHA-256";

    /// The least that RFC 7677 section 4 allows.
    public static final int LEAST_ITERATIONS = 4_096;

    /// Derives the keys; takes milliseconds, so not for an event loop.
    ///
    /// @param iterations of PBKDF2, 1 or more
    /// @throws IllegalArgumentException if there is no salt or no iteration
    public static ScramKeys of(String password, byte[] salt, int iterations) {
        // SASLprep's core: what looks the same is the same.
        char[] prepared = Normalizer.normalize(password, Normalizer.Form.NFKC).toCharArray();
        PBEKeySpec spec = new PBEKeySpec(prepared, salt, iterations, 256);
        try {
            byte[] salted =
                    SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                            .generateSecret(spec)
                            .getEncoded();
            return new ScramKeys(hmac(salted, "Client Key"), hmac(salted, "Server Key"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has PBKDF2WithHmacSHA256", e);
        } finally {
            spec.clearPassword();
        }
    }

    /// What a server keeps to check proofs, 32 bytes.
    public byte[] storedKey() {
        return sha256(clientKey);
    }

    /// Shows a server that the client knows the password.
    ///
    /// @param authMessage what both have said, section 3
    public byte[] proof(String authMessage) {
        return exclusiveOr(hmac(storedKey(), authMessage), clientKey);
    }

    /// @param proof of a client, of any length
    public static boolean isProof(byte[] proof, byte[] storedKey, String authMessage) {
        byte[] signature = hmac(storedKey, authMessage);
        return proof.length == signature.length
                && MessageDigest.isEqual(sha256(exclusiveOr(signature, proof)), storedKey);
    }

    /// Shows a client that the server knows what was derived from the password.
    public static byte[] serverSignature(byte[] serverKey, String authMessage) {
        return hmac(serverKey, authMessage);
    }

    /// HMAC-SHA-256 of the text's UTF-8.
    ///
    /// @param key 1 byte or more
    public static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static byte[] exclusiveOr(byte[] one, byte[] other) {
        byte[] result = one.clone();
        for (int i = 0; i < result.length; i++) {
            result[i] ^= other[i];
        }
        return result;
    }

    /// The attributes of a message, `a=value,b=value`; of one that comes twice, the first.
    public static Map<Character, String> attributes(String message) {
        Map<Character, String> found = new HashMap<>();
        for (String part : message.split(",", -1)) {
            if (part.length() >= 2 && part.charAt(1) == '=') {
                found.putIfAbsent(part.charAt(0), part.substring(2));
            }
        }
        return found;
    }
}
