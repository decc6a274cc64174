package io.hawkermq.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Consumer;

/// A Network Connection as [SocketConnection] and [OutboundBuffer] use it: bytes there and back, and no
/// word of MQTT. All methods are called on the loop that it belongs to, or, between [#leave] and
/// [#join], on the one that it leaves.
sealed interface Wire permits SocketWire, ChannelWire {
    /// Who is told what happens to it, on its loop.
    interface Owner {
        /// The loop that it belongs to, or goes to.
        Loop loop();

        /// Bytes can come and go from now on.
        void onOpened();

        /// What was read. Whoever calls releases it.
        void onBytes(ByteBuf bytes);

        /// [#isWritable] may have changed.
        void onWritability();

        /// It will be closed with this reason, or should be.
        void onFailure(Throwable cause);

        /// Nothing comes or goes any more; told once.
        void onClosed();
    }

    ByteBufAllocator allocator();

    /// Joins the loop of its owner, who is told [Owner#onOpened]; if it cannot, it is closed.
    void open();

    /// Leaves a buffer to it, to be written behind all others by the next [#flush].
    void queue(ByteBuf bytes);

    /// Writes what was queued, as far as the system takes it; the rest follows by itself.
    void flush();

    /// Writes a buffer behind what was queued: [#queue] and [#flush] in one.
    void write(ByteBuf bytes);

    /// What was queued and the system has not taken yet, in bytes, with what keeping it costs.
    long unsentBytes();

    /// False from when more is unsent than a connection may have, until it is less than half.
    boolean isWritable();

    /// Runs something once, in a task of its own, when all that was queued so far is sent. It may
    /// never come to that.
    void whenSent(Runnable action);

    /// Reads no more; what has been read already may still be told.
    void pauseReading();

    void resumeReading();

    /// Says that no more comes, as soon as all that was queued is sent.
    void finish();

    /// Closes at once; what is unsent is lost.
    void close();

    /// Takes it from its loop: nothing is told or written until it has joined another.
    ///
    /// @param left run when it has left, in a task of its own on the loop that it leaves
    void leave(Runnable left);

    /// Joins a loop after it has left another.
    ///
    /// @param joined told on that loop whether it could
    void join(Loop to, Consumer<Outcome> joined);

    enum Outcome {
        JOINED,
        /// It had been closed before.
        CLOSED,
        /// The system does not watch any more connections.
        FAILED
    }
}
