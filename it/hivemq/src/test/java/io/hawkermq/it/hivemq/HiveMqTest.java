package io.hawkermq.it.hivemq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.embedded.EmbeddedHiveMQ;
import io.hawkermq.client.Ending;
import io.hawkermq.client.IncomingMessage;
import io.hawkermq.client.Message;
import io.hawkermq.client.MqttClient;
import io.hawkermq.client.MqttClientBuilder;
import io.hawkermq.client.Outbox;
import io.hawkermq.client.PublishResult;
import io.hawkermq.client.Reconnect;
import io.hawkermq.client.RefusedException;
import io.hawkermq.client.State;
import io.hawkermq.client.Subscribe;
import io.hawkermq.client.Subscription;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The client with a server that others have written, whose limits are not those of Mosquitto: it
/// sends packets of 268,435,460 bytes at most, has ten messages in flight, and answers with
/// properties that Mosquitto does not use.
@Timeout(60)
class HiveMqTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private static Path folder;

    @SuppressWarnings("NullAway.Init") // started before the first test
    private static EmbeddedHiveMQ server;

    private static int port;

    @BeforeAll
    static void start() throws Exception {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path conf = Files.createDirectories(folder.resolve("conf"));
        Files.writeString(
                conf.resolve("config.xml"),
                """
                <hivemq>
                  <listeners>
                    <tcp-listener>
                      <port>%d</port>
                      <bind-address>127.0.0.1</bind-address>
                    </tcp-listener>
                  </listeners>
                  <mqtt>
                    <receive-maximum><server-receive-maximum>10</server-receive-maximum></receive-maximum>
                    <packets><max-packet-size>200000</max-packet-size></packets>
                    <topic-alias><max-per-client>5</max-per-client><enabled>true</enabled></topic-alias>
                  </mqtt>
                  <persistence><mode>in-memory</mode></persistence>
                  <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
                </hivemq>
                """
                        .formatted(port));
        server =
                EmbeddedHiveMQ.builder()
                        .withConfigurationFolder(conf)
                        .withDataFolder(Files.createDirectories(folder.resolve("data")))
                        .withExtensionsFolder(Files.createDirectories(folder.resolve("extensions")))
                        .withoutLoggingBootstrap()
                        .build();
        server.start().get(40, TimeUnit.SECONDS);
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.stop().get(20, TimeUnit.SECONDS);
            server.close();
        }
    }

    private static MqttClientBuilder client() {
        return MqttClient.builder().uri("mqtt://127.0.0.1:" + port).reconnect(Reconnect.never());
    }

    private static IncomingMessage next(Subscription subscription) throws InterruptedException {
        return subscription.next(SOON).orElseThrow();
    }

    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"MQTT_3_1_1", "MQTT_5"})
    void messagesOfEachQosArriveInOrder(ProtocolVersion version) throws Exception {
        try (MqttClient client = client().version(version).connect()) {
            Subscription s = client.subscribe("order/#");
            List<CompletableFuture<PublishResult>> sent = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                QoS qos = QoS.values()[i % 3];
                sent.add(
                        client.publishAsync(
                                Message.to("order/" + qos.level()).text("" + i).qos(qos).build()));
            }
            int[] last = {-1, -1, -1};
            for (int i = 0; i < 300; i++) {
                IncomingMessage m = next(s);
                int number = Integer.parseInt(m.text());
                assertTrue(number > last[m.qos().level()], "out of order: " + number);
                last[m.qos().level()] = number;
            }
            for (CompletableFuture<PublishResult> f : sent) {
                f.get(10, TimeUnit.SECONDS);
            }
            assertEquals(0, client.metrics().unfinished());
        }
    }

    @Test
    void theServersTermsAreKept() throws Exception {
        try (MqttClient client = client().outboundTopicAliases(20).connect()) {
            assertTrue(client.state() instanceof State.Connected);
            Subscription s = client.subscribe("terms/#");
            byte[] payload = new byte[150_000];
            payload[149_999] = 7;
            client.publish("terms/large", payload);
            assertArrayEquals(payload, next(s).payload());
            // Nothing larger leaves: the server would end the connection.
            RefusedException e =
                    assertThrows(
                            RefusedException.class,
                            () -> client.publish("terms/large", new byte[300_000]));
            assertEquals(List.of(ReasonCode.PACKET_TOO_LARGE), e.reasonCodes());
            for (int i = 0; i < 60; i++) { // more topics than the five aliases that it takes
                client.publish("terms/" + i % 12, "" + i);
                IncomingMessage m = next(s);
                assertEquals("terms/" + i % 12, m.topic());
                assertEquals("" + i, m.text());
            }
            assertEquals(1, client.metrics().connections());
        }
    }

    @Test
    void propertiesRetainedMessagesAndTheWillArrive() throws Exception {
        try (MqttClient client = client().connect()) {
            client.publish(
                    Message.to("kept/a")
                            .text("v")
                            .qos(QoS.AT_LEAST_ONCE)
                            .retain()
                            .with(Property.CONTENT_TYPE, "text/plain")
                            .build());
            Subscription s = client.subscribe("kept/#");
            IncomingMessage m = next(s);
            assertTrue(m.retain());
            assertEquals("text/plain", m.properties().text(Property.CONTENT_TYPE));
            client.publish(Message.to("kept/a").qos(QoS.AT_LEAST_ONCE).retain().build());
            Subscription wills = client.subscribe("will/#");
            try (MqttClient other =
                    client().will(Message.to("will/x").text("gone").build()).connect()) {
                other.disconnect(
                        ReasonCode.DISCONNECT_WITH_WILL_MESSAGE,
                        io.hawkermq.protocol.Properties.NONE);
                assertEquals("gone", next(wills).text());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"MQTT_3_1_1", "MQTT_5"})
    void aSessionIsResumed(ProtocolVersion version) throws Exception {
        MqttClientBuilder builder =
                client().version(version)
                        .clientId("resumed-" + version)
                        .resumeSession(Duration.ofHours(1));
        Subscribe request =
                Subscribe.to("resumed/" + version).qos(QoS.EXACTLY_ONCE).manual().build();
        try (MqttClient first = builder.connect()) {
            Subscription s = first.subscribe(request);
            for (int i = 0; i < 5; i++) {
                first.publish("resumed/" + version, "" + i);
            }
            next(s).acknowledge();
            assertEquals("1", next(s).text()); // and is not acknowledged
        }
        try (MqttClient again = builder.build()) {
            assertTrue(again.connect().sessionPresent());
            Subscription s = again.subscribe(request);
            for (int i = 1; i < 5; i++) {
                IncomingMessage m = next(s);
                assertEquals("" + i, m.text());
                m.acknowledge();
            }
        }
    }

    @Test
    void anOutboxIsSentByTheNextClient() throws Exception {
        Outbox outbox = Outbox.unforcedIn(folder.resolve("outbox"));
        MqttClientBuilder builder =
                client().clientId("outbox").resumeSession(Duration.ofHours(1)).outbox(outbox);
        try (MqttClient receiver = client().connect()) {
            Subscription s = receiver.subscribe("outbox");
            try (MqttClient offline = builder.build()) {
                for (int i = 0; i < 50; i++) {
                    offline.enqueue(
                            Message.to("outbox").text("" + i).qos(QoS.EXACTLY_ONCE).build());
                }
            }
            try (MqttClient online = builder.connect()) {
                for (int i = 0; i < 50; i++) {
                    assertEquals("" + i, next(s).text());
                }
                assertTrue(online.state() instanceof State.Connected);
            }
            assertTrue(s.next(Duration.ofMillis(50)).isEmpty());
        }
    }

    @Test
    void requestsAreAnsweredBySharedSubscribers() throws Exception {
        try (MqttClient one = client().connect();
                MqttClient two = client().connect();
                MqttClient asking = client().connect()) {
            one.respond("$share/workers/add", r -> (r.text() + "!").getBytes(UTF_8));
            two.respond("$share/workers/add", r -> (r.text() + "!").getBytes(UTF_8));
            for (int i = 0; i < 20; i++) {
                byte[] question = ("" + i).getBytes(UTF_8);
                assertEquals(i + "!", asking.request("add", question, SOON).text());
            }
        }
    }

    @Test
    void aTakeoverIsTyped() throws Exception {
        CompletableFuture<Ending> ended = new CompletableFuture<>();
        try (MqttClient first =
                        client().clientId("taken")
                                .onState(s -> {
                                    if (s instanceof State.Disconnected d) {
                                        ended.complete(d.ending());
                                    }
                                })
                                .connect();
                MqttClient second = client().clientId("taken").connect()) {
            assertInstanceOf(Ending.TakenOver.class, ended.get(10, TimeUnit.SECONDS));
            assertTrue(second.state() instanceof State.Connected);
            assertTrue(first.state() instanceof State.Disconnected);
        }
    }
}
