package io.hawkermq.broker;

import io.hawkermq.mosquitto.Configuration;
import io.hawkermq.mosquitto.ConfigurationException;
import io.hawkermq.mosquitto.ConfigurationReader;
import io.hawkermq.protocol.ByteWriter;
import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketDecoder;
import io.hawkermq.protocol.PacketEncoder;
import io.hawkermq.protocol.PacketType;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.protocol.TopicNames;
import io.hawkermq.store.Directories;
import io.hawkermq.store.Durability;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A short life of a broker with clients of each version, on a port of its own: the training run of
/// the ahead-of-time cache, which makes Java load and link beforehand the classes that were used, and
/// compile early what was busy. It does what the first minutes of a broker do: what is trained but
/// not needed makes the cache larger. With a disk those are the busiest of all, because whoever was
/// offline fetches what has come in the meantime.
///
/// What Java has seen here in one way only, as each message for one subscriber, it compiles for that
/// way, and again, at a tenth of what messages cost then, when the other comes.
final class Rehearsal {
    private static final String CONFIGURATION =
            """
            # a comment
            listener 1883
            allow_anonymous true
            log_type error
            log_type warning
            log_type notice
            log_type information
            persistence true
            persistence_location data
            max_queued_messages 1000
            """;

    private static final int TIMEOUT_MILLIS = 5_000;

    /// One at a time: a busy loop passes through other code than one that is woken for each message,
    /// and what was not seen here is compiled when a low rate follows a high one, at more than the
    /// messages cost. The numbers are enough for Java to see what is busy.
    private static final int MESSAGES = 10_000;

    /// With much fewer Java's second compiler does not look at what they do, and then not before some
    /// 40,000 clients have connected.
    private static final int VISITS = 8_000;

    /// A gateway's or a whole fleet's, that asks for all it wants as soon as it is connected.
    private static final int FILTERS = 10_000;

    private static final int FILTERS_AT_ONCE = 1_000;

    /// For a session that is away.
    private static final int KEPT_MESSAGES = 20_000;

    /// Sent before the acknowledgements are read.
    private static final int WINDOW = 100;

    private static final int CROWD = 10;
    private static final int CROWD_WINDOWS = 200;

    /// Of large messages, more than the broker reads at once.
    private static final int CROWD_WINDOW = 20;

    private static final int RETAINED_MESSAGES = 10_000;
    private static final int SMALL_PAYLOAD = 256;
    private static final int LARGE_PAYLOAD = 4_096;
    private static final String CROWD_TOPIC = "rehearsal/crowd";
    private static final String RETAINED_TOPIC = "rehearsal/retained";
    private static final String KEPT_TOPIC = "rehearsal/kept";
    private static final int LARGEST_PACKET = 100_000;

    private Rehearsal() {}

    /// @throws IOException if the broker does not answer as expected
    static void run() throws StartException, IOException, ConfigurationException {
        BrokerOptions options = options();
        Signals.handle(Map.of("USR2", () -> {}));
        try (Broker broker = Broker.start(options)) {
            for (ProtocolVersion version : ProtocolVersion.values()) {
                try (Client client = new Client(broker.port(), version)) {
                    client.play();
                }
                try (Client gateway = new Client(broker.port(), version)) {
                    gateway.askForMuch();
                }
            }
            // The same code serves 3.1.
            for (ProtocolVersion version :
                    List.of(ProtocolVersion.MQTT_3_1_1, ProtocolVersion.MQTT_5)) {
                playToCrowd(broker.port(), version);
                for (int i = 0; i < VISITS; i++) {
                    try (Client visitor = new Client(broker.port(), version)) {
                        visitor.connect("visitor", CleanStart.YES);
                        visitor.send(new Packet.Disconnect(ReasonCode.SUCCESS, Properties.NONE));
                    }
                }
            }
        }
        Path disk = Files.createTempDirectory("hawker-rehearsal");
        try {
            playWithDisk(options, disk);
        } finally {
            Directories.delete(disk);
        }
    }

    /// Each message for many, and many messages at once; then those that are kept for later.
    private static void playToCrowd(int port, ProtocolVersion version) throws IOException {
        List<Client> crowd = new ArrayList<>();
        try (Client publisher = new Client(port, version)) {
            publisher.connect("publisher", CleanStart.YES);
            for (int i = 0; i < CROWD; i++) {
                Client member = new Client(port, version);
                crowd.add(member);
                member.connect("member" + i, CleanStart.YES);
                member.subscribe(1, QoS.EXACTLY_ONCE, CROWD_TOPIC);
            }
            for (int window = 0; window < CROWD_WINDOWS; window++) {
                for (QoS qos : QoS.values()) {
                    publisher.pourToCrowd(qos, SMALL_PAYLOAD, crowd);
                }
                publisher.pourToCrowd(QoS.AT_MOST_ONCE, LARGE_PAYLOAD, crowd);
            }
            publisher.retain();
            crowd.getFirst().subscribe(2, QoS.AT_LEAST_ONCE, RETAINED_TOPIC + "/#");
            for (int i = 0; i < RETAINED_MESSAGES; i++) {
                crowd.getFirst().take();
            }
        } finally {
            for (Client member : crowd) {
                member.close();
            }
        }
    }

    /// A session that is away, what comes for it, a restart, and the session's return.
    private static void playWithDisk(BrokerOptions options, Path disk)
            throws StartException, IOException {
        BrokerOptions durable =
                options.with(o ->
                        o.persistence(new Persistence(disk, Durability.ALWAYS))
                                .limits(l -> l.maximumQueuedMessages(KEPT_MESSAGES)));
        ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;
        try (Broker broker = Broker.start(durable)) {
            try (Client away = new Client(broker.port(), version)) {
                away.connect("away", CleanStart.NO);
                away.subscribe(1, QoS.AT_LEAST_ONCE, KEPT_TOPIC);
            }
            try (Client publisher = new Client(broker.port(), version)) {
                publisher.connect("publisher", CleanStart.YES);
                publisher.pour();
            }
        }
        try (Broker broker = Broker.start(durable);
                Client returned = new Client(broker.port(), version)) {
            returned.connect("away", CleanStart.NO);
            returned.drain();
        }
    }

    /// As the process gets them, from a file and without one.
    private static BrokerOptions options() throws StartException, ConfigurationException {
        Configuration file =
                ConfigurationReader.ofSystem().readText("rehearsal.conf", CONFIGURATION);
        LineLog log = LineLog.open(LogSettings.of(file));
        ListenersAccess access = ListenersAccess.open(file, log);
        FromConfiguration.options(file, access, log);
        Configuration none = ConfigurationReader.ofSystem().withoutFile().withPorts(List.of(0));
        return FromConfiguration.options(none, access.ofNoListener(), log);
    }

    private enum CleanStart {
        YES,
        NO
    }

    private static final class Client implements AutoCloseable {
        private final ProtocolVersion version;
        private final Socket socket;
        private final ByteWriter writer = new ByteWriter(256, LARGEST_PACKET);
        private final PacketDecoder decoder;

        Client(int port, ProtocolVersion version) throws IOException {
            this.version = version;
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true); // or each acknowledgement waits 40 ms
            decoder = PacketDecoder.forClient(new TopicNames(), version, LARGEST_PACKET);
        }

        void connect(String clientId, CleanStart cleanStart) throws IOException {
            send(
                    new Packet.Connect(
                            version,
                            false,
                            cleanStart == CleanStart.YES,
                            60,
                            clientId,
                            null,
                            null,
                            null,
                            Properties.NONE));
            await(PacketType.CONNACK);
        }

        /// What is kept for who is away, a window of messages at a time.
        void pour() throws IOException {
            TopicName topic = TopicName.of(KEPT_TOPIC);
            for (int sent = 0; sent < KEPT_MESSAGES; sent += WINDOW) {
                for (int i = 1; i <= WINDOW; i++) {
                    send(publish(topic, QoS.AT_LEAST_ONCE, i, SMALL_PAYLOAD));
                }
                await(PacketType.PUBACK, WINDOW);
            }
        }

        /// What was kept.
        void drain() throws IOException {
            for (int i = 0; i < KEPT_MESSAGES; i++) {
                take();
            }
            send(new Packet.Disconnect(ReasonCode.SUCCESS, Properties.NONE));
        }

        void play() throws IOException {
            connect("rehearsal", CleanStart.YES);
            subscribe(1, QoS.AT_LEAST_ONCE, "rehearsal/+/a");
            subscribe(2, QoS.AT_LEAST_ONCE, "$SYS/broker/version");
            await(PacketType.PUBLISH);
            TopicName topic = TopicName.of("rehearsal/1/a");
            for (int i = 1; i <= MESSAGES; i++) {
                send(publish(topic, QoS.AT_MOST_ONCE, 0, SMALL_PAYLOAD));
                take();
                send(publish(topic, QoS.AT_LEAST_ONCE, i, SMALL_PAYLOAD));
                take();
            }
            send(publish(topic, QoS.EXACTLY_ONCE, 1, SMALL_PAYLOAD));
            await(PacketType.PUBREC);
            send(new Packet.Pubrel(1, ReasonCode.SUCCESS, Properties.NONE));
            await(PacketType.PUBCOMP);
            send(
                    new Packet.Unsubscribe(
                            3, List.of(TopicFilter.of("rehearsal/+/a")), Properties.NONE));
            await(PacketType.UNSUBACK);
            send(new Packet.Pingreq());
            await(PacketType.PINGRESP);
            send(new Packet.Disconnect(ReasonCode.SUCCESS, Properties.NONE));
        }

        /// A window of messages, taken by each of the crowd.
        void pourToCrowd(QoS qos, int payloadBytes, List<Client> crowd) throws IOException {
            TopicName topic = TopicName.of(CROWD_TOPIC);
            for (int i = 1; i <= CROWD_WINDOW; i++) {
                send(publish(topic, qos, qos == QoS.AT_MOST_ONCE ? 0 : i, payloadBytes));
            }
            settle(qos);
            for (Client member : crowd) {
                for (int i = 1; i <= CROWD_WINDOW; i++) {
                    member.take();
                }
                if (qos == QoS.EXACTLY_ONCE) {
                    for (int i = 1; i <= CROWD_WINDOW; i++) {
                        Packet.Pubrel released = (Packet.Pubrel) member.await(PacketType.PUBREL);
                        member.send(
                                new Packet.Pubcomp(
                                        released.packetId(), ReasonCode.SUCCESS, Properties.NONE));
                    }
                }
            }
        }

        /// What the server answers to a window.
        private void settle(QoS qos) throws IOException {
            switch (qos) {
                case AT_MOST_ONCE -> {}
                case AT_LEAST_ONCE -> await(PacketType.PUBACK, CROWD_WINDOW);
                case EXACTLY_ONCE -> {
                    await(PacketType.PUBREC, CROWD_WINDOW);
                    for (int i = 1; i <= CROWD_WINDOW; i++) {
                        send(new Packet.Pubrel(i, ReasonCode.SUCCESS, Properties.NONE));
                    }
                    await(PacketType.PUBCOMP, CROWD_WINDOW);
                }
            }
        }

        /// Takes a message and acknowledges it.
        void take() throws IOException {
            Packet.Publish received = (Packet.Publish) await(PacketType.PUBLISH);
            int packetId = received.packetId();
            switch (received.qos()) {
                case AT_MOST_ONCE -> {}
                case AT_LEAST_ONCE ->
                        send(new Packet.Puback(packetId, ReasonCode.SUCCESS, Properties.NONE));
                case EXACTLY_ONCE ->
                        send(new Packet.Pubrec(packetId, ReasonCode.SUCCESS, Properties.NONE));
            }
        }

        /// Messages that the server keeps, each of a topic of its own.
        void retain() throws IOException {
            for (int i = 0; i < RETAINED_MESSAGES; i++) {
                send(
                        new Packet.Publish(
                                false,
                                QoS.AT_MOST_ONCE,
                                true,
                                TopicName.of(RETAINED_TOPIC + "/" + i % 100 + "/" + i),
                                0,
                                Properties.NONE,
                                new byte[SMALL_PAYLOAD]));
            }
        }

        void askForMuch() throws IOException {
            connect("gateway", CleanStart.YES);
            for (int first = 0; first < FILTERS; first += FILTERS_AT_ONCE) {
                String[] filters = new String[FILTERS_AT_ONCE];
                for (int i = 0; i < filters.length; i++) {
                    String last = i % 2 == 0 ? "/state" : "/+";
                    filters[i] = "rehearsal/" + (first + i) % 100 + "/device/" + (first + i) + last;
                }
                subscribe(1, QoS.AT_LEAST_ONCE, filters);
            }
            send(new Packet.Disconnect(ReasonCode.SUCCESS, Properties.NONE));
        }

        private void subscribe(int packetId, QoS qos, String... filters) throws IOException {
            SubscriptionOptions options = SubscriptionOptions.of(qos);
            List<Packet.Subscribe.Entry> entries =
                    Stream.of(filters)
                            .map(f -> new Packet.Subscribe.Entry(TopicFilter.of(f), options))
                            .toList();
            send(new Packet.Subscribe(packetId, entries, Properties.NONE));
            await(PacketType.SUBACK);
        }

        private static Packet publish(TopicName topic, QoS qos, int packetId, int payloadBytes) {
            return new Packet.Publish(
                    false, qos, false, topic, packetId, Properties.NONE, new byte[payloadBytes]);
        }

        private void send(Packet packet) throws IOException {
            writer.reset();
            PacketEncoder.encode(packet, version, Long.MAX_VALUE, writer);
            socket.getOutputStream().write(writer.array(), 0, writer.length());
        }

        private void await(PacketType type, int count) throws IOException {
            for (int i = 0; i < count; i++) {
                await(type);
            }
        }

        /// Reads up to the next packet of this type; others are passed over.
        private Packet await(PacketType type) throws IOException {
            byte[] bytes = new byte[4_096];
            try {
                while (true) {
                    for (Packet p = decoder.next(); p != null; p = decoder.next()) {
                        if (p.type() == type) {
                            decoder.stash();
                            return p;
                        }
                    }
                    decoder.stash();
                    int count = socket.getInputStream().read(bytes);
                    if (count < 0) {
                        throw new IOException("the broker closed instead of sending " + type);
                    }
                    decoder.feed(bytes, 0, count);
                }
            } catch (MalformedPacketException e) {
                throw new IOException("the broker sent no " + type, e);
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
