package io.hawkermq.broker.security;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Makes JSON Web Tokens.
final class Tokens {
    private Tokens() {}

    /// Signed as HS384 or HS512 if the header has that in it, else as HS256.
    static String signed(String header, String claims, String secret)
            throws GeneralSecurityException {
        String algorithm =
                header.contains("HS384")
                        ? "HmacSHA384"
                        : header.contains("HS512") ? "HmacSHA512" : "HmacSHA256";
        String body = base64(utf8(header)) + "." + base64(utf8(claims));
        Mac mac = Mac.getInstance(algorithm);
        mac.init(new SecretKeySpec(utf8(secret), algorithm));
        return body + "." + base64(mac.doFinal(utf8(body)));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
