package io.hawkermq.broker.transport;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Certificates and revocation lists out of PEM files.
///
/// @param certificates authorities, roots and intermediate ones
record Authorities(List<X509Certificate> certificates, List<X509CRL> revocations) {
    private static final Pattern CERTIFICATE_FILE =
            Pattern.compile(".*\\.(pem|crt|cer)|[0-9a-f]{8}\\.[0-9]+");
    private static final Pattern REVOCATION_FILE =
            Pattern.compile(".*\\.crl|[0-9a-f]{8}\\.r[0-9]+");

    /// What the options name.
    ///
    /// @throws TransportException if a file cannot be read or has nothing of what it is for
    static Authorities read(TlsOptions options) throws TransportException {
        Set<X509Certificate> certificates = new LinkedHashSet<>();
        Set<X509CRL> revocations = new LinkedHashSet<>();
        if (options.authorityFile() != null) {
            certificates.addAll(certificates(options.authorityFile()));
        }
        if (options.authorityDirectory() != null) {
            readDirectory(options.authorityDirectory(), certificates, revocations);
        }
        if (options.revocationFile() != null) {
            revocations.addAll(revocations(options.revocationFile()));
        }
        return new Authorities(List.copyOf(certificates), List.copyOf(revocations));
    }

    private static void readDirectory(
            Path directory, Set<X509Certificate> certificates, Set<X509CRL> revocations)
            throws TransportException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                // A private key may lie beside them, so that a file without any is no mistake.
                if (CERTIFICATE_FILE.matcher(name).matches() && Files.isRegularFile(file)) {
                    certificates.addAll(certificatesIfAny(file));
                } else if (REVOCATION_FILE.matcher(name).matches() && Files.isRegularFile(file)) {
                    revocations.addAll(revocations(file));
                }
            }
        } catch (IOException e) {
            throw new TransportException("the directory " + directory + " cannot be read", e);
        }
        if (certificates.isEmpty()) {
            throw new TransportException(
                    "the directory "
                            + directory
                            + " has no certificate in a file that ends in .pem, .crt or .cer, or"
                            + " that 'openssl rehash' has named");
        }
    }

    /// All certificates in a PEM file, at least one.
    static List<X509Certificate> certificates(Path file) throws TransportException {
        List<X509Certificate> found = certificatesIfAny(file);
        if (found.isEmpty()) {
            throw new TransportException("the file " + file + " has no certificate in PEM form");
        }
        return found;
    }

    private static List<X509Certificate> certificatesIfAny(Path file) throws TransportException {
        List<X509Certificate> found = new ArrayList<>();
        for (Pem.Block block : Pem.read(file)) {
            if (block.label().equals("CERTIFICATE") || block.label().equals("X509 CERTIFICATE")) {
                try {
                    found.add(
                            (X509Certificate)
                                    factory()
                                            .generateCertificate(
                                                    new ByteArrayInputStream(block.content())));
                } catch (GeneralSecurityException e) {
                    throw new TransportException("a certificate in " + file + " is damaged", e);
                }
            }
        }
        return found;
    }

    private static List<X509CRL> revocations(Path file) throws TransportException {
        List<X509CRL> found = new ArrayList<>();
        for (Pem.Block block : Pem.read(file)) {
            if (block.label().equals("X509 CRL")) {
                try {
                    found.add(
                            (X509CRL)
                                    factory()
                                            .generateCRL(
                                                    new ByteArrayInputStream(block.content())));
                } catch (GeneralSecurityException e) {
                    throw new TransportException("a revocation list in " + file + " is damaged", e);
                }
            }
        }
        if (found.isEmpty()) {
            throw new TransportException(
                    "the file " + file + " has no revocation list in PEM form");
        }
        return found;
    }

    private static CertificateFactory factory() throws CertificateException {
        return CertificateFactory.getInstance("X.509");
    }

    static boolean isSelfSigned(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }

    static boolean hasIssued(X509Certificate issuer, X509Certificate issued) {
        if (!issuer.getSubjectX500Principal().equals(issued.getIssuerX500Principal())) {
            return false;
        }
        try {
            issued.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false; // another one of the same name
        }
    }
}
