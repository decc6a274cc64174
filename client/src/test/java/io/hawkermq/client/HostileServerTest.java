package io.hawkermq.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.client.ScriptedServer.Peer;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicName;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Servers that are silent, wrong or gone: the client ends in a state that says so.
@Timeout(60)
class HostileServerTest {
    private final States states = new States();
    private ScriptedServer server = closedServer();

    private static ScriptedServer closedServer() {
        try {
            ScriptedServer s = new ScriptedServer();
            s.close();
            return s;
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void listen() throws Exception {
        server = new ScriptedServer();
    }

    @AfterEach
    void stopListening() throws Exception {
        server.close();
    }

    private MqttClientBuilder builder() {
        return MqttClient.builder()
                .uri(server.uri())
                .onState(states)
                .connectTimeout(Duration.ofSeconds(5))
                .reconnect(Reconnect.never());
    }

    private static Ending endingOf(CompletableFuture<?> future) throws Exception {
        ExecutionException e =
                assertThrows(ExecutionException.class, () -> future.get(10, TimeUnit.SECONDS));
        return assertInstanceOf(ConnectionException.class, e.getCause()).ending();
    }

    @Test
    void nobodyListens() throws Exception {
        server.close();
        ConnectionException e = assertThrows(ConnectionException.class, () -> builder().connect());
        assertInstanceOf(Ending.Unreachable.class, e.ending());
    }

    @Test
    void aServerThatSaysNothingIsGivenUp() throws Exception {
        try (MqttClient client = builder().connectTimeout(Duration.ofMillis(200)).build()) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            try (Peer peer = server.accept()) {
                peer.read(Packet.Connect.class);
                assertInstanceOf(Ending.ConnectTimedOut.class, endingOf(connecting));
                assertEquals(-1, peer.socket.getInputStream().read());
            }
        }
    }

    @Test
    void aServerThatStopsAnsweringIsNoticed() throws Exception {
        try (MqttClient client = builder().keepAlive(Duration.ofSeconds(1)).build()) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            try (Peer peer = server.accept(false)) {
                connecting.get(5, TimeUnit.SECONDS);
                peer.read(Packet.Pingreq.class);
                assertInstanceOf(
                        Ending.Unresponsive.class, states.await(State.Disconnected.class).ending());
            }
        }
    }

    @Test
    void aRefusalSaysWhy() throws Exception {
        try (MqttClient client = builder().build()) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            try (Peer peer = server.accept()) {
                peer.read();
                peer.send(
                        new Packet.Connack(
                                false,
                                ReasonCode.USE_ANOTHER_SERVER,
                                Properties.of(Property.SERVER_REFERENCE, "other:1883")));
                Ending.Redirected r =
                        assertInstanceOf(Ending.Redirected.class, endingOf(connecting));
                assertEquals("other:1883", r.serverReference());
            }
        }
    }

    @Test
    void a311RefusalIsTyped() throws Exception {
        try (MqttClient client = builder().version(ProtocolVersion.MQTT_3_1_1).build()) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            try (Peer peer = server.accept()) {
                peer.read();
                peer.send(new byte[] {0x20, 2, 0, 5});
                Ending.Refused r = assertInstanceOf(Ending.Refused.class, endingOf(connecting));
                assertEquals(ReasonCode.NOT_AUTHORIZED, r.reasonCode());
            }
        }
    }

    @Test
    void aTakeoverEndsTheClient() throws Exception {
        try (MqttClient client = builder().reconnect(Reconnect.always()).build()) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            try (Peer peer = server.accept(false)) {
                connecting.get(5, TimeUnit.SECONDS);
                peer.send(new Packet.Disconnect(ReasonCode.SESSION_TAKEN_OVER, Properties.NONE));
                assertInstanceOf(
                        Ending.TakenOver.class, states.await(State.Disconnected.class).ending());
            }
        }
    }

    @Test
    void whatMqttCannotExpressIsRefusedWhereItIsSaid() throws Exception {
        String zero = "\0";
        String half = "\uD83D";
        String tooLong = "\u20AC".repeat(21_846);
        for (String bad : List.of(zero, half, tooLong)) {
            assertWrong(() -> builder().clientId(bad));
            assertWrong(() -> builder().credentials(bad, "p"));
            assertWrong(() -> builder().user("a", bad));
            assertWrong(() -> builder().with(Property.AUTHENTICATION_METHOD, bad));
            assertWrong(() -> Message.to("a").contentType(bad));
            assertWrong(() -> Message.to("a").user(bad, "b"));
            assertWrong(() -> Subscribe.to("a").user("a", bad).build());
        }
        byte[] large = new byte[65_536];
        assertWrong(() -> builder().credentials("u", "p".repeat(65_536)));
        assertWrong(() -> builder().will(Message.of("a", large)));
        assertWrong(() -> Message.to("a").correlationData(large));
        Message.to("\uD83D\uDE00").contentType("\uD83D\uDE00".repeat(16_383)).build();
    }

    private static void assertWrong(org.junit.jupiter.api.function.Executable call) {
        assertThrows(IllegalArgumentException.class, call);
    }

    @Test
    void aDisconnectThatCannotBeWrittenIsRefused() throws Exception {
        try (MqttClient client = builder().build()) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            try (Peer peer = server.accept(false)) {
                connecting.get(5, TimeUnit.SECONDS);
                Properties bad = Properties.of(Property.REASON_STRING, "\0");
                assertWrong(() -> client.disconnect(ReasonCode.SUCCESS, bad));
                assertWrong(() -> client.unsubscribe(List.of("a"), bad));
                client.disconnect();
                peer.read(Packet.Disconnect.class);
            }
        }
    }

    @Test
    void aConnectThatCannotBeWrittenEndsTheAttempt() throws Exception {
        try (MqttClient client =
                builder()
                        .version(ProtocolVersion.MQTT_3_1_1)
                        .connectTimeout(Duration.ofMinutes(5))
                        .credentials(new Credentials(null, new byte[1]))
                        .build()) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            try (Peer peer = server.accept()) {
                assertInstanceOf(Ending.HookFailed.class, endingOf(connecting));
                assertEquals(-1, peer.socket.getInputStream().read());
            }
        }
    }

    /// Its answers take as long as a test wants.
    private record Slow(byte[] answer, CountDownLatch released, AtomicInteger steps)
            implements Authenticator {
        @Override
        public String method() {
            return "slow";
        }

        @Override
        public byte[] first() {
            return new byte[0];
        }

        @Override
        public byte[] next(byte @Nullable [] data) throws Exception {
            steps.incrementAndGet();
            assertTrue(released.await(30, TimeUnit.SECONDS));
            return answer;
        }

        @Override
        public void succeeded(byte @Nullable [] data) {}
    }

    private static final Packet.Auth AUTH =
            new Packet.Auth(
                    ReasonCode.CONTINUE_AUTHENTICATION,
                    Properties.of(Property.AUTHENTICATION_METHOD, "slow"));

    @Test
    void aFloodOfAuthEndsTheConnection() throws Exception {
        Slow slow = new Slow(new byte[0], new CountDownLatch(1), new AtomicInteger());
        try (MqttClient client = builder().authentication(() -> slow).build()) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            try (Peer peer = server.accept()) {
                peer.read(Packet.Connect.class);
                byte[] one = Peer.bytes(AUTH, ProtocolVersion.MQTT_5);
                ByteBuffer flood = ByteBuffer.allocate(100 * one.length);
                while (flood.hasRemaining()) {
                    flood.put(one);
                }
                peer.send(flood.array());
                assertInstanceOf(Ending.ProtocolBroken.class, endingOf(connecting));
                assertTrue(slow.steps().get() <= 1);
            }
        } finally {
            slow.released().countDown();
        }
    }

    @Test
    void authenticationDataThatIsTooLongEndsTheConnection() throws Exception {
        Slow slow = new Slow(new byte[65_536], new CountDownLatch(0), new AtomicInteger());
        try (MqttClient client = builder().authentication(() -> slow).build()) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            try (Peer peer = server.accept()) {
                peer.read(Packet.Connect.class);
                peer.send(AUTH);
                assertInstanceOf(Ending.AuthenticationFailed.class, endingOf(connecting));
            }
        }
    }

    /// Not as in [MQTT-3.8.4-6], but libmosquitto takes it, and its tests send it.
    @Test
    void aSubackWithoutReasonCodesGrants() throws Exception {
        try (MqttClient client = builder().build()) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            try (Peer peer = server.accept(false)) {
                connecting.get(5, TimeUnit.SECONDS);
                CompletableFuture<Subscription> subscribing =
                        client.subscribeAsync(
                                Subscribe.to("a").qos(QoS.AT_LEAST_ONCE).build(), null);
                int packetId = peer.read(Packet.Subscribe.class).packetId();
                peer.send(new byte[] {(byte) 0x90, 3, 0, (byte) packetId, 0});
                assertEquals(
                        List.of(ReasonCode.GRANTED_QOS_1),
                        subscribing.get(5, TimeUnit.SECONDS).reasonCodes());
            }
        }
    }

    /// What a server might send after CONNACK that it must not.
    enum Wrong {
        SECOND_CONNACK(0x20, 3, 0, 0, 0),
        CONNECT(0x10, 2, 0, 0),
        PUBACK_FOR_NOTHING_IS_HARMLESS(0x40, 2, 0, 9),
        SUBACK_FOR_NOTHING(0x90, 4, 0, 9, 0, 0),
        QOS_3(0x36, 5, 0, 1, 'a', 0, 1),
        NO_TOPIC(0x30, 3, 0, 0, 0),
        UNKNOWN_ALIAS(0x30, 6, 0, 0, 3, 0x23, 0, 1),
        LENGTH_OF_FIVE_BYTES(0x30, 0xFF, 0xFF, 0xFF, 0xFF, 1),
        TOPIC_RUNS_OVER(0x30, 4, 0, 9, 'a', 0),
        WILDCARD_IN_TOPIC(0x30, 4, 0, 1, '#', 0),
        AUTH_NOT_ASKED_FOR(0xF0, 2, 0x18, 0),
        RESERVED_TYPE(0x00, 0),
        TOO_LARGE(0x30, 0xFF, 0x7F);

        private final String hex;

        Wrong(int... bytes) {
            StringBuilder text = new StringBuilder();
            for (int b : bytes) {
                text.append(java.util.HexFormat.of().toHexDigits((byte) b));
            }
            this.hex = text.toString();
        }

        byte[] bytes() {
            return java.util.HexFormat.of().parseHex(hex);
        }
    }

    @ParameterizedTest
    @EnumSource(Wrong.class)
    void whatBreaksTheProtocolEndsTheConnection(Wrong wrong) throws Exception {
        try (MqttClient client = builder().maximumPacketSize(1_000).build()) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            try (Peer peer = server.accept(false)) {
                connecting.get(5, TimeUnit.SECONDS);
                peer.send(wrong.bytes());
                if (wrong == Wrong.PUBACK_FOR_NOTHING_IS_HARMLESS) {
                    CompletableFuture<PublishResult> next =
                            client.publishAsync(Message.of("a", "b"));
                    next.get(5, TimeUnit.SECONDS);
                    return;
                }
                Ending.ProtocolBroken broken =
                        assertInstanceOf(
                                Ending.ProtocolBroken.class,
                                states.await(State.Disconnected.class).ending());
                Packet.Disconnect said = peer.read(Packet.Disconnect.class);
                assertEquals(broken.reasonCode(), said.reasonCode());
                assertEquals(-1, peer.socket.getInputStream().read());
            }
        }
    }

    /// The bytes that a server sends in a handshake and a QoS 2 exchange in both directions, cut
    /// off after each byte by an orderly end or a reset.
    @Test
    void cutAtEveryByte() throws Exception {
        ProtocolVersion v = ProtocolVersion.MQTT_5;
        List<byte[]> script = new ArrayList<>();
        script.add(Peer.bytes(new Packet.Connack(false, ReasonCode.SUCCESS, Properties.NONE), v));
        script.add(
                Peer.bytes(
                        new Packet.Suback(1, List.of(ReasonCode.GRANTED_QOS_2), Properties.NONE),
                        v));
        script.add(
                Peer.bytes(
                        new Packet.Publish(
                                false,
                                QoS.EXACTLY_ONCE,
                                false,
                                TopicName.of("a"),
                                1,
                                Properties.NONE,
                                new byte[] {'m'}),
                        v));
        script.add(Peer.bytes(new Packet.Pubrec(2, ReasonCode.SUCCESS, Properties.NONE), v));
        script.add(Peer.bytes(new Packet.Pubrel(1, ReasonCode.SUCCESS, Properties.NONE), v));
        script.add(Peer.bytes(new Packet.Pubcomp(2, ReasonCode.SUCCESS, Properties.NONE), v));
        int total = script.stream().mapToInt(b -> b.length).sum();
        for (int cut = 0; cut < total; cut++) {
            cutAfter(cut, script);
        }
    }

    private void cutAfter(int cut, List<byte[]> script) throws Exception {
        try (MqttClient client = builder().build()) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            List<CompletableFuture<?>> all = new ArrayList<>();
            all.add(connecting);
            try (Peer peer = server.accept()) {
                peer.read(Packet.Connect.class);
                int rest = cut;
                for (int i = 0; i < script.size() && rest > 0; i++) {
                    byte[] bytes = script.get(i);
                    int count = Math.min(rest, bytes.length);
                    peer.send(java.util.Arrays.copyOf(bytes, count));
                    rest -= count;
                    if (i == 0 && count == bytes.length) {
                        connecting.get(5, TimeUnit.SECONDS);
                        all.add(client.subscribeAsync(Subscribe.to("a").build(), null));
                        peer.read(Packet.Subscribe.class);
                        all.add(client.publishAsync(Message.to("b").qos(QoS.EXACTLY_ONCE).build()));
                        peer.read(Packet.Publish.class);
                    }
                }
                if (cut % 2 == 0) {
                    peer.reset();
                }
            }
            Ending ending = states.await(State.Disconnected.class).ending();
            assertInstanceOf(Ending.Lost.class, ending, "cut after " + cut);
            for (CompletableFuture<?> f : all) {
                CompletableFuture<?> settled = f.handle((x, e) -> "settled");
                assertEquals("settled", settled.get(5, TimeUnit.SECONDS), "cut after " + cut);
            }
        }
    }

    @Test
    void aServerThatDoesNotReadStallsNobodyButItsPublishers() throws Exception {
        try (MqttClient client = builder().publishLimits(100_000, 1 << 20).build()) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            try (Peer peer = server.accept(false)) {
                connecting.get(5, TimeUnit.SECONDS);
                byte[] payload = new byte[64 * 1024];
                Message message = Message.to("a").payload(payload).qos(QoS.AT_LEAST_ONCE).build();
                CompletableFuture<PublishResult> last = client.publishAsync(message);
                while (!last.isCompletedExceptionally()) {
                    last = client.publishAsync(message);
                }
                ExecutionException e = assertThrows(ExecutionException.class, last::get);
                assertInstanceOf(LimitExceededException.class, e.getCause());
                assertThrows(
                        MqttTimeoutException.class,
                        () -> client.publish(message, Duration.ofMillis(50)));
                assertInstanceOf(State.Connected.class, client.state());
                assertTrue(peer.socket.isConnected());
                assertTrue(client.metrics().unfinishedBytes() <= 2 << 20);
            }
            states.await(State.Disconnected.class);
        }
    }

    @Test
    void waitingCanBeInterrupted() throws Exception {
        try (MqttClient client = builder().build()) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            try (Peer peer = server.accept(false)) {
                connecting.get(5, TimeUnit.SECONDS);
                CompletableFuture<Throwable> thrown = new CompletableFuture<>();
                Thread waiting =
                        Thread.ofVirtual()
                                .start(() -> {
                                    try {
                                        client.publish("a", "b");
                                    } catch (MqttException e) {
                                        thrown.complete(e);
                                    }
                                });
                peer.read(Packet.Publish.class);
                waiting.interrupt();
                assertInstanceOf(MqttInterruptedException.class, thrown.get(5, TimeUnit.SECONDS));
            }
        }
    }
}
