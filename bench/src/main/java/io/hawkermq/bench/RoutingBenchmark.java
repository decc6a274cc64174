package io.hawkermq.bench;

import io.hawkermq.core.AccessControl;
import io.hawkermq.core.Connection;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.Limits;
import io.hawkermq.core.Outbox;
import io.hawkermq.core.Shard;
import io.hawkermq.core.Store;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.PublishRun;
import io.hawkermq.protocol.PublishTemplates;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Stops 3 to 7 of a PUBLISH at QoS 0: from the packet to the encoded bytes of each subscriber,
/// without network.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RoutingBenchmark {
    @Param({"1", "100"})
    public int subscribers = 1;

    /// Topics published to in turn: all cached, or more than the cache of routes holds.
    @Param({"1", "100000"})
    public int topics = 1;

    private final Shard shard =
            new Shard(
                    0,
                    1,
                    Limits.DEFAULT,
                    AccessControl.anonymous(),
                    EventLog.SILENT,
                    (from, to, batch) -> {},
                    Store.NONE,
                    new SplittableRandom(1));
    private final Sink sink = new Sink();
    private Connection publisher = connect("publisher");
    private Packet[] packets = new Packet[0];
    private int next;

    /// Takes the bytes as a connection's outbound buffer does.
    private static final class Sink implements Outbox {
        private final byte[] buffer = new byte[1 << 16];

        @Override
        public void negotiated(ProtocolVersion version, long maximumPacketSize) {}

        @Override
        public boolean send(Packet packet) {
            return true;
        }

        @Override
        public boolean publish(PublishTemplates.Template template, int packetId) {
            int head = template.headLength();
            byte[] payload = template.separatePayload();
            System.arraycopy(template.head(), 0, buffer, 0, head);
            System.arraycopy(payload, 0, buffer, head, payload.length);
            return true;
        }

        @Override
        public boolean relay(PublishRun run, int[] packetIds) {
            System.arraycopy(run.bytes(), run.from(), buffer, 0, run.length());
            return true;
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public void pauseReading() {}

        @Override
        public void resumeReading() {}

        @Override
        public void execute(Runnable answer) {
            answer.run();
        }

        @Override
        public void close() {}
    }

    private Connection connect(String clientId) {
        Connection connection = new Connection(shard, sink, "bench");
        connection.onPacket(
                new Packet.Connect(
                        ProtocolVersion.MQTT_3_1_1,
                        false,
                        true,
                        0,
                        clientId,
                        null,
                        null,
                        null,
                        Properties.NONE));
        return connection;
    }

    @Setup
    public void prepare() {
        shard.advance(1);
        publisher = connect("publisher");
        for (int i = 0; i < subscribers; i++) {
            connect("subscriber-" + i)
                    .onPacket(
                            new Packet.Subscribe(
                                    1,
                                    List.of(
                                            new Packet.Subscribe.Entry(
                                                    TopicFilter.of("site/+/state"),
                                                    SubscriptionOptions.of(QoS.AT_MOST_ONCE))),
                                    Properties.NONE));
        }
        packets = new Packet[topics];
        for (int i = 0; i < topics; i++) {
            packets[i] =
                    new Packet.Publish(
                            false,
                            QoS.AT_MOST_ONCE,
                            false,
                            TopicName.of("site/" + i + "/state"),
                            0,
                            Properties.NONE,
                            new byte[256]);
        }
    }

    @Benchmark
    public int publish() {
        next = next + 1 == packets.length ? 0 : next + 1;
        publisher.onPacket(packets[next]);
        return next;
    }
}
