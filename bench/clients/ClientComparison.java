import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.hawkermq.client.Message;
import io.hawkermq.client.Subscribe;
import io.hawkermq.protocol.QoS;
import java.io.Closeable;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/// One row of the comparison, see `run`. Paho speaks 3.1.1, the other two 5.0. All publish with at
/// most 1,000 messages unacknowledged, payloads of 100 bytes.
public final class ClientComparison {
    private static final int WINDOW = 1_000;
    private static final byte[] PAYLOAD = new byte[100];

    /// What the three have in common.
    interface Client extends Closeable {
        /// Publishes without waiting; releases one of `window` when done.
        void publish(String topic, int qos, Semaphore window) throws Exception;

        void publishAndWait(String topic) throws Exception;

        void subscribe(String filter, int qos, AtomicLong received) throws Exception;
    }

    public static void main(String[] a) throws Exception {
        String name = a[0];
        String scenario = a[1];
        URI uri = URI.create(a[2]);
        int messages = Integer.parseInt(a[3]);
        if (scenario.equals("idle")) {
            idle(name, uri, Integer.parseInt(a[4]));
            return;
        }
        int qos = scenario.charAt(scenario.length() - 1) - '0';
        int count = scenario.startsWith("blocking") ? messages / 10 : qos == 2 ? messages / 2 : messages;
        try (Client client = open(name, uri)) {
            if (scenario.startsWith("subscribe")) {
                subscribe(name, scenario, client, uri, qos, count);
                return;
            }
            for (int round = 0; round < 3; round++) { // the last one counts
                Measure m = new Measure();
                if (scenario.startsWith("blocking")) {
                    for (int i = 0; i < count; i++) {
                        client.publishAndWait("bench/" + i % 10);
                    }
                } else {
                    Semaphore window = new Semaphore(WINDOW);
                    for (int i = 0; i < count; i++) {
                        window.acquire();
                        client.publish("bench/" + i % 10, qos, window);
                    }
                    window.acquire(WINDOW);
                }
                if (round == 2) {
                    m.print(name, scenario, count);
                }
            }
        }
    }

    /// The messages come from Hawker's client in another process, for all three alike.
    private static void subscribe(String name, String scenario, Client client, URI uri, int qos, int count)
            throws Exception {
        AtomicLong received = new AtomicLong();
        String topic = "bench/" + ProcessHandle.current().pid();
        client.subscribe(topic, qos, received);
        for (int round = 0; round < 3; round++) {
            received.set(0);
            Process publisher =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                    "-XX:+UseSerialGC",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Publisher.class.getName(),
                                    uri.toString(),
                                    topic,
                                    Integer.toString(qos),
                                    Integer.toString(count))
                            .inheritIO()
                            .start();
            while (received.get() == 0 && publisher.isAlive()) {
                Thread.sleep(1);
            }
            Measure m = new Measure();
            long deadline = System.nanoTime() + 60_000_000_000L;
            long last = -1;
            while (received.get() < count && System.nanoTime() < deadline) {
                Thread.sleep(5);
                if (!publisher.isAlive() && received.get() == last) {
                    break; // the broker has dropped some
                }
                last = received.get();
            }
            if (round == 2) {
                m.print(name, scenario, (int) received.get());
            }
            publisher.waitFor();
        }
    }

    /// What [#subscribe] receives.
    static final class Publisher {
        public static void main(String[] a) throws Exception {
            try (Client client = open("hawker", URI.create(a[0]))) {
                Semaphore window = new Semaphore(200);
                for (int i = 0; i < Integer.parseInt(a[3]); i++) {
                    window.acquire();
                    client.publish(a[1], Integer.parseInt(a[2]), window);
                }
                window.acquire(200);
            }
        }
    }

    private static void idle(String name, URI uri, int count) throws Exception {
        List<Client> clients = new ArrayList<>();
        clients.add(open(name, uri));
        long heap = heap();
        long resident = resident();
        int threads = Thread.activeCount();
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            clients.add(open(name, uri));
        }
        long millis = (System.nanoTime() - start) / 1_000_000;
        System.out.printf(
                "%-8s %-10s %d clients: heap %.1f KiB, process %.1f KiB, %.2f threads a client, connected in %d ms%n",
                name,
                "idle",
                count,
                (heap() - heap) / 1024.0 / count,
                (resident() - resident) / 1024.0 / count,
                (double) (Thread.activeCount() - threads) / count,
                millis);
        System.exit(0); // closing many is not measured
    }

    private static long heap() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(100);
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static long resident() throws Exception {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return 0;
    }

    private static final class Measure {
        private static final OperatingSystemMXBean OS =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        private static final ThreadMXBean THREADS =
                (ThreadMXBean) ManagementFactory.getThreadMXBean();

        private final long start = System.nanoTime();
        private final long cpu = OS.getProcessCpuTime();
        private final long allocated = THREADS.getTotalThreadAllocatedBytes();

        void print(String name, String scenario, int count) {
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf(
                    "%-8s %-10s %,9.0f msgs/s  %6.2f us CPU  %5d bytes allocated%n",
                    name,
                    scenario,
                    count / seconds,
                    (OS.getProcessCpuTime() - cpu) / 1e3 / count,
                    (THREADS.getTotalThreadAllocatedBytes() - allocated) / count);
        }
    }

    static Client open(String name, URI uri) throws Exception {
        return switch (name) {
            case "hawker" -> new Hawker(uri);
            case "paho" -> new Paho(uri);
            case "hivemq" -> new HiveMq(uri);
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static final class Hawker implements Client {
        private final io.hawkermq.client.MqttClient client;

        Hawker(URI uri) {
            client = io.hawkermq.client.MqttClient.connect(uri.toString());
        }

        @Override
        public void publish(String topic, int qos, Semaphore window) {
            client.publishAsync(Message.to(topic).payload(PAYLOAD).qos(QoS.of(qos)).build())
                    .whenComplete((r, e) -> window.release());
        }

        @Override
        public void publishAndWait(String topic) {
            client.publish(topic, PAYLOAD);
        }

        @Override
        public void subscribe(String filter, int qos, AtomicLong received) {
            client.subscribe(
                    Subscribe.to(filter).qos(QoS.of(qos)).buffer(1_000_000).build(),
                    m -> received.incrementAndGet());
        }

        @Override
        public void close() {
            client.close();
        }
    }

    private static final class Paho implements Client {
        private final MqttAsyncClient client;

        Paho(URI uri) throws Exception {
            client =
                    new MqttAsyncClient(
                            "tcp://" + uri.getHost() + ":" + uri.getPort(),
                            MqttAsyncClient.generateClientId(),
                            new MemoryPersistence());
            MqttConnectOptions options = new MqttConnectOptions();
            options.setMaxInflight(WINDOW + 10);
            client.connect(options).waitForCompletion();
        }

        @Override
        public void publish(String topic, int qos, Semaphore window) throws Exception {
            client.publish(
                    topic,
                    PAYLOAD,
                    qos,
                    false,
                    null,
                    new IMqttActionListener() {
                        @Override
                        public void onSuccess(IMqttToken token) {
                            window.release();
                        }

                        @Override
                        public void onFailure(IMqttToken token, Throwable e) {
                            window.release();
                        }
                    });
        }

        @Override
        public void publishAndWait(String topic) throws Exception {
            client.publish(topic, PAYLOAD, 1, false).waitForCompletion();
        }

        @Override
        public void subscribe(String filter, int qos, AtomicLong received) throws Exception {
            client.subscribe(filter, qos, (t, m) -> received.incrementAndGet()).waitForCompletion();
        }

        @Override
        public void close() {
            try {
                client.disconnectForcibly(0, 1_000);
                client.close(true);
            } catch (org.eclipse.paho.client.mqttv3.MqttException e) {
                System.exit(0);
            }
        }
    }

    private static final class HiveMq implements Client {
        private final Mqtt5AsyncClient client;

        HiveMq(URI uri) {
            client =
                    Mqtt5Client.builder()
                            .serverHost(uri.getHost())
                            .serverPort(uri.getPort())
                            .buildAsync();
            client.connect().join();
        }

        @Override
        public void publish(String topic, int qos, Semaphore window) {
            client.publishWith()
                    .topic(topic)
                    .qos(MqttQos.fromCode(qos))
                    .payload(PAYLOAD)
                    .send()
                    .whenComplete((r, e) -> window.release());
        }

        @Override
        public void publishAndWait(String topic) {
            client.publishWith()
                    .topic(topic)
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(PAYLOAD)
                    .send()
                    .join();
        }

        @Override
        public void subscribe(String filter, int qos, AtomicLong received) {
            client.subscribeWith()
                    .topicFilter(filter)
                    .qos(MqttQos.fromCode(qos))
                    .callback(p -> received.incrementAndGet())
                    .send()
                    .join();
        }

        @Override
        public void close() {
            client.disconnect().join();
        }
    }
}
