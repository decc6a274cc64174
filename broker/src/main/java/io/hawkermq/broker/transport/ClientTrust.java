package io.hawkermq.broker.transport;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
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
    private static final int LONGEST_CHAIN = 10;

    private final Authorities authorities;
    private final TlsOptions options;
    private final X509ExtendedTrustManager trust;

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
            trust = trust();
        } catch (GeneralSecurityException e) {
            throw new TransportException("the authorities of clients cannot be used", e);
        }
    }

    private X509ExtendedTrustManager trust() throws GeneralSecurityException {
        PKIXBuilderParameters parameters =
                new PKIXBuilderParameters(anchors(), new X509CertSelector());
        List<Object> known = new ArrayList<>(authorities.certificates());
        known.addAll(authorities.revocations());
        parameters.addCertStore(
                CertStore.getInstance("Collection", new CollectionCertStoreParameters(known)));
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
        BasicReason outOfTime = outOfTime(chain[0]);
        if (outOfTime == null) {
            trust.checkClientTrusted(chain, authType, engine);
            return;
        }
        trust.checkClientTrusted(withoutDates(chain), authType, engine);
        if (options.dates() == TlsOptions.Dates.CHECKED) {
            // Java would say of some that they come from no authority, as it looks for a path of
            // certificates that are valid.
            throw new CertificateException(
                    new CertPathValidatorException("out of its time", null, null, -1, outOfTime));
        }
    }

    private static @Nullable BasicReason outOfTime(X509Certificate certificate) {
        try {
            certificate.checkValidity();
            return null;
        } catch (CertificateNotYetValidException e) {
            return BasicReason.NOT_YET_VALID;
        } catch (CertificateExpiredException e) {
            return BasicReason.EXPIRED;
        }
    }

    /// The client's certificate without its dates, and who issued it up to a root, with theirs: so
    /// authorities and revocation lists are judged as of now, and all but the client's own dates is
    /// as for everybody. The chain is complete, as Java would otherwise build one of its own
    /// certificates, with their dates.
    private X509Certificate[] withoutDates(X509Certificate[] chain) {
        Set<X509Certificate> known = new LinkedHashSet<>(authorities.certificates());
        known.addAll(List.of(chain).subList(1, chain.length));
        List<X509Certificate> all = new ArrayList<>();
        all.add(new UndatedCertificate(chain[0]));
        X509Certificate last = chain[0];
        while (last != null && all.size() < LONGEST_CHAIN && !Authorities.isSelfSigned(last)) {
            last = issuer(last, known);
            if (last != null) {
                all.add(last);
            }
        }
        return all.toArray(X509Certificate[]::new);
    }

    /// One that is valid now before one of the same key that is not.
    private static @Nullable X509Certificate issuer(
            X509Certificate issued, Set<X509Certificate> known) {
        X509Certificate found = null;
        for (X509Certificate candidate : known) {
            if (Authorities.hasIssued(candidate, issued)) {
                try {
                    candidate.checkValidity();
                    return candidate;
                } catch (CertificateException e) {
                    found = candidate;
                }
            }
        }
        return found;
    }

    /// With those between the roots and the clients: of a client that has several certificates, or
    /// sends none that nobody asks for, one of them may have issued the right one.
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities.certificates().toArray(X509Certificate[]::new);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        trust.checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        trust.checkClientTrusted(chain, authType, socket);
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
