package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.TestShards.TestClient;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What waits for a disk that takes nothing.
final class AwaitingTest {
    private final HeldStore store = new HeldStore();
    private final TestShards shards = new TestShards(1, store);

    @Test
    void aClientWhoseAnswersWaitIsRefusedWhenTheyAreTooMany() {
        TestClient client = shards.connectDurably("c", 0);
        allIsDurable();
        client.subscribe("t", QoS.AT_LEAST_ONCE);
        for (int i = 1; i < 65_535; i++) {
            client.publish("nobody", QoS.AT_LEAST_ONCE);
            client.forgetPacketIds();
        }
        assertFalse(client.isClosed);

        client.publish("nobody", QoS.AT_LEAST_ONCE);
        client.publish("nobody", QoS.AT_LEAST_ONCE);

        assertTrue(client.isClosed);
        assertEquals(0, client.subacks);
        Packet.Disconnect told = Objects.requireNonNull(client.last(Packet.Disconnect.class));
        assertEquals(ReasonCode.QUOTA_EXCEEDED, told.reasonCode());
    }

    @Test
    void soIsOneThatWasNotToldThatItIsConnected() {
        TestClient client = shards.connectDurably("c", 0);

        for (int i = 0; i < 70_000; i++) {
            client.connection.onPacket(new Packet.Pingreq());
        }

        assertTrue(client.isClosed);
        assertTrue(client.got.isEmpty());
        allIsDurable();
        assertTrue(client.got.isEmpty());
    }

    /// Who keeps the last value would be left with the older one.
    @Test
    void qos1DoesNotOvertakeQos2ThatWaits() {
        TestClient client = shards.connectDurably("c", 0);
        client.subscribe("t", QoS.EXACTLY_ONCE);
        TestClient publisher = shards.connect("p", 0);
        allIsDurable();

        publisher.publish("t", QoS.AT_LEAST_ONCE);
        assertEquals(1, client.published);
        publisher.publish("t", QoS.EXACTLY_ONCE);
        publisher.publish("t", QoS.AT_LEAST_ONCE);
        shards.settle();
        assertEquals(1, client.published);

        allIsDurable();
        assertEquals(3, client.published);
        publisher.publish("t", QoS.AT_LEAST_ONCE);
        assertEquals(4, client.published);
    }

    private void allIsDurable() {
        shards.settle();
        shards.get(0).onDurable(store.position);
        shards.settle();
    }
}
