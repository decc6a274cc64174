package io.hawkermq.it.foreign;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.Broker;
import io.hawkermq.broker.BrokerOptions;
import io.hawkermq.broker.Listener;
import io.hawkermq.broker.security.ScramAccessControl;
import io.hawkermq.broker.security.ScramCredentials;
import io.hawkermq.broker.transport.TlsOptions;
import io.hawkermq.broker.transport.TlsOptions.ClientCertificates;
import io.hawkermq.broker.transport.WebSocketOptions;
import io.hawkermq.client.Acknowledgement;
import io.hawkermq.client.ConnectionException;
import io.hawkermq.client.Ending;
import io.hawkermq.client.IncomingMessage;
import io.hawkermq.client.Message;
import io.hawkermq.client.Mqtt;
import io.hawkermq.client.MqttClient;
import io.hawkermq.client.MqttClientBuilder;
import io.hawkermq.client.MqttTimeoutException;
import io.hawkermq.client.PublishResult;
import io.hawkermq.client.Reconnect;
import io.hawkermq.client.Scram;
import io.hawkermq.client.State;
import io.hawkermq.client.Subscribe;
import io.hawkermq.client.Subscription;
import io.hawkermq.client.Tls;
import io.hawkermq.it.BrokerProcess;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Hawker's own Java client against Hawker, over everything it can be reached by, and against
/// Mosquitto.
@Timeout(60)
class OwnClientTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private static Path folder;

    @SuppressWarnings("NullAway.Init") // started before the first test
    private static Broker broker;

    private static @Nullable Program mosquitto;

    private static int mosquittoPort;

    @BeforeAll
    static void start() throws Exception {
        Certificates.make(folder);
        TlsOptions tls = TlsOptions.of(folder.resolve("server.pem"), folder.resolve("server.key"));
        TlsOptions mutual =
                tls.with(t ->
                        t.authorityFile(folder.resolve("ca.pem"))
                                .clientCertificates(ClientCertificates.REQUIRED));
        WebSocketOptions webSocket = WebSocketOptions.DEFAULT;
        BrokerOptions options =
                BrokerOptions.local(0)
                        .with(o ->
                                o.listeners(
                                        Listener.loopback(0),
                                        Listener.loopback(0).with(l -> l.tls(tls)),
                                        Listener.loopback(0).with(l -> l.tls(mutual)),
                                        Listener.loopback(0).with(l -> l.webSocket(webSocket)),
                                        Listener.loopback(0)
                                                .with(l -> l.tls(tls).webSocket(webSocket)),
                                        Listener.unix(folder.resolve("mqtt.sock"))));
        ScramCredentials secret =
                ScramCredentials.of("pencil", new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, 4_096);
        broker =
                Broker.start(
                        options.with(o ->
                                o.access(
                                        new ScramAccessControl(
                                                options.access(),
                                                u -> u.equals("user") ? secret : null,
                                                new SecureRandom()))));
    }

    private static Program mosquitto(int port) throws IOException {
        ForeignClient.MOSQUITTO.require();
        Path file = folder.resolve("mosquitto-" + port + ".conf");
        Files.writeString(
                file, "listener " + port + " 127.0.0.1\nallow_anonymous true\nlog_type all\n");
        Program program = Program.start(ForeignClient.BROKER, "-v", "-c", file.toString());
        program.await("that it runs", line -> line.contains("running"));
        return program;
    }

    @AfterAll
    static void stop() {
        broker.close();
        if (mosquitto != null) {
            mosquitto.close();
        }
    }

    private static String uri(String server) {
        return "mqtt://127.0.0.1:" + (server.equals("hawker") ? broker.port(0) : mosquittoPort());
    }

    /// Started by the first test that needs it.
    private static int mosquittoPort() {
        if (mosquitto == null) {
            mosquittoPort = BrokerProcess.freePort();
            try {
                mosquitto = mosquitto(mosquittoPort);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return mosquittoPort;
    }

    private static MqttClientBuilder builder(String server, ProtocolVersion version) {
        return MqttClient.builder().uri(uri(server)).version(version);
    }

    private static void echo(MqttClient client) {
        Subscription subscription = client.subscribe("echo/" + client.clientId() + "/#");
        for (QoS qos : QoS.values()) {
            byte[] payload = new byte[70_000];
            new java.util.Random(qos.level()).nextBytes(payload);
            Message message =
                    Message.to("echo/" + client.clientId() + "/x")
                            .payload(payload)
                            .qos(qos)
                            .build();
            PublishResult result = client.publish(message);
            assertEquals(qos, result.qos());
            IncomingMessage back = subscription.next(SOON).orElseThrow();
            assertArrayEquals(payload, back.payload());
            assertEquals(qos, back.qos());
        }
        subscription.close();
    }

    @ParameterizedTest
    @CsvSource({
        "hawker, MQTT_5",
        "hawker, MQTT_3_1_1",
        "mosquitto, MQTT_5",
        "mosquitto, MQTT_3_1_1"
    })
    void publishesAndReceivesAtEveryQos(String server, ProtocolVersion version) {
        try (MqttClient client = builder(server, version).clientId("echo-" + version).connect()) {
            echo(client);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hawker", "mosquitto"})
    void propertiesArrive(String server) {
        try (MqttClient client = MqttClient.connect(uri(server))) {
            Subscription s = client.subscribe("p");
            client.publish(
                    Message.to("p")
                            .text("x")
                            .utf8()
                            .contentType("text/plain")
                            .responseTopic("r")
                            .correlationData(new byte[] {7})
                            .expiry(Duration.ofHours(1))
                            .user("a", "b")
                            .build());
            IncomingMessage m = s.next(SOON).orElseThrow();
            assertEquals("text/plain", m.contentType());
            assertEquals("r", m.responseTopic());
            assertArrayEquals(new byte[] {7}, m.correlationData());
            assertEquals("b", m.userProperties().getFirst().value());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hawker", "mosquitto"})
    void theWillIsSentWhenAskedFor(String server) {
        try (MqttClient watcher = MqttClient.connect(uri(server));
                MqttClient client =
                        MqttClient.builder()
                                .uri(uri(server))
                                .will(Message.of("will", "gone"))
                                .connect()) {
            Subscription s = watcher.subscribe("will");
            client.disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, Properties.NONE);
            assertEquals("gone", s.next(SOON).orElseThrow().text());
        }
    }

    @Test
    void aTakeoverIsTyped() throws Exception {
        String server = "hawker"; // Mosquitto 2.0.11 closes without a word
        CompletableFuture<Ending> ending = new CompletableFuture<>();
        try (MqttClient first =
                        MqttClient.builder()
                                .uri(uri(server))
                                .clientId("same")
                                .onState(s -> {
                                    if (s instanceof State.Disconnected d) {
                                        ending.complete(d.ending());
                                    }
                                })
                                .connect();
                MqttClient second =
                        MqttClient.builder().uri(uri(server)).clientId("same").connect()) {
            assertInstanceOf(Ending.TakenOver.class, ending.get(10, TimeUnit.SECONDS));
            assertEquals("same", second.clientId());
            assertInstanceOf(State.Disconnected.class, first.state());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "hawker, MQTT_5",
        "hawker, MQTT_3_1_1",
        "mosquitto, MQTT_5",
        "mosquitto, MQTT_3_1_1"
    })
    void aSessionKeepsWhatWasNotAcknowledged(String server, ProtocolVersion version) {
        String id = "keeper-" + version;
        MqttClientBuilder builder =
                builder(server, version).clientId(id).resumeSession(Duration.ofMinutes(5));
        Subscribe request =
                Subscribe.to("keep/" + version).acknowledgement(Acknowledgement.MANUAL).build();
        try (MqttClient client = builder.connect();
                MqttClient other =
                        builder(server, version).clientId("other-" + version).connect()) {
            Subscription s = client.subscribe(request);
            other.publish(Message.to("keep/" + version).text("1").qos(QoS.EXACTLY_ONCE).build());
            other.publish(Message.to("keep/" + version).text("2").qos(QoS.AT_LEAST_ONCE).build());
            s.next(SOON).orElseThrow().acknowledge();
            assertEquals("2", s.next(SOON).orElseThrow().text());
        }
        try (MqttClient client = builder.connect()) {
            Subscription s = client.subscribe(request);
            IncomingMessage again = s.next(SOON).orElseThrow();
            assertEquals("2", again.text());
            again.acknowledge();
        }
        try (MqttClient client = builder.connect()) {
            assertEquals(0, client.subscribe(request).buffered());
            client.disconnect();
        }
    }

    @Test
    void aSlowHandlerStallsNobody() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        try (MqttClient client = builder("mosquitto", ProtocolVersion.MQTT_3_1_1).connect();
                MqttClient publisher = MqttClient.connect(uri("mosquitto"))) {
            client.subscribe("slow", m -> stuck.await());
            Subscription quick = client.subscribe("quick");
            for (int i = 0; i < 500; i++) {
                publisher.publishAsync(Message.to("slow").qos(QoS.EXACTLY_ONCE).build());
            }
            publisher.publish("quick", "1");
            assertEquals("1", quick.next(SOON).orElseThrow().text());
            assertInstanceOf(State.Connected.class, client.state());
            assertEquals(1, client.metrics().connections());
            stuck.countDown();
        }
    }

    @Test
    void aHandlersExceptionReachesTheErrorHandler() throws Exception {
        CompletableFuture<Exception> failure = new CompletableFuture<>();
        try (MqttClient client =
                MqttClient.builder().uri(uri("hawker")).onError(failure::complete).connect()) {
            CountDownLatch second = new CountDownLatch(1);
            client.subscribe(
                    "bad",
                    m -> {
                        if (m.text().equals("1")) {
                            throw new IOException("on purpose");
                        }
                        second.countDown();
                    });
            client.publish("bad", "1");
            client.publish("bad", "2");
            assertEquals("on purpose", failure.get(10, TimeUnit.SECONDS).getMessage());
            assertTrue(second.await(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void comesBackAfterItsServerWasRestarted() throws Exception {
        int port = BrokerProcess.freePort();
        List<State> states = java.util.Collections.synchronizedList(new ArrayList<>());
        CountDownLatch again = new CountDownLatch(2);
        Program server = mosquitto(port);
        try (MqttClient client =
                MqttClient.builder()
                        .uri("mqtt://127.0.0.1:" + port)
                        .reconnect(Reconnect.between(Duration.ofMillis(20), Duration.ofMillis(200)))
                        .onState(s -> {
                            states.add(s);
                            if (s instanceof State.Connected) {
                                again.countDown();
                            }
                        })
                        .connect()) {
            Subscription s = client.subscribe("back");
            server.close();
            CompletableFuture<PublishResult> offline =
                    client.publishAsync(
                            Message.to("back").text("later").qos(QoS.EXACTLY_ONCE).build());
            server = mosquitto(port);
            assertTrue(again.await(20, TimeUnit.SECONDS), states::toString);
            offline.get(10, TimeUnit.SECONDS);
            assertEquals("later", s.next(SOON).orElseThrow().text());
        } finally {
            server.close();
        }
    }

    /// So that the server's log does not blame the authority.
    @Test
    void tellsAServerThatItsCertificateIsForAnotherName() throws Exception {
        int port = BrokerProcess.freePort();
        try (Program server =
                Program.start(
                        "openssl",
                        "s_server",
                        "-accept",
                        "127.0.0.1:" + port,
                        "-cert",
                        folder.resolve("server.pem").toString(),
                        "-key",
                        folder.resolve("server.key").toString())) {
            server.await("ACCEPT", l -> l.contains("ACCEPT"));
            assertThrows(
                    ConnectionException.class,
                    () ->
                            MqttClient.builder()
                                    .uri("mqtts://127.0.0.1:" + port)
                                    .tls(
                                            Tls.trusting(folder.resolve("ca.pem"))
                                                    .serverName("elsewhere.example"))
                                    .connect());
            server.await("the alert", l -> l.contains("alert bad certificate"));
        }
    }

    @Test
    void speaksTls() throws Exception {
        Tls tls = Tls.trusting(folder.resolve("ca.pem"));
        try (MqttClient client =
                MqttClient.builder()
                        .uri("mqtts://localhost:" + broker.port(1))
                        .tls(tls.alpn("mqtt"))
                        .connect()) {
            echo(client);
        }
        try (MqttClient client =
                MqttClient.builder()
                        .uri("mqtts://127.0.0.1:" + broker.port(2))
                        .tls(
                                tls.protocols("TLSv1.2")
                                        .identity(
                                                folder.resolve("sensor.pem"),
                                                folder.resolve("sensor.key")))
                        .connect()) {
            echo(client);
        }
    }

    @Test
    void aStrangersCertificateIsNotTrusted() throws Exception {
        assertUntrusted(MqttClient.builder().uri("mqtts://localhost:" + broker.port(1)));
        assertUntrusted(
                MqttClient.builder()
                        .uri("mqtts://localhost:" + broker.port(1))
                        .tls(
                                Tls.trusting(folder.resolve("ca.pem"))
                                        .serverName("elsewhere.example")));
    }

    private static void assertUntrusted(MqttClientBuilder builder) {
        ConnectionException e = assertThrows(ConnectionException.class, builder::connect);
        Ending.Unreachable ending = assertInstanceOf(Ending.Unreachable.class, e.ending());
        assertInstanceOf(javax.net.ssl.SSLException.class, ending.exception());
    }

    @Test
    void speaksWebSocketAndUnixSockets() throws Exception {
        try (MqttClient client =
                MqttClient.builder().uri("ws://127.0.0.1:" + broker.port(3) + "/mqtt").connect()) {
            echo(client);
        }
        try (MqttClient client =
                MqttClient.builder()
                        .uri("wss://localhost:" + broker.port(4) + "/mqtt")
                        .tls(Tls.trusting(folder.resolve("ca.pem")))
                        .connect()) {
            echo(client);
        }
        try (MqttClient client =
                MqttClient.builder().uri("unix://" + folder.resolve("mqtt.sock")).connect()) {
            echo(client);
        }
    }

    @Test
    void authenticatesWithScram() {
        try (MqttClient client =
                MqttClient.builder()
                        .uri(uri("hawker"))
                        .authentication(Scram.sha256("user", "pencil"))
                        .connect()) {
            client.reauthenticate();
            echo(client);
        }
        ConnectionException e =
                assertThrows(
                        ConnectionException.class,
                        () ->
                                MqttClient.builder()
                                        .uri(uri("hawker"))
                                        .authentication(Scram.sha256("user", "pen"))
                                        .connect());
        assertEquals(
                ReasonCode.NOT_AUTHORIZED,
                assertInstanceOf(Ending.Refused.class, e.ending()).reasonCode());
    }

    @Test
    void topicAliasesInBothDirections() {
        try (MqttClient client =
                MqttClient.builder()
                        .uri(uri("hawker"))
                        .inboundTopicAliases(10)
                        .outboundTopicAliases(10)
                        .connect()) {
            Subscription s = client.subscribe("alias/#");
            for (int i = 0; i < 100; i++) {
                client.publish("alias/" + i % 20, "" + i);
            }
            for (int i = 0; i < 100; i++) {
                IncomingMessage m = s.next(SOON).orElseThrow();
                assertEquals("alias/" + i % 20, m.topic());
                assertEquals("" + i, m.text());
                assertFalse(m.retain());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hawker", "mosquitto"})
    void requestsAreAnswered(String server) throws Exception {
        try (MqttClient service = MqttClient.connect(uri(server));
                MqttClient client = MqttClient.connect(uri(server))) {
            service.respond("add/one", r -> new byte[] {(byte) (r.payload()[0] + 1)});
            List<CompletableFuture<IncomingMessage>> answers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                answers.add(client.requestAsync("add/one", new byte[] {(byte) i}, SOON));
            }
            for (int i = 0; i < 100; i++) {
                assertEquals(i + 1, answers.get(i).get(10, TimeUnit.SECONDS).payload()[0]);
            }
            assertThrows(
                    MqttTimeoutException.class,
                    () -> client.request("nobody", new byte[0], Duration.ofMillis(100)));
        }
    }

    @Test
    void aReactiveSubscriberGetsWhatItAsksFor() throws Exception {
        try (MqttClient client = MqttClient.connect(uri("hawker"))) {
            Subscription s = client.subscribe("flow/#");
            java.util.concurrent.BlockingQueue<String> got =
                    new java.util.concurrent.LinkedBlockingQueue<>();
            CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
            s.publisher()
                    .subscribe(
                            new Flow.Subscriber<>() {
                                @Override
                                public void onSubscribe(Flow.Subscription x) {
                                    subscription.complete(x);
                                }

                                @Override
                                public void onNext(IncomingMessage m) {
                                    got.add(m.text());
                                }

                                @Override
                                public void onError(Throwable e) {
                                    got.add(e.toString());
                                }

                                @Override
                                public void onComplete() {
                                    got.add("complete");
                                }
                            });
            for (int i = 0; i < 5; i++) {
                client.publish("flow/" + i, "" + i);
            }
            subscription.get(10, TimeUnit.SECONDS).request(3);
            for (int i = 0; i < 3; i++) {
                assertEquals("" + i, got.poll(10, TimeUnit.SECONDS));
            }
            assertEquals(2, s.buffered());
            subscription.get().request(Long.MAX_VALUE);
            assertEquals("3", got.poll(10, TimeUnit.SECONDS));
            assertEquals("4", got.poll(10, TimeUnit.SECONDS));
            s.close();
            assertEquals("complete", got.poll(10, TimeUnit.SECONDS));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hawker", "mosquitto"})
    void scriptsNeedOneLine(String server) {
        Mqtt.publish(uri(server), Message.to("one/line").text("x").retain().build());
        assertEquals(
                "x", Mqtt.receiveOne(uri(server), "one/+", SOON).map(IncomingMessage::text).get());
    }

    /// The README's program and the single file of examples/, run as people run them.
    @ParameterizedTest
    @ValueSource(strings = {"hawker", "mosquitto"})
    void theReadmesProgramPrintsSys(String server) throws Exception {
        Path root = Program.module().resolve("..");
        String readme = Files.readString(root.resolve("README.md"));
        int start = readme.indexOf("```java\nimport io.hawkermq.client") + 8;
        String program = readme.substring(start, readme.indexOf("```", start));
        assertTrue(program.lines().count() <= 10, program);
        Path file = Files.createDirectory(folder.resolve("readme-" + server)).resolve("Sys.java");
        Files.writeString(file, program.replace("mqtt://localhost", uri(server)));
        expectSys(file.toString());
        expectSys(root.resolve("examples/SysTopics.java").toString(), uri(server));
    }

    private static void expectSys(String... fileAndArguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path")));
        command.addAll(List.of(fileAndArguments));
        try (Program p = Program.start(command.toArray(String[]::new))) {
            p.await("$SYS", line -> line.startsWith("$SYS/broker/"));
        }
    }
}
