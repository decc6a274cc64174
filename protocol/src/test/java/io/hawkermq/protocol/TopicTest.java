package io.hawkermq.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Topic Names and Topic Filters, section 4.7.
class TopicTest {
    /// Section 4.7 level by level, as simply as it can be said.
    private static boolean matchesNaively(String filter, String topic) {
        boolean startsWithWildcard = filter.startsWith("+") || filter.startsWith("#");
        if (topic.startsWith("$") && startsWithWildcard) {
            return false; // [MQTT-4.7.2-1]
        }
        return matches(List.of(filter.split("/", -1)), List.of(topic.split("/", -1)));
    }

    private static boolean matches(List<String> filter, List<String> topic) {
        if (filter.isEmpty()) {
            return topic.isEmpty();
        }
        String level = filter.get(0);
        if (level.equals("#")) {
            return true;
        }
        if (topic.isEmpty() || (!level.equals("+") && !level.equals(topic.get(0)))) {
            return false;
        }
        return matches(filter.subList(1, filter.size()), topic.subList(1, topic.size()));
    }

    @Provide
    Arbitrary<String> filters() {
        return Combinators.combine(
                        Arbitraries.of("", "a", "b", "ab", "+", "$a").list().ofSize(5),
                        Arbitraries.integers().between(1, 5),
                        Arbitraries.of("", "", "/#"))
                .as((levels, count, end) -> String.join("/", levels.subList(0, count)) + end)
                .filter(f -> !f.isEmpty());
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.of("", "a", "b", "ab", "$a")
                .list()
                .ofMinSize(1)
                .ofMaxSize(5)
                .map(levels -> String.join("/", levels))
                .filter(n -> !n.isEmpty());
    }

    @Property(tries = 5_000)
    void matchesLikeTheNaiveMatcher(
            @ForAll("filters") String filter, @ForAll("names") String name) {
        TopicName topic = TopicName.of(name);
        boolean expected = matchesNaively(filter, name);
        assertEquals(expected, TopicFilter.of(filter).matches(topic));
        assertEquals(expected, TopicFilter.of("$share/g/" + filter).matches(topic));
    }

    @ParameterizedTest
    @CsvSource({
        "a/#, a, true",
        "a//#, a/, true",
        "#, a/b, true",
        "#, /, true",
        "#, $SYS/a, false",
        "+/a, $SYS/a, false",
        "$SYS/#, $SYS, true",
        "$SYS/+, $SYS/a, true",
        "+, a, true",
        "+, /a, false",
        "+/+, /a, true",
        "/+, /a, true",
        "a/+, a/, true",
        "a/+, a, false",
        "a/+/#, a, false",
        "a/#, ab, false",
        "a, A, false",
        "é/+, é/x, true"
    })
    void matchesAsTheSpecificationSays(String filter, String name, boolean expected) {
        assertEquals(expected, TopicFilter.of(filter).matches(TopicName.of(name)));
        assertEquals(expected, matchesNaively(filter, name), "the naive matcher");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a#",
                "#/a",
                "a/#/b",
                "##",
                "a+",
                "+a",
                "a/+b",
                "++",
                "$share/",
                "$share/g",
                "$share//a",
                "$share/g/",
                "$share/+/a",
                "$share/a#/b",
                "a\0b",
                "a\u001Bb",
                "\uD800"
            })
    void isNoTopicFilter(String text) {
        assertThrows(IllegalArgumentException.class, () -> TopicFilter.of(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "+", "a/#", "a+b", "a\0b", "a\nb", "a\u009Bb", "\uDC00x"})
    void isNoTopicName(String text) {
        assertThrows(IllegalArgumentException.class, () -> TopicName.of(text));
    }

    @Test
    void lengthIsCountedInBytes() {
        // [MQTT-4.7.3-3]
        assertEquals(65_535, TopicName.of("x".repeat(65_535)).utf8().length);
        assertThrows(IllegalArgumentException.class, () -> TopicName.of("é".repeat(32_768)));
        assertThrows(IllegalArgumentException.class, () -> TopicFilter.of("é".repeat(32_768)));
    }

    @Test
    void aSharedSubscriptionIsTakenApart() {
        TopicFilter shared = TopicFilter.of("$share/g/a/+");
        assertTrue(shared.isShared());
        assertEquals("g", shared.shareName());
        assertEquals("a/+", shared.filter());
        assertEquals("$share/g/a/+", shared.toString());
        TopicFilter plain = TopicFilter.of("$shared/g/a");
        assertFalse(plain.isShared());
        assertNull(plain.shareName());
        assertEquals("$shared/g/a", plain.filter());
    }

    @Test
    void aNameIsFoundByItsBytesWhereverTheyLie() throws MalformedPacketException {
        Random random = new Random(1);
        for (int length = 1; length < 100; length++) {
            String text = "n".repeat(length - 1) + (char) ('a' + random.nextInt(26));
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            byte[] around = new byte[length + 20];
            random.nextBytes(around);
            System.arraycopy(utf8, 0, around, 13, length);
            TopicName name = TopicName.of(text);
            assertEquals(name.hashCode(), TopicName.hash(around, 13, 13 + length));
            assertTrue(name.isAt(around, 13, 13 + length));
            assertFalse(name.isAt(around, 13, 12 + length));
            assertEquals(name, TopicName.ofValidUtf8(Arrays.copyOfRange(around, 13, 13 + length)));
        }
    }

    /// Names as they occur in the field differ in a few digits; they must not share cache slots.
    @Test
    void hashesOfSimilarNamesSpread() {
        Set<Integer> slots = new HashSet<>();
        int count = 4_096;
        for (int i = 0; i < count; i++) {
            slots.add(TopicName.of("site/7/device/" + i + "/temperature").hashCode() & 8_191);
        }
        // Thrown at random into 8,192 slots they would fill about 3,223.
        assertTrue(slots.size() > 3_000, slots.size() + " slots");
    }
}
