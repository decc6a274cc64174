package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.transport.TlsOptions;
import io.hawkermq.broker.transport.WebSocketOptions;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.protocol.Will;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// With Java's own WebSocket client, and with bytes by hand.
class WebSocketTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;
    private static final int TIMEOUT_MILLIS = 20_000;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private final LogLines log = new LogLines();

    private Broker start(WebSocketOptions options, int loops) throws StartException {
        return start(Listener.loopback(0).with(l -> l.webSocket(options)), loops);
    }

    private Broker start(Listener listener, int loops) throws StartException {
        return Broker.start(
                BrokerOptions.local(0)
                        .with(o ->
                                o.sysIntervalSeconds(0).log(log).loops(loops).listeners(listener)));
    }

    /// Java's WebSocket as two streams.
    private static final class Streams implements WebSocket.Listener {
        private static final byte[] END = {};
        private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final int frameBytes;
        private byte[] current = {1};
        private int at = 1;
        private @Nullable WebSocket socket;

        /// @param frameBytes of the frames that are sent at most
        Streams(int frameBytes) {
            this.frameBytes = frameBytes;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(
                WebSocket webSocket, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            if (bytes.length > 0) {
                received.add(bytes);
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int status, String why) {
            closed.complete(status);
            received.add(END);
            return null;
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            closed.completeExceptionally(error);
            received.add(END);
        }

        TestClient client() {
            InputStream in =
                    new InputStream() {
                        @Override
                        public int read() throws IOException {
                            byte[] one = new byte[1];
                            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
                        }

                        @Override
                        public int read(byte[] to, int offset, int length) throws IOException {
                            if (at == current.length) {
                                current = nextFrame();
                                at = 0;
                            }
                            if (current == END) {
                                return -1;
                            }
                            int count = Math.min(length, current.length - at);
                            System.arraycopy(current, at, to, offset, count);
                            at += count;
                            return count;
                        }
                    };
            OutputStream out =
                    new OutputStream() {
                        @Override
                        public void write(int b) throws IOException {
                            write(new byte[] {(byte) b}, 0, 1);
                        }

                        @Override
                        public void write(byte[] bytes, int offset, int length) throws IOException {
                            for (int from = 0; from < length; from += frameBytes) {
                                int count = Math.min(frameBytes, length - from);
                                send(ByteBuffer.wrap(bytes, offset + from, count));
                            }
                        }
                    };
            return new TestClient(in, out, () -> socket().abort(), V5);
        }

        private byte[] nextFrame() throws IOException {
            try {
                byte[] next = received.poll(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
                if (next == null) {
                    throw new IOException("nothing came");
                }
                return next;
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        private void send(ByteBuffer bytes) throws IOException {
            try {
                socket().sendBinary(bytes, true).get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
            } catch (Exception e) {
                throw new IOException(e);
            }
        }

        WebSocket socket() {
            return Objects.requireNonNull(socket);
        }
    }

    private static Streams open(HttpClient http, String uri, int frameBytes) throws Exception {
        Streams streams = new Streams(frameBytes);
        streams.socket =
                http.newWebSocketBuilder()
                        .subprotocols("mqtt")
                        .header("X-Forwarded-For", "10.0.0.9, 203.0.113.7, 10.0.0.1")
                        .buildAsync(URI.create(uri), streams)
                        .get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        assertEquals("mqtt", streams.socket().getSubprotocol()); // [MQTT-6.0.0-4]
        return streams;
    }

    /// Frames need not be packets [MQTT-6.0.0-2].
    @ParameterizedTest
    @CsvSource({"1,1", "7,2", "130,2", "1000000,2"})
    void carriesMessagesHoweverTheyAreCutIntoFrames(int frameBytes, int loops) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient();
                Broker broker = start(WebSocketOptions.DEFAULT, loops)) {
            for (int i = 0; i < 4; i++) {
                Streams streams =
                        open(http, "ws://127.0.0.1:" + broker.port() + "/any/path?q=1", frameBytes);
                try (TestClient client = streams.client()) {
                    byte[] payload = new byte[frameBytes * 150 % 200_001];
                    Arrays.fill(payload, (byte) i);
                    client.send(
                            TestClient.connect(V5, "client" + i),
                            TestClient.subscribe("a", QoS.AT_MOST_ONCE));
                    client.next(Packet.Connack.class);
                    client.next(Packet.Suback.class);
                    client.send(TestClient.publish("a", QoS.AT_MOST_ONCE, 0, payload));
                    assertArrayEquals(payload, client.next(Packet.Publish.class).payload());
                    log.await("New client connected from 203.0.113.7:");
                }
            }
        }
    }

    @Test
    void worksWithinTls() throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        certificates.root("root", "root");
        certificates.key("server", "EC");
        certificates.issue("server", "root", "server", "/CN=localhost");
        TlsOptions tls =
                TlsOptions.of(certificates.file("server.crt"), certificates.file("server.key"));
        Listener listener =
                Listener.loopback(0).with(l -> l.tls(tls).webSocket(WebSocketOptions.DEFAULT));
        try (HttpClient http =
                        HttpClient.newBuilder()
                                .sslContext(certificates.client("root.crt", null))
                                .build();
                Broker broker = start(listener, 2)) {
            Streams streams = open(http, "wss://localhost:" + broker.port() + "/mqtt", 5_000);
            try (TestClient client = streams.client().connected("c")) {
                client.send(TestClient.subscribe("a", QoS.AT_MOST_ONCE));
                client.next(Packet.Suback.class);
                byte[] payload = new byte[1_000_000];
                client.send(TestClient.publish("a", QoS.AT_MOST_ONCE, 0, payload));
                assertArrayEquals(payload, client.next(Packet.Publish.class).payload());
                // What ends MQTT ends WebSocket in its own way.
                client.send(TestClient.connect(V5, "c"));
                client.next(Packet.Disconnect.class);
                assertEquals(1_000, streams.closed.get(20, TimeUnit.SECONDS));
            }
        }
    }

    @Test
    void pingIsAnsweredAndCloseIsToo() throws Exception {
        CompletableFuture<String> pong = new CompletableFuture<>();
        CompletableFuture<Integer> closed = new CompletableFuture<>();
        WebSocket.Listener listener =
                new WebSocket.Listener() {
                    @Override
                    public @Nullable CompletionStage<?> onPong(WebSocket w, ByteBuffer data) {
                        pong.complete(StandardCharsets.UTF_8.decode(data).toString());
                        w.request(1);
                        return null;
                    }

                    @Override
                    public @Nullable CompletionStage<?> onClose(WebSocket w, int s, String why) {
                        closed.complete(s);
                        return null;
                    }
                };
        try (HttpClient http = HttpClient.newHttpClient();
                Broker broker = start(WebSocketOptions.DEFAULT, 1)) {
            WebSocket socket =
                    http.newWebSocketBuilder()
                            .subprotocols("mqttv3.1", "other")
                            .buildAsync(URI.create("ws://127.0.0.1:" + broker.port()), listener)
                            .get(20, TimeUnit.SECONDS);
            assertEquals("mqttv3.1", socket.getSubprotocol());
            socket.sendPing(ByteBuffer.wrap("there?".getBytes(StandardCharsets.UTF_8)));
            assertEquals("there?", pong.get(20, TimeUnit.SECONDS));
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye").get(20, TimeUnit.SECONDS);
            assertEquals(1_000, closed.get(20, TimeUnit.SECONDS));
        }
    }

    @Test
    void textFramesEndTheConnection() throws Exception {
        try (HttpClient http = HttpClient.newHttpClient();
                Broker broker = start(WebSocketOptions.DEFAULT, 1)) {
            Streams streams = open(http, "ws://127.0.0.1:" + broker.port(), 100);
            streams.client().connected("c");
            streams.socket().sendText("no MQTT", true).get(20, TimeUnit.SECONDS);
            assertEquals(1_003, streams.closed.get(20, TimeUnit.SECONDS)); // [MQTT-6.0.0-1]
            log.await("it sent a WebSocket text frame, MQTT needs binary ones");
        }
    }

    @Test
    void withoutTheSubprotocolThereIsNoWebSocket() throws Exception {
        try (HttpClient http = HttpClient.newHttpClient();
                Broker broker = start(WebSocketOptions.DEFAULT, 1)) {
            var attempt =
                    http.newWebSocketBuilder()
                            .buildAsync(
                                    URI.create("ws://127.0.0.1:" + broker.port()), new Streams(1));
            assertThrows(ExecutionException.class, () -> attempt.get(20, TimeUnit.SECONDS));
            String line = log.await("it does not offer the subprotocol mqtt.");
            assertTrue(line.startsWith("Connection from 127.0.0.1:"), line);
            assertEquals(1, log.count("127.0.0.1:"));
        }
    }

    // ---- by hand ----

    private static String request(String... headers) {
        return "GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection:"
                + " keep-alive, Upgrade\r\nSec-WebSocket-Key: 1JaITHdgDZVd/4OE2AzTTA==\r\n"
                + "Sec-WebSocket-Version: 13\r\n"
                + String.join("", Arrays.stream(headers).map(h -> h + "\r\n").toList())
                + "\r\n";
    }

    private static String exchange(Broker broker, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.port())) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            byte[] bytes = new byte[4_096];
            InputStream in = socket.getInputStream();
            for (int count = in.read(bytes); count > 0; count = in.read(bytes)) {
                all.write(bytes, 0, count);
                if (all.toString(StandardCharsets.UTF_8).startsWith("HTTP/1.1 101")) {
                    break;
                }
            }
            return all.toString(StandardCharsets.UTF_8);
        }
    }

    @Test
    void theAnswerIsAsMosquittosToTheByte() throws Exception {
        try (Broker broker = start(WebSocketOptions.DEFAULT, 1)) {
            assertEquals(
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection:"
                            + " Upgrade\r\nSec-WebSocket-Accept: Ako91O0lxiq8gN0+b9YCijMx8lk=\r\n"
                            + "Sec-WebSocket-Protocol: mqtt\r\n\r\n",
                    exchange(broker, request("Sec-WebSocket-Protocol: mqttv3.1, mqtt")));
        }
    }

    @Test
    void originsAreChecked() throws Exception {
        WebSocketOptions options =
                new WebSocketOptions(
                        List.of("https://example.org"), 4_096, WebSocketOptions.Forwarded.NEVER);
        String mqtt = "Sec-WebSocket-Protocol: mqtt";
        try (Broker broker = start(options, 1)) {
            assertEquals("", exchange(broker, request(mqtt, "Origin: https://evil.example")));
            log.await("rejected, the Origin 'https://evil.example' is not admitted");
            assertTrue(
                    exchange(broker, request(mqtt, "Origin: https://example.org"))
                            .startsWith("HTTP/1.1 101 "));
            assertTrue(exchange(broker, request(mqtt)).startsWith("HTTP/1.1 101 "));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "405|POST /mqtt HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
                "426|GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "426|GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\n\r\n",
                "426|GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
                "400|GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAA\r\n\r\n",
                "400|GET / HTTP/1.1\r\n folded: x\r\n\r\n",
                "400|GET  / HTTP/1.1\r\n\r\n",
                "400|\r\n\r\n",
                "400|\n\n",
                "400|\u0010\u0010\u0000\u0004MQTT\r\n\r\n",
                "431|GET / HTTP/1.1\r\nCookie: ",
            })
    void otherRequestsAreAnsweredInHttp(String line) throws Exception {
        WebSocketOptions options =
                new WebSocketOptions(List.of(), 1_024, WebSocketOptions.Forwarded.NEVER);
        String request = line.substring(4);
        try (Broker broker = start(options, 1)) {
            String padded = request.endsWith(": ") ? request + "c".repeat(1_100) : request;
            String answer = exchange(broker, padded);
            assertTrue(answer.startsWith("HTTP/1.1 " + line.substring(0, 3) + " "), answer);
            log.await("Connection from 127.0.0.1:");
            assertEquals(1, log.count("127.0.0.1:"));
            assertEquals(0, log.count("Internal error"));
        }
    }

    enum Ending {
        CLOSE_FRAME,
        END_OF_INPUT
    }

    /// The publisher is held back, so that all behind its first message waits when the end is seen.
    @ParameterizedTest
    @EnumSource
    void theEndDoesNotOvertakeWhatCameBefore(Ending ending) throws Exception { // [MQTT-3.14.4-3]
        Listener webSocket = Listener.loopback(0).with(l -> l.webSocket(WebSocketOptions.DEFAULT));
        BrokerOptions options =
                BrokerOptions.local(0)
                        .with(o ->
                                o.sysIntervalSeconds(0)
                                        .log(log)
                                        .loops(1)
                                        .limits(l -> l.maximumWaitingBytes(0).receiveMaximum(1))
                                        .listeners(webSocket, Listener.loopback(0)));
        try (Broker broker = Broker.start(options);
                TestClient stalled = TestClient.connected(broker.port(1), V5, "stalled");
                TestClient watcher = TestClient.connected(broker.port(1), V5, "watcher");
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.port());
                TestClient client = new TestClient(socket, V5)) {
            watcher.send(TestClient.subscribe("w/+", QoS.AT_MOST_ONCE));
            watcher.next(Packet.Suback.class);
            // Of two messages one waits, for an acknowledgement that does not come.
            stalled.send(
                    TestClient.subscribe("t", QoS.AT_LEAST_ONCE),
                    TestClient.publish("t", QoS.AT_LEAST_ONCE, 1, new byte[10]),
                    TestClient.publish("t", QoS.AT_LEAST_ONCE, 2, new byte[10]));
            for (int i = 0; i < 4; i++) {
                stalled.next(); // SUBACK, two PUBACK, PUBLISH
            }

            ByteArrayOutputStream piece = new ByteArrayOutputStream();
            piece.writeBytes(
                    request("Sec-WebSocket-Protocol: mqtt").getBytes(StandardCharsets.US_ASCII));
            byte[] packets =
                    client.encoded(
                            connectWithWill("leaver", "w/will"),
                            TestClient.publish("w/1", QoS.AT_MOST_ONCE, 0, new byte[1]),
                            TestClient.publish("w/2", QoS.AT_LEAST_ONCE, 1, new byte[1]),
                            TestClient.publish("w/3", QoS.AT_MOST_ONCE, 0, new byte[1]),
                            new Packet.Disconnect(ReasonCode.SUCCESS, Properties.NONE));
            piece.writeBytes(frame(2, packets));
            if (ending == Ending.CLOSE_FRAME) {
                piece.writeBytes(frame(8, new byte[] {3, (byte) 0xE8}));
            }
            client.write(piece.toByteArray());
            socket.shutdownOutput();

            String line = log.await("Client leaver [127.0.0.1:");
            assertTrue(line.endsWith(" disconnected: it disconnected."), line);
            watcher.send(TestClient.publish("w/end", QoS.AT_MOST_ONCE, 0, new byte[1]));
            for (String topic : List.of("w/1", "w/2", "w/3", "w/end")) {
                assertEquals(TopicName.of(topic), watcher.next(Packet.Publish.class).topic());
            }
        }
    }

    private static Packet connectWithWill(String clientId, String topic) {
        Will will =
                new Will(
                        TopicName.of(topic), new byte[1], QoS.AT_MOST_ONCE, false, Properties.NONE);
        return new Packet.Connect(V5, false, true, 60, clientId, will, null, null, Properties.NONE);
    }

    /// A short frame of a client, with the mask 0.
    private static byte[] frame(int opcode, byte[] payload) {
        byte[] frame = new byte[6 + payload.length];
        frame[0] = (byte) (0x80 | opcode);
        frame[1] = (byte) (0x80 | payload.length);
        System.arraycopy(payload, 0, frame, 6, payload.length);
        return frame;
    }

    /// What a client says of itself counts for nothing where nobody is believed.
    @Test
    void forwardedAddressesMayBeIgnored() throws Exception {
        WebSocketOptions options =
                new WebSocketOptions(List.of(), 4_096, WebSocketOptions.Forwarded.NEVER);
        try (HttpClient http = HttpClient.newHttpClient();
                Broker broker = start(options, 1)) {
            Streams streams = open(http, "ws://127.0.0.1:" + broker.port(), 100);
            try (TestClient _ = streams.client().connected("c")) {
                log.await("New client connected from 127.0.0.1:");
            }
        }
    }
}
