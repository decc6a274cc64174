package io.hawkermq.protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// PUBACK, PUBREC, PUBREL or PUBCOMP packets of one type that follow each other, and say success in
/// the fewest bytes, as nearly all do. Who is sent many messages at once confirms many at once: no
/// packet is made of each.
///
/// One for each loop, filled by [PacketDecoder#nextAcknowledgements] and valid until its next call.
public final class AcknowledgementRun {
    /// Bytes of an acknowledgement that has a Packet Identifier and nothing else.
    static final int PACKET_BYTES = 4;

    private PacketType type = PacketType.PUBACK;
    private int[] packetIds = new int[16];
    private int count;

    /// True if such an acknowledgement begins there: what is checked here is all there is to be
    /// checked of it, but whether it may come now.
    static boolean begins(byte[] bytes, int from, int to) {
        return to - from >= PACKET_BYTES
                && bytes[from + 1] == PACKET_BYTES - 2
                && (bytes[from + 2] | bytes[from + 3]) != 0 // else no Packet Identifier
                && typeOf(bytes[from]) != null;
    }

    private static @Nullable PacketType typeOf(byte first) {
        return switch (first) {
            case 0x40 -> PacketType.PUBACK;
            case 0x50 -> PacketType.PUBREC;
            case 0x62 -> PacketType.PUBREL;
            case 0x70 -> PacketType.PUBCOMP;
            default -> null;
        };
    }

    /// The acknowledgement that [#begins] there.
    static Packet packetAt(byte[] bytes, int from) {
        return packet(Objects.requireNonNull(typeOf(bytes[from])), packetId(bytes, from));
    }

    private static int packetId(byte[] bytes, int from) {
        return (bytes[from + 2] & 0xFF) << 8 | bytes[from + 3] & 0xFF;
    }

    /// Takes the first acknowledgement, and those after it that have its type.
    ///
    /// @param from where one [#begins]
    /// @return how many bytes they have
    int take(byte[] bytes, int from, int to) {
        byte first = bytes[from];
        type = Objects.requireNonNull(typeOf(first));
        int at = from;
        int packets = 0;
        do {
            if (packets == packetIds.length) {
                packetIds = Arrays.copyOf(packetIds, 2 * packets);
            }
            packetIds[packets++] = packetId(bytes, at);
            at += PACKET_BYTES;
        } while (begins(bytes, at, to) && bytes[at] == first);
        count = packets;
        return at - from;
    }

    public PacketType type() {
        return type;
    }

    /// How many packets there are; at least one.
    public int count() {
        return count;
    }

    /// @param index of the packet, from 0
    public int packetId(int index) {
        return packetIds[index];
    }

    /// The packets, which may be kept.
    public List<Packet> packets() {
        List<Packet> packets = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            packets.add(packet(type, packetIds[i]));
        }
        return packets;
    }

    /// One of a run as a packet.
    public static Packet packet(PacketType type, int packetId) {
        return switch (type) {
            case PUBACK -> new Packet.Puback(packetId, ReasonCode.SUCCESS, Properties.NONE);
            case PUBREC -> new Packet.Pubrec(packetId, ReasonCode.SUCCESS, Properties.NONE);
            case PUBREL -> new Packet.Pubrel(packetId, ReasonCode.SUCCESS, Properties.NONE);
            case PUBCOMP -> new Packet.Pubcomp(packetId, ReasonCode.SUCCESS, Properties.NONE);
            default -> throw new AssertionError(type + " is no acknowledgement");
        };
    }
}
