package io.hawkermq.protocol;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Bytes written and packets compared as the tests of the codec need it.
final class Bytes {
    private Bytes() {}

    /// Bytes from hexadecimal digits; what stands between apostrophes is taken as it is.
    static byte[] hex(String text) {
        ByteWriter out = new ByteWriter(64, 1 << 28);
        String[] parts = text.split("'", -1);
        for (int i = 0; i < parts.length; i++) {
            out.write(
                    i % 2 == 1
                            ? parts[i].getBytes(java.nio.charset.StandardCharsets.UTF_8)
                            : HexFormat.of().parseHex(parts[i].replace(" ", "")));
        }
        return written(out);
    }

    static String hex(byte[] bytes) {
        return HexFormat.ofDelimiter(" ").formatHex(bytes);
    }

    static byte[] written(ByteWriter out) {
        return Arrays.copyOf(out.array(), out.length());
    }

    static byte[] encoded(Packet packet, ProtocolVersion version) {
        ByteWriter out = new ByteWriter(0, 1 << 28);
        if (!PacketEncoder.encode(packet, version, PacketEncoder.LARGEST_PACKET, out)) {
            throw new AssertionError("too large: " + packet);
        }
        return written(out);
    }

    static byte[] joined(byte[]... parts) {
        ByteWriter out = new ByteWriter(0, 1 << 28);
        for (byte[] part : parts) {
            out.write(part);
        }
        return written(out);
    }

    static byte[] connect(ProtocolVersion version) {
        return encoded(
                new Packet.Connect(
                        version, false, true, 60, "c", null, null, null, Properties.NONE),
                version);
    }

    static byte[] connack(ProtocolVersion version) {
        return encoded(new Packet.Connack(false, ReasonCode.SUCCESS, Properties.NONE), version);
    }

    /// A server's decoder that has taken CONNECT.
    static PacketDecoder connectedServer(ProtocolVersion version) {
        PacketDecoder decoder = PacketDecoder.forServer(new TopicNames(), 2_000_000);
        taken(decoder, connect(version));
        return decoder;
    }

    /// A client's decoder that has taken CONNACK.
    static PacketDecoder connectedClient(ProtocolVersion version) {
        PacketDecoder decoder = PacketDecoder.forClient(new TopicNames(), version, 2_000_000);
        taken(decoder, connack(version));
        return decoder;
    }

    private static void taken(PacketDecoder decoder, byte[] bytes) {
        try {
            if (all(decoder, bytes).size() != 1) {
                throw new AssertionError("one packet was expected");
            }
        } catch (MalformedPacketException e) {
            throw new AssertionError(e);
        }
    }

    /// Feeds all bytes at once and takes all packets.
    static List<Packet> all(PacketDecoder decoder, byte[] bytes) throws MalformedPacketException {
        List<Packet> packets = new ArrayList<>();
        decoder.feed(bytes, 0, bytes.length);
        for (Packet p = decoder.next(); p != null; p = decoder.next()) {
            packets.add(p);
        }
        decoder.stash();
        return packets;
    }

    /// `o` with records as lists of their components and arrays as text, so that packets compare
    /// by value.
    static @Nullable Object plain(@Nullable Object o) {
        return switch (o) {
            case null -> null;
            case byte[] b -> hex(b);
            case List<?> l -> {
                List<@Nullable Object> plain = new ArrayList<>();
                l.forEach(x -> plain.add(plain(x)));
                yield plain;
            }
            case Record r -> {
                List<@Nullable Object> plain = new ArrayList<>();
                plain.add(r.getClass().getSimpleName());
                for (RecordComponent c : r.getClass().getRecordComponents()) {
                    plain.add(plain(component(r, c)));
                }
                yield plain;
            }
            default -> o;
        };
    }

    private static @Nullable Object component(Record r, RecordComponent c) {
        try {
            return c.getAccessor().invoke(r);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }
}
