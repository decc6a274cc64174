package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Which retained messages of the server's own outlive the process.
final class StoredRetainedTest {
    private static List<Class<?>> stored(String topic, String text) {
        HeldStore store = new HeldStore();
        Shard shard = new TestShards(1, store).get(0);
        shard.publish(
                new Message(
                        TopicName.of(topic),
                        text.getBytes(StandardCharsets.UTF_8),
                        Properties.NONE,
                        QoS.AT_LEAST_ONCE,
                        true,
                        Message.SERVER,
                        Message.NEVER));
        shard.endTurn();
        return store.changes.stream().<Class<?>>map(Object::getClass).toList();
    }

    @Test
    void whatAnOperatorRetainsIsStoredAndSoIsItsRemoval() {
        assertEquals(List.of(StoreChange.PutRetained.class), stored("a/b", "text"));
        assertEquals(List.of(StoreChange.RemoveRetained.class), stored("a/b", ""));
    }

    @Test
    void aBirthCertificateIsStored() {
        assertEquals(
                List.of(StoreChange.PutRetained.class),
                stored("$sparkplug/certificates/spBv1.0/g/NBIRTH/n", "birth"));
    }

    @Test
    void whatTheServerSaysOfItselfIsNotButMayBeRemovedIfAClientSaidIt() {
        assertEquals(List.of(), stored("$SYS/broker/uptime", "5 seconds"));
        assertEquals(
                List.of(StoreChange.RemoveRetained.class),
                stored("$SYS/broker/connection/bridge/state", ""));
    }
}
