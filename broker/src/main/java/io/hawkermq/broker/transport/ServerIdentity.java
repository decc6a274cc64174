package io.hawkermq.broker.transport;

import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// The server's private key with its chain of certificates, as TLS wants to be given it: there is
/// one, and it is used wherever it fits.
final class ServerIdentity extends X509ExtendedKeyManager {
    private static final String ALIAS = "server";
    private static final int LONGEST_CHAIN = 10;

    private final PrivateKey key;
    private final X509Certificate[] chain;

    private ServerIdentity(PrivateKey key, List<X509Certificate> chain) {
        this.key = key;
        this.chain = chain.toArray(new X509Certificate[0]);
    }

    /// @param authorities complete the chain if the certificate's file does not
    /// @throws TransportException if a file cannot be read, or the two do not belong together
    static ServerIdentity read(TlsOptions options, List<X509Certificate> authorities)
            throws TransportException {
        List<X509Certificate> certificates = Authorities.certificates(options.certificateFile());
        PrivateKey key = PrivateKeys.read(options.keyFile(), options.keyPassword());
        X509Certificate own = find(certificates, key, options.keyFile());
        if (own == null) {
            throw new TransportException(
                    "the private key in "
                            + options.keyFile()
                            + " does not belong to the certificate in "
                            + options.certificateFile());
        }
        List<X509Certificate> issuers = new ArrayList<>(certificates);
        issuers.addAll(authorities);
        return new ServerIdentity(key, chain(own, issuers));
    }

    private static @Nullable X509Certificate find(
            List<X509Certificate> certificates, PrivateKey key, Path keyFile)
            throws TransportException {
        try {
            for (X509Certificate certificate : certificates) {
                if (isPair(key, certificate.getPublicKey())) {
                    return certificate;
                }
            }
            return null;
        } catch (GeneralSecurityException e) {
            throw new TransportException("the private key in " + keyFile + " cannot be used", e);
        }
    }

    /// What the key signs, the certificate verifies.
    private static boolean isPair(PrivateKey key, PublicKey certified)
            throws GeneralSecurityException {
        String keyKind = key.getAlgorithm().startsWith("RSA") ? "RSA" : key.getAlgorithm();
        if (!certified.getAlgorithm().startsWith(keyKind)) {
            return false;
        }
        byte[] text = {1, 2, 3};
        Signature signature = signature(key.getAlgorithm());
        signature.initSign(key);
        signature.update(text);
        byte[] signed = signature.sign();
        signature = signature(certified.getAlgorithm());
        signature.initVerify(certified);
        signature.update(text);
        try {
            return signature.verify(signed);
        } catch (java.security.SignatureException e) {
            return false; // of another length
        }
    }

    private static Signature signature(String algorithm) throws GeneralSecurityException {
        Signature signature =
                Signature.getInstance(
                        switch (algorithm) {
                            case "RSA" -> "SHA256withRSA";
                            case "EC" -> "SHA256withECDSA";
                            default -> algorithm;
                        });
        if (algorithm.equals("RSASSA-PSS")) {
            signature.setParameter(
                    new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        }
        return signature;
    }

    /// The certificate and who issued it, up to the root, which clients have themselves.
    private static List<X509Certificate> chain(X509Certificate own, List<X509Certificate> issuers) {
        List<X509Certificate> chain = new ArrayList<>(List.of(own));
        while (chain.size() < LONGEST_CHAIN && !Authorities.isSelfSigned(chain.getLast())) {
            X509Certificate issued = chain.getLast();
            X509Certificate issuer =
                    issuers.stream()
                            .filter(i -> Authorities.hasIssued(i, issued))
                            .findFirst()
                            .orElse(null);
            if (issuer == null || Authorities.isSelfSigned(issuer)) {
                break;
            }
            chain.add(issuer);
        }
        return chain;
    }

    /// True if both would say the same to clients.
    boolean isSameAs(ServerIdentity other) {
        return Arrays.equals(chain, other.chain)
                && MessageDigest.isEqual(key.getEncoded(), other.key.getEncoded());
    }

    X509Certificate certificate() {
        return chain[0];
    }

    // ---- X509ExtendedKeyManager ----

    private boolean fits(String keyType) {
        return keyType.equals(key.getAlgorithm()) || keyType.startsWith(key.getAlgorithm() + "_");
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        return fits(keyType) ? ALIAS : null;
    }

    @Override
    public @Nullable String chooseServerAlias(
            String keyType, Principal @Nullable [] issuers, Socket socket) {
        return fits(keyType) ? ALIAS : null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return fits(keyType) ? new String[] {ALIAS} : null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyType, Principal @Nullable [] issuers, Socket socket) {
        return null;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return alias.equals(ALIAS) ? chain.clone() : null;
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return alias.equals(ALIAS) ? key : null;
    }
}
