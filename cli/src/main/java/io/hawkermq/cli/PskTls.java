package io.hawkermq.cli;

import io.hawkermq.client.Tls;
import io.hawkermq.mosquitto.access.PskFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Vector;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.bouncycastle.tls.BasicTlsPSKExternal;
import org.bouncycastle.tls.BasicTlsPSKIdentity;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.PRFAlgorithm;
import org.bouncycastle.tls.PSKTlsClient;
import org.bouncycastle.tls.ProtocolName;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsPSK;
import org.bouncycastle.tls.TlsUtils;
import org.bouncycastle.tls.crypto.TlsCrypto;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;
import org.jspecify.annotations.Nullable;

/// TLS with a pre-shared key instead of certificates, which Java's TLS lacks: Bouncy Castle's,
/// behind the JDK's face of an `SSLContext`, by which the client takes it. Loaded only by `--psk`.
final class PskTls extends SSLContextSpi {
    /// OpenSSL's first choice first, by the JDK's way to name them.
    private static final Map<String, Integer> SUITES = new LinkedHashMap<>();

    static {
        SUITES.put(
                "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256",
                CipherSuite.TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256);
        SUITES.put(
                "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256",
                CipherSuite.TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256);
        SUITES.put(
                "TLS_DHE_PSK_WITH_AES_256_GCM_SHA384",
                CipherSuite.TLS_DHE_PSK_WITH_AES_256_GCM_SHA384);
        SUITES.put(
                "TLS_DHE_PSK_WITH_AES_128_GCM_SHA256",
                CipherSuite.TLS_DHE_PSK_WITH_AES_128_GCM_SHA256);
        SUITES.put("TLS_PSK_WITH_AES_256_GCM_SHA384", CipherSuite.TLS_PSK_WITH_AES_256_GCM_SHA384);
        SUITES.put("TLS_PSK_WITH_AES_128_GCM_SHA256", CipherSuite.TLS_PSK_WITH_AES_128_GCM_SHA256);
    }

    /// Of TLS 1.3 those whose hash is that of a key that says nothing about its hash.
    private static final int[] SUITES_TLS13 = {
        CipherSuite.TLS_AES_128_GCM_SHA256, CipherSuite.TLS_CHACHA20_POLY1305_SHA256
    };

    private final TlsCrypto crypto = new BcTlsCrypto(new SecureRandom());
    private final String identity;
    private final byte[] key;

    private PskTls(String identity, byte[] key) {
        this.identity = identity;
        this.key = key;
    }

    /// @throws IllegalArgumentException if the key is empty or not hexadecimal
    static Tls of(String identity, String key) {
        byte[] bytes = PskFile.bytes(key);
        if (bytes.length == 0) {
            throw new IllegalArgumentException("the key is empty");
        }
        return Tls.of(new Context(new PskTls(identity, bytes)));
    }

    private static final class Context extends SSLContext {
        Context(PskTls spi) {
            super(spi, new Source(), "TLS with a pre-shared key");
        }
    }

    /// An SSLContext has to come from somewhere.
    private static final class Source extends Provider {
        private static final long serialVersionUID = 1L;

        Source() {
            super("Hawker", "1", "TLS with pre-shared keys");
        }
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
        return new PskEngine(this);
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
        return new PskEngine(this);
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random) {
        throw new UnsupportedOperationException("it has its key");
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
        throw new UnsupportedOperationException("engines only");
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
        throw new UnsupportedOperationException("engines only");
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
        throw new UnsupportedOperationException("no session is resumed");
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
        throw new UnsupportedOperationException("no session is resumed");
    }

    static String[] suites() {
        return SUITES.keySet().toArray(String[]::new);
    }

    /// The client's side of one handshake.
    ///
    /// @throws NoSuchAlgorithmException if none of `ciphers` has pre-shared keys
    Handshake handshake(String[] versions, String[] ciphers, String[] applicationProtocols)
            throws NoSuchAlgorithmException {
        List<Integer> suites = new ArrayList<>();
        for (String name : ciphers) {
            Integer code = SUITES.get(name);
            if (code != null) {
                suites.add(code);
            }
        }
        boolean has12 = List.of(versions).contains("TLSv1.2");
        boolean has13 = List.of(versions).contains("TLSv1.3");
        if (has12 && suites.isEmpty()) {
            throw new NoSuchAlgorithmException("none of the ciphers has pre-shared keys");
        }
        if (has13) {
            for (int i = 0; i < SUITES_TLS13.length; i++) {
                suites.add(i, SUITES_TLS13[i]);
            }
        }
        ProtocolVersion[] offered =
                !has13
                        ? ProtocolVersion.TLSv12.only()
                        : has12
                                ? ProtocolVersion.TLSv13.downTo(ProtocolVersion.TLSv12)
                                : ProtocolVersion.TLSv13.only();
        return new Handshake(
                this,
                offered,
                suites.stream().mapToInt(Integer::intValue).toArray(),
                applicationProtocols);
    }

    /// What the client says in one handshake.
    @SuppressWarnings("JdkObsolete") // Vector is what Bouncy Castle speaks
    static final class Handshake extends PSKTlsClient {
        private final byte[] name;
        private final byte[] key;
        private final ProtocolVersion[] versions;
        private final int[] suites;
        private final String[] applicationProtocols;

        Handshake(
                PskTls tls,
                ProtocolVersion[] versions,
                int[] suites,
                String[] applicationProtocols) {
            super(
                    tls.crypto,
                    new BasicTlsPSKIdentity(
                            tls.identity.getBytes(StandardCharsets.UTF_8), tls.key));
            this.name = tls.identity.getBytes(StandardCharsets.UTF_8);
            this.key = tls.key;
            this.versions = versions;
            this.suites = suites;
            this.applicationProtocols = applicationProtocols;
        }

        @Override
        protected ProtocolVersion[] getSupportedVersions() {
            return versions;
        }

        @Override
        protected int[] getSupportedCipherSuites() {
            return TlsUtils.getSupportedCipherSuites(getCrypto(), suites);
        }

        @Override
        public Vector<TlsPSK> getExternalPSKs() {
            Vector<TlsPSK> keys = new Vector<>();
            if (TlsUtils.isTLSv13(versions[0])) {
                keys.add(
                        new BasicTlsPSKExternal(
                                name,
                                getCrypto().createSecret(key),
                                PRFAlgorithm.tls13_hkdf_sha256));
            }
            return keys;
        }

        @Override
        protected @Nullable Vector<ProtocolName> getProtocolNames() {
            if (applicationProtocols.length == 0) {
                return null;
            }
            Vector<ProtocolName> names = new Vector<>();
            for (String one : applicationProtocols) {
                names.add(ProtocolName.asUtf8Encoding(one));
            }
            return names;
        }

        /// What ALPN has agreed on; empty if on nothing.
        String applicationProtocol() throws IOException {
            ProtocolName agreed =
                    context.getSecurityParametersConnection().getApplicationProtocol();
            return agreed == null ? "" : agreed.getUtf8Decoding();
        }
    }
}
