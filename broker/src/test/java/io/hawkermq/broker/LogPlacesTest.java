package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hawkermq.core.LogLevel;
import io.hawkermq.core.Overview.Subscribed;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Where log lines go besides streams and files.
class LogPlacesTest {
    @Test
    void theSystemsLogGetsALineWithFacilityAndSeverity(@TempDir Path folder) throws Exception {
        assumeTrue(UnixDatagrams.isAvailable());
        String place = folder.resolve("log").toString();
        try (DatagramReceiver receiver = new DatagramReceiver(place);
                Syslog syslog = new Syslog(place, Syslog.LOCAL_0 + 2)) {
            syslog.write(LogLevel.WARNING, "text \u00e9");
            String line = receiver.next();
            long pid = ProcessHandle.current().pid();
            assertTrue(
                    line.matches(
                            "<148>[A-Z][a-z]{2} [ 123]\\d \\d\\d:\\d\\d:\\d\\d hawker\\["
                                    + pid
                                    + "]: text \u00e9"),
                    line);
        }
    }

    @Test
    void linesArePublishedAsMosquittoDoes() throws Exception {
        LogSettings settings =
                new LogSettings(
                        EnumSet.allOf(LogLevel.class),
                        LogTime.NONE,
                        false,
                        false,
                        List.of(),
                        OptionalInt.empty(),
                        true);
        LineLog log = LineLog.open(settings);
        try (Broker broker =
                        Broker.start(
                                BrokerOptions.local(0)
                                        .with(o -> o.sysIntervalSeconds(0).log(log)));
                TestClient client =
                        new TestClient(broker.port(), ProtocolVersion.MQTT_5).connected("c")) {
            client.send(TestClient.subscribe("$SYS/broker/log/#", QoS.EXACTLY_ONCE));
            client.next(Packet.Suback.class);
            log.publishBy(new LogTopics(broker));
            log.log(LogLevel.DEBUG, "not this");
            log.log(LogLevel.SUBSCRIBE, "c 2 t");
            Packet.Publish first = client.next(Packet.Publish.class);
            assertEquals("$SYS/broker/log/M/subscribe", String.valueOf(first.topic()));
            assertEquals("c 2 t", new String(first.payload(), StandardCharsets.UTF_8));
            assertEquals(QoS.EXACTLY_ONCE, first.qos());
            log.log(LogLevel.ERROR, "broken");
            Packet.Publish second = client.next(Packet.Publish.class);
            assertEquals("$SYS/broker/log/E", String.valueOf(second.topic()));
            assertEquals("Error: broken", new String(second.payload(), StandardCharsets.UTF_8));
        }
    }

    private static Subscribed subscribed(String clientId, String filter, QoS qos) {
        return new Subscribed(clientId, TopicFilter.of(filter), SubscriptionOptions.of(qos), 0);
    }

    @Test
    void theTreeHasALineForEachLevel() {
        assertEquals(
                List.of("a", " b (c1, 1) (c2, 0)", "  c (c1, 2)"),
                SubscriptionTree.lines(
                        List.of(
                                subscribed("c2", "a/b", QoS.AT_MOST_ONCE),
                                subscribed("c1", "a/b", QoS.AT_LEAST_ONCE),
                                subscribed("c1", "a/b/c", QoS.EXACTLY_ONCE))));
    }
}
