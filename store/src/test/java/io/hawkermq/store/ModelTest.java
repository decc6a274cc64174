package io.hawkermq.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.StoreChange;
import io.hawkermq.core.StoredDelivery;
import io.hawkermq.core.StoredForward;
import io.hawkermq.core.StoredMessage;
import io.hawkermq.core.StoredPage;
import io.hawkermq.core.StoredSubscription;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random changes against maps in memory, with stops and kills in between. After a kill, the store
/// must hold what the model held after one of the batches, not before the last that was durable.
class ModelTest {
    @TempDir Path root;

    private static final int SESSIONS = 6;

    /// What the store must hold.
    private static final class Model {
        final TreeMap<String, String> all = new TreeMap<>();
        final Map<String, StoredDelivery> deliveries = new HashMap<>();
        final Map<String, StoredForward> forwards = new HashMap<>();
        final List<StoredMessage> messages = new ArrayList<>();
        long nextNumber = 1;
        final Random random;

        Model(long seed) {
            random = new Random(seed);
        }

        List<StoreChange> batch() {
            List<StoreChange> changes = new ArrayList<>();
            int count = 1 + random.nextInt(random.nextInt(10) == 0 ? 400 : 12);
            for (int i = 0; i < count; i++) {
                changes.add(change());
            }
            return changes;
        }

        /// What nobody waits for, most of it: the store does not write it at once.
        List<StoreChange> acknowledgements() {
            List<StoreChange> changes = new ArrayList<>();
            int count = random.nextInt(20);
            for (int i = 0; i < count; i++) {
                changes.add(changeDelivery(random.nextInt(3) == 0 ? 50 : 70));
            }
            return changes;
        }

        private StoreChange change() {
            long session = random.nextLong(1, SESSIONS + 1);
            int roll = random.nextInt(100);
            if (roll < 6 || !all.containsKey("session " + session)) {
                var s = random.nextBoolean() ? Some.session(session) : Some.sessionWithAll(session);
                all.put("session " + session, Recovered.text(s));
                return new StoreChange.PutSession(s);
            }
            if (roll < 8) {
                return removeSession(session);
            }
            if (roll < 45) {
                return putDelivery(session);
            }
            if (roll < 75) {
                return changeDelivery(roll);
            }
            if (roll < 85) {
                return packetIds(session, roll);
            }
            return other(session, roll);
        }

        private StoreChange removeSession(long session) {
            List<StoredDelivery> remaining =
                    deliveries.values().stream().filter(d -> d.session() == session).toList();
            int paged = (int) names(session).count() - remaining.size();
            for (StoredDelivery d : remaining) {
                deliveries.remove(Recovered.name(d));
            }
            all.keySet()
                    .removeIf(k -> {
                        String[] words = k.split(" ");
                        return !words[0].equals("retained")
                                && !words[0].equals("forward")
                                && words[1].equals("" + session);
                    });
            return new StoreChange.RemoveSession(session, "client " + session, remaining, paged);
        }

        private Stream<String> names(long session) {
            return all.keySet().stream().filter(k -> k.startsWith("delivery " + session + " "));
        }

        /// Forgets handles of what waits.
        void forget() {
            long session = random.nextLong(1, SESSIONS + 1);
            int part = 1 + random.nextInt(3);
            names(session)
                    .filter(n -> random.nextInt(part) == 0 && isWaiting(n))
                    .forEach(deliveries::remove);
            if (random.nextInt(20) == 0) {
                System.gc(); // packs that nobody knows are read from the disk
            }
        }

        private boolean isWaiting(String name) {
            return String.valueOf(all.get(name)).endsWith(" in flight 0/0");
        }

        /// Reads a part of a queue back, of which all is durable; some of it may be known.
        void load(Disk disk) {
            long session = random.nextLong(1, SESSIONS + 1);
            long from = random.nextLong(nextNumber);
            long to = from + random.nextLong(nextNumber);
            TreeMap<String, String> expected = new TreeMap<>();
            String first = String.format("delivery %d %06d", session, from);
            String last = String.format("delivery %d %06d", session, to);
            names(session)
                    .filter(n -> n.compareTo(first) >= 0 && n.compareTo(last) <= 0)
                    .filter(this::isWaiting)
                    .forEach(n -> expected.put(n, String.valueOf(all.get(n))));
            TreeMap<String, String> found = new TreeMap<>();
            for (long next = from; next <= to; ) {
                StoredPage page = disk.load(session, next, to, random.nextInt(200_000));
                for (StoredDelivery d : page.deliveries()) {
                    assertTrue(d.sequence() >= next && d.sequence() <= page.through());
                    found.put(Recovered.name(d), Recovered.text(d));
                    deliveries.put(Recovered.name(d), d);
                    next = d.sequence() + 1;
                }
                assertTrue(page.through() >= next - 1);
                next = page.through() + 1;
            }
            assertEquals(expected, found);
        }

        private StoredMessage message() {
            if (!messages.isEmpty() && random.nextInt(3) == 0) {
                return messages.get(random.nextInt(messages.size()));
            }
            StoredMessage message =
                    new StoredMessage(
                            random.nextInt(5) == 0
                                    ? Some.messageWithAll("t" + random.nextInt(9))
                                    : Some.message("t", "x".repeat(random.nextInt(2_000))));
            messages.add(message);
            if (messages.size() > 10) {
                messages.removeFirst();
            }
            return message;
        }

        private StoreChange putDelivery(long session) {
            StoredDelivery d =
                    new StoredDelivery(
                            session,
                            nextNumber++,
                            message(),
                            QoS.of(random.nextInt(3)),
                            random.nextBoolean(),
                            random.nextInt(4) == 0 ? new int[] {1, random.nextInt(9) + 1} : null,
                            random.nextBoolean() ? random.nextInt() : 0);
            deliveries.put(Recovered.name(d), d);
            all.put(Recovered.name(d), Recovered.text(d));
            return new StoreChange.PutDelivery(d);
        }

        private StoreChange changeDelivery(int roll) {
            List<String> names = deliveries.keySet().stream().sorted().toList();
            if (names.isEmpty()) {
                return new StoreChange.RemoveRetained(TopicName.of("none"));
            }
            String name = names.get(random.nextInt(names.size()));
            StoredDelivery d = deliveries.get(name);
            if (d == null) {
                throw new AssertionError(name);
            }
            int packetId = 1 + random.nextInt(65_535);
            if (roll < 55) {
                String text = String.valueOf(all.get(name));
                all.put(
                        name,
                        text.substring(0, text.lastIndexOf(" in flight"))
                                + " in flight "
                                + packetId
                                + "/"
                                + roll);
                return new StoreChange.BeginDelivery(d, packetId, roll);
            }
            deliveries.remove(name);
            all.remove(name);
            if (roll < 60) {
                all.put("released " + d.session() + " " + packetId, "" + roll);
                return new StoreChange.ReleaseDelivery(d, packetId, roll);
            }
            return new StoreChange.RemoveDelivery(d);
        }

        private StoreChange packetIds(long session, int roll) {
            int packetId = 1 + random.nextInt(600);
            if (roll < 79) {
                all.put("received " + session + " " + packetId, "");
                return new StoreChange.PutReceived(session, packetId);
            }
            if (roll < 83) {
                List<Integer> ids = ids("received " + session + " ");
                int id = ids.isEmpty() ? packetId : ids.get(random.nextInt(ids.size()));
                all.remove("received " + session + " " + id);
                return new StoreChange.RemoveReceived(session, id);
            }
            List<Integer> ids = ids("released " + session + " ");
            int id = ids.isEmpty() ? packetId : ids.get(random.nextInt(ids.size()));
            all.remove("released " + session + " " + id);
            return new StoreChange.RemoveReleased(session, id);
        }

        private List<Integer> ids(String prefix) {
            return all.keySet().stream()
                    .filter(k -> k.startsWith(prefix))
                    .map(k -> Integer.valueOf(k.substring(prefix.length())))
                    .toList();
        }

        private StoreChange other(long session, int roll) {
            String topic = "r" + random.nextInt(20);
            if (roll < 89) {
                var m = Some.message(topic, "v" + random.nextInt());
                all.put("retained " + topic, Recovered.text(m));
                return new StoreChange.PutRetained(m);
            }
            if (roll < 91) {
                all.remove("retained " + topic);
                return new StoreChange.RemoveRetained(TopicName.of(topic));
            }
            String filter = "f/" + random.nextInt(5) + "/#";
            if (roll < 93) {
                var subscription =
                        new StoredSubscription(
                                session,
                                filter,
                                SubscriptionOptions.of(QoS.of(random.nextInt(3))),
                                random.nextInt(100),
                                random.nextBoolean()
                                        ? StoredSubscription.Retained.OWED
                                        : StoredSubscription.Retained.SETTLED);
                all.put("subscription " + session + " " + filter, Recovered.text(subscription));
                return random.nextBoolean()
                        ? new StoreChange.PutSubscription(subscription)
                        : new StoreChange.SettleSubscription(subscription);
            }
            if (roll < 95) {
                all.remove("subscription " + session + " " + filter);
                return new StoreChange.RemoveSubscription(session, filter);
            }
            if (roll < 98 || forwards.isEmpty()) {
                StoredForward f = Some.forward(nextNumber++, message());
                all.put("forward " + f.number(), Recovered.text(f));
                forwards.put("forward " + f.number(), f);
                return new StoreChange.PutForward(f);
            }
            String name = forwards.keySet().stream().sorted().findFirst().orElseThrow();
            all.remove(name);
            StoredForward f = forwards.remove(name);
            if (f == null) {
                throw new AssertionError(name);
            }
            return new StoreChange.RemoveForward(f);
        }

        /// Goes on with what the store gave back.
        void continueWith(Recovered recovered) {
            all.clear();
            all.putAll(recovered.all);
            deliveries.clear();
            deliveries.putAll(recovered.deliveries);
            forwards.clear();
            forwards.putAll(recovered.forwards);
            messages.clear();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void stopsAndKillsLoseNothingDurable(long seed) throws Exception {
        Model model = new Model(seed);
        Path directory = root.resolve("0");
        Disk disk = new Disk(directory);
        for (int life = 1; life <= 12; life++) {
            List<TreeMap<String, String>> history = new ArrayList<>();
            history.add(new TreeMap<>(model.all));
            int batches = model.random.nextInt(60);
            for (int i = 0; i < batches; i++) {
                long position = disk.append(model.batch());
                history.add(new TreeMap<>(model.all));
                if (model.random.nextInt(4) == 0) {
                    disk.awaitDurable(position);
                    disk.append(model.acknowledgements());
                    history.add(new TreeMap<>(model.all));
                    model.load(disk);
                    model.forget();
                }
            }
            if (model.random.nextBoolean()) {
                disk.close();
                assertNoUnusedBodies(directory);
                disk = open(directory, model);
                assertEquals(model.all, disk.recovered.all, "after a stop");
            } else {
                // Copied while it writes, so that some of it may be torn.
                long durable = disk.durable();
                directory = Disk.copy(directory, root.resolve("" + life));
                disk.close();
                disk = open(directory, model);
                int found = history.lastIndexOf(disk.recovered.all);
                assertTrue(
                        found >= durable,
                        () -> "found the state after another batch than those from " + durable);
            }
            assertTrue(disk.report.isWhole(), disk.report::toString);
            model.continueWith(disk.recovered);
        }
        disk.close();
    }

    /// A store that leaves most of long queues where they are, and then gives them back.
    private static Disk open(Path directory, Model model) throws StoreException {
        Disk disk =
                new Disk(
                        directory,
                        Disk.options(),
                        Opening.rocks(Disk.options()),
                        Space.of(directory.toAbsolutePath()),
                        model.random.nextBoolean() ? Integer.MAX_VALUE : model.random.nextInt(9));
        for (long session = 1; session <= SESSIONS; session++) {
            String prefix = "delivery " + session + " ";
            List<Long> sequences =
                    disk.recovered.paged.keySet().stream()
                            .filter(n -> n.startsWith(prefix))
                            .map(n -> Long.valueOf(n.substring(prefix.length())))
                            .toList();
            if (!sequences.isEmpty()) {
                disk
                        .load(session, sequences.getFirst(), sequences.getLast(), Integer.MAX_VALUE)
                        .deliveries()
                        .stream()
                        .filter(d -> disk.recovered.paged.containsKey(Recovered.name(d)))
                        .forEach(disk.recovered::came);
            }
        }
        assertEquals(Map.of(), disk.recovered.paged);
        return disk;
    }

    private static void assertNoUnusedBodies(Path directory) throws Exception {
        long before;
        try (Inspection inspection = Inspection.open(directory)) {
            before = bodies(inspection);
        }
        new Disk(directory).close(); // removes them
        try (Inspection inspection = Inspection.open(directory)) {
            assertEquals(before, bodies(inspection), "messages that nothing referred to");
        }
    }

    private static long bodies(Inspection inspection) throws StoreException {
        Inspection.Part part = inspection.stats().get(Keys.name(Keys.BODY));
        return part == null ? 0 : part.records();
    }

    @Test
    void commitsThatFailAtRandomLoseNothing() throws Exception {
        FakeEngine.Machine machine = new FakeEngine.Machine();
        Model model = new Model(99);
        Path directory = root.resolve("fake");
        for (int life = 0; life < 10; life++) {
            try (Disk disk = new Disk(directory, Disk.options(), machine, () -> Long.MAX_VALUE)) {
                assertEquals(model.all, disk.recovered.all);
                model.continueWith(disk.recovered);
                for (int i = 0; i < 100; i++) {
                    if (model.random.nextInt(10) == 0) {
                        machine.failsAfterWriting = model.random.nextBoolean();
                        machine.failingWrites.set(1 + model.random.nextInt(2));
                    }
                    disk.write(model.batch());
                    if (i % 8 == 0) {
                        disk.append(model.acknowledgements());
                        model.load(disk);
                        model.forget();
                    }
                }
            }
        }
    }
}
