package io.hawkermq.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutboxFileTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private Path log = Path.of("outbox.log");

    @BeforeEach
    void place() {
        log = folder.resolve("outbox.log");
    }

    private OutboxFile open() throws IOException {
        return Outbox.unforcedIn(folder).open();
    }

    private static Message message(String text) {
        return Message.to("t/" + text)
                .text(text)
                .qos(QoS.EXACTLY_ONCE)
                .retain()
                .contentType("c")
                .user("a", "b")
                .build();
    }

    private static List<String> state(OutboxFile outbox) {
        List<String> all = new ArrayList<>();
        for (OutboxFile.Entry e : outbox.sent()) {
            all.add(e.message.topic() + "@" + e.packetId + (e.isReleased ? " released" : ""));
        }
        for (OutboxFile.Entry e : outbox.unsent()) {
            all.add(e.message.topic());
        }
        return all;
    }

    @Test
    void remembersHowFarEachMessageHasCome() throws Exception {
        OutboxFile outbox = open();
        long[] ids = new long[5];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = outbox.put(message("" + i));
        }
        outbox.started(ids[3], 7);
        outbox.started(ids[1], 65_535);
        outbox.started(ids[0], 9);
        outbox.released(ids[1]);
        outbox.done(ids[0]);
        outbox.commit();
        outbox.close();
        try (Closing again = new Closing(open())) {
            assertEquals(List.of("t/3@7", "t/1@65535 released", "t/2", "t/4"), state(again.outbox));
            Message m = again.outbox.unsent().getFirst().message;
            assertEquals(message("2").properties(), m.properties());
            assertTrue(m.retain());
            assertEquals(QoS.EXACTLY_ONCE, m.qos());
        }
    }

    @Test
    void anIdentifierBelongsToOneMessage() throws Exception {
        OutboxFile outbox = open();
        long[] ids = new long[4];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = outbox.put(message("" + i));
            outbox.started(ids[i], i + 1);
        }
        outbox.waitsAgain(ids[0]);
        outbox.waitsAgain(ids[1]);
        outbox.started(ids[0], 2);
        outbox.started(ids[2], 4); // as in logs where nothing tells that 3 waits again
        outbox.commit();
        assertEquals(List.of("t/3@4", "t/0@2", "t/2@4", "t/1"), state(outbox));
        outbox.close();
        try (Closing again = new Closing(open())) {
            assertEquals(List.of("t/0@2", "t/2@4", "t/1", "t/3"), state(again.outbox));
        }
    }

    /// What [Message.Builder] lets through nowhere.
    private static Message unwritable() {
        Message.Builder b = Message.to("bad").qos(QoS.AT_LEAST_ONCE);
        b.properties().add(Property.CONTENT_TYPE, "\0");
        return b.build();
    }

    @Test
    void whatCannotBeWrittenLeavesNothing() throws Exception {
        OutboxFile outbox = open();
        outbox.put(message("0"));
        assertThrows(IllegalArgumentException.class, () -> outbox.put(unwritable()));
        outbox.put(message("1"));
        assertEquals(2, outbox.size());
        outbox.commit();
        outbox.close();
        try (Closing again = new Closing(open())) {
            assertEquals(List.of("t/0", "t/1"), state(again.outbox));
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(2, files.count(), "the log and its lock, no damaged one");
        }
    }

    /// So that a failed assertion leaves no lock behind.
    private record Closing(OutboxFile outbox) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            outbox.close();
        }
    }

    @Test
    void cutAnywhereItHasWhatWasWhole() throws Exception {
        OutboxFile outbox = open();
        List<Integer> ends = new ArrayList<>();
        List<List<String>> states = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            long id = outbox.put(message("" + i));
            outbox.commit();
            ends.add((int) Files.size(log));
            states.add(state(outbox));
            if (i % 2 == 0) {
                outbox.started(id, i + 1);
                outbox.commit();
                ends.add((int) Files.size(log));
                states.add(state(outbox));
            }
        }
        outbox.close();
        byte[] whole = Files.readAllBytes(log);
        for (int cut = 0; cut < whole.length; cut++) {
            Files.write(log, Arrays.copyOf(whole, cut));
            List<String> expected = List.of();
            for (int i = 0; i < ends.size(); i++) {
                if (ends.get(i) <= cut) {
                    expected = states.get(i);
                }
            }
            try (Closing c = new Closing(open())) {
                assertEquals(expected, state(c.outbox), "cut after " + cut);
                c.outbox.put(message("new"));
                c.outbox.commit();
            }
            try (Closing c = new Closing(open())) {
                assertEquals(expected.size() + 1, c.outbox.size(), "cut after " + cut);
            }
        }
    }

    @Test
    void aFlippedBitCostsOneRecordAndIsKeptAside() throws Exception {
        OutboxFile outbox = open();
        for (int i = 0; i < 3; i++) {
            outbox.put(message("" + i));
        }
        outbox.commit();
        outbox.close();
        byte[] bytes = Files.readAllBytes(log);
        bytes[bytes.length / 2] ^= 1;
        Files.write(log, bytes);
        try (Closing c = new Closing(open())) {
            assertEquals(List.of("t/0", "t/2"), state(c.outbox));
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertTrue(
                    files.anyMatch(f -> f.getFileName().toString().startsWith("outbox.damaged")));
        }
        try (Closing c = new Closing(open())) {
            assertEquals(List.of("t/0", "t/2"), state(c.outbox));
        }
    }

    @Test
    void isWrittenAnewWhenMostOfItIsDone() throws Exception {
        OutboxFile outbox = open();
        long keep = outbox.put(message("keep"));
        outbox.started(keep, 3);
        outbox.released(keep);
        outbox.put(message("later"));
        Message large = Message.to("x").payload(new byte[64 * 1024]).qos(QoS.AT_LEAST_ONCE).build();
        for (int i = 0; i < 500; i++) {
            outbox.done(outbox.put(large));
            outbox.commit();
        }
        assertTrue(Files.size(log) < 5 << 20, Files.size(log) + " bytes");
        assertEquals(List.of("t/keep@3 released", "t/later"), state(outbox));
        outbox.close();
        try (Closing c = new Closing(open())) {
            assertEquals(List.of("t/keep@3 released", "t/later"), state(c.outbox));
        }
    }

    @Test
    void oneClientAtATime() throws Exception {
        try (Closing c = new Closing(open())) {
            assertThrows(IOException.class, this::open);
            assertEquals(0, c.outbox.size());
        }
        open().close();
    }
}
