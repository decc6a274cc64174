package io.hawkermq.testkit;

import static io.hawkermq.testkit.Wired.SOON;
import static io.hawkermq.testkit.Wired.bytes;
import static io.hawkermq.testkit.Wired.client;
import static io.hawkermq.testkit.Wired.lasting;
import static io.hawkermq.testkit.Wired.publish;
import static io.hawkermq.testkit.Wired.subscribe;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.TestClient;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.protocol.Will;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

/// What a test can see and do, at a broker on which nothing goes wrong.
class HawkerBrokerTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;

    @Test
    void publishedMessagesAreSeenWithAllThatTheyHave() throws Exception {
        try (HawkerBroker broker = HawkerBroker.start();
                TestClient ann = client(broker, "ann")) {
            Properties properties =
                    Properties.builder()
                            .add(Property.CONTENT_TYPE, "text/plain")
                            .add(Property.MESSAGE_EXPIRY_INTERVAL, 60)
                            .user("a", "b")
                            .build();
            ann.send(
                    new Packet.Publish(
                            false,
                            QoS.EXACTLY_ONCE,
                            true,
                            TopicName.of("t/1"),
                            7,
                            properties,
                            bytes("one")),
                    publish("t/2", QoS.AT_MOST_ONCE, 0, "two"));

            PublishedMessage first = broker.awaitMessage("t/#", SOON);
            assertEquals("t/1", first.topic());
            assertArrayEquals(bytes("one"), first.payload());
            assertEquals("one", first.text());
            assertEquals(QoS.EXACTLY_ONCE, first.qos());
            assertTrue(first.retain());
            assertEquals("ann", first.clientId());
            assertEquals("text/plain", first.properties().text(Property.CONTENT_TYPE));
            assertEquals(60, first.properties().number(Property.MESSAGE_EXPIRY_INTERVAL, 0));

            PublishedMessage second = broker.awaitMessage("t/#", SOON);
            assertEquals("two", second.text());
            assertEquals(List.of(first, second), broker.published("#"));
            assertEquals(List.of(first), broker.published("+/1"));
            assertEquals("ann", broker.retained("#").getFirst().clientId());
        }
    }

    @Test
    void aMessageOfQos2IsSeenOnceHoweverOftenItIsSent() throws Exception {
        try (HawkerBroker broker = HawkerBroker.start();
                TestClient ann = client(broker, "ann")) {
            for (int i = 0; i < 2; i++) {
                ann.send(publish("t", QoS.EXACTLY_ONCE, 1, "once"));
                ann.next(Packet.Pubrec.class);
            }
            assertEquals(1, broker.published("t").size());
        }
    }

    @Test
    void awaitingWaitsAndTakesAndSaysWhatCameInstead() throws Exception {
        try (HawkerBroker broker = HawkerBroker.start()) {
            CompletableFuture<PublishedMessage> awaited = new CompletableFuture<>();
            Thread waiter =
                    Thread.startVirtualThread(() -> {
                        try {
                            awaited.complete(broker.awaitMessage("a", SOON));
                        } catch (InterruptedException | AssertionError e) {
                            awaited.completeExceptionally(e);
                        }
                    });
            broker.publish("other", "no");
            broker.publish("a", "yes");
            waiter.join();
            PublishedMessage seen = awaited.get();
            assertEquals("yes", seen.text());
            assertNull(seen.clientId());

            AssertionError error =
                    assertThrows(
                            AssertionError.class,
                            () -> broker.awaitMessage("a", Duration.ofMillis(1)));
            assertTrue(String.valueOf(error.getMessage()).contains("other 'no'"), error::toString);
            assertEquals(2, broker.published("#").size());
            assertThrows(
                    AssertionError.class, () -> broker.awaitMessages("#", 2, Duration.ofMillis(1)));
            assertEquals(1, broker.awaitMessages("#", 1, SOON).size());
        }
    }

    @Test
    void theOldestIsForgottenAtTheLimits() throws Exception {
        try (HawkerBroker broker = HawkerBroker.setup().recording(3, 10).start()) {
            for (int i = 0; i < 5; i++) {
                broker.publish("t", "" + i);
            }
            assertEquals(
                    List.of("2", "3", "4"),
                    broker.published("#").stream().map(PublishedMessage::text).toList());
            assertEquals(2, broker.forgottenMessages());
            broker.publish("t", "123456789");
            assertEquals(
                    List.of("4", "123456789"),
                    broker.published("#").stream().map(PublishedMessage::text).toList());
            broker.reset();
            assertEquals(List.of(), broker.published("#"));
        }
    }

    @Test
    void willsAreSeenAsTheirClients() throws Exception {
        try (HawkerBroker broker = HawkerBroker.start();
                TestClient ann = new TestClient(broker.port(), V5)) {
            Will will =
                    new Will(
                            TopicName.of("will"),
                            bytes("gone"),
                            QoS.AT_LEAST_ONCE,
                            false,
                            Properties.NONE);
            ann.send(
                    new Packet.Connect(
                            V5, false, true, 60, "ann", will, null, null, Properties.NONE));
            ann.next(Packet.Connack.class);
            assertEquals(1, broker.cutConnections("ann"));
            PublishedMessage seen = broker.awaitMessage("will", SOON);
            assertEquals("gone", seen.text());
            assertEquals("ann", seen.clientId());
        }
    }

    @Test
    void clientsSubscriptionsAndRetainedMessagesAreTold() throws Exception {
        try (HawkerBroker broker = HawkerBroker.start();
                TestClient ann = new TestClient(broker.port(), V5)) {
            ann.send(lasting("ann"));
            ann.next(Packet.Connack.class);
            subscribe(ann, "$share/g/a/+", QoS.AT_LEAST_ONCE);
            assertEquals(1_000, broker.awaitClient("ann", SOON).expiryInterval());
            var subscribed = broker.awaitSubscription("$share/g/a/+", SOON);
            assertEquals("ann", subscribed.clientId());
            assertEquals(QoS.AT_LEAST_ONCE, subscribed.options().qos());

            ann.send(Wired.retained("r/2", "two"), Wired.retained("r/1", "one"));
            broker.awaitMessages("r/#", 2, SOON);
            assertEquals(
                    List.of("r/1", "r/2"),
                    broker.retained("r/#").stream().map(PublishedMessage::topic).toList());
            broker.publishRetained("r/1", new byte[0], QoS.AT_MOST_ONCE);
            assertEquals(1, broker.retained("#").size());

            assertTrue(broker.disconnect("ann", ReasonCode.QUOTA_EXCEEDED));
            assertEquals(ReasonCode.QUOTA_EXCEEDED, ann.next(Packet.Disconnect.class).reasonCode());
            assertFalse(broker.disconnect("ann", ReasonCode.QUOTA_EXCEEDED));
            assertFalse(broker.clients().getFirst().isConnected());
            assertEquals(1, broker.subscriptions().size());
            assertThrows(
                    AssertionError.class, () -> broker.awaitClient("ann", Duration.ofMillis(1)));
            assertThrows(
                    AssertionError.class,
                    () -> broker.awaitSubscription("nobody", Duration.ofMillis(1)));
        }
    }

    @Test
    void whatTheTestPublishesIsDelivered() throws Exception {
        try (HawkerBroker broker = HawkerBroker.start();
                TestClient ann = client(broker, "ann")) {
            subscribe(ann, "a", QoS.EXACTLY_ONCE);
            broker.publish(
                    "a",
                    bytes("x"),
                    QoS.EXACTLY_ONCE,
                    Properties.of(Property.RESPONSE_TOPIC, "answer"));
            Packet.Publish got = ann.next(Packet.Publish.class);
            assertEquals(QoS.EXACTLY_ONCE, got.qos());
            assertEquals("answer", got.properties().text(Property.RESPONSE_TOPIC));
        }
    }

    @Test
    void usersNeedTheirPasswords() throws Exception {
        try (HawkerBroker broker = HawkerBroker.setup().user("ann", "secret").start()) {
            assertEquals(ReasonCode.SUCCESS, login(broker, "ann", "secret"));
            assertEquals(ReasonCode.NOT_AUTHORIZED, login(broker, "ann", "wrong"));
            assertEquals(ReasonCode.NOT_AUTHORIZED, login(broker, "bob", "secret"));
            try (TestClient nobody = new TestClient(broker.port(), V5)) {
                nobody.send(TestClient.connect(V5, "nobody"));
                assertTrue(nobody.next(Packet.Connack.class).reasonCode().isError());
            }
        }
    }

    private static ReasonCode login(HawkerBroker broker, String user, String password)
            throws IOException {
        try (TestClient client = new TestClient(broker.port(), V5)) {
            client.send(
                    new Packet.Connect(
                            V5,
                            false,
                            true,
                            60,
                            "c",
                            null,
                            user,
                            bytes(password),
                            Properties.NONE));
            return client.next(Packet.Connack.class).reasonCode();
        }
    }

    @Test
    void limitsAndVersionsAreThoseOfTheSetup() throws Exception {
        try (HawkerBroker broker =
                HawkerBroker.setup()
                        .versions(V5)
                        .limits(l -> l.receiveMaximum(3))
                        .terms(t -> t.maximumQos(QoS.AT_LEAST_ONCE))
                        .start()) {
            try (TestClient old = new TestClient(broker.port(), ProtocolVersion.MQTT_3_1_1)) {
                old.send(TestClient.connect(ProtocolVersion.MQTT_3_1_1, "old"));
                assertTrue(old.next(Packet.Connack.class).reasonCode().isError());
            }
            try (TestClient ann = new TestClient(broker.port(), V5)) {
                ann.send(TestClient.connect(V5, "ann"));
                Properties told = ann.next(Packet.Connack.class).properties();
                assertEquals(3, told.number(Property.RECEIVE_MAXIMUM, 0));
                assertEquals(1, told.number(Property.MAXIMUM_QOS, 2));
            }
        }
    }

    @Test
    void tlsHasACertificateThatClientsCanTrust() throws Exception {
        try (HawkerBroker broker = HawkerBroker.setup().tls().webSocket().start()) {
            SSLSocket socket =
                    (SSLSocket)
                            broker.sslContext()
                                    .getSocketFactory()
                                    .createSocket("localhost", broker.tlsPort());
            var parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS"); // the name is looked at
            socket.setSSLParameters(parameters);
            try (TestClient ann = new TestClient(socket, V5).connected("ann")) {
                ann.send(publish("tls", QoS.AT_LEAST_ONCE, 1, "secret"));
                ann.next(Packet.Puback.class);
                assertEquals("ann", broker.awaitMessage("tls", SOON).clientId());

                broker.inject(Fault.cutAt(io.hawkermq.protocol.PacketType.PUBACK, 2));
                ann.send(publish("tls", QoS.AT_LEAST_ONCE, 2, "more"));
                assertThrows(AssertionError.class, () -> ann.next(Packet.Puback.class));
            }
            assertEquals(
                    broker.certificate(),
                    java.security.cert.CertificateFactory.getInstance("X.509")
                            .generateCertificate(
                                    java.nio.file.Files.newInputStream(broker.certificateFile())));
            assertTrue(broker.webSocketPort() > 0);
            assertThrows(IllegalStateException.class, broker::secureWebSocketPort);
        }
    }

    @Test
    void theLogIsCaptured() throws Exception {
        try (HawkerBroker broker = HawkerBroker.setup().debugLog().start();
                TestClient ann = client(broker, "ann")) {
            ann.send(publish("t", QoS.AT_LEAST_ONCE, 1, "x"));
            ann.next(Packet.Puback.class);
            assertTrue(
                    broker.log().stream().anyMatch(l -> l.startsWith("DEBUG Received PUBLISH")),
                    () -> String.join("\n", broker.log()));
        }
    }

    @Test
    void aRestartKeepsOrLosesSessions() throws Exception {
        try (HawkerBroker broker = HawkerBroker.start()) {
            int port = broker.port();
            TestClient ann = new TestClient(port, V5);
            ann.send(lasting("ann"));
            ann.next(Packet.Connack.class);
            subscribe(ann, "a", QoS.AT_LEAST_ONCE);

            broker.goDown(Sessions.KEPT);
            assertEquals(
                    ReasonCode.SERVER_SHUTTING_DOWN,
                    ann.next(Packet.Disconnect.class).reasonCode());
            assertTrue(ann.isClosedByBroker());
            ann.close();
            assertThrows(ConnectException.class, () -> new TestClient(port, V5));
            broker.comeUp();
            assertTrue(sessionPresent(broker));

            broker.restart(Sessions.LOST);
            assertEquals(port, broker.port());
            assertFalse(sessionPresent(broker));
        }
    }

    private static boolean sessionPresent(HawkerBroker broker) throws IOException {
        try (TestClient ann = new TestClient(broker.port(), V5)) {
            ann.send(lasting("ann"));
            return ann.next(Packet.Connack.class).sessionPresent();
        }
    }

    @Test
    void aPortInUseIsASentence() {
        try (HawkerBroker broker = HawkerBroker.start()) {
            HawkerSetup same = HawkerBroker.setup().port(broker.port()).tls();
            var e = assertThrows(IllegalStateException.class, same::start);
            assertTrue(String.valueOf(e.getMessage()).contains("in use"), e::toString);
        }
    }

    @Test
    void manyRunInOneJvmAndLeaveNoThread() throws Exception {
        List<HawkerBroker> brokers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            brokers.add(HawkerBroker.start());
        }
        List<Thread> users = new ArrayList<>();
        for (HawkerBroker broker : brokers) {
            users.add(
                    Thread.startVirtualThread(() -> {
                        try (TestClient ann = client(broker, "ann")) {
                            ann.send(publish("t", QoS.AT_LEAST_ONCE, 1, "" + broker.port()));
                            ann.next(Packet.Puback.class);
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    }));
        }
        for (Thread user : users) {
            user.join();
        }
        for (HawkerBroker broker : brokers) {
            assertEquals(
                    List.of("" + broker.port()),
                    broker.published("#").stream().map(PublishedMessage::text).toList());
            broker.close();
        }
        assertEquals(
                List.of(),
                Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .filter(n -> n.contains("hawker"))
                        .toList());
    }
}
