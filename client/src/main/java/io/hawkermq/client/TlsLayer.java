package io.hawkermq.client;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/// TLS by an `SSLEngine`, over a channel that blocks during [#handshake] and does not afterwards.
/// What TLS 1.3 exchanges later (tickets, key updates) passes through [#read] and [#write].
final class TlsLayer implements ByteLayer {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private final SSLEngine engine;

    /// Bytes of the channel that are not decrypted yet; ready to be read.
    private ByteBuffer netIn;

    /// Bytes for the channel; ready to be read.
    private ByteBuffer netOut;

    /// Plain bytes that had no room in a caller's buffer; ready to be read.
    private ByteBuffer plain = NOTHING;

    private boolean isEnded;

    TlsLayer(SocketChannel channel, SSLEngine engine) {
        this.channel = channel;
        this.engine = engine;
        int size = engine.getSession().getPacketBufferSize();
        netIn = ByteBuffer.allocate(size).limit(0);
        netOut = ByteBuffer.allocate(size).limit(0);
    }

    @Override
    public SocketChannel channel() {
        return channel;
    }

    /// Blocks until both ends are agreed, or the server knows why they are not.
    void handshake() throws IOException {
        try {
            agree();
        } catch (SSLException e) {
            alert(e);
            throw e;
        }
    }

    /// The engine has thrown what is wrong; what it would say of that, it says when asked once more.
    private void alert(SSLException wrong) {
        try {
            if (flush() && !engine.isOutboundDone()) {
                wrap(NOTHING);
                flush();
            }
        } catch (IOException e) {
            wrong.addSuppressed(e);
        }
    }

    private void agree() throws IOException {
        engine.beginHandshake();
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_WRAP -> {
                    wrap(NOTHING);
                    while (!flush()) {
                        Thread.onSpinWait(); // a blocking channel takes everything at once
                    }
                }
                case NEED_TASK -> runTasks();
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    ByteBuffer target =
                            ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
                    if (unwrap(target) == SSLEngineResult.Status.BUFFER_UNDERFLOW && fill() < 0) {
                        throw new EOFException(
                                "the server has closed the connection in the TLS handshake");
                    }
                    keep(target.flip());
                }
                case NOT_HANDSHAKING, FINISHED -> {
                    return;
                }
            }
        }
    }

    private void keep(ByteBuffer more) {
        if (more.hasRemaining()) {
            ByteBuffer both = ByteBuffer.allocate(plain.remaining() + more.remaining());
            plain = both.put(plain).put(more).flip();
        }
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask();
                task != null;
                task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        int start = into.position();
        while (into.hasRemaining()) {
            if (plain.hasRemaining()) {
                move(plain, into);
                continue;
            }
            if (isEnded) {
                break;
            }
            if (into.remaining() < engine.getSession().getApplicationBufferSize()) {
                if (into.position() > start) {
                    break;
                }
                ByteBuffer own =
                        ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
                boolean isMore = step(own, true);
                plain = own.flip();
                if (!isMore) {
                    break;
                }
            } else if (!step(into, into.position() == start)) {
                break;
            }
        }
        int count = into.position() - start;
        return count == 0 && isEnded ? -1 : count;
    }

    private static void move(ByteBuffer from, ByteBuffer into) {
        int count = Math.min(from.remaining(), into.remaining());
        into.put(from.slice(from.position(), count));
        from.position(from.position() + count);
    }

    /// @param mayFill false if there is something to return already, so that a channel that blocks
    ///     must not be asked for more
    /// @return false if nothing more can be had for now
    private boolean step(ByteBuffer target, boolean mayFill) throws IOException {
        SSLEngineResult.Status status = unwrap(target);
        if (status == SSLEngineResult.Status.CLOSED) {
            isEnded = true;
            return false;
        }
        HandshakeStatus next = engine.getHandshakeStatus();
        if (next == HandshakeStatus.NEED_TASK) {
            runTasks();
        } else if (next == HandshakeStatus.NEED_WRAP) {
            if (!flush()) {
                return false; // goes on when the channel takes more
            }
            wrap(NOTHING);
            flush();
        }
        if (status == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
            int count = mayFill ? fill() : 0;
            if (count < 0) {
                // Without close_notify: MQTT tells itself where a packet ends.
                isEnded = true;
            }
            return count > 0;
        }
        return true;
    }

    private SSLEngineResult.Status unwrap(ByteBuffer target) throws IOException {
        SSLEngineResult result = engine.unwrap(netIn, target);
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
            throw new IOException("a TLS record is larger than announced");
        }
        return result.getStatus();
    }

    private int fill() throws IOException {
        if (netIn.remaining() == netIn.capacity()
                || netIn.capacity() < engine.getSession().getPacketBufferSize()) {
            int size = Math.max(netIn.capacity() * 2, engine.getSession().getPacketBufferSize());
            netIn = ByteBuffer.allocate(size).put(netIn).flip();
        }
        netIn.compact();
        int count = channel.read(netIn);
        netIn.flip();
        return count;
    }

    @Override
    public boolean write(ByteBuffer from) throws IOException {
        while (flush()) {
            if (!from.hasRemaining()) {
                return true;
            }
            wrap(from);
        }
        return false;
    }

    /// Makes a record of `from`; called with nothing waiting.
    private void wrap(ByteBuffer from) throws IOException {
        int size = engine.getSession().getPacketBufferSize();
        if (netOut.capacity() < size) {
            netOut = ByteBuffer.allocate(size);
        }
        netOut.clear();
        SSLEngineResult result;
        try {
            result = engine.wrap(from, netOut);
        } finally {
            netOut.flip();
        }
        switch (result.getStatus()) {
            case OK -> {}
            case CLOSED -> {
                if (from.hasRemaining()) {
                    throw new IOException("the TLS connection is closed");
                }
            }
            case BUFFER_OVERFLOW, BUFFER_UNDERFLOW ->
                    throw new IOException("a TLS record is larger than announced");
        }
    }

    private boolean flush() throws IOException {
        if (netOut.hasRemaining()) {
            channel.write(netOut);
        }
        return !netOut.hasRemaining();
    }

    @Override
    public boolean hasMore() {
        return plain.hasRemaining();
    }

    @Override
    public boolean isWaiting() {
        return netOut.hasRemaining();
    }

    @Override
    public void sayGoodbye() throws IOException {
        engine.closeOutbound();
        if (flush()) {
            wrap(NOTHING);
            flush();
        }
    }
}
