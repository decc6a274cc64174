package io.hawkermq.broker.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebSocketLayerTest {
    private static final byte[] REQUEST =
            """
            GET /mqtt HTTP/1.1
            Upgrade: websocket
            Connection: Upgrade
            Sec-WebSocket-Key: 1JaITHdgDZVd/4OE2AzTTA==
            Sec-WebSocket-Version: 13
            Sec-WebSocket-Protocol: mqtt

            """
                    .replace("\n", "\r\n")
                    .getBytes(StandardCharsets.US_ASCII);

    /// The server's end of a WebSocket.
    private static final class End {
        final ByteArrayOutputStream payload = new ByteArrayOutputStream();
        @Nullable String refusal;
        final EmbeddedChannel channel =
                new EmbeddedChannel(
                        new WebSocketLayer(WebSocketOptions.DEFAULT),
                        new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelRead(ChannelHandlerContext ctx, Object message) {
                                ByteBuf bytes = (ByteBuf) message;
                                payload.writeBytes(ByteBufUtil.getBytes(bytes));
                                bytes.release();
                            }

                            @Override
                            public void userEventTriggered(
                                    ChannelHandlerContext ctx, Object event) {
                                if (event instanceof LayerEvent.Refused(String why)) {
                                    refusal = why;
                                }
                            }
                        });

        void send(byte[] bytes) {
            ByteBuf buffer = Unpooled.buffer().writeBytes(bytes);
            channel.writeInbound(buffer);
            assertEquals(0, buffer.refCnt(), "a buffer is kept");
        }

        void open() {
            send(REQUEST);
            assertTrue(new String(sent(), StandardCharsets.US_ASCII).startsWith("HTTP/1.1 101 "));
        }

        byte[] sent() {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (ByteBuf b = channel.readOutbound(); b != null; b = channel.readOutbound()) {
                all.writeBytes(ByteBufUtil.getBytes(b));
                b.release();
            }
            return all.toByteArray();
        }
    }

    private static byte[] frame(int first, byte[] data, int mask) {
        ByteBuffer frame = ByteBuffer.allocate(14 + data.length);
        frame.put((byte) first);
        if (data.length < 126) {
            frame.put((byte) (0x80 | data.length));
        } else if (data.length < 65_536) {
            frame.put((byte) (0x80 | 126)).putShort((short) data.length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(data.length);
        }
        frame.putInt(mask);
        for (int i = 0; i < data.length; i++) {
            frame.put((byte) (data[i] ^ mask >>> 24 - i % 4 * 8));
        }
        return Arrays.copyOf(frame.array(), frame.position());
    }

    /// However the payload is cut into frames, and the frames into reads, it comes out whole, with
    /// pings answered in between [MQTT-6.0.0-2].
    @Property(tries = 300)
    void payloadComesOutAsItWentIn(
            @ForAll @Size(max = 3_000) byte[] data,
            @ForAll @IntRange(min = 1, max = 700) int frameBytes,
            @ForAll @IntRange(min = 1, max = 300) int readBytes,
            @ForAll int mask) {
        End end = new End();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(REQUEST);
        int pings = 0;
        for (int at = 0, n = 0; at < data.length; at += frameBytes, n++) {
            byte[] part = Arrays.copyOfRange(data, at, Math.min(data.length, at + frameBytes));
            // Every third message is in three pieces, with a ping between them.
            int first = n % 3 == 0 ? 2 : n % 3 == 1 ? 0 : 0x80;
            boolean isLast = at + frameBytes >= data.length;
            all.writeBytes(frame(isLast ? first | 0x80 : first, part, mask + n));
            if (n % 3 == 1) {
                all.writeBytes(frame(0x89, new byte[] {(byte) n}, mask));
                pings++;
            }
        }
        byte[] bytes = all.toByteArray();
        for (int at = 0; at < bytes.length; at += readBytes) {
            end.send(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + readBytes)));
        }
        assertArrayEquals(data, end.payload.toByteArray());
        String answers = new String(end.sent(), StandardCharsets.ISO_8859_1);
        assertEquals(pings * 3, answers.length() - answers.indexOf("\r\n\r\n") - 4);
        end.channel.finishAndReleaseAll();
    }

    /// Noise after the opening, and a damaged opening: never an exception, never a kept buffer.
    @Property(tries = 5_000)
    void noiseIsPayloadOrARefusal(@ForAll long seed) {
        End end = new End();
        Random random = new Random(seed);
        byte[] bytes = Arrays.copyOf(REQUEST, REQUEST.length + random.nextInt(400));
        for (int i = REQUEST.length; i < bytes.length; i++) {
            bytes[i] = (byte) random.nextInt();
        }
        if (random.nextBoolean()) {
            int[] kinds = {0x82, 0x02, 0x80, 0x00, 0x89, 0x88, 0x8A};
            if (bytes.length > REQUEST.length + 2) {
                bytes[REQUEST.length] = (byte) kinds[random.nextInt(kinds.length)];
                bytes[REQUEST.length + 1] |= (byte) 0x80;
            }
        } else {
            for (int n = random.nextInt(4); n >= 0; n--) {
                bytes[random.nextInt(REQUEST.length)] = (byte) random.nextInt();
            }
        }
        int cut = random.nextInt(bytes.length);
        end.send(Arrays.copyOf(bytes, cut));
        if (end.channel.isActive()) {
            end.send(Arrays.copyOfRange(bytes, cut, bytes.length));
        }
        end.channel.checkException();
        end.channel.finishAndReleaseAll();
    }

    @ParameterizedTest
    @CsvSource({
        "8180,1003,text frame", // text
        "c280,1002,extension", // RSV
        "8200,1002,not masked",
        "8080,1002,continues nothing",
        "0280 00000000 8280,1002,continues nothing", // within a message
        "8380,1002,unknown kind 3",
        "8b80,1002,unknown kind 11",
        "0980,1002,too long or in pieces", // ping in pieces
        "89fe 007e,1002,too long or in pieces",
        "89ff 8000000000000005,1002,too long or in pieces",
        "82ff 0000000010000005,1009,longer than any MQTT packet",
        "82ff 8000000000000000,1002,longer than any MQTT packet",
    })
    void wrongFramesAreClosedWithAStatus(String hex, int status, String why) {
        End end = new End();
        end.open();
        byte[] bytes = java.util.HexFormat.of().parseHex(hex.replace(" ", "") + "00000000");
        end.send(bytes);
        assertArrayEquals(
                new byte[] {(byte) 0x88, 2, (byte) (status >> 8), (byte) status}, end.sent());
        assertTrue(assertNotNullText(end.refusal).contains(why), end.refusal);
        end.send(new byte[] {1, 2, 3}); // no longer looked at
        assertEquals(0, end.payload.size());
    }

    private static String assertNotNullText(@Nullable String text) {
        assertNotNull(text, "nothing was refused");
        return text;
    }

    @ParameterizedTest
    @CsvSource({
        "1,8201",
        "125,827d",
        "126,827e007e",
        "65535,827effff",
        "65536,827f0000000000010000"
    })
    void whatGoesOutIsOneBinaryFrameForEachWrite(int size, String header) {
        End end = new End();
        end.open();
        end.channel.writeOutbound(Unpooled.wrappedBuffer(new byte[size]));
        byte[] bytes = end.sent();
        byte[] expected = java.util.HexFormat.of().parseHex(header);
        assertArrayEquals(expected, Arrays.copyOf(bytes, expected.length));
        assertEquals(expected.length + size, bytes.length);
    }

    @Test
    void anEmptyWriteIsNoFrame() {
        End end = new End();
        end.open();
        end.channel.writeOutbound(Unpooled.EMPTY_BUFFER);
        assertEquals(0, end.sent().length);
    }

    @Test
    void closingSaysGoodbyeOnce() {
        End end = new End();
        end.open();
        WebSocketLayer.closeOutbound(end.channel);
        assertArrayEquals(new byte[] {(byte) 0x88, 2, 3, (byte) 0xE8}, end.sent());
        end.channel.close();
        assertEquals(0, end.sent().length);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "-|203.0.113.7|203.0.113.7",
                "-|1.2.3.4, 203.0.113.7, 10.0.0.1|203.0.113.7",
                "-|10.1.1.1, 10.0.0.1|10.1.1.1",
                "-|2001:db8::1, fd00::1|2001:db8::1",
                "-|203.0.113.7:4711|203.0.113.7",
                "-|nonsense, 10.0.0.1|10.0.0.1",
                "-|nonsense|-",
                "-|300.1.1.1|-",
                "for=203.0.113.7;proto=https, for=10.0.0.1|9.9.9.9|203.0.113.7",
                "For=\"[2001:db8::1]:80\"|-|2001:db8::1",
                "for=_hidden, for=10.0.0.1|-|10.0.0.1",
                "-|-|-",
            })
    void theLastAddressThatIsNoProxysOwnCounts(
            @Nullable String forwarded, @Nullable String xForwardedFor, @Nullable String client) {
        assertEquals(client, ForwardedFor.client(forwarded, xForwardedFor));
    }
}
