package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.transport.TlsOptions;
import io.hawkermq.core.AccessControl;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private static Path folder;

    @SuppressWarnings("NullAway.Init") // made before the first test
    private static TestCertificates certificates;

    @BeforeAll
    static void makeCertificates() throws Exception {
        TestCertificates c = new TestCertificates(folder);
        certificates = c;
        c.root("root", "root");
        c.root("impostor", "root"); // or clients would not show what it has issued
        c.root("other", "other");
        c.key("middle", "EC");
        c.issue("middle", "root", "authority", "/CN=middle");
        for (String kind : List.of("RSA", "EC", "ED25519")) {
            c.key(kind, kind);
            c.issue(kind, "middle", "server", "/CN=localhost");
        }
        for (String client : List.of("client", "revoked", "stranger", "unnamed", "expired")) {
            c.key(client, "EC");
        }
        c.issue("client", "root", "client", "/O=Hawker/OU=first/CN=sensor 1");
        c.issue("revoked", "root", "client", "/CN=revoked");
        c.issue("stranger", "impostor", "client", "/CN=stranger");
        c.issue("unnamed", "root", "client", "/O=Hawker");
        c.issueExpired("expired", "root", "client", "/CN=expired");
        for (String lapsed :
                List.of("lapsed", "lapsedAndRevoked", "lapsedServer", "lapsedStranger")) {
            c.key(lapsed, "EC");
            c.issueExpired(
                    lapsed,
                    lapsed.endsWith("Stranger") ? "impostor" : "middle",
                    lapsed.endsWith("Server") ? "serverOnly" : "client",
                    "/CN=" + lapsed);
        }
        c.key("old", "EC");
        c.issueExpired("old", "root", "authority", "/CN=old");
        c.key("ofTheOld", "EC");
        c.issueExpired("ofTheOld", "old", "client", "/CN=ofTheOld");
        c.bundle("all.crt", "root.crt", "middle.crt", "old.crt");
        c.revoke("lapsedAndRevoked", "middle");
        c.revocations("middle.crl", "middle");
        c.revocations("old.crl", "old");
        c.revoke("revoked", "root");
        c.revocations("list.crl", "root");
        c.bundle("all.crl", "list.crl", "middle.crl", "old.crl");
        c.bundle("chain.crt", "EC.crt", "middle.crt");
    }

    private static TlsOptions server() {
        return TlsOptions.of(certificates.file("chain.crt"), certificates.file("EC.key"));
    }

    private static TlsOptions demanding() {
        return server().with(t ->
                t.authorityFile(certificates.file("root.crt"))
                        .clientCertificates(TlsOptions.ClientCertificates.REQUIRED));
    }

    private static Broker start(TlsOptions tls, LogLines log) throws StartException {
        return start(tls, log, _ -> {});
    }

    private static Broker start(
            TlsOptions tls, LogLines log, Consumer<BrokerOptions.Builder> change)
            throws StartException {
        return Broker.start(
                BrokerOptions.local(0)
                        .with(o ->
                                o.sysIntervalSeconds(0)
                                        .log(log)
                                        .listeners(Listener.loopback(0).with(l -> l.tls(tls))))
                        .with(change));
    }

    private static TestClient client(Broker broker, SSLContext context) throws IOException {
        return new TestClient(TestCertificates.connect(context, broker.port()), V5);
    }

    @ParameterizedTest
    @CsvSource({"EC,TLSv1.3", "EC,TLSv1.2", "RSA,TLSv1.3", "RSA,TLSv1.2", "ED25519,TLSv1.3"})
    void carriesMessages(String kind, String version) throws Exception {
        certificates.bundle(kind + "-chain.crt", kind + ".crt", "middle.crt");
        TlsOptions tls =
                TlsOptions.of(
                        certificates.file(kind + "-chain.crt"), certificates.file(kind + ".key"));
        try (Broker broker = start(tls, new LogLines());
                SSLSocket socket =
                        TestCertificates.connect(
                                certificates.client("root.crt", null), broker.port())) {
            socket.setEnabledProtocols(new String[] {version});
            try (TestClient client = new TestClient(socket, V5).connected("c")) {
                assertEquals(version, socket.getSession().getProtocol());
                client.echo("small", new byte[] {1});
                client.echo("large", new byte[1_500_000]);
            }
        }
    }

    /// TLS must not lose a byte when a connection moves to another loop.
    @Test
    void bytesBehindConnectArriveOnWhateverLoopOwnsTheSession() throws Exception {
        SSLContext context = certificates.client("root.crt", null);
        try (Broker broker = start(server(), new LogLines(), o -> o.loops(3))) {
            for (int i = 0; i < 20; i++) {
                try (TestClient client = client(broker, context)) {
                    client.sendsMuchBehindConnect(i);
                }
            }
        }
    }

    @Test
    void aSlowReaderIsBoundedAndItsAccountIsLevelInTheEnd() throws Exception {
        SSLContext context = certificates.client("root.crt", null);
        try (Broker broker = start(server(), new LogLines(), o -> o.maximumOutboundBytes(1 << 16));
                TestClient slow = client(broker, context).connected("slow");
                TestClient fast = client(broker, context).connected("fast")) {
            slow.send(TestClient.subscribe("big", QoS.AT_MOST_ONCE));
            slow.next(Packet.Suback.class);
            Packet message = TestClient.publish("big", QoS.AT_MOST_ONCE, 0, new byte[16_384]);
            for (int i = 0; i < 2_048; i++) {
                fast.send(message);
            }
            fast.send(new Packet.Pingreq());
            fast.next(Packet.Pingresp.class);
            var counters = broker.counters().get();
            assertTrue(counters.unsentBytes > 0, "the reader was not slow");
            assertTrue(counters.unsentBytes < 2 << 20, counters.unsentBytes + " bytes unsent");
            for (long i = counters.allDropped(); i < 2_048; i++) {
                slow.next(Packet.Publish.class);
            }
            long end = System.nanoTime() + 20_000_000_000L;
            while (broker.counters().get().unsentBytes != 0 && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            assertEquals(0, broker.counters().get().unsentBytes);
        }
    }

    /// The last packet and the end of TLS reach a client that is refused.
    @Test
    void aRefusalIsReadToItsEnd() throws Exception {
        try (Broker broker = start(server(), new LogLines());
                TestClient client =
                        client(broker, certificates.client("root.crt", null)).connected("c")) {
            client.send(TestClient.connect(V5, "c"));
            assertEquals(
                    ReasonCode.PROTOCOL_ERROR, client.next(Packet.Disconnect.class).reasonCode());
            assertTrue(client.isClosedByBroker());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC.crt middle.crt", "middle.crt EC.crt", "root.crt middle.crt EC.crt"})
    void theChainMayBeInAnyOrder(String files) throws Exception {
        TlsOptions tls =
                TlsOptions.of(
                        certificates.bundle("any.crt", files.split(" ")),
                        certificates.file("EC.key"));
        handshakes(tls);
    }

    @Test
    void theChainIsCompletedFromTheAuthorities() throws Exception {
        Path authorities = certificates.bundle("authorities.crt", "root.crt", "middle.crt");
        handshakes(
                TlsOptions.of(certificates.file("EC.crt"), certificates.file("EC.key"))
                        .with(t -> t.authorityFile(authorities)));
    }

    private static void handshakes(TlsOptions tls) throws Exception {
        try (Broker broker = start(tls, new LogLines());
                TestClient client = client(broker, certificates.client("root.crt", null))) {
            client.connected("c");
        }
    }

    // ---- certificates of clients ----

    /// Tells under which user name a client publishes.
    private record Witness(AtomicReference<@Nullable String> seen) implements AccessControl {
        @Override
        public void connect(
                Packet.Connect connect,
                String clientId,
                String address,
                Consumer<Runnable> owner,
                Consumer<Decision> answer) {
            answer.accept(new Decision.Denied(ReasonCode.NOT_AUTHORIZED, "not asked"));
        }

        @Override
        public @Nullable Exchange begin(String method, String clientId, String address) {
            return null;
        }

        @Override
        public boolean mayPublish(Principal client, io.hawkermq.protocol.TopicName topic, QoS qos) {
            seen.set(client.userName());
            return true;
        }

        @Override
        public boolean mayReceive(Principal client, io.hawkermq.protocol.TopicName topic) {
            return true;
        }

        @Override
        public boolean maySubscribe(
                Principal client, io.hawkermq.protocol.TopicFilter filter, QoS qos) {
            return true;
        }

        @Override
        public boolean mayReceiveAll(Principal client) {
            return true;
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"COMMON_NAME|sensor 1", "SUBJECT|CN=sensor 1,OU=first,O=Hawker"})
    void theCertificateNamesTheUser(TlsOptions.Identity identity, String userName)
            throws Exception {
        Witness witness = new Witness(new AtomicReference<>());
        try (Broker broker =
                        start(
                                demanding().with(t -> t.identity(identity)),
                                new LogLines(),
                                o -> o.access(witness));
                TestClient client =
                        client(broker, certificates.client("root.crt", "client")).connected("c")) {
            client.echo("a", new byte[1]);
        }
        assertEquals(userName, witness.seen().get());
    }

    @Test
    void aCertificateWithoutANameLetsNobodyIn() throws Exception {
        try (Broker broker =
                        start(
                                demanding().with(t -> t.identity(TlsOptions.Identity.COMMON_NAME)),
                                new LogLines());
                TestClient client = client(broker, certificates.client("root.crt", "unnamed"))) {
            client.send(TestClient.connect(V5, "c"));
            assertEquals(
                    ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                    client.next(Packet.Connack.class).reasonCode());
        }
    }

    private static TlsOptions revoking(TlsOptions tls) {
        return tls.with(t -> t.revocationFile(certificates.file("list.crl")));
    }

    @Test
    void whoIsNotRevokedGetsIn() throws Exception {
        try (Broker broker = start(revoking(demanding()), new LogLines());
                TestClient client = client(broker, certificates.client("root.crt", "client"))) {
            client.connected("c");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "none,did not provide a certificate",
        "stranger,certificate verify failed",
        "expired,certificate verify failed: the client's certificate has expired",
        "lapsed,certificate verify failed: the client's certificate has expired",
        "revoked,certificate verify failed: the client's certificate has been revoked"
    })
    void whoHasNoValidCertificateIsRefusedInOneLine(String who, String line) throws Exception {
        LogLines log = new LogLines();
        SSLContext context = certificates.client("root.crt", who.equals("none") ? null : who);
        TlsOptions tls =
                demanding()
                        .with(t ->
                                t.authorityFile(certificates.file("all.crt"))
                                        .revocationFile(certificates.file("all.crl")));
        try (Broker broker = start(tls, log);
                TestClient client = client(broker, context)) {
            assertThrows(
                    IOException.class,
                    () -> {
                        client.send(TestClient.connect(V5, "c"));
                        // With TLS 1.3 the client learns it with what it reads first.
                        client.next(Packet.Connack.class);
                    });
            String logged = log.await(line);
            assertTrue(logged.matches("Connection from 127.0.0.1:\\d+ rejected, .*\\."), logged);
            assertEquals(1, log.all().stream().filter(l -> l.contains("127.0.0.1")).count());
        }
    }

    @Test
    void expiredCertificatesPassIfDatesAreIgnored() throws Exception {
        TlsOptions tls = demanding().with(t -> t.dates(TlsOptions.Dates.IGNORED));
        try (Broker broker = start(tls, new LogLines());
                TestClient client = client(broker, certificates.client("root.crt", "expired"))) {
            client.connected("c");
        }
        LogLines log = new LogLines();
        try (Broker broker = start(revoking(tls), log);
                TestClient client = client(broker, certificates.client("root.crt", "revoked"))) {
            assertThrows(IOException.class, () -> client.connected("c"));
            log.await("has been revoked");
        }
    }

    /// The option forgives the dates of the client's own certificate, and nothing else.
    @ParameterizedTest
    @CsvSource({
        "lapsed,", // of an intermediate authority that began long after it ended
        "lapsedAndRevoked,has been revoked",
        "lapsedServer,Extended key usage", // not for clients
        "lapsedStranger,certificate verify failed",
        "ofTheOld,certificate verify failed" // the authority has expired
    })
    void onlyTheDatesOfTheClientsOwnCertificateAreIgnored(
            String who, @org.jspecify.annotations.Nullable String refusal) throws Exception {
        TlsOptions tls =
                demanding()
                        .with(t ->
                                t.dates(TlsOptions.Dates.IGNORED)
                                        .authorityFile(certificates.file("all.crt"))
                                        .revocationFile(certificates.file("all.crl")));
        LogLines log = new LogLines();
        try (Broker broker = start(tls, log);
                TestClient client = client(broker, certificates.client("root.crt", who))) {
            if (refusal == null) {
                client.connected("c");
            } else {
                assertThrows(IOException.class, () -> client.connected("c"));
                log.await(refusal);
            }
        }
    }

    @Test
    void authoritiesMayBeADirectory() throws Exception {
        Path directory = Files.createDirectory(folder.resolve("authorities"));
        Files.copy(certificates.file("root.crt"), directory.resolve("0a1b2c3d.0"));
        Files.copy(certificates.file("list.crl"), directory.resolve("0a1b2c3d.r0"));
        Files.writeString(directory.resolve("README"), "no certificate");
        TlsOptions tls = demanding().with(t -> t.authorityFile(null).authorityDirectory(directory));
        LogLines log = new LogLines();
        try (Broker broker = start(tls, log)) {
            client(broker, certificates.client("root.crt", "client")).connected("c").close();
            try (TestClient client = client(broker, certificates.client("root.crt", "revoked"))) {
                assertThrows(IOException.class, () -> client.connected("c"));
                log.await("has been revoked");
            }
        }
    }

    // ---- what is agreed on ----

    @Test
    void alpnIsAgreedOnIfItIsOffered() throws Exception {
        SSLContext context = certificates.client("root.crt", null);
        try (Broker broker = start(server(), new LogLines())) {
            for (String offered : List.of("mqtt", "other")) {
                SSLSocket socket = TestCertificates.connect(context, broker.port());
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setApplicationProtocols(new String[] {offered});
                socket.setSSLParameters(parameters);
                try (TestClient client = new TestClient(socket, V5)) {
                    client.connected("c");
                    assertEquals(
                            offered.equals("mqtt") ? "mqtt" : "", socket.getApplicationProtocol());
                }
            }
        }
    }

    @Test
    void cipherSuitesByTheirNamesInOpenSsl() throws Exception {
        TlsOptions tls =
                server().with(t -> t.ciphers("ECDHE-ECDSA-AES256-GCM-SHA384:!aNULL:nonsense"));
        LogLines log = new LogLines();
        try (Broker broker = start(tls, log);
                SSLSocket socket =
                        TestCertificates.connect(
                                certificates.client("root.crt", null), broker.port())) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.startHandshake();
            assertEquals(
                    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                    socket.getSession().getCipherSuite());
            log.await("in the list of ciphers are unknown: nonsense.");
        }
    }

    @Test
    void oldVersionsAndPlainClientsAreRefusedInOneLine() throws Exception {
        LogLines log = new LogLines();
        TlsOptions tls = server().with(t -> t.oldest(TlsOptions.Version.TLS_1_3));
        try (Broker broker = start(tls, log)) {
            try (SSLSocket socket =
                    TestCertificates.connect(
                            certificates.client("root.crt", null), broker.port())) {
                socket.setEnabledProtocols(new String[] {"TLSv1.2"});
                assertThrows(SSLException.class, socket::startHandshake);
            }
            log.await("the client speaks only versions of TLS that this listener does not take.");
            try (TestClient plain = new TestClient(broker.port(), V5)) {
                plain.send(TestClient.connect(V5, "c"));
                assertTrue(plain.isClosedByBroker());
            }
            log.await("the client does not speak TLS, which this listener needs.");
            try (SSLSocket socket =
                    TestCertificates.connect(
                            certificates.client("other.crt", null), broker.port())) {
                assertThrows(SSLException.class, socket::startHandshake);
            }
            log.await("the client does not trust the certificate of this listener");
            new Socket(InetAddress.getLoopbackAddress(), broker.port()).close();
            log.await("the client left during the TLS handshake.");
            assertEquals(4, log.all().stream().filter(l -> l.contains("127.0.0.1")).count());
        }
    }

    // ---- the server's files ----

    @Test
    void newCertificatesAreTakenAndBrokenOnesAreNot() throws Exception {
        Path certificate = certificates.copy("chain.crt", "swap.crt");
        Path key = certificates.copy("EC.key", "swap.key");
        LogLines log = new LogLines();
        SSLContext context = certificates.client("root.crt", null);
        try (Broker broker = start(TlsOptions.of(certificate, key), log);
                TestClient before = client(broker, context).connected("before")) {
            assertEquals("EC", keyKind(broker, context));

            certificates.bundle("swap.crt", "RSA.crt", "middle.crt");
            List<String> failures = broker.reloadCertificates();
            assertEquals(1, failures.size());
            assertTrue(
                    failures.getFirst().contains("does not belong to the certificate"),
                    failures.toString());
            log.await(failures.getFirst());
            assertEquals("EC", keyKind(broker, context));

            certificates.copy("RSA.key", "swap.key");
            assertEquals(List.of(), broker.reloadCertificates());
            assertEquals("RSA", keyKind(broker, context));
            before.echo("still", new byte[10]);
        }
    }

    private static String keyKind(Broker broker, SSLContext context) throws IOException {
        try (SSLSocket socket = TestCertificates.connect(context, broker.port())) {
            socket.startHandshake();
            X509Certificate own = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return own.getPublicKey().getAlgorithm();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "missing.crt,EC.key,does not exist",
        "chain.crt,missing.key,does not exist",
        "EC.key,EC.key,has no certificate in PEM form",
        "chain.crt,chain.crt,has no private key: it has [CERTIFICATE]",
        "chain.crt,RSA.key,does not belong to the certificate in",
        "openssl.cnf,EC.key,has no certificate in PEM form",
        "broken.crt,EC.key,does not end",
        "no64.crt,EC.key,is no Base64",
        "damaged.crt,EC.key,is damaged",
        ".,EC.key,is a directory",
    })
    void wrongFilesAreSaidInOneSentence(String certificate, String key, String why)
            throws Exception {
        String text = Files.readString(certificates.file("EC.crt"));
        Files.writeString(certificates.file("broken.crt"), text.substring(0, 200));
        Files.writeString(certificates.file("no64.crt"), text.replace("\nM", "\n§"));
        Files.writeString(
                certificates.file("damaged.crt"),
                "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
        TlsOptions tls = TlsOptions.of(certificates.file(certificate), certificates.file(key));
        StartException e =
                assertThrows(StartException.class, () -> start(tls, new LogLines()).close());
        String message = Objects.requireNonNull(e.getMessage());
        assertTrue(message.contains(why), message);
        assertTrue(message.startsWith("Cannot listen on port 0: "), message);
        assertEquals(1, message.lines().count());
    }

    @Test
    void demandsWithoutAnAuthorityAndExpiredCertificatesAreSaid() throws Exception {
        TlsOptions none = demanding().with(t -> t.authorityFile(null));
        StartException e =
                assertThrows(StartException.class, () -> start(none, new LogLines()).close());
        assertTrue(
                Objects.requireNonNull(e.getMessage()).contains("no authority is named"),
                e.getMessage());
        LogLines log = new LogLines();
        start(
                        TlsOptions.of(
                                certificates.file("expired.crt"), certificates.file("expired.key")),
                        log)
                .close();
        log.await("has expired on 2020-02-01T00:00:00Z; clients will refuse it.");
    }

    /// What anybody sends to a port of TLS costs nobody else anything.
    @Test
    void noiseEndsItsOwnConnectionOnly() throws Exception {
        SSLContext context = certificates.client("root.crt", null);
        java.util.Random random = new java.util.Random(7);
        LogLines log = new LogLines();
        try (Broker broker = start(server(), log);
                TestClient client = client(broker, context).connected("c")) {
            for (int i = 0; i < 200; i++) {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.port())) {
                    byte[] noise = new byte[1 + random.nextInt(600)];
                    random.nextBytes(noise);
                    if (i % 2 == 0) {
                        byte[] head = {22, 3, (byte) (i % 5), 0, (byte) random.nextInt()};
                        System.arraycopy(head, 0, noise, 0, Math.min(5, noise.length));
                    }
                    socket.getOutputStream().write(noise);
                    socket.shutdownOutput();
                }
            }
            client.echo("alive", "yes".getBytes(StandardCharsets.UTF_8));
            assertEquals(0, log.count("Internal error"), () -> log.all().toString());
        }
    }
}
