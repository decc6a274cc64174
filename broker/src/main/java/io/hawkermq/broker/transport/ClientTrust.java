package io.hawkermq.broker.transport;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Decides whether a client's certificate comes from an authority of the listener, is within its
/// time and not revoked. As with OpenSSL, revocation is looked up for the client's own certificate,
/// in the lists given, never in the network; without a valid list of its authority it is refused.
final class ClientTrust extends X509ExtendedTrustManager {
    private final Authorities authorities;
    private final TlsOptions options;
    private final X509ExtendedTrustManager now;

    /// @throws TransportException if there is no authority
    ClientTrust(Authorities authorities, TlsOptions options) throws TransportException {
        this.authorities = authorities;
        this.options = options;
        if (authorities.certificates().isEmpty()) {
            throw new TransportException(
                    "certificates of clients are required, but no authority is named that they may"
                            + " come from (cafile or capath)");
        }
        try {
            now = at(null);
        } catch (GeneralSecurityException e) {
            throw new TransportException("the authorities of clients cannot be used", e);
        }
    }

    /// @param date at which certificates must be valid, null for that of the check
    private X509ExtendedTrustManager at(@Nullable Date date) throws GeneralSecurityException {
        PKIXBuilderParameters parameters =
                new PKIXBuilderParameters(anchors(), new X509CertSelector());
        List<Object> known = new ArrayList<>(authorities.certificates());
        known.addAll(authorities.revocations());
        parameters.addCertStore(
                CertStore.getInstance("Collection", new CollectionCertStoreParameters(known)));
        parameters.setDate(date);
        boolean isRevocable = !authorities.revocations().isEmpty();
        parameters.setRevocationEnabled(isRevocable);
        if (isRevocable) {
            PKIXRevocationChecker checker =
                    (PKIXRevocationChecker)
                            CertPathBuilder.getInstance("PKIX").getRevocationChecker();
            checker.setOptions(
                    EnumSet.of(
                            PKIXRevocationChecker.Option.PREFER_CRLS,
                            PKIXRevocationChecker.Option.NO_FALLBACK,
                            PKIXRevocationChecker.Option.ONLY_END_ENTITY));
            parameters.addCertPathChecker(checker);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(new CertPathTrustManagerParameters(parameters));
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager extended) {
                return extended;
            }
        }
        throw new GeneralSecurityException("this Java has no trust manager for certificates");
    }

    /// The roots; if the file has none, what it has, because that is what its owner wants to trust.
    private Set<TrustAnchor> anchors() {
        List<X509Certificate> all = authorities.certificates();
        List<X509Certificate> roots = all.stream().filter(Authorities::isSelfSigned).toList();
        Set<TrustAnchor> anchors = new HashSet<>();
        for (X509Certificate c : roots.isEmpty() ? all : roots) {
            anchors.add(new TrustAnchor(c, null));
        }
        return anchors;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        try {
            now.checkClientTrusted(chain, authType, engine);
        } catch (CertificateException e) {
            if (options.dates() == TlsOptions.Dates.CHECKED || !isOutOfTime(e)) {
                throw e;
            }
            try {
                at(lastDay(chain[0])).checkClientTrusted(chain, authType, engine);
            } catch (CertificateException second) {
                throw second;
            } catch (GeneralSecurityException second) {
                throw new CertificateException(second);
            }
        }
    }

    private static boolean isOutOfTime(Throwable e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof CertPathValidatorException v) {
                return v.getReason() == BasicReason.EXPIRED
                        || v.getReason() == BasicReason.NOT_YET_VALID;
            }
        }
        return false;
    }

    /// The moment within the certificate's time that is nearest to now.
    private static Date lastDay(X509Certificate certificate) {
        Instant now = Instant.now();
        Instant begin = certificate.getNotBefore().toInstant();
        Instant end = certificate.getNotAfter().toInstant();
        return Date.from(now.isBefore(begin) ? begin : now.isAfter(end) ? end : now);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return now.getAcceptedIssuers();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        now.checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        now.checkClientTrusted(chain, authType, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        throw new CertificateException("a listener meets no servers");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("a listener meets no servers");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("a listener meets no servers");
    }
}
