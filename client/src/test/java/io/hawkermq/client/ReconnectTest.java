package io.hawkermq.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.client.ScriptedServer.Peer;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicName;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReconnectTest {
    private static final Reconnect SOON =
            Reconnect.between(Duration.ofMillis(5), Duration.ofMillis(20));

    private final States states = new States();

    private MqttClientBuilder builder(ScriptedServer server) {
        return MqttClient.builder().uri(server.uri()).onState(states).reconnect(SOON);
    }

    /// With a session that an earlier process may have left.
    private MqttClientBuilder resuming(ScriptedServer server) {
        return builder(server).clientId("c").resumeSession(Duration.ofHours(1));
    }

    @Test
    void goesOnWhereItWas() throws Exception {
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client =
                        builder(server).sessionExpiry(Duration.ofHours(1)).clientId("c").build()) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            CompletableFuture<PublishResult> publishing;
            try (Peer peer = server.accept()) {
                assertTrue(peer.read(Packet.Connect.class).cleanStart());
                peer.connack(false, Properties.NONE);
                connecting.get(5, TimeUnit.SECONDS);
                publishing = client.publishAsync(Message.to("a").qos(QoS.AT_LEAST_ONCE).build());
                peer.read(Packet.Publish.class);
            }
            assertInstanceOf(Ending.Lost.class, states.await(State.Waiting.class).ending());
            try (Peer peer = server.accept()) {
                assertFalse(peer.read(Packet.Connect.class).cleanStart());
                peer.connack(true, Properties.NONE);
                Packet.Publish again = peer.read(Packet.Publish.class);
                assertTrue(again.dup());
                peer.send(new Packet.Puback(again.packetId(), ReasonCode.SUCCESS, Properties.NONE));
                publishing.get(5, TimeUnit.SECONDS);
                assertEquals(2, client.metrics().connections());
            }
        }
    }

    @Test
    void subscribesAgainWhenTheSessionIsGoneAndReadersNoticeNothing() throws Exception {
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client = builder(server).build()) {
            client.connectAsync();
            CompletableFuture<Subscription> subscribing;
            try (Peer peer = server.accept(false)) {
                states.await(State.Connected.class);
                subscribing = client.subscribeAsync(Subscribe.to("a").build(), null);
                answer(peer);
                subscribing.get(5, TimeUnit.SECONDS);
            }
            try (Peer peer = server.accept(false)) {
                answer(peer);
                peer.send(
                        new Packet.Publish(
                                false,
                                QoS.AT_MOST_ONCE,
                                false,
                                TopicName.of("a"),
                                0,
                                Properties.NONE,
                                new byte[] {'m'}));
                assertEquals(
                        "m", subscribing.get().next(Duration.ofSeconds(5)).orElseThrow().text());
            }
        }
    }

    @Test
    void whatHangsOnFuturesMayBlock() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client = builder(server).build()) {
            client.connectAsync();
            try (Peer peer = server.accept(false)) {
                CompletableFuture<Boolean> isVirtual =
                        client.subscribeAsync(Subscribe.to("a").build(), null)
                                .thenApply(s -> {
                                    awaitUninterrupted(released);
                                    return Thread.currentThread().isVirtual();
                                });
                answer(peer);
                client.publish(Message.of("a", "1")); // the loop is not held up
                assertEquals("1", text(peer));
                released.countDown();
                assertEquals(true, isVirtual.get(5, TimeUnit.SECONDS));
            }
        } finally {
            released.countDown();
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void answer(Peer peer) throws Exception {
        Packet.Subscribe subscribe = peer.read(Packet.Subscribe.class);
        peer.send(
                new Packet.Suback(
                        subscribe.packetId(), List.of(ReasonCode.GRANTED_QOS_2), Properties.NONE));
    }

    @Test
    void messagesWaitWhileThereIsNoConnection() throws Exception {
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client = builder(server).publishLimits(2, 1 << 20).build()) {
            client.connectAsync();
            server.accept(false).close();
            states.await(State.Waiting.class);
            client.publishAsync(Message.of("a", "1"));
            CompletableFuture<PublishResult> second = client.publishAsync(Message.of("a", "2"));
            ExecutionException e =
                    assertThrows(
                            ExecutionException.class,
                            () -> client.publishAsync(Message.of("a", "3")).get());
            assertInstanceOf(LimitExceededException.class, e.getCause());
            try (Peer peer = server.accept(false)) {
                assertEquals("1", text(peer));
                assertEquals("2", text(peer));
                second.get(5, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void aSubscriptionThatNobodyWaitsForAnyMoreIsGivenUp() throws Exception {
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client =
                        builder(server).operationTimeout(Duration.ofMillis(200)).build()) {
            client.connectAsync();
            try (Peer peer = server.accept(false)) {
                states.await(State.Connected.class);
                assertThrows(MqttTimeoutException.class, () -> client.subscribe("late"));
                peer.read(Packet.Subscribe.class);
                assertEquals("late", unsubscribed(peer));
                CompletableFuture<Subscription> subscribing =
                        client.subscribeAsync(Subscribe.to("cancelled").build(), null);
                peer.read(Packet.Subscribe.class);
                subscribing.cancel(false);
                assertEquals("cancelled", unsubscribed(peer));
                var timedOut =
                        client.subscribeAsync(Subscribe.to("timed out").build(), null)
                                .orTimeout(1, TimeUnit.MILLISECONDS);
                peer.read(Packet.Subscribe.class);
                assertEquals("timed out", unsubscribed(peer));
                assertTrue(timedOut.isCompletedExceptionally());
            }
            states.await(State.Waiting.class);
            try (Peer peer = server.accept(false)) {
                states.await(State.Connected.class);
                client.publishAsync(Message.of("a", "nothing is subscribed again"));
                assertEquals("nothing is subscribed again", text(peer));
            }
        }
    }

    private static String unsubscribed(Peer peer) throws Exception {
        Packet.Unsubscribe unsubscribe = peer.read(Packet.Unsubscribe.class);
        peer.send(
                new Packet.Unsuback(
                        unsubscribe.packetId(), List.of(ReasonCode.SUCCESS), Properties.NONE));
        return unsubscribe.filters().getFirst().toString();
    }

    private static String text(Peer peer) throws Exception {
        return new String(
                peer.read(Packet.Publish.class).payload(), java.nio.charset.StandardCharsets.UTF_8);
    }

    @Test
    void withoutABufferMessagesFailAtOnce() throws Exception {
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client =
                        builder(server)
                                .reconnect(
                                        Reconnect.between(
                                                Duration.ofMinutes(1), Duration.ofMinutes(2)))
                                .withoutOfflineBuffer()
                                .build()) {
            client.connectAsync();
            server.accept(false).close();
            states.await(State.Waiting.class);
            ConnectionException e =
                    assertThrows(ConnectionException.class, () -> client.publish("a", "1"));
            assertInstanceOf(Ending.Lost.class, e.ending());
        }
    }

    @Test
    void theFirstAttemptIsRepeatedIfWished() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (MqttClient client =
                MqttClient.builder()
                        .uri("mqtt://127.0.0.1:" + port)
                        .onState(states)
                        .reconnect(SOON.withFirst())
                        .build()) {
            client.connectAsync();
            assertEquals(2, states.await(State.Waiting.class).attempt());
            assertEquals(3, states.await(State.Waiting.class).attempt());
        }
    }

    @Test
    void givesUpAfterSoManyFailures() throws Exception {
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client = builder(server).reconnect(SOON.atMost(2)).build()) {
            client.connectAsync();
            server.accept(false).close();
            server.accept().close();
            server.accept().close();
            assertInstanceOf(Ending.Lost.class, states.await(State.Disconnected.class).ending());
        }
    }

    @Test
    void credentialsAreFetchedBeforeEachAttempt() throws Exception {
        AtomicInteger count = new AtomicInteger();
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client =
                        builder(server)
                                .credentialsFrom(
                                        () -> Credentials.of("u", "p" + count.incrementAndGet()))
                                .build()) {
            client.connectAsync();
            for (int i = 1; i <= 2; i++) {
                try (Peer peer = server.accept()) {
                    byte[] password = peer.read(Packet.Connect.class).password();
                    assertEquals(
                            "p" + i,
                            new String(
                                    java.util.Objects.requireNonNull(password),
                                    java.nio.charset.StandardCharsets.UTF_8));
                    peer.connack(false, Properties.NONE);
                    states.await(State.Connected.class);
                }
            }
        }
    }

    @Test
    void closingWaitsForWhatIsUnderWay() throws Exception {
        try (ScriptedServer server = new ScriptedServer()) {
            MqttClient client = builder(server).build();
            client.connectAsync();
            try (Peer peer = server.accept(false)) {
                states.await(State.Connected.class);
                client.publishAsync(Message.to("a").qos(QoS.AT_LEAST_ONCE).build());
                Thread closing = Thread.ofVirtual().start(client::close);
                int packetId = peer.read(Packet.Publish.class).packetId();
                peer.send(new Packet.Puback(packetId, ReasonCode.SUCCESS, Properties.NONE));
                peer.read(Packet.Disconnect.class);
                assertTrue(closing.join(Duration.ofSeconds(5)));
                states.await(State.Closed.class);
            }
        }
    }

    @Test
    void aClientThatWasDisconnectedBeginsAnew() throws Exception {
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client = builder(server).build()) {
            client.connectAsync();
            try (Peer peer = server.accept(false)) {
                states.await(State.Connected.class);
                CompletableFuture<Subscription> subscribing =
                        client.subscribeAsync(Subscribe.to("a").build(), null);
                answer(peer);
                Subscription s = subscribing.get(5, TimeUnit.SECONDS);
                client.disconnect();
                peer.read(Packet.Disconnect.class);
                assertFalse(s.iterator().hasNext());
            }
            CompletableFuture<ConnectResult> again = client.connectAsync();
            try (Peer peer = server.accept(false)) {
                again.get(5, TimeUnit.SECONDS);
                client.publishAsync(Message.of("b", "c"));
                assertEquals("c", text(peer));
            }
        }
    }

    @Test
    void requestsAreAnsweredAfterADisconnection() throws Exception {
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client = builder(server).build()) {
            for (int i = 0; i < 2; i++) {
                client.connectAsync();
                try (Peer peer = server.accept(false)) {
                    states.await(State.Connected.class);
                    CompletableFuture<IncomingMessage> response =
                            client.requestAsync("add", new byte[0], Duration.ofSeconds(10));
                    answer(peer);
                    Properties p = peer.read(Packet.Publish.class).properties();
                    peer.send(
                            publish(
                                    Objects.requireNonNull(p.text(Property.RESPONSE_TOPIC)),
                                    0,
                                    Properties.of(
                                            Property.CORRELATION_DATA,
                                            Objects.requireNonNull(
                                                    p.binary(Property.CORRELATION_DATA)))));
                    response.get(10, TimeUnit.SECONDS);
                    client.disconnect();
                }
            }
        }
    }

    @Test
    void whatNobodyClaimsIsGivenUpAfterADisconnectionToo() throws Exception {
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client =
                        resuming(server).operationTimeout(Duration.ofSeconds(1)).build()) {
            client.connectAsync();
            try (Peer peer = server.accept(false)) {
                states.await(State.Connected.class);
                client.disconnect();
                peer.read(Packet.Disconnect.class);
            }
            client.connectAsync();
            try (Peer peer = server.accept(true)) {
                peer.send(publish("old", 1, Properties.NONE));
                assertEquals(1, peer.read(Packet.Puback.class).packetId());
            }
        }
    }

    /// The operation time-out, after which it would come anyway, is 30 s.
    @Test
    void whatNobodyWillClaimNeedNotWait() throws Exception {
        CompletableFuture<String> unclaimed = new CompletableFuture<>();
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client =
                        resuming(server).onUnclaimed(m -> unclaimed.complete(m.topic())).build()) {
            client.connectAsync();
            try (Peer peer = server.accept(true)) {
                states.await(State.Connected.class);
                peer.send(publish("old", 1, Properties.NONE));
                client.releaseUnclaimed();
                assertEquals("old", unclaimed.get(10, TimeUnit.SECONDS));
            }
        }
    }

    @Test
    void whatNobodyWillEverClaimDoesNotWaitOnLaterConnections() throws Exception {
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client = resuming(server).operationTimeout(Duration.ofDays(1)).build()) {
            client.releaseUnclaimed();
            for (int packetId = 1; packetId <= 2; packetId++) {
                client.connectAsync();
                try (Peer peer = server.accept(true)) {
                    peer.send(publish("old", packetId, Properties.NONE));
                    assertEquals(packetId, peer.read(Packet.Puback.class).packetId());
                    client.disconnect();
                }
            }
        }
    }

    @Test
    void whatWaitsForTheUnclaimedHandlerCounts() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client =
                        builder(server)
                                .receiveBuffer(1_000)
                                .onUnclaimed(m -> {
                                    awaitUninterrupted(released);
                                    m.acknowledge();
                                })
                                .build()) {
            client.connectAsync();
            try (Peer peer = server.accept(false)) {
                states.await(State.Connected.class);
                for (int i = 1; i <= 10; i++) {
                    peer.send(publish("a", i, Properties.NONE));
                }
                client.publishAsync(Message.of("b", "the loop has seen them"));
                assertEquals("the loop has seen them", text(peer));
                assertTrue(client.metrics().received() < 10);
                released.countDown();
                for (int i = 1; i <= 10; i++) {
                    assertEquals(i, peer.read(Packet.Puback.class).packetId());
                }
            }
        } finally {
            released.countDown();
        }
    }

    @Test
    void aPauseOutlivesItsConnection() throws Exception {
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client =
                        builder(server)
                                .clientId("c")
                                .sessionExpiry(Duration.ofHours(1))
                                .receiveBuffer(100)
                                .build()) {
            client.connectAsync();
            CompletableFuture<Subscription> subscribing;
            try (Peer peer = server.accept(false)) {
                states.await(State.Connected.class);
                subscribing = client.subscribeAsync(Subscribe.to("a").build(), null);
                answer(peer);
                subscribing.get(5, TimeUnit.SECONDS);
                peer.send(publish("a", 1, Properties.NONE));
                assertEquals(1, peer.read(Packet.Puback.class).packetId());
                peer.reset();
            }
            client.publishAsync(Message.of("b", "notices the loss"));
            try (Peer peer = server.accept(true)) {
                states.await(State.Connected.class);
                peer.send(publish("a", 2, Properties.NONE));
                client.publishAsync(Message.of("b", "seen"));
                assertEquals("seen", text(peer));
                assertEquals(1, client.metrics().received());
                assertEquals(1, subscribing.get().next().packetId());
                assertEquals(2, peer.read(Packet.Puback.class).packetId());
            }
        }
    }

    private static Packet.Publish publish(String topic, int packetId, Properties properties) {
        return new Packet.Publish(
                false,
                packetId == 0 ? QoS.AT_MOST_ONCE : QoS.AT_LEAST_ONCE,
                false,
                TopicName.of(topic),
                packetId,
                properties,
                new byte[600]);
    }

    /// With full jitter, half of the clients come back in each half of the window.
    @Test
    void theWaitsAreSpread() {
        Reconnect reconnect = Reconnect.between(Duration.ofSeconds(1), Duration.ofMinutes(1));
        Random random = new Random(7);
        for (int failures = 1; failures < 100; failures++) {
            long most = Math.min(60_000, 1_000L << Math.min(failures, 20));
            int early = 0;
            for (int i = 0; i < 1_000; i++) {
                long delay = reconnect.delay(failures, random).toMillis();
                assertTrue(delay >= 1_000 && delay <= most, "waits " + delay + " ms");
                early += delay < (1_000 + most) / 2 ? 1 : 0;
            }
            assertTrue(early > 400 && early < 600, early + " of 1000 are early");
        }
    }

    @Test
    void aThousandClientsDoNotComeBackAtOnce() throws Exception {
        int count = 1_000;
        List<MqttClient> clients = new ArrayList<>();
        try (ScriptedServer server = new ScriptedServer();
                ClientGroup group = ClientGroup.create(1)) {
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                MqttClient client =
                        MqttClient.builder()
                                .uri(server.uri())
                                .group(group)
                                .reconnect(
                                        Reconnect.between(
                                                Duration.ofMillis(500), Duration.ofSeconds(1)))
                                .build();
                clients.add(client);
                client.connectAsync();
            }
            for (int i = 0; i < count; i++) {
                peers.add(server.accept(false));
            }
            for (Peer peer : peers) {
                peer.close();
            }
            long start = System.nanoTime();
            int[] perTenth = new int[100];
            for (int i = 0; i < count; i++) {
                server.accept().close();
                int tenth = (int) ((System.nanoTime() - start) / 100_000_000);
                perTenth[Math.min(tenth, perTenth.length - 1)]++;
            }
            for (int c : perTenth) {
                // Spread over five tenths of a second; all at once would be 1,000 in one.
                assertTrue(c < 600, c + " clients came back within a tenth of a second");
            }
        } finally {
            clients.forEach(c -> c.close(Duration.ZERO));
        }
    }
}
