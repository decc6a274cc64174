package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.transport.PskOptions;
import io.hawkermq.protocol.ProtocolVersion;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.Vector;
import java.util.function.Consumer;
import org.bouncycastle.tls.BasicTlsPSKExternal;
import org.bouncycastle.tls.BasicTlsPSKIdentity;
import org.bouncycastle.tls.PSKTlsClient;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsPSKIdentity;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PskTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;
    private static final String KEY = "0123456789abcdef";
    private static final JcaTlsCrypto CRYPTO =
            new JcaTlsCryptoProvider().create(new SecureRandom());

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @SuppressWarnings("NullAway.Init") // made before each test
    private Path keys;

    @BeforeEach
    void writeKeys() throws IOException {
        keys = Files.writeString(folder.resolve("keys"), "sensor:" + KEY + "\n");
    }

    private Broker start(LogLines log, Consumer<BrokerOptions.Builder> change)
            throws StartException {
        PskOptions psk = PskOptions.of(keys, "hint");
        return Broker.start(
                BrokerOptions.local(0)
                        .with(o ->
                                o.sysIntervalSeconds(0)
                                        .log(log)
                                        .listeners(Listener.loopback(0).with(l -> l.psk(psk))))
                        .with(change));
    }

    /// A client of one version of TLS.
    @SuppressWarnings({"JdkObsolete", "rawtypes", "unchecked"}) // what Bouncy Castle speaks
    private static final class Peer extends PSKTlsClient {
        private final org.bouncycastle.tls.ProtocolVersion version;
        private final TlsPSKIdentity identity;

        Peer(String version, String identity, String key) {
            this(version, new BasicTlsPSKIdentity(identity, HexFormat.of().parseHex(key)));
        }

        private Peer(String version, TlsPSKIdentity identity) {
            super(CRYPTO, identity);
            this.version =
                    version.equals("TLSv1.3")
                            ? org.bouncycastle.tls.ProtocolVersion.TLSv13
                            : org.bouncycastle.tls.ProtocolVersion.TLSv12;
            this.identity = identity;
        }

        @Override
        protected org.bouncycastle.tls.ProtocolVersion[] getSupportedVersions() {
            return version.only();
        }

        @Override
        protected int[] getSupportedCipherSuites() {
            return org.bouncycastle.tls.ProtocolVersion.TLSv13.equals(version)
                    ? new int[] {org.bouncycastle.tls.CipherSuite.TLS_AES_128_GCM_SHA256}
                    : super.getSupportedCipherSuites();
        }

        @Override
        public Vector getExternalPSKs() {
            Vector all = new Vector();
            all.add(
                    new BasicTlsPSKExternal(
                            identity.getPSKIdentity(), CRYPTO.createSecret(identity.getPSK())));
            return all;
        }
    }

    private static Socket socket(Broker broker) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.port());
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        return socket;
    }

    private static TestClient client(Broker broker, Peer peer) throws IOException {
        Socket socket = socket(broker);
        TlsClientProtocol tls =
                new TlsClientProtocol(socket.getInputStream(), socket.getOutputStream());
        tls.connect(peer);
        return new TestClient(tls.getInputStream(), tls.getOutputStream(), socket, V5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void carriesMessages(String version) throws Exception {
        try (Broker broker = start(new LogLines(), _ -> {});
                TestClient client =
                        client(broker, new Peer(version, "sensor", KEY)).connected("c")) {
            client.echo("small", new byte[] {1});
            client.echo("large", new byte[1_500_000]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void whoDoesNotKnowTheKeyStaysOut(String version) throws Exception {
        LogLines log = new LogLines();
        try (Broker broker = start(log, _ -> {})) {
            assertThrows(
                    IOException.class,
                    () -> client(broker, new Peer(version, "sensor", "00")).connected("c"));
            log.await("the client's pre-shared key is not that of the identity 'sensor'.");
            assertThrows(
                    IOException.class,
                    () -> client(broker, new Peer(version, "a\nb", KEY)).connected("c"));
            log.await("the identity 'a?b' has no pre-shared key here.");
        }
    }

    @Test
    void bytesBehindConnectArriveOnWhateverLoopOwnsTheSession() throws Exception {
        try (Broker broker = start(new LogLines(), o -> o.loops(3))) {
            for (int i = 0; i < 20; i++) {
                String version = i % 2 == 0 ? "TLSv1.2" : "TLSv1.3";
                try (TestClient client = client(broker, new Peer(version, "sensor", KEY))) {
                    client.sendsMuchBehindConnect(i);
                }
            }
        }
    }

    @Test
    void newKeysCountForNewConnectionsAndABrokenFileChangesNothing() throws Exception {
        try (Broker broker = start(new LogLines(), _ -> {});
                TestClient old =
                        client(broker, new Peer("TLSv1.3", "sensor", KEY)).connected("old")) {
            Files.writeString(keys, "sensor:" + KEY + "\nlamp:aabb\n");
            broker.reloadCertificates();
            client(broker, new Peer("TLSv1.3", "lamp", "aabb")).connected("c").close();
            Files.writeString(keys, "lamp:nothing\n");
            broker.reloadCertificates();
            client(broker, new Peer("TLSv1.2", "lamp", "aabb")).connected("c").close();
            old.echo("t", new byte[10]);
        }
    }

    /// Whatever comes instead of a handshake ends that connection and nothing else.
    @Test
    void brokenHandshakesHarmNobody() throws Exception {
        LogLines log = new LogLines();
        try (Broker broker = start(log, _ -> {})) {
            byte[] handshake = recorded(broker);
            Random random = new Random(7);
            for (int i = 0; i < 150; i++) {
                byte[] bytes = Arrays.copyOf(handshake, 1 + random.nextInt(handshake.length));
                for (int flips = random.nextInt(3); flips > 0; flips--) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
                try (Socket socket = socket(broker)) {
                    socket.getOutputStream().write(bytes);
                    socket.shutdownOutput();
                    while (socket.getInputStream().read() >= 0) {
                        // until the broker has had enough
                    }
                } catch (IOException e) {
                    // a reset is an end too
                }
            }
            client(broker, new Peer("TLSv1.3", "sensor", KEY)).connected("c").close();
            assertEquals(0, log.count("Internal error"), log.all()::toString);
            assertTrue(log.count("rejected") > 100, log.all()::toString);
        }
    }

    /// What a client sends in a handshake.
    private static byte[] recorded(Broker broker) throws IOException {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        try (Socket socket = socket(broker)) {
            OutputStream tee =
                    new FilterOutputStream(socket.getOutputStream()) {
                        @Override
                        public void write(byte[] b, int from, int count) throws IOException {
                            sent.write(b, from, count);
                            out.write(b, from, count);
                        }
                    };
            new TlsClientProtocol(socket.getInputStream(), tee)
                    .connect(new Peer("TLSv1.2", "sensor", KEY));
        }
        return sent.toByteArray();
    }
}
