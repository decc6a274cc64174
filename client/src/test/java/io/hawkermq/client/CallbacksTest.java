package io.hawkermq.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.hawkermq.client.ScriptedServer.Peer;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The program's code that the client runs may call the client, block and fail.
@Timeout(60)
class CallbacksTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final CompletableFuture<MqttClient> itself = new CompletableFuture<>();
    private final CompletableFuture<String> done = new CompletableFuture<>();

    private static MqttClientBuilder builder(ScriptedServer server) {
        return MqttClient.builder().uri(server.uri()).reconnect(Reconnect.never());
    }

    private static void answer(Peer peer) throws Exception {
        int packetId = peer.read(Packet.Subscribe.class).packetId();
        peer.send(new Packet.Suback(packetId, List.of(ReasonCode.GRANTED_QOS_1), Properties.NONE));
    }

    @Test
    void aListenerMayCloseTheClient() throws Exception {
        try (ScriptedServer server = new ScriptedServer()) {
            MqttClient client =
                    builder(server)
                            .onState(state -> {
                                if (state instanceof State.Connected) {
                                    itself.join().close();
                                    done.complete("closed");
                                }
                            })
                            .build();
            itself.complete(client);
            client.connectAsync();
            try (Peer peer = server.accept(false)) {
                assertEquals("closed", done.get(10, TimeUnit.SECONDS));
                peer.read(Packet.Disconnect.class);
            }
        }
    }

    @Test
    void aListenerMayConnectAgain() throws Exception {
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client =
                        builder(server)
                                .onState(state -> {
                                    if (state instanceof State.Disconnected) {
                                        done.complete(itself.join().connect().clientId());
                                    }
                                })
                                .clientId("c")
                                .build()) {
            itself.complete(client);
            client.connectAsync();
            server.accept(false).close();
            try (Peer peer = server.accept(false)) {
                assertEquals("c", done.get(10, TimeUnit.SECONDS));
                assertEquals(-1, closedBy(client, peer));
            }
        }
    }

    private static int closedBy(MqttClient client, Peer peer) throws Exception {
        client.close(Duration.ZERO);
        peer.read(Packet.Disconnect.class);
        return peer.socket.getInputStream().read();
    }

    @Test
    void whatHangsOnAFutureMayWaitForAResponse() throws Exception {
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client = builder(server).build()) {
            CompletableFuture<String> response =
                    client.connectAsync()
                            .thenApply(r -> client.request("add", new byte[0], PATIENCE).text());
            try (Peer peer = server.accept(false)) {
                answer(peer);
                Packet.Publish request = peer.read(Packet.Publish.class);
                peer.send(
                        new Packet.Puback(request.packetId(), ReasonCode.SUCCESS, Properties.NONE));
                Properties p = request.properties();
                peer.send(
                        new Packet.Publish(
                                false,
                                QoS.AT_MOST_ONCE,
                                false,
                                TopicName.of(
                                        Objects.requireNonNull(p.text(Property.RESPONSE_TOPIC))),
                                0,
                                Properties.of(
                                        Property.CORRELATION_DATA,
                                        Objects.requireNonNull(
                                                p.binary(Property.CORRELATION_DATA))),
                                "42".getBytes(StandardCharsets.UTF_8)));
                assertEquals("42", response.get(10, TimeUnit.SECONDS));
            }
        }
    }

    @Test
    void anErrorInAListenerSilencesNobody() throws Exception {
        CompletableFuture<Exception> told = new CompletableFuture<>();
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client =
                        builder(server)
                                .onState(state -> {
                                    if (state instanceof State.Connecting) {
                                        throw new AssertionError("wrong");
                                    }
                                })
                                .onError(e -> {
                                    told.complete(e);
                                    throw new AssertionError("wrong as well");
                                })
                                .build()) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            try (Peer peer = server.accept(false)) {
                connecting.get(10, TimeUnit.SECONDS);
                assertInstanceOf(
                        AssertionError.class,
                        assertInstanceOf(ExecutionException.class, told.get(10, TimeUnit.SECONDS))
                                .getCause());
                assertEquals(-1, closedBy(client, peer));
            }
        }
    }

    @Test
    void whatASubscriberCancelsAtIsAcknowledged() throws Exception {
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client = builder(server).build();
                Peer peer = connect(client, server)) {
            publisher(client, peer).subscribe(new Reader((its, message) -> its.cancel()));
            peer.send(message(1));
            assertEquals(1, peer.read(Packet.Puback.class).packetId());
        }
    }

    @Test
    void whatASubscriberThrowsAtIsToldAndAcknowledged() throws Exception {
        CompletableFuture<Exception> told = new CompletableFuture<>();
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client = builder(server).onError(told::complete).build();
                Peer peer = connect(client, server)) {
            publisher(client, peer)
                    .subscribe(
                            new Reader((its, message) -> {
                                throw new IllegalStateException("wrong");
                            }));
            peer.send(message(1));
            assertEquals(1, peer.read(Packet.Puback.class).packetId());
            assertEquals("wrong", told.get(10, TimeUnit.SECONDS).getMessage());
        }
    }

    /// [MQTT-3.1.2-20]: however long the program's code takes.
    @Test
    void aHandlerThatBlocksKeepsNoPingBack() throws Exception {
        CompletableFuture<String> stuck = new CompletableFuture<>();
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client = builder(server).keepAlive(Duration.ofSeconds(3)).build();
                Peer peer = connect(client, server)) {
            client.subscribeAsync(
                    Subscribe.to("a").build(),
                    message -> {
                        done.complete(message.text());
                        stuck.join();
                    });
            answer(peer);
            peer.send(message(1));
            assertEquals("m", done.get(10, TimeUnit.SECONDS));
            try {
                peer.read(Packet.Puback.class);
                peer.read(Packet.Pingreq.class);
            } finally {
                stuck.complete("no longer");
            }
        }
    }

    private static Peer connect(MqttClient client, ScriptedServer server) throws Exception {
        CompletableFuture<ConnectResult> connecting = client.connectAsync();
        Peer peer = server.accept(false);
        connecting.get(10, TimeUnit.SECONDS);
        return peer;
    }

    /// The messages of `a`, each acknowledged when the next one is taken.
    private static Flow.Publisher<IncomingMessage> publisher(MqttClient client, Peer peer)
            throws Exception {
        CompletableFuture<Subscription> subscribing =
                client.subscribeAsync(
                        Subscribe.to("a").acknowledgement(Acknowledgement.AFTER_HANDLER).build(),
                        null);
        answer(peer);
        return subscribing.get(10, TimeUnit.SECONDS).publisher();
    }

    private static final class Reader implements Flow.Subscriber<IncomingMessage> {
        private final BiConsumer<Flow.Subscription, IncomingMessage> onNext;
        private Flow.@Nullable Subscription subscription;

        Reader(BiConsumer<Flow.Subscription, IncomingMessage> onNext) {
            this.onNext = onNext;
        }

        @Override
        public void onSubscribe(Flow.Subscription its) {
            subscription = its;
            its.request(10);
        }

        @Override
        public void onNext(IncomingMessage message) {
            onNext.accept(Objects.requireNonNull(subscription), message);
        }

        @Override
        public void onError(Throwable throwable) {}

        @Override
        public void onComplete() {}
    }

    private static Packet.Publish message(int packetId) {
        return new Packet.Publish(
                false,
                QoS.AT_LEAST_ONCE,
                false,
                TopicName.of("a"),
                packetId,
                Properties.NONE,
                new byte[] {'m'});
    }

    @Test
    void anErrorInAHandlerEndsNoSubscription() throws Exception {
        CompletableFuture<Exception> told = new CompletableFuture<>();
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client = builder(server).onError(told::complete).build()) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            try (Peer peer = server.accept(false)) {
                connecting.get(10, TimeUnit.SECONDS);
                client.subscribeAsync(
                        Subscribe.to("a").acknowledgement(Acknowledgement.AFTER_HANDLER).build(),
                        message -> {
                            if (message.packetId() == 1) {
                                throw new AssertionError("wrong");
                            }
                            done.complete(message.text());
                        });
                answer(peer);
                for (int i = 1; i <= 2; i++) {
                    peer.send(message(i));
                }
                assertEquals("m", done.get(10, TimeUnit.SECONDS));
                assertInstanceOf(ExecutionException.class, told.get(10, TimeUnit.SECONDS));
                assertEquals(1, peer.read(Packet.Puback.class).packetId());
                assertEquals(2, peer.read(Packet.Puback.class).packetId());
            }
        }
    }
}
