package io.hawkermq.mosquitto.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.mosquitto.database.SavedDelivery.Direction;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Damaged files: what can be read is, what cannot is told with its place, and nothing else happens.
class DatabaseDamageTest {
    private static final byte[] NONE = {};

    static DatabaseWriter whole(int version) {
        byte[] identifier = version < 5 ? NONE : new byte[] {2, 0x0B, 1};
        byte[] user = version < 5 ? NONE : new byte[] {7, 0x26, 0, 1, 'k', 0, 1, 'v'};
        return new DatabaseWriter(version)
                .configuration(0)
                .message(1, "p", "a", "one", 1, 0, user)
                .message(2, "p", "a/b", "two", 2 | 4, 1_900_000_000, NONE)
                .session("c", "u", 60, 0)
                .delivery("c", 1, Direction.TO_CLIENT, 3, 1, 1, identifier)
                .session("d", "", SavedSession.NEVER, 0)
                .delivery("d", 2, Direction.FROM_CLIENT, 7, 2, 2, NONE)
                .subscription("c", "#", 1, 3)
                .subscription("d", "a/+", 2, 0)
                .retained(2);
    }

    private static int records(MosquittoDatabase db) {
        return db.sessions().size()
                + db.messages().size()
                + db.deliveries().size()
                + db.subscriptions().size()
                + db.retained().size();
    }

    /// Reads what may be anything; throws nothing but the exception of its own.
    static void readAnything(byte[] bytes) {
        try {
            MosquittoDatabase db =
                    MosquittoDatabase.read(new ByteArrayInputStream(bytes), bytes.length);
            assertTrue(records(db) <= bytes.length, "every record has bytes of its own");
            assertTrue(db.problems().size() <= db.problemCount());
            db.problems().forEach(p -> assertTrue(p.offset() >= 23 && p.offset() < bytes.length));
        } catch (MosquittoDatabaseException e) {
            assertTrue(
                    bytes.length < 23
                            || bytes[0] != 0
                            || bytes[1] != (byte) 0xB5
                            || isForeign(bytes),
                    () -> "refused: " + e.getMessage());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isForeign(byte[] bytes) {
        byte[] good = new DatabaseWriter(6).bytes();
        return !Arrays.equals(bytes, 0, 15, good, 0, 15)
                || bytes[19] != 0
                || bytes[20] != 0
                || bytes[21] != 0
                || bytes[22] < 2
                || bytes[22] > 6;
    }

    private static String refused(byte[] bytes) {
        Exception e =
                assertThrows(
                        MosquittoDatabaseException.class,
                        () ->
                                MosquittoDatabase.read(
                                        new ByteArrayInputStream(bytes), bytes.length));
        return String.valueOf(e.getMessage());
    }

    @Test
    void otherFilesAreRefused() {
        assertTrue(refused(NONE).contains("does not begin like one"));
        assertTrue(refused(new byte[100]).contains("does not begin like one"));
        byte[] good = new DatabaseWriter(6).bytes();
        String message = refused(Arrays.copyOf(good, 20));
        assertEquals("the file ends after 20 bytes, within its header of 23", message);
        message = refused(new DatabaseWriter(7).bytes());
        assertEquals("the file is of version 7, versions 2 to 6 can be read", message);
        refused(new DatabaseWriter(1).bytes());
        refused(new DatabaseWriter(-1).bytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6})
    void aFileCutOffAnywhereGivesWhatIsWhole(int version) {
        byte[] bytes = whole(version).bytes();
        int last = -1;
        for (int length = 23; length < bytes.length; length++) {
            MosquittoDatabase db = DatabaseWriter.read(Arrays.copyOf(bytes, length));
            int records = records(db);
            assertTrue(records >= last, "a longer file never gives less");
            boolean endsWithChunk = db.problemCount() == 0;
            assertTrue(endsWithChunk || db.problemCount() == 1, db.problems().toString());
            last = records;
        }
        assertEquals(8, last);
        assertEquals(9, records(DatabaseWriter.read(bytes)));
    }

    @ParameterizedTest
    @ValueSource(longs = {10_000, 1L << 28, 0x7FFF_FFFFL, 0xFFFF_FFFFL})
    void aLengthBeyondTheEndTakesNoMemory(long length) {
        DatabaseWriter w = new DatabaseWriter(6).session("c", "", 60, 0);
        int at = w.length();
        MosquittoDatabase db = w.chunk(2, length, new byte[100]).read();

        assertEquals(1, db.sessions().size());
        assertEquals(
                List.of(
                        new DatabaseProblem(
                                at,
                                "a message should have "
                                        + length
                                        + " bytes, but only 100 follow; nothing could be read from"
                                        + " here on")),
                db.problems());
    }

    @Test
    void aSessionOfAMebibyteIsPassedOver() {
        MosquittoDatabase db =
                new DatabaseWriter(6)
                        .chunk(6, b -> b.raw(new byte[(1 << 20) + 1]))
                        .session("c", "", 60, 0)
                        .read();

        assertEquals(1, db.sessions().size());
        assertEquals(1, db.problemCount());
    }

    @Test
    void unknownChunksArePassedOver() {
        MosquittoDatabase db =
                new DatabaseWriter(6)
                        .chunk(9, b -> b.raw(new byte[1_000]))
                        .session("c", "", 60, 0)
                        .read();

        assertEquals(1, db.sessions().size());
        assertEquals(
                "at byte 23: a chunk of type 9 is unknown; its 1000 bytes were passed over",
                db.problems().getFirst().toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6})
    void aDamagedRecordDoesNotSpoilTheOthers(int version) {
        MosquittoDatabase db =
                new DatabaseWriter(version)
                        .session("", "", 60, 0)
                        .message(1, "p", "a/#", "wildcard", 0, 0, NONE)
                        .message(2, "p", "", "no topic", 0, 0, NONE)
                        .message(3, "p", "a", "QoS 3", 3, 0, NONE)
                        .subscription("c", "a/#/b", 0, 0)
                        .delivery("c", 1, Direction.TO_CLIENT, 12, 1, 1, NONE)
                        .delivery("c", 1, Direction.TO_CLIENT, 0, 1, 1, NONE)
                        .chunk(4, b -> b.four(1))
                        .session("c", "", 60, 0)
                        .read();

        assertEquals(1, records(db));
        assertEquals(8, db.problemCount(), db.problems().toString());
        assertTrue(db.problems().get(1).description().contains("has the wildcard #"));
        assertTrue(db.problems().get(6).description().contains("the state is 0, not 1 to 11"));
    }

    @Test
    void damagedPropertiesLeaveTheMessage() {
        byte[][] damaged = {
            {5, 3, 0, 1, 'x'},
            {4, 99, 0, 1, 'x'},
            {4, 3, 0, 1, 'x', 'y'},
            {2, 1, 2},
            {-1, -1, -1, -1}
        };
        for (byte[] properties : damaged) {
            MosquittoDatabase db =
                    new DatabaseWriter(6).message(1, "p", "a", "b", 0, 0, properties).read();
            assertEquals(1, db.messages().size());
            assertTrue(db.messages().getFirst().properties().isEmpty());
            assertEquals(1, db.problemCount());
        }
    }

    @Test
    void aTimeInNoByteOrderIsDamage() {
        MosquittoDatabase db =
                new DatabaseWriter(6).session("c", "", 60, 0x7FFF_FFFF_FFFF_FFFFL).read();

        assertEquals(List.of(), db.sessions());
        assertTrue(db.problems().getFirst().description().contains("the session's expiry"));
    }

    @Test
    void problemsAreCountedWhereTheyAreTooMany() {
        DatabaseWriter w = new DatabaseWriter(6);
        for (int i = 0; i < 1_500; i++) {
            w.session("", "", 60, 0);
        }
        MosquittoDatabase db = w.session("c", "", 60, 0).read();

        assertEquals(1_000, db.problems().size());
        assertEquals(1_500, db.problemCount());
        assertEquals(1, db.sessions().size());
    }

    @Test
    void aFileThatBecomesShorterIsNoDisaster() throws IOException {
        byte[] bytes = whole(6).bytes();
        MosquittoDatabase db =
                MosquittoDatabase.read(new ByteArrayInputStream(bytes), bytes.length + 1_000L);

        assertEquals(9, records(db));
        assertEquals(1, db.problemCount());
    }

    @Property(tries = 1_000)
    void noChangeOfBytesDoesHarm(
            @ForAll @IntRange(min = 2, max = 6) int version, @ForAll long seed) {
        byte[] bytes = whole(version).bytes();
        Random random = new Random(seed);
        for (int i = 0; i < 20; i++) {
            byte[] changed = bytes.clone();
            for (int k = random.nextInt(4); k >= 0; k--) {
                int at = random.nextInt(changed.length);
                switch (random.nextInt(3)) {
                    case 0 -> changed[at] ^= (byte) (1 << random.nextInt(8));
                    case 1 ->
                            changed[at] =
                                    new byte[] {0, 1, 0x7F, (byte) 0x80, -1}[random.nextInt(5)];
                    default -> changed = Arrays.copyOf(changed, at + 1);
                }
            }
            readAnything(changed);
        }
    }

    @Property(tries = 2_000)
    void noiseAfterTheHeaderDoesNoHarm(
            @ForAll @IntRange(min = 2, max = 6) int version, @ForAll byte[] noise) {
        readAnything(new DatabaseWriter(version).chunk(2, noise.length, noise).bytes());
        byte[] header = new DatabaseWriter(version).bytes();
        byte[] all = Arrays.copyOf(header, header.length + noise.length);
        System.arraycopy(noise, 0, all, header.length, noise.length);
        readAnything(all);
    }
}
