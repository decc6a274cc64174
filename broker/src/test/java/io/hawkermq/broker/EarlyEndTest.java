package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.transport.ProxyOptions;
import io.hawkermq.broker.transport.TlsOptions;
import io.hawkermq.broker.transport.WebSocketOptions;
import io.hawkermq.core.AccessControl;
import io.hawkermq.core.Slots;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.protocol.Will;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A client need not wait for CONNACK (section 3.1.4): some say all that they have to say and are gone
/// before they can have been let in.
@Timeout(60)
class EarlyEndTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;

    enum Transport {
        PLAIN,
        PROXY,
        TLS,
        WEB_SOCKET
    }

    private record Later(BlockingQueue<Runnable> answers) implements LateAccess {}

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private static Path folder;

    @SuppressWarnings("NullAway.Init") // made before the first test
    private static TestCertificates certificates;

    private final LogLines log = new LogLines();
    private final Later later = new Later(new LinkedBlockingQueue<>());

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = new TestCertificates(folder);
        certificates.root("root", "root");
        certificates.key("server", "EC");
        certificates.issue("server", "root", "server", "/CN=localhost");
    }

    private static Listener listener(Transport transport) {
        return Listener.loopback(0)
                .with(l -> {
                    switch (transport) {
                        case PLAIN -> {}
                        case PROXY -> l.proxy(ProxyOptions.of(ProxyOptions.Version.EITHER));
                        case TLS ->
                                l.tls(
                                        TlsOptions.of(
                                                certificates.file("server.crt"),
                                                certificates.file("server.key")));
                        case WEB_SOCKET -> l.webSocket(WebSocketOptions.DEFAULT);
                    }
                });
    }

    private Broker start(Transport transport, Slots slots, AccessControl access)
            throws StartException {
        Listener asked = listener(transport).with(l -> l.access(access));
        return Broker.start(
                BrokerOptions.local(0)
                        .with(o ->
                                o.sysIntervalSeconds(0)
                                        .log(log)
                                        .loops(2)
                                        .slots(slots)
                                        .listeners(Listener.loopback(0), asked)));
    }

    /// All sessions are on the second loop, the first has the sockets to begin with.
    private static Slots elsewhere() {
        Slots slots = Slots.onOneShard();
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            slots = slots.with(slot, 1);
        }
        return slots;
    }

    /// A socket behind its first bytes.
    private static Socket open(Transport transport, int port) throws Exception {
        if (transport == Transport.TLS) {
            SSLSocket socket =
                    TestCertificates.connect(certificates.client("root.crt", null), port);
            socket.startHandshake(); // else it begins with the first bytes
            return socket;
        }
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        if (transport == Transport.PROXY) {
            send(socket, ascii("PROXY UNKNOWN\r\n"));
        } else if (transport == Transport.WEB_SOCKET) {
            send(
                    socket,
                    ascii(
                            """
                            GET /mqtt HTTP/1.1
                            Host: here
                            Upgrade: websocket
                            Connection: Upgrade
                            Sec-WebSocket-Version: 13
                            Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==
                            Sec-WebSocket-Protocol: mqtt

                            """
                                    .replace("\n", "\r\n")));
            int newLines = 0;
            while (newLines < 2) { // up to the empty line
                int c = socket.getInputStream().read();
                assertTrue(c >= 0, "refused");
                newLines = c == '\n' ? newLines + 1 : c == '\r' ? newLines : 0;
            }
        }
        return socket;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void send(Socket socket, byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /// Sends CONNECT with a Will, a message, DISCONNECT, and is gone; all is there when the broker
    /// looks.
    private static void sayAllAndLeave(Broker broker, Transport transport) throws Exception {
        Will will =
                new Will(
                        TopicName.of("w/will"),
                        new byte[1],
                        QoS.AT_MOST_ONCE,
                        false,
                        Properties.NONE);
        CountDownLatch standsStill = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        try (Socket socket = open(transport, broker.port(1))) {
            @SuppressWarnings("resource") // it is the socket's
            TestClient client = new TestClient(socket, V5);
            byte[] all =
                    client.encoded(
                            new Packet.Connect(
                                    V5,
                                    false,
                                    true,
                                    60,
                                    "leaver",
                                    will,
                                    null,
                                    null,
                                    Properties.NONE),
                            TestClient.publish("w/1", QoS.AT_MOST_ONCE, 0, new byte[1]),
                            new Packet.Disconnect(ReasonCode.SUCCESS, Properties.NONE));
            broker.loops()
                    .getFirst()
                    .execute(() -> {
                        standsStill.countDown();
                        try {
                            assertTrue(goesOn.await(30, TimeUnit.SECONDS));
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    });
            standsStill.await();
            if (transport == Transport.WEB_SOCKET) {
                ByteArrayOutputStream frames = new ByteArrayOutputStream();
                frames.writeBytes(new byte[] {(byte) 0x82, (byte) (0x80 | all.length), 0, 0, 0, 0});
                frames.writeBytes(all);
                frames.writeBytes(new byte[] {(byte) 0x88, (byte) 0x80, 0, 0, 0, 0});
                all = frames.toByteArray();
            }
            send(socket, all);
        }
        goesOn.countDown();
    }

    private static TestClient watcher(Broker broker) throws IOException {
        TestClient watcher = TestClient.connected(broker.port(0), V5, "watcher");
        watcher.send(TestClient.subscribe("w/+", QoS.AT_MOST_ONCE));
        watcher.next(Packet.Suback.class);
        return watcher;
    }

    private Runnable answer() throws InterruptedException {
        return Objects.requireNonNull(later.answers.poll(20, TimeUnit.SECONDS), "not asked");
    }

    /// Until the broker has seen the end, but for one connection; a plain one's it sees when it reads on.
    private static void awaitEnd(Broker broker, Transport transport) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (transport != Transport.PLAIN && broker.connections().open() > 1) {
            assertTrue(System.nanoTime() < end, "it is still open");
            Thread.onSpinWait();
        }
        // A channel that is closed tells so in a task of its own.
        for (int round = 0; round < 2; round++) {
            for (Loop loop : broker.loops()) {
                loop.ask(Loop::number).get(20, TimeUnit.SECONDS);
            }
        }
    }

    private void awaitWhatItSaid(TestClient watcher) throws Exception {
        String line = log.await("Client leaver [");
        assertTrue(line.endsWith(" disconnected: it disconnected."), line); // [MQTT-3.14.4-3]
        watcher.send(TestClient.publish("w/end", QoS.AT_MOST_ONCE, 0, new byte[1]));
        for (String topic : List.of("w/1", "w/end")) {
            assertEquals(TopicName.of(topic), watcher.next(Packet.Publish.class).topic());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoIsGoneWhenItsSessionsLoopIsReached(Transport transport) throws Exception {
        try (Broker broker = start(transport, elsewhere(), AccessControl.anonymous());
                TestClient watcher = watcher(broker)) {
            sayAllAndLeave(broker, transport);
            awaitWhatItSaid(watcher);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoIsGoneWhenItIsDecidedOn(Transport transport) throws Exception {
        try (Broker broker = start(transport, Slots.onOneShard(), later);
                TestClient watcher = watcher(broker)) {
            sayAllAndLeave(broker, transport);
            Runnable answer = answer();
            awaitEnd(broker, transport);
            answer.run();
            awaitWhatItSaid(watcher);
        }
    }

    /// Its session's loop, too, has become another one when it is decided on.
    @ParameterizedTest
    @EnumSource
    void whoIsGoneWhenItIsDecidedOnElsewhere(Transport transport) throws Exception {
        try (Broker broker = start(transport, elsewhere(), later);
                TestClient watcher = watcher(broker)) {
            sayAllAndLeave(broker, transport);
            Runnable answer = answer();
            awaitEnd(broker, transport);
            Slots back = Slots.onOneShard();
            Rendezvous move = new Rendezvous(broker.loops(), () -> broker.move(back));
            move.call();
            assertTrue(move.await());
            answer.run();
            awaitWhatItSaid(watcher);
        }
    }

    /// It does not wait for its decision longer than those that are there.
    @Test
    void whoIsGoneAndNeverDecidedOnIsForgotten() throws Exception {
        try (Broker broker = start(Transport.WEB_SOCKET, Slots.onOneShard(), later);
                TestClient watcher = watcher(broker)) {
            sayAllAndLeave(broker, Transport.WEB_SOCKET);
            Runnable answer = answer();
            awaitEnd(broker, Transport.WEB_SOCKET);
            assertEquals(0, log.count("Client leaver ["));
            Loop loop = broker.loops().getFirst();
            loop.execute(() -> loop.handshakes().abortAll("it has taken too long"));
            String line = log.await("Client leaver [");
            assertTrue(line.endsWith(" disconnected: it has taken too long."), line);
            answer.run();
            watcher.send(TestClient.publish("w/end", QoS.AT_MOST_ONCE, 0, new byte[1]));
            assertEquals(TopicName.of("w/end"), watcher.next(Packet.Publish.class).topic());
            assertEquals(0, loop.ask(l -> l.handshakes().pending()).get(20, TimeUnit.SECONDS));
        }
    }
}
