package io.hawkermq.testkit;

import io.hawkermq.protocol.PacketType;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One direction of a connection's bytes, told apart into packets by their fixed headers as they
/// pass. What is no MQTT passes unseen from there on: that is for the receiver to notice.
final class PacketStream {
    /// CONNECT and CONNACK are looked into if they are no larger, in bytes.
    private static final int LARGEST_OPENING = 128 * 1024;

    private static final int LONGEST_HEADER = 5;

    /// Decides what becomes of packets.
    interface Judge {
        /// A packet begins.
        ///
        /// @param whole all of it for CONNECT and CONNACK, else null
        /// @return null to let it pass
        Fault.@Nullable Effect begins(PacketType type, byte @Nullable [] whole);

        /// A packet is complete that is to arrive later.
        void delayed(byte[] packet, Fault.Effect.Delay by);
    }

    private enum Fate {
        PASS,
        SWALLOW,
        COLLECT
    }

    private final Judge judge;
    private final byte[] header = new byte[LONGEST_HEADER];
    private int headerLength;
    private int bodyLeft = -1;
    private PacketType type = PacketType.PINGREQ;
    private Fate fate = Fate.PASS;
    private int passable;
    private Fault.Effect.@Nullable Delay delay;
    private final ByteArrayOutputStream collected = new ByteArrayOutputStream();
    private boolean isOpening;
    private boolean isRaw;
    private boolean isCutAtEnd;
    private boolean isCut;

    PacketStream(Judge judge) {
        this.judge = judge;
    }

    /// True once the connection is to be closed; nothing passes any more.
    boolean isCut() {
        return isCut;
    }

    /// Takes all of `in`, and puts into `out` what passes now.
    void pass(ByteBuf in, ByteBuf out) {
        while (in.isReadable() && !isCut) {
            if (isRaw) {
                out.writeBytes(in);
            } else if (bodyLeft < 0) {
                readHeader(in, out);
            } else {
                passBody(in, out);
            }
        }
        in.skipBytes(in.readableBytes());
    }

    private void readHeader(ByteBuf in, ByteBuf out) {
        byte b = in.readByte();
        header[headerLength++] = b;
        PacketType first = PacketType.of((header[0] & 0xFF) >> 4);
        if (first == null || (headerLength == LONGEST_HEADER && b < 0)) {
            isRaw = true;
            out.writeBytes(header, 0, headerLength);
            return;
        }
        if (headerLength == 1 || b < 0) {
            return;
        }
        type = first;
        bodyLeft = 0;
        for (int i = headerLength - 1; i > 0; i--) {
            bodyLeft = bodyLeft << 7 | header[i] & 0x7F;
        }
        begin(out);
    }

    private void begin(ByteBuf out) {
        delay = null;
        isOpening =
                (type == PacketType.CONNECT || type == PacketType.CONNACK)
                        && headerLength + bodyLeft <= LARGEST_OPENING;
        if (isOpening) {
            fate = Fate.COLLECT;
        } else {
            decide(judge.begins(type, null));
        }
        byte[] head = Arrays.copyOf(header, headerLength);
        headerLength = 0;
        put(head, out);
        if (bodyLeft == 0) {
            end(out);
        }
    }

    private void decide(Fault.@Nullable Effect effect) {
        passable = Integer.MAX_VALUE;
        fate =
                switch (effect) {
                    case null -> Fate.PASS;
                    case Fault.Effect.Drop() -> Fate.SWALLOW;
                    case Fault.Effect.Delay d -> {
                        delay = d;
                        yield Fate.COLLECT;
                    }
                    case Fault.Effect.Cut(int bytes) -> {
                        passable = bytes;
                        isCutAtEnd = true;
                        isCut = bytes == 0;
                        yield Fate.PASS;
                    }
                    case Fault.Effect.Refuse _ -> Fate.PASS;
                };
    }

    private void passBody(ByteBuf in, ByteBuf out) {
        byte[] part = new byte[Math.min(bodyLeft, in.readableBytes())];
        in.readBytes(part);
        bodyLeft -= part.length;
        put(part, out);
        if (bodyLeft == 0 && !isCut) {
            end(out);
        }
    }

    private void put(byte[] part, ByteBuf out) {
        switch (fate) {
            case SWALLOW -> {}
            case COLLECT -> collected.writeBytes(part);
            case PASS -> {
                int count = Math.min(passable, part.length);
                out.writeBytes(part, 0, count);
                if (isCutAtEnd) {
                    passable -= count;
                    isCut = isCut || passable == 0;
                }
            }
        }
    }

    private void end(ByteBuf out) {
        bodyLeft = -1;
        if (fate == Fate.COLLECT) {
            byte[] whole = collected.toByteArray();
            collected.reset();
            if (isOpening) {
                isOpening = false;
                decide(judge.begins(type, whole));
                put(whole, out);
                collected.reset(); // where a delayed one was put again
            }
            if (delay != null) {
                judge.delayed(whole, delay);
                return;
            }
        }
        if (fate == Fate.PASS) {
            isCut = isCut || isCutAtEnd;
        }
    }
}
