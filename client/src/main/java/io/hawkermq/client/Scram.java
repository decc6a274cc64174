package io.hawkermq.client;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// SCRAM-SHA-256, RFC 5802 and 7677: client and server each prove that they know the password, or
/// what was derived from it, without sending it.
public final class Scram {
    private static final SecureRandom RANDOM = new SecureRandom();

    /// Below, a server that wants to guess the password would have it too easy, RFC 7677 section 4.
    private static final int LEAST_ITERATIONS = 4_096;

    /// Above, a server could keep this client busy for minutes.
    private static final int MOST_ITERATIONS = 10_000_000;

    private Scram() {}

    /// For [MqttClientBuilder#authentication].
    public static Authenticator.Source sha256(String userName, String password) {
        return () -> {
            byte[] nonce = new byte[18];
            RANDOM.nextBytes(nonce);
            return new Exchange(userName, password, Base64.getEncoder().encodeToString(nonce));
        };
    }

    /// One exchange.
    static final class Exchange implements Authenticator {
        private final String bare;
        private final String password;
        private final String nonce;
        private byte[] expectedSignature = new byte[0];

        Exchange(String userName, String password, String nonce) {
            this.bare = "n=" + userName.replace("=", "=3D").replace(",", "=2C") + ",r=" + nonce;
            this.password = password;
            this.nonce = nonce;
        }

        @Override
        public String method() {
            return "SCRAM-SHA-256";
        }

        @Override
        public byte[] first() {
            return utf8("n,," + bare);
        }

        @Override
        public byte[] next(byte @Nullable [] data) throws GeneralSecurityException {
            String serverFirst = text(data);
            Map<Character, String> attributes = attributes(serverFirst);
            String both = attribute(attributes, 'r');
            if (!both.startsWith(nonce) || both.length() == nonce.length()) {
                throw new GeneralSecurityException("the server's nonce does not extend this one's");
            }
            int iterations = iterations(attribute(attributes, 'i'));
            byte[] salted = salted(decoded(attribute(attributes, 's')), iterations);
            byte[] clientKey = hmac(salted, "Client Key");
            byte[] storedKey = MessageDigest.getInstance("SHA-256").digest(clientKey);
            String withoutProof = "c=biws,r=" + both;
            String authMessage = bare + "," + serverFirst + "," + withoutProof;
            byte[] proof = hmac(storedKey, authMessage);
            for (int i = 0; i < proof.length; i++) {
                proof[i] ^= clientKey[i];
            }
            expectedSignature = hmac(hmac(salted, "Server Key"), authMessage);
            return utf8(withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof));
        }

        @Override
        public void succeeded(byte @Nullable [] data) throws GeneralSecurityException {
            byte[] signature = decoded(attribute(attributes(text(data)), 'v'));
            if (expectedSignature.length == 0
                    || !MessageDigest.isEqual(signature, expectedSignature)) {
                throw new GeneralSecurityException("the server does not know the password");
            }
        }

        private byte[] salted(byte[] salt, int iterations) throws GeneralSecurityException {
            // SASLprep's core: what looks the same is the same.
            String prepared = Normalizer.normalize(password, Normalizer.Form.NFKC);
            PBEKeySpec spec = new PBEKeySpec(prepared.toCharArray(), salt, iterations, 256);
            try {
                return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                        .generateSecret(spec)
                        .getEncoded();
            } finally {
                spec.clearPassword();
            }
        }
    }

    private static int iterations(String text) throws GeneralSecurityException {
        int count;
        try {
            count = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new GeneralSecurityException("the iteration count is no number", e);
        }
        if (count < LEAST_ITERATIONS || count > MOST_ITERATIONS) {
            throw new GeneralSecurityException("the server asks for " + count + " iterations");
        }
        return count;
    }

    private static byte[] hmac(byte[] key, String message) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(utf8(message));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte @Nullable [] data) throws GeneralSecurityException {
        if (data == null) {
            throw new GeneralSecurityException("the server has sent no Authentication Data");
        }
        return new String(data, StandardCharsets.UTF_8);
    }

    private static byte[] decoded(String base64) throws GeneralSecurityException {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("what the server has sent is not Base64", e);
        }
    }

    private static Map<Character, String> attributes(String message) {
        Map<Character, String> found = new HashMap<>();
        for (String part : message.split(",", -1)) {
            if (part.length() >= 2 && part.charAt(1) == '=') {
                found.putIfAbsent(part.charAt(0), part.substring(2));
            }
        }
        return found;
    }

    private static String attribute(Map<Character, String> attributes, char name)
            throws GeneralSecurityException {
        String value = attributes.get(name);
        if (value == null) {
            String error = attributes.get('e');
            throw new GeneralSecurityException(
                    error == null
                            ? "the server's message lacks " + name
                            : "the server says " + error);
        }
        return value;
    }
}
