package io.hawkermq.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.client.ScriptedServer.Peer;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// One session, all that a server sends in it, cut, damaged, delayed and out of order: every client
/// ends in a state that says why, every future is settled, and the loop that all of them share
/// neither spins nor stops serving others.
@SuppressWarnings("try") // connections are held open for what the client does meanwhile
@Timeout(90)
class HostileBytesTest {
    /// Sessions with damage in them; the seed is in the message of what fails.
    private static final int DAMAGED = 200;

    private final ScriptedServer server = listening();
    private final ClientGroup group = ClientGroup.create(1);

    private static ScriptedServer listening() {
        try {
            return new ScriptedServer();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void close() throws IOException {
        group.close();
        server.close();
    }

    /// A client with a subscription and messages of each QoS, and what is to become of them.
    private static final class Victim {
        final States states = new States();
        final MqttClient client;
        final List<CompletableFuture<?>> all = new ArrayList<>();

        Victim(MqttClientBuilder builder) {
            client = builder.onState(states).build();
            all.add(client.connectAsync());
            all.add(client.subscribeAsync(Subscribe.to("a").build(), null));
            for (QoS qos : QoS.values()) {
                all.add(client.publishAsync(Message.to("b").text("x").qos(qos).build()));
            }
        }

        Ending end(String what) throws Exception {
            Ending ending = states.await(State.Disconnected.class).ending();
            assertFalse(ending instanceof Ending.Defect, () -> what + ": " + ending.text());
            for (CompletableFuture<?> f : all) {
                Object settled = f.handle((x, e) -> "settled").get(5, TimeUnit.SECONDS);
                assertEquals("settled", settled, what);
            }
            client.close(Duration.ZERO);
            return ending;
        }
    }

    private MqttClientBuilder builder(ProtocolVersion version) {
        return MqttClient.builder()
                .uri(server.uri())
                .version(version)
                .group(group)
                .maximumPacketSize(100_000)
                .reconnect(Reconnect.never());
    }

    private static TopicName topic(String text) {
        return TopicName.of(text);
    }

    /// What a server says to a [Victim], packet by packet; the client has sent all its requests
    /// after the first.
    private static List<byte[]> session(ProtocolVersion v) {
        boolean is5 = v.isMqtt5();
        Properties granted =
                is5
                        ? Properties.builder()
                                .add(Property.RECEIVE_MAXIMUM, 10)
                                .add(Property.ASSIGNED_CLIENT_IDENTIFIER, "given")
                                .build()
                        : Properties.NONE;
        Properties told =
                is5 ? Properties.of(Property.CONTENT_TYPE, "text/plain") : Properties.NONE;
        byte[] payload = {'m'};
        List<Packet> packets =
                List.of(
                        new Packet.Connack(false, ReasonCode.SUCCESS, granted),
                        new Packet.Suback(1, List.of(ReasonCode.GRANTED_QOS_2), Properties.NONE),
                        new Packet.Publish(
                                false, QoS.AT_MOST_ONCE, true, topic("a"), 0, told, payload),
                        new Packet.Publish(
                                false, QoS.AT_LEAST_ONCE, false, topic("a"), 1, told, payload),
                        new Packet.Publish(
                                false, QoS.EXACTLY_ONCE, false, topic("a"), 2, told, payload),
                        new Packet.Puback(2, ReasonCode.SUCCESS, Properties.NONE),
                        new Packet.Pubrec(3, ReasonCode.SUCCESS, Properties.NONE),
                        new Packet.Pubrel(2, ReasonCode.SUCCESS, Properties.NONE),
                        new Packet.Pubcomp(3, ReasonCode.SUCCESS, Properties.NONE),
                        new Packet.Pingresp());
        return packets.stream().map(p -> Peer.bytes(p, v)).toList();
    }

    private static byte[] joined(List<byte[]> parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        parts.forEach(all::writeBytes);
        return all.toByteArray();
    }

    /// CONNACK, the client's requests, the rest. A client that has had enough closes.
    private static void play(Peer peer, byte[] connack, byte[] rest) throws Exception {
        try {
            peer.read(Packet.Connect.class);
            peer.send(connack);
            boolean isServed = true;
            for (int i = 0; i < 4 && isServed; i++) {
                isServed = !(peer.poll() instanceof Packet.Disconnect);
            }
            peer.send(rest);
        } catch (SocketException e) {
            assertTrue(peer.socket.isConnected(), e::toString); // the client has closed first
        } catch (IOException e) {
            assertFalse(e.getMessage() == null, e::toString);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"MQTT_3_1_1", "MQTT_5"})
    void theWholeSessionIsFineByteByByte(ProtocolVersion v) throws Exception {
        Victim victim = new Victim(builder(v));
        try (Peer peer = server.accept()) {
            List<byte[]> session = session(v);
            peer.read(Packet.Connect.class);
            for (byte b : session.getFirst()) {
                peer.send(new byte[] {b});
            }
            for (int i = 0; i < 4; i++) {
                peer.read();
            }
            for (byte b : joined(session.subList(1, session.size()))) {
                peer.send(new byte[] {b});
            }
            for (CompletableFuture<?> f : victim.all) {
                f.get(5, TimeUnit.SECONDS);
            }
            assertEquals(3, victim.client.metrics().received());
        }
        assertInstanceOf(Ending.Lost.class, victim.end("closed"));
    }

    /// Cut after each byte, and then silence: nobody waits longer than for CONNACK or a PINGRESP.
    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"MQTT_3_1_1", "MQTT_5"})
    void silentFromAnyByteOn(ProtocolVersion v) throws Exception {
        List<byte[]> session = session(v);
        int first = session.getFirst().length;
        byte[] all = joined(session);
        List<Victim> victims = new ArrayList<>();
        List<Peer> peers = new ArrayList<>();
        try {
            for (int cut = 0; cut < all.length; cut++) {
                victims.add(
                        new Victim(
                                builder(v)
                                        .keepAlive(Duration.ofSeconds(1))
                                        .connectTimeout(Duration.ofSeconds(2))));
                Peer peer = server.accept();
                peers.add(peer);
                peer.read(Packet.Connect.class);
                peer.send(Arrays.copyOf(all, Math.min(cut, first)));
                if (cut > first) {
                    for (int i = 0; i < 4; i++) {
                        peer.read();
                    }
                    peer.send(Arrays.copyOfRange(all, first, cut));
                }
            }
            for (int cut = 0; cut < all.length; cut++) {
                Class<? extends Ending> expected =
                        cut < first ? Ending.ConnectTimedOut.class : Ending.Unresponsive.class;
                assertInstanceOf(expected, victims.get(cut).end("cut after " + cut));
            }
        } finally {
            for (Peer peer : peers) {
                peer.close();
            }
        }
        assertLoopRests();
    }

    /// Bytes changed, left out, put in, packets repeated and in another order.
    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"MQTT_3_1_1", "MQTT_5"})
    void damaged(ProtocolVersion v) throws Exception {
        long base = System.nanoTime();
        for (int i = 0; i < DAMAGED / 2; i++) {
            long seed = base + i;
            Random random = new Random(seed);
            List<byte[]> session = new ArrayList<>(session(v));
            byte[] connack = session.removeFirst();
            switch (random.nextInt(4)) {
                case 0 -> Collections.shuffle(session, random);
                case 1 -> session.add(session.get(random.nextInt(session.size())));
                case 2 -> session.remove(random.nextInt(session.size()));
                default -> {}
            }
            byte[] rest = joined(session);
            boolean isEarly = random.nextInt(5) == 0;
            if (isEarly) {
                connack = damaged(connack, random);
            } else {
                rest = damaged(rest, random);
            }
            Victim victim = new Victim(builder(v));
            try (Peer peer = server.accept()) {
                if (isEarly) {
                    peer.read(Packet.Connect.class);
                    peer.send(connack);
                    peer.socket.shutdownOutput();
                    victim.end("seed " + seed);
                } else {
                    play(peer, connack, rest);
                    if (random.nextBoolean()) {
                        peer.reset();
                    }
                }
            }
            if (!isEarly) {
                victim.end("seed " + seed);
            }
        }
        assertLoopRests();
        assertServesOthers();
    }

    private static byte[] damaged(byte[] sound, Random random) {
        byte[] bytes = sound;
        for (int n = random.nextInt(3); n >= 0; n--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> {
                    byte[] more = new byte[1 + random.nextInt(300)];
                    random.nextBytes(more);
                    bytes =
                            joined(
                                    List.of(
                                            Arrays.copyOf(bytes, at),
                                            more,
                                            Arrays.copyOfRange(bytes, at, bytes.length)));
                }
                default -> {
                    if (bytes.length > 1) {
                        bytes =
                                joined(
                                        List.of(
                                                Arrays.copyOf(bytes, at),
                                                Arrays.copyOfRange(bytes, at + 1, bytes.length)));
                    }
                }
            }
        }
        return bytes;
    }

    /// Connections that stand half open in every way cost no CPU.
    @Test
    void standingStillCostsNothing() throws Exception {
        List<Victim> victims = new ArrayList<>();
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            victims.add(
                    new Victim(
                            builder(ProtocolVersion.MQTT_5)
                                    .connectTimeout(Duration.ofMinutes(1))
                                    .receiveBuffer(1_000)));
            Peer peer = server.accept();
            peers.add(peer);
            peer.read(Packet.Connect.class);
        }
        peers.get(0).send(new byte[] {0x20}); // half a CONNACK
        for (Peer peer : peers.subList(1, 4)) {
            peer.connack(false, Properties.NONE);
            for (int i = 0; i < 4; i++) {
                peer.read();
            }
        }
        // A PUBLISH of 100 kB that never comes.
        peers.get(1).send(new byte[] {0x30, (byte) 0xA0, (byte) 0x8D, 6, 0, 1, 'a'});
        // More than the program reads; then the end, which nobody can see.
        byte[] publish =
                Peer.bytes(
                        new Packet.Publish(
                                false,
                                QoS.AT_MOST_ONCE,
                                false,
                                topic("a"),
                                0,
                                Properties.NONE,
                                new byte[5_000]),
                        ProtocolVersion.MQTT_5);
        peers.get(2).send(publish);
        peers.get(2).send(publish);
        peers.get(2).socket.shutdownOutput();
        // Nothing is read there: this side has more to write than the network takes.
        Message large = Message.to("b").payload(new byte[90_000]).build();
        for (int i = 0; i < 100; i++) {
            var unused = victims.get(3).client.publishAsync(large);
        }
        assertLoopRests();
        for (Peer peer : peers) {
            peer.close();
        }
        assertServesOthers();
        for (Victim v : victims) {
            v.client.close(Duration.ZERO);
        }
    }

    /// A WebSocket server that answers the handshake and then sends pings without end, and takes
    /// nothing: the pongs do not pile up, and others on the same loop are served.
    @Test
    void aFloodOfPingsIsNotAnsweredWithoutEnd() throws Exception {
        MqttClient client =
                builder(ProtocolVersion.MQTT_5)
                        .uri("ws://127.0.0.1:" + server.port() + "/mqtt")
                        .connectTimeout(Duration.ofMinutes(1))
                        .build();
        var unused = client.connectAsync();
        try (Peer peer = server.accept()) {
            upgrade(peer);
            CompletableFuture<Void> flood = new CompletableFuture<>();
            Thread.ofVirtual()
                    .start(() -> {
                        byte[] pings = new byte[100 * 127];
                        for (int i = 0; i < pings.length; i += 127) {
                            pings[i] = (byte) 0x89;
                            pings[i + 1] = 125;
                        }
                        try {
                            for (int i = 0; i < 2_000; i++) { // 25 MB
                                peer.send(pings);
                            }
                            flood.complete(null);
                        } catch (IOException e) {
                            flood.completeExceptionally(e);
                        }
                    });
            assertServesOthers();
            flood.get(20, TimeUnit.SECONDS); // all of it was read
        }
        client.close(Duration.ZERO);
        assertLoopRests();
    }

    private static void upgrade(Peer peer) throws Exception {
        StringBuilder request = new StringBuilder();
        while (request.indexOf("\r\n\r\n") < 0) {
            request.append((char) peer.socket.getInputStream().read());
        }
        String key = "Sec-WebSocket-Key: ";
        int at = request.indexOf(key) + key.length();
        String nonce = request.substring(at, request.indexOf("\r\n", at));
        byte[] hash =
                MessageDigest.getInstance("SHA-1")
                        .digest(
                                (nonce + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                                        .getBytes(StandardCharsets.US_ASCII));
        peer.send(
                ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                + "Sec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Accept: "
                                + Base64.getEncoder().encodeToString(hash)
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
    }

    /// Another client of the same loop is served at once.
    private void assertServesOthers() throws Exception {
        try (ScriptedServer sound = new ScriptedServer();
                MqttClient other =
                        MqttClient.builder()
                                .uri(sound.uri())
                                .group(group)
                                .reconnect(Reconnect.never())
                                .build()) {
            CompletableFuture<ConnectResult> connecting = other.connectAsync();
            try (Peer peer = sound.accept(false)) {
                connecting.get(5, TimeUnit.SECONDS);
                assertFalse(peer.socket.isClosed());
                assertInstanceOf(State.Connected.class, other.state());
            }
        }
    }

    /// The loop uses less than a tenth of the CPU: with what it still does for the rest of the
    /// clients, five times in a row at most.
    private static void assertLoopRests() throws InterruptedException {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long used = 0;
        for (int i = 0; i < 5; i++) {
            long before = cpuOfLoops(threads);
            TimeUnit.MILLISECONDS.sleep(300);
            used = cpuOfLoops(threads) - before;
            if (used < 30_000_000) {
                return;
            }
        }
        throw new AssertionError("the loops use " + used / 1_000 + " us of 300 ms");
    }

    private static long cpuOfLoops(ThreadMXBean threads) {
        long sum = 0;
        for (ThreadInfo info : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (info != null && info.getThreadName().startsWith("mqtt-client-")) {
                sum += Math.max(0, threads.getThreadCpuTime(info.getThreadId()));
            }
        }
        return sum;
    }
}
