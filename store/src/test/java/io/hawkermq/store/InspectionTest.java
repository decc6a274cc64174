package io.hawkermq.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.StoreChange;
import io.hawkermq.core.StoredDelivery;
import io.hawkermq.core.StoredMessage;
import io.hawkermq.core.StoredSubscription;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.SubscriptionOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectionTest {
    @TempDir Path root;

    private Path directory() {
        return root.resolve("location/hawker");
    }

    private static void fill(Disk disk) {
        StoredDelivery d =
                new StoredDelivery(
                        1,
                        4,
                        new StoredMessage(Some.message("t", "hi")),
                        QoS.EXACTLY_ONCE,
                        false,
                        new int[] {7, 8},
                        0);
        disk.write(
                new StoreChange.PutSession(Some.sessionWithAll(1)),
                new StoreChange.PutSubscription(
                        new StoredSubscription(
                                1, "a/\"#", SubscriptionOptions.of(QoS.AT_LEAST_ONCE), 5)),
                new StoreChange.PutDelivery(d),
                new StoreChange.BeginDelivery(d, 9, 2),
                new StoreChange.PutReceived(1, 3),
                new StoreChange.PutRetained(Some.messageWithAll("r")));
    }

    private static final List<String> LINES =
            List.of(
                    "{\"type\":\"session\",\"session\":1,\"clientId\":\"client ü\",\"userName\":\"user\","
                            + "\"address\":\"[::1]:7\",\"expiryInterval\":3600,\"connected\":false,"
                            + "\"expiresAt\":1800000000000,\"will\":{\"topic\":\"wills/ü\",\"qos\":2,"
                            + "\"retain\":true,\"at\":1799999,\"properties\":[{\"name\":"
                            + "\"will_delay_interval\",\"value\":30}],\"payload\":\"Z29uZQ==\"}}",
                    "{\"type\":\"subscription\",\"session\":1,\"filter\":\"a/\\\"#\",\"qos\":1,"
                            + "\"noLocal\":false,\"retainAsPublished\":false,\"retainHandling\":0,"
                            + "\"identifier\":5}",
                    "{\"type\":\"delivery\",\"session\":1,\"sequence\":4,\"qos\":2,\"retain\":false,"
                            + "\"identifiers\":[7, 8],\"packetId\":9,\"order\":2,\"topic\":\"t\","
                            + "\"publishedQos\":1,\"publisher\":\"publisher\",\"payload\":\"aGk=\"}",
                    "{\"type\":\"received\",\"session\":1,\"packetId\":3}",
                    "{\"type\":\"retained\",\"topic\":\"r\",\"publishedQos\":2,"
                            + "\"publisher\":\"publisher ü\",\"publisherListener\":1883,"
                            + "\"messageExpiresAt\":1900000000000,\"properties\":[{\"name\":"
                            + "\"payload_format_indicator\",\"value\":1},{\"name\":\"content_type\","
                            + "\"value\":\"text/plain\"},{\"name\":\"response_topic\",\"value\":"
                            + "\"answers\"},{\"name\":\"correlation_data\",\"base64\":\"AAH/\"},"
                            + "{\"name\":\"user_property\",\"key\":\"a\",\"value\":\"1\"},{\"name\":"
                            + "\"user_property\",\"key\":\"a\",\"value\":\"2\"}],\"payload\":\"\"}");

    private static void inspect(Path at) throws Exception {
        try (Inspection inspection = Inspection.open(at)) {
            Map<String, Inspection.Part> parts = inspection.stats();
            assertEquals(
                    List.of(3L, 1L, 0L, 1L, 0L, 1L),
                    parts.values().stream().map(Inspection.Part::records).toList());
            assertTrue(inspection.fileBytes() > 0);
            assertTrue(inspection.check(text -> {}).isWhole());
            StringBuilder text = new StringBuilder();
            RecoveryReport report = inspection.export(text);
            assertEquals(LINES, text.toString().lines().toList());
            assertEquals(1, report.deliveries());
        }
    }

    @Test
    void aStoreIsSeenWhetherABrokerRunsOrNot() throws Exception {
        try (Disk disk = new Disk(directory())) {
            fill(disk);
            inspect(directory());
            // By the location, too; and the broker goes on.
            inspect(root.resolve("location"));
            disk.write(new StoreChange.PutSession(Some.session(2)));
        }
        try (Inspection inspection = Inspection.open(directory())) {
            assertEquals(2, inspection.check(text -> {}).sessions());
            StoreException e = assertThrows(StoreException.class, () -> new Disk(directory()));
            assertTrue(String.valueOf(e.getMessage()).contains("in use"), e::getMessage);
        }
    }

    @Test
    void aBackupBesideABrokerIsAStore() throws Exception {
        Path backup = root.resolve("backup");
        try (Disk disk = new Disk(directory())) {
            fill(disk);
            try (Inspection inspection = Inspection.open(directory())) {
                assertEquals(1 + 3 + 1 + 1, inspection.backup(backup, Throwables::fail));
                assertThrows(
                        StoreException.class, () -> inspection.backup(backup, Throwables::fail));
            }
        }
        inspect(backup);
    }

    private static final class Throwables {
        static void fail(String text) {
            throw new AssertionError(text);
        }
    }

    @Test
    void whereThereIsNoStoreNoneIsMade() {
        Path none = root.resolve("none");
        StoreException e = assertThrows(StoreException.class, () -> Inspection.open(none));
        assertEquals(
                "There is no store in "
                        + none
                        + ". Name the persistence_location of a broker, or a backup.",
                e.getMessage());
        assertFalse(Files.exists(none));
    }
}
