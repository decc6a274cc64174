package io.hawkermq.mosquitto.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.mosquitto.database.DatabaseWriter.Machine;
import io.hawkermq.mosquitto.database.SavedDelivery.Direction;
import io.hawkermq.mosquitto.database.SavedDelivery.State;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.RetainHandling;
import io.hawkermq.protocol.SubscriptionOptions;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Files of each version and of each kind of machine that Mosquitto runs on.
class DatabaseVersionsTest {
    private static final byte[] NONE = {};
    private static final byte[] CONTENT_TYPE = {4, 3, 0, 1, 'x'};
    private static final byte[] IDENTIFIERS = {5, 0x0B, 7, 0x0B, (byte) 0xC8, 1};
    private static final long LATER = 1_900_000_000;

    static Stream<Arguments> versionsAndMachines() {
        return IntStream.rangeClosed(2, 6)
                .boxed()
                .flatMap(v -> Stream.of(Machine.values()).map(m -> Arguments.of(v, m)));
    }

    private static DatabaseWriter everything(int version, Machine machine) {
        return new DatabaseWriter(version, machine)
                .configuration(1)
                .message(5, "p", "a/ü", "body", 1 | 4, LATER, CONTENT_TYPE)
                .session("c", "user", 60, LATER)
                .delivery("c", 5, Direction.TO_CLIENT, 3, 9, 1, IDENTIFIERS)
                .subscription("c", "a/+", 2 | 0x04 | 0x08 | 0x10, 7)
                .retained(5);
    }

    @ParameterizedTest
    @MethodSource("versionsAndMachines")
    void eachVersionIsRead(int version, Machine machine) {
        MosquittoDatabase db = everything(version, machine).read();

        assertEquals(List.of(), db.problems());
        assertEquals(0, db.problemCount());
        assertEquals(version, db.version());
        assertTrue(db.atShutdown());
        boolean isNew = version >= 5;
        boolean hasUser = version == 6;
        assertEquals(
                List.of(
                        new SavedSession(
                                "c",
                                hasUser ? "user" : null,
                                hasUser ? 1883 : 0,
                                7,
                                isNew ? 60 : SavedSession.NEVER,
                                isNew ? LATER : 0)),
                db.sessions());
        assertEquals(
                List.of(
                        new SavedDelivery(
                                "c",
                                db.messages().getFirst().storeId(),
                                Direction.TO_CLIENT,
                                State.AWAITS_PUBACK,
                                9,
                                QoS.AT_LEAST_ONCE,
                                true,
                                false,
                                isNew ? List.of(7, 200) : List.of())),
                db.deliveries());
        SavedSubscription s = db.subscriptions().getFirst();
        assertEquals("a/+", s.filter().toString());
        assertEquals(isNew ? 7 : 0, s.identifier());
        assertEquals(
                isNew
                        ? new SubscriptionOptions(
                                QoS.EXACTLY_ONCE, true, true, RetainHandling.SEND_IF_NEW)
                        : SubscriptionOptions.of(QoS.EXACTLY_ONCE),
                s.options());
        assertEquals(List.of(db.messages().getFirst().storeId()), db.retained());
    }

    @ParameterizedTest
    @MethodSource("versionsAndMachines")
    void aMessageIsReadInEachVersion(int version, Machine machine) {
        SavedMessage m = everything(version, machine).read().messages().getFirst();

        assertEquals("p", m.publisher());
        assertEquals(version < 4 ? null : "user", m.userName());
        assertEquals(version < 4 ? 0 : 8883, m.listenerPort());
        assertEquals(12, m.packetId());
        assertEquals("a/ü", m.topic().toString());
        assertEquals("body", new String(m.payload(), java.nio.charset.StandardCharsets.UTF_8));
        assertEquals(QoS.AT_LEAST_ONCE, m.qos());
        assertTrue(m.retain());
        assertEquals(version < 5 ? 0 : LATER, m.expiresAt());
        assertEquals(
                version < 5 ? Properties.NONE : Properties.of(Property.CONTENT_TYPE, "x"),
                m.properties());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6})
    void eachStateIsTold(int version) {
        DatabaseWriter w = new DatabaseWriter(version);
        for (int state = 1; state <= 11; state++) {
            w.delivery("c", 1, Direction.FROM_CLIENT, state, 1, 2, NONE);
        }
        assertEquals(
                List.of(
                        State.TO_BE_SENT,
                        State.TO_BE_SENT,
                        State.AWAITS_PUBACK,
                        State.TO_BE_SENT,
                        State.AWAITS_PUBREC,
                        State.AWAITS_PUBCOMP,
                        State.AWAITS_PUBREL,
                        State.COMPLETED,
                        State.AWAITS_PUBCOMP,
                        State.AWAITS_PUBREL,
                        State.QUEUED),
                w.read().deliveries().stream().map(SavedDelivery::state).toList());
    }

    /// As Mosquitto 1.5.6 and 1.5.7 count it.
    @Test
    void aLengthMayCountThePublisherTwice() {
        for (String publisher : List.of("", "p", "publisher-ü", "p".repeat(65_535))) {
            MosquittoDatabase db =
                    new DatabaseWriter(4)
                            .messageCountedTwice(1, publisher, "a")
                            .messageCountedTwice(2, publisher, "b")
                            .retained(2)
                            .messageCountedTwice(3, publisher, "c")
                            .read();

            assertEquals(List.of(), db.problems());
            assertEquals(
                    List.of("a", "b", "c"),
                    db.messages().stream().map(m -> m.topic().toString()).toList());
            assertEquals(List.of(2L), db.retained());
        }
    }

    @Test
    void aFileWithNothingInItIsRead() {
        MosquittoDatabase db = new DatabaseWriter(6).configuration(0).read();

        assertFalse(db.atShutdown());
        assertEquals(List.of(), db.sessions());
        assertEquals(List.of(), db.problems());
    }

    @Test
    void aUserNameLeftOverFromAnotherClientIsLeftOut() {
        // Lengths 5, then 5 with swapped bytes, then 5 again, as Mosquitto 2.0.11 writes them.
        String leaked = "alice" + "\0".repeat(1280 - 5);
        MosquittoDatabase db =
                new DatabaseWriter(6)
                        .session("own", "alice", 60, 0)
                        .session("second", leaked, 60, 0)
                        .session("third", "alice", 60, 0)
                        .session("fourth", leaked, 60, 0)
                        .session("carol's", "carol", 60, 0)
                        .session("last", "alice", 60, 0)
                        .read();

        List<SavedSession> s = db.sessions();
        assertEquals("alice", s.get(0).userName());
        assertNull(s.get(1).userName());
        assertNull(s.get(2).userName());
        assertNull(s.get(3).userName());
        assertEquals("carol", s.get(4).userName());
        assertEquals("alice", s.get(5).userName());
        assertEquals(3, db.problemCount());
    }
}
