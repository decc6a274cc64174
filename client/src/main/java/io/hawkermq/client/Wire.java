package io.hawkermq.client;

import io.hawkermq.protocol.ByteWriter;
import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketDecoder;
import io.hawkermq.protocol.PacketEncoder;
import io.hawkermq.protocol.ProtocolVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;

/// One network connection on its loop: bytes in, packets out, and the reverse. Packets that are
/// sent collect in one buffer and leave in one write at the end of the turn.
///
/// It ends once, through [Owner#lost], [#closeGently] or [#closeNow], and is silent afterwards.
final class Wire {
    /// Bytes waiting to be written from which on no further PUBLISH is added.
    private static final int CONGESTED = 256 * 1024;

    /// Bytes waiting to be written from which on nothing is read: a server that does not read
    /// answers must not be answered without end.
    private static final int CLOGGED = 4 * 1024 * 1024;

    /// Reads a turn, so that one busy connection leaves time for others.
    private static final int MOST_READS = 8;

    /// Bytes of an idle connection's buffer.
    private static final int KEPT = 4 * 1024;

    /// Who is told what happens here.
    interface Owner {
        void received(Packet packet) throws MalformedPacketException;

        void malformed(MalformedPacketException exception);

        /// What was sent is with the operating system.
        void flushed();

        void lost(Ending ending);
    }

    private static final byte[] NOTHING = new byte[0];

    private final Loop loop;
    private final Owner owner;
    private final ByteLayer layer;
    private final ProtocolVersion version;
    private final PacketDecoder decoder;
    private final ByteWriter out = new ByteWriter(0, Integer.MAX_VALUE - 16);
    private final Runnable flush = this::flushAtEndOfTurn;
    private SelectionKey key;
    private long maximumPacketSize = PacketEncoder.LARGEST_PACKET;
    private int written;
    private boolean isFlushDue;
    private boolean isPaused;
    private boolean isClosed;
    private boolean isClosing;
    private boolean isDraining;
    private long bytesRead;
    private long bytesWritten;

    Wire(Loop loop, Owner owner, ByteLayer layer, ProtocolVersion version, int largestInbound)
            throws IOException {
        this.loop = loop;
        this.owner = owner;
        this.layer = layer;
        this.version = version;
        this.decoder = PacketDecoder.forClient(loop.topicNames(), version, largestInbound);
        this.key = layer.channel().register(loop.selector(), SelectionKey.OP_READ, this);
    }

    long bytesRead() {
        return bytesRead;
    }

    long bytesWritten() {
        return bytesWritten;
    }

    /// What the server has announced: bytes of a packet that it takes.
    void maximumPacketSize(long bytes) {
        maximumPacketSize = bytes;
    }

    boolean send(Packet packet) {
        if (isClosed || isClosing) {
            return true;
        }
        if (!PacketEncoder.encode(packet, version, maximumPacketSize, out)) {
            return false;
        }
        flushLater();
        return true;
    }

    private void flushLater() {
        if (!isFlushDue) {
            isFlushDue = true;
            loop.atEndOfTurn(flush);
        }
    }

    boolean isCongested() {
        return out.length() - written > CONGESTED;
    }

    /// Stops or goes on reading.
    void pause(boolean isToPause) {
        if (isPaused != isToPause) {
            isPaused = isToPause;
            interest();
            if (!isToPause) {
                loop.execute(this::goOn);
            }
        }
    }

    /// What had arrived when reading was paused, then what has since.
    private void goOn() {
        if (!isClosed && !isPaused) {
            guarded(() -> take(NOTHING, 0));
            guarded(this::read);
        }
    }

    /// A fault of this client ends this connection, and no other.
    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            end(new Ending.Defect(e));
        }
    }

    void ready() {
        guarded(this::readAndWrite);
    }

    private void readAndWrite() {
        try {
            // What was added since the last end of a turn waits for the next one: an outbox may
            // have
            // to keep it first.
            if (key.isWritable() && !isFlushDue) {
                flush();
            }
            if (key.isValid() && key.isReadable()) {
                read();
            }
        } catch (CancelledKeyException e) {
            // Closed by what was read or written just now.
            isClosed = true;
        }
    }

    private void read() {
        if (isDraining) {
            drain();
            return;
        }
        byte[] bytes = loop.readBuffer();
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        try {
            for (int i = 0; i < MOST_READS && !isClosed && !isPaused; i++) {
                buffer.clear();
                int count = layer.read(buffer);
                if (count < 0) {
                    end(new Ending.Lost(null));
                    return;
                }
                if (count == 0 && !layer.hasMore()) {
                    return;
                }
                bytesRead += count;
                take(bytes, count);
                if (count < bytes.length / 2 && !layer.hasMore()) {
                    return;
                }
            }
            if (!isClosed && !isPaused && layer.hasMore()) {
                loop.execute(this::goOn);
            }
        } catch (IOException e) {
            end(new Ending.Lost(e));
        }
    }

    private void take(byte[] bytes, int count) {
        decoder.feed(bytes, 0, count);
        try {
            while (!isPaused) {
                Packet p = decoder.next();
                if (p == null) {
                    break;
                }
                owner.received(p);
                if (isClosed) {
                    return;
                }
            }
            decoder.stash();
        } catch (MalformedPacketException e) {
            owner.malformed(e);
        }
        if (out.length() - written > CLOGGED || layer.isWaiting()) {
            interest();
        }
    }

    private void flushAtEndOfTurn() {
        isFlushDue = false;
        guarded(this::flush);
    }

    private void flush() {
        if (isClosed || isDraining) {
            return;
        }
        try {
            ByteBuffer bytes = ByteBuffer.wrap(out.array(), written, out.length() - written);
            boolean isDone = layer.write(bytes);
            bytesWritten += bytes.position() - written;
            written = bytes.position();
            if (written == out.length()) {
                out.reset(KEPT);
                written = 0;
            } else if (written > out.length() / 2 && written > CONGESTED) {
                dropWritten();
            }
            if (isDone && isClosing) {
                finish();
                return;
            }
            interest();
            if (isDone) {
                owner.flushed();
            }
        } catch (IOException e) {
            end(new Ending.Lost(e));
        }
    }

    private void dropWritten() {
        int rest = out.length() - written;
        System.arraycopy(out.array(), written, out.array(), 0, rest);
        out.truncate(rest);
        written = 0;
    }

    private void interest() {
        if (!key.isValid()) {
            return;
        }
        int waiting = out.length() - written;
        boolean isReading = !isPaused && !isClosing && waiting <= CLOGGED;
        int wanted =
                (isReading ? SelectionKey.OP_READ : 0)
                        | (waiting > 0 || layer.isWaiting() ? SelectionKey.OP_WRITE : 0);
        if (key.interestOps() != wanted) {
            key.interestOps(wanted);
        }
    }

    private void end(Ending ending) {
        if (!isClosed) {
            closeNow();
            owner.lost(ending);
        }
    }

    /// Closes as soon as everything sent before is written; nothing is read any more.
    void closeGently() {
        if (!isClosed && !isClosing) {
            isClosing = true;
            flushLater();
        }
    }

    /// Everything is written. The socket stays until the server closes it too: closing it with
    /// unread bytes would be a reset, which may overtake DISCONNECT and have the Will sent.
    private void finish() {
        try {
            layer.sayGoodbye();
            layer.channel().shutdownOutput();
            isDraining = true;
            key.interestOps(SelectionKey.OP_READ);
        } catch (IOException | UnsupportedOperationException e) {
            closeNow(); // the server was faster
        }
    }

    private void drain() {
        try {
            ByteBuffer rest = ByteBuffer.wrap(loop.readBuffer());
            if (layer.channel().read(rest) < 0) {
                closeNow();
            }
        } catch (IOException e) {
            closeNow();
        }
    }

    void closeNow() {
        isClosed = true;
        key.cancel();
        Attempt.closeQuietly(layer.channel());
        out.reset(0);
        written = 0;
    }
}
