package io.hawkermq.broker.transport;

import io.hawkermq.mosquitto.access.AccessFileException;
import io.hawkermq.mosquitto.access.PskFile;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.jcajce.util.DefaultJcaJceHelper;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.crypto.TlsCipher;
import org.bouncycastle.tls.crypto.TlsCrypto;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;

/// The pre-shared keys of a listener, as its file was read last. May be used by any thread.
///
/// Java's TLS knows no pre-shared keys, so that this is Bouncy Castle's. Its classes are loaded only
/// by a listener that asks for it.
public final class PskContext {
    /// In the order of preference: those whose keys cannot be computed later from the secret first.
    private static final Map<String, Integer> SUITES = new LinkedHashMap<>();

    static {
        SUITES.put(
                "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256",
                CipherSuite.TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256);
        SUITES.put(
                "TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256",
                CipherSuite.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256);
        SUITES.put(
                "TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384",
                CipherSuite.TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384);
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
        SUITES.put("TLS_PSK_WITH_AES_256_CCM", CipherSuite.TLS_PSK_WITH_AES_256_CCM);
        SUITES.put("TLS_PSK_WITH_AES_128_CCM", CipherSuite.TLS_PSK_WITH_AES_128_CCM);
        SUITES.put("TLS_PSK_WITH_AES_256_CCM_8", CipherSuite.TLS_PSK_WITH_AES_256_CCM_8);
        SUITES.put("TLS_PSK_WITH_AES_128_CCM_8", CipherSuite.TLS_PSK_WITH_AES_128_CCM_8);
        SUITES.put("TLS_PSK_WITH_AES_256_CBC_SHA384", CipherSuite.TLS_PSK_WITH_AES_256_CBC_SHA384);
        SUITES.put("TLS_PSK_WITH_AES_128_CBC_SHA256", CipherSuite.TLS_PSK_WITH_AES_128_CBC_SHA256);
        SUITES.put("TLS_PSK_WITH_AES_256_CBC_SHA", CipherSuite.TLS_PSK_WITH_AES_256_CBC_SHA);
        SUITES.put("TLS_PSK_WITH_AES_128_CBC_SHA", CipherSuite.TLS_PSK_WITH_AES_128_CBC_SHA);
    }

    /// Of TLS 1.3 those whose hash is that of a key that says nothing about its hash.
    private static final int[] SUITES_TLS13 = {
        CipherSuite.TLS_AES_128_GCM_SHA256, CipherSuite.TLS_CHACHA20_POLY1305_SHA256
    };

    /// Java's ciphers, which the processor computes; those that Java lacks, by which small devices
    /// often have nothing else, from Bouncy Castle.
    private static final class Ciphers extends JcaTlsCrypto {
        private final BcTlsCrypto others;

        Ciphers() {
            this(new SecureRandom());
        }

        private Ciphers(SecureRandom random) {
            super(new DefaultJcaJceHelper(), random, random);
            others = new BcTlsCrypto(random);
        }

        @Override
        public boolean hasEncryptionAlgorithm(int algorithm) {
            return isJavas(algorithm) || others.hasEncryptionAlgorithm(algorithm);
        }

        @Override
        public TlsCipher createCipher(TlsCryptoParameters parameters, int algorithm, int mac)
                throws IOException {
            return isJavas(algorithm)
                    ? super.createCipher(parameters, algorithm, mac)
                    : others.createCipher(parameters, algorithm, mac);
        }

        private boolean isJavas(int algorithm) {
            return super.hasEncryptionAlgorithm(algorithm);
        }
    }

    private final PskOptions options;
    private final String applicationProtocol;
    private final TlsCrypto crypto = new Ciphers();
    private final int[] suites;
    private final List<String> warnings = new ArrayList<>();
    private volatile PskFile file;

    /// Reads the file.
    ///
    /// @param applicationProtocol what ALPN agrees on with clients that offer it, like `mqtt`
    /// @throws TransportException if it cannot be used
    public PskContext(PskOptions options, String applicationProtocol) throws TransportException {
        this.options = options;
        this.applicationProtocol = applicationProtocol;
        suites = suites();
        file = read();
    }

    private int[] suites() throws TransportException {
        List<String> chosen = List.copyOf(SUITES.keySet());
        if (options.ciphers() != null) {
            CipherSuites read = CipherSuites.tls12(options.ciphers(), chosen);
            if (read.suites().isEmpty()) {
                throw new TransportException(
                        "the list of ciphers selects no cipher suite with pre-shared keys");
            }
            if (!read.unknown().isEmpty()) {
                warnings.add(
                        "in the list of ciphers are unknown: " + String.join(", ", read.unknown()));
            }
            chosen = read.suites();
        }
        int[] codes = Arrays.copyOf(SUITES_TLS13, SUITES_TLS13.length + chosen.size());
        int at = SUITES_TLS13.length;
        for (String name : chosen) {
            codes[at++] = SUITES.getOrDefault(name, 0);
        }
        return codes;
    }

    private PskFile read() throws TransportException {
        try {
            return PskFile.read(options.file());
        } catch (AccessFileException e) {
            throw new TransportException(String.valueOf(e.getMessage()));
        }
    }

    /// Reads the file again, for connections from now on.
    ///
    /// @throws TransportException if it cannot be used; what was read before stays in force
    public void reload() throws TransportException {
        file = read();
    }

    /// Sentences about what works, but not as it was probably meant.
    public List<String> warnings() {
        List<String> all = new ArrayList<>(warnings);
        all.addAll(file.notices());
        return all;
    }

    PskOptions options() {
        return options;
    }

    /// A new server end of a connection.
    PskServer server() {
        return new PskServer(crypto, options, suites, applicationProtocol, file);
    }
}
