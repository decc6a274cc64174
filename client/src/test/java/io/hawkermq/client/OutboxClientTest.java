package io.hawkermq.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hawkermq.client.ScriptedServer.Peer;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An outbox that goes from client to client within one process.
@Timeout(60)
class OutboxClientTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private MqttClientBuilder builder(ScriptedServer server) {
        return MqttClient.builder()
                .uri(server.uri())
                .clientId("c")
                .resumeSession(Duration.ofHours(1))
                .outbox(Outbox.unforcedIn(folder));
    }

    private MqttClient client(ScriptedServer server, @Nullable ClientGroup group) {
        MqttClientBuilder builder = builder(server);
        return (group == null ? builder : builder.group(group)).build();
    }

    private void handOver(@Nullable ClientGroup group) throws Exception {
        try (ScriptedServer server = new ScriptedServer()) {
            try (MqttClient first = client(server, group)) {
                first.enqueue(Message.to("a").text("kept").qos(QoS.AT_LEAST_ONCE).build());
                ConnectionException e =
                        assertThrows(ConnectionException.class, () -> client(server, group));
                assertInstanceOf(Ending.OutboxFailed.class, e.ending());
            }
            try (MqttClient second = client(server, group)) {
                var unused = second.connectAsync();
                try (Peer peer = server.accept(false)) {
                    Packet.Publish p = peer.read(Packet.Publish.class);
                    assertEquals("kept", new String(p.payload(), StandardCharsets.UTF_8));
                }
                second.close(Duration.ZERO);
            }
        }
    }

    @Test
    void withoutAConnectionTheOutboxTakesNoMoreThanTheLimits() throws Exception {
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client = builder(server).publishLimits(2, 1 << 20).build()) {
            Message message = Message.to("a").qos(QoS.AT_LEAST_ONCE).build();
            client.enqueue(message);
            client.enqueue(message);
            assertThrows(LimitExceededException.class, () -> client.enqueue(message));
            var unused = client.connectAsync();
            try (Peer peer = server.accept(false)) {
                peer.read(Packet.Publish.class);
                peer.read(Packet.Publish.class);
            }
            client.close(Duration.ZERO);
        }
    }

    @Test
    void whatCannotBeWrittenFails() throws Exception {
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client = client(server, null)) {
            Message.Builder b = Message.to("a").qos(QoS.AT_LEAST_ONCE);
            b.properties().add(Property.CONTENT_TYPE, "\0");
            assertThrows(RefusedException.class, () -> client.enqueue(b.build()));
            assertEquals(0, client.metrics().unfinished());
        }
    }

    @Test
    void closingAClientLetsGoOfIt() throws Exception {
        handOver(null);
    }

    @Test
    void closingAClientOfAGroupLetsGoOfIt() throws Exception {
        try (ClientGroup group = ClientGroup.create(1)) {
            handOver(group);
        }
    }
}
