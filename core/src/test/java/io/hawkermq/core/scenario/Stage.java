package io.hawkermq.core.scenario;

import io.hawkermq.core.AccessControl;
import io.hawkermq.core.Connection;
import io.hawkermq.core.Control;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.Limits;
import io.hawkermq.core.LogLevel;
import io.hawkermq.core.NoNetwork;
import io.hawkermq.core.OneLevelLog;
import io.hawkermq.core.Shard;
import io.hawkermq.core.ShardMessage;
import io.hawkermq.core.Slots;
import io.hawkermq.core.Store;
import io.hawkermq.protocol.AcknowledgementRun;
import io.hawkermq.protocol.ByteWriter;
import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketDecoder;
import io.hawkermq.protocol.PacketEncoder;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.PublishRun;
import io.hawkermq.protocol.PublishTemplates;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.protocol.TopicNames;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// A core of some shards with clients whose network loses nothing and takes no time.
final class Stage {
    private record Batch(int from, int to, List<ShardMessage> messages) {}

    /// Of interest only if the core has caught a fault of its own.
    private static final EventLog LOG =
            new OneLevelLog(
                    LogLevel.ERROR,
                    text -> {
                        throw new AssertionError(text);
                    });

    private final List<Shard> shards = new ArrayList<>();
    private final Slots slots;
    private final Deque<Batch> mailbox = new ArrayDeque<>();
    private final List<String> happened = new ArrayList<>();
    private final TopicNames topicNames = new TopicNames();
    private final PublishRun run = new PublishRun();
    private final AcknowledgementRun acknowledgements = new AcknowledgementRun();
    private final @Nullable Disk disk;
    private long now = 1_700_000_000_000L;

    /// Whether there is a store.
    enum Keeps {
        NOTHING,
        SESSIONS
    }

    Stage(int shards, Limits limits, Keeps keeps) {
        disk = keeps == Keeps.SESSIONS ? new Disk(this.shards) : null;
        slots = Slots.over(shards);
        for (int i = 0; i < shards; i++) {
            this.shards.add(
                    new Shard(
                            i,
                            shards,
                            limits,
                            AccessControl.anonymous(),
                            LOG,
                            (from, to, batch) -> mailbox.add(new Batch(from, to, batch)),
                            disk == null ? Store.NONE : disk,
                            new SplittableRandom(i)));
        }
        this.shards.forEach(s -> s.slots(slots));
        advance(0);
    }

    /// Lets time pass, from deadline to deadline.
    void advance(long millis) {
        long end = now + millis;
        while (true) {
            long next = end;
            for (Shard s : shards) {
                next = Math.min(next, Math.max(now, s.nextDeadline()));
            }
            now = next;
            shards.forEach(s -> s.advance(now));
            settle();
            if (now == end) {
                return;
            }
        }
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
            more |= disk != null && disk.answer();
        }
    }

    /// From now on somebody takes what is published to this topic, and nothing else below `$CONTROL`.
    void takeCommands(String taken) {
        Control control =
                new Control() {
                    @Override
                    public boolean takes(TopicName topic) {
                        return topic.toString().equals(taken);
                    }

                    @Override
                    public void accept(
                            AccessControl access,
                            AccessControl.Principal sender,
                            TopicName topic,
                            byte[] payload) {
                        String text = new String(payload, StandardCharsets.UTF_8);
                        happened.add("control < " + sender.clientId() + " " + topic + " " + text);
                    }
                };
        shards.forEach(s -> s.control(control));
    }

    /// As after a reload.
    void limits(Limits replacement) {
        shards.forEach(s -> s.limits(replacement));
    }

    /// The store has space, or has none.
    void storeState(Store.State state) {
        Objects.requireNonNull(disk, "the server has no store").state(state);
    }

    /// What happened to clients since the last call.
    List<String> takeHappened() {
        List<String> all = List.copyOf(happened);
        happened.clear();
        return all;
    }

    /// One connection of a client.
    final class Client implements NoNetwork {
        private final String name;
        private final Connection connection;
        private final ByteWriter out = new ByteWriter(64, 1 << 20);
        private final PacketDecoder toServer = PacketDecoder.forServer(topicNames, 1 << 20);
        private @Nullable PacketDecoder toClient;
        private ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;
        private long maximumPacketSize = Long.MAX_VALUE;
        private boolean isClosed;

        Client(String name) {
            this.name = name;
            connection = new Connection(Objects.requireNonNull(shards.get(0)), this, "test");
        }

        /// Sends a packet, as bytes.
        void sends(Packet packet) {
            if (packet instanceof Packet.Connect c) {
                version = c.version();
                toClient = PacketDecoder.forClient(new TopicNames(), version, 1 << 20);
            }
            sendsAtOnce(List.of(packet));
        }

        /// Sends packets that are read together.
        void sendsAtOnce(List<? extends Packet> packets) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (Packet packet : packets) {
                out.reset();
                PacketEncoder.encode(packet, version, Long.MAX_VALUE, out);
                bytes.write(out.array(), 0, out.length());
            }
            toServer.feed(bytes.toByteArray(), 0, bytes.size());
            try {
                read();
            } catch (MalformedPacketException e) {
                connection.onMalformed(e, version);
            }
            toServer.stash();
        }

        private void read() throws MalformedPacketException {
            while (true) {
                if (toServer.nextRun(run)) {
                    connection.onPublishRun(run);
                    continue;
                }
                if (toServer.nextAcknowledgements(acknowledgements)) {
                    connection.onAcknowledgements(acknowledgements);
                    continue;
                }
                Packet decoded = toServer.next();
                if (decoded == null) {
                    return;
                }
                if (decoded instanceof Packet.Connect c) {
                    connection.moveTo(
                            Objects.requireNonNull(shards.get(slots.shardOf(connection.claim(c)))));
                }
                connection.onPacket(decoded);
            }
        }

        /// The network breaks.
        void drops() {
            isClosed = true;
            connection.onClosed("the network broke");
        }

        @Override
        public void negotiated(ProtocolVersion asked, long size) {
            maximumPacketSize = size;
        }

        @Override
        public boolean send(Packet packet) {
            out.reset();
            if (!PacketEncoder.encode(packet, version, maximumPacketSize, out)) {
                return false;
            }
            arrive(out.array(), out.length());
            return true;
        }

        @Override
        public boolean publish(PublishTemplates.Template template, int packetId) {
            if (template.length() > maximumPacketSize) {
                return false;
            }
            out.reset();
            template.copyTo(out, packetId);
            arrive(out.array(), out.length());
            return true;
        }

        @Override
        public boolean relay(PublishRun passed, int[] packetIds) {
            if (passed.longestPacket() > maximumPacketSize) {
                return false;
            }
            out.reset();
            passed.copyTo(out, packetIds);
            arrive(out.array(), out.length());
            return true;
        }

        private void arrive(byte[] bytes, int length) {
            if (isClosed) {
                throw new AssertionError("a packet for " + name + ", which is gone");
            }
            PacketDecoder decoder = Objects.requireNonNull(toClient);
            decoder.feed(bytes.clone(), 0, length);
            try {
                for (Packet p = decoder.next(); p != null; p = decoder.next()) {
                    happened.add(name + " < " + PacketText.of(p));
                }
                decoder.stash();
            } catch (MalformedPacketException e) {
                throw new AssertionError("the server sends nonsense", e);
            }
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public void close() {
            isClosed = true;
            happened.add(name + " closed");
        }
    }
}
