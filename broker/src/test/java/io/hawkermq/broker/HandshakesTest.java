package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.protocol.ProtocolVersion;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HandshakesTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;

    /// The client stands between the strangers in their order, settled already: closing the first
    /// stranger takes both out of it.
    @Test
    void theEndClosesStrangersBeforeAndBehindAClient() throws Exception {
        BrokerOptions options = BrokerOptions.local(0).with(o -> o.sysIntervalSeconds(0));
        try (Broker broker = Broker.start(options);
                TestClient first = new TestClient(broker.port(), V5)) {
            Loop loop = broker.loops().getFirst();
            awaitPending(loop, 1);
            try (TestClient client = TestClient.connected(broker.port(), V5, "client");
                    TestClient second = new TestClient(broker.port(), V5)) {
                awaitPending(loop, 2);
                loop.shutDown();
                assertEquals(0, pending(loop));
                assertTrue(first.isClosedByBroker());
                assertTrue(second.isClosedByBroker());
                client.next();
            }
        }
    }

    private static void awaitPending(Loop loop, int count) throws Exception {
        while (pending(loop) != count) {
            Thread.onSpinWait();
        }
    }

    private static int pending(Loop loop) throws Exception {
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        loop.execute(() -> answer.complete(loop.handshakes().pending()));
        return answer.get(20, TimeUnit.SECONDS);
    }
}
