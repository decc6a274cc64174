package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RetainedMessagesTest {
    /// A message is set or removed.
    record Change(boolean isPut, String topic) {}

    /// What a test keeps as a message.
    record Message(String topic, int number) {}

    @Provide
    Arbitrary<List<String>> topics() {
        return Topics.names().list().ofMaxSize(150);
    }

    @Provide
    Arbitrary<List<Change>> changes() {
        return Combinators.combine(Arbitraries.of(true, false), Topics.names())
                .as(Change::new)
                .list()
                .ofMaxSize(150);
    }

    @Provide
    Arbitrary<String> filters() {
        return Topics.filters();
    }

    @Property(tries = 1_000)
    void holdsWhatAMapHolds(@ForAll("changes") List<Change> changes) {
        RetainedMessages<Message> retained = new RetainedMessages<>();
        Map<String, Message> model = new HashMap<>();
        int number = 0;
        for (Change change : changes) {
            TopicName topic = TopicName.of(change.topic);
            if (change.isPut) {
                Message message = new Message(change.topic, number++);
                assertEquals(model.put(change.topic, message), retained.put(topic, message));
            } else {
                assertEquals(model.remove(change.topic), retained.remove(topic));
            }
            assertEquals(model.get(change.topic), retained.get(topic));
            assertEquals(model.size(), retained.size());
        }
        model.forEach((topic, message) -> assertEquals(message, retained.get(TopicName.of(topic))));
        assertEquals(model.keySet(), new HashSet<>(readAll(retained.all(), 1)));
    }

    @Property(tries = 2_000)
    void readsEachMatchOnce(
            @ForAll("topics") List<String> topics,
            @ForAll("filters") String filter,
            @ForAll @IntRange(min = 1, max = 5) int visits) {
        RetainedMessages<Message> retained = new RetainedMessages<>();
        Set<String> expected = new TreeSet<>();
        for (String topic : topics) {
            retained.put(TopicName.of(topic), new Message(topic, 0));
            if (Topics.matches(filter, topic)) {
                expected.add(topic);
            }
        }
        List<String> read = readAll(retained.matching(TopicFilter.of(filter)), visits);
        assertEquals(expected, new TreeSet<>(read));
        assertEquals(expected.size(), read.size());
    }

    private static List<String> readAll(RetainedMessages.Cursor<Message> cursor, int visits) {
        List<String> read = new ArrayList<>();
        while (!cursor.isAtEnd()) {
            Message message = cursor.next(visits);
            if (message != null) {
                read.add(message.topic);
            }
        }
        assertNull(cursor.next(visits));
        return read;
    }

    @Property(tries = 2_000)
    void readsOnceWhatWasThereThroughout(
            @ForAll("topics") List<String> topics,
            @ForAll("changes") List<Change> changes,
            @ForAll("filters") String filter,
            @ForAll @IntRange(min = 1, max = 3) int visits,
            @ForAll @IntRange(min = 0, max = 3) int changesPerCall) {
        RetainedMessages<Message> retained = new RetainedMessages<>();
        Set<String> throughout = new HashSet<>();
        Set<String> ever = new HashSet<>();
        for (String topic : topics) {
            retained.put(TopicName.of(topic), new Message(topic, 0));
            throughout.add(topic);
        }
        ever.addAll(throughout);
        RetainedMessages.Cursor<Message> cursor = retained.matching(TopicFilter.of(filter));
        Set<String> read = new HashSet<>();
        int next = 0;
        while (!cursor.isAtEnd()) {
            Message message = cursor.next(visits);
            if (message != null) {
                assertTrue(read.add(message.topic), "read twice: " + message.topic);
                assertTrue(Topics.matches(filter, message.topic));
            }
            for (int i = 0; i < changesPerCall && next < changes.size(); i++, next++) {
                Change change = changes.get(next);
                TopicName topic = TopicName.of(change.topic);
                if (change.isPut) {
                    retained.put(topic, new Message(change.topic, 1));
                    ever.add(change.topic);
                } else {
                    retained.remove(topic);
                    throughout.remove(change.topic);
                }
            }
        }
        assertTrue(ever.containsAll(read));
        for (String topic : throughout) {
            assertTrue(!Topics.matches(filter, topic) || read.contains(topic), "missed: " + topic);
        }
    }

    @Test
    void aLargeTreeGrowsAndShrinks() {
        Random random = new Random(3);
        RetainedMessages<Message> retained = new RetainedMessages<>();
        Map<String, Message> model = new HashMap<>();
        List<String> topics = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            topics.add("site/" + i % 40 + "/dev/" + i + (i % 3 == 0 ? "/state" : "/temp"));
        }
        for (int round = 0; round < 3; round++) {
            if (round > 0) {
                Collections.shuffle(topics, random); // the first round in an order of its own
            }
            for (String topic : topics) {
                Message message = new Message(topic, round);
                assertEquals(model.put(topic, message), retained.put(TopicName.of(topic), message));
            }
            assertEquals(model.size(), readAll(retained.all(), 7).size());
            Collections.shuffle(topics, random);
            for (String topic : topics.subList(0, round == 2 ? 50_000 : 45_000)) {
                assertEquals(model.remove(topic), retained.remove(TopicName.of(topic)));
            }
            assertTrue(model.keySet().equals(new HashSet<>(readAll(retained.all(), 7))));
            for (String topic : topics) {
                assertEquals(model.get(topic), retained.get(TopicName.of(topic)));
            }
        }
        assertEquals(0, retained.size());
        assertTrue(readAll(retained.all(), 1).isEmpty());
    }

    @Test
    void skipsWhatCannotMatch() {
        RetainedMessages<Message> retained = new RetainedMessages<>();
        for (int site = 0; site < 100; site++) {
            for (int i = 0; i < 200; i++) {
                put(retained, "site/" + site + "/dev/" + i + "/temp");
            }
            put(retained, "site/" + site + "/name");
        }
        put(retained, "site/7/rare/x");
        assertEquals(
                List.of("site/7/rare/x"),
                readAll(retained.matching(TopicFilter.of("site/+/rare/#")), 1));
        // Two searches a site: past what is before the level wanted, and to the next site.
        assertTrue(callsToRead(retained, "site/+/rare/#") <= 2 * 100 + 5);
        assertTrue(callsToRead(retained, "site/7/rare/#") <= 3);
        assertTrue(callsToRead(retained, "other/#") <= 1);
        assertTrue(callsToRead(retained, "+/+/name") <= 3 * 100 + 5);
    }

    private static int callsToRead(RetainedMessages<Message> retained, String filter) {
        RetainedMessages.Cursor<Message> cursor = retained.matching(TopicFilter.of(filter));
        int calls = 0;
        while (!cursor.isAtEnd()) {
            cursor.next(1);
            calls++;
        }
        return calls;
    }

    private static void put(RetainedMessages<Message> retained, String topic) {
        retained.put(TopicName.of(topic), new Message(topic, 0));
    }

    @Test
    void expiredMessagesMayBeRemovedWhileReading() {
        RetainedMessages<Message> retained = new RetainedMessages<>();
        for (int i = 0; i < 1_000; i++) {
            put(retained, "t/" + i);
        }
        RetainedMessages.Cursor<Message> cursor = retained.all();
        int seen = 0;
        while (!cursor.isAtEnd()) {
            Message message = cursor.next(1);
            if (message != null) {
                seen++;
                retained.remove(TopicName.of(message.topic));
            }
        }
        assertEquals(1_000, seen);
        assertEquals(0, retained.size());
    }

    @Test
    void reservedTopicsAreReadOnlyByTheirName() {
        RetainedMessages<Message> retained = new RetainedMessages<>();
        put(retained, "$SYS/broker/uptime");
        put(retained, "$SYS");
        put(retained, "a");
        assertEquals(List.of("a"), readAll(retained.matching(TopicFilter.of("#")), 1));
        assertEquals(List.of(), readAll(retained.matching(TopicFilter.of("+/broker/+")), 1));
        assertEquals(
                List.of("$SYS", "$SYS/broker/uptime"),
                readAll(retained.matching(TopicFilter.of("$SYS/#")), 1));
        assertEquals(3, readAll(retained.all(), 1).size());
    }

    @Test
    void aCursorThatMayNotVisitEnoughComesBackLater() {
        RetainedMessages<Message> retained = new RetainedMessages<>();
        for (int i = 0; i < 100; i++) {
            put(retained, "a/" + i + "/x");
        }
        put(retained, "a/99/y");
        RetainedMessages.Cursor<Message> cursor = retained.matching(TopicFilter.of("a/+/y"));
        assertNull(cursor.next(10));
        assertFalse(cursor.isAtEnd());
        assertEquals(List.of("a/99/y"), readAll(cursor, 10));
    }
}
