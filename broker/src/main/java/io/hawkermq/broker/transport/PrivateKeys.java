package io.hawkermq.broker.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Private keys in the forms in which OpenSSL has written them over the years: PKCS #8, plain and
/// encrypted, PKCS #1 for RSA and SEC 1 for elliptic curves, both also with the encryption of RFC
/// 1421. Java knows PKCS #8 only, so the others are wrapped into it.
final class PrivateKeys {
    private static final byte[] NULL = {0x05, 0x00};
    private static final byte[] VERSION_0 = {Der.INTEGER, 1, 0};
    private static final byte[] RSA = oid("2a864886f70d010101");
    private static final byte[] EC = oid("2a8648ce3d0201");
    private static final int CURVE_OF_SEC1 = 0xA0;

    /// Algorithms by the hexadecimal content of their object identifier in PKCS #8.
    private static final Map<String, String> ALGORITHMS =
            Map.of(
                    "2a864886f70d010101", "RSA",
                    "2a864886f70d01010a", "RSASSA-PSS",
                    "2a8648ce3d0201", "EC",
                    "2b6570", "Ed25519",
                    "2b6571", "Ed448");

    private PrivateKeys() {}

    private static byte[] oid(String hex) {
        return Der.value(Der.OBJECT_IDENTIFIER, HexFormat.of().parseHex(hex));
    }

    /// The first private key in a PEM file.
    ///
    /// @param password asked only for an encrypted key; null if there is none
    /// @throws TransportException if there is no key, or it cannot be read or decrypted
    static PrivateKey read(Path file, Supplier<char @Nullable []> password)
            throws TransportException {
        List<Pem.Block> blocks = Pem.read(file);
        byte[] curve = null;
        for (Pem.Block block : blocks) {
            if (block.label().equals("EC PARAMETERS")) {
                curve = block.content();
            } else if (block.label().endsWith("PRIVATE KEY")) {
                return read(file, block, curve, password);
            }
        }
        String found =
                blocks.isEmpty()
                        ? "it is no PEM file"
                        : "it has " + blocks.stream().map(Pem.Block::label).distinct().toList();
        throw new TransportException("the file " + file + " has no private key: " + found);
    }

    private static PrivateKey read(
            Path file,
            Pem.Block block,
            byte @Nullable [] curve,
            Supplier<char @Nullable []> password)
            throws TransportException {
        boolean isEncrypted =
                block.label().startsWith("ENCRYPTED")
                        || block.headers().getOrDefault("Proc-Type", "").contains("ENCRYPTED");
        char[] secret = null;
        try {
            byte[] content = block.content();
            if (isEncrypted) {
                secret = password.get();
                if (secret == null) {
                    throw new TransportException(
                            "the private key in "
                                    + file
                                    + " is encrypted and there is no password for it; decrypt the"
                                    + " file with 'openssl pkey -in FILE -out NEWFILE'");
                }
                if (!block.label().startsWith("ENCRYPTED")) {
                    content = decryptOld(content, block.headers(), secret);
                }
            }
            return switch (block.label()) {
                case "PRIVATE KEY" -> fromPkcs8(content);
                case "ENCRYPTED PRIVATE KEY" ->
                        fromPkcs8(decrypt(content, Objects.requireNonNull(secret)));
                case "RSA PRIVATE KEY" -> fromPkcs8(wrap(content, RSA, NULL));
                case "EC PRIVATE KEY" -> fromPkcs8(wrap(content, EC, curve(content, curve)));
                default ->
                        throw new TransportException(
                                "the private key in "
                                        + file
                                        + " has the form '"
                                        + block.label()
                                        + "', which is not known");
            };
        } catch (GeneralSecurityException | IOException e) {
            throw new TransportException(
                    isEncrypted
                            ? "the private key in "
                                    + file
                                    + " cannot be decrypted with its password"
                            : "the private key in " + file + " is damaged or of an unknown kind",
                    e);
        } finally {
            if (secret != null) {
                Arrays.fill(secret, '\0');
            }
        }
    }

    private static PrivateKey fromPkcs8(byte[] content) throws GeneralSecurityException {
        byte[] whole = Der.read(Der.SEQUENCE, content, 0).content();
        int at = Der.read(Der.INTEGER, whole, 0).end();
        byte[] algorithm = Der.read(Der.SEQUENCE, whole, at).content();
        byte[] identifier = Der.read(Der.OBJECT_IDENTIFIER, algorithm, 0).content();
        String name = ALGORITHMS.get(HexFormat.of().formatHex(identifier));
        if (name == null) {
            throw new InvalidKeyException("its algorithm is neither RSA nor EC nor EdDSA");
        }
        return KeyFactory.getInstance(name).generatePrivate(new PKCS8EncodedKeySpec(content));
    }

    private static byte[] wrap(byte[] key, byte[] algorithm, byte[] parameters) {
        return Der.value(
                Der.SEQUENCE,
                VERSION_0,
                Der.value(Der.SEQUENCE, algorithm, parameters),
                Der.value(Der.OCTET_STRING, key));
    }

    /// The curve stands in the key, or in a block of its own before it.
    private static byte[] curve(byte[] key, byte @Nullable [] before) throws InvalidKeyException {
        byte[] whole = Der.read(Der.SEQUENCE, key, 0).content();
        int at = Der.read(Der.INTEGER, whole, 0).end();
        at = Der.read(Der.OCTET_STRING, whole, at).end();
        if (at < whole.length) {
            Der.Value next = Der.read(whole, at);
            if (next.tag() == CURVE_OF_SEC1) {
                return next.content();
            }
        }
        if (before == null) {
            throw new InvalidKeyException("it does not say which curve it is on");
        }
        return before;
    }

    private static byte[] decrypt(byte[] content, char[] password)
            throws GeneralSecurityException, IOException {
        EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(content);
        // PBES2 is a frame; which of its algorithms it is stands in the parameters' text.
        AlgorithmParameters parameters = info.getAlgParameters();
        String algorithm =
                parameters != null
                                && info.getAlgName()
                                        .matches("PBES2|1\\.2\\.840\\.113549\\.1\\.5\\.13")
                        ? parameters.toString()
                        : info.getAlgName();
        SecretKeyFactory factory = SecretKeyFactory.getInstance(algorithm);
        Cipher cipher = Cipher.getInstance(algorithm);
        PBEKeySpec spec = new PBEKeySpec(password);
        try {
            cipher.init(Cipher.DECRYPT_MODE, factory.generateSecret(spec), parameters);
            return cipher.doFinal(info.getEncryptedData());
        } finally {
            spec.clearPassword();
        }
    }

    /// `DEK-Info: AES-256-CBC,<vector>`: the key is made of the password and the first 8 bytes of
    /// the vector by MD5, once per 16 bytes.
    private static byte[] decryptOld(byte[] content, Map<String, String> headers, char[] password)
            throws GeneralSecurityException {
        String[] info = headers.getOrDefault("DEK-Info", "").split(",", 2);
        int keyLength =
                switch (info[0]) {
                    case "AES-128-CBC" -> 16;
                    case "AES-192-CBC", "DES-EDE3-CBC" -> 24;
                    case "AES-256-CBC" -> 32;
                    default -> 0;
                };
        if (keyLength == 0 || info.length < 2 || info[1].length() < 16) {
            throw new InvalidKeyException("'" + info[0] + "' is no known encryption");
        }
        byte[] vector;
        try {
            vector = HexFormat.of().parseHex(info[1].strip());
        } catch (IllegalArgumentException e) {
            throw new InvalidKeyException("its vector is not hexadecimal", e);
        }
        byte[] secret = new String(password).getBytes(StandardCharsets.UTF_8);
        byte[] key = new byte[keyLength];
        byte[] digest = new byte[0];
        MessageDigest md5 = MessageDigest.getInstance("MD5");
        for (int filled = 0; filled < keyLength; filled += digest.length) {
            md5.update(digest);
            md5.update(secret);
            md5.update(vector, 0, 8);
            digest = md5.digest();
            System.arraycopy(digest, 0, key, filled, Math.min(digest.length, keyLength - filled));
        }
        boolean isAes = info[0].startsWith("AES");
        Cipher cipher =
                Cipher.getInstance(isAes ? "AES/CBC/PKCS5Padding" : "DESede/CBC/PKCS5Padding");
        cipher.init(
                Cipher.DECRYPT_MODE,
                new SecretKeySpec(key, isAes ? "AES" : "DESede"),
                new IvParameterSpec(vector));
        return cipher.doFinal(content);
    }
}
