package io.hawkermq.broker;

import io.hawkermq.core.Counters;
import io.hawkermq.protocol.ByteWriter;
import io.hawkermq.protocol.PublishRun;
import io.hawkermq.protocol.PublishTemplates;
import io.hawkermq.protocol.QoS;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// What a connection has to send: encoded packets are copied behind each other and written once at
/// the end of the loop's turn; what the socket did not take is counted as unsent, and when it is
/// gone the connection hears of it. An idle connection holds no buffer.
///
/// Packets of QoS 0 that others are sent as well are a stretch of [SharedBytes] as long as they
/// follow each other there. When the row breaks, or the turn ends, the stretch is written from there
/// if it is long, and copied if it is short.
///
/// While the connection is on its way to another loop nothing is written, and all packets gather in
/// one buffer, which is bounded by what [#isWritable(int)] tells the core.
final class OutboundBuffer {
    /// Beyond this many bytes the buffers are written before the turn ends.
    private static final int FLUSH_BYTES = 128 * 1024;

    /// A buffer that is full to here is followed by another, and one write gathers all. Larger ones
    /// would not be kept in the loop's pool: each would cost the system's page faults, more than
    /// all copying.
    static final int LARGEST = 32 * 1024;

    /// Payloads from this size on, in bytes, are not copied for each subscriber: all writes share
    /// one buffer. Below it, one copied buffer a turn costs less than many shared ones.
    private static final int SHARED_PAYLOAD = 16 * 1024;

    /// A stretch of shared bytes from this size on is not copied. Below it, a write of its own costs as
    /// much; and one that the socket does not take must not keep much more memory than it has bytes.
    private static final int SHARED_STRETCH = 4 * 1024;

    /// Who fills the buffer.
    interface Filler {
        /// The socket has taken everything that it had once left; in a turn.
        void onDrained();
    }

    private enum Stage {
        ATTACHED,
        MOVING,
        RELEASED
    }

    private final Wire wire;
    private final Filler filler;
    private Loop loop;
    private Stage stage = Stage.ATTACHED;
    private @Nullable ByteBuf last;
    private @Nullable ByteBuf stretch;
    private int stretchFrom;
    private int stretchTo;
    private int unflushedBytes;
    private int sharedBytes;
    private int lastCopiedBytes;
    private long unsentBytes;
    private boolean isWireWritable = true;
    private boolean isDrainWatched;

    OutboundBuffer(Wire wire, Loop loop, Filler filler) {
        this.wire = wire;
        this.loop = loop;
        this.filler = filler;
    }

    /// Appends an encoded packet.
    void append(ByteWriter packet) {
        room(packet.length()).writeBytes(packet.array(), 0, packet.length());
    }

    /// Appends a PUBLISH.
    void append(PublishTemplates.Template template, int packetId) {
        byte[] payload = template.separatePayload();
        boolean isShared = payload.length >= SHARED_PAYLOAD && stage == Stage.ATTACHED;
        if (template.packetIdOffset() < 0 && !isShared && stage == Stage.ATTACHED) {
            SharedBytes shared = loop.sharedBytes(template.layout(), wire.allocator());
            int at = shared.place(template);
            if (at >= 0) {
                append(shared.buffer(), at, template.length());
                return;
            }
        }
        ByteBuf out = room(isShared ? template.headLength() : template.length());
        int start = out.writerIndex();
        out.writeBytes(template.head(), 0, template.headLength());
        if (template.packetIdOffset() >= 0) {
            out.setShort(start + template.packetIdOffset(), packetId);
        }
        if (isShared) {
            share(out, payload);
        } else {
            out.writeBytes(payload);
        }
    }

    /// Appends packets as they came.
    ///
    /// @param packetIds of the packets, at QoS 1
    void append(PublishRun run, int[] packetIds) {
        if (run.qos() == QoS.AT_LEAST_ONCE) {
            ByteBuf out = room(run.length());
            int start = out.writerIndex();
            out.writeBytes(run.bytes(), run.from(), run.length());
            for (int i = 0; i < packetIds.length; i++) {
                out.setShort(start + run.packetIdAt(i), packetIds[i]);
            }
            return;
        }
        if (stage == Stage.ATTACHED) {
            SharedBytes shared = loop.sharedBytes(run.layout(), wire.allocator());
            int at = shared.place(run);
            if (at >= 0) {
                append(shared.buffer(), at, run.length());
                return;
            }
        }
        room(run.length()).writeBytes(run.bytes(), run.from(), run.length());
    }

    /// Appends what others share.
    private void append(ByteBuf shared, int from, int count) {
        unflushedBytes += count;
        if (stretch == shared && stretchTo == from) {
            stretchTo += count;
            return;
        }
        settleStretch();
        stretch = shared;
        stretchFrom = from;
        stretchTo = from + count;
    }

    /// Nothing is to follow the stretch where it lies.
    private void settleStretch() {
        ByteBuf shared = stretch;
        if (shared == null) {
            return;
        }
        stretch = null;
        int count = stretchTo - stretchFrom;
        if (count < SHARED_STRETCH || stage != Stage.ATTACHED) {
            space(count).writeBytes(shared, stretchFrom, count);
            return;
        }
        if (last != null) {
            queue(last);
            last = null;
        }
        sharedBytes += count;
        queue(shared.retainedSlice(stretchFrom, count));
    }

    private void share(ByteBuf head, byte[] payload) {
        unflushedBytes += payload.length;
        sharedBytes += payload.length;
        last = null;
        queue(head);
        queue(loop.shared(payload, wire.allocator()).retainedDuplicate());
    }

    /// The buffer with room for `count` bytes, which are counted as appended.
    private ByteBuf room(int count) {
        unflushedBytes += count;
        settleStretch();
        return space(count);
    }

    private ByteBuf space(int count) {
        loop.copied(count);
        ByteBuf out = last;
        if (out != null
                && stage == Stage.ATTACHED
                && out.readableBytes() + count > Math.max(LARGEST, out.capacity())) {
            queue(out);
            last = null;
            out = null;
        }
        if (out == null) {
            int expected = Math.min(lastCopiedBytes, LARGEST);
            out = loop.outbound(Math.max(count, expected), wire.allocator());
            last = out;
        }
        return out;
    }

    /// Leaves a buffer to the wire, to be written with all others of this turn.
    private void queue(ByteBuf full) {
        wire.queue(full);
        if (!wire.isWritable()) {
            wire.flush();
        }
    }

    /// True if so much was appended that it should not wait for the end of the turn.
    boolean isLarge() {
        return unflushedBytes >= FLUSH_BYTES;
    }

    /// True if nothing is left to write, here or on the wire.
    boolean isEmpty() {
        return unflushedBytes == 0 && unsentBytes == 0;
    }

    /// One write for all that was appended.
    ///
    /// @return how many bytes that were
    int write() {
        if (unflushedBytes == 0 || stage == Stage.MOVING) {
            return 0;
        }
        settleStretch();
        int count = unflushedBytes;
        counters().bytesSent += count;
        lastCopiedBytes = count - sharedBytes;
        unflushedBytes = 0;
        sharedBytes = 0;
        ByteBuf out = last;
        last = null;
        if (out == null) {
            wire.flush();
        } else {
            wire.write(out);
        }
        countUnsent();
        return count;
    }

    /// Keeps the shard's sum of unsent bytes right, and whether the wire takes more.
    ///
    /// @return whether the wire takes more
    boolean countUnsent() {
        isWireWritable = wire.isWritable();
        long unsent = stage == Stage.RELEASED ? 0 : wire.unsentBytes();
        counters().unsentBytes += unsent - unsentBytes;
        unsentBytes = unsent;
        if (unsent > 0 && !isDrainWatched) {
            isDrainWatched = true;
            wire.whenSent(this::drained);
        }
        return isWireWritable;
    }

    private void drained() {
        if (stage == Stage.MOVING) {
            return; // looked at on arrival
        }
        isDrainWatched = false;
        if (stage != Stage.RELEASED) {
            loop.beginTurn();
            countUnsent();
            filler.onDrained();
        }
    }

    /// True if the core may append more messages.
    ///
    /// @param most that may gather on the way to another loop, in bytes
    boolean isWritable(int most) {
        return switch (stage) {
            case ATTACHED -> isWireWritable;
            case MOVING -> wire.isWritable() && (last == null || last.readableBytes() < most);
            case RELEASED -> false;
        };
    }

    /// The connection leaves its loop, or goes elsewhere than it was told before; what is appended
    /// from now on counts there.
    void moveTo(Loop to) {
        counters().unsentBytes -= unsentBytes;
        unsentBytes = 0;
        loop = to;
        stage = Stage.MOVING;
        settleStretch(); // it would not outlast the turn
    }

    /// The connection has arrived.
    void arrived() {
        stage = Stage.ATTACHED;
        isDrainWatched = false;
    }

    /// The connection is closed.
    void release() {
        if (last != null) {
            last.release();
            last = null;
        }
        stretch = null;
        unflushedBytes = 0;
        counters().unsentBytes -= unsentBytes;
        unsentBytes = 0;
        stage = Stage.RELEASED;
    }

    private Counters counters() {
        return loop.shard().counters();
    }
}
