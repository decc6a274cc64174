package io.hawkermq.broker.transport;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/// TLS of one listener: what its files said when they were last read. New connections get what was
/// read last; those that are open keep what they began with. May be used by any thread.
public final class TlsContext {
    /// How long a client may resume a session, in seconds; until then its certificate is not looked
    /// at again, except after a [#reload].
    private static final int RESUMABLE_SECONDS = 3_600;

    private final TlsOptions options;
    private final String applicationProtocol;
    private volatile Files files;

    /// @param warnings sentences about what works, but not as it was probably meant
    private record Files(
            SSLContext context,
            SSLParameters parameters,
            ServerIdentity identity,
            Authorities authorities,
            List<String> warnings) {}

    /// Reads the files.
    ///
    /// @param applicationProtocol what ALPN agrees on with clients that offer it, like `mqtt`
    /// @throws TransportException if they cannot be used
    public TlsContext(TlsOptions options, String applicationProtocol) throws TransportException {
        this.options = options;
        this.applicationProtocol = applicationProtocol;
        // A client must not make the server compute handshakes within an open connection.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        files = read(options);
    }

    /// Reads the files again, for connections from now on.
    ///
    /// @throws TransportException if they cannot be used; what was read before stays in force
    public void reload() throws TransportException {
        files = read(options);
    }

    TlsOptions options() {
        return options;
    }

    /// Sentences about what was read last and works, but not as it was probably meant.
    public List<String> warnings() {
        return files.warnings();
    }

    /// True if both have the same options, and files that said the same when they were read.
    public boolean isSameAs(TlsContext other) {
        return options.equals(other.options)
                && applicationProtocol.equals(other.applicationProtocol)
                && files.identity().isSameAs(other.files.identity())
                && files.authorities().equals(other.files.authorities());
    }

    /// What was read last, for a server that makes its connections itself.
    public SSLContext context() {
        return files.context();
    }

    /// How those connections are to be.
    public SSLParameters parameters() {
        return files.parameters();
    }

    /// A new server end of a connection.
    SSLEngine engine() {
        Files f = files;
        SSLEngine engine = f.context().createSSLEngine();
        engine.setUseClientMode(false);
        engine.setSSLParameters(f.parameters());
        // Clients that offer only others are served as if they offered none.
        engine.setHandshakeApplicationProtocolSelector(
                (_, offered) -> offered.contains(applicationProtocol) ? applicationProtocol : "");
        return engine;
    }

    private static Files read(TlsOptions options) throws TransportException {
        Authorities authorities = Authorities.read(options);
        ServerIdentity identity = ServerIdentity.read(options, authorities.certificates());
        List<String> warnings = new ArrayList<>();
        X509Certificate own = identity.certificate();
        Instant now = Instant.now();
        Instant begin = own.getNotBefore().toInstant();
        Instant end = own.getNotAfter().toInstant();
        if (now.isBefore(begin) || now.isAfter(end)) {
            warnings.add(
                    "the certificate in "
                            + options.certificateFile()
                            + (now.isAfter(end)
                                    ? " has expired on " + end
                                    : " is not valid before " + begin)
                            + "; clients will refuse it");
        }
        boolean isAsked = options.clientCertificates() == TlsOptions.ClientCertificates.REQUIRED;
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    new KeyManager[] {identity},
                    isAsked
                            ? new TrustManager[] {new ClientTrust(authorities, options)}
                            : new TrustManager[0],
                    null);
            context.getServerSessionContext().setSessionTimeout(RESUMABLE_SECONDS);
            SSLParameters parameters = parameters(context, options, warnings);
            parameters.setNeedClientAuth(isAsked);
            return new Files(context, parameters, identity, authorities, List.copyOf(warnings));
        } catch (GeneralSecurityException e) {
            throw new TransportException("TLS cannot be set up", e);
        }
    }

    private static SSLParameters parameters(
            SSLContext context, TlsOptions options, List<String> warnings)
            throws TransportException {
        List<String> supported =
                Arrays.asList(context.getSupportedSSLParameters().getCipherSuites());
        List<String> enabled = Arrays.asList(context.getDefaultSSLParameters().getCipherSuites());
        List<String> suites = new ArrayList<>();
        suites.addAll(
                options.ciphersTls13() == null
                        ? enabled.stream().filter(CipherSuites::isTls13).toList()
                        : checked(
                                "ciphers_tls1.3",
                                CipherSuites.tls13(options.ciphersTls13(), supported),
                                warnings));
        boolean isTls12 = options.oldest() == TlsOptions.Version.TLS_1_2;
        if (isTls12) {
            suites.addAll(
                    options.ciphers() == null
                            ? enabled.stream().filter(CipherSuites::isTls12).toList()
                            : checked(
                                    "ciphers",
                                    CipherSuites.tls12(options.ciphers(), supported),
                                    warnings));
        }
        SSLParameters parameters = new SSLParameters(suites.toArray(new String[0]));
        parameters.setProtocols(
                isTls12
                        ? new String[] {
                            TlsOptions.Version.TLS_1_3.protocol(),
                            TlsOptions.Version.TLS_1_2.protocol()
                        }
                        : new String[] {TlsOptions.Version.TLS_1_3.protocol()});
        parameters.setUseCipherSuitesOrder(true);
        return parameters;
    }

    private static List<String> checked(String option, CipherSuites chosen, List<String> warnings)
            throws TransportException {
        if (chosen.suites().isEmpty()) {
            throw new TransportException(
                    "the list of "
                            + option
                            + " selects no cipher suite that this Java speaks"
                            + (chosen.unknown().isEmpty()
                                    ? ""
                                    : "; not known are " + String.join(", ", chosen.unknown())));
        }
        if (!chosen.unknown().isEmpty()) {
            warnings.add(
                    "in the list of "
                            + option
                            + " are unknown: "
                            + String.join(", ", chosen.unknown()));
        }
        return chosen.suites();
    }

    @Override
    public String toString() {
        return "TLS with " + Objects.requireNonNull(options.certificateFile());
    }
}
