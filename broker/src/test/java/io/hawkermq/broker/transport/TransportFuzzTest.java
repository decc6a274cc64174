package io.hawkermq.broker.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.transport.ProxyHeader.Complete;
import io.hawkermq.broker.transport.ProxyHeader.Incomplete;
import io.hawkermq.broker.transport.ProxyHeader.Result;
import io.hawkermq.broker.transport.ProxyOptions.Version;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What reads bytes below MQTT, headers of proxies and WebSocket, with good bytes that were damaged in
/// some places. In a build some ten thousand, of numbers that stay the same; to go on looking:
///
/// ```
/// mvn -pl broker -am test -Dtest=TransportFuzzTest -Dfuzz.inputs=1000000000
/// ```
class TransportFuzzTest {
    private static final long INPUTS = Long.getLong("fuzz.inputs", 30_000);

    /// Bytes changed, left out, said twice, or cut off.
    private static byte[] damaged(byte[] seed, Random random) {
        byte[] bytes = seed.clone();
        for (int n = random.nextInt(5); n > 0 && bytes.length > 0; n--) {
            int at = random.nextInt(bytes.length);
            int to = Math.min(bytes.length, at + random.nextInt(8));
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes = joined(Arrays.copyOf(bytes, at), bytes, to);
                default -> bytes = joined(Arrays.copyOf(bytes, to), bytes, at);
            }
        }
        return random.nextInt(4) == 0
                ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1))
                : bytes;
    }

    private static byte[] joined(byte[] first, byte[] second, int from) {
        byte[] all = Arrays.copyOf(first, first.length + second.length - from);
        System.arraycopy(second, from, all, first.length, second.length - from);
        return all;
    }

    private static void fuzz(List<byte[]> seeds, Consumer<byte[]> reader) {
        seeds.forEach(reader);
        for (long seed = 0; seed < INPUTS; seed++) {
            Random random = new Random(seed);
            byte[] input = damaged(seeds.get(random.nextInt(seeds.size())), random);
            try {
                reader.accept(input);
            } catch (RuntimeException | AssertionError e) {
                String bytes = HexFormat.of().formatHex(input);
                throw new AssertionError("input " + seed + ": " + bytes, e);
            }
        }
    }

    @Test
    void anyHeader() {
        fuzz(headers().toList(), TransportFuzzTest::parse);
    }

    @Test
    void anyConversation() {
        fuzz(conversations().toList(), TransportFuzzTest::converse);
    }

    private static final String OPENING =
            """
            GET /mqtt HTTP/1.1
            Upgrade: websocket
            Connection: Upgrade
            Sec-WebSocket-Key: 1JaITHdgDZVd/4OE2AzTTA==
            Sec-WebSocket-Version: 13
            Sec-WebSocket-Protocol: mqtt
            X-Forwarded-For: 1.2.3.4, 10.0.0.1
            Forwarded: for="[::1]:1"

            """
                    .replace("\n", "\r\n");

    static Stream<byte[]> headers() {
        String v2 = "0d0a0d0a000d0a515549540a";
        return Stream.of(
                "PROXY TCP4 192.0.2.5 127.0.0.1 6275 1234\r\n".getBytes(StandardCharsets.US_ASCII),
                "PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n".getBytes(StandardCharsets.US_ASCII),
                "PROXY TCP6 ::1 ::1 1 2\r\n".getBytes(StandardCharsets.US_ASCII),
                HexFormat.of().parseHex(v2 + "20000000"),
                HexFormat.of()
                        .parseHex(v2 + "21110014c0000205000000001883000020000501" + "00000000"),
                HexFormat.of().parseHex(v2 + "213100052f70617468"));
    }

    /// However many of the bytes have come: no exception, and a verdict stays.
    private static void parse(byte[] input) {
        for (Version version : Version.values()) {
            Result verdict = new Incomplete();
            for (int length = 0; length <= input.length; length++) {
                Result now = ProxyHeader.parse(input, length, version);
                if (!(verdict instanceof Incomplete)) {
                    assertEquals(verdict, now);
                }
                assertTrue(!(now instanceof Complete c) || c.length() <= length);
                verdict = now;
            }
        }
    }

    static Stream<byte[]> conversations() {
        return Stream.of("", "8280 00000000", "0281 00000000 10 8080 00000000", "89fe 007e", "8800")
                .map(frames -> {
                    byte[] rest = HexFormat.of().parseHex(frames.replace(" ", ""));
                    byte[] opening = OPENING.getBytes(StandardCharsets.US_ASCII);
                    byte[] all = Arrays.copyOf(opening, opening.length + rest.length + 1);
                    System.arraycopy(rest, 0, all, opening.length, rest.length);
                    all[all.length - 1] = 50;
                    return all;
                });
    }

    /// In reads as long as the last byte says: no exception, and no buffer is kept.
    private static void converse(byte[] input) {
        if (input.length == 0) {
            return;
        }
        EmbeddedChannel channel = new EmbeddedChannel(new WebSocketLayer(WebSocketOptions.DEFAULT));
        int step = (input[input.length - 1] & 0xFF) + 1;
        for (int at = 0; at < input.length - 1 && channel.isActive(); at += step) {
            ByteBuf bytes = Unpooled.copiedBuffer(input, at, Math.min(step, input.length - 1 - at));
            channel.writeInbound(bytes);
            for (ByteBuf in = channel.readInbound(); in != null; in = channel.readInbound()) {
                in.release();
            }
            assertEquals(0, bytes.refCnt(), "a buffer is kept");
        }
        channel.checkException();
        channel.finishAndReleaseAll();
    }
}
