package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hawkermq.core.TestShards.TestClient;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// The Message Expiry Interval where the times of shards differ [MQTT-3.3.2-6].
final class ExpiryTest {
    private static final long MOST_SECONDS = 0xFFFF_FFFFL;

    private static Properties expiry(long seconds) {
        return Properties.of(Property.MESSAGE_EXPIRY_INTERVAL, seconds);
    }

    private static long expiry(TestClient of) {
        return Objects.requireNonNull(of.last(Packet.Publish.class))
                .properties()
                .number(Property.MESSAGE_EXPIRY_INTERVAL, -1);
    }

    @Test
    void theLongestCanBeForwardedByAShardWhoseClockIsBehind() {
        TestShards shards = new TestShards(2, Store.NONE);
        TestClient publisher = shards.connect("publisher", 0);
        TestClient subscriber = shards.connect("subscriber", 1);
        subscriber.subscribe("t", QoS.AT_MOST_ONCE);
        shards.settle();
        shards.get(0).advance(shards.get(0).now() + 5);

        publisher.publish("t", QoS.AT_MOST_ONCE, new byte[1], expiry(MOST_SECONDS));
        shards.settle();

        assertEquals(MOST_SECONDS, expiry(subscriber));
    }

    @Test
    void timeDoesNotGoBackForASessionThatMoves() {
        TestShards shards = new TestShards(2, Store.NONE);
        TestClient publisher = shards.connect("publisher", 0);
        TestClient subscriber = shards.connect("subscriber", 0);
        subscriber.subscribe("t", QoS.AT_LEAST_ONCE);
        shards.settle();
        shards.get(0).advance(shards.get(0).now() + 5);
        subscriber.isWritable = false;
        publisher.publish("t", QoS.AT_LEAST_ONCE, new byte[1], expiry(10));
        shards.get(0).postOutgoing();

        Slots after = shards.slots().with(Slots.slotOf(subscriber.connection.clientId()), 1);
        SlotMove.apply(shards.all(), shards.slots(), after);
        subscriber.isWritable = true;
        subscriber.connection.onWritable();
        shards.get(1).endTurn();

        assertEquals(10, expiry(subscriber));
    }
}
