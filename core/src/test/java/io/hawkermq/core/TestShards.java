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
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.protocol.Will;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Some shards whose insides a test looks at, or of which it wants to know what a step costs when
/// there are very many of something. Their clients are no more than an [Outbox] and can break; packets
/// are objects here, and encoded only to see that they can be.
final class TestShards {
    private record Batch(int from, int to, List<ShardMessage> messages) {}

    private final List<Shard> shards = new ArrayList<>();
    private final Slots slots;
    private final Deque<Batch> mailbox = new ArrayDeque<>();
    private final Deque<Runnable> durable = new ArrayDeque<>();
    private long now = 1_700_000_000_000L;
    final List<String> errors = new ArrayList<>();

    /// What is called when a batch is posted.
    Runnable onPosted = () -> {};

    /// The most messages that were in a batch.
    int largestBatch;

    /// What the store is handed is durable at the end of the turn.
    TestShards(int count, Limits limits) {
        this(count, limits, null, AccessControl.anonymous());
    }

    TestShards(int count, Store store) {
        this(count, store, AccessControl.anonymous());
    }

    TestShards(int count, Store store, AccessControl access) {
        this(count, Limits.DEFAULT, store, access);
    }

    private TestShards(int count, Limits limits, @Nullable Store store, AccessControl access) {
        slots = Slots.over(count);
        for (int i = 0; i < count; i++) {
            shards.add(
                    new Shard(
                            i,
                            count,
                            limits,
                            access,
                            new OneLevelLog(LogLevel.ERROR, errors::add),
                            this::post,
                            store == null ? this::keep : store,
                            new SplittableRandom(i)));
        }
        shards.forEach(s -> s.slots(slots));
        advance(0);
    }

    private void keep(int shard, long position, List<StoreChange> changes) {
        durable.add(() -> shards.get(shard).onDurable(position));
    }

    private void post(int from, int to, List<ShardMessage> batch) {
        mailbox.add(new Batch(from, to, batch));
        largestBatch = Math.max(largestBatch, batch.size());
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

    /// Lets time pass at once, whatever was due in between.
    void advance(long millis) {
        now += millis;
        shards.forEach(s -> s.advance(now));
        settle();
    }

    /// Runs turns until nothing is left to be done.
    void settle() {
        boolean more = true;
        while (more) {
            more = false;
            for (Shard s : shards) {
                more |= s.endTurn();
            }
            while (receiveNext()) {
                more = true;
            }
            for (Runnable told = durable.poll(); told != null; told = durable.poll()) {
                told.run();
                more = true;
            }
        }
    }

    /// Posts what is to be posted and hands it over, while no turn ends.
    void quieten() {
        do {
            shards.forEach(Shard::postOutgoing);
        } while (receiveNext());
    }

    /// Hands over what was posted first.
    ///
    /// @return false if there is nothing
    boolean receiveNext() {
        Batch b = mailbox.poll();
        if (b == null) {
            return false;
        }
        shards.get(b.to()).receive(b.from(), b.messages());
        return true;
    }

    /// A message of the server itself.
    static Message message(String topic, QoS qos) {
        return new Message(
                TopicName.of(topic),
                new byte[1],
                Properties.NONE,
                qos,
                false,
                Message.SERVER,
                Message.NEVER);
    }

    /// The same to be retained, at QoS 0.
    static Message retained(String topic, long expiresAt) {
        return new Message(
                TopicName.of(topic),
                new byte[1],
                Properties.NONE,
                QoS.AT_MOST_ONCE,
                true,
                Message.SERVER,
                expiresAt);
    }

    /// With properties of CONNECT.
    TestClient connect(String name, Properties properties) {
        return connect(name, 0, properties);
    }

    TestClient connect(String name, int shard) {
        return connect(name, shard, Properties.NONE);
    }

    TestClient connectDurably(String name, int shard) {
        return connect(name, shard, Properties.of(Property.SESSION_EXPIRY_INTERVAL, 3_600));
    }

    /// @param seconds of Keep Alive
    TestClient connectWithKeepAlive(String name, int seconds) {
        return new TestClient(packet(true, seconds, name, null, Properties.NONE));
    }

    /// As Mosquitto's bridges do, which have no options in 3.x.
    TestClient connectBridge(String name, int shard) {
        return new TestClient(
                new Packet.Connect(
                        ProtocolVersion.MQTT_3_1_1,
                        true,
                        true,
                        0,
                        clientId(name, shard),
                        null,
                        null,
                        null,
                        Properties.NONE));
    }

    private TestClient connect(String name, int shard, Properties properties) {
        return new TestClient(packet(true, 0, clientId(name, shard), null, properties));
    }

    /// With the session that it has, if it has one.
    ///
    /// @param expiry its Session Expiry Interval, 0 for a session that ends with the connection
    TestClient resume(String clientId, long expiry) {
        return resume(clientId, expiry, null);
    }

    TestClient resume(String clientId, long expiry, @Nullable Will will) {
        Properties properties = Properties.of(Property.SESSION_EXPIRY_INTERVAL, expiry);
        return new TestClient(packet(false, 0, clientId, will, properties));
    }

    /// A Client Identifier whose session belongs to this shard: the name, with a number behind it if
    /// that belongs to another one.
    String clientId(String name, int shard) {
        String clientId = name;
        for (int i = 1; slots.shardOf(clientId) != shard; i++) {
            clientId = name + i;
        }
        return clientId;
    }

    private static Packet.Connect packet(
            boolean cleanStart,
            int keepAlive,
            String clientId,
            @Nullable Will will,
            Properties properties) {
        return new Packet.Connect(
                ProtocolVersion.MQTT_5,
                false,
                cleanStart,
                keepAlive,
                clientId,
                will,
                null,
                null,
                properties);
    }

    /// A client of 5.0, connected to the shard that its session belongs to.
    final class TestClient implements NoNetwork {
        private final Shard shard;
        final Connection connection;
        final List<Packet> got = new ArrayList<>();
        boolean isBroken;
        boolean isWritable = true;
        boolean isClosed;
        int published;
        int connacks;
        int subacks;
        private final ByteWriter out = new ByteWriter(64, 1 << 24);
        private int lastPacketId;

        private TestClient(Packet.Connect connect) {
            shard =
                    shards.stream()
                            .filter(s -> s.owns(connect.clientId()))
                            .findFirst()
                            .orElseThrow();
            connection = new Connection(shard, this, "test");
            connection.claim(connect);
            connection.onPacket(connect);
        }

        /// Also when it has gone.
        Session session() {
            return Objects.requireNonNull(shard.find(connection.clientId()));
        }

        void drops() {
            connection.onClosed("the network broke");
        }

        /// The next packet has the first Packet Identifier.
        void forgetPacketIds() {
            lastPacketId = 0;
        }

        void subscribe(String filter, QoS qos) {
            subscribe(TopicFilter.of(filter), qos);
        }

        void subscribe(TopicFilter filter, QoS qos) {
            subscribe(SubscriptionOptions.of(qos), List.of(filter));
        }

        void subscribe(SubscriptionOptions options, List<TopicFilter> filters) {
            connection.onPacket(
                    new Packet.Subscribe(
                            ++lastPacketId,
                            filters.stream()
                                    .map(f -> new Packet.Subscribe.Entry(f, options))
                                    .toList(),
                            Properties.NONE));
        }

        void unsubscribe(List<TopicFilter> filters) {
            connection.onPacket(new Packet.Unsubscribe(++lastPacketId, filters, Properties.NONE));
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

        void publishRetained(String topic) {
            connection.onPacket(
                    new Packet.Publish(
                            false,
                            QoS.AT_MOST_ONCE,
                            true,
                            TopicName.of(topic),
                            0,
                            Properties.NONE,
                            new byte[1]));
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
