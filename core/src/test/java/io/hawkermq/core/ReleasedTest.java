package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.TestShards.TestClient;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import org.junit.jupiter.api.Test;

/// What is stored of a QoS 2 delivery whose PUBREC has come.
final class ReleasedTest {
    private final HeldStore store = new HeldStore();
    private final TestShards shards = new TestShards(1, store);

    /// Or PUBREL would come after a restart for a delivery that both ends have done with.
    @Test
    void anErrorAfterPubrecEndsWhatIsStoredToo() {
        TestClient client = shards.connectDurably("c", 0);
        client.subscribe("t", QoS.EXACTLY_ONCE);
        allIsDurable();
        shards.get(0).publish(TestShards.message("t", QoS.EXACTLY_ONCE));
        allIsDurable();
        assertEquals(1, client.published);

        pubrec(client, ReasonCode.SUCCESS);
        allIsDurable();
        assertTrue(store.changes.getLast() instanceof StoreChange.ReleaseDelivery);
        pubrec(client, ReasonCode.UNSPECIFIED_ERROR);
        allIsDurable();

        assertEquals(new StoreChange.RemoveReleased(sessionNumber(), 1), store.changes.getLast());
    }

    private long sessionNumber() {
        return store.changes.stream()
                .filter(StoreChange.PutSession.class::isInstance)
                .map(StoreChange.PutSession.class::cast)
                .findFirst()
                .orElseThrow()
                .session()
                .number();
    }

    private static void pubrec(TestClient client, ReasonCode code) {
        client.connection.onPacket(new Packet.Pubrec(1, code, Properties.NONE));
    }

    private void allIsDurable() {
        shards.settle();
        shards.get(0).onDurable(store.position);
        shards.settle();
    }
}
