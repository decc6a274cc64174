package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A Sparkplug aware server: [tck-id-conformance-mqtt-aware-store],
/// [tck-id-conformance-mqtt-aware-publish-nbirth-retain].
class BirthCertificatesTest {
    private Broker broker;
    private TestClient node;

    @BeforeEach
    void start() throws Exception {
        broker =
                Broker.start(
                        BrokerOptions.local(0)
                                .with(o -> o.sparkplug(BrokerOptions.Sparkplug.AWARE).loops(2)));
        node = client();
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
        broker.close();
    }

    private TestClient client() throws IOException {
        TestClient client = new TestClient(broker.port(), ProtocolVersion.MQTT_5);
        client.send(TestClient.connect(ProtocolVersion.MQTT_5, ""));
        client.next(Packet.Connack.class);
        return client;
    }

    private static void send(TestClient client, String topic, String text) throws IOException {
        client.send(
                TestClient.publish(
                        topic, QoS.AT_LEAST_ONCE, 1, text.getBytes(StandardCharsets.UTF_8)));
        client.next(Packet.Puback.class);
    }

    /// The messages up to one with the text "end", as topic, text and an R for retained.
    private static List<String> upToEnd(TestClient client) throws IOException {
        List<String> received = new ArrayList<>();
        while (true) {
            Packet.Publish p = client.next(Packet.Publish.class);
            String text = new String(p.payload(), StandardCharsets.UTF_8);
            if (text.equals("end")) {
                return received;
            }
            received.add(p.topic() + " " + text + (p.retain() ? " R" : ""));
        }
    }

    @Test
    void theLastBirthsAreKeptForWhoComesLater() throws Exception {
        try (TestClient early = client()) {
            early.send(TestClient.subscribe("$sparkplug/certificates/#", QoS.AT_MOST_ONCE));
            early.next(Packet.Suback.class);
            send(node, "spBv1.0/g/NBIRTH/e", "old");
            send(node, "spBv1.0/g/NBIRTH/e", "node");
            send(node, "spBv1.0/g/DBIRTH/e/d", "device");
            for (String expected : List.of("NBIRTH/e old", "NBIRTH/e node", "DBIRTH/e/d device")) {
                Packet.Publish p = early.next(Packet.Publish.class);
                assertEquals(
                        "$sparkplug/certificates/spBv1.0/g/" + expected,
                        p.topic() + " " + new String(p.payload(), StandardCharsets.UTF_8));
            }
        }
        try (TestClient late = client()) {
            late.send(TestClient.subscribe("$sparkplug/certificates/#", QoS.AT_MOST_ONCE));
            late.next(Packet.Suback.class);
            List<String> kept = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                Packet.Publish p = late.next(Packet.Publish.class);
                assertTrue(p.retain());
                kept.add(new String(p.payload(), StandardCharsets.UTF_8));
            }
            kept.sort(null);
            assertEquals(List.of("device", "node"), kept);
        }
    }

    @Test
    void nothingElseIsKept() throws Exception {
        try (TestClient all = client()) {
            all.send(TestClient.subscribe("$sparkplug/#", QoS.AT_MOST_ONCE));
            all.next(Packet.Suback.class);
            for (String topic :
                    List.of(
                            "spBv1.0/g/NDATA/e",
                            "spBv1.0/g/NBIRTH/e/d",
                            "spBv1.0/g/DBIRTH/e",
                            "spBv1.0/g/NBIRTH",
                            "spAv1.0/g/NBIRTH/e",
                            "x/spBv1.0/g/NBIRTH/e")) {
                send(node, topic, "text");
            }
            send(node, "$sparkplug/end", "end");
            assertEquals(List.of(), upToEnd(all));
        }
    }
}
