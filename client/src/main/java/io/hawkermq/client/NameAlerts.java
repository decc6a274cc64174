package io.hawkermq.client;

import java.net.Socket;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Trusts whom another trusts, and tells a server whose certificate is for another name so with the
/// alert `bad_certificate`, as OpenSSL does. Java by itself sends `certificate_unknown`, which servers
/// log as if the authority were not known.
final class NameAlerts extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager trusted;

    NameAlerts(X509ExtendedTrustManager trusted) {
        this.trusted = trusted;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        try {
            trusted.checkServerTrusted(chain, authType, engine);
        } catch (CertificateException e) {
            throw e.getCause() == null ? ofName(e) : e;
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        try {
            trusted.checkServerTrusted(chain, authType, socket);
        } catch (CertificateException e) {
            throw e.getCause() == null ? ofName(e) : e;
        }
    }

    /// A failed path has a cause; a wrong name has none. The reason is the one that Java's TLS turns
    /// into this alert.
    private static CertificateException ofName(CertificateException e) {
        return new CertificateException(
                e.getMessage(),
                new CertPathValidatorException(
                        e.getMessage(), e, null, -1, BasicReason.INVALID_SIGNATURE));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        trusted.checkServerTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        trusted.checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        trusted.checkClientTrusted(chain, authType, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        trusted.checkClientTrusted(chain, authType, engine);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return trusted.getAcceptedIssuers();
    }
}
