package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.transport.TlsOptions;
import io.hawkermq.core.EventLog;
import io.hawkermq.mosquitto.access.PasswordFile;
import io.hawkermq.mosquitto.access.PasswordHash;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TakesAgainWhatItFreed
class HttpApiTest {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(20)).build();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private static Broker start(HttpListener listener) throws StartException {
        return Broker.start(
                BrokerOptions.local(0).with(o -> o.sysIntervalSeconds(0).httpListeners(listener)));
    }

    private static HttpResponse<String> get(Broker broker, String path, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + broker.httpPort(0) + path))
                        .timeout(Duration.ofSeconds(20));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void figuresAreThoseOfTheBroker() throws Exception {
        try (Broker broker = start(HttpListener.loopback(0));
                TestClient client =
                        TestClient.connected(broker.port(), ProtocolVersion.MQTT_5, "c")) {
            client.send(TestClient.subscribe("t", QoS.AT_MOST_ONCE));
            client.next(Packet.Suback.class);
            client.send(TestClient.publish("t", QoS.AT_MOST_ONCE, 0, new byte[10]));
            client.next(Packet.Publish.class);
            String metrics = get(broker, "/metrics").body();
            for (String line :
                    new String[] {
                        "hawker_clients_connected 1.0",
                        "hawker_subscriptions 1.0",
                        "hawker_packets_received_total{type=\"publish\"} 1.0",
                        "hawker_packets_sent_total{type=\"publish\"} 1.0",
                        "hawker_publish_received_bytes_total 10.0",
                        "hawker_messages_dropped_total{reason=\"queue-count\"} 0.0",
                        "hawker_loops 1.0"
                    }) {
                assertTrue(metrics.contains("\n" + line + "\n"), metrics);
            }
            assertFalse(metrics.contains("hawker_store"), "there is no store");
            String systree = get(broker, "/api/v1/systree").body();
            assertTrue(systree.contains("\"$SYS/broker/clients/connected\": 1,"), systree);
            assertTrue(systree.contains("\"$SYS/broker/publish/messages/sent\": 1,"), systree);
            assertFalse(systree.contains("\"$SYS/broker/heap/current\": 0,"), systree);
        }
    }

    @Test
    void openMetricsForWhoAsksForThem() throws Exception {
        try (Broker broker = start(HttpListener.loopback(0))) {
            HttpResponse<String> r =
                    get(broker, "/metrics", "Accept", "application/openmetrics-text");
            assertTrue(r.body().endsWith("# EOF\n"), r.body());
        }
    }

    @Test
    void mosquittosPaths() throws Exception {
        try (Broker broker = start(HttpListener.loopback(0))) {
            assertEquals("2.1.2", get(broker, "/api/v1/version").body());
            assertEquals(
                    "{\"listeners\": [{\"port\": "
                            + broker.port()
                            + ", \"protocol\": \"mqtt\", \"tls\": false, \"mtls\": false,"
                            + " \"allow_anonymous\": true}, {\"port\": "
                            + broker.httpPort(0)
                            + ", \"protocol\": \"httpapi\", \"tls\": false, \"mtls\": false,"
                            + " \"allow_anonymous\": true}]}",
                    get(broker, "/api/v1/listeners").body());
            assertEquals(404, get(broker, "/api/missing").statusCode());
            assertEquals(404, get(broker, "/index.html").statusCode());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/, 200",
        "/below/a.txt, 200",
        "/missing, 404",
        "/below, 404",
        "/link, 404",
        "/%2e%2e/secret, 404",
        "/../secret, 404",
        "/a%00b, 404"
    })
    void filesOfTheDirectoryAndNoOthers(String path, int status) throws Exception {
        Path directory = folder.resolve("www");
        Files.createDirectories(directory.resolve("below"));
        Files.writeString(folder.resolve("secret"), "secret");
        Files.writeString(directory.resolve("index.html"), "<html></html>");
        Files.writeString(directory.resolve("below/a.txt"), "a");
        Files.createSymbolicLink(directory.resolve("link"), folder.resolve("secret"));
        HttpListener loopback = HttpListener.loopback(0);
        try (Broker broker =
                start(
                        new HttpListener(
                                loopback.host(), 0, null, directory, loopback.access(), ""))) {
            HttpResponse<String> r = get(broker, path);
            assertEquals(status, r.statusCode(), r.body());
            assertFalse(r.body().contains("secret"));
        }
    }

    @Test
    void onlyGet() throws Exception {
        try (Broker broker = start(HttpListener.loopback(0))) {
            HttpRequest post =
                    HttpRequest.newBuilder(
                                    URI.create(
                                            "http://127.0.0.1:"
                                                    + broker.httpPort(0)
                                                    + "/api/v1/version"))
                            .POST(HttpRequest.BodyPublishers.ofString("x"))
                            .build();
            HttpResponse<String> r = CLIENT.send(post, HttpResponse.BodyHandlers.ofString());
            assertEquals(405, r.statusCode());
            assertEquals("GET", r.headers().firstValue("Allow").orElse(""));
        }
    }

    private static String login(String user) {
        return "Basic "
                + Base64.getEncoder()
                        .encodeToString((user + ":secret").getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void pathsAreJudgedAsTopicsAndHealthByNobody() throws Exception {
        Files.writeString(
                folder.resolve("acl"),
                "topic read /api/v1/version\nuser ann\ntopic read /metrics\n");
        Path passwords = folder.resolve("passwords");
        Files.writeString(
                passwords,
                PasswordFile.line(
                                "ann",
                                PasswordHash.pbkdf2(
                                        "secret".getBytes(StandardCharsets.UTF_8),
                                        2,
                                        new SecureRandom()))
                        + "\n");
        Path file =
                Files.writeString(
                        folder.resolve("mosquitto.conf"),
                        """
                        listener 1883 127.0.0.1
                        listener 9883 127.0.0.1
                        protocol http_api
                        password_file %s/passwords
                        acl_file %s/acl
                        allow_anonymous true
                        """
                                .formatted(folder, folder));
        BrokerOptions options = BrokerOptions.ofFile(file, EventLog.SILENT);
        HttpListener http = options.httpListeners().getFirst();
        assertEquals(9_883, http.port());
        try (Broker broker =
                Broker.start(
                        options.with(o ->
                                o.listeners(Listener.loopback(0))
                                        .httpListeners(
                                                new HttpListener(
                                                        http.host(),
                                                        0,
                                                        null,
                                                        null,
                                                        http.access(),
                                                        ""))))) {
            assertEquals(200, get(broker, "/health/live").statusCode());
            assertEquals(200, get(broker, "/health/ready").statusCode());
            assertEquals(200, get(broker, "/api/v1/version").statusCode());
            HttpResponse<String> refused = get(broker, "/metrics");
            assertEquals(401, refused.statusCode());
            assertEquals("Not authorised\n", refused.body());
            assertTrue(refused.headers().firstValue("WWW-Authenticate").isPresent());
            assertEquals(200, get(broker, "/metrics", "Authorization", login("ann")).statusCode());
            assertEquals(401, get(broker, "/metrics", "Authorization", login("bob")).statusCode());
            assertEquals(401, get(broker, "/metrics", "Authorization", "Basic &&&").statusCode());
        }
    }

    @Test
    void overTls() throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        certificates.root("root", "root");
        certificates.key("server", "EC");
        certificates.issue("server", "root", "server", "/CN=localhost");
        HttpListener plain = HttpListener.loopback(0);
        TlsOptions tls =
                TlsOptions.of(certificates.file("server.crt"), certificates.file("server.key"));
        try (Broker broker =
                start(new HttpListener(plain.host(), 0, tls, null, plain.access(), ""))) {
            for (int i = 0; i < 2; i++) {
                HttpClient client =
                        HttpClient.newBuilder()
                                .sslContext(certificates.client("root.crt", null))
                                .build();
                HttpRequest request =
                        HttpRequest.newBuilder(
                                        URI.create(
                                                "https://localhost:"
                                                        + broker.httpPort(0)
                                                        + "/health/ready"))
                                .build();
                assertEquals(
                        "ready\n",
                        client.send(request, HttpResponse.BodyHandlers.ofString()).body());
                assertEquals(0, broker.reloadCertificates().size());
            }
        }
    }

    @Test
    void aPortThatIsTakenIsSaid() throws Exception {
        try (Broker broker = start(HttpListener.loopback(0))) {
            StartException e =
                    assertThrows(
                            StartException.class,
                            () -> start(HttpListener.loopback(broker.httpPort(0))));
            assertTrue(
                    String.valueOf(e.getMessage())
                            .startsWith(
                                    "Cannot listen on 127.0.0.1 port "
                                            + broker.httpPort(0)
                                            + " for HTTP: "),
                    e.getMessage());
        }
    }

    /// A request that never ends is ended, and holds up nobody.
    @Test
    void garbageIsAnsweredOrClosed() throws Exception {
        try (Broker broker = start(HttpListener.loopback(0))) {
            for (String garbage :
                    new String[] {
                        "\r\n\r\n",
                        "GET\r\n\r\n",
                        "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
                        "GET / HTTP/9\r\n\r\n",
                        "GET http://[ HTTP/1.1\r\n\r\n",
                        "\u0010\u0012\u0000\u0004MQTT\u0005"
                    }) {
                try (Socket socket =
                        new Socket(InetAddress.getLoopbackAddress(), broker.httpPort(0))) {
                    socket.setSoTimeout(20_000);
                    socket.getOutputStream().write(garbage.getBytes(StandardCharsets.ISO_8859_1));
                    socket.shutdownOutput();
                    InputStream in = socket.getInputStream();
                    while (in.read() >= 0) {
                        // until it is closed
                    }
                } catch (IOException e) {
                    // a reset is an end too
                }
            }
            assertEquals(200, get(broker, "/health/live").statusCode());
            TestClient.connected(broker.port(), ProtocolVersion.MQTT_5, "c").close();
        }
    }
}
