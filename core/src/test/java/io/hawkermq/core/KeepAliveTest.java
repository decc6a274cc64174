package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.TestShards.TestClient;
import io.hawkermq.protocol.Packet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class KeepAliveTest {
    /// Answers when the test says so.
    private record Slow(AccessControl rest, List<Runnable> answers) implements DelegatingAccess {
        @Override
        public void connect(
                Packet.Connect connect,
                String clientId,
                String address,
                Consumer<Runnable> owner,
                Consumer<Decision> answer) {
            answers.add(() -> owner.accept(() -> answer.accept(new Decision.Allowed(null))));
        }
    }

    /// Nothing is read of a client that is decided on, so that it cannot be late [MQTT-3.1.2-22].
    @Test
    void theTimeThatALoginTakesDoesNotCount() {
        List<Runnable> answers = new ArrayList<>();
        TestShards shards =
                new TestShards(1, Store.NONE, new Slow(AccessControl.anonymous(), answers));
        TestClient client = shards.connectWithKeepAlive("c", 2);
        shards.advance(3_500);
        assertEquals(0, client.connacks);

        answers.getFirst().run();
        assertEquals(1, client.connacks);
        shards.advance(0);
        assertTrue(client.connection.isConnected());
        shards.advance(2_999);
        assertTrue(client.connection.isConnected());
        shards.advance(1);
        assertFalse(client.connection.isConnected());
    }
}
