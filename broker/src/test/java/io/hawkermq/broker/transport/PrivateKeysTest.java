package io.hawkermq.broker.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every form in which openssl writes a private key.
class PrivateKeysTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private static Path folder;

    @SuppressWarnings("NullAway.Init") // made before the first test
    private static TestCertificates openssl;

    @BeforeAll
    static void makeKeys() throws Exception {
        openssl = new TestCertificates(folder);
        openssl.key("RSA", "RSA");
        openssl.key("EC", "EC");
        openssl.key("ED25519", "ED25519");
        openssl.key("ED448", "ED448");
        openssl.openssl(
                "genpkey",
                "-algorithm",
                "RSA-PSS",
                "-pkeyopt",
                "rsa_keygen_bits:2048",
                "-out",
                "PSS.key");
        openssl.openssl("genpkey", "-algorithm", "X25519", "-out", "X25519.key");
        openssl.openssl("ecparam", "-name", "secp384r1", "-genkey", "-out", "PARAMETERS.key");
    }

    private static PrivateKey plain(String file) throws TransportException {
        return PrivateKeys.read(openssl.file(file), () -> null);
    }

    @ParameterizedTest
    @CsvSource({"RSA,RSA", "EC,EC", "ED25519,EdDSA", "ED448,EdDSA", "PSS,RSASSA-PSS"})
    void pkcs8(String name, String algorithm) throws Exception {
        assertEquals(algorithm, plain(name + ".key").getAlgorithm());
    }

    @ParameterizedTest
    @CsvSource({"rsa,RSA", "ec,EC"})
    void oldForms(String command, String name) throws Exception {
        openssl.openssl("pkey", "-in", name + ".key", "-traditional", "-out", name + "-old.key");
        assertTrue(
                Files.readString(openssl.file(name + "-old.key"))
                        .startsWith("-----BEGIN " + name + " PRIVATE KEY-----"));
        assertSame(plain(name + ".key"), plain(name + "-old.key"));
    }

    @Test
    void theCurveInABlockOfItsOwn() throws Exception {
        String text = Files.readString(openssl.file("PARAMETERS.key"));
        assertTrue(text.startsWith("-----BEGIN EC PARAMETERS-----"), text);
        assertEquals("EC", plain("PARAMETERS.key").getAlgorithm());
        openssl.openssl("ec", "-in", "PARAMETERS.key", "-no_public", "-out", "PRIVATE.key");
        assertSame(plain("PARAMETERS.key"), plain("PRIVATE.key"));
    }

    @ParameterizedTest
    @CsvSource({
        "RSA,-aes-256-cbc,",
        "RSA,-aes-128-cbc,",
        "EC,-aes-256-cbc,",
        "EC,-aes-256-cbc,hmacWithSHA512",
        "EC,-aes-256-cbc,hmacWithSHA1",
        "ED25519,-aes-256-cbc,"
    })
    void encryptedPkcs8(String name, String cipher, String digest) throws Exception {
        String[] command = {
            "pkcs8",
            "-topk8",
            "-in",
            name + ".key",
            "-passout",
            "pass:geheim",
            "-out",
            "e.key",
            "-v2",
            cipher.substring(1)
        };
        if (digest != null) {
            command = Arrays.copyOf(command, command.length + 2);
            command[command.length - 2] = "-v2prf";
            command[command.length - 1] = digest;
        }
        openssl.openssl(command);
        encrypted(name);
    }

    @ParameterizedTest
    @CsvSource({"RSA,-aes256", "RSA,-aes192", "RSA,-aes128", "RSA,-des3", "EC,-aes256", "EC,-des3"})
    void encryptedOldForms(String name, String cipher) throws Exception {
        openssl.openssl(
                "pkey",
                "-in",
                name + ".key",
                "-traditional",
                cipher,
                "-passout",
                "pass:geheim",
                "-out",
                "e.key");
        assertTrue(Files.readString(openssl.file("e.key")).contains("Proc-Type: 4,ENCRYPTED"));
        encrypted(name);
    }

    private static void encrypted(String name) throws TransportException {
        Path file = openssl.file("e.key");
        assertSame(plain(name + ".key"), PrivateKeys.read(file, "geheim"::toCharArray));
        assertMessage("cannot be decrypted", file, "falsch");
        assertMessage("is encrypted and there is no password", file, null);
    }

    /// Encodings differ in what is optional.
    private static void assertSame(PrivateKey expected, PrivateKey read) {
        assertEquals(expected.getAlgorithm(), read.getAlgorithm());
        if (expected instanceof ECPrivateKey ec) {
            assertEquals(ec.getS(), ((ECPrivateKey) read).getS());
        } else {
            assertEquals(expected, read);
        }
    }

    private static void assertMessage(
            String part, Path file, @org.jspecify.annotations.Nullable String password) {
        TransportException e =
                assertThrows(
                        TransportException.class,
                        () ->
                                PrivateKeys.read(
                                        file,
                                        () -> password == null ? null : password.toCharArray()));
        assertTrue(Objects.requireNonNull(e.getMessage()).contains(part), e.getMessage());
    }

    @Test
    void whatCannotBeASigningKeyIsRefused() {
        assertMessage("damaged or of an unknown kind", openssl.file("X25519.key"), null);
        assertMessage("it is no PEM file", openssl.file("openssl.cnf"), null);
    }

    /// Damage leads to a message, never to another exception.
    @ParameterizedTest
    @CsvSource({"RSA.key", "EC.key", "PARAMETERS.key", "RSA-f.key", "EC-f.key"})
    void damagedFilesAreReported(String name) throws Exception {
        if (name.endsWith("-f.key")) {
            openssl.openssl(
                    "pkey",
                    "-in",
                    name.replace("-f", ""),
                    "-traditional",
                    "-aes128",
                    "-passout",
                    "pass:geheim",
                    "-out",
                    name);
        }
        byte[] good = Files.readAllBytes(openssl.file(name));
        Random random = new Random(name.hashCode());
        Path file = openssl.file("damaged.key");
        int refused = 0;
        for (int i = 0; i < 400; i++) {
            byte[] bad = good.clone();
            for (int n = 0; n <= i % 3; n++) {
                bad[random.nextInt(bad.length)] = (byte) "AB=-\n:Z9".charAt(random.nextInt(8));
            }
            if (i % 5 == 0) {
                bad = Arrays.copyOf(bad, random.nextInt(bad.length));
            }
            Files.write(file, bad);
            try {
                assertNotNull(PrivateKeys.read(file, "geheim"::toCharArray));
            } catch (TransportException e) {
                refused++;
                assertEquals(1, Objects.requireNonNull(e.getMessage()).lines().count());
            }
        }
        assertTrue(refused > 100, refused + " were refused");
    }
}
