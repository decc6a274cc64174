package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.AccessControl;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.ReasonCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Clients whose listener a reload removes before they have been let in: what would decide on them is
/// out of reach of all later reloads.
@Timeout(60)
class RemovedListenerTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;
    private static final String METHOD = "two steps";
    private static final int CLIENTS = 8; // on both loops, whatever their hashes
    private static final String CLOSED = "the listener it came through is closed";

    /// Lets in whoever has the method with its second step, others when the test says so.
    private record Slowly(BlockingQueue<Runnable> answers) implements LateAccess {
        @Override
        public @Nullable Exchange begin(String method, String clientId, String address) {
            return data ->
                    data == null
                            ? new Step.Challenge(new byte[1])
                            : new Step.Success(null, clientId);
        }
    }

    private final LogLines log = new LogLines();
    private final Slowly slowly = new Slowly(new LinkedBlockingQueue<>());
    private final Listener stays = Listener.loopback(0);
    private final List<TestClient> clients = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (TestClient client : clients) {
            client.close();
        }
    }

    private Broker start(int loops, AccessControl access) throws StartException {
        return Broker.start(
                BrokerOptions.local(0)
                        .with(o ->
                                o.loops(loops)
                                        .sysIntervalSeconds(0)
                                        .log(log)
                                        .access(access)
                                        .listeners(List.of(stays, Listener.loopback(0)))));
    }

    private void removeSecondListener(Broker broker) throws StartException {
        BrokerOptions one = broker.options().with(o -> o.listeners(List.of(stays)));
        broker.change(one, broker.prepare(one));
    }

    private static void awaitOpen(Broker broker, int count) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (broker.connections().open() < count) {
            assertTrue(System.nanoTime() < end, "not accepted");
            Thread.onSpinWait();
        }
    }

    private static Packet.Connect connect(String clientId, Properties properties) {
        return new Packet.Connect(V5, false, true, 60, clientId, null, null, null, properties);
    }

    private static Properties.Builder method() {
        return Properties.builder().add(Property.AUTHENTICATION_METHOD, METHOD);
    }

    /// Nor with a second CONNECT, if the first was not.
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whoHasSentNothingYetIsNotLetIn(int loops) throws Exception {
        try (Broker broker = start(loops, AccessControl.anonymous())) {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(new TestClient(broker.port(1), V5));
            }
            awaitOpen(broker, CLIENTS);
            removeSecondListener(broker);
            for (int i = 0; i < CLIENTS; i++) {
                Packet connect = TestClient.connect(V5, "client" + i);
                clients.get(i).send(connect, connect);
                assertTrue(clients.get(i).isClosedByBroker());
            }
            TestClient.connected(broker.port(), V5, "another").close();
        }
        assertEquals(CLIENTS, log.count(CLOSED));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whoIsDecidedOnMeanwhileIsNotLetIn(int loops) throws Exception {
        try (Broker broker = start(loops, slowly)) {
            for (int i = 0; i < CLIENTS; i++) {
                TestClient client = new TestClient(broker.port(1), V5);
                clients.add(client);
                client.send(TestClient.connect(V5, "client" + i));
            }
            List<Runnable> answers = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                answers.add(
                        Objects.requireNonNull(slowly.answers.poll(20, TimeUnit.SECONDS), "asked"));
            }
            removeSecondListener(broker);
            answers.forEach(Runnable::run);
            for (TestClient client : clients) {
                assertTrue(client.isClosedByBroker());
            }
        }
        assertEquals(CLIENTS, log.count(CLOSED));
    }

    @Test
    void whoAuthenticatesStepByStepIsNotLetIn() throws Exception {
        try (Broker broker = start(2, slowly)) {
            for (int i = 0; i < CLIENTS; i++) {
                TestClient client = new TestClient(broker.port(1), V5);
                clients.add(client);
                client.send(connect("client" + i, method().build()));
                client.next(Packet.Auth.class);
            }
            removeSecondListener(broker);
            for (TestClient client : clients) {
                client.send(
                        new Packet.Auth(
                                ReasonCode.CONTINUE_AUTHENTICATION,
                                method().add(Property.AUTHENTICATION_DATA, new byte[1]).build()));
                assertTrue(client.isClosedByBroker());
            }
        }
        assertEquals(CLIENTS, log.count(CLOSED));
    }
}
