package io.hawkermq.broker;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import io.hawkermq.broker.transport.TlsContext;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/// TLS of an HTTP port whose certificate may change. Java's server asks once for its context, when it
/// is not started yet; so the context that it gets asks for another one at each connection.
final class RenewableTls extends HttpsConfigurator {
    private final Latest latest;

    RenewableTls(TlsContext tls) {
        this(new Latest(tls));
    }

    private RenewableTls(Latest latest) {
        super(new SSLContext(latest, latest.context().getProvider(), "TLS") {});
        this.latest = latest;
    }

    TlsContext current() {
        return latest.tls;
    }

    /// For connections from now on.
    void renew(TlsContext tls) {
        latest.tls = tls;
    }

    @Override
    public void configure(HttpsParameters parameters) {
        parameters.setSSLParameters(latest.tls.parameters());
    }

    private static final class Latest extends SSLContextSpi {
        private volatile TlsContext tls;

        Latest(TlsContext tls) {
            this.tls = tls;
        }

        SSLContext context() {
            return tls.context();
        }

        @Override
        protected void engineInit(
                KeyManager @Nullable [] keys,
                TrustManager @Nullable [] trusted,
                @Nullable SecureRandom random) {
            throw new UnsupportedOperationException("it is made of files");
        }

        @Override
        protected SSLSocketFactory engineGetSocketFactory() {
            return context().getSocketFactory();
        }

        @Override
        protected SSLServerSocketFactory engineGetServerSocketFactory() {
            return context().getServerSocketFactory();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine() {
            return context().createSSLEngine();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine(String host, int port) {
            return context().createSSLEngine(host, port);
        }

        @Override
        protected SSLSessionContext engineGetServerSessionContext() {
            return context().getServerSessionContext();
        }

        @Override
        protected SSLSessionContext engineGetClientSessionContext() {
            return context().getClientSessionContext();
        }
    }
}
