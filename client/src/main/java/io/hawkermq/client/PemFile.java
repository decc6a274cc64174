package io.hawkermq.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads certificates and private keys of PEM files, RFC 7468.
final class PemFile {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

    private PemFile() {}

    static List<X509Certificate> certificates(Path file) throws IOException {
        List<X509Certificate> found = new ArrayList<>();
        Matcher m = BLOCK.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
        while (m.find()) {
            if (m.group(1).endsWith("CERTIFICATE")) {
                found.add(certificate(file, decode(file, m.group(2))));
            }
        }
        if (found.isEmpty()) {
            throw new IOException("no certificate in " + file);
        }
        return found;
    }

    private static X509Certificate certificate(Path file, byte[] der) throws IOException {
        try {
            Certificate c =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(der));
            return (X509Certificate) c;
        } catch (GeneralSecurityException e) {
            throw new IOException("no certificate in " + file + ": " + e.getMessage(), e);
        }
    }

    /// @param algorithm of the public key: RSA, EC, EdDSA and so on
    static PrivateKey privateKey(Path file, String algorithm) throws IOException {
        Matcher m = BLOCK.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
        while (m.find()) {
            String type = m.group(1);
            if (type.equals("PRIVATE KEY")) {
                try {
                    return KeyFactory.getInstance(algorithm)
                            .generatePrivate(new PKCS8EncodedKeySpec(decode(file, m.group(2))));
                } catch (GeneralSecurityException e) {
                    throw new IOException("no private key in " + file + ": " + e.getMessage(), e);
                }
            }
            if (type.endsWith("PRIVATE KEY")) {
                throw new IOException(
                        "the "
                                + type
                                + " in "
                                + file
                                + " is not PKCS #8: convert it with openssl pkcs8 -topk8 -nocrypt");
            }
        }
        throw new IOException("no private key in " + file);
    }

    private static byte[] decode(Path file, String base64) throws IOException {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IOException("not Base64 in " + file, e);
        }
    }
}
