package io.hawkermq.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Feeds bytes to a decoder as a peer that means no good would, and checks what must hold whatever
/// they are.
final class DecoderHarness {
    private static final int MAXIMUM_PACKET_SIZE = 300_000;

    private DecoderHarness() {}

    /// @param how the lowest bit says whether a server's or a client's decoder reads, the next two
    ///     the client's version; it also seeds how the bytes are cut
    /// @return the packets that were read before the bytes ended or turned out malformed
    static List<Packet> decode(byte[] bytes, int how) {
        List<Packet> packets = decode(bytes, how, Reading.PACKETS_ONLY);
        List<Packet> runsFirst = decode(bytes, how, Reading.RUNS_FIRST);
        check(
                Objects.equals(Bytes.plain(packets), Bytes.plain(runsFirst)),
                packets + " are read, or " + runsFirst);
        return packets;
    }

    private enum Reading {
        PACKETS_ONLY,
        RUNS_FIRST
    }

    /// What comes next; empty if nothing does.
    private static List<Packet> next(
            PacketDecoder decoder,
            Reading reading,
            PublishRun run,
            AcknowledgementRun acknowledgements)
            throws MalformedPacketException {
        if (reading == Reading.RUNS_FIRST) {
            if (decoder.nextRun(run)) {
                return List.copyOf(run.packets());
            }
            if (decoder.nextAcknowledgements(acknowledgements)) {
                return acknowledgements.packets();
            }
        }
        Packet packet = decoder.next();
        return packet == null ? List.of() : List.of(packet);
    }

    private static List<Packet> decode(byte[] bytes, int how, Reading reading) {
        PublishRun run = new PublishRun();
        AcknowledgementRun acknowledgements = new AcknowledgementRun();
        TopicNames names = new TopicNames();
        boolean isServer = (how & 1) == 0;
        ProtocolVersion version = ProtocolVersion.values()[(how >>> 1) % 3];
        PacketDecoder decoder =
                isServer
                        ? PacketDecoder.forServer(names, MAXIMUM_PACKET_SIZE)
                        : PacketDecoder.forClient(names, version, MAXIMUM_PACKET_SIZE);
        List<Packet> packets = new ArrayList<>();
        Random random = new Random(how);
        int pos = 0;
        try {
            while (pos < bytes.length) {
                int to = Math.min(bytes.length, pos + 1 + random.nextInt(1 << random.nextInt(18)));
                decoder.feed(bytes, pos, to);
                pos = to;
                for (List<Packet> read = next(decoder, reading, run, acknowledgements);
                        !read.isEmpty();
                        read = next(decoder, reading, run, acknowledgements)) {
                    packets.addAll(read);
                    read.forEach(p -> checkWhole(p, decoder.version()));
                }
                decoder.stash();
                checkBuffer(decoder, pos);
            }
        } catch (MalformedPacketException e) {
            check(e.reasonCode().isError(), "the reason is an error: " + e.reason());
            check(!e.reason().isEmpty(), "there is a reason");
            check(decoder.bufferCapacity() == 0, "a failed decoder holds nothing");
        }
        return packets;
    }

    private static void checkBuffer(PacketDecoder decoder, int arrived) {
        int held = decoder.bufferedBytes();
        check(held <= arrived, "held " + held + " of " + arrived);
        check(held <= MAXIMUM_PACKET_SIZE, "held " + held);
        boolean isConnected = decoder.version() != null;
        check(isConnected || held <= 100_004, "held before CONNECT: " + held);
        int capacity = decoder.bufferCapacity();
        check(capacity <= Math.max(1_024, 4 * held), "capacity " + capacity + " for " + held);
    }

    /// Whatever could be read can be written, and reads the same again.
    private static void checkWhole(Packet packet, @Nullable ProtocolVersion version) {
        check(version != null, "the version is known");
        if (version == null) {
            return;
        }
        byte[] bytes = Bytes.encoded(packet, version);
        PacketDecoder decoder =
                switch (packet.type()) {
                    case CONNECT -> PacketDecoder.forServer(new TopicNames(), 1 << 24);
                    case CONNACK -> PacketDecoder.forClient(new TopicNames(), version, 1 << 24);
                    case SUBACK, UNSUBACK, PINGRESP -> Bytes.connectedClient(version);
                    case SUBSCRIBE, UNSUBSCRIBE, PINGREQ -> Bytes.connectedServer(version);
                    case PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, DISCONNECT, AUTH -> null;
                };
        if (decoder == null) {
            return; // Either side may have sent it, under different rules.
        }
        try {
            Object again = Bytes.plain(Bytes.all(decoder, bytes));
            check(
                    Objects.equals(Bytes.plain(List.of(packet)), again),
                    "reads differently: " + packet);
        } catch (MalformedPacketException e) {
            throw new AssertionError("not read again: " + packet, e);
        }
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
