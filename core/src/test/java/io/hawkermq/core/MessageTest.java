package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.TestShards.TestClient;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import org.junit.jupiter.api.Test;

class MessageTest {
    /// What a client can put into one packet beside its payload.
    private static final int PAIRS = 15;

    private static final int TEXT = 65_535;

    private static Message withProperties() {
        Properties.Builder properties = Properties.builder();
        for (int i = 0; i < PAIRS; i++) {
            properties.user("n".repeat(TEXT), "v".repeat(TEXT));
        }
        return new Message(
                TopicName.of("t"),
                new byte[1],
                properties.build(),
                QoS.AT_LEAST_ONCE,
                false,
                Message.SERVER,
                Message.NEVER);
    }

    @Test
    void propertiesAreChargedWithWhatTheyHold() {
        assertEquals(64 + 1 + 1 + PAIRS * (64 + 2 * TEXT), withProperties().bytes());
        assertEquals(64 + 1 + 1, TestShards.message("t", QoS.AT_MOST_ONCE).bytes());
    }

    @Test
    void whatWaitsForAnAbsentClientIsLimitedHoweverItIsPacked() {
        int most = 100_000_000;
        TestShards shards =
                new TestShards(1, Limits.DEFAULT.with(l -> l.maximumOfflineBytes(most)));
        TestClient client = shards.resume("c", 3_600);
        client.subscribe("t", QoS.AT_LEAST_ONCE);
        client.drops();
        Message message = withProperties();
        for (int i = 0; i < 1_000; i++) {
            shards.get(0).publish(message);
            shards.settle();
        }
        Counters counters = shards.get(0).counters();
        assertEquals(most / message.bytes(), counters.queuedMessages);
        assertTrue(counters.queuedBytes <= most);
        assertEquals(
                1_000 - most / message.bytes(),
                counters.dropped[DropReason.OFFLINE_BUDGET.ordinal()]);
        shards.resume("c", 3_600);
        shards.settle();
        shards.advance(1);
        assertEquals(most / message.bytes() - 20, counters.queuedMessages);
        shards.get(0).end(client.session());
        assertEquals(0, counters.queuedBytes);
    }
}
