package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.Counters;
import io.hawkermq.core.DropReason;
import io.hawkermq.protocol.PacketType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SysTopicsTest {
    private final SysTopics topics = new SysTopics();
    private final Counters counters = new Counters();
    private long uptime;

    private Map<String, String> update(double seconds) {
        uptime += (long) seconds;
        Map<String, String> texts = new HashMap<>();
        for (SysTopics.Update u :
                topics.update(
                        counters,
                        new SysTopics.Figures(uptime, 1_000, 2_000, 1, Map.of("commits", 7L)),
                        seconds)) {
            assertNull(texts.put(u.topic(), u.text()), u.topic() + " is given twice");
        }
        return texts;
    }

    @Test
    void firstUpdateGivesEveryTopicInMosquittosTexts() {
        counters.sessions = 5;
        counters.connected = 3;
        counters.retained = 2;
        counters.queuedMessages = 4;
        counters.socketsAccepted = 9;
        Map<String, String> first = update(0);
        assertEquals("mosquitto version 2.1.2", first.get("$SYS/broker/version"));
        assertEquals("0 seconds", first.get("$SYS/broker/uptime"));
        assertEquals("5", first.get("$SYS/broker/clients/total"));
        assertEquals("5", first.get("$SYS/broker/clients/maximum"));
        for (String alias : List.of("connected", "active")) {
            assertEquals("3", first.get("$SYS/broker/clients/" + alias));
        }
        for (String alias : List.of("disconnected", "inactive")) {
            assertEquals("2", first.get("$SYS/broker/clients/" + alias));
        }
        assertEquals("2", first.get("$SYS/broker/retained messages/count"));
        assertEquals("6", first.get("$SYS/broker/messages/stored"));
        assertEquals("6", first.get("$SYS/broker/store/messages/count"));
        assertEquals("1000", first.get("$SYS/broker/heap/current"));
        assertEquals("2000", first.get("$SYS/broker/heap/maximum"));
        assertEquals("9", first.get("$SYS/broker/connections/socket/count"));
        assertEquals("0", first.get("$SYS/broker/mqtt/connect/received"));
        assertEquals("1", first.get("$SYS/broker/hawker/loops"));
        assertEquals("7", first.get("$SYS/broker/hawker/store/commits"));
        assertTrue(
                String.valueOf(first.get("$SYS/broker/hawker/version"))
                        .startsWith("hawker version "));
        for (DropReason reason : DropReason.values()) {
            assertEquals("0", first.get("$SYS/broker/hawker/dropped/" + reason.topicLevel()));
        }
        long loads = first.keySet().stream().filter(t -> t.contains("/load/")).count();
        assertEquals(27, loads);
        first.forEach((topic, text) -> {
            if (topic.contains("/load/")) {
                assertEquals("0.00", text, topic);
            }
        });
    }

    @Test
    void laterUpdatesGiveOnlyWhatChanged() {
        update(0);
        assertEquals(Map.of("$SYS/broker/uptime", "10 seconds"), update(10));
        counters.connected = 1;
        counters.sessions = 1;
        Map<String, String> next = update(10);
        assertEquals("1", next.get("$SYS/broker/clients/connected"));
        assertEquals("1", next.get("$SYS/broker/clients/total"));
        assertEquals("1", next.get("$SYS/broker/clients/maximum"));
        assertFalse(next.containsKey("$SYS/broker/clients/disconnected"));
    }

    @Test
    void maximumNeverFalls() {
        counters.sessions = 3;
        update(0);
        counters.sessions = 1;
        assertFalse(update(10).containsKey("$SYS/broker/clients/maximum"));
        counters.sessions = 4;
        assertEquals("4", update(10).get("$SYS/broker/clients/maximum"));
    }

    /// 100 messages in 10 s are 600 a minute; of a new rate a 1 minute average takes 1 - e^(-1/6)
    /// in 10 s, a 5 minutes average 1 - e^(-1/30), a 15 minutes average 1 - e^(-1/90).
    @Test
    void loadsAreRatesPerMinuteWithExponentialDecay() {
        update(0);
        counters.received[PacketType.PUBLISH.value()] = 100;
        Map<String, String> after = update(10);
        assertEquals("92.11", after.get("$SYS/broker/load/publish/received/1min"));
        assertEquals("19.67", after.get("$SYS/broker/load/publish/received/5min"));
        assertEquals("6.63", after.get("$SYS/broker/load/publish/received/15min"));
        assertEquals("92.11", after.get("$SYS/broker/load/messages/received/1min"));
        assertFalse(after.containsKey("$SYS/broker/load/publish/sent/1min"));
        // Nothing more comes: the average falls by e^(-1/6) every 10 s.
        assertEquals("77.97", update(10).get("$SYS/broker/load/publish/received/1min"));
        assertEquals("66.00", update(10).get("$SYS/broker/load/publish/received/1min"));
    }

    @Test
    void loadIsSilentBelowAHundredth() {
        update(0);
        counters.bytesReceived = 1;
        update(10);
        boolean isGone = false;
        for (int i = 0; i < 200 && !isGone; i++) {
            isGone = !update(10).containsKey("$SYS/broker/load/bytes/received/1min");
        }
        assertTrue(isGone, "the average of a single byte is published for ever");
    }

    @Test
    void dropsByReason() {
        update(0);
        counters.count(DropReason.QUEUE_COUNT);
        counters.count(DropReason.EXPIRED);
        Map<String, String> next = update(10);
        assertEquals("1", next.get("$SYS/broker/hawker/dropped/queue-count"));
        assertEquals("1", next.get("$SYS/broker/hawker/dropped/expired"));
        assertEquals("2", next.get("$SYS/broker/publish/messages/dropped"));
        assertEquals("2", next.get("$SYS/broker/mqtt/publish/dropped"));
    }
}
