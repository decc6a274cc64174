package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// Authorities, certificates and keys, made by the `openssl` command as users make them.
public final class TestCertificates {
    private static final char[] PASSWORD = "password".toCharArray();

    private final Path folder;

    public TestCertificates(Path folder) throws IOException {
        this.folder = folder;
        Files.writeString(
                folder.resolve("openssl.cnf"),
                """
                [req]
                distinguished_name = dn
                [dn]
                [authority]
                basicConstraints = critical,CA:true
                keyUsage = critical,keyCertSign,cRLSign
                [server]
                basicConstraints = CA:false
                subjectAltName = DNS:localhost,IP:127.0.0.1
                [client]
                basicConstraints = CA:false
                extendedKeyUsage = clientAuth
                [serverOnly]
                basicConstraints = CA:false
                extendedKeyUsage = serverAuth
                [ca]
                default_ca = lists
                [lists]
                database = %1$s/index.txt
                default_md = sha256
                default_crl_days = 30
                rand_serial = yes
                [any]
                commonName = supplied
                """
                        .formatted(folder));
        Files.writeString(folder.resolve("index.txt"), "");
    }

    public Path file(String name) {
        return folder.resolve(name);
    }

    /// Runs a command of openssl in the folder; `EC`, say, stands for itself.
    public void openssl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor(30, TimeUnit.SECONDS);
        assertEquals(0, process.exitValue(), String.join(" ", command) + ": " + output);
    }

    /// `NAME.key`, as PKCS #8.
    public void key(String name, String kind) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("genpkey", "-out", name + ".key"));
        command.addAll(
                switch (kind) {
                    case "EC" -> List.of("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256");
                    case "RSA" -> List.of("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048");
                    default -> List.of("-algorithm", kind);
                });
        openssl(command.toArray(new String[0]));
    }

    /// An authority that signs itself.
    public void root(String name, String commonName) throws IOException, InterruptedException {
        key(name, "EC");
        openssl(
                "req",
                "-x509",
                "-new",
                "-config",
                "openssl.cnf",
                "-extensions",
                "authority",
                "-key",
                name + ".key",
                "-subj",
                "/O=Hawker/CN=" + commonName,
                "-days",
                "30",
                "-out",
                name + ".crt");
    }

    /// A certificate for the key of the same name.
    ///
    /// @param kind `authority`, `server` or `client`
    public void issue(String name, String issuer, String kind, String subject)
            throws IOException, InterruptedException {
        request(name, subject);
        openssl(
                "x509",
                "-req",
                "-in",
                name + ".csr",
                "-CA",
                issuer + ".crt",
                "-CAkey",
                issuer + ".key",
                "-extfile",
                "openssl.cnf",
                "-extensions",
                kind,
                "-out",
                name + ".crt",
                "-set_serial",
                "0x" + Integer.toHexString(serial++),
                "-days",
                "30");
    }

    private void request(String name, String subject) throws IOException, InterruptedException {
        openssl(
                "req",
                "-new",
                "-config",
                "openssl.cnf",
                "-key",
                name + ".key",
                "-subj",
                subject,
                "-out",
                name + ".csr");
    }

    /// A certificate that was valid in January 2020.
    void issueExpired(String name, String issuer, String kind, String subject)
            throws IOException, InterruptedException {
        request(name, subject);
        openssl(
                "ca",
                "-config",
                "openssl.cnf",
                "-batch",
                "-notext",
                "-in",
                name + ".csr",
                "-cert",
                issuer + ".crt",
                "-keyfile",
                issuer + ".key",
                "-extensions",
                kind,
                "-startdate",
                "20200101000000Z",
                "-enddate",
                "20200201000000Z",
                "-rand_serial",
                "-policy",
                "any",
                "-outdir",
                ".",
                "-out",
                name + ".crt");
    }

    private int serial = 0x1000;

    /// Takes a certificate back; to be followed by [#revocations].
    void revoke(String name, String issuer) throws IOException, InterruptedException {
        openssl(
                "ca",
                "-config",
                "openssl.cnf",
                "-revoke",
                name + ".crt",
                "-cert",
                issuer + ".crt",
                "-keyfile",
                issuer + ".key");
    }

    void revocations(String name, String issuer) throws IOException, InterruptedException {
        openssl(
                "ca",
                "-config",
                "openssl.cnf",
                "-gencrl",
                "-cert",
                issuer + ".crt",
                "-keyfile",
                issuer + ".key",
                "-out",
                name);
    }

    /// Several files one after the other.
    Path bundle(String name, String... parts) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String part : parts) {
            all.append("# ").append(part).append('\n').append(Files.readString(file(part)));
        }
        return Files.writeString(file(name), all);
    }

    Path copy(String from, String to) throws IOException {
        return Files.copy(file(from), file(to), StandardCopyOption.REPLACE_EXISTING);
    }

    // ---- the client's end ----

    /// @param trusted the file of the authority that the server must come from
    /// @param identity the name of the client's certificate and key, null for none
    public SSLContext client(String trusted, @Nullable String identity)
            throws IOException, InterruptedException, GeneralSecurityException {
        KeyStore authorities = KeyStore.getInstance("PKCS12");
        authorities.load(null, null);
        try (var in = Files.newInputStream(file(trusted))) {
            Certificate root = CertificateFactory.getInstance("X.509").generateCertificate(in);
            authorities.setCertificateEntry("root", root);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(authorities);
        KeyManager[] keys = null;
        if (identity != null) {
            openssl(
                    "pkcs12",
                    "-export",
                    "-in",
                    identity + ".crt",
                    "-inkey",
                    identity + ".key",
                    "-out",
                    identity + ".p12",
                    "-passout",
                    "pass:password");
            KeyStore own = KeyStore.getInstance("PKCS12");
            try (var in = Files.newInputStream(file(identity + ".p12"))) {
                own.load(in, PASSWORD);
            }
            KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
            factory.init(own, PASSWORD);
            keys = factory.getKeyManagers();
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trust.getTrustManagers(), null);
        return context;
    }

    static SSLSocket connect(SSLContext context, int port) throws IOException {
        return (SSLSocket)
                context.getSocketFactory()
                        .createSocket(
                                new Socket(InetAddress.getLoopbackAddress(), port),
                                "localhost",
                                port,
                                true);
    }
}
