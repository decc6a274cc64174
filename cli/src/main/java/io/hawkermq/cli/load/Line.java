package io.hawkermq.cli.load;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;

/// Bytes of a channel that never blocks, plain or through TLS.
sealed interface Line {
    /// Goes on with what comes before the first byte of MQTT.
    ///
    /// @return true if that is over; otherwise to be called again when the channel is ready
    boolean isOpen() throws IOException;

    /// Reads once from the channel.
    ///
    /// @param into has room for at least [#LEAST_ROOM] bytes
    /// @return -1 at the end
    int read(ByteBuffer into) throws IOException;

    /// @return false if something is left, in `from` or here, for when the channel takes more
    boolean write(ByteBuffer from) throws IOException;

    int LEAST_ROOM = 96 * 1_024;

    record Plain(SocketChannel channel) implements Line {
        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            return channel.read(into);
        }

        @Override
        public boolean write(ByteBuffer from) throws IOException {
            channel.write(from);
            return !from.hasRemaining();
        }
    }

    /// TLS by an engine. All lines of the thread share `scratch`; a line keeps only what is left
    /// over, so that ten thousand idle ones need little memory.
    final class Secured implements Line {
        private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
        private static final int READ_AT_ONCE = 64 * 1_024;

        private final SocketChannel channel;
        private final SSLEngine engine;
        private final ByteBuffer scratch;

        /// Bytes of the channel that make no record yet; ready to be read.
        private ByteBuffer rest = NOTHING;

        /// Records that the channel did not take; ready to be read.
        private ByteBuffer waiting = NOTHING;

        /// What came together with the last message of the handshake; ready to be read.
        private ByteBuffer early = NOTHING;

        private boolean isOpen;

        /// @param scratch as large as two records at least
        Secured(SocketChannel channel, SSLEngine engine, ByteBuffer scratch) throws IOException {
            this.channel = channel;
            this.engine = engine;
            this.scratch = scratch;
            engine.beginHandshake();
        }

        /// Room for what is read at once and a record that was begun before.
        static ByteBuffer scratch() {
            return ByteBuffer.allocateDirect(2 * READ_AT_ONCE);
        }

        @Override
        public boolean isOpen() throws IOException {
            while (!isOpen) {
                switch (engine.getHandshakeStatus()) {
                    case NEED_WRAP -> {
                        if (!flush()) {
                            return false;
                        }
                        wrap(NOTHING);
                        flush();
                    }
                    case NEED_TASK -> runTasks();
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                        if (!flush()) {
                            return false;
                        }
                        ByteBuffer into = ByteBuffer.allocate(LEAST_ROOM);
                        int before = rest.remaining();
                        int count = read(into);
                        if (count < 0) {
                            throw new EOFException("closed in the TLS handshake");
                        }
                        if (count > 0) {
                            early = into.flip();
                        }
                        if (isAwaiting() && rest.remaining() == before) {
                            return false;
                        }
                    }
                    case NOT_HANDSHAKING, FINISHED -> {
                        if (!flush()) {
                            return false;
                        }
                        isOpen = true;
                    }
                }
            }
            return true;
        }

        private boolean isAwaiting() {
            return switch (engine.getHandshakeStatus()) {
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> true;
                default -> false;
            };
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
            into.put(early);
            scratch.clear();
            scratch.put(rest);
            scratch.limit(Math.min(scratch.capacity(), scratch.position() + READ_AT_ONCE));
            int count = channel.read(scratch);
            scratch.flip();
            SSLEngineResult.Status status = SSLEngineResult.Status.OK;
            while (status == SSLEngineResult.Status.OK && scratch.hasRemaining()) {
                SSLEngineResult result = engine.unwrap(scratch, into);
                status = result.getStatus();
                if (result.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_TASK) {
                    runTasks();
                } else if (result.getHandshakeStatus()
                        == SSLEngineResult.HandshakeStatus.NEED_WRAP) {
                    break;
                }
            }
            keepRest();
            if (engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP
                    && isOpen
                    && flush()) {
                wrap(NOTHING);
                flush();
            }
            int plain = into.position() - start;
            boolean isEnd = count < 0 || status == SSLEngineResult.Status.CLOSED;
            return plain == 0 && isEnd ? -1 : plain;
        }

        private void keepRest() {
            rest =
                    scratch.hasRemaining()
                            ? ByteBuffer.allocate(scratch.remaining()).put(scratch).flip()
                            : NOTHING;
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

        /// Makes records, one at least, and sends them; called with nothing waiting.
        private void wrap(ByteBuffer from) throws IOException {
            scratch.clear();
            do {
                SSLEngineResult result = engine.wrap(from, scratch);
                if (result.getStatus() != SSLEngineResult.Status.OK && from.hasRemaining()) {
                    throw new IOException("the TLS connection is closed");
                }
            } while (from.hasRemaining() && scratch.position() < READ_AT_ONCE);
            scratch.flip();
            channel.write(scratch);
            waiting =
                    scratch.hasRemaining()
                            ? ByteBuffer.allocate(scratch.remaining()).put(scratch).flip()
                            : NOTHING;
        }

        private boolean flush() throws IOException {
            if (waiting.hasRemaining()) {
                channel.write(waiting);
            }
            return !waiting.hasRemaining();
        }
    }
}
