package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.Message;
import io.hawkermq.core.Overview;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What somebody outside asks of a broker whose sessions are on two loops.
class OperatorTest {
    private static final int CLIENTS = 8; // on both loops, whatever their hashes

    private static <T> T answer(CompletableFuture<T> question) throws Exception {
        return question.get(20, TimeUnit.SECONDS);
    }

    private static Message retained(String topic) {
        return new Message(
                TopicName.of(topic),
                "x".getBytes(StandardCharsets.UTF_8),
                Properties.NONE,
                QoS.AT_LEAST_ONCE,
                true,
                Message.SERVER,
                Message.NEVER);
    }

    @Test
    void allLoopsAnswerAndObey() throws Exception {
        Queue<Message> published = new ConcurrentLinkedQueue<>();
        BrokerOptions options =
                BrokerOptions.local(0)
                        .with(o -> o.loops(2).sysIntervalSeconds(0).publications(published::add));
        try (Broker broker = Broker.start(options)) {
            Operator operator = broker.operator();
            List<String> names = IntStream.range(0, CLIENTS).mapToObj(i -> "client-" + i).toList();
            for (String name : names) {
                TestClient client =
                        TestClient.connected(broker.port(), ProtocolVersion.MQTT_5, name);
                client.send(TestClient.subscribe("to/" + name, QoS.AT_LEAST_ONCE));
                client.next(Packet.Suback.class);
                client.send(TestClient.publish("from", QoS.AT_LEAST_ONCE, 1, new byte[0]));
                client.next(Packet.Puback.class);
            }
            List<Overview.Client> clients = answer(operator.clients());
            assertEquals(names, clients.stream().map(Overview.Client::clientId).sorted().toList());
            assertTrue(clients.stream().allMatch(Overview.Client::isConnected));
            assertEquals(
                    names.stream().map(n -> "to/" + n).toList(),
                    answer(operator.subscriptions()).stream()
                            .map(s -> s.filter().toString())
                            .sorted()
                            .toList());
            assertEquals(names, published.stream().map(Message::publisher).sorted().toList());

            assertFalse(answer(operator.publish(retained("nobody"))));
            assertTrue(answer(operator.publish(retained("to/client-1"))));
            assertEquals(2, answer(operator.retained(TopicFilter.of("#"))).size());
            assertEquals(1, answer(operator.retained(TopicFilter.of("to/+"))).size());

            for (String name : names) {
                assertTrue(
                        answer(operator.disconnect(name, ReasonCode.ADMINISTRATIVE_ACTION, "go")));
                assertFalse(
                        answer(operator.disconnect(name, ReasonCode.ADMINISTRATIVE_ACTION, "go")));
            }
            assertEquals(List.of(), answer(operator.clients()));
        }
    }

    @Test
    void aBrokerThatIsClosedSaysNothing() throws Exception {
        Broker broker = Broker.start(BrokerOptions.local(0));
        Operator operator = broker.operator();
        broker.close();
        assertThrows(ExecutionException.class, () -> answer(operator.clients()));
    }

    @Test
    void listeningCanPauseAndGoesOnAtTheSamePort() throws Exception {
        try (Broker broker = Broker.start(BrokerOptions.local(0))) {
            int port = broker.port();
            try (TestClient stays = TestClient.connected(port, ProtocolVersion.MQTT_5, "stays")) {
                broker.pauseListening();
                assertThrows(
                        ConnectException.class, () -> new TestClient(port, ProtocolVersion.MQTT_5));
                stays.send(new Packet.Pingreq());
                stays.next(Packet.Pingresp.class);
                broker.resumeListening();
                assertEquals(port, broker.port());
                TestClient.connected(port, ProtocolVersion.MQTT_5, "comes").close();
            }
        }
    }
}
