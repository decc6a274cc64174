package io.hawkermq.bench;

import io.hawkermq.protocol.ByteWriter;
import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketDecoder;
import io.hawkermq.protocol.PacketEncoder;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.protocol.TopicNames;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/// What it costs to read and to write one PUBLISH of 256 bytes, a read buffer full at a time.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CodecBenchmark {
    private static final int PACKETS = 200;

    @Param({"MQTT_3_1_1", "MQTT_5"})
    public ProtocolVersion version = ProtocolVersion.MQTT_5;

    @Param({"AT_MOST_ONCE", "AT_LEAST_ONCE"})
    public QoS qos = QoS.AT_MOST_ONCE;

    private final ByteWriter writer = new ByteWriter(1 << 16, 1 << 20);
    private byte[] encoded = new byte[0];
    private PacketDecoder decoder =
            PacketDecoder.forClient(new TopicNames(), ProtocolVersion.MQTT_5, 1 << 20);
    private Packet publish = new Packet.Pingreq();

    @Setup
    public void prepare() throws MalformedPacketException {
        decoder = PacketDecoder.forClient(new TopicNames(), version, 1 << 20);
        acceptConnection();
        publish =
                new Packet.Publish(
                        false,
                        qos,
                        false,
                        TopicName.of("site/12/device/34567/state"),
                        qos == QoS.AT_MOST_ONCE ? 0 : 1,
                        Properties.NONE,
                        new byte[256]);
        for (int i = 0; i < PACKETS; i++) {
            PacketEncoder.encode(publish, version, Long.MAX_VALUE, writer);
        }
        encoded = java.util.Arrays.copyOf(writer.array(), writer.length());
    }

    /// Nothing else may come before CONNACK.
    private void acceptConnection() throws MalformedPacketException {
        Packet connack = new Packet.Connack(false, ReasonCode.SUCCESS, Properties.NONE);
        PacketEncoder.encode(connack, version, Long.MAX_VALUE, writer);
        decoder.feed(writer.array(), 0, writer.length());
        decoder.next();
        decoder.stash();
        writer.reset();
    }

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public void decode(Blackhole hole) throws MalformedPacketException {
        decoder.feed(encoded, 0, encoded.length);
        for (Packet p = decoder.next(); p != null; p = decoder.next()) {
            hole.consume(p);
        }
        decoder.stash();
    }

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public int encode() {
        writer.reset();
        for (int i = 0; i < PACKETS; i++) {
            PacketEncoder.encode(publish, version, Long.MAX_VALUE, writer);
        }
        return writer.length();
    }
}
