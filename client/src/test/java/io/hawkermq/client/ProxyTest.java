package io.hawkermq.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.client.ScriptedServer.Peer;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The server plays the proxy first and then the MQTT server behind it, on the same connection.
@Timeout(30)
class ProxyTest {
    private static MqttClient client(Proxy proxy) {
        return MqttClient.builder()
                .uri("mqtt://broker.example:1234")
                .proxy(proxy)
                .reconnect(Reconnect.never())
                .build();
    }

    private static void mqtt(Peer peer, CompletableFuture<ConnectResult> connecting)
            throws Exception {
        peer.read(Packet.Connect.class);
        peer.connack(false, Properties.NONE);
        connecting.get(5, TimeUnit.SECONDS);
    }

    private static String head(DataInputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        return head.toString();
    }

    @Test
    void goesThroughAnHttpProxy() throws Exception {
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client =
                        client(
                                Proxy.http("127.0.0.1", server.port())
                                        .with(Credentials.of("u", "p")))) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            try (Peer peer = server.accept()) {
                String head = head(new DataInputStream(peer.socket.getInputStream()));
                assertTrue(head.startsWith("CONNECT broker.example:1234 HTTP/1.1\r\n"), head);
                assertTrue(head.contains("\r\nProxy-Authorization: Basic dTpw\r\n"), head);
                peer.send("HTTP/1.1 200 Fine\r\nX: \r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                mqtt(peer, connecting);
            }
        }
    }

    @Test
    void anHttpProxysRefusalIsTold() throws Exception {
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client = client(Proxy.http("127.0.0.1", server.port()))) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            try (Peer peer = server.accept()) {
                head(new DataInputStream(peer.socket.getInputStream()));
                peer.send("HTTP/1.1 407 No\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                ExecutionException e =
                        assertThrows(
                                ExecutionException.class,
                                () -> connecting.get(5, TimeUnit.SECONDS));
                ConnectionException c = assertInstanceOf(ConnectionException.class, e.getCause());
                assertTrue(c.ending().text().contains("407 No"), c.ending().text());
            }
        }
    }

    @Test
    void goesThroughASocksProxyWithAPassword() throws Exception {
        try (ScriptedServer server = new ScriptedServer();
                MqttClient client =
                        client(
                                Proxy.socks5("127.0.0.1", server.port())
                                        .with(Credentials.of("u", "p")))) {
            CompletableFuture<ConnectResult> connecting = client.connectAsync();
            try (Peer peer = server.accept()) {
                DataInputStream in = new DataInputStream(peer.socket.getInputStream());
                assertEquals(5, in.readByte());
                in.skipNBytes(in.readByte());
                peer.send(new byte[] {5, 2});
                byte[] login = new byte[5];
                in.readFully(login);
                assertEquals("\1\1u\1p", new String(login, StandardCharsets.US_ASCII));
                peer.send(new byte[] {1, 0});
                byte[] request = new byte[4];
                in.readFully(request);
                byte[] name = new byte[in.readUnsignedByte()];
                in.readFully(name);
                assertEquals("broker.example", new String(name, StandardCharsets.US_ASCII));
                assertEquals(1234, in.readUnsignedShort());
                peer.send(new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
                mqtt(peer, connecting);
            }
        }
    }
}
