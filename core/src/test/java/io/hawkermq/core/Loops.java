package io.hawkermq.core;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.PublishTemplates;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.protocol.Will;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Shards whose sessions share no network and no codec, for tests of what a step costs when there
/// are very many of something. What the store is handed is durable at the end of the turn.
final class Loops {
    private record Batch(int from, int to, List<ShardMessage> messages) {}

    private final List<Shard> shards = new ArrayList<>();
    private final Deque<Batch> mailbox = new ArrayDeque<>();
    private final Deque<Runnable> durable = new ArrayDeque<>();
    private long now = 1_700_000_000_000L;

    Loops(int count, Limits limits) {
        for (int i = 0; i < count; i++) {
            shards.add(
                    new Shard(
                            i,
                            count,
                            limits,
                            AccessControl.anonymous(),
                            EventLog.SILENT,
                            (from, to, batch) -> mailbox.add(new Batch(from, to, batch)),
                            (shard, position, changes) ->
                                    durable.add(() -> shards.get(shard).onDurable(position)),
                            new SplittableRandom(i)));
        }
        shards.forEach(s -> s.slots(Slots.over(count)));
        advance(0);
    }

    Shard shard(int number) {
        return shards.get(number);
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
            for (Batch b = mailbox.poll(); b != null; b = mailbox.poll()) {
                shards.get(b.to()).receive(b.from(), b.messages());
                more = true;
            }
            for (Runnable told = durable.poll(); told != null; told = durable.poll()) {
                told.run();
                more = true;
            }
        }
    }

    /// Gives a slot to a shard, once all are quiet.
    Slots move(Slots before, int slot, int shard) {
        Slots after = before.with(slot, shard);
        SlotMove.apply(shards, before, after);
        return after;
    }

    /// A Client Identifier whose session belongs to a shard.
    String clientIdAt(int shard, int number) {
        return Stream.iterate(0, i -> i + 1)
                .map(i -> "c" + number + "-" + i)
                .filter(id -> shards.get(shard).owns(id))
                .findFirst()
                .orElseThrow();
    }

    /// Publishes for the server itself.
    void publish(int at, String topic, QoS qos) {
        shards.get(at).publish(message(topic, qos));
    }

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

    /// A client, connected to the shard that its session belongs to.
    final class Client implements NoNetwork {
        private final Connection connection;
        private final Shard shard;
        private final String clientId;

        /// Whether its socket has room.
        boolean reads = true;

        int published;

        /// @param expiry its Session Expiry Interval, 0 for a session that ends with the connection
        Client(String clientId, long expiry) {
            this(clientId, expiry, null);
        }

        Client(String clientId, long expiry, @Nullable Will will) {
            this.clientId = clientId;
            shard = shards.stream().filter(s -> s.owns(clientId)).findFirst().orElseThrow();
            connection = new Connection(shard, this, "test");
            connection.onPacket(
                    new Packet.Connect(
                            ProtocolVersion.MQTT_5,
                            false,
                            false,
                            0,
                            clientId,
                            will,
                            null,
                            null,
                            Properties.of(Property.SESSION_EXPIRY_INTERVAL, expiry)));
        }

        String clientId() {
            return clientId;
        }

        Session session() {
            Session session = shard.find(clientId);
            if (session == null) {
                throw new AssertionError(clientId + " has no session");
            }
            return session;
        }

        void subscribe(SubscriptionOptions options, List<String> filters) {
            connection.onPacket(
                    new Packet.Subscribe(
                            1,
                            filters.stream()
                                    .map(f ->
                                            new Packet.Subscribe.Entry(TopicFilter.of(f), options))
                                    .toList(),
                            Properties.NONE));
        }

        void subscribe(QoS qos, String filter) {
            subscribe(SubscriptionOptions.of(qos), List.of(filter));
        }

        void unsubscribe(List<String> filters) {
            connection.onPacket(
                    new Packet.Unsubscribe(
                            2, filters.stream().map(TopicFilter::of).toList(), Properties.NONE));
        }

        void publish(String topic) {
            connection.onPacket(
                    new Packet.Publish(
                            false,
                            QoS.AT_MOST_ONCE,
                            false,
                            TopicName.of(topic),
                            0,
                            Properties.NONE,
                            new byte[1]));
        }

        void drops() {
            connection.onClosed("the network broke");
        }

        @Override
        public boolean send(Packet packet) {
            if (packet instanceof Packet.Publish) {
                published++;
            }
            return true;
        }

        @Override
        public boolean publish(PublishTemplates.Template template, int packetId) {
            published++;
            return true;
        }

        @Override
        public boolean isWritable() {
            return reads;
        }

        @Override
        public void close() {}
    }
}
