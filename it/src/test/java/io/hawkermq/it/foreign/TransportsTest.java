package io.hawkermq.it.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.Broker;
import io.hawkermq.broker.BrokerOptions;
import io.hawkermq.broker.Listener;
import io.hawkermq.broker.transport.TlsOptions;
import io.hawkermq.broker.transport.TlsOptions.ClientCertificates;
import io.hawkermq.broker.transport.WebSocketOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Foreign clients over everything that is not plain TCP.
class TransportsTest {
    private static final int TLS = 0;
    private static final int MUTUAL = 1;
    private static final int WEB_SOCKET = 2;
    private static final int SECURE_WEB_SOCKET = 3;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private static Path folder;

    @SuppressWarnings("NullAway.Init") // started before the first test
    private static Broker broker;

    private static String file(String name) {
        return folder.resolve(name).toString();
    }

    @BeforeAll
    static void start() throws Exception {
        certificate("server", "/CN=localhost");
        certificate("client", "/CN=sensor");
        TlsOptions tls = TlsOptions.of(folder.resolve("server.crt"), folder.resolve("server.key"));
        TlsOptions mutual =
                tls.with(t ->
                        t.authorityFile(folder.resolve("client.crt"))
                                .clientCertificates(ClientCertificates.REQUIRED));
        WebSocketOptions webSocket = WebSocketOptions.DEFAULT;
        broker =
                Broker.start(
                        BrokerOptions.local(0)
                                .with(o ->
                                        o.listeners(
                                                Listener.loopback(0).with(l -> l.tls(tls)),
                                                Listener.loopback(0).with(l -> l.tls(mutual)),
                                                Listener.loopback(0)
                                                        .with(l -> l.webSocket(webSocket)),
                                                Listener.loopback(0)
                                                        .with(l -> l.tls(tls).webSocket(webSocket)),
                                                Listener.unix(folder.resolve("mqtt.sock")))));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    /// One that signs itself.
    private static void certificate(String name, String subject) {
        Program.run(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                file(name + ".key"),
                "-out",
                file(name + ".crt"),
                "-days",
                "2",
                "-subj",
                subject,
                "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1");
    }

    private static void throughMosquittosTools(String topic, List<String> transport) {
        ForeignClient.MOSQUITTO.require();
        List<String> sub =
                new ArrayList<>(
                        List.of(
                                "stdbuf",
                                "-oL",
                                "mosquitto_sub",
                                "-d",
                                "-q",
                                "2",
                                "-t",
                                topic,
                                "-C",
                                "3",
                                "-F",
                                "> %q %p"));
        sub.addAll(transport);
        try (Program s = Program.start(sub.toArray(new String[0]))) {
            s.await("SUBACK", line -> line.contains("received SUBACK"));
            for (int qos = 0; qos <= 2; qos++) {
                List<String> pub =
                        new ArrayList<>(
                                List.of(
                                        "mosquitto_pub",
                                        "-t",
                                        topic,
                                        "-m",
                                        "text",
                                        "-q",
                                        Integer.toString(qos)));
                pub.addAll(transport);
                Program.run(pub.toArray(new String[0]));
            }
            List<String> received =
                    s.expectSuccess().stream().filter(l -> l.startsWith("> ")).toList();
            assertEquals(List.of("> 0 text", "> 1 text", "> 2 text"), received);
        }
    }

    @ParameterizedTest
    @CsvSource({"tlsv1.2", "tlsv1.3"})
    void mosquittosToolsOverTls(String version) {
        throughMosquittosTools(
                "tls/" + version,
                List.of(
                        "-h",
                        "localhost",
                        "-p",
                        Integer.toString(broker.port(TLS)),
                        "--cafile",
                        file("server.crt"),
                        "--tls-version",
                        version,
                        "--tls-alpn",
                        "mqtt"));
    }

    @Test
    void mosquittosToolsWithACertificate() {
        throughMosquittosTools(
                "mutual",
                List.of(
                        "-h",
                        "localhost",
                        "-p",
                        Integer.toString(broker.port(MUTUAL)),
                        "--cafile",
                        file("server.crt"),
                        "--cert",
                        file("client.crt"),
                        "--key",
                        file("client.key")));
    }

    @Test
    void mosquittosToolsOverAUnixSocket() {
        throughMosquittosTools("unix", List.of("--unix", file("mqtt.sock")));
    }

    @ParameterizedTest
    @CsvSource({"4,qos", "4,large", "4,resume", "5,qos", "5,large", "5,properties", "3,will"})
    void mqttJsOverWebSocketAndTls(int version, String scenario) {
        ForeignClient.MQTT_JS.require();
        for (String url :
                List.of(
                        "ws://localhost:" + broker.port(WEB_SOCKET) + "/mqtt",
                        "wss://localhost:" + broker.port(SECURE_WEB_SOCKET),
                        "mqtts://localhost:" + broker.port(TLS))) {
            List<String> lines =
                    Program.run(
                            "node",
                            "src/test/js/scenarios.js",
                            url,
                            Integer.toString(version),
                            scenario,
                            "transports-" + version + scenario + url.substring(0, 3),
                            file("server.crt"));
            assertTrue(lines.contains("done " + scenario), () -> String.join("\n", lines));
        }
    }
}
