package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hawkermq.protocol.AcknowledgementRun;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketType;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.PublishTemplates;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// What `log_type debug` shows of a connection.
final class DebugLinesTest {
    private final List<String> lines = new ArrayList<>();
    private final Shard shard = shard();
    private int clients;

    private Shard shard() {
        Shard made =
                new Shard(
                        0,
                        1,
                        Limits.DEFAULT,
                        AccessControl.anonymous(),
                        new OneLevelLog(LogLevel.DEBUG, lines::add),
                        (_, _, _) -> {},
                        Store.NONE,
                        new SplittableRandom(1));
        made.slots(Slots.over(1));
        made.advance(1_700_000_000_000L);
        return made;
    }

    /// Takes everything and has no use for it.
    private static final class Deaf implements NoNetwork {
        @Override
        public boolean send(Packet packet) {
            return true;
        }

        @Override
        public boolean publish(PublishTemplates.Template template, int packetId) {
            return true;
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public void close() {}
    }

    private Connection connect(String clientId, boolean cleanStart) {
        Connection connection = new Connection(shard, new Deaf(), "address " + ++clients);
        Packet.Connect connect =
                new Packet.Connect(
                        ProtocolVersion.MQTT_3_1_1,
                        false,
                        cleanStart,
                        60,
                        clientId,
                        null,
                        null,
                        null,
                        Properties.NONE);
        connection.claim(connect);
        connection.onPacket(connect);
        return connection;
    }

    private List<String> taken() {
        shard.endTurn();
        List<String> now = List.copyOf(lines);
        lines.clear();
        return now;
    }

    @Test
    void eachPacketHasALineInEitherDirection() {
        Connection c = connect("c", true);
        assertEquals(List.of("Sending CONNACK to c (0, 0)"), taken());
        c.onPacket(
                new Packet.Subscribe(
                        1,
                        List.of(
                                new Packet.Subscribe.Entry(
                                        TopicFilter.of("a/#"),
                                        SubscriptionOptions.of(QoS.AT_LEAST_ONCE)),
                                new Packet.Subscribe.Entry(
                                        TopicFilter.of("b"),
                                        SubscriptionOptions.of(QoS.EXACTLY_ONCE))),
                        Properties.NONE));
        assertEquals(
                List.of(
                        "Received SUBSCRIBE from c",
                        "\ta/# (QoS 1)",
                        "\tb (QoS 2)",
                        "Sending SUBACK to c"),
                taken());
        c.onPacket(new Packet.Unsubscribe(2, List.of(TopicFilter.of("b")), Properties.NONE));
        assertEquals(
                List.of("Received UNSUBSCRIBE from c", "\tb", "Sending UNSUBACK to c"), taken());
        c.onPacket(new Packet.Pingreq());
        assertEquals(List.of("Received PINGREQ from c", "Sending PINGRESP to c"), taken());
        c.onPacket(publish(QoS.EXACTLY_ONCE, 7));
        c.onPacket(new Packet.Pubrel(7, ReasonCode.SUCCESS, Properties.NONE));
        assertEquals(
                List.of(
                        "Received PUBLISH from c (d0, q2, r1, m7, 'a/x', ... (3 bytes))",
                        "Sending PUBREC to c (m7, rc0)",
                        "Received PUBREL from c (Mid: 7)",
                        "Sending PUBCOMP to c (m7)"),
                taken().stream().filter(l -> !l.startsWith("Sending PUBLISH")).toList());
        c.onPacket(AcknowledgementRun.packet(PacketType.PUBACK, 1));
        assertEquals(List.of("Received PUBACK from c (Mid: 1, RC:0)"), taken());
        c.onPacket(new Packet.Disconnect(ReasonCode.SUCCESS, Properties.NONE));
        assertEquals(List.of("Received DISCONNECT from c"), taken());
    }

    @Test
    void whatIsSentAgainIsSeenToBe() {
        Connection c = connect("c", false);
        c.onPacket(
                new Packet.Subscribe(
                        1,
                        List.of(
                                new Packet.Subscribe.Entry(
                                        TopicFilter.of("a/#"),
                                        SubscriptionOptions.of(QoS.AT_LEAST_ONCE))),
                        Properties.NONE));
        c.onPacket(publish(QoS.AT_MOST_ONCE, 0));
        c.onPacket(publish(QoS.AT_LEAST_ONCE, 2));
        taken();
        c.onClosed("the network broke");
        connect("c", false);
        assertEquals(
                List.of(
                        "Sending CONNACK to c (1, 0)",
                        "Sending PUBLISH to c (d1, q1, r0, m1, 'a/x', ... (3 bytes))"),
                taken());
    }

    private static Packet.Publish publish(QoS qos, int packetId) {
        return new Packet.Publish(
                false, qos, true, TopicName.of("a/x"), packetId, Properties.NONE, new byte[3]);
    }

    @Test
    void aRefusalHasTheReturnCodeOfItsVersion() {
        connect("", false);
        assertEquals(List.of("Sending CONNACK to  (0, 2)"), taken());
    }
}
