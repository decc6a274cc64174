package io.hawkermq.it.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.Broker;
import io.hawkermq.broker.BrokerOptions;
import io.hawkermq.client.MqttClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A publisher is killed again and again, at moments that nobody chose. Every message that its
/// outbox has accepted arrives exactly once, in order.
///
/// `-Dhawker.outbox.kills=100` for more of it.
class OutboxKillTest {
    private static final int KILLS = Integer.getInteger("hawker.outbox.kills", 3);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private String uri = "";

    private Process publisher(String from) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OutboxProgram.class.getName(),
                        uri,
                        folder.resolve("outbox").toString(),
                        from)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @Test
    @Timeout(1_800)
    void whatWasAcceptedArrivesOnce() throws Exception {
        // Without the limit of a session's queue, at which a broker drops what a starved subscriber
        // does not take in time: that would be no loss of the outbox.
        BrokerOptions options =
                BrokerOptions.local(0).with(o -> o.limits(l -> l.maximumQueuedMessages(0)));
        try (Broker broker = Broker.start(options)) {
            uri = "mqtt://127.0.0.1:" + broker.port();
            BlockingQueue<String> arrived = new LinkedBlockingQueue<>();
            try (MqttClient subscriber = MqttClient.connect(uri)) {
                subscriber.subscribe("outbox", m -> arrived.add(m.text()));
                List<Long> accepted = new ArrayList<>();
                for (int run = 0; run < KILLS; run++) {
                    accepted.add(runAndKill(run));
                }
                drain();
                check(arrived, accepted);
            }
        }
    }

    /// @return the number of the last message that was accepted with a word
    private long runAndKill(int run) throws IOException, InterruptedException {
        Process process = publisher(Integer.toString(run));
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

    private void drain() throws IOException, InterruptedException {
        Process process = publisher("drain");
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            assertEquals("drained", out.readLine());
        }
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    }

    /// Each run's messages in order, each once. The message after the last accepted one may be
    /// there too: killed between its acceptance and the word about it.
    private static void check(BlockingQueue<String> arrived, List<Long> accepted)
            throws InterruptedException {
        String next = arrived.poll(20, TimeUnit.SECONDS);
        for (int run = 0; run < accepted.size(); run++) {
            for (long i = 1; i <= accepted.get(run); i++) {
                assertEquals(run + ":" + i, next);
                boolean isLast = run == accepted.size() - 1 && i == accepted.get(run);
                next = arrived.poll(isLast ? 1 : 20, TimeUnit.SECONDS);
            }
            if ((run + ":" + (accepted.get(run) + 1)).equals(next)) {
                next = arrived.poll(run == accepted.size() - 1 ? 1 : 20, TimeUnit.SECONDS);
            }
        }
        assertNull(next, "more arrived than was sent");
    }
}
