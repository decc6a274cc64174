package io.hawkermq.it.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.it.BrokerProcess;
import io.hawkermq.it.Connect;
import io.hawkermq.it.RawClient;
import io.hawkermq.it.Reply;
import io.hawkermq.it.Version;
import io.hawkermq.it.Wire;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` at random moments under load; afterwards everything that was acknowledged must have
/// arrived, at QoS 2 exactly once, and in order.
///
/// `-Dcrash.kills=N` sets how often the broker is killed, `-Dcrash.seed=N` when, and
/// `-Dcrash.messages=N` how many messages each publisher may send between two kills.
class CrashTest {
    private static final int KILLS = Integer.getInteger("crash.kills", 30);
    private static final long SEED = Long.getLong("crash.seed", 1);
    private static final int MESSAGES = Integer.getInteger("crash.messages", 400);
    private static final int PUBLISHERS = 6;
    private static final int KILLS_OFFLINE = 10;
    private static final long DRAIN_SECONDS = 120;

    @TempDir Path directory;

    private BrokerProcess startOn(int port) {
        return BrokerProcess.startOn(
                port,
                List.of(
                        "-o", "persistence=true",
                        "-o", "persistence_location=" + directory,
                        "-o", "max_queued_messages=0"));
    }

    @Test
    @Timeout(900) // on a busy machine each start takes seconds
    void nothingAcknowledgedIsLostAndNothingComesTwiceAtQos2() throws InterruptedException {
        SplittableRandom random = new SplittableRandom(SEED);
        int port = BrokerProcess.freePort();
        BrokerProcess broker = startOn(port);
        List<LedgerPublisher> publishers = publishers(port);
        LedgerSubscriber offline = subscriber("offline", ProtocolVersion.MQTT_3_1_1, port);
        offline.start();
        offline.join(DRAIN_SECONDS);
        Ending ending = new Ending(publishers);
        List<LedgerSubscriber> online =
                List.of(
                        subscriber("online-3", ProtocolVersion.MQTT_3_1_1, port),
                        subscriber("online-5", ProtocolVersion.MQTT_5, port));
        // Their subscriptions are there before the first message.
        for (LedgerSubscriber s : online) {
            s.start();
            s.join(DRAIN_SECONDS);
            s.until(ending);
            s.start();
        }
        publishers.forEach(LedgerPublisher::start);
        long longestStart = 0;
        for (int kill = 1; kill <= KILLS; kill++) {
            publishers.forEach(p -> p.more(MESSAGES));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(30, 500)));
            broker.kill();
            long began = System.nanoTime();
            broker = startOn(port);
            longestStart = Math.max(longestStart, System.nanoTime() - began);
            if (kill % KILLS_OFFLINE == 0) {
                drain(offline, publishers);
            }
        }
        publishers.forEach(LedgerPublisher::finish);
        for (LedgerPublisher p : publishers) {
            p.join(DRAIN_SECONDS);
        }
        ending.come();
        offline.until(ending);
        offline.start();
        offline.join(DRAIN_SECONDS);
        List<LedgerSubscriber> all = new ArrayList<>(online);
        all.add(offline);
        for (LedgerSubscriber s : online) {
            s.join(DRAIN_SECONDS);
        }
        int messages = check(publishers, all);
        checkRetained(port, publishers);
        broker.stop();
        System.out.printf(
                "%d kills: %d acknowledged messages, each at %d subscribers; longest start %d ms%n",
                KILLS, messages, all.size(), longestStart / 1_000_000);
    }

    /// The offline subscriber comes for what has been acknowledged so far, and goes.
    private static void drain(LedgerSubscriber offline, List<LedgerPublisher> publishers)
            throws InterruptedException {
        int[] sofar = publishers.stream().mapToInt(LedgerPublisher::acknowledged).toArray();
        offline.until(publisher -> sofar[publisher]);
        offline.start();
        offline.join(DRAIN_SECONDS);
    }

    /// When the last message has come.
    private static final class Ending implements IntUnaryOperator {
        private final List<LedgerPublisher> publishers;
        private volatile boolean hasCome;

        Ending(List<LedgerPublisher> publishers) {
            this.publishers = publishers;
        }

        void come() {
            hasCome = true;
        }

        @Override
        public int applyAsInt(int publisher) {
            return hasCome ? publishers.get(publisher).acknowledged() : Integer.MAX_VALUE;
        }
    }

    private static List<LedgerPublisher> publishers(int port) {
        List<LedgerPublisher> publishers = new ArrayList<>();
        for (int i = 0; i < PUBLISHERS; i++) {
            publishers.add(
                    new LedgerPublisher(
                            i,
                            i % 2 == 0 ? ProtocolVersion.MQTT_5 : ProtocolVersion.MQTT_3_1_1,
                            port,
                            i < PUBLISHERS / 2 ? QoS.AT_LEAST_ONCE : QoS.EXACTLY_ONCE,
                            i % 3 == 0));
        }
        return publishers;
    }

    private static LedgerSubscriber subscriber(String name, ProtocolVersion version, int port) {
        return new LedgerSubscriber(name, version, port, PUBLISHERS);
    }

    private static int check(List<LedgerPublisher> publishers, List<LedgerSubscriber> subscribers) {
        int messages = 0;
        List<String> wrong = new ArrayList<>();
        for (int p = 0; p < publishers.size(); p++) {
            messages += publishers.get(p).acknowledged();
            for (LedgerSubscriber s : subscribers) {
                for (int n = 1; n <= publishers.get(p).acknowledged(); n++) {
                    int count = s.count(p, n);
                    if (count == 0) {
                        wrong.add(s.clientId() + " never got " + p + ":" + n);
                    } else if (count > 1 && publishers.get(p).qos() == QoS.EXACTLY_ONCE) {
                        wrong.add(s.clientId() + " got " + p + ":" + n + " " + count + " times");
                    }
                }
            }
        }
        assertTrue(messages > 0, "nothing was published");
        assertEquals(
                List.of(), wrong.subList(0, Math.min(20, wrong.size())), wrong.size() + " wrong");
        return messages;
    }

    /// The newest message of each topic that has retained ones.
    private static void checkRetained(int port, List<LedgerPublisher> publishers) {
        try (RawClient fresh = RawClient.open(port, Version.V5)) {
            fresh.connect(Connect.as(Version.V5, "fresh"));
            for (int p = 0; p < publishers.size(); p += 3) {
                String topic = LedgerPublisher.topic(p);
                fresh.subscribe(topic, 0);
                Reply retained = fresh.expect(Wire.PUBLISH);
                assertEquals(
                        p + ":" + publishers.get(p).acknowledged(), retained.payloadText(), topic);
            }
        }
    }
}
