package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.EventLog;
import io.hawkermq.core.Slots;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is published below `$CONTROL`, and what comes back.
@TakesAgainWhatItFreed
class ControlPlaneTest {
    private static final String SECURITY = "$CONTROL/dynamic-security/v1";
    private static final String BROKER = "$CONTROL/broker/v1";

    private final int port = ReloadingTest.freePort();
    private final Broker broker;

    ControlPlaneTest(@TempDir Path folder) throws Exception {
        Path file = configuration(folder, port);
        broker = Broker.start(BrokerOptions.ofFile(file, EventLog.SILENT));
    }

    /// A file for a broker with dynamic security; the password of its `admin` is `administrator`.
    static Path configuration(Path folder, int port) throws IOException {
        Files.writeString(folder.resolve("first"), "administrator\n");
        return Files.writeString(
                folder.resolve("a.conf"),
                """
                listener %1$d 127.0.0.1
                enable_control_api true
                plugin mosquitto_dynamic_security.so
                plugin_opt_config_file %2$s/d.json
                plugin_opt_password_init_file %2$s/first
                """
                        .formatted(port, folder));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private TestClient client(String user, String password) throws IOException {
        return client(port, user, password);
    }

    private static TestClient client(int port, String user, String password) throws IOException {
        TestClient client = new TestClient(port, ProtocolVersion.MQTT_5);
        client.send(
                TestClient.connect(ProtocolVersion.MQTT_5, "client of " + user, user, password));
        assertEquals(ReasonCode.SUCCESS, client.next(Packet.Connack.class).reasonCode());
        return client;
    }

    private TestClient administrator() throws IOException {
        return administrator(port);
    }

    private static TestClient administrator(int port) throws IOException {
        TestClient admin = client(port, "admin", "administrator");
        admin.send(TestClient.subscribe("$CONTROL/#", QoS.AT_MOST_ONCE));
        admin.next(Packet.Suback.class);
        return admin;
    }

    private static void send(TestClient client, String topic, String text) throws IOException {
        client.send(
                TestClient.publish(
                        topic, QoS.AT_MOST_ONCE, 0, text.getBytes(StandardCharsets.UTF_8)));
    }

    /// The answer to commands, at the topic of the command.
    private static String answer(TestClient client, String topic, String commands)
            throws IOException {
        send(client, topic, "{\"commands\":[" + commands + "]}");
        Packet.Publish answer = client.next(Packet.Publish.class);
        assertEquals(topic + "/response", String.valueOf(answer.topic()));
        return new String(answer.payload(), StandardCharsets.UTF_8).replace(" ", "");
    }

    @Test
    void commandsAreAnsweredAndChangeWhoMayConnect() throws Exception {
        try (TestClient admin = administrator()) {
            String made =
                    answer(
                            admin,
                            SECURITY,
                            "{\"command\":\"createClient\",\"username\":\"ann\",\"password\":\"p\","
                                    + "\"correlationData\":\"7\"}");
            assertTrue(made.contains("\"correlationData\":\"7\""), made);
            try (TestClient ann = client("ann", "p")) {
                String disabled =
                        answer(
                                admin,
                                SECURITY,
                                "{\"command\":\"disableClient\",\"username\":\"ann\"}");
                assertTrue(!disabled.contains("error"), disabled);
                assertEquals(
                        ReasonCode.ADMINISTRATIVE_ACTION,
                        ann.next(Packet.Disconnect.class).reasonCode());
            }
        }
    }

    @Test
    void theBrokerSaysWhatItListensTo() throws Exception {
        try (TestClient admin = administrator()) {
            String listeners = answer(admin, BROKER, "{\"command\":\"listListeners\"}");
            assertTrue(listeners.contains("\"port\":" + port), listeners);
            String plugins = answer(admin, BROKER, "{\"command\":\"listPlugins\"}");
            assertTrue(plugins.contains("dynamic-security"), plugins);
            String none = answer(admin, BROKER, "{\"command\":\"reboot\"}");
            assertTrue(none.contains("Unknowncommand"), none);
        }
    }

    @Test
    void whatIsNoCommandIsAnsweredAsAnError() throws Exception {
        try (TestClient admin = administrator()) {
            send(admin, SECURITY, "no JSON");
            Packet.Publish answer = admin.next(Packet.Publish.class);
            assertTrue(
                    new String(answer.payload(), StandardCharsets.UTF_8).contains("error"),
                    answer::toString);
            String elsewhere = answer(admin, "$CONTROL/other", "");
            assertEquals("{\"error\":\"endpointnotavailable\"}", elsewhere);
        }
    }

    /// Not as if there were no connections.
    @Test
    void whatALoopDoesNotAnswerIsAnError(@TempDir Path another) throws Exception {
        int itsPort = ReloadingTest.freePort();
        int slot = Slots.slotOf("client of admin") == 0 ? 1 : 0;
        BrokerOptions options =
                BrokerOptions.ofFile(configuration(another, itsPort), EventLog.SILENT)
                        .with(o -> o.loops(2).slots(Slots.onOneShard().with(slot, 1)));
        CountDownLatch goesOn = new CountDownLatch(1);
        try (Broker two = Broker.start(options);
                TestClient admin = administrator(itsPort)) {
            two.loops()
                    .get(1)
                    .execute(() -> {
                        try {
                            assertTrue(goesOn.await(30, TimeUnit.SECONDS));
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    });
            String command = "{\"command\":\"getClient\",\"username\":\"admin\"}";
            String silent = answer(admin, SECURITY, command);
            assertTrue(silent.contains("\"error\":\"Aneventloophasnotanswered"), silent);
            goesOn.countDown();
            String connections = answer(admin, SECURITY, command);
            assertTrue(connections.contains("\"address\":\"127.0.0.1\""), connections);
        }
    }

    /// Who changes his own rights still gets his answer.
    @Test
    void aSenderWhoEndsHimselfIsAnsweredFirst() throws Exception {
        try (TestClient admin = administrator()) {
            String answer =
                    answer(
                            admin,
                            SECURITY,
                            "{\"command\":\"setClientPassword\",\"username\":\"admin\","
                                    + "\"password\":\"another-password\"}");
            assertTrue(!answer.contains("error"), answer);
            assertEquals(
                    ReasonCode.ADMINISTRATIVE_ACTION,
                    admin.next(Packet.Disconnect.class).reasonCode());
        }
    }
}
