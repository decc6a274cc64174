package io.hawkermq.client;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// How TLS is spoken: whom to trust, who to be, and what to offer. Immutable.
///
/// ```java
/// Tls.trusting(Path.of("ca.pem")).identity(Path.of("client.pem"), Path.of("client.key"))
/// ```
///
/// Without it, `mqtts` and `wss` trust what the JDK trusts. The server's name is checked and sent
/// (SNI); TLS 1.2 and 1.3 are offered.
///
/// Each method gives another object and leaves this one as it is; any thread may use it, and many
/// clients may share it. What is asked for is set up by the first connection: a name that the JDK
/// does not know ends that as [Ending.Unreachable].
public final class Tls {
    private final @Nullable SSLContext given;
    private final List<X509Certificate> authorities;
    private final List<X509Certificate> chain;
    private final @Nullable PrivateKey key;
    private final List<String> alpn;
    private final List<String> protocols;
    private final List<String> cipherSuites;
    private final @Nullable String serverName;
    private final Checks checks;
    private @Nullable SSLContext made;

    private enum Checks {
        ALL,
        NOT_THE_NAME,
        NONE
    }

    private Tls(
            @Nullable SSLContext given,
            List<X509Certificate> authorities,
            List<X509Certificate> chain,
            @Nullable PrivateKey key,
            List<String> alpn,
            List<String> protocols,
            List<String> cipherSuites,
            @Nullable String serverName,
            Checks checks) {
        this.given = given;
        this.authorities = authorities;
        this.chain = chain;
        this.key = key;
        this.alpn = alpn;
        this.protocols = protocols;
        this.cipherSuites = cipherSuites;
        this.serverName = serverName;
        this.checks = checks;
    }

    /// Trusts what the JDK trusts.
    ///
    /// @return TLS 1.2 and 1.3 with the JDK's authorities and cipher suites, without an identity
    public static Tls standard() {
        return new Tls(
                null,
                List.of(),
                List.of(),
                null,
                List.of(),
                List.of("TLSv1.3", "TLSv1.2"),
                List.of(),
                null,
                Checks.ALL);
    }

    /// Trusts the certificates of a PEM file, or of all files in a folder, and no others.
    ///
    /// @param pem a file with one or more certificates, or a folder of nothing but such files
    /// @return the same as [#standard] but for whom it trusts
    /// @throws IOException if a file cannot be read or holds no certificate
    public static Tls trusting(Path pem) throws IOException {
        Tls s = standard();
        List<X509Certificate> trusted = new ArrayList<>();
        if (Files.isDirectory(pem)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(pem)) {
                for (Path file : files) {
                    trusted.addAll(PemFile.certificates(file));
                }
            }
        } else {
            trusted.addAll(PemFile.certificates(pem));
        }
        return new Tls(
                null,
                List.copyOf(trusted),
                s.chain,
                s.key,
                s.alpn,
                s.protocols,
                s.cipherSuites,
                s.serverName,
                s.checks);
    }

    /// Uses a context made elsewhere, with its trust and its keys.
    ///
    /// @param context initialized; what [#trusting] and [#identity] say is its own business then
    /// @return the same as [#standard] but for its context
    public static Tls of(SSLContext context) {
        Tls s = standard();
        return new Tls(
                Objects.requireNonNull(context),
                s.authorities,
                s.chain,
                s.key,
                s.alpn,
                s.protocols,
                s.cipherSuites,
                s.serverName,
                s.checks);
    }

    /// The client's own certificate with its chain, and its private key (PKCS #8, not encrypted),
    /// each a PEM file.
    ///
    /// @param certificates the client's own first, then those that lead to an authority
    /// @param privateKey RSA, EC or EdDSA, as the certificate has it
    /// @return the same with this identity
    /// @throws IOException if one cannot be read
    public Tls identity(Path certificates, Path privateKey) throws IOException {
        List<X509Certificate> own = PemFile.certificates(certificates);
        PrivateKey its =
                PemFile.privateKey(privateKey, own.getFirst().getPublicKey().getAlgorithm());
        return new Tls(
                given, authorities, own, its, alpn, protocols, cipherSuites, serverName, checks);
    }

    /// Offers these application protocols (ALPN), such as `mqtt`, the best first. If the server
    /// agrees to none, the connection goes on without.
    ///
    /// @param names none to offer none, the default
    /// @return the same with these
    public Tls alpn(String... names) {
        return new Tls(
                given,
                authorities,
                chain,
                key,
                List.of(names),
                protocols,
                cipherSuites,
                serverName,
                checks);
    }

    /// Speaks these versions only, such as `TLSv1.3`.
    ///
    /// @param names as the JDK calls them, at least one
    /// @return the same with these
    public Tls protocols(String... names) {
        return new Tls(
                given,
                authorities,
                chain,
                key,
                alpn,
                List.of(names),
                cipherSuites,
                serverName,
                checks);
    }

    /// Offers these cipher suites only, by the JDK's names. Default: the JDK's.
    ///
    /// @param names none for the JDK's choice
    /// @return the same with these
    public Tls cipherSuites(String... names) {
        return new Tls(
                given,
                authorities,
                chain,
                key,
                alpn,
                protocols,
                List.of(names),
                serverName,
                checks);
    }

    /// Sends and checks this name instead of the host's, for a server that is reached by another.
    ///
    /// @param name a DNS name; an IP address is checked and not sent
    /// @return the same with this name
    public Tls serverName(String name) {
        return new Tls(given, authorities, chain, key, alpn, protocols, cipherSuites, name, checks);
    }

    /// Takes a trusted certificate whatever name it is for: anybody who has one can be the server.
    ///
    /// @return the same without that check; no effect on [#of] with trust managers that do not look
    ///     at names
    public Tls withoutNameCheck() {
        return with(Checks.NOT_THE_NAME);
    }

    /// Takes any certificate: anybody can be the server. For tests.
    ///
    /// @return the same without any check; no effect on the trust managers of [#of]
    public Tls withoutChecks() {
        return with(Checks.NONE);
    }

    private Tls with(Checks fewer) {
        return new Tls(
                given, authorities, chain, key, alpn, protocols, cipherSuites, serverName, fewer);
    }

    /// Addresses are not sent [RFC 6066, section 3], nor names that SNI has no room for, such as those
    /// with an underscore.
    private static List<SNIServerName> sni(String name) {
        if (isLiteral(name)) {
            return List.of();
        }
        try {
            return List.of(new SNIHostName(name));
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }

    /// An engine for one connection to this host, for programs that speak TLS themselves.
    ///
    /// @param host a name or an address, to be checked and sent unless [#serverName] was called
    /// @param port 1 to 65,535, by which sessions to resume are found
    /// @return an engine in client mode, its handshake not begun
    /// @throws IOException if TLS cannot be set up so, as with names of protocols that the JDK lacks
    public SSLEngine engine(String host, int port) throws IOException {
        try {
            String name = serverName == null ? host : serverName;
            SSLEngine engine = context().createSSLEngine(name, port);
            engine.setUseClientMode(true);
            SSLParameters p = engine.getSSLParameters();
            if (checks == Checks.ALL) {
                p.setEndpointIdentificationAlgorithm("HTTPS");
            }
            p.setServerNames(sni(name));
            p.setApplicationProtocols(alpn.toArray(String[]::new));
            p.setProtocols(protocols.toArray(String[]::new));
            if (!cipherSuites.isEmpty()) {
                p.setCipherSuites(cipherSuites.toArray(String[]::new));
            }
            engine.setSSLParameters(p);
            return engine;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    /// Addresses are not sent as names, RFC 6066.
    private static boolean isLiteral(String name) {
        return name.indexOf(':') >= 0 || name.matches("[0-9.]+");
    }

    /// Made once: it is large, keeps sessions to resume, and many clients may share this object.
    private synchronized SSLContext context() throws GeneralSecurityException, IOException {
        SSLContext context = given == null ? made : given;
        if (context == null) {
            if (key == null && authorities.isEmpty() && checks != Checks.NONE) {
                context = SSLContext.getDefault();
            } else {
                context = SSLContext.getInstance("TLS");
                context.init(keyManagers(), trustManagers(), null);
            }
            made = context;
        }
        return context;
    }

    private KeyManager @Nullable [] keyManagers() throws GeneralSecurityException, IOException {
        if (key == null) {
            return null;
        }
        KeyStore store = empty();
        store.setKeyEntry("own", key, new char[0], chain.toArray(X509Certificate[]::new));
        KeyManagerFactory factory =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    private TrustManager @Nullable [] trustManagers() throws GeneralSecurityException, IOException {
        if (checks == Checks.NONE) {
            return new TrustManager[] {new Anybody()};
        }
        if (authorities.isEmpty()) {
            return null;
        }
        KeyStore store = empty();
        for (int i = 0; i < authorities.size(); i++) {
            store.setCertificateEntry("ca" + i, authorities.get(i));
        }
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        TrustManager[] all = factory.getTrustManagers();
        for (int i = 0; i < all.length; i++) {
            if (all[i] instanceof X509ExtendedTrustManager trusted) {
                all[i] = new NameAlerts(trusted);
            }
        }
        return all;
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    /// What [#withoutChecks] asks for, in so many words.
    private static final class Anybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkClientTrusted(
                X509Certificate[] chain, String authType, java.net.Socket socket) {}

        @Override
        public void checkServerTrusted(
                X509Certificate[] chain, String authType, java.net.Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine e) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine e) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
