package io.hawkermq.testkit;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A certificate for `localhost`, 127.0.0.1 and ::1 that signs itself, with its key: P-256, valid
/// from yesterday for a year. The JDK can read certificates but not make them, so this writes the few
/// lines of DER that one is (RFC 5280, 4.1); `keytool` would take a second.
///
/// The broker reads files, so they are written to a temporary directory, which [#close] removes.
final class SelfSigned implements AutoCloseable {
    private static final HexFormat HEX = HexFormat.of();

    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OCTET_STRING = 0x04;
    private static final int UTF8_STRING = 0x0C;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int EXPLICIT_0 = 0xA0;
    private static final int EXPLICIT_3 = 0xA3;
    private static final int DNS_NAME = 0x82;
    private static final int IP_ADDRESS = 0x87;

    private static final byte[] VERSION_3 = HEX.parseHex("020102");
    private static final byte[] ECDSA_WITH_SHA256 = HEX.parseHex("300a06082a8648ce3d040302");
    private static final byte[] COMMON_NAME = HEX.parseHex("0603550403");
    private static final byte[] SUBJECT_ALT_NAME = HEX.parseHex("0603551d11");
    private static final byte[] BASIC_CONSTRAINTS = HEX.parseHex("0603551d13");
    private static final byte[] TRUE = HEX.parseHex("0101ff");

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    private final X509Certificate certificate;
    private final Path folder;

    private SelfSigned(X509Certificate certificate, Path folder) {
        this.certificate = certificate;
        this.folder = folder;
    }

    /// @throws IllegalStateException if the JDK lacks P-256, or there is no temporary directory
    static SelfSigned make() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair keys = generator.generateKeyPair();
            byte[] body = body(keys);
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(body);
            byte[] encoded =
                    der(
                            SEQUENCE,
                            body,
                            ECDSA_WITH_SHA256,
                            der(BIT_STRING, new byte[1], signature.sign()));
            X509Certificate certificate =
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509")
                                    .generateCertificate(new ByteArrayInputStream(encoded));
            Path folder = Files.createTempDirectory("hawker-testkit");
            SelfSigned made = new SelfSigned(certificate, folder);
            Files.writeString(made.certificateFile(), pem("CERTIFICATE", encoded));
            Files.writeString(made.keyFile(), pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
            return made;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("A certificate cannot be made: " + e.getMessage(), e);
        }
    }

    private static byte[] body(KeyPair keys) {
        byte[] name =
                der(
                        SEQUENCE,
                        der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, ascii("localhost")))));
        Instant now = Instant.now();
        byte[] validity =
                der(
                        SEQUENCE,
                        der(GENERALIZED_TIME, ascii(TIME.format(now.minus(1, ChronoUnit.DAYS)))),
                        der(GENERALIZED_TIME, ascii(TIME.format(now.plus(365, ChronoUnit.DAYS)))));
        byte[] names =
                der(
                        SEQUENCE,
                        der(DNS_NAME, ascii("localhost")),
                        der(IP_ADDRESS, new byte[] {127, 0, 0, 1}),
                        der(IP_ADDRESS, HEX.parseHex("00000000000000000000000000000001")));
        // It is its own authority, and clients look whether it may be.
        byte[] extensions =
                der(
                        SEQUENCE,
                        der(
                                SEQUENCE,
                                BASIC_CONSTRAINTS,
                                TRUE,
                                der(OCTET_STRING, der(SEQUENCE, TRUE))),
                        der(SEQUENCE, SUBJECT_ALT_NAME, der(OCTET_STRING, names)));
        byte[] serial = new BigInteger(63, new SecureRandom()).setBit(62).toByteArray();
        return der(
                SEQUENCE,
                der(EXPLICIT_0, VERSION_3),
                der(INTEGER, serial),
                ECDSA_WITH_SHA256,
                name,
                validity,
                name,
                keys.getPublic().getEncoded(),
                der(EXPLICIT_3, extensions));
    }

    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        int length = content.size();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else if (length < 0x100) {
            out.write(0x81);
            out.write(length);
        } else {
            out.write(0x82);
            out.write(length >> 8);
            out.write(length);
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String pem(String kind, byte[] encoded) {
        return "-----BEGIN "
                + kind
                + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded)
                + "\n-----END "
                + kind
                + "-----\n";
    }

    X509Certificate certificate() {
        return certificate;
    }

    Path certificateFile() {
        return folder.resolve("certificate.pem");
    }

    Path keyFile() {
        return folder.resolve("key.pem");
    }

    /// Trusts this certificate and no other.
    SSLContext clientContext() {
        try {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            trusted.setCertificateEntry("hawker", certificate);
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("TLS is not available: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(certificateFile());
            Files.deleteIfExists(keyFile());
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            folder.toFile().deleteOnExit();
        }
    }
}
