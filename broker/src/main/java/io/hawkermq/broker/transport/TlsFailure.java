package io.hawkermq.broker.transport;

import io.netty.handler.ssl.NotSslRecordException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.util.Locale;
import javax.net.ssl.SSLException;

/// Says in a sentence what went wrong with TLS, and on whose side.
final class TlsFailure {
    private static final int LONGEST_TEXT = 300;

    private TlsFailure() {}

    /// @return without a full stop
    static String describe(Throwable failure) {
        String text = "";
        for (Throwable t = failure; t != null; t = t.getCause()) {
            switch (t) {
                case NotSslRecordException _ -> {
                    return "the client does not speak TLS, which this listener needs";
                }
                case ClosedChannelException _ -> {
                    return "the client left during the TLS handshake";
                }
                case CertPathValidatorException v -> {
                    return "certificate verify failed: " + describe(v);
                }
                case CertPathBuilderException _ -> {
                    if (!(t.getCause() instanceof CertPathValidatorException)) {
                        return "certificate verify failed: the client's certificate comes from no"
                                + " authority of this listener";
                    }
                }
                case CertificateException _, SSLException _ -> {
                    if (text.isEmpty() && t.getMessage() != null) {
                        text = t.getMessage();
                    }
                }
                default -> {}
            }
        }
        return sentence(text.isEmpty() ? String.valueOf(failure.getMessage()) : text);
    }

    private static String describe(CertPathValidatorException e) {
        if (e.getReason() instanceof BasicReason reason) {
            return switch (reason) {
                case EXPIRED -> "the client's certificate has expired";
                case NOT_YET_VALID -> "the client's certificate is not valid yet";
                case REVOKED -> "the client's certificate has been revoked";
                case UNDETERMINED_REVOCATION_STATUS ->
                        "there is no valid revocation list of the authority that issued the"
                                + " client's certificate";
                case INVALID_SIGNATURE -> "the signature of the client's certificate is wrong";
                case ALGORITHM_CONSTRAINED ->
                        "the client's certificate uses an algorithm or a key that is too weak";
                case UNSPECIFIED -> cut(String.valueOf(e.getMessage()));
            };
        }
        return cut(String.valueOf(e.getMessage()));
    }

    private static String sentence(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        String alert = "received fatal alert: ";
        int at = lower.indexOf(alert);
        if (at >= 0) {
            return switch (lower.substring(at + alert.length()).strip()) {
                case "unknown_ca", "certificate_unknown", "bad_certificate" ->
                        "the client does not trust the certificate of this listener (alert "
                                + lower.substring(at + alert.length()).strip()
                                + ")";
                case String name ->
                        "the client ended the TLS handshake with the alert " + cut(name);
            };
        }
        if (lower.contains("closed while ssl/tls handshake")) {
            return "the client left during the TLS handshake";
        }
        if (lower.contains("empty client certificate chain")) {
            return "the client did not provide a certificate";
        }
        if (lower.contains("no cipher suites in common")) {
            return "the client knows no cipher suite that this listener takes";
        }
        if (lower.contains("client requested protocol")
                || lower.contains("not accepted by server preferences")) {
            return "the client speaks only versions of TLS that this listener does not take";
        }
        return "TLS failed: " + cut(text);
    }

    private static String cut(String text) {
        String line = text.lines().findFirst().orElse("");
        return line.length() <= LONGEST_TEXT ? line : line.substring(0, LONGEST_TEXT) + "...";
    }
}
