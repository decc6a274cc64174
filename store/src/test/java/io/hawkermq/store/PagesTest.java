package io.hawkermq.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.Message;
import io.hawkermq.core.StoreChange;
import io.hawkermq.core.StoredDelivery;
import io.hawkermq.core.StoredMessage;
import io.hawkermq.core.StoredPage;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Reading queues back. That what comes is right, whatever became of it before, is shown by
/// [ModelTest].
class PagesTest {
    @TempDir Path directory;

    private final FakeEngine.Machine machine = new FakeEngine.Machine();

    private Disk open(int head) throws StoreException {
        return new Disk(directory, Disk.options(), machine, () -> Long.MAX_VALUE, head);
    }

    private NavigableMap<byte[], byte[]> records() {
        return machine.disks.values().iterator().next();
    }

    /// Packs of ten.
    private static void fill(Disk disk, int packs) {
        disk.write(new StoreChange.PutSession(Some.session(1)));
        for (int pack = 0; pack < packs; pack++) {
            List<StoreChange> puts = new ArrayList<>();
            for (int i = 1; i <= 10; i++) {
                puts.add(new StoreChange.PutDelivery(Some.delivery(1, 10 * pack + i)));
            }
            disk.write(puts);
        }
    }

    private static List<Long> sequences(StoredPage page) {
        return page.deliveries().stream().map(StoredDelivery::sequence).toList();
    }

    @Test
    void aPageEndsWithAPack() throws Exception {
        try (Disk disk = open(Integer.MAX_VALUE)) {
            fill(disk, 3);
            StoredPage page = disk.load(1, 5, 28, 1);
            assertEquals(List.of(5L, 6L, 7L, 8L, 9L, 10L), sequences(page));
            assertEquals(10, page.through());
            page = disk.load(1, 11, 28, 680);
            assertEquals(10, page.deliveries().size());
            assertEquals(20, page.through());
            page = disk.load(1, 11, 28, 681);
            assertEquals(18, page.deliveries().size());
            assertEquals(28, page.through());
        }
    }

    @Test
    void whatCannotBeReadIsLeftOutAndKeptAside() throws Exception {
        try (Disk disk = open(Integer.MAX_VALUE)) {
            fill(disk, 3);
            RecordWriter key = new RecordWriter(Keys.PACK_LENGTH);
            Keys.pack(key, 1, 11);
            byte[] value = Objects.requireNonNull(records().get(key.copy()));
            records().put(key.copy(), Arrays.copyOf(value, value.length - 3));
            StoredPage page = disk.load(1, 1, 30, Integer.MAX_VALUE);
            assertEquals(20, page.deliveries().size());
            assertEquals(30, page.through());
            disk.awaitProblem("A queue record of the store cannot be read");
            assertNotNull(Disk.quarantine(directory));
            disk.write(new StoreChange.RemoveDelivery(page.deliveries().getFirst()));
            assertTrue(!records().containsKey(key.copy()));
        }
        try (Disk disk = open(Integer.MAX_VALUE)) {
            assertEquals(19, disk.recovered.deliveries.size());
            assertTrue(disk.report.isWhole());
        }
    }

    @Test
    void aMessageWhoseBodyIsLostIsLeftOut() throws Exception {
        StoredMessage shared = new StoredMessage(Some.message("t", "shared"));
        try (Disk disk = open(Integer.MAX_VALUE)) {
            disk.write(
                    new StoreChange.PutSession(Some.session(1)),
                    new StoreChange.PutSession(Some.session(2)),
                    new StoreChange.PutDelivery(Some.delivery(1, 1)),
                    new StoreChange.PutDelivery(Some.delivery(1, 2, shared)),
                    new StoreChange.PutDelivery(Some.delivery(2, 1, shared)));
            records().keySet().removeIf(k -> k[0] == Keys.BODY);
            assertEquals(List.of(1L), sequences(disk.load(1, 1, 2, Integer.MAX_VALUE)));
            disk.awaitProblem("Lost from the store: message 2 of session 1");
        }
    }

    @Test
    void theEndOfASessionTakesWhatNobodyHas() throws Exception {
        StoredMessage shared = new StoredMessage(Some.message("t", "shared"));
        try (Disk disk = open(Integer.MAX_VALUE)) {
            disk.write(
                    new StoreChange.PutSession(Some.session(1)),
                    new StoreChange.PutSession(Some.session(2)),
                    new StoreChange.PutDelivery(Some.delivery(1, 1, shared)),
                    new StoreChange.PutDelivery(Some.delivery(1, 2)),
                    new StoreChange.PutDelivery(Some.delivery(2, 1, shared)));
        }
        try (Disk disk = open(0)) {
            assertEquals(3, disk.recovered.paged.size());
            disk.write(new StoreChange.RemoveSession(1, "client 1", List.of(), 2));
            StoredPage page = disk.load(2, 1, 1, 1);
            assertEquals("shared", text(page.deliveries().getFirst()));
            disk.write(new StoreChange.RemoveDelivery(page.deliveries().getFirst()));
            assertTrue(
                    records().keySet().stream()
                            .noneMatch(k -> k[0] == Keys.BODY || k[0] == Keys.QUEUE));
        }
    }

    /// The collector runs just when the last handle of a pack is gone and the rest of the pack is read:
    /// then a message would lose two references for one, and others their message with it.
    @Test
    void theEndOfASessionTakesNothingTwice() throws Exception {
        StoredMessage shared = new StoredMessage(Some.message("t", "shared"));
        StoredDelivery onHeap = Some.delivery(1, 1, shared);
        StoredDelivery waits = Some.delivery(2, 1, shared);
        try (Disk disk = open(Integer.MAX_VALUE)) {
            disk.write(
                    new StoreChange.PutSession(Some.session(1)),
                    new StoreChange.PutSession(Some.session(2)),
                    new StoreChange.PutSession(Some.session(3)),
                    new StoreChange.PutDelivery(onHeap),
                    new StoreChange.PutDelivery(Some.delivery(1, 2)),
                    new StoreChange.PutDelivery(waits),
                    new StoreChange.PutDelivery(Some.delivery(3, 1, shared)));
            machine.beforeReading = System::gc;
            disk.write(new StoreChange.RemoveSession(1, "client 1", List.of(onHeap), 1));
            machine.beforeReading = () -> {};
            disk.write(new StoreChange.RemoveDelivery(waits));
            assertEquals(List.of(1L), sequences(disk.load(3, 1, 1, 1)));
            assertEquals(List.of(), disk.problems());
        }
    }

    /// What is charged while a message is on the heap, after a restart without it, and when it comes
    /// back is the same, or the limits would be off by the difference for good.
    @Test
    void propertiesAreChargedAlikeBeforeAndAfterARestart() throws Exception {
        Message plain = Some.message("t", "text");
        Message with =
                new Message(
                        plain.topic(),
                        plain.payload(),
                        Properties.builder()
                                .add(Property.CONTENT_TYPE, "ü".repeat(20_000))
                                .add(Property.CORRELATION_DATA, new byte[30_000])
                                .add(Property.PAYLOAD_FORMAT_INDICATOR, 1)
                                .user("n".repeat(40_000), "€".repeat(20_000))
                                .build(),
                        plain.qos(),
                        plain.retain(),
                        plain.publisher(),
                        Message.NEVER);
        int bytes = plain.bytes() + 4 * 64 + 110_000;
        assertEquals(bytes, with.bytes());
        StoredMessage shared = new StoredMessage(with);
        try (Disk disk = open(Integer.MAX_VALUE)) {
            disk.write(
                    new StoreChange.PutSession(Some.session(1)),
                    new StoreChange.PutSession(Some.session(2)),
                    new StoreChange.PutDelivery(Some.delivery(1, 1, shared)),
                    new StoreChange.PutDelivery(Some.delivery(2, 1, shared)),
                    new StoreChange.PutDelivery(Some.delivery(1, 2, new StoredMessage(with))));
        }
        try (Disk disk = open(0)) {
            assertEquals(List.of(bytes, bytes, bytes), List.copyOf(disk.recovered.paged.values()));
            for (long session = 1; session <= 2; session++) {
                for (StoredDelivery d : disk.load(session, 1, 2, Integer.MAX_VALUE).deliveries()) {
                    assertEquals(bytes, d.message().message().bytes());
                }
            }
        }
    }

    private static String text(StoredDelivery d) {
        return new String(d.message().message().payload(), java.nio.charset.StandardCharsets.UTF_8);
    }

    @Test
    void inFlightMarksOutliveHandlesOfOthers() throws Exception {
        try (Disk disk = open(Integer.MAX_VALUE)) {
            fill(disk, 1);
        }
        try (Disk disk = open(2)) {
            StoredDelivery first = disk.recovered.deliveries.get("delivery 1 000001");
            disk.write(new StoreChange.BeginDelivery(Objects.requireNonNull(first), 7, 1));
            StoredPage page = disk.load(1, 3, 10, Integer.MAX_VALUE);
            assertEquals(8, page.deliveries().size());
            for (StoredDelivery d : page.deliveries()) {
                disk.write(new StoreChange.RemoveDelivery(d));
            }
        }
        try (Disk disk = open(0)) {
            assertEquals(
                    List.of("session 1", "delivery 1 000001", "delivery 1 000002"),
                    disk.recovered.order);
            StoredDelivery first = disk.recovered.deliveries.get("delivery 1 000001");
            assertEquals(7, Objects.requireNonNull(first).packetId());
            assertEquals(1, disk.recovered.paged.size());
        }
    }

    @Test
    void referencesAreCountedAsAMapWould() {
        Random random = new Random(1);
        Bodies bodies = new Bodies();
        Map<Long, Integer> expected = new HashMap<>();
        for (int i = 0; i < 200_000; i++) {
            long number = 1L + random.nextInt(3_000);
            switch (random.nextInt(4)) {
                case 0 -> {
                    bodies.put(number, (int) number, number % 3 == 0);
                    expected.putIfAbsent(number, 0);
                }
                case 1 -> {
                    bodies.remove(number);
                    expected.remove(number);
                }
                default -> {
                    int change = random.nextInt(3) - 1;
                    bodies.refer(number, change);
                    expected.computeIfPresent(number, (n, references) -> references + change);
                }
            }
        }
        assertEquals(expected.size(), bodies.count());
        for (long number = 1; number <= 3_000; number++) {
            assertEquals(expected.containsKey(number), bodies.has(number));
            assertEquals(expected.getOrDefault(number, 0), bodies.references(number));
            if (bodies.has(number)) {
                assertEquals(number, bodies.bytes(number));
                assertEquals(number % 3 == 0, bodies.expires(number));
            }
        }
    }
}
