package io.hawkermq.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import org.bouncycastle.tls.TlsClientProtocol;
import org.jspecify.annotations.Nullable;

/// One TLS connection of a client with a pre-shared key, as an `SSLEngine`.
///
/// Bouncy Castle's protocol takes and gives bytes in any portions; this hands it whole records, since
/// that is how an engine says what it lacks. It has no tasks of its own: the client makes handshakes
/// where it may compute. One thread at a time, as of any engine.
final class PskEngine extends SSLEngine {
    private static final int HEADER = 5;

    /// The most that goes into one record, in bytes.
    private static final int LARGEST_PLAIN = 16 * 1024;

    private final PskTls tls;
    private final TlsClientProtocol protocol = new TlsClientProtocol();
    private final SSLSession sizes;
    private String[] versions = {"TLSv1.3", "TLSv1.2"};
    private String[] ciphers = PskTls.suites();
    private String[] applicationProtocols = {};
    private PskTls.@Nullable Handshake handshake;
    private boolean isOutboundClosed;

    PskEngine(PskTls tls) {
        this.tls = tls;
        sizes = sizes();
    }

    /// Of a connection that never begins: who asks wants to know how large records can be.
    private static SSLSession sizes() {
        try {
            SSLContext empty = SSLContext.getInstance("TLS");
            empty.init(null, new TrustManager[0], null); // null would read all authorities
            return empty.createSSLEngine().getSession();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void beginHandshake() throws SSLException {
        if (handshake != null) {
            return;
        }
        try {
            PskTls.Handshake begun = tls.handshake(versions, ciphers, applicationProtocols);
            handshake = begun;
            protocol.connect(begun);
        } catch (GeneralSecurityException | IOException e) {
            throw failed(e);
        }
    }

    @Override
    public HandshakeStatus getHandshakeStatus() {
        if (protocol.getAvailableOutputBytes() > 0) {
            return HandshakeStatus.NEED_WRAP;
        }
        return handshake == null || protocol.isConnected() || protocol.isClosed()
                ? HandshakeStatus.NOT_HANDSHAKING
                : HandshakeStatus.NEED_UNWRAP;
    }

    @Override
    public SSLEngineResult wrap(ByteBuffer[] sources, int offset, int length, ByteBuffer target)
            throws SSLException {
        int consumed = 0;
        if (protocol.getAvailableOutputBytes() == 0 && protocol.isConnected()) {
            consumed = encrypt(sources, offset, length);
        }
        byte[] records = new byte[Math.min(target.remaining(), protocol.getAvailableOutputBytes())];
        protocol.readOutput(records, 0, records.length);
        target.put(records);
        Status status = protocol.isClosed() && records.length == 0 ? Status.CLOSED : Status.OK;
        return new SSLEngineResult(status, getHandshakeStatus(), consumed, records.length);
    }

    private int encrypt(ByteBuffer[] sources, int offset, int length) throws SSLException {
        for (int i = offset; i < offset + length; i++) {
            if (sources[i].hasRemaining()) {
                byte[] plain = new byte[Math.min(LARGEST_PLAIN, sources[i].remaining())];
                sources[i].get(plain);
                try {
                    protocol.writeApplicationData(plain, 0, plain.length);
                } catch (IOException e) {
                    throw failed(e);
                }
                return plain.length;
            }
        }
        return 0;
    }

    @Override
    public SSLEngineResult unwrap(ByteBuffer source, ByteBuffer[] targets, int offset, int length)
            throws SSLException {
        int consumed = 0;
        if (protocol.getAvailableInputBytes() == 0) {
            if (protocol.isClosed()) {
                return new SSLEngineResult(Status.CLOSED, getHandshakeStatus(), 0, 0);
            }
            consumed = record(source);
            if (consumed == 0) {
                return new SSLEngineResult(Status.BUFFER_UNDERFLOW, getHandshakeStatus(), 0, 0);
            }
            byte[] record = new byte[consumed];
            source.get(record);
            try {
                protocol.offerInput(record);
            } catch (IOException | RuntimeException e) {
                throw failed(e);
            }
        }
        int produced = 0;
        for (int i = offset; i < offset + length; i++) {
            byte[] plain =
                    new byte[Math.min(targets[i].remaining(), protocol.getAvailableInputBytes())];
            protocol.readInput(plain, 0, plain.length);
            targets[i].put(plain);
            produced += plain.length;
        }
        Status status = protocol.isClosed() && produced == 0 ? Status.CLOSED : Status.OK;
        return new SSLEngineResult(status, getHandshakeStatus(), consumed, produced);
    }

    /// Bytes of the record at the beginning; 0 if it is not there as a whole.
    private static int record(ByteBuffer source) {
        if (source.remaining() < HEADER) {
            return 0;
        }
        int size = HEADER + Short.toUnsignedInt(source.getShort(source.position() + HEADER - 2));
        return source.remaining() < size ? 0 : size;
    }

    private static SSLException failed(Exception e) {
        return new SSLException("TLS with the pre-shared key failed: " + e.getMessage(), e);
    }

    @Override
    public @Nullable Runnable getDelegatedTask() {
        return null;
    }

    @Override
    public void closeInbound() {
        // A missing close_notify is nobody's loss: MQTT tells itself where a packet ends.
    }

    @Override
    public boolean isInboundDone() {
        return protocol.isClosed();
    }

    @Override
    public void closeOutbound() {
        isOutboundClosed = true;
        try {
            protocol.close();
        } catch (IOException e) {
            return; // in a handshake, or for the second time
        }
    }

    @Override
    public boolean isOutboundDone() {
        return (isOutboundClosed || protocol.isClosed()) && protocol.getAvailableOutputBytes() == 0;
    }

    @Override
    public SSLSession getSession() {
        return sizes;
    }

    @Override
    public String getApplicationProtocol() {
        PskTls.Handshake done = handshake;
        try {
            return done == null || !protocol.isConnected() ? "" : done.applicationProtocol();
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void setSSLParameters(SSLParameters parameters) {
        super.setSSLParameters(parameters);
        applicationProtocols = parameters.getApplicationProtocols();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return PskTls.suites();
    }

    @Override
    public String[] getEnabledCipherSuites() {
        return ciphers.clone();
    }

    @Override
    public void setEnabledCipherSuites(String[] suites) {
        ciphers = suites.clone();
    }

    @Override
    public String[] getSupportedProtocols() {
        return new String[] {"TLSv1.3", "TLSv1.2"};
    }

    @Override
    public String[] getEnabledProtocols() {
        return versions.clone();
    }

    @Override
    public void setEnabledProtocols(String[] protocols) {
        versions = protocols.clone();
    }

    @Override
    public void setUseClientMode(boolean isClient) {
        if (!isClient) {
            throw new IllegalArgumentException("the client's end only");
        }
    }

    @Override
    public boolean getUseClientMode() {
        return true;
    }

    @Override
    public void setNeedClientAuth(boolean isNeeded) {}

    @Override
    public boolean getNeedClientAuth() {
        return false;
    }

    @Override
    public void setWantClientAuth(boolean isWanted) {}

    @Override
    public boolean getWantClientAuth() {
        return false;
    }

    @Override
    public void setEnableSessionCreation(boolean isAllowed) {}

    @Override
    public boolean getEnableSessionCreation() {
        return true;
    }
}
