package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.transport.ProxyOptions;
import io.hawkermq.broker.transport.TlsOptions;
import io.hawkermq.core.AccessControl;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@TakesAgainWhatItFreed
class ListenerTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private final LogLines log = new LogLines();

    private Broker start(Listener... listeners) throws StartException {
        return start(_ -> {}, listeners);
    }

    private Broker start(Consumer<BrokerOptions.Builder> change, Listener... listeners)
            throws StartException {
        return Broker.start(
                BrokerOptions.local(0)
                        .with(o -> o.sysIntervalSeconds(0).log(log).listeners(listeners))
                        .with(change));
    }

    private void assertRefused(String message, Listener... listeners) {
        StartException e =
                assertThrows(StartException.class, () -> start(listeners).close(), message);
        String text = Objects.requireNonNull(e.getMessage());
        assertTrue(text.contains(message), text);
        assertEquals(1, text.lines().count(), text);
    }

    private static void ping(TestClient client) throws IOException {
        client.send(new Packet.Pingreq());
        client.next(Packet.Pingresp.class);
    }

    // ---- TCP ----

    private static Listener tcp(
            @Nullable String host, @Nullable String networkInterface, Listener.Family family) {
        return Listener.at(new Listener.Address.Tcp(host, 0, networkInterface, family));
    }

    private static boolean isOpen(String host, int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getByName(host), port)) {
            socket.setSoTimeout(20_000);
            TestClient client = new TestClient(socket, V5);
            client.connected("c" + port);
            return true;
        } catch (ConnectException e) {
            return false;
        } catch (AssertionError | IOException e) {
            return false; // closed at once
        }
    }

    /// As when a class cannot be loaded for want of a file descriptor.
    @Test
    void whoCannotBeStartedIsClosedAndCountedBack() throws Exception {
        AtomicInteger left = new AtomicInteger(2);
        Listener one =
                Listener.loopback(0)
                        .with(l ->
                                l.maximumConnections(1)
                                        .tap(() -> {
                                            if (left.getAndDecrement() > 0) {
                                                throw new NoClassDefFoundError("a layer");
                                            }
                                            return new ChannelInboundHandlerAdapter();
                                        }));
        try (Broker broker = start(one)) {
            for (int i = 0; i < 2; i++) {
                try (TestClient client = new TestClient(broker.port(), V5)) {
                    assertTrue(client.isClosedByBroker());
                }
            }
            TestClient.connected(broker.port(), V5, "third").close();
            assertEquals(2, log.count("Internal error, closing a connection"));
        }
    }

    @Test
    void anAddressOpensNoOther() throws Exception {
        try (Broker broker =
                start(
                        tcp(null, null, Listener.Family.ANY),
                        tcp("0.0.0.0", null, Listener.Family.ANY),
                        tcp("127.0.0.1", null, Listener.Family.ANY),
                        tcp(null, null, Listener.Family.IPV6),
                        tcp(null, "lo", Listener.Family.IPV4),
                        tcp("localhost", null, Listener.Family.IPV4))) {
            List<String> addresses = List.of("127.0.0.1", "127.0.0.2", "::1");
            boolean[][] expected = {
                {true, true, true},
                {true, true, false},
                {true, false, false},
                {false, false, true},
                {true, false, false},
                {true, false, false},
            };
            for (int i = 0; i < expected.length; i++) {
                boolean[] open = new boolean[3];
                for (int a = 0; a < 3; a++) {
                    open[a] = isOpen(addresses.get(a), broker.port(i));
                }
                assertEquals(Arrays.toString(expected[i]), Arrays.toString(open), "listener " + i);
            }
        }
    }

    @Test
    void aPortInUseIsSaid() throws Exception {
        try (ServerSocket other = new ServerSocket()) {
            other.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            assertRefused(
                    "cannot listen on 127.0.0.1 port "
                            + other.getLocalPort()
                            + ": the port is in use. Is another broker running? Choose another port",
                    Listener.loopback(other.getLocalPort()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "no.such.host.invalid,,the name is unknown",
        "192.0.2.77,,this machine does not have that address",
        ",nosuch0,there is no network interface 'nosuch0'; there are",
        "192.0.2.77,lo,it has no address. Check",
    })
    void wrongAddressesAreSaid(
            @Nullable String host, @Nullable String networkInterface, String message) {
        assertRefused(message, tcp(host, networkInterface, Listener.Family.ANY));
    }

    /// A listener that fails closes those that were open, and all files are read before.
    @Test
    void nothingStaysOpenAfterAFailure() throws Exception {
        int port;
        try (Broker broker = start(Listener.loopback(0))) {
            port = broker.port();
        }
        Path missing = folder.resolve("missing.pem");
        assertRefused(
                "missing.pem does not exist",
                Listener.loopback(port),
                Listener.loopback(0).with(l -> l.tls(TlsOptions.of(missing, missing))));
        assertRefused(
                "no network interface",
                Listener.loopback(port),
                tcp(null, "nosuch0", Listener.Family.ANY));
        try (Broker broker = start(Listener.loopback(port));
                TestClient client = new TestClient(broker.port(), V5)) {
            client.connected("c");
        }
    }

    // ---- limits ----

    @Test
    void moreConnectionsThanAllowedAreClosedAtOnce() throws Exception {
        try (Broker broker =
                start(
                        o -> o.maximumConnections(3),
                        Listener.loopback(0).with(l -> l.maximumConnections(2)),
                        Listener.loopback(0))) {
            TestClient first = TestClient.connected(broker.port(0), V5, "1");
            TestClient second = TestClient.connected(broker.port(0), V5, "2");
            try (TestClient third = new TestClient(broker.port(0), V5)) {
                assertTrue(third.isClosedByBroker());
                log.await("denied: max_connections exceeded.");
            }
            TestClient other = TestClient.connected(broker.port(1), V5, "3");
            try (TestClient fourth = new TestClient(broker.port(1), V5)) {
                assertTrue(fourth.isClosedByBroker());
            }
            first.close();
            log.await("Client 1 [");
            try (TestClient again = new TestClient(broker.port(1), V5)) {
                again.connected("4");
                ping(second);
                ping(other);
            }
            assertEquals(2, log.count("max_connections"));
            second.close();
            other.close();
        }
    }

    // ---- what a listener decides ----

    private static final class Closed implements AccessControl {
        @Override
        public void connect(
                Packet.Connect connect,
                String clientId,
                String address,
                Consumer<Runnable> owner,
                Consumer<Decision> answer) {
            answer.accept(new Decision.Denied(ReasonCode.BANNED, "closed"));
        }

        @Override
        public @Nullable Exchange begin(String method, String clientId, String address) {
            return null;
        }

        @Override
        public boolean mayPublish(Principal client, TopicName topic, QoS qos) {
            return false;
        }

        @Override
        public boolean mayReceive(Principal client, TopicName topic) {
            return false;
        }

        @Override
        public boolean maySubscribe(Principal client, TopicFilter filter, QoS qos) {
            return false;
        }

        @Override
        public boolean mayReceiveAll(Principal client) {
            return false;
        }
    }

    @Test
    void eachListenerMayHaveItsOwnAccessControl() throws Exception {
        try (Broker broker =
                        start(
                                Listener.loopback(0),
                                Listener.loopback(0).with(l -> l.access(new Closed())));
                TestClient in = new TestClient(broker.port(0), V5);
                TestClient out = new TestClient(broker.port(1), V5)) {
            in.connected("in");
            out.send(TestClient.connect(V5, "out"));
            assertEquals(ReasonCode.BANNED, out.next(Packet.Connack.class).reasonCode());
        }
    }

    // ---- Unix sockets ----

    private static TestClient unix(Path path) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
        return new TestClient(
                Channels.newInputStream(channel), Channels.newOutputStream(channel), channel, V5);
    }

    @Test
    void unixSocketsCarryMessages() throws Exception {
        Path path = folder.resolve("mqtt.sock");
        try (Broker broker = start(o -> o.loops(2), Listener.unix(path), Listener.loopback(0));
                TestClient local = unix(path).connected("local");
                TestClient tcp = TestClient.connected(broker.port(1), V5, "tcp")) {
            assertEquals(
                    PosixFilePermissions.fromString("rwxrwx---"),
                    Files.getPosixFilePermissions(path));
            local.send(TestClient.subscribe("a", QoS.AT_MOST_ONCE));
            local.next(Packet.Suback.class);
            tcp.send(TestClient.publish("a", QoS.AT_MOST_ONCE, 0, new byte[1_000_000]));
            assertEquals(1_000_000, local.next(Packet.Publish.class).payload().length);
            log.await("Opening unix listen socket on path " + path + ".");
            log.await("New client connected from unix-socket as local");
            // A refusal is read to its end here too.
            local.send(TestClient.connect(V5, "local"));
            local.next(Packet.Disconnect.class);
            assertTrue(local.isClosedByBroker());
        }
        assertFalse(Files.exists(path), "the socket is left behind");
    }

    @Test
    void leftOversAreReplacedAndNothingElseIs() throws Exception {
        Path path = folder.resolve("mqtt.sock");
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(address);
            assertRefused("another process listens there", Listener.unix(path));
        }
        assertTrue(Files.exists(path), "Java leaves the file of a closed socket");
        try (Broker _ = start(Listener.unix(path));
                TestClient client = unix(path)) {
            client.connected("c");
        }
        Files.writeString(path, "precious");
        assertRefused("something is there that is no socket", Listener.unix(path));
        assertEquals("precious", Files.readString(path));
        assertRefused(
                "its directory does not exist", Listener.unix(folder.resolve("none/mqtt.sock")));
        assertRefused("107 are allowed", Listener.unix(folder.resolve("x".repeat(120))));
    }

    // ---- the PROXY protocol ----

    private static Listener proxied(ProxyOptions options) {
        return Listener.loopback(0).with(l -> l.proxy(options));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] version2(String rest) {
        return HexFormat.of().parseHex("0d0a0d0a000d0a515549540a" + rest);
    }

    /// With CONNECT in the same piece, and byte by byte.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theClientsAddressIsTheOneInTheHeader(boolean isInOnePiece) throws Exception {
        try (Broker broker =
                start(o -> o.loops(2), proxied(ProxyOptions.of(ProxyOptions.Version.EITHER)))) {
            byte[][] headers = {
                ascii("PROXY TCP4 192.0.2.5 127.0.0.1 6275 1234\r\n"),
                version2("2111000cc0000206000000001883" + "0000"),
            };
            for (int i = 0; i < headers.length; i++) {
                try (TestClient client = new TestClient(broker.port(), V5)) {
                    byte[] connect = client.encoded(TestClient.connect(V5, "c" + i));
                    byte[] all = Arrays.copyOf(headers[i], headers[i].length + connect.length);
                    System.arraycopy(connect, 0, all, headers[i].length, connect.length);
                    if (isInOnePiece) {
                        client.write(all);
                    } else {
                        for (byte b : all) {
                            client.write(new byte[] {b});
                        }
                    }
                    client.next(Packet.Connack.class);
                    ping(client);
                    log.await("New client connected from 192.0.2." + (5 + i) + ":6275 as c" + i);
                }
            }
        }
    }

    @Test
    void brokenHeadersAreClosedWithOneLine() throws Exception {
        try (Broker broker = start(proxied(ProxyOptions.of(ProxyOptions.Version.V1)))) {
            int count = 0;
            for (String header :
                    List.of(
                            "PROXY TCP9 \r\n",
                            "x",
                            "\u0010\u0010MQTT",
                            "PROXY " + "y".repeat(200))) {
                try (TestClient client = new TestClient(broker.port(), V5)) {
                    client.write(ascii(header));
                    assertTrue(client.isClosedByBroker());
                }
                count++;
                long lines = log.count("Connection rejected, corrupt PROXY header. It came from");
                assertEquals(count, lines, () -> log.all().toString());
                assertEquals(count, log.count("127.0.0.1:"), () -> log.all().toString());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "REQUIRED,,client did not connect using TLS",
        "WITH_CERTIFICATE,,client did not provide a certificate",
        "WITH_CERTIFICATE,2000050100000000,client did not provide a certificate",
        "WITH_CERTIFICATE,2000050500000001,client did not provide a certificate",
        "REQUIRED,2000050100000000,",
        "WITH_CERTIFICATE,2000050500000000,",
    })
    void whatTheProxySaysAboutTls(
            ProxyOptions.ClientTls required, @Nullable String tlv, @Nullable String refusal)
            throws Exception {
        ProxyOptions options =
                new ProxyOptions(ProxyOptions.Version.V2, required, TlsOptions.Identity.CONNECT);
        String values = tlv == null ? "" : tlv;
        String length = String.format("%04x", 12 + values.length() / 2);
        try (Broker broker = start(proxied(options));
                TestClient client = new TestClient(broker.port(), V5)) {
            client.write(version2("2111" + length + "c0000205000000001883" + "0000" + values));
            if (refusal == null) {
                client.connected("c");
            } else {
                assertTrue(client.isClosedByBroker());
                log.await("Connection from 192.0.2.5:6275 rejected, " + refusal + ".");
            }
        }
    }

    @Test
    void theProxyNamesTheUser() throws Exception {
        ProxyOptions options =
                new ProxyOptions(
                        ProxyOptions.Version.V2,
                        ProxyOptions.ClientTls.WITH_CERTIFICATE,
                        TlsOptions.Identity.COMMON_NAME);
        String values = "20000b" + "0500000000" + "220003" + HexFormat.of().formatHex(ascii("pqr"));
        // The broker's own access control lets nobody in: that the certificate names is not asked.
        try (Broker broker = start(o -> o.access(new Closed()), proxied(options));
                TestClient client = new TestClient(broker.port(), V5)) {
            client.write(version2("2111001a" + "c0000205000000001883" + "0000" + values));
            client.connected("c");
            log.await("u'pqr'");
        }
    }

    @Test
    void aProxysLookIsNotWorthALine() throws Exception {
        try (Broker broker = start(proxied(ProxyOptions.of(ProxyOptions.Version.V2)));
                TestClient client = new TestClient(broker.port(), V5)) {
            client.write(version2("20000000"));
            assertTrue(client.isClosedByBroker());
            assertEquals(0, log.count("127.0.0.1:"), () -> log.all().toString());
        }
    }

    /// Bytes of any kind after and instead of a header cost nobody else anything.
    @Test
    void noiseEndsItsOwnConnectionOnly() throws Exception {
        Random random = new Random(5);
        try (Broker broker = start(proxied(ProxyOptions.of(ProxyOptions.Version.EITHER)))) {
            for (int i = 0; i < 200; i++) {
                byte[] noise = new byte[random.nextInt(6_000)];
                random.nextBytes(noise);
                byte[] begin =
                        i % 3 == 0
                                ? version2("2111")
                                : ascii(i % 3 == 1 ? "PROXY TCP4 " : "PROXY UNKNOWN\r\n");
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.port())) {
                    socket.getOutputStream().write(begin);
                    socket.getOutputStream().write(noise);
                } catch (IOException e) {
                    assertTrue(e.getMessage() != null, "closed while it was written to");
                }
            }
            try (TestClient client = new TestClient(broker.port(), V5)) {
                client.write(ascii("PROXY UNKNOWN\r\n"));
                client.connected("alive");
            }
            assertEquals(0, log.count("Internal error"), () -> log.all().toString());
        }
    }
}
