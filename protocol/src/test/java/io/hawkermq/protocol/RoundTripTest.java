package io.hawkermq.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// Whatever the encoder writes, the decoder reads as the same packets, however the bytes are cut.
class RoundTripTest {
    record Conversation(
            ProtocolVersion version, PacketSource source, List<Packet> packets, long seed) {}

    @Provide
    Arbitrary<Conversation> conversations() {
        return Arbitraries.of(ProtocolVersion.values())
                .flatMap(version ->
                        Arbitraries.of(PacketSource.values())
                                .flatMap(source -> conversation(version, source)));
    }

    private static Arbitrary<Conversation> conversation(
            ProtocolVersion version, PacketSource source) {
        boolean isClient = source == PacketSource.CLIENT;
        Arbitrary<Packet> first = isClient ? Packets.connects(version) : Packets.connacks(version);
        Arbitrary<Packet> then = isClient ? Packets.ofClient(version) : Packets.ofServer(version);
        return Combinators.combine(first, then.list().ofMaxSize(8), Arbitraries.longs())
                .as((f, rest, seed) -> {
                    List<Packet> all = new ArrayList<>(List.of(f));
                    all.addAll(rest);
                    return new Conversation(version, source, all, seed);
                });
    }

    @Property(tries = 1_500)
    void decodingWhatWasEncodedGivesTheSamePackets(
            @ForAll("conversations") Conversation conversation) throws MalformedPacketException {
        ByteWriter out = new ByteWriter(0, 1 << 24);
        for (Packet p : conversation.packets) {
            assertTrue(PacketEncoder.encode(p, conversation.version, 1 << 24, out));
        }
        List<Packet> read = readInPieces(conversation, Bytes.written(out));
        assertEquals(Bytes.plain(conversation.packets), Bytes.plain(read));
    }

    private static List<Packet> readInPieces(Conversation c, byte[] bytes)
            throws MalformedPacketException {
        Random random = new Random(c.seed);
        TopicNames names = new TopicNames();
        PacketDecoder decoder =
                c.source == PacketSource.CLIENT
                        ? PacketDecoder.forServer(names, 1 << 24)
                        : PacketDecoder.forClient(names, c.version, 1 << 24);
        int most = 1 << random.nextInt(10);
        byte[] scratch = new byte[most];
        List<Packet> read = new ArrayList<>();
        PublishRun run = new PublishRun();
        AcknowledgementRun acknowledgements = new AcknowledgementRun();
        int pos = 0;
        while (pos < bytes.length || decoder.bufferedBytes() > 0) {
            int count = Math.min(random.nextInt(most + 1), bytes.length - pos);
            System.arraycopy(bytes, pos, scratch, 0, count);
            pos += count;
            decoder.feed(scratch, 0, count);
            // At times the owner stops early: reads are held back, or the connection moves.
            int wanted = random.nextBoolean() || pos == bytes.length ? 1_000 : random.nextInt(2);
            for (int i = 0; i < wanted; i++) {
                if (random.nextBoolean() && decoder.nextRun(run)) {
                    read.addAll(run.packets());
                    continue;
                }
                if (random.nextBoolean() && decoder.nextAcknowledgements(acknowledgements)) {
                    read.addAll(acknowledgements.packets());
                    continue;
                }
                Packet p = decoder.next();
                if (p == null) {
                    break;
                }
                read.add(p);
            }
            decoder.stash();
            java.util.Arrays.fill(scratch, (byte) 0xFF);
            assertTrue(decoder.bufferedBytes() <= pos);
            assertTrue(decoder.bufferCapacity() <= Math.max(1_024, 4 * decoder.bufferedBytes()));
            if (random.nextInt(5) == 0) {
                decoder.topicNames(new TopicNames());
            }
        }
        assertEquals(0, decoder.bufferCapacity());
        return read;
    }
}
