package io.hawkermq.client;

import io.hawkermq.protocol.ScramKeys;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// SCRAM-SHA-256, RFC 5802 and 7677: client and server each prove that they know the password, or
/// what was derived from it, without sending it.
///
/// What it makes may be used by any thread; each exchange runs on a virtual thread, where deriving
/// the keys takes milliseconds up to seconds by the server's iteration count (4,096 to 10,000,000).
public final class Scram {
    private static final SecureRandom RANDOM = new SecureRandom();

    /// Above, a server could keep this client busy for minutes.
    private static final int MOST_ITERATIONS = 10_000_000;

    private Scram() {}

    /// For [MqttClientBuilder#authentication].
    ///
    /// @param userName as the server knows it
    /// @param password as it is: no SASLprep, so what is not ASCII has to be entered alike on both
    ///     sides
    /// @return a source; another nonce for each attempt
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
            return ScramKeys.METHOD;
        }

        @Override
        public byte[] first() {
            return utf8("n,," + bare);
        }

        @Override
        public byte[] next(byte @Nullable [] data) throws GeneralSecurityException {
            String serverFirst = text(data);
            Map<Character, String> attributes = ScramKeys.attributes(serverFirst);
            String both = attribute(attributes, 'r');
            if (!both.startsWith(nonce) || both.length() == nonce.length()) {
                throw new GeneralSecurityException("the server's nonce does not extend this one's");
            }
            int iterations = iterations(attribute(attributes, 'i'));
            byte[] salt = decoded(attribute(attributes, 's'));
            if (salt.length == 0) {
                throw new GeneralSecurityException("the server has sent no salt");
            }
            ScramKeys keys = ScramKeys.of(password, salt, iterations);
            String withoutProof = "c=biws,r=" + both;
            String authMessage = bare + "," + serverFirst + "," + withoutProof;
            byte[] proof = keys.proof(authMessage);
            expectedSignature = ScramKeys.serverSignature(keys.serverKey(), authMessage);
            return utf8(withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof));
        }

        @Override
        public void succeeded(byte @Nullable [] data) throws GeneralSecurityException {
            byte[] signature = decoded(attribute(ScramKeys.attributes(text(data)), 'v'));
            if (expectedSignature.length == 0
                    || !MessageDigest.isEqual(signature, expectedSignature)) {
                throw new GeneralSecurityException("the server does not know the password");
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
        // Fewer would make guessing the password too easy for a server.
        if (count < ScramKeys.LEAST_ITERATIONS || count > MOST_ITERATIONS) {
            throw new GeneralSecurityException("the server asks for " + count + " iterations");
        }
        return count;
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
