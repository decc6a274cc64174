package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.AccessControl;
import io.hawkermq.core.Counters;
import io.hawkermq.core.DelegatingAccess;
import io.hawkermq.core.Slots;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.protocol.Will;
import io.hawkermq.store.Durability;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelHandlerContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerTest {
    private static final byte[] PAYLOAD = "21.5".getBytes(StandardCharsets.UTF_8);

    private static BrokerOptions options() {
        return BrokerOptions.local(0).with(o -> o.sysIntervalSeconds(0));
    }

    /// As Mosquitto: a client of 3.x that mixes them up must be able to read the answer.
    @ParameterizedTest
    @CsvSource({"MQTT, 3", "MQIsdp, 4", "MQIsdp, 5"})
    void aVersionOfAnotherProtocolNameIsRefusedInTheFormOf311(String name, int level)
            throws Exception {
        try (Broker broker = Broker.start(options());
                TestClient client = new TestClient(broker.port(), ProtocolVersion.MQTT_3_1_1)) {
            client.write(connect(name, level, 0x02, "0001 63"));
            assertEquals(
                    ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
                    client.next(Packet.Connack.class).reasonCode()); // [MQTT-3.1.2-2]
            assertTrue(client.isClosedByBroker());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00 0001 63 00 0002 61FF 0001 77", // Will Topic not UTF-8
                "00 0001 63 00 0001 61" // no Will Payload
            })
    void anIllFormedWillIsRefusedWithItsReason(String rest) throws Exception {
        try (Broker broker = Broker.start(options());
                TestClient client = new TestClient(broker.port(), ProtocolVersion.MQTT_5)) {
            client.write(connect("MQTT", 5, 0x06, rest));
            assertEquals(
                    ReasonCode.MALFORMED_PACKET,
                    client.next(Packet.Connack.class).reasonCode()); // [MQTT-3.1.4-1]
            assertTrue(client.isClosedByBroker());
        }
    }

    @Test
    void anAnswerToAConnectThatComesAfterTheStopIsDropped() throws Exception {
        CompletableFuture<Consumer<Runnable>> asked = new CompletableFuture<>();
        AccessControl undecided =
                new DelegatingAccess() {
                    @Override
                    public AccessControl rest() {
                        return AccessControl.anonymous();
                    }

                    @Override
                    public void connect(
                            Packet.Connect connect,
                            String clientId,
                            String address,
                            Consumer<Runnable> owner,
                            Consumer<Decision> answer) {
                        asked.complete(owner);
                    }
                };
        Broker broker = Broker.start(options().with(o -> o.access(undecided)));
        try (TestClient client = new TestClient(broker.port(), ProtocolVersion.MQTT_5)) {
            client.write(connect("MQTT", 5, 0x02, "00 0001 63"));
            Consumer<Runnable> owner = asked.get(20, TimeUnit.SECONDS);
            broker.close();
            owner.accept(() -> {
                throw new AssertionError("nobody waits for it");
            });
        }
    }

    /// @param rest what follows Keep Alive, in hexadecimal digits
    private static byte[] connect(String name, int level, int flags, String rest) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(new byte[] {0, (byte) name.length()});
        body.writeBytes(name.getBytes(StandardCharsets.UTF_8));
        body.writeBytes(new byte[] {(byte) level, (byte) flags, 0, 60});
        body.writeBytes(HexFormat.of().parseHex(rest.replace(" ", "")));
        byte[] packet = new byte[2 + body.size()];
        packet[0] = 0x10;
        packet[1] = (byte) body.size();
        System.arraycopy(body.toByteArray(), 0, packet, 2, body.size());
        return packet;
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void carriesMessagesOfEachQoS(ProtocolVersion version) throws Exception {
        try (Broker broker = Broker.start(options());
                TestClient client = TestClient.connected(broker.port(), version, "c")) {
            client.send(TestClient.subscribe("a/+", QoS.EXACTLY_ONCE));
            client.next(Packet.Suback.class);

            client.send(TestClient.publish("a/b", QoS.AT_MOST_ONCE, 0, PAYLOAD));
            Packet.Publish zero = client.next(Packet.Publish.class);
            assertEquals("a/b", String.valueOf(zero.topic()));
            assertArrayEquals(PAYLOAD, zero.payload());

            client.send(TestClient.publish("a/b", QoS.AT_LEAST_ONCE, 7, PAYLOAD));
            List<Packet> both = List.of(client.next(), client.next());
            assertTrue(
                    both.stream().anyMatch(p -> p instanceof Packet.Puback a && a.packetId() == 7));
            Packet.Publish one = only(Packet.Publish.class, both);
            assertEquals(QoS.AT_LEAST_ONCE, one.qos());
            client.send(new Packet.Puback(one.packetId(), ReasonCode.SUCCESS, Properties.NONE));

            client.send(TestClient.publish("a/b", QoS.EXACTLY_ONCE, 8, PAYLOAD));
            both = List.of(client.next(), client.next());
            assertTrue(
                    both.stream().anyMatch(p -> p instanceof Packet.Pubrec r && r.packetId() == 8));
            assertEquals(QoS.EXACTLY_ONCE, only(Packet.Publish.class, both).qos());
        }
    }

    private static <P extends Packet> P only(Class<P> kind, List<Packet> packets) {
        List<P> found = packets.stream().filter(kind::isInstance).map(kind::cast).toList();
        assertEquals(1, found.size(), packets.toString());
        return found.getFirst();
    }

    /// What follows CONNECT in the same segment must not be lost when the connection moves to the
    /// loop that owns its Client Identifier.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void bytesBehindConnectArriveOnWhateverLoopOwnsTheSession(int loops) throws Exception {
        try (Broker broker = Broker.start(options().with(o -> o.loops(loops)))) {
            boolean[] isOwner = new boolean[loops];
            for (int i = 0; i < 20; i++) {
                String clientId = "client" + i;
                isOwner[Slots.over(loops).shardOf(clientId)] = true;
                try (TestClient client = new TestClient(broker.port(), ProtocolVersion.MQTT_5)) {
                    byte[] all =
                            client.encoded(
                                    TestClient.connect(ProtocolVersion.MQTT_5, clientId),
                                    TestClient.subscribe("own/" + i, QoS.AT_MOST_ONCE),
                                    TestClient.publish("own/" + i, QoS.AT_MOST_ONCE, 0, PAYLOAD),
                                    new Packet.Pingreq());
                    // The cut runs through the last packets, so that a begun one moves along.
                    client.write(Arrays.copyOf(all, all.length - 1 - i % 8));
                    client.next(Packet.Connack.class);
                    client.write(Arrays.copyOfRange(all, all.length - 1 - i % 8, all.length));
                    // A matching message may come before SUBACK (section 3.8.4).
                    List<Packet> rest = List.of(client.next(), client.next(), client.next());
                    only(Packet.Suback.class, rest);
                    only(Packet.Publish.class, rest);
                    only(Packet.Pingresp.class, rest);
                }
            }
            for (boolean owns : isOwner) {
                assertTrue(owns, "a loop without a client shows nothing");
            }
        }
    }

    /// Small, full, followed and shared outbound buffers: around each size at which another way is
    /// taken, mixed in one turn, to subscribers of all versions.
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void payloadsOfAllSizesArriveUnalteredAndInOrder(int loops) throws Exception {
        int[] sizes = {
            0, 1, 255, 1_023, 1_024, 4_096, 16_383, 16_384, 32_760, 32_768, 70_000, 300_000
        };
        try (Broker broker = Broker.start(options().with(o -> o.loops(loops)));
                TestClient publisher =
                        TestClient.connected(broker.port(), ProtocolVersion.MQTT_3_1_1, "p")) {
            List<TestClient> subscribers = new ArrayList<>();
            for (ProtocolVersion version : ProtocolVersion.values()) {
                for (QoS qos : List.of(QoS.AT_MOST_ONCE, QoS.AT_LEAST_ONCE)) {
                    TestClient client =
                            TestClient.connected(broker.port(), version, "s" + subscribers.size());
                    client.send(TestClient.subscribe("sizes", qos));
                    client.next(Packet.Suback.class);
                    subscribers.add(client);
                }
            }
            Random random = new Random(4711);
            List<byte[]> payloads = new ArrayList<>();
            for (int round = 0; round < 3; round++) {
                for (int size : sizes) {
                    byte[] payload = new byte[size];
                    random.nextBytes(payload);
                    payloads.add(payload);
                }
            }
            Packet[] all = new Packet[payloads.size()];
            for (int i = 0; i < all.length; i++) {
                all[i] = TestClient.publish("sizes", QoS.AT_LEAST_ONCE, i + 1, payloads.get(i));
            }
            publisher.send(all);
            for (TestClient client : subscribers) {
                for (byte[] payload : payloads) {
                    Packet.Publish p = client.next(Packet.Publish.class);
                    assertArrayEquals(payload, p.payload());
                    if (p.qos() == QoS.AT_LEAST_ONCE) {
                        client.send(
                                new Packet.Puback(
                                        p.packetId(), ReasonCode.SUCCESS, Properties.NONE));
                    }
                }
                client.close();
            }
        }
    }

    @Test
    void messagesCrossLoopsInOrder() throws Exception {
        try (Broker broker = Broker.start(options().with(o -> o.loops(2)));
                TestClient publisher =
                        TestClient.connected(broker.port(), ProtocolVersion.MQTT_5, ownedBy(2, 0));
                TestClient subscriber =
                        TestClient.connected(
                                broker.port(), ProtocolVersion.MQTT_5, ownedBy(2, 1))) {
            subscriber.send(TestClient.subscribe("n", QoS.AT_MOST_ONCE));
            subscriber.next(Packet.Suback.class);
            for (int i = 0; i < 2_000; i++) {
                publisher.send(
                        TestClient.publish(
                                "n",
                                QoS.AT_MOST_ONCE,
                                0,
                                Integer.toString(i).getBytes(StandardCharsets.UTF_8)));
            }
            for (int i = 0; i < 2_000; i++) {
                byte[] payload = subscriber.next(Packet.Publish.class).payload();
                assertEquals(Integer.toString(i), new String(payload, StandardCharsets.UTF_8));
            }
        }
    }

    private static String ownedBy(int loops, int loop) {
        Random random = new Random(loop);
        while (true) {
            String clientId = "c" + random.nextInt(1_000);
            if (Slots.over(loops).shardOf(clientId) == loop) {
                return clientId;
            }
        }
    }

    /// A subscriber that does not read costs the broker no more than the outbound limit, what is
    /// under way in one turn and a buffer in the kernel.
    @Test
    void slowReaderIsBounded() throws Exception {
        int limit = 1 << 16;
        try (Broker broker = Broker.start(options().with(o -> o.maximumOutboundBytes(limit)));
                TestClient slow = new TestClient(broker.port(), ProtocolVersion.MQTT_3_1_1, 4_096);
                TestClient publisher =
                        TestClient.connected(broker.port(), ProtocolVersion.MQTT_3_1_1, "fast")) {
            slow.send(TestClient.connect(ProtocolVersion.MQTT_3_1_1, "slow"));
            slow.next(Packet.Connack.class);
            slow.send(TestClient.subscribe("big", QoS.AT_MOST_ONCE));
            slow.next(Packet.Suback.class);
            Packet message = TestClient.publish("big", QoS.AT_MOST_ONCE, 0, new byte[16_384]);
            long most = 0;
            // 64 MiB: more than any kernel buffers, far more than the limit.
            for (int i = 0; i < 4_096; i++) {
                publisher.send(message);
                if (i % 256 == 255) {
                    publisher.send(new Packet.Pingreq());
                    publisher.next(Packet.Pingresp.class);
                    most = Math.max(most, counters(broker).unsentBytes);
                }
            }
            assertTrue(most > 0, "the reader was not slow");
            assertTrue(most < limit + (1 << 20), most + " bytes are unsent");
            long lost = counters(broker).allDropped();
            assertTrue(lost > 0, "nothing was dropped");
            // Once it reads again, it gets what was kept, and the account is level.
            for (long i = lost; i < 4_096; i++) {
                slow.next(Packet.Publish.class);
            }
            Counters after = await(broker, c -> c.unsentBytes == 0);
            assertEquals(0, after.unsentBytes);
        }
    }

    private static Counters counters(Broker broker) throws Exception {
        return broker.counters().get(20, TimeUnit.SECONDS);
    }

    private static Counters await(Broker broker, Predicate<Counters> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            Counters now = counters(broker);
            if (condition.test(now) || System.nanoTime() > end) {
                return now;
            }
            Thread.onSpinWait();
        }
    }

    /// Wills with a delay are published by a timer, and whoever embeds a broker looks at them.
    @Test
    void aTimerThatFailsDoesNotEndTheLoop() throws Exception {
        LogLines log = new LogLines();
        BrokerOptions options =
                options()
                        .with(o ->
                                o.log(log)
                                        .publications(message -> {
                                            throw new IllegalStateException("by this test");
                                        }));
        try (Broker broker = Broker.start(options)) {
            try (TestClient client = new TestClient(broker.port(), ProtocolVersion.MQTT_5)) {
                client.send(
                        new Packet.Connect(
                                ProtocolVersion.MQTT_5,
                                false,
                                true,
                                0,
                                "c",
                                new Will(
                                        TopicName.of("will"),
                                        PAYLOAD,
                                        QoS.AT_MOST_ONCE,
                                        false,
                                        Properties.of(Property.WILL_DELAY_INTERVAL, 1L)),
                                null,
                                null,
                                Properties.of(Property.SESSION_EXPIRY_INTERVAL, 60L)));
                client.next(Packet.Connack.class);
            }
            log.await("by this test");
            try (TestClient client =
                    TestClient.connected(broker.port(), ProtocolVersion.MQTT_5, "next")) {
                client.send(new Packet.Pingreq());
                client.next(Packet.Pingresp.class);
            }
        }
    }

    /// The interval of `$SYS` and the outbound limit, for listeners that stay.
    @Test
    void optionsThatChangeHoldAtOnce() throws Exception {
        Queue<Integer> highWaterMarks = new ConcurrentLinkedQueue<>();
        Supplier<ChannelHandler> tap =
                () ->
                        new ChannelHandlerAdapter() {
                            @Override
                            public void handlerAdded(ChannelHandlerContext ctx) {
                                highWaterMarks.add(
                                        ctx.channel().config().getWriteBufferHighWaterMark());
                            }
                        };
        BrokerOptions options =
                BrokerOptions.local(0)
                        .with(o ->
                                o.listeners(Listener.loopback(0).with(l -> l.tap(tap)))
                                        .sysIntervalSeconds(1_000_000)
                                        .maximumOutboundBytes(1 << 16));
        try (Broker broker = Broker.start(options);
                TestClient client =
                        TestClient.connected(broker.port(), ProtocolVersion.MQTT_3_1_1, "first")) {
            client.send(TestClient.subscribe("$SYS/broker/uptime", QoS.AT_MOST_ONCE));
            client.next(Packet.Suback.class);
            client.next(Packet.Publish.class);
            BrokerOptions changed =
                    broker.options().with(o -> o.sysIntervalSeconds(1).maximumOutboundBytes(8_192));
            broker.change(changed, broker.prepare(changed));
            client.next(Packet.Publish.class);
            TestClient.connected(broker.port(), ProtocolVersion.MQTT_3_1_1, "second").close();
            assertEquals(List.of(1 << 16, 8_192), List.copyOf(highWaterMarks));
        }
    }

    @Test
    void countsWhatPassesTheSocket() throws Exception {
        try (Broker broker = Broker.start(options());
                TestClient client =
                        TestClient.connected(broker.port(), ProtocolVersion.MQTT_3_1_1, "c")) {
            client.send(new Packet.Pingreq());
            client.next(Packet.Pingresp.class);
            Counters now = counters(broker);
            byte[] connect = client.encoded(TestClient.connect(ProtocolVersion.MQTT_3_1_1, "c"));
            assertEquals(connect.length + 2L, now.bytesReceived);
            assertEquals(4L + 2, now.bytesSent);
            assertEquals(1, now.socketsAccepted);
            assertEquals(1, now.connected);
        }
    }

    @Test
    void portInUseIsSaidPlainly() throws Exception {
        try (Broker broker = Broker.start(options())) {
            StartException e =
                    assertThrows(
                            StartException.class,
                            () -> Broker.start(BrokerOptions.local(broker.port())).close());
            String message = String.valueOf(e.getMessage());
            assertTrue(message.contains("port " + broker.port()), message);
            assertTrue(message.contains("in use"), message);
            assertEquals(1, message.lines().count(), message);
        }
    }

    @Test
    void whatWaitsForASessionIsThereAfterARestart(@TempDir Path directory) throws Exception {
        BrokerOptions durable =
                options().with(o -> o.persistence(new Persistence(directory, Durability.ALWAYS)));
        try (Broker broker = Broker.start(durable);
                TestClient subscriber =
                        TestClient.resuming(broker.port(), ProtocolVersion.MQTT_3_1_1, "s")) {
            subscriber.send(TestClient.subscribe("t", QoS.EXACTLY_ONCE));
            subscriber.next(Packet.Suback.class);
            subscriber.send(new Packet.Disconnect(ReasonCode.SUCCESS, Properties.NONE));
            try (TestClient publisher =
                    TestClient.connected(broker.port(), ProtocolVersion.MQTT_5, "p")) {
                publisher.send(
                        TestClient.publish(
                                "t",
                                QoS.AT_LEAST_ONCE,
                                7,
                                "kept".getBytes(StandardCharsets.UTF_8)));
                publisher.next(Packet.Puback.class);
            }
        }
        try (Broker broker = Broker.start(durable);
                TestClient subscriber =
                        TestClient.resuming(broker.port(), ProtocolVersion.MQTT_3_1_1, "s")) {
            Packet.Publish kept = subscriber.next(Packet.Publish.class);
            assertEquals("kept", new String(kept.payload(), StandardCharsets.UTF_8));
        }
    }

    private static final String OWN_FILE = "own.db";

    private static BrokerOptions withFile(Path directory) {
        return options()
                .with(o -> o.persistence(new Persistence(directory, OWN_FILE, Durability.OS)));
    }

    /// A link that leads nowhere: nothing can be written there.
    @Test
    void aStartThatFailsLeavesTheStoreToTheNext(@TempDir Path directory) throws Exception {
        BrokerOptions durable = withFile(directory);
        Path file = directory.resolve(OWN_FILE);
        Files.createSymbolicLink(file, directory.resolve("no/such/thing"));
        StartException failure =
                assertThrows(StartException.class, () -> Broker.start(durable).close());
        assertTrue(String.valueOf(failure.getMessage()).startsWith("cannot write"));
        Files.delete(file);
        Broker.start(durable).close();
        assertTrue(Files.exists(file));
    }

    @Test
    void whoRemovesThePersistenceFileStartsEmpty(@TempDir Path directory) throws Exception {
        BrokerOptions durable = withFile(directory);
        Path file = directory.resolve(OWN_FILE);
        for (boolean wasRemoved : new boolean[] {true, false, true, true}) {
            if (wasRemoved) {
                Files.deleteIfExists(file);
            }
            try (Broker broker = Broker.start(durable);
                    TestClient client = new TestClient(broker.port(), ProtocolVersion.MQTT_3_1_1)) {
                client.send(
                        new Packet.Connect(
                                ProtocolVersion.MQTT_3_1_1,
                                false,
                                false,
                                0,
                                "s",
                                null,
                                null,
                                null,
                                Properties.NONE));
                assertEquals(!wasRemoved, client.next(Packet.Connack.class).sessionPresent());
                assertTrue(Files.exists(file));
            }
        }
    }

    @Test
    void aDirectoryBelongsToOneBroker(@TempDir Path directory) throws Exception {
        BrokerOptions durable =
                options().with(o -> o.persistence(new Persistence(directory, Durability.ALWAYS)));
        try (Broker first = Broker.start(durable)) {
            StartException e =
                    assertThrows(StartException.class, () -> Broker.start(durable).close());
            assertTrue(
                    String.valueOf(e.getMessage()).contains(directory.toString()), e.getMessage());
            assertTrue(first.port() > 0);
        }
    }

    @Test
    void stopSaysGoodbyeAndDoesNotWaitForStrangers() throws Exception {
        Broker broker = Broker.start(options());
        try (TestClient five = TestClient.connected(broker.port(), ProtocolVersion.MQTT_5, "five");
                TestClient three =
                        TestClient.connected(broker.port(), ProtocolVersion.MQTT_3_1_1, "three");
                TestClient stranger = new TestClient(broker.port(), ProtocolVersion.MQTT_5)) {
            await(broker, c -> c.socketsAccepted == 3);
            Thread stop = Thread.ofVirtual().start(broker::close);
            assertEquals(
                    ReasonCode.SERVER_SHUTTING_DOWN,
                    five.next(Packet.Disconnect.class).reasonCode());
            assertTrue(five.isClosedByBroker());
            assertTrue(three.isClosedByBroker());
            assertTrue(stranger.isClosedByBroker());
            assertTrue(stop.join(java.time.Duration.ofSeconds(20)));
        }
    }

    @Test
    void strangersAreFewAndHaveLittleTime() throws Exception {
        try (Broker broker = Broker.start(options())) {
            List<TestClient> strangers = new ArrayList<>();
            try {
                long begin = System.nanoTime();
                for (int i = 0; i < Handshakes.MOST + 1; i++) {
                    strangers.add(new TestClient(broker.port(), ProtocolVersion.MQTT_5));
                }
                assertTrue(strangers.getFirst().isClosedByBroker(), "the oldest gives way");
                // The newest one is no worse off than alone: it may still connect.
                TestClient newest = strangers.getLast();
                newest.send(TestClient.connect(ProtocolVersion.MQTT_5, "newest"));
                newest.next(Packet.Connack.class);
                assertTrue(
                        System.nanoTime() - begin
                                < TimeUnit.MILLISECONDS.toNanos(Handshakes.DEADLINE_MILLIS),
                        "this machine is too slow to tell the number from the deadline");
                assertTrue(strangers.get(1).isClosedByBroker(), "its time is over");
                newest.send(new Packet.Pingreq());
                newest.next(Packet.Pingresp.class);
            } finally {
                closeAll(strangers);
            }
        }
    }

    private static void closeAll(List<TestClient> clients) throws IOException {
        for (TestClient client : clients) {
            client.close();
        }
    }
}
