package io.hawkermq.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ClientGroupTest {
    /// Platform threads; virtual ones are not listed.
    private static Set<Thread> threads() {
        Set<Thread> all = new HashSet<>(Thread.getAllStackTraces().keySet());
        all.removeIf(t -> !t.getName().startsWith("mqtt-"));
        return all;
    }

    @Test
    void theSharedThreadsEndWithTheLastClient() throws Exception {
        Set<Thread> before = threads();
        MqttClient one = MqttClient.builder().build();
        MqttClient two = MqttClient.builder().build();
        Set<Thread> begun = threads();
        begun.removeAll(before);
        assertTrue(!begun.isEmpty() && begun.size() <= 4, begun::toString);
        one.close();
        assertTrue(begun.iterator().next().isAlive());
        two.close();
        for (Thread t : begun) {
            assertTrue(t.join(Duration.ofSeconds(10)), t.getName());
        }
    }

    @Test
    void manyClientsShareOneThread() throws Exception {
        List<MqttClient> clients = new ArrayList<>();
        Set<Thread> before = threads();
        try (ScriptedServer server = new ScriptedServer();
                ClientGroup group = ClientGroup.create(1)) {
            List<ScriptedServer.Peer> peers = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                MqttClient client = MqttClient.builder().uri(server.uri()).group(group).build();
                clients.add(client);
                client.connectAsync();
            }
            for (int i = 0; i < 500; i++) {
                peers.add(server.accept(false));
            }
            Set<Thread> begun = threads();
            begun.removeAll(before);
            assertEquals(1, begun.size());
            clients.forEach(c -> c.close(Duration.ZERO));
            for (ScriptedServer.Peer peer : peers) {
                peer.close();
            }
        }
    }

    @Test
    void aClientThatConnectsWhenItsGroupIsClosedEnds() throws Exception {
        try (ScriptedServer server = new ScriptedServer()) {
            ClientGroup group = ClientGroup.create(1);
            MqttClient client =
                    MqttClient.builder()
                            .uri(server.uri().replace("mqtt:", "ws:"))
                            .group(group)
                            .connectTimeout(Duration.ofMinutes(5))
                            .build();
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            try (ScriptedServer.Peer peer = server.accept()) {
                // The attempt waits for the answer to its handshake.
                assertEquals('G', peer.socket.getInputStream().read());
                group.close();
                ExecutionException e =
                        assertThrows(
                                ExecutionException.class,
                                () -> connecting.get(10, TimeUnit.SECONDS));
                assertInstanceOf(ConnectionException.class, e.getCause());
                peer.socket.getInputStream().readAllBytes(); // to its end
            }
        }
    }

    @Test
    void aClientThatWaitsWhenItsGroupIsClosedEnds() throws Exception {
        try (ScriptedServer server = new ScriptedServer()) {
            States states = new States();
            ClientGroup group = ClientGroup.create(1);
            MqttClient client =
                    MqttClient.builder()
                            .uri(server.uri())
                            .group(group)
                            .onState(states)
                            .reconnect(Reconnect.between(Duration.ofHours(1), Duration.ofHours(2)))
                            .build();
            client.connectAsync();
            server.accept(false).close();
            states.await(State.Waiting.class);
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            client.metrics(); // the loop has got to it
            group.close();
            assertThrows(ExecutionException.class, () -> connecting.get(10, TimeUnit.SECONDS));
        }
    }

    /// However late a task comes, it is done.
    @Test
    void noTaskIsLostWhenALoopEnds() throws Exception {
        for (int i = 0; i < 200; i++) {
            Loop loop = Loop.start("mqtt-client-test");
            CompletableFuture<Void> first = new CompletableFuture<>();
            loop.execute(() -> first.complete(null));
            first.get(10, TimeUnit.SECONDS);
            loop.stop();
            while (!loop.awaitEnd(Duration.ZERO)) {
                CompletableFuture<Void> done = new CompletableFuture<>();
                loop.execute(() -> done.complete(null));
                done.get(10, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void aClientWhoseGroupIsClosedEnds() throws Exception {
        try (ScriptedServer server = new ScriptedServer()) {
            ClientGroup group = ClientGroup.create(1);
            MqttClient client = MqttClient.builder().uri(server.uri()).group(group).build();
            client.connectAsync();
            try (ScriptedServer.Peer peer = server.accept(false)) {
                group.close();
                assertInstanceOf(Ending.ByClient.class, client.awaitClosed());
                assertThrows(ConnectionException.class, () -> client.publish("a", "b"));
                assertEquals(-1, peer.socket.getInputStream().read());
                client.close();
            }
        }
    }
}
