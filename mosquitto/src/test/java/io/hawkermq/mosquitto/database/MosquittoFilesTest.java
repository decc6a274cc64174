package io.hawkermq.mosquitto.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.mosquitto.database.SavedDelivery.Direction;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.SubscriptionOptions;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Files that Mosquitto 2.0.11 wrote; `mosquitto/src/test/python/make-databases` says what is in
/// them.
class MosquittoFilesTest {
    private static Path resource(String name) {
        try {
            return Path.of(
                    Objects.requireNonNull(MosquittoFilesTest.class.getResource(name)).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static final long WRITTEN = writtenAt();

    private static long writtenAt() {
        try {
            return Long.parseLong(Files.readString(resource("written-at.txt")).strip());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private final MosquittoDatabase running = read("running.db");
    private final Map<Long, SavedMessage> messages =
            running.messages().stream()
                    .collect(Collectors.toMap(SavedMessage::storeId, m -> m, (a, b) -> b));

    private static MosquittoDatabase read(String name) {
        try {
            return MosquittoDatabase.read(resource(name));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private SavedMessage message(long storeId) {
        return Objects.requireNonNull(messages.get(storeId));
    }

    private static void assertAbout(long expected, long actual) {
        assertTrue(Math.abs(expected - actual) <= 30, () -> actual + " is not about " + expected);
    }

    private static String payload(SavedMessage m) {
        return new String(m.payload(), StandardCharsets.UTF_8);
    }

    private SavedMessage message(String payload) {
        return running.messages().stream()
                .filter(m -> payload(m).equals(payload))
                .findFirst()
                .orElseThrow();
    }

    /// State, Packet Identifier, QoS and payload of a client's deliveries.
    private List<String> deliveries(String clientId, Direction direction) {
        return running.deliveries().stream()
                .filter(d -> d.clientId().equals(clientId) && d.direction() == direction)
                .map(d ->
                        d.state()
                                + " "
                                + d.packetId()
                                + " "
                                + d.qos().level()
                                + " "
                                + payload(message(d.storeId())))
                .toList();
    }

    @Test
    void bothAreReadWithoutProblems() {
        assertEquals(6, running.version());
        assertEquals(List.of(), running.problems());
        assertFalse(running.atShutdown());
        assertTrue(read("ended.db").atShutdown());
    }

    @Test
    void sessions() {
        Map<String, SavedSession> byId = new HashMap<>();
        running.sessions().forEach(s -> byId.put(s.clientId(), s));

        assertEquals(6, byId.size(), "those of clean sessions are not there");
        SavedSession old = Objects.requireNonNull(byId.get("old"));
        assertEquals("alice", old.userName());
        assertEquals(SavedSession.NEVER, old.expiryInterval());
        assertEquals(0, old.expiresAt());
        assertEquals(5, old.lastPacketId());
        SavedSession fresh = Objects.requireNonNull(byId.get("new"));
        assertEquals(3_600, fresh.expiryInterval());
        assertAbout(WRITTEN + 3_600, fresh.expiresAt());
        SavedSession staying = Objects.requireNonNull(byId.get("staying"));
        assertEquals("carol", staying.userName());
        assertEquals(100, staying.expiryInterval());
        assertEquals(0, staying.expiresAt());
        assertEquals(0, Objects.requireNonNull(byId.get("zero")).expiryInterval());
        assertEquals(
                SavedSession.NEVER, Objects.requireNonNull(byId.get("never")).expiryInterval());
    }

    @Test
    void subscriptions() {
        Map<String, SavedSubscription> byFilter = new HashMap<>();
        running.subscriptions().forEach(s -> byFilter.put(s.clientId() + " " + s.filter(), s));

        assertEquals(7, byFilter.size());
        SavedSubscription a = Objects.requireNonNull(byFilter.get("old a/+"));
        assertEquals(SubscriptionOptions.of(QoS.AT_LEAST_ONCE), a.options());
        assertEquals(0, a.identifier());
        SavedSubscription c = Objects.requireNonNull(byFilter.get("new c/#"));
        assertEquals(QoS.EXACTLY_ONCE, c.options().qos());
        assertTrue(c.options().noLocal());
        assertTrue(c.options().retainAsPublished());
        assertEquals(200, c.identifier());
        assertTrue(byFilter.containsKey("new /c"));
    }

    @Test
    void deliveriesInEachState() {
        assertEquals(
                List.of(
                        "AWAITS_PUBACK 1 1 unacknowledged",
                        "AWAITS_PUBREC 2 2 unreceived",
                        "AWAITS_PUBCOMP 3 2 released",
                        "QUEUED 4 2 no room",
                        "QUEUED 5 1 offline",
                        "QUEUED 0 0 at most once"),
                deliveries("old", Direction.TO_CLIENT));
        assertEquals(
                List.of("QUEUED 1 1 everything", "QUEUED 2 2 short-lived", "QUEUED 3 1 plain"),
                deliveries("new", Direction.TO_CLIENT));
        assertEquals(
                List.of("AWAITS_PUBREL 77 2 from a client", "AWAITS_PUBREL 78 2 retain me later"),
                deliveries("staying", Direction.FROM_CLIENT));
        for (SavedDelivery d : running.deliveries()) {
            boolean toNew = d.clientId().equals("new");
            assertEquals(toNew ? List.of(200) : List.of(), d.subscriptionIdentifiers());
        }
    }

    @Test
    void messagesWithTheirProperties() {
        SavedMessage m = message("everything");
        assertEquals("sender", m.publisher());
        assertNull(m.userName());
        assertEquals(QoS.AT_LEAST_ONCE, m.qos());
        assertTrue(m.retain());
        assertAbout(WRITTEN + 600, m.expiresAt());
        assertEquals(
                Properties.builder()
                        .add(Property.PAYLOAD_FORMAT_INDICATOR, 1)
                        .add(Property.CONTENT_TYPE, "text/plain")
                        .add(Property.RESPONSE_TOPIC, "answers/here")
                        .add(Property.CORRELATION_DATA, new byte[] {0, 1})
                        .user("name", "one")
                        .user("name", "two")
                        .build(),
                m.properties());
        SavedMessage plain = message("unacknowledged");
        assertEquals("publisher", plain.publisher());
        assertEquals("bob", plain.userName());
        assertEquals(Properties.NONE, plain.properties());
        assertEquals(0, plain.expiresAt());
    }

    @Test
    void retained() {
        assertEquals(
                List.of("c/1 everything 1", "r/1 zero 0", "r/2 one 1", "r/ü ä 2"),
                running.retained().stream()
                        .map(this::message)
                        .map(m -> m.topic() + " " + payload(m) + " " + m.qos().level())
                        .sorted()
                        .toList());
    }

    @Test
    void userNamesOfOthersAreLeftOut() {
        MosquittoDatabase ended = read("ended.db");
        Map<String, String> names = new HashMap<>();
        ended.sessions().forEach(s -> names.put(s.clientId(), String.valueOf(s.userName())));

        assertEquals(
                Map.of(
                        "old", "alice",
                        "new", "null",
                        "gone", "null",
                        "never", "null",
                        "staying", "carol",
                        "zero", "null"),
                names);
        assertEquals(4, ended.problemCount(), ended.problems().toString());
        assertEquals(running.deliveries().size(), ended.deliveries().size());
        assertEquals(running.subscriptions(), ended.subscriptions());
    }
}
