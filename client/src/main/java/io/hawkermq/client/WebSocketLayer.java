package io.hawkermq.client;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// MQTT over WebSocket, RFC 6455 and section 6 of MQTT: binary frames whose borders mean nothing.
///
/// The framing is written here rather than taken from the JDK's client, which brings a selector
/// thread and buffers for each `HttpClient`, hands out its own byte buffers on its own threads,
/// and reaches neither Unix sockets nor SOCKS proxies; what MQTT needs of RFC 6455 is this file.
final class WebSocketLayer implements ByteLayer {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// Reads of one [#read]: a server that sends nothing but empty frames must not keep the loop.
    private static final int MOST_FILLS = 8;

    /// Bytes that the server has not taken from which on its pings are not answered.
    private static final int MOST_UNREAD = 4 * 1024;

    private static final int LONGEST_HEAD = 16 * 1024;

    /// Bytes of MQTT in one frame.
    private static final int FRAME = 32 * 1024;

    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ByteLayer below;

    /// Bytes from below that are not taken apart yet; ready to be read.
    private ByteBuffer in = NOTHING;

    /// Frames on their way; ready to be read.
    private ByteBuffer out = NOTHING;

    /// What is left of the payload of the data frame that is being read.
    private long rest;

    private boolean isEnded;

    /// What is in [#in] is of no use before more comes.
    private boolean isStarved;

    WebSocketLayer(ByteLayer below) {
        this.below = below;
    }

    @Override
    public SocketChannel channel() {
        return below.channel();
    }

    /// Asks the server for WebSocket, on a channel that blocks.
    ///
    /// @param host as in the Host header, with a port where it is not the scheme's
    void handshake(String host, String path, Map<String, List<String>> headers) throws IOException {
        byte[] nonce = new byte[16];
        RANDOM.nextBytes(nonce);
        String key = Base64.getEncoder().encodeToString(nonce);
        StringBuilder request =
                new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n")
                        .append("Upgrade: websocket\r\nConnection: Upgrade\r\n")
                        .append("Sec-WebSocket-Key: ")
                        .append(key)
                        .append("\r\nSec-WebSocket-Version: 13\r\n")
                        .append("Sec-WebSocket-Protocol: mqtt\r\n"); // [MQTT-6.0.0-3]
        headers.forEach((name, values) ->
                values.forEach(v -> request.append(name).append(": ").append(v).append("\r\n")));
        ByteBuffer bytes =
                ByteBuffer.wrap(request.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        while (!below.write(bytes)) {
            Thread.onSpinWait(); // a blocking channel takes everything at once
        }
        check(head(), key);
    }

    /// The answer's head; what follows it stays in [#in].
    private String head() throws IOException {
        in = ByteBuffer.allocate(LONGEST_HEAD + 1_024);
        while (true) {
            int count = below.read(in);
            if (count < 0) {
                throw new EOFException("the server has closed the connection in the handshake");
            }
            String text = new String(in.array(), 0, in.position(), StandardCharsets.ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            if (end >= 0) {
                in.flip().position(end + 4);
                return text.substring(0, end);
            }
            if (in.position() > LONGEST_HEAD) {
                throw new IOException("the server answers the handshake without end");
            }
        }
    }

    private static void check(String head, String key) throws IOException {
        List<String> lines = head.lines().toList();
        if (lines.isEmpty() || !lines.getFirst().matches("HTTP/1\\.1 101.*")) {
            throw new IOException(
                    "the server refuses WebSocket: " + (lines.isEmpty() ? "" : lines.getFirst()));
        }
        String accept = "";
        String protocol = "";
        for (String line : lines) {
            int colon = line.indexOf(':');
            String value = line.substring(colon + 1).strip();
            switch (line.substring(0, Math.max(colon, 0)).toLowerCase(Locale.ROOT)) {
                case "sec-websocket-accept" -> accept = value;
                case "sec-websocket-protocol" -> protocol = value;
                default -> {}
            }
        }
        if (!accept.equals(expected(key))) {
            throw new IOException("the server's answer does not belong to this handshake");
        }
        if (!protocol.isEmpty() && !protocol.startsWith("mqtt")) {
            throw new IOException("the server speaks " + protocol + " over WebSocket, not MQTT");
        }
    }

    private static String expected(String key) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-1")
                            .digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        int start = into.position();
        isStarved = false;
        int fills = 0;
        while (into.hasRemaining() && !isEnded) {
            if (rest > 0 && in.hasRemaining()) {
                int count = (int) Math.min(rest, Math.min(in.remaining(), into.remaining()));
                into.put(in.slice(in.position(), count));
                in.position(in.position() + count);
                rest -= count;
            } else if (rest > 0 || !header()) {
                if (++fills > MOST_FILLS || !fill()) {
                    isStarved = true;
                    break;
                }
            }
        }
        int count = into.position() - start;
        return count == 0 && isEnded ? -1 : count;
    }

    /// @return false if nothing came
    private boolean fill() throws IOException {
        if (!in.hasRemaining()) {
            in = in.capacity() == 0 ? ByteBuffer.allocate(FRAME) : in;
            in.clear();
        } else {
            // A header or a control frame is cut: at most 139 bytes are moved.
            in.compact();
        }
        int count = below.read(in);
        in.flip();
        if (count < 0) {
            isEnded = true;
        }
        if (!in.hasRemaining() && !below.hasMore()) {
            in = NOTHING; // an idle connection holds no buffer
        }
        return count > 0;
    }

    /// Takes a frame's header, and with it a whole control frame.
    ///
    /// @return false if more bytes are needed
    private boolean header() throws IOException {
        if (in.remaining() < 2) {
            return false;
        }
        int at = in.position();
        int first = in.get(at) & 0xFF;
        int second = in.get(at + 1) & 0xFF;
        int opcode = first & 0x0F;
        if ((first & 0x70) != 0 || (second & 0x80) != 0) {
            throw new IOException("a WebSocket frame is masked or has reserved bits");
        }
        int length = second;
        int extra = length == 126 ? 2 : length == 127 ? 8 : 0;
        if (in.remaining() < 2 + extra) {
            return false;
        }
        long size =
                extra == 0
                        ? length
                        : extra == 2 ? in.getShort(at + 2) & 0xFFFF : in.getLong(at + 2);
        if (size < 0) {
            throw new IOException("a WebSocket frame has a negative length");
        }
        if (opcode == CONTINUATION || opcode == BINARY) {
            in.position(at + 2 + extra);
            rest = size;
            return true;
        }
        if (opcode == TEXT) {
            throw new IOException("a WebSocket frame is text"); // [MQTT-6.0.0-1]
        }
        if (opcode != CLOSE && opcode != PING && opcode != PONG) {
            throw new IOException("a WebSocket frame has the opcode " + opcode);
        }
        if (size > 125 || (first & 0x80) == 0) {
            throw new IOException("a WebSocket control frame is too long or in parts");
        }
        if (in.remaining() < 2 + size) {
            return false;
        }
        byte[] payload = new byte[(int) size];
        in.position(at + 2).get(payload);
        control(opcode, payload);
        return true;
    }

    private void control(int opcode, byte[] payload) throws IOException {
        if (opcode == PING) {
            if (out.remaining() > MOST_UNREAD) {
                return; // RFC 6455 section 5.5.3: not every one needs an answer
            }
            add(PONG, ByteBuffer.wrap(payload));
            below.write(out);
        } else if (opcode == CLOSE) {
            isEnded = true;
            add(CLOSE, ByteBuffer.wrap(payload));
            below.write(out);
        }
    }

    @Override
    public boolean write(ByteBuffer from) throws IOException {
        while (below.write(out)) {
            out = NOTHING;
            if (!from.hasRemaining()) {
                return true;
            }
            int count = Math.min(FRAME, from.remaining());
            add(BINARY, from.slice(from.position(), count));
            from.position(from.position() + count);
        }
        return false;
    }

    /// Puts a frame behind those that wait.
    private void add(int opcode, ByteBuffer payload) {
        int size = payload.remaining();
        ByteBuffer frame = ByteBuffer.allocate(out.remaining() + 8 + size).put(out);
        frame.put((byte) (0x80 | opcode));
        if (size < 126) {
            frame.put((byte) (0x80 | size));
        } else {
            frame.put((byte) (0x80 | 126)).putShort((short) size);
        }
        int mask = RANDOM.nextInt();
        frame.putInt(mask);
        while (payload.remaining() >= 4) {
            frame.putInt(payload.getInt() ^ mask);
        }
        for (int shift = 24; payload.hasRemaining(); shift -= 8) {
            frame.put((byte) (payload.get() ^ (mask >>> shift)));
        }
        out = frame.flip();
    }

    @Override
    public boolean hasMore() {
        return (in.hasRemaining() && !isStarved) || below.hasMore();
    }

    @Override
    public boolean isWaiting() {
        return out.hasRemaining() || below.isWaiting();
    }

    @Override
    public void sayGoodbye() throws IOException {
        if (!isEnded) {
            add(CLOSE, ByteBuffer.wrap(new byte[] {3, (byte) 0xE8})); // 1000, normal closure
            if (below.write(out)) {
                below.sayGoodbye();
            }
        }
    }
}
