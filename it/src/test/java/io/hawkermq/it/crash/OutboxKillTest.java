package io.hawkermq.it.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.Broker;
import io.hawkermq.broker.BrokerOptions;
import io.hawkermq.client.IncomingMessage;
import io.hawkermq.client.Message;
import io.hawkermq.client.MqttClient;
import io.hawkermq.client.Outbox;
import io.hawkermq.client.Subscribe;
import io.hawkermq.protocol.QoS;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A publisher is killed again and again, at moments that nobody chose. Every message that its
/// outbox has accepted reaches the broker, in order, at QoS 2 once; and the subscriber, but for what
/// the broker says that it has dropped at the limit of a queue, which is no fault of the outbox.
///
/// `-Dhawker.outbox.kills=100` for more of it, `-Dhawker.outbox.queue=30` for a broker that drops.
class OutboxKillTest {
    private static final int KILLS = Integer.getInteger("hawker.outbox.kills", 2);

    /// A broker's default; few provoke drops.
    private static final int QUEUED = Integer.getInteger("hawker.outbox.queue", 1_000);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private final OutboxLedger ledger = new OutboxLedger("outbox");
    private final Map<String, Long> dropped = new ConcurrentHashMap<>();
    private String uri = "";

    private Broker broker(int queued) throws Exception {
        return Broker.start(
                BrokerOptions.local(0)
                        .with(o ->
                                o.limits(l -> l.maximumQueuedMessages(queued))
                                        .sysIntervalSeconds(1)
                                        .publications(ledger)));
    }

    private Process publisher(QoS qos, String from) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OutboxProgram.class.getName(),
                        uri,
                        folder.resolve("outbox").toString(),
                        Integer.toString(qos.level()),
                        from)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @ParameterizedTest
    @EnumSource(
            value = QoS.class,
            names = {"AT_LEAST_ONCE", "EXACTLY_ONCE"})
    @Timeout(1_800)
    void whatWasAcceptedArrives(QoS qos) throws Exception {
        try (Broker broker = broker(QUEUED)) {
            uri = "mqtt://127.0.0.1:" + broker.port();
            // Not the same client: at a full queue it would lose counts, which count as drops.
            try (MqttClient watcher = MqttClient.connect(uri);
                    MqttClient subscriber = MqttClient.connect(uri)) {
                watchDrops(watcher);
                subscriber.subscribe("outbox", m -> ledger.arrived(m.text()));
                for (int run = 0; run < KILLS; run++) {
                    ledger.accepted(runAndKill(qos, run));
                }
                drain(qos);
                judge(qos);
            }
        }
    }

    /// The ledger itself: a subscriber that takes nothing makes the broker drop, and the verdict
    /// says so and blames nobody else.
    @Test
    @Timeout(60)
    void whatTheBrokerDropsIsNotTakenForALoss() throws Exception {
        try (Broker broker = broker(50)) {
            uri = "mqtt://127.0.0.1:" + broker.port();
            try (MqttClient watcher = MqttClient.connect(uri);
                    MqttClient subscriber = MqttClient.connect(uri)) {
                watchDrops(watcher);
                var held =
                        subscriber.subscribe(
                                Subscribe.to("outbox").qos(QoS.AT_LEAST_ONCE).manual().build());
                try (MqttClient publisher =
                        MqttClient.builder()
                                .uri(uri)
                                .clientId("outbox")
                                .resumeSession(Duration.ofHours(1))
                                .outbox(Outbox.unforcedIn(folder.resolve("outbox")))
                                .connect()) {
                    for (int i = 1; i <= 500; i++) {
                        publisher.enqueue(
                                Message.to("outbox").text("0:" + i).qos(QoS.AT_LEAST_ONCE).build());
                    }
                }
                ledger.accepted(500);
                Optional<IncomingMessage> next = held.next(Duration.ofSeconds(5));
                while (next.isPresent()) {
                    ledger.arrived(next.get().text());
                    next.get().acknowledge();
                    next = held.next(Duration.ofSeconds(1));
                }
                awaitEachAtItsEnd();
                assertTrue(ledger.verdict().isWithoutLossOrDisorder());
                assertTrue(droppedCount() > 0, "nothing was dropped");
                ledger.accepted(1); // a run that never was
                assertEquals(List.of("1:1"), ledger.verdict().lost());
            }
        }
    }

    private void watchDrops(MqttClient client) {
        client.subscribe(
                "$SYS/broker/hawker/dropped/#",
                m -> dropped.put(m.topic().toString(), Long.parseLong(m.text())));
    }

    private long droppedCount() {
        return dropped.values().stream().mapToLong(n -> n).sum();
    }

    /// Every message that the broker has taken arrives or is counted as dropped; the counts in
    /// `$SYS` are a second behind.
    private void awaitEachAtItsEnd() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (ledger.arrivedCount() + droppedCount() != ledger.takenCount()
                && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        assertEquals(
                ledger.takenCount(),
                ledger.arrivedCount() + droppedCount(),
                () -> ledger.arrivedCount() + " arrived, " + dropped + " were dropped, of");
        OutboxLedger.Verdict verdict = ledger.verdict();
        // What came twice may have been dropped once.
        long least = droppedCount() - verdict.repeated().size();
        assertTrue(verdict.undelivered().size() >= least, "fewer missing than dropped");
        assertTrue(verdict.undelivered().size() <= droppedCount(), "more missing than dropped");
    }

    private void judge(QoS qos) {
        awaitEachAtItsEnd();
        OutboxLedger.Verdict verdict = ledger.verdict();
        assertTrue(verdict.isWithoutLossOrDisorder(), verdict::toString);
        if (qos == QoS.EXACTLY_ONCE) {
            assertEquals(List.of(), verdict.repeated(), "taken twice by the broker");
            assertEquals(List.of(), verdict.redelivered(), "arrived twice");
        }
        System.out.printf(
                "outbox at QoS %d, %d kills: %d messages taken, %d twice, %d arrived, %d dropped%n",
                qos.level(),
                KILLS,
                ledger.takenCount(),
                verdict.repeated().size(),
                ledger.arrivedCount(),
                droppedCount());
    }

    /// @return the number of the last message that was accepted with a word
    private long runAndKill(QoS qos, int run) throws IOException, InterruptedException {
        Process process = publisher(qos, Integer.toString(run));
        long last = 0;
        // After some messages, not after some time: it is at work then.
        long enough = 1 + ThreadLocalRandom.current().nextLong(2_000);
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            while (last < enough) {
                String line = out.readLine();
                assertTrue(line != null, "the publisher ended by itself");
                last = Long.parseLong(line);
            }
            // The process's own method would close the stream.
            assertTrue(process.toHandle().destroyForcibly());
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.equals(Long.toString(last + 1))) { // the last line may be cut off
                    last++;
                }
            }
        }
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        return last;
    }

    private void drain(QoS qos) throws IOException, InterruptedException {
        Process process = publisher(qos, "drain");
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            assertEquals("drained", out.readLine());
        }
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    }
}
