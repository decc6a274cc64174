package io.hawkermq.protocol;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// Conversations with a few bytes changed, lost, doubled or moved, and plain noise: nothing but
/// [MalformedPacketException] escapes from a decoder, and it never holds more than has arrived.
class DecoderMutationTest {
    record Attack(byte[] bytes, int how, long seed) {}

    @Provide
    Arbitrary<Attack> attacks() {
        return Arbitraries.of(ProtocolVersion.values())
                .flatMap(version ->
                        Arbitraries.of(0, 1).flatMap(side -> conversation(version, side)));
    }

    private static Arbitrary<Attack> conversation(ProtocolVersion version, int side) {
        Arbitrary<Packet> first = side == 0 ? Packets.connects(version) : Packets.connacks(version);
        Arbitrary<Packet> then = side == 0 ? Packets.ofClient(version) : Packets.ofServer(version);
        return net.jqwik.api.Combinators.combine(
                        first, then.list().ofMaxSize(6), Arbitraries.longs())
                .as((f, rest, seed) -> {
                    byte[] bytes =
                            Stream.concat(Stream.of(f), rest.stream())
                                    .map(p -> Bytes.encoded(p, version))
                                    .reduce(new byte[0], Bytes::joined);
                    int how = side | version.ordinal() << 1;
                    return new Attack(bytes, how, seed);
                });
    }

    @Property(tries = 400)
    void nothingButMalformedPacketEscapes(@ForAll("attacks") Attack attack) {
        List<Packet> unharmed = DecoderHarness.decode(attack.bytes, attack.how);
        assertTrue(!unharmed.isEmpty(), "the bytes were whole before they were changed");
        Random random = new Random(attack.seed);
        for (int i = 0; i < 100; i++) {
            byte[] changed = attack.bytes.clone();
            int changes = 1 + random.nextInt(3);
            for (int k = 0; k < changes; k++) {
                changed = changed(changed, random);
            }
            DecoderHarness.decode(changed, attack.how);
        }
    }

    @Property(tries = 2_000)
    void noiseIsRefused(@ForAll byte[] noise, @ForAll int how) {
        DecoderHarness.decode(noise, how);
    }

    private static byte[] changed(byte[] bytes, Random random) {
        if (bytes.length == 0) {
            return new byte[] {(byte) random.nextInt()};
        }
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(6)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt();
            case 2 -> bytes[at] = new byte[] {0, 1, 0x7F, (byte) 0x80, -1}[random.nextInt(5)];
            case 3 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 4 -> {
                int to = at + random.nextInt(bytes.length - at + 1);
                return Bytes.joined(
                        Arrays.copyOf(bytes, to), Arrays.copyOfRange(bytes, at, bytes.length));
            }
            default -> {
                int to = at + random.nextInt(Math.min(9, bytes.length - at + 1));
                return Bytes.joined(
                        Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, to, bytes.length));
            }
        }
        return bytes;
    }
}
