package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.TestShards.TestClient;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What is told of why a store takes nothing new.
final class StoreRefusalTest {
    private final HeldStore store = new HeldStore();
    private final TestShards shards = new TestShards(1, store);
    private final Shard shard = shards.get(0);

    @ParameterizedTest
    @EnumSource(value = Store.State.class, names = "READY", mode = EnumSource.Mode.EXCLUDE)
    void aNewSessionIsToldTheCause(Store.State state) {
        shard.onStoreState(state);

        TestClient refused = shards.connectDurably("c", 0);

        Packet.Connack told = Objects.requireNonNull(refused.last(Packet.Connack.class));
        assertEquals(ReasonCode.QUOTA_EXCEEDED, told.reasonCode());
        assertEquals(
                "sessions cannot be stored now: " + state.trouble(),
                told.properties().text(Property.REASON_STRING));
    }

    /// Its session ends with its connection, so that it would get a new one.
    @Test
    void whoIsConnectedWithoutADurableSessionStaysWhenItIsRefusedOne() {
        TestClient connected = shards.resume("c", 0);
        shard.onStoreState(Store.State.FULL);

        TestClient refused = shards.resume("c", 3_600);

        Packet.Connack told = Objects.requireNonNull(refused.last(Packet.Connack.class));
        assertEquals(ReasonCode.QUOTA_EXCEEDED, told.reasonCode());
        assertTrue(connected.connection.isConnected());
    }

    @Test
    void whoHasADurableSessionGetsIt() {
        TestClient connected = shards.resume("c", 3_600);
        shards.settle();
        shard.onDurable(store.position);
        shard.onStoreState(Store.State.FULL);

        TestClient again = shards.resume("c", 3_600);

        assertFalse(connected.connection.isConnected());
        assertTrue(again.connection.isConnected());
    }

    @Test
    void droppedMessagesAreCountedByTheCause() {
        TestClient away = shards.connectDurably("away", 0);
        away.subscribe("t", QoS.AT_LEAST_ONCE);
        away.connection.onClosed("the network broke");
        TestClient publisher = shards.connect("publisher", 0);
        for (Store.State state : Store.State.values()) {
            shard.onStoreState(state);
            publisher.publish("t", QoS.AT_LEAST_ONCE);
            shards.settle();
        }

        long[] dropped = shard.counters().dropped;
        assertEquals(1, dropped[DropReason.STORE_FULL.ordinal()]);
        assertEquals(1, dropped[DropReason.STORE_SLOW.ordinal()]);
        assertEquals(2, dropped[DropReason.STORE_FAILED.ordinal()]);
    }
}
