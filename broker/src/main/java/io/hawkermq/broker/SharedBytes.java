package io.hawkermq.broker;

import io.hawkermq.protocol.PublishRun;
import io.hawkermq.protocol.PublishTemplates;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The packets of a turn that are alike for several connections, in one layout, behind each other.
/// Who has been sent the same ones has a stretch of these bytes to write, and no copy of its own: a
/// hundred copies are beyond the nearer caches of the processor, this is not.
///
/// Belongs to a [Loop]. Until the turn ends every stretch stays as it is; whoever needs it for longer
/// retains its buffer.
final class SharedBytes {
    /// As large as the loop's pool keeps: see [OutboundBuffer#LARGEST].
    private static final int CAPACITY = OutboundBuffer.LARGEST;

    private static final byte[] NOTHING = new byte[0];

    private final ByteBufAllocator allocator;
    private final List<ByteBuf> full = new ArrayList<>();
    private @Nullable ByteBuf buffer;

    /// What was last asked for: who holds it, one after the other, and the number that it has there.
    private @Nullable Object latest;

    private long latestNumber;

    /// Where that is in the buffer, -1 as long as one connection only has asked for it.
    private int place = -1;

    SharedBytes(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /// Finds or makes the place of a packet without Packet Identifier.
    ///
    /// @return where it begins in [#buffer]; -1 for the first who asks, because it may be the only
    ///     one, and for a packet that is too large
    int place(PublishTemplates.Template packet) {
        return place(
                packet,
                packet.encoding(),
                packet.head(),
                0,
                packet.headLength(),
                packet.separatePayload());
    }

    /// The same for packets that are passed on as they came.
    int place(PublishRun run) {
        return place(run, run.number(), run.bytes(), run.from(), run.length(), NOTHING);
    }

    private int place(
            Object holder, long number, byte[] bytes, int from, int count, byte[] andThen) {
        if (latest != holder || latestNumber != number) {
            latest = holder;
            latestNumber = number;
            place = -1;
            return -1;
        }
        int length = count + andThen.length;
        if (place < 0 && length <= CAPACITY / 2) {
            ByteBuf out = room(length);
            place = out.writerIndex();
            out.writeBytes(bytes, from, count).writeBytes(andThen);
        }
        return place;
    }

    private ByteBuf room(int count) {
        ByteBuf out = buffer;
        if (out != null && out.writableBytes() < count) {
            full.add(out);
            out = null;
        }
        if (out == null) {
            out = allocator.directBuffer(CAPACITY, CAPACITY);
            buffer = out;
        }
        return out;
    }

    /// Where the packet of the last [#place] is, unless that was -1.
    ByteBuf buffer() {
        if (buffer == null) {
            throw new IllegalStateException("nothing is shared");
        }
        return buffer;
    }

    /// The end of the turn: what nobody retained is written over in the next one.
    void reset() {
        latest = null;
        place = -1;
        for (int i = 0; i < full.size(); i++) {
            full.get(i).release();
        }
        full.clear();
        ByteBuf out = buffer;
        if (out != null && out.refCnt() == 1) {
            out.clear();
        } else if (out != null) {
            out.release();
            buffer = null;
        }
    }
}
