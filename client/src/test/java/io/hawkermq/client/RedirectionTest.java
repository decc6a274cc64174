package io.hawkermq.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hawkermq.client.Ending.NotFollowed.Why;
import io.hawkermq.client.ScriptedServer.Peer;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ReasonCode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Section 4.11: servers that refer to others.
@SuppressWarnings("try") // connections are held open for what the client does meanwhile
@Timeout(60)
class RedirectionTest {
    private final States states = new States();

    private MqttClientBuilder builder(ScriptedServer server) {
        return MqttClient.builder()
                .uri(server.uri())
                .onState(states)
                .reconnect(Reconnect.never())
                .followRedirections(3);
    }

    private static Properties reference(@Nullable String text) {
        return text == null ? Properties.NONE : Properties.of(Property.SERVER_REFERENCE, text);
    }

    private static void refer(ScriptedServer from, ReasonCode code, @Nullable String to)
            throws Exception {
        try (Peer peer = from.accept()) {
            peer.read(Packet.Connect.class);
            peer.send(new Packet.Connack(false, code, reference(to)));
        }
    }

    private static Ending endingOf(CompletableFuture<?> future) {
        ExecutionException e =
                assertThrows(ExecutionException.class, () -> future.get(10, TimeUnit.SECONDS));
        return assertInstanceOf(ConnectionException.class, e.getCause()).ending();
    }

    private static String at(ScriptedServer server) {
        return "127.0.0.1:" + server.port();
    }

    @Test
    void aConnackIsFollowedWithTheSameCredentials() throws Exception {
        try (ScriptedServer one = new ScriptedServer();
                ScriptedServer other = new ScriptedServer();
                MqttClient client = builder(one).credentials("u", "p").build()) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            refer(one, ReasonCode.USE_ANOTHER_SERVER, at(other));
            try (Peer peer = other.accept()) {
                assertEquals("u", peer.read(Packet.Connect.class).userName());
                peer.connack(false, Properties.NONE);
                connecting.get(5, TimeUnit.SECONDS);
                State.Waiting between = states.await(State.Waiting.class);
                assertInstanceOf(Ending.Redirected.class, between.ending());
                assertEquals(Duration.ZERO, between.delay());
            }
        }
    }

    @Test
    void aDisconnectIsFollowedAndTheSessionGoesOn() throws Exception {
        try (ScriptedServer one = new ScriptedServer();
                ScriptedServer other = new ScriptedServer();
                MqttClient client = builder(one).build()) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            CompletableFuture<Subscription> subscribing;
            try (Peer peer = one.accept(false)) {
                connecting.get(5, TimeUnit.SECONDS);
                subscribing = client.subscribeAsync(Subscribe.to("a").build(), null);
                peer.read(Packet.Subscribe.class);
                peer.send(
                        new Packet.Disconnect(
                                ReasonCode.SERVER_MOVED, reference(" " + at(other) + "  x:1")));
            }
            try (Peer peer = other.accept(false)) {
                Packet.Subscribe again = peer.read(Packet.Subscribe.class);
                peer.send(
                        new Packet.Suback(
                                again.packetId(),
                                java.util.List.of(ReasonCode.GRANTED_QOS_2),
                                Properties.NONE));
                subscribing.get(5, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void theNextReferenceIsTriedThenTheFirstServer() throws Exception {
        try (ScriptedServer one = new ScriptedServer();
                ScriptedServer gone = new ScriptedServer();
                ScriptedServer other = new ScriptedServer();
                MqttClient client =
                        builder(one)
                                .reconnect(
                                        Reconnect.between(
                                                Duration.ofMillis(5), Duration.ofMillis(10)))
                                .build()) {
            gone.refuse();
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            refer(one, ReasonCode.USE_ANOTHER_SERVER, "no%name " + at(gone) + " " + at(other));
            try (Peer peer = other.accept(false)) {
                connecting.get(5, TimeUnit.SECONDS);
                assertFalse(peer.socket.isClosed());
                other.refuse();
            }
            // Back to the other one, in vain; then home.
            one.accept(false).close();
        }
    }

    @Test
    void aServerThatHasMovedIsNotAskedAgain() throws Exception {
        try (ScriptedServer one = new ScriptedServer();
                ScriptedServer other = new ScriptedServer();
                MqttClient client = builder(one).build()) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            refer(one, ReasonCode.SERVER_MOVED, at(other));
            one.refuse();
            try (Peer peer = other.accept(false)) {
                connecting.get(5, TimeUnit.SECONDS);
                assertFalse(peer.socket.isClosed());
            }
            states.await(State.Disconnected.class);
            client.connectAsync();
            other.accept(false).close();
        }
    }

    @Test
    void aCircleHasAnEnd() throws Exception {
        try (ScriptedServer one = new ScriptedServer();
                ScriptedServer other = new ScriptedServer();
                MqttClient client = builder(one).build()) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            refer(one, ReasonCode.USE_ANOTHER_SERVER, at(other));
            // Also if each accepts before it refers to the next.
            try (Peer peer = other.accept(false)) {
                peer.send(new Packet.Disconnect(ReasonCode.SERVER_MOVED, reference(at(one))));
            }
            connecting.get(5, TimeUnit.SECONDS);
            refer(one, ReasonCode.USE_ANOTHER_SERVER, at(other));
            refer(other, ReasonCode.USE_ANOTHER_SERVER, at(one));
            Ending.NotFollowed end =
                    assertInstanceOf(
                            Ending.NotFollowed.class,
                            states.await(State.Disconnected.class).ending());
            assertEquals(Why.TOO_MANY, end.why());
            assertEquals(at(one), end.redirected().serverReference());
        }
    }

    @ParameterizedTest
    @CsvSource({
        ", NO_REFERENCE",
        "' ', NO_REFERENCE",
        "no%name, UNUSABLE",
        "unix:///run/x, UNUSABLE",
        "gopher://x, UNUSABLE"
    })
    void whatIsNoServerIsNotFollowed(@Nullable String reference, Why why) throws Exception {
        try (ScriptedServer one = new ScriptedServer();
                MqttClient client = builder(one).build()) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            refer(one, ReasonCode.USE_ANOTHER_SERVER, reference);
            Ending.NotFollowed end =
                    assertInstanceOf(Ending.NotFollowed.class, endingOf(connecting));
            assertEquals(why, end.why());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "mqtt://h:7, other, TCP, other, 1883",
        "mqtt://h:7, other:99, TCP, other, 99",
        "mqtt://h:7, [::1]:99, TCP, ::1, 99",
        "mqtt://h:7, [2001:db8::1], TCP, 2001:db8::1, 1883",
        "mqtts://h:7, other, TLS, other, 8883",
        "mqtts://h:7, mqtts://u:p@other, TLS, other, 8883",
        "mqtts://h:7, wss://other, WEB_SOCKET_TLS, other, 443",
        "mqtt://h:7, mqtts://other, TLS, other, 8883",
        "wss://h:7/x, other:99, WEB_SOCKET_TLS, other, 99",
        "unix:///run/x, other, TCP, other, 1883"
    })
    void referencesAreReadAsOfTheSameKind(
            String from, String reference, ServerAddress.Kind kind, String host, int port) {
        ServerAddress other = ServerAddress.of(from).referred(reference);
        assertEquals(kind, other.kind());
        assertEquals(host, other.host());
        assertEquals(port, other.port());
        assertEquals(null, other.credentials());
    }

    @ParameterizedTest
    @CsvSource({"mqtts://h, mqtt://h", "wss://h, ws://h", "mqtts://h, ws://h", "mqtt://h, a b"})
    void noReferenceLeavesTls(String from, String reference) {
        ServerAddress address = ServerAddress.of(from);
        assertThrows(IllegalArgumentException.class, () -> address.referred(reference));
    }
}
