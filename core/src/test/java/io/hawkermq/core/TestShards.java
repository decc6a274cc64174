package io.hawkermq.core;

import io.hawkermq.protocol.ByteWriter;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketEncoder;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.PublishTemplates;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.RetainHandling;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Some shards whose insides a test looks at, with clients that are no more than an [Outbox] and can
/// break. Packets are objects here, and encoded only to see that they can be.
final class TestShards {
    private record Batch(int from, int to, List<ShardMessage> messages) {}

    private final List<Shard> shards = new ArrayList<>();
    private final Slots slots;
    private final Deque<Batch> mailbox = new ArrayDeque<>();
    final List<String> errors = new ArrayList<>();

    /// What is called when a batch is posted.
    Runnable onPosted = () -> {};

    TestShards(int count, Store store) {
        this(count, store, AccessControl.anonymous());
    }

    TestShards(int count, Store store, AccessControl access) {
        slots = Slots.over(count);
        for (int i = 0; i < count; i++) {
            shards.add(
                    new Shard(
                            i,
                            count,
                            Limits.DEFAULT,
                            access,
                            new Log(),
                            this::post,
                            store,
                            new SplittableRandom(i)));
        }
        shards.forEach(s -> s.slots(slots));
        shards.forEach(s -> s.advance(1_000_000));
    }

    private void post(int from, int to, List<ShardMessage> batch) {
        mailbox.add(new Batch(from, to, batch));
        onPosted.run();
    }

    List<Shard> all() {
        return shards;
    }

    Slots slots() {
        return slots;
    }

    Shard get(int shard) {
        return shards.get(shard);
    }

    /// Runs turns until nothing is left to be done.
    void settle() {
        boolean more = true;
        while (more) {
            more = false;
            for (Shard s : shards) {
                more |= s.endTurn();
            }
            for (Batch b = mailbox.poll(); b != null; b = mailbox.poll()) {
                shards.get(b.to()).receive(b.from(), b.messages());
                more = true;
            }
        }
    }

    /// With properties of CONNECT.
    TestClient connect(String name, Properties properties) {
        return new TestClient(name, 0, properties);
    }

    TestClient connect(String name, int shard) {
        return new TestClient(name, shard, Properties.NONE);
    }

    TestClient connectDurably(String name, int shard) {
        return new TestClient(name, shard, Properties.of(Property.SESSION_EXPIRY_INTERVAL, 3_600));
    }

    private final class Log implements EventLog {
        @Override
        public boolean isEnabled(LogLevel level) {
            return level == LogLevel.ERROR;
        }

        @Override
        public void log(LogLevel level, String text) {
            if (level == LogLevel.ERROR) {
                errors.add(text);
            }
        }
    }

    /// A client of 5.0 whose session belongs to a given shard.
    final class TestClient implements NoNetwork {
        final Connection connection;
        final List<Packet> got = new ArrayList<>();
        boolean isBroken;
        boolean isWritable = true;
        boolean isClosed;
        int published;
        int connacks;
        int subacks;
        private final ByteWriter out = new ByteWriter(64, 1 << 20);
        private int lastPacketId;

        /// @param name becomes the Client Identifier, with a number behind it if the shard is
        ///     another one's
        TestClient(String name, int shard, Properties properties) {
            String clientId = name;
            for (int i = 1; slots.shardOf(clientId) != shard; i++) {
                clientId = name + i;
            }
            connection = new Connection(shards.get(shard), this, "test");
            Packet.Connect connect =
                    new Packet.Connect(
                            ProtocolVersion.MQTT_5,
                            false,
                            true,
                            0,
                            clientId,
                            null,
                            null,
                            null,
                            properties);
            connection.claim(connect);
            connection.onPacket(connect);
        }

        /// The next packet has the first Packet Identifier.
        void forgetPacketIds() {
            lastPacketId = 0;
        }

        void subscribe(String filter, QoS qos) {
            subscribe(TopicFilter.of(filter), qos);
        }

        void subscribe(TopicFilter filter, QoS qos) {
            SubscriptionOptions options =
                    new SubscriptionOptions(qos, false, false, RetainHandling.SEND);
            connection.onPacket(
                    new Packet.Subscribe(
                            ++lastPacketId,
                            List.of(new Packet.Subscribe.Entry(filter, options)),
                            Properties.NONE));
        }

        void publish(String topic, QoS qos) {
            publish(topic, qos, new byte[1]);
        }

        void publish(String topic, QoS qos, byte[] payload) {
            publish(topic, qos, payload, Properties.NONE);
        }

        void publish(String topic, QoS qos, byte[] payload, Properties properties) {
            connection.onPacket(
                    new Packet.Publish(
                            false,
                            qos,
                            false,
                            TopicName.of(topic),
                            qos == QoS.AT_MOST_ONCE ? 0 : ++lastPacketId,
                            properties,
                            payload));
        }

        void puback(int packetId) {
            connection.onPacket(new Packet.Puback(packetId, ReasonCode.SUCCESS, Properties.NONE));
        }

        /// The last packet of a type that came, or null.
        <P extends Packet> @Nullable P last(Class<P> type) {
            return got.stream().filter(type::isInstance).map(type::cast).reduce(null, (a, b) -> b);
        }

        private void breakIfBroken() {
            if (isBroken) {
                throw new IllegalStateException("it is broken");
            }
        }

        @Override
        public boolean send(Packet packet) {
            breakIfBroken();
            out.reset();
            PacketEncoder.encode(packet, ProtocolVersion.MQTT_5, Long.MAX_VALUE, out);
            got.add(packet);
            switch (packet) {
                case Packet.Connack _ -> connacks++;
                case Packet.Suback _ -> subacks++;
                case Packet.Publish _ -> published++;
                default -> {}
            }
            return true;
        }

        @Override
        public boolean publish(PublishTemplates.Template template, int packetId) {
            breakIfBroken();
            published++;
            return true;
        }

        @Override
        public boolean isWritable() {
            return isWritable;
        }

        @Override
        public void close() {
            isClosed = true;
        }
    }
}
