package io.hawkermq.bench;

import io.hawkermq.core.Message;
import io.hawkermq.core.Recovery;
import io.hawkermq.core.Store;
import io.hawkermq.core.StoreChange;
import io.hawkermq.core.StoredDelivery;
import io.hawkermq.core.StoredForward;
import io.hawkermq.core.StoredMessage;
import io.hawkermq.core.StoredPage;
import io.hawkermq.core.StoredSession;
import io.hawkermq.core.StoredSubscription;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.store.Durability;
import io.hawkermq.store.DurableStore;
import io.hawkermq.store.RecoveryReport;
import io.hawkermq.store.StoreException;
import io.hawkermq.store.StoreListener;
import io.hawkermq.store.StoreOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLongArray;

/// What the durable store alone costs, without a broker around it.
///
/// `fill DIR LEVEL MESSAGES SESSIONS TURN` puts messages of 256 bytes for offline sessions, TURN in a
/// batch as one turn of a loop would, at most 64 batches outstanding; `drain` the same with each
/// message removed 2,000 messages later; `retain DIR COUNT` and `recover DIR` for the restart.
public final class StoreLoad implements StoreListener, Recovery {
    private static final int PAYLOAD = 256;
    private static final int OUTSTANDING = 64;
    private static final int LAG = 2_000;

    private final Semaphore room = new Semaphore(OUTSTANDING);
    private final AtomicLongArray handedAt = new AtomicLongArray(1 << 16);
    private final long[] latencies = new long[1 << 20];
    private int latencyCount;
    private long told;
    private long recovered;

    private StoreLoad() {}

    public static void main(String[] words) throws StoreException, IOException {
        Path directory = Path.of(words[1]);
        switch (words[0]) {
            case "fill", "drain" ->
                    new StoreLoad()
                            .load(
                                    directory,
                                    Durability.parse(words[2]),
                                    Integer.parseInt(words[3]),
                                    Integer.parseInt(words[4]),
                                    Integer.parseInt(words[5]),
                                    words[0].equals("drain") ? LAG : Integer.MAX_VALUE);
            case "retain" -> new StoreLoad().retain(directory, Integer.parseInt(words[2]));
            case "recover" -> new StoreLoad().recover(directory);
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    private static Message message(String topic) {
        return new Message(
                TopicName.of(topic),
                new byte[PAYLOAD],
                Properties.NONE,
                QoS.AT_LEAST_ONCE,
                false,
                "publisher",
                Message.NEVER);
    }

    private void load(
            Path directory, Durability level, int messages, int sessions, int turn, int lag)
            throws StoreException, IOException {
        DurableStore store =
                DurableStore.open(directory, StoreOptions.DEFAULT.withDurability(level), this);
        store.recover(this);
        store.start();
        TopicName topic = TopicName.of("bench/topic/of/usual/length");
        ArrayDeque<StoredDelivery> alive = new ArrayDeque<>();
        long position = 0;
        List<StoreChange> changes = new ArrayList<>();
        for (int s = 1; s <= sessions; s++) {
            changes.add(new StoreChange.PutSession(session(s)));
        }
        hand(store, ++position, changes);
        int warmUp = messages / 5;
        long began = 0;
        long cpu = 0;
        long written = 0;
        for (int sent = 0; sent < messages + warmUp; ) {
            if (began == 0 && sent >= warmUp) {
                began = System.nanoTime();
                cpu = cpuNanos();
                written = writtenBytes();
                latencyCount = 0;
            }
            changes = new ArrayList<>(turn);
            for (int i = 0; i < turn; i++, sent++) {
                StoredDelivery d =
                        new StoredDelivery(
                                1 + sent % sessions,
                                sent,
                                new StoredMessage(
                                        new Message(
                                                topic,
                                                new byte[PAYLOAD],
                                                Properties.NONE,
                                                QoS.AT_LEAST_ONCE,
                                                false,
                                                "publisher",
                                                Message.NEVER)),
                                QoS.AT_LEAST_ONCE,
                                false,
                                null,
                                0);
                changes.add(new StoreChange.PutDelivery(d));
                if (lag != Integer.MAX_VALUE) {
                    alive.add(d);
                    if (alive.size() > lag) {
                        changes.add(new StoreChange.RemoveDelivery(alive.remove()));
                    }
                }
            }
            hand(store, ++position, changes);
        }
        room.acquireUninterruptibly(OUTSTANDING);
        double seconds = (System.nanoTime() - began) / 1e9;
        long used = cpuNanos() - cpu;
        System.out.printf(
                "%s: %,.0f messages/s, %.2f us CPU each, %.0f bytes to the device each, wait p50 %.2f ms p99 %.2f ms%n",
                level,
                messages / seconds,
                used / 1e3 / messages,
                (double) (writtenBytes() - written) / messages,
                percentile(0.5),
                percentile(0.99));
        System.out.println(store.figures() + " " + memory());
        store.close();
    }

    private void hand(DurableStore store, long position, List<StoreChange> changes) {
        room.acquireUninterruptibly();
        handedAt.set((int) (position & 0xFFFF), System.nanoTime());
        store.append(0, position, changes);
    }

    private static StoredSession session(long number) {
        return new StoredSession(
                number,
                "client-" + number,
                null,
                "127.0.0.1",
                0xFFFF_FFFFL,
                Long.MAX_VALUE,
                null,
                Long.MAX_VALUE);
    }

    private void retain(Path directory, int count) throws StoreException, IOException {
        DurableStore store = DurableStore.open(directory, StoreOptions.DEFAULT, this);
        store.recover(this);
        store.start();
        long position = 0;
        for (int i = 0; i < count; i += 500) {
            List<StoreChange> changes = new ArrayList<>();
            for (int n = i; n < i + 500; n++) {
                changes.add(
                        new StoreChange.PutRetained(
                                message("building/" + n % 100 + "/sensor/" + n)));
            }
            hand(store, ++position, changes);
        }
        room.acquireUninterruptibly(OUTSTANDING);
        System.out.println(store.figures() + " " + memory());
        store.close();
    }

    private void recover(Path directory) throws StoreException, IOException {
        long began = System.nanoTime();
        DurableStore store = DurableStore.open(directory, StoreOptions.DEFAULT, this);
        long opened = System.nanoTime();
        RecoveryReport report = store.recover(this);
        store.start();
        System.out.printf(
                "opened in %.2f s, recovered in %.2f s, since the start of the JVM %.2f s%n",
                (opened - began) / 1e9,
                (System.nanoTime() - opened) / 1e9,
                ManagementFactory.getRuntimeMXBean().getUptime() / 1e3);
        System.out.println(report + " " + recovered + " " + memory());
        store.close();
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean)
                        ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static long writtenBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/io")).stream()
                .filter(l -> l.startsWith("write_bytes"))
                .mapToLong(l -> Long.parseLong(l.substring(l.indexOf(' ') + 1)))
                .findFirst()
                .orElse(0);
    }

    private static String memory() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(l -> l.startsWith("VmRSS") || l.startsWith("VmHWM"))
                .toList()
                .toString();
    }

    private double percentile(double part) {
        long[] sorted = Arrays.copyOf(latencies, latencyCount);
        Arrays.sort(sorted);
        return sorted.length == 0 ? 0 : sorted[(int) (sorted.length * part)] / 1e6;
    }

    @Override
    public void page(int shard, StoredPage page) {} // nothing is asked for

    @Override
    public void durable(int shard, long position) {
        long now = System.nanoTime();
        for (; told < position; told++) {
            if (latencyCount < latencies.length) {
                latencies[latencyCount++] = now - handedAt.get((int) ((told + 1) & 0xFFFF));
            }
            room.release();
        }
    }

    @Override
    public void state(Store.State state) {
        System.out.println(state);
    }

    @Override
    public void problem(String text) {
        System.out.println(text);
    }

    @Override
    public void progress(String text) {
        System.out.println(text);
    }

    @Override
    public void session(StoredSession session) {
        recovered++;
    }

    @Override
    public void subscription(StoredSubscription subscription) {
        recovered++;
    }

    private final List<StoredDelivery> kept = new ArrayList<>();
    private final List<Message> keptRetained = new ArrayList<>();

    @Override
    public void delivery(StoredDelivery delivery) {
        recovered++;
        kept.add(delivery);
    }

    @Override
    public void released(long session, int packetId, long order) {
        recovered++;
    }

    @Override
    public void received(long session, int packetId) {
        recovered++;
    }

    @Override
    public void retained(Message message) {
        recovered++;
        keptRetained.add(message);
    }

    @Override
    public void forward(StoredForward forward) {
        recovered++;
    }
}
