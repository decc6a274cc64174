package example;

import io.hawkermq.broker.TestClient;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A program that speaks MQTT, for the example to test: asks for heat when it is cold, and tries
/// again when its connection is lost.
final class Thermostat implements AutoCloseable {
    private static final int MOST_ATTEMPTS = 5;

    private final int port;
    private final Thread thread = new Thread(this::run, "thermostat");
    private volatile boolean isClosed;
    private final AtomicInteger attempts = new AtomicInteger();
    private volatile @Nullable TestClient current;

    Thermostat(String host, int port) {
        if (!host.equals("127.0.0.1")) {
            throw new IllegalArgumentException("this one reaches the loopback address only");
        }
        this.port = port;
        thread.start();
    }

    /// How often it has tried to connect.
    int attempts() {
        return attempts.get();
    }

    private void run() {
        while (!isClosed && attempts.getAndIncrement() < MOST_ATTEMPTS) {
            try (TestClient client =
                    TestClient.connected(port, ProtocolVersion.MQTT_5, "thermostat")) {
                current = client;
                client.send(TestClient.subscribe("room/temperature", QoS.AT_LEAST_ONCE));
                client.next(Packet.Suback.class);
                while (true) {
                    Packet.Publish measured = client.next(Packet.Publish.class);
                    String celsius = new String(measured.payload(), StandardCharsets.UTF_8);
                    if (Double.parseDouble(celsius) < 19) {
                        byte[] on = "on".getBytes(StandardCharsets.UTF_8);
                        client.send(TestClient.publish("room/heating", QoS.AT_LEAST_ONCE, 1, on));
                        client.next(Packet.Puback.class);
                    }
                }
            } catch (IOException | AssertionError e) {
                // Refused, or the connection is lost: again.
            }
        }
    }

    @Override
    public void close() throws IOException {
        isClosed = true;
        TestClient open = current;
        if (open != null) {
            open.close();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
