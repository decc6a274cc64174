package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.AccessControl;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.Limits;
import io.hawkermq.core.Message;
import io.hawkermq.core.Recovery;
import io.hawkermq.core.Restoration;
import io.hawkermq.core.Shard;
import io.hawkermq.core.Slots;
import io.hawkermq.core.StoreChange;
import io.hawkermq.core.StoredDelivery;
import io.hawkermq.core.StoredForward;
import io.hawkermq.core.StoredSession;
import io.hawkermq.core.StoredSubscription;
import io.hawkermq.mosquitto.database.DatabaseProblem;
import io.hawkermq.mosquitto.database.MosquittoDatabase;
import io.hawkermq.mosquitto.database.SavedDelivery;
import io.hawkermq.mosquitto.database.SavedDelivery.Direction;
import io.hawkermq.mosquitto.database.SavedDelivery.State;
import io.hawkermq.mosquitto.database.SavedMessage;
import io.hawkermq.mosquitto.database.SavedSession;
import io.hawkermq.mosquitto.database.SavedSubscription;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MosquittoImportTest {
    private static final long NOW = 1_800_000_000;

    /// A database as a test needs it.
    private static final class Saved {
        final List<SavedSession> sessions = new ArrayList<>();
        final List<SavedSubscription> subscriptions = new ArrayList<>();
        final List<SavedMessage> messages = new ArrayList<>();
        final List<SavedDelivery> deliveries = new ArrayList<>();
        final List<Long> retained = new ArrayList<>();
        final List<DatabaseProblem> problems = new ArrayList<>();
        boolean atShutdown = true;

        Saved session(String clientId, long expiryInterval, long expiresAt) {
            sessions.add(new SavedSession(clientId, "user", 1883, 1, expiryInterval, expiresAt));
            return this;
        }

        Saved session(String clientId) {
            return session(clientId, SavedSession.NEVER, 0);
        }

        Saved subscription(String clientId, String filter, int identifier) {
            subscriptions.add(
                    new SavedSubscription(
                            clientId,
                            TopicFilter.of(filter),
                            SubscriptionOptions.of(QoS.EXACTLY_ONCE),
                            identifier));
            return this;
        }

        Saved message(long storeId, String topic, String payload, boolean retain, long expiresAt) {
            messages.add(
                    new SavedMessage(
                            storeId,
                            "publisher",
                            null,
                            0,
                            1,
                            TopicName.of(topic),
                            payload.getBytes(StandardCharsets.UTF_8),
                            Properties.of(Property.CONTENT_TYPE, "x"),
                            QoS.EXACTLY_ONCE,
                            retain,
                            expiresAt));
            return this;
        }

        Saved message(long storeId) {
            return message(storeId, "t/" + storeId, "m" + storeId, false, 0);
        }

        Saved toClient(String clientId, long storeId, State state, int packetId, int qos) {
            return toClient(clientId, storeId, state, packetId, qos, List.of());
        }

        Saved toClient(
                String clientId,
                long storeId,
                State state,
                int packetId,
                int qos,
                List<Integer> identifiers) {
            deliveries.add(
                    new SavedDelivery(
                            clientId,
                            storeId,
                            Direction.TO_CLIENT,
                            state,
                            packetId,
                            QoS.of(qos),
                            true,
                            false,
                            identifiers));
            return this;
        }

        Saved fromClient(String clientId, long storeId, int packetId, int qos) {
            deliveries.add(
                    new SavedDelivery(
                            clientId,
                            storeId,
                            Direction.FROM_CLIENT,
                            State.AWAITS_PUBREL,
                            packetId,
                            QoS.of(qos),
                            false,
                            false,
                            List.of()));
            return this;
        }

        MosquittoDatabase database() {
            return new MosquittoDatabase(
                    6,
                    atShutdown,
                    sessions,
                    subscriptions,
                    messages,
                    deliveries,
                    retained,
                    problems,
                    problems.size());
        }
    }

    /// Writes down what it is told.
    private static final class Told implements Recovery {
        final List<String> lines = new ArrayList<>();
        final List<StoredSession> sessions = new ArrayList<>();
        final List<StoredDelivery> deliveries = new ArrayList<>();
        final List<StoredForward> forwards = new ArrayList<>();
        final List<Message> retained = new ArrayList<>();

        @Override
        public void session(StoredSession session) {
            sessions.add(session);
            lines.add("session " + session.number() + " " + session.clientId());
        }

        @Override
        public void subscription(StoredSubscription s) {
            int qos = s.options().qos().level();
            lines.add(
                    "subscription "
                            + s.session()
                            + " "
                            + s.filter()
                            + " "
                            + qos
                            + " "
                            + s.identifier());
        }

        @Override
        public void delivery(StoredDelivery d) {
            deliveries.add(d);
            lines.add(
                    "delivery "
                            + d.session()
                            + " "
                            + text(d.message().message())
                            + " qos="
                            + d.qos().level()
                            + " id="
                            + d.packetId()
                            + " order="
                            + d.order());
        }

        @Override
        public void released(long session, int packetId, long order) {
            lines.add("released " + session + " id=" + packetId + " order=" + order);
        }

        @Override
        public void received(long session, int packetId) {
            lines.add("received " + session + " id=" + packetId);
        }

        @Override
        public void retained(Message message) {
            retained.add(message);
            lines.add("retained " + text(message));
        }

        @Override
        public void forward(StoredForward f) {
            forwards.add(f);
            lines.add(
                    "forward "
                            + f.number()
                            + " "
                            + f.purpose()
                            + " "
                            + text(f.message().message()));
        }

        private static String text(Message m) {
            return m.topic() + "=" + new String(m.payload(), StandardCharsets.UTF_8);
        }
    }

    private final List<String> report = new ArrayList<>();
    private Limits.AtMostOnce atMostOnce = Limits.AtMostOnce.DROPPED;
    private final Told told = new Told();
    private List<StoreChange> changes = List.of();

    private void take(Saved saved) {
        take(saved.database(), NOW);
    }

    private void take(MosquittoDatabase database, long seconds) {
        changes = MosquittoImport.changes(database, seconds * 1_000, atMostOnce, report::add);
        MosquittoImport.replay(changes, told);
    }

    private void assertTold(String... lines) {
        assertEquals(List.of(lines), told.lines);
    }

    private void assertReported(String... lines) {
        assertEquals(List.of(lines), report);
    }

    @Test
    void nothingComesOfNothing() {
        take(new Saved());
        assertTold();
        assertReported("0 retained messages were taken over");
    }

    @Test
    void sessionsAreTakenWithTheirSubscriptions() {
        take(
                new Saved()
                        .session("a")
                        .session("b", 60, NOW + 5)
                        .session("c", 60, 0)
                        .subscription("b", "x/#", 7)
                        .subscription("a", "+", 0)
                        .subscription("a", "y", 0));

        assertTold(
                "session 1 a",
                "session 2 b",
                "session 3 c",
                "subscription 1 + 2 0",
                "subscription 1 y 2 0",
                "subscription 2 x/# 2 7");
        StoredSession never = told.sessions.get(0);
        assertEquals("user", never.userName());
        assertEquals(0xFFFF_FFFFL, never.expiryInterval());
        assertTrue(never.wasConnected(), "what the configuration allows counts from now on");
        assertEquals((NOW + 5) * 1_000, told.sessions.get(1).expiresAt());
        assertTrue(told.sessions.get(2).wasConnected(), "the interval counts from now on");
        assertReported(
                "the session of a was taken over with 2 subscriptions, 0 messages waiting, 0 in"
                        + " flight to it, 0 in flight from it",
                "the session of b was taken over with 1 subscription, 0 messages waiting, 0 in"
                        + " flight to it, 0 in flight from it",
                "the session of c was taken over with 0 subscriptions, 0 messages waiting, 0 in"
                        + " flight to it, 0 in flight from it",
                "0 retained messages were taken over");
    }

    @Test
    void sessionsThatHaveEndedAreLeftWithAllTheyHave() {
        take(
                new Saved()
                        .session("expired", 60, NOW)
                        .session("short", 0, 0)
                        .message(1)
                        .subscription("expired", "#", 0)
                        .toClient("expired", 1, State.QUEUED, 0, 1)
                        .subscription("short", "#", 0));

        assertTold();
        assertReported(
                "the session of expired was not taken over: it expired at 2027-01-15T08:00:00Z",
                "the session of short was not taken over: it ends with its connection",
                "the session of expired: with it went 2 subscriptions and messages",
                "the session of short: with it went 1 subscription or message",
                "0 retained messages were taken over");
    }

    @Test
    void deliveriesKeepOrderAndState() {
        take(
                new Saved()
                        .session("c")
                        .message(1)
                        .message(2)
                        .message(3)
                        .message(4)
                        .message(5)
                        .toClient("c", 1, State.AWAITS_PUBACK, 10, 1)
                        .toClient("c", 2, State.AWAITS_PUBCOMP, 11, 2)
                        .toClient("c", 3, State.AWAITS_PUBREC, 12, 2, List.of(7, 200))
                        .toClient("c", 4, State.TO_BE_SENT, 13, 1)
                        .toClient("c", 5, State.QUEUED, 0, 2)
                        .toClient("c", 1, State.QUEUED, 0, 0));

        assertTold(
                "session 1 c",
                "delivery 1 t/1=m1 qos=1 id=10 order=1",
                "delivery 1 t/3=m3 qos=2 id=12 order=3",
                "delivery 1 t/4=m4 qos=1 id=0 order=0",
                "delivery 1 t/5=m5 qos=2 id=0 order=0",
                "released 1 id=11 order=2");
        assertEquals(
                List.of(1L, 3L, 4L, 5L),
                told.deliveries.stream().map(StoredDelivery::sequence).toList());
        assertEquals(List.of(7, 200), identifiersOf(told.deliveries.get(1)));
        assertEquals(List.of(), identifiersOf(told.deliveries.get(0)));
        assertTrue(told.deliveries.getFirst().retain());
        assertReported(
                "the session of c was taken over with 0 subscriptions, 2 messages waiting, 3 in"
                        + " flight to it, 0 in flight from it",
                "the session of c: 1 message was not taken over, of QoS 0, without"
                        + " 'queue_qos0_messages true'",
                "0 retained messages were taken over");
    }

    @Test
    void whatWaitsAtQos0IsTakenOverIfTheOptionIsOn() {
        atMostOnce = Limits.AtMostOnce.QUEUED;
        take(
                new Saved()
                        .session("c")
                        .message(1)
                        .message(2)
                        .toClient("c", 1, State.TO_BE_SENT, 0, 0)
                        .toClient("c", 2, State.QUEUED, 0, 1)
                        .toClient("c", 2, State.QUEUED, 0, 0));
        assertTold(
                "session 1 c",
                "delivery 1 t/1=m1 qos=0 id=0 order=0",
                "delivery 1 t/2=m2 qos=1 id=0 order=0",
                "delivery 1 t/2=m2 qos=0 id=0 order=0");
    }

    private static List<Integer> identifiersOf(StoredDelivery d) {
        int[] all = d.identifiers();
        return all == null ? List.of() : java.util.Arrays.stream(all).boxed().toList();
    }

    @Test
    void whatTheStoreIsGivenIsWhatTheCoreIsTold() {
        take(
                new Saved()
                        .session("c")
                        .message(1)
                        .toClient("c", 1, State.AWAITS_PUBREC, 10, 2)
                        .toClient("c", 1, State.AWAITS_PUBCOMP, 11, 2));

        StoreChange.PutDelivery put = (StoreChange.PutDelivery) changes.get(1);
        assertSame(put.delivery(), told.deliveries.getFirst());
        assertEquals(new StoreChange.BeginDelivery(put.delivery(), 10, 1), changes.get(2));
        StoredDelivery released = ((StoreChange.PutDelivery) changes.get(3)).delivery();
        assertEquals(new StoreChange.BeginDelivery(released, 11, 2), changes.get(4));
        assertEquals(new StoreChange.ReleaseDelivery(released, 11, 2), changes.get(5));
        assertEquals(6, changes.size());
        assertSame(put.delivery().message(), released.message(), "one message, stored once");
    }

    @Test
    void aPacketIdentifierIsOneMessagesOnly() {
        take(
                new Saved()
                        .session("c")
                        .message(1)
                        .message(2)
                        .toClient("c", 1, State.AWAITS_PUBACK, 10, 1)
                        .toClient("c", 2, State.AWAITS_PUBACK, 10, 1)
                        .toClient("c", 2, State.AWAITS_PUBREC, 0, 2)
                        .toClient("c", 2, State.AWAITS_PUBCOMP, 10, 2)
                        .toClient("c", 2, State.AWAITS_PUBREC, 11, 1));

        assertTold(
                "session 1 c",
                "delivery 1 t/1=m1 qos=1 id=10 order=1",
                "delivery 1 t/2=m2 qos=1 id=0 order=0",
                "delivery 1 t/2=m2 qos=2 id=0 order=0",
                "delivery 1 t/2=m2 qos=1 id=0 order=0");
        assertTrue(report.get(1).contains("1 message was not taken over, that had been received"));
    }

    @Test
    void aMessageFromAClientIsDeliveredNowAndOnlyOnce() {
        take(
                new Saved()
                        .session("c")
                        .message(1)
                        .message(2, "r", "keep", true, 0)
                        .fromClient("c", 1, 5, 2)
                        .fromClient("c", 2, 6, 2)
                        .fromClient("c", 1, 5, 2)
                        .fromClient("c", 1, 7, 1));

        assertTold(
                "session 1 c",
                "received 1 id=5",
                "received 1 id=6",
                "forward 1 DELIVER t/1=m1",
                "forward 2 DELIVER r=keep",
                "forward 3 RETAIN r=keep");
        assertEquals(-1, told.forwards.getFirst().slots());
        assertTrue(report.get(1).contains("2 messages were not taken over, from the client under"));
    }

    @Test
    void whatHasExpiredIsLeftOut() {
        take(
                new Saved()
                        .session("c")
                        .message(1, "t", "old", false, NOW)
                        .message(2, "t", "new", false, NOW + 1)
                        .toClient("c", 1, State.QUEUED, 0, 1)
                        .toClient("c", 2, State.QUEUED, 0, 1)
                        .toClient("c", 1, State.AWAITS_PUBREC, 9, 2)
                        .fromClient("c", 1, 4, 2));

        assertTold(
                "session 1 c",
                "delivery 1 t=new qos=1 id=0 order=0",
                "delivery 1 t=old qos=2 id=9 order=1",
                "received 1 id=4");
        assertEquals((NOW + 1) * 1_000, told.deliveries.getFirst().message().message().expiresAt());
        assertTrue(report.get(1).endsWith("1 message was not taken over, that had expired"));
    }

    @Test
    void retainedMessages() {
        Saved saved =
                new Saved()
                        .message(1, "a", "one", true, 0)
                        .message(2, "b", "", true, 0)
                        .message(3, "c", "old", true, NOW)
                        .message(4, "a", "two", true, 0);
        saved.retained.addAll(List.of(1L, 2L, 3L, 4L, 99L));
        take(saved);

        assertTold("retained a=two");
        Message m = told.retained.getFirst();
        assertEquals("publisher", m.publisher());
        assertEquals(Properties.of(Property.CONTENT_TYPE, "x"), m.properties());
        assertEquals(Message.NEVER, m.expiresAt());
        assertReported(
                "the retained message of b was not taken over: it has no payload",
                "the retained message of c was not taken over: it had expired",
                "a retained message was not taken over: its content is not in the file",
                "1 retained message was taken over");
    }

    @Test
    void aDamagedFileGivesWhatIsThere() {
        Saved saved =
                new Saved()
                        .session("c")
                        .session("c", 60, NOW + 5)
                        .subscription("lost", "a", 0)
                        .toClient("c", 99, State.QUEUED, 0, 1);
        saved.atShutdown = false;
        saved.problems.add(new DatabaseProblem(23, "a chunk is missing"));
        take(saved);

        assertTold("session 1 c", "session 2 lost", "subscription 2 a 2 0");
        assertEquals(
                List.of(
                        "the file is damaged at byte 23: a chunk is missing",
                        "Mosquitto wrote the file while it was running; what happened after that is"
                                + " not in it",
                        "the session of c stands there twice, the first was taken"),
                report.subList(0, 3));
        assertTrue(
                report.get(4)
                        .endsWith(
                                "1 message was not taken over, whose content is not in"
                                        + " the file"));
        assertTrue(report.get(5).endsWith("; the file has no record of it but these"));
    }

    /// The file that mosquitto/src/test/python/make-databases has Mosquitto 2.0.11 write, a minute
    /// later.
    @Test
    void aFileOfMosquittoIsTakenOver() throws IOException {
        Path files = Path.of("../mosquitto/src/test/resources/io/hawkermq/mosquitto/database");
        long written = Long.parseLong(Files.readString(files.resolve("written-at.txt")).strip());
        take(MosquittoDatabase.read(files.resolve("running.db")), written + 60);

        assertTold(
                "session 1 old",
                "session 2 new",
                "session 3 never",
                "session 4 staying",
                "subscription 1 a/+ 1 0",
                "subscription 1 b/# 2 0",
                "subscription 2 c/# 2 200",
                "subscription 2 /c 1 0",
                "subscription 3 d 0 0",
                "delivery 1 a/1=unacknowledged qos=1 id=1 order=1",
                "delivery 1 b/1=unreceived qos=2 id=2 order=2",
                "delivery 1 b/3=no room qos=2 id=0 order=0",
                "delivery 1 a/2=offline qos=1 id=0 order=0",
                "delivery 2 c/1=everything qos=1 id=0 order=0",
                "delivery 2 c/3=plain qos=1 id=0 order=0",
                "released 1 id=3 order=3",
                "received 4 id=77",
                "received 4 id=78",
                "retained c/1=everything",
                "retained r/2=one",
                "retained r/1=zero",
                "retained r/ü=ä",
                "forward 1 DELIVER a/4=from a client",
                "forward 2 DELIVER r/4=retain me later",
                "forward 3 RETAIN r/4=retain me later");
        assertEquals(
                List.of(
                        "the session of zero was not taken over: it ends with its connection",
                        "the session of gone: with it went 2 subscriptions and messages"),
                report.subList(2, 4));
    }

    /// Told to the core itself: what Mosquitto had not given to its subscribers yet is given to them,
    /// in one batch with the end of the forwards.
    @Test
    void theCoreTakesItUp() throws IOException {
        Path files = Path.of("../mosquitto/src/test/resources/io/hawkermq/mosquitto/database");
        long written = Long.parseLong(Files.readString(files.resolve("written-at.txt")).strip());
        MosquittoDatabase database = MosquittoDatabase.read(files.resolve("running.db"));
        long now = (written + 60) * 1_000;
        changes = MosquittoImport.changes(database, now, atMostOnce, report::add);

        List<StoreChange> batch = new ArrayList<>();
        Shard shard =
                new Shard(
                        0,
                        1,
                        Limits.DEFAULT,
                        AccessControl.anonymous(),
                        EventLog.SILENT,
                        (from, to, messages) -> {},
                        (from, position, more) -> batch.addAll(more),
                        new Random(1));
        Restoration restoration = new Restoration(List.of(shard), Slots.onOneShard(), now);
        MosquittoImport.replay(changes, restoration);
        restoration.finish();

        List<String> delivered = new ArrayList<>();
        List<String> retained = new ArrayList<>();
        int forwardsDone = 0;
        for (StoreChange change : batch) {
            switch (change) {
                case StoreChange.PutDelivery c ->
                        delivered.add(
                                c.delivery().session()
                                        + " "
                                        + Told.text(c.delivery().message().message()));
                case StoreChange.PutRetained c -> retained.add(Told.text(c.message()));
                case StoreChange.RemoveForward _ -> forwardsDone++;
                default -> {}
            }
        }
        assertEquals(List.of("1 a/4=from a client"), delivered);
        assertEquals(List.of("r/4=retain me later"), retained);
        assertEquals(3, forwardsDone);
    }
}
