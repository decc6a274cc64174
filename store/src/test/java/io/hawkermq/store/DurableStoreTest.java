package io.hawkermq.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.StoreChange;
import io.hawkermq.core.StoredDelivery;
import io.hawkermq.core.StoredForward;
import io.hawkermq.core.StoredMessage;
import io.hawkermq.core.StoredSubscription;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.RetainHandling;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableStoreTest {
    @TempDir Path root;

    private static final SubscriptionOptions OPTIONS =
            new SubscriptionOptions(QoS.EXACTLY_ONCE, true, true, RetainHandling.DO_NOT_SEND);

    private Path directory() {
        return root.resolve("data");
    }

    @Test
    void everyKindOfRecordComesBack() throws Exception {
        StoredMessage shared = new StoredMessage(Some.messageWithAll("shared"));
        StoredDelivery waiting =
                new StoredDelivery(
                        7, 1, shared, QoS.EXACTLY_ONCE, true, new int[] {3, 70_000}, 0x7654_3210);
        StoredDelivery begun = Some.delivery(7, 2, shared);
        StoredDelivery released = Some.delivery(7, 3);
        StoredForward forward =
                new StoredForward(
                        9, StoredForward.Purpose.SHARE, -1L, shared, "group", "$share/group/a/#");
        try (Disk disk = new Disk(directory())) {
            disk.write(
                    new StoreChange.PutSession(Some.session(7)),
                    new StoreChange.PutSession(Some.sessionWithAll(8)),
                    new StoreChange.PutSubscription(
                            new StoredSubscription(7, "$share/group/a/#", OPTIONS, 268_435_455)),
                    new StoreChange.PutSubscription(
                            new StoredSubscription(
                                    8, "#", SubscriptionOptions.of(QoS.AT_MOST_ONCE), 0)),
                    new StoreChange.PutDelivery(waiting),
                    new StoreChange.PutDelivery(begun),
                    new StoreChange.BeginDelivery(begun, 65_535, 4),
                    new StoreChange.PutDelivery(released),
                    new StoreChange.ReleaseDelivery(released, 256, 5),
                    new StoreChange.PutReceived(8, 1),
                    new StoreChange.PutReceived(8, 65_535),
                    new StoreChange.PutRetained(Some.messageWithAll("retained")),
                    new StoreChange.PutForward(forward));
        }
        try (Disk disk = new Disk(directory())) {
            Recovered r = disk.recovered;
            assertEquals(
                    List.of(
                            "session 7",
                            "session 8",
                            "subscription 7 $share/group/a/#",
                            "subscription 8 #",
                            "delivery 7 000001",
                            "delivery 7 000002",
                            "released 7 256",
                            "received 8 1",
                            "received 8 65535",
                            "retained retained",
                            "forward 9"),
                    r.order);
            assertEquals(Recovered.text(Some.session(7)), r.all.get("session 7"));
            assertEquals(Recovered.text(Some.sessionWithAll(8)), r.all.get("session 8"));
            assertEquals(
                    OPTIONS + " 268435455 SETTLED", r.all.get("subscription 7 $share/group/a/#"));
            assertEquals(Recovered.text(waiting), r.all.get("delivery 7 000001"));
            assertEquals(Recovered.text(begun), r.all.get("delivery 7 000002"));
            assertEquals("5", r.all.get("released 7 256"));
            assertEquals(
                    Recovered.text(Some.messageWithAll("retained")),
                    r.all.get("retained retained"));
            assertEquals(Recovered.text(forward), r.all.get("forward 9"));
            assertTrue(disk.report.isWhole());
            StoredDelivery a = r.deliveries.get("delivery 7 000001");
            StoredDelivery b = r.deliveries.get("delivery 7 000002");
            assertSame(
                    java.util.Objects.requireNonNull(a).message(),
                    java.util.Objects.requireNonNull(b).message());
        }
    }

    @Test
    void whatWasRemovedStaysAway() throws Exception {
        StoredMessage shared = new StoredMessage(Some.message("t", "shared"));
        List<StoredDelivery> deliveries = new ArrayList<>();
        try (Disk disk = new Disk(directory())) {
            List<StoreChange> puts = new ArrayList<>();
            puts.add(new StoreChange.PutSession(Some.session(1)));
            for (int i = 0; i < 600; i++) {
                deliveries.add(
                        Some.delivery(1, i, i % 2 == 0 ? shared : Some.delivery(1, i).message()));
                puts.add(new StoreChange.PutDelivery(deliveries.get(i)));
            }
            puts.add(new StoreChange.PutRetained(Some.message("r", "x")));
            puts.add(new StoreChange.PutReceived(1, 5));
            puts.add(
                    new StoreChange.PutForward(
                            Some.forward(3, new StoredMessage(Some.message("f", "")))));
            puts.add(new StoreChange.PutSubscription(new StoredSubscription(1, "a", OPTIONS, 1)));
            disk.write(puts);
            for (int i = 0; i < 500; i++) {
                disk.append(new StoreChange.RemoveDelivery(deliveries.get(i)));
            }
            disk.append(new StoreChange.BeginDelivery(deliveries.get(501), 17, 1));
            disk.append(new StoreChange.ReleaseDelivery(deliveries.get(502), 18, 2));
            disk.append(new StoreChange.RemoveReceived(1, 5));
            disk.append(new StoreChange.RemoveSubscription(1, "a"));
            disk.write(new StoreChange.RemoveRetained(TopicName.of("r")));
        }
        try (Disk disk = new Disk(directory())) {
            Recovered r = disk.recovered;
            assertEquals(99, r.deliveries.size());
            assertEquals(1 + 99 + 1 + 1, r.all.size());
            StoredDelivery begun = r.deliveries.get("delivery 1 000501");
            assertEquals(17, java.util.Objects.requireNonNull(begun).packetId());
            assertEquals("2", r.all.get("released 1 18"));
            disk.write(new StoreChange.RemoveReleased(1, 18));
            for (StoredForward f : r.forwards.values()) {
                disk.write(new StoreChange.RemoveForward(f));
            }
            disk.write(
                    new StoreChange.RemoveSession(
                            1, "client 1", List.copyOf(r.deliveries.values()), 0));
        }
        try (Disk disk = new Disk(directory())) {
            assertEquals(java.util.Map.of(), disk.recovered.all);
            assertEquals(0, disk.report.bodies());
            assertTrue(disk.report.isWhole());
        }
        assertEquals(List.of(), keys());
    }

    @Test
    void whatNobodyWaitsForIsWrittenTogether() throws Exception {
        try (Disk disk = new Disk(directory())) {
            List<StoreChange> puts = new ArrayList<>();
            puts.add(new StoreChange.PutSession(Some.session(1)));
            List<StoredDelivery> deliveries = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                deliveries.add(Some.delivery(1, i));
                puts.add(new StoreChange.PutDelivery(deliveries.get(i)));
            }
            disk.write(puts);
            long before = disk.figure("commits");
            long last = 0;
            for (StoredDelivery d : deliveries) {
                last = disk.append(new StoreChange.RemoveDelivery(d));
            }
            disk.awaitDurable(last); // comes without anything else being handed in
            long commits = disk.figure("commits") - before;
            assertTrue(commits >= 1 && commits <= 100, commits + " commits for 1,000 batches");
        }
    }

    /// All keys but that of the format.
    private List<String> keys() throws EngineException {
        List<String> keys = new ArrayList<>();
        try (Engine engine = Opening.rocks(Disk.options()).open(directory().resolve("db"));
                Engine.Cursor cursor = engine.cursor(Keys.first(2), Keys.first(0xFF))) {
            while (cursor.next()) {
                keys.add(java.util.HexFormat.of().formatHex(cursor.key()));
            }
        }
        return keys;
    }

    @Test
    void whatIsRemovedBeforeItIsWrittenIsNeverWritten() throws Exception {
        try (Disk disk = new Disk(directory())) {
            disk.write(new StoreChange.PutSession(Some.session(1)));
            long records = disk.figure("records");
            List<StoreChange> changes = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                StoredDelivery d = Some.delivery(1, i);
                changes.add(new StoreChange.PutDelivery(d));
                changes.add(new StoreChange.BeginDelivery(d, i % 20 + 1, i));
                changes.add(new StoreChange.RemoveDelivery(d));
                StoredForward f = Some.forward(i, new StoredMessage(Some.message("f", "")));
                changes.add(new StoreChange.PutForward(f));
                changes.add(new StoreChange.RemoveForward(f));
                changes.add(new StoreChange.PutReceived(1, i + 1));
                changes.add(new StoreChange.RemoveReceived(1, i + 1));
            }
            disk.write(changes);
            assertEquals(records, disk.figure("records"));
            assertEquals(2_000, disk.figure("annihilated"));
        }
    }

    @Test
    void theLastOfSeveralChangesIsWritten() throws Exception {
        try (Disk disk = new Disk(directory())) {
            disk.write(
                    new StoreChange.PutSession(Some.sessionWithAll(1)),
                    new StoreChange.PutSession(Some.session(1)),
                    new StoreChange.PutRetained(Some.message("a", "1")),
                    new StoreChange.RemoveRetained(TopicName.of("a")),
                    new StoreChange.PutRetained(Some.message("a", "2")),
                    new StoreChange.PutRetained(Some.message("b", "1")),
                    new StoreChange.RemoveRetained(TopicName.of("b")));
            assertEquals(3, disk.figure("records"));
        }
        try (Disk disk = new Disk(directory())) {
            assertEquals(List.of("session 1", "retained a"), disk.recovered.order);
            assertEquals(
                    Recovered.text(Some.message("a", "2")), disk.recovered.all.get("retained a"));
        }
    }

    @Test
    void aMessageForManySessionsIsWrittenOnce() throws Exception {
        byte[] payload = new byte[10_000];
        StoredMessage shared =
                new StoredMessage(
                        new io.hawkermq.core.Message(
                                TopicName.of("t"),
                                payload,
                                io.hawkermq.protocol.Properties.NONE,
                                QoS.AT_LEAST_ONCE,
                                false,
                                "p",
                                io.hawkermq.core.Message.NEVER));
        List<StoredDelivery> deliveries = new ArrayList<>();
        try (Disk disk = new Disk(directory())) {
            List<StoreChange> changes = new ArrayList<>();
            for (int s = 1; s <= 100; s++) {
                changes.add(new StoreChange.PutSession(Some.session(s)));
                deliveries.add(Some.delivery(s, 0, shared));
                changes.add(new StoreChange.PutDelivery(deliveries.getLast()));
            }
            disk.write(changes);
            assertTrue(disk.figure("bytes") < 30_000, () -> disk.store.figures().toString());
            for (StoredDelivery d : deliveries.subList(0, 99)) {
                disk.write(new StoreChange.RemoveDelivery(d));
            }
        }
        try (Disk disk = new Disk(directory())) {
            StoredDelivery last = disk.recovered.deliveries.firstEntry().getValue();
            assertArrayEquals(payload, last.message().message().payload());
            disk.write(new StoreChange.RemoveDelivery(last));
            // A new reference to a message whose body went with the last one.
            disk.write(
                    new StoreChange.PutDelivery(Some.delivery(1, 1, last.message())),
                    new StoreChange.PutDelivery(Some.delivery(2, 1, last.message())));
        }
        try (Disk disk = new Disk(directory())) {
            assertEquals(2, disk.recovered.deliveries.size());
            assertEquals(1, disk.report.bodies());
        }
    }

    @Test
    void anEndedSessionTakesItsPendingMessagesWithIt() throws Exception {
        try (Disk disk = new Disk(directory())) {
            StoredMessage shared = new StoredMessage(Some.message("t", "p"));
            StoredDelivery written = Some.delivery(1, 1, shared);
            StoredDelivery removed = Some.delivery(1, 2);
            disk.write(
                    new StoreChange.PutSession(Some.session(1)),
                    new StoreChange.PutDelivery(written),
                    new StoreChange.PutSession(Some.session(2)));
            disk.write(new StoreChange.PutDelivery(removed));
            StoredDelivery pending = Some.delivery(1, 3, shared);
            disk.write(
                    new StoreChange.PutDelivery(pending),
                    new StoreChange.PutSubscription(new StoredSubscription(1, "x", OPTIONS, 0)),
                    new StoreChange.PutReceived(1, 4),
                    new StoreChange.PutDelivery(Some.delivery(2, 1, shared)),
                    new StoreChange.RemoveDelivery(removed),
                    new StoreChange.RemoveSession(1, "client 1", List.of(written, pending), 0));
        }
        try (Disk disk = new Disk(directory())) {
            assertEquals(List.of("session 2", "delivery 2 000001"), disk.recovered.order);
            assertTrue(disk.report.isWhole(), disk.report::toString);
        }
    }

    @Test
    void levelsAreReadAndSayWhatTheyAre() {
        assertEquals(Durability.ALWAYS, Durability.parse("always"));
        assertEquals(Durability.OS, Durability.parse(" OS "));
        assertEquals(Durability.interval(Duration.ofMillis(250)), Durability.parse("interval 250"));
        assertEquals("interval 250", Durability.parse("interval  250").toString());
        for (String wrong : List.of("", "never", "interval", "interval 0", "interval x", "os 5")) {
            assertThrows(IllegalArgumentException.class, () -> Durability.parse(wrong), wrong);
        }
    }

    @Test
    void everyLevelSurvivesAKill() throws Exception {
        for (String level : List.of("always", "interval 5", "interval 3600000", "os")) {
            Path from = root.resolve(level.replace(' ', '-'));
            try (Disk disk =
                    new Disk(from, Disk.options().withDurability(Durability.parse(level)))) {
                disk.write(new StoreChange.PutSession(Some.session(1)));
                disk.write(new StoreChange.PutDelivery(Some.delivery(1, 1)));
                Path copy = Disk.copy(from, root.resolve(from.getFileName() + "-killed"));
                try (Disk after = new Disk(copy)) {
                    assertEquals(
                            List.of("session 1", "delivery 1 000001"),
                            after.recovered.order,
                            level);
                }
            }
        }
    }

    @Test
    void levelsSyncWhenTheySay() throws Exception {
        assertEquals(List.of("write WAIT", "write WAIT", "close"), callsAt("always"));
        // A clean stop leaves nothing to the system.
        List<String> late = List.of("write LEAVE", "write LEAVE", "sync", "close");
        assertEquals(late, callsAt("os"));
        assertEquals(late, callsAt("interval 3600000"));
    }

    private List<String> callsAt(String level) throws Exception {
        FakeEngine.Machine machine = new FakeEngine.Machine();
        StoreOptions options = Disk.options().withDurability(Durability.parse(level));
        try (Disk disk = new Disk(root.resolve(level), options, machine, () -> Long.MAX_VALUE)) {
            machine.calls.clear();
            disk.write(new StoreChange.PutSession(Some.session(1)));
            disk.write(new StoreChange.PutSession(Some.session(2)));
        }
        return machine.calls;
    }

    @Test
    void anIntervalSyncsAlsoWhenNothingMoreComes() throws Exception {
        FakeEngine.Machine machine = new FakeEngine.Machine();
        StoreOptions options =
                Disk.options().withDurability(Durability.interval(Duration.ofMillis(2)));
        try (Disk disk = new Disk(directory(), options, machine, () -> Long.MAX_VALUE)) {
            disk.write(new StoreChange.PutSession(Some.session(1)));
            machine.awaitCall("sync");
        }
    }

    @Test
    void aSecondBrokerIsRefused() throws Exception {
        try (Disk disk = new Disk(directory())) {
            disk.write(new StoreChange.PutSession(Some.session(1)));
            StoreException e = assertThrows(StoreException.class, () -> new Disk(directory()));
            assertEquals(
                    "The directory "
                            + directory()
                            + " of the store is in use by another broker. Stop that one, or set"
                            + " another persistence_location.",
                    e.getMessage());
        }
        try (Disk disk = new Disk(directory())) {
            assertEquals(1, disk.recovered.all.size());
        }
    }

    @Test
    void aDirectoryThatCannotBeMadeIsAClearError() throws IOException {
        Path file = Files.writeString(root.resolve("file"), "");
        StoreException e = assertThrows(StoreException.class, () -> new Disk(file.resolve("data")));
        assertTrue(
                String.valueOf(e.getMessage())
                        .contains(file.resolve("data") + " of the store cannot be"),
                e::getMessage);
        StoreException e2 = assertThrows(StoreException.class, () -> new Disk(file));
        assertTrue(
                String.valueOf(e2.getMessage()).contains(file + " of the store cannot be"),
                e2::getMessage);
    }

    @Test
    void aNewerFormatIsRefused() throws Exception {
        new Disk(directory()).close();
        try (Engine engine = Opening.rocks(Disk.options()).open(directory().resolve("db"))) {
            Batch batch = new Batch();
            batch.put(Keys.FORMAT, new byte[] {Format.CURRENT + 1});
            engine.write(batch, Engine.Sync.WAIT);
        }
        StoreException e = assertThrows(StoreException.class, () -> new Disk(directory()));
        assertTrue(
                String.valueOf(e.getMessage())
                        .contains("has the format 5, this version of Hawker knows formats up to 4"),
                e::getMessage);
        // Refused, not damaged.
        assertNull(Disk.quarantine(directory()));
    }

    @Test
    void appendingAfterTheEndIsAnError() throws Exception {
        Disk disk = new Disk(directory());
        disk.close();
        assertThrows(
                IllegalStateException.class, () -> disk.append(new StoreChange.PutReceived(1, 1)));
    }
}
