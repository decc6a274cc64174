package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubscriptionIndexTest {
    private static final long SEED = 42;
    private static final String[] SUBSCRIBERS = {"s0", "s1", "s2", "s3"};

    /// One subscriber comes or goes.
    record Change(boolean isAdd, String filter, int subscriber) {}

    @Provide
    Arbitrary<List<Change>> changes() {
        return Combinators.combine(
                        Arbitraries.frequency(Tuple.of(3, true), Tuple.of(2, false)),
                        Topics.filters(),
                        Arbitraries.integers().between(0, SUBSCRIBERS.length - 1))
                .as(Change::new)
                .list()
                .ofMaxSize(120);
    }

    @Provide
    Arbitrary<List<String>> names() {
        return Topics.names().list().ofMinSize(1).ofMaxSize(20);
    }

    @Property(tries = 1_000)
    void findsWhatTheRulesFind(
            @ForAll("changes") List<Change> changes, @ForAll("names") List<String> names) {
        SubscriptionIndex<String> index = new SubscriptionIndex<>(SEED);
        Map<String, Set<String>> model = new HashMap<>();
        for (Change change : changes) {
            apply(change, index, model);
        }
        assertEquals(model.size(), index.filters());
        assertEquals(model.values().stream().mapToInt(Set::size).sum(), index.size());
        for (String name : names) {
            assertEquals(expected(model, name), found(index, name), name);
        }
        model.forEach((filter, subscribers) -> {
            assertEquals(List.copyOf(subscribers), at(index, filter));
            for (String s : SUBSCRIBERS) {
                assertEquals(subscribers.contains(s), index.anyAt(filter, s::equals));
            }
        });
    }

    @Property(tries = 500)
    void nothingIsLeftWhenTheLastFilterGoes(@ForAll("changes") List<Change> changes) {
        SubscriptionIndex<String> index = new SubscriptionIndex<>(SEED);
        Map<String, Set<String>> model = new HashMap<>();
        for (Change change : changes) {
            apply(change, index, model);
        }
        model.forEach((filter, subscribers) ->
                subscribers.forEach(s -> assertTrue(index.remove(filter, s))));
        assertTrue(index.isBare(), index::toString);
    }

    @Property(tries = 500)
    void versionChangesWithWhatMatches(
            @ForAll("changes") List<Change> changes, @ForAll("names") List<String> names) {
        SubscriptionIndex<String> index = new SubscriptionIndex<>(SEED);
        Map<String, Set<String>> model = new HashMap<>();
        for (Change change : changes) {
            List<List<String>> before = names.stream().map(n -> expected(model, n)).toList();
            List<Long> versions =
                    names.stream().map(n -> index.version(index.subtree(TopicName.of(n)))).toList();
            boolean isChange = apply(change, index, model);
            for (int i = 0; i < names.size(); i++) {
                String name = names.get(i);
                long version = index.version(index.subtree(TopicName.of(name)));
                if (!before.get(i).equals(expected(model, name))) {
                    assertNotEquals(versions.get(i), version, name + " after " + change);
                } else if (!isChange) {
                    assertEquals(versions.get(i), version, name + " after " + change);
                }
            }
        }
    }

    private static boolean apply(
            Change change, SubscriptionIndex<String> index, Map<String, Set<String>> model) {
        String subscriber = SUBSCRIBERS[change.subscriber];
        boolean isChange;
        if (change.isAdd) {
            isChange =
                    model.computeIfAbsent(change.filter, f -> new LinkedHashSet<>())
                            .add(subscriber);
            assertEquals(isChange, index.add(change.filter, subscriber));
        } else {
            Set<String> subscribers = model.getOrDefault(change.filter, Set.of());
            isChange = subscribers.contains(subscriber) && subscribers.remove(subscriber);
            if (isChange && subscribers.isEmpty()) {
                model.remove(change.filter);
            }
            assertEquals(isChange, index.remove(change.filter, subscriber));
        }
        return isChange;
    }

    private static List<String> expected(Map<String, Set<String>> model, String name) {
        List<String> expected = new ArrayList<>();
        model.forEach((filter, subscribers) -> {
            boolean isMatch = Topics.matches(filter, name);
            assertEquals(isMatch, TopicFilter.of(filter).matches(TopicName.of(name)));
            if (isMatch) {
                expected.addAll(subscribers);
            }
        });
        Collections.sort(expected);
        return expected;
    }

    /// The subscribers of this very filter, in the order of their coming.
    private static <S> List<S> at(SubscriptionIndex<S> index, String filter) {
        List<S> at = new ArrayList<>();
        assertFalse(index.anyAt(filter, s -> !at.add(s)));
        return at;
    }

    private static List<String> found(SubscriptionIndex<String> index, String name) {
        List<String> found = new ArrayList<>();
        index.match(TopicName.of(name), found::add);
        Collections.sort(found);
        return found;
    }

    @ParameterizedTest(name = "{0} finds {1}: {2}")
    @CsvSource({
        "#, a/b, true",
        "#, /, true",
        "#, $SYS/x, false",
        "+/x, $SYS/x, false",
        "$SYS/#, $SYS, true",
        "$SYS/+, $SYS/x, true",
        "a/#, a, true",
        "a/#, a/b/c, true",
        "a/#, ab, false",
        "+, /a, false",
        "+/+, /a, true",
        "/+, /a, true",
        "a//b, a//b, true",
        "a/+/b, a//b, true",
        "a//b, a/b, false",
        "a/+, a, false",
        "a/+, a/, true",
        "a/, a, false",
        "A, a, false",
        "+/$x, a/$x, true",
    })
    void followsTheExamplesOfSection47(String filter, String name, boolean isFound) {
        SubscriptionIndex<String> index = new SubscriptionIndex<>(SEED);
        index.add(filter, "s");
        assertEquals(isFound ? List.of("s") : List.of(), found(index, name));
    }

    @Test
    void subscribersAreToldApartByIdentity() {
        SubscriptionIndex<List<String>> index = new SubscriptionIndex<>(SEED);
        List<String> one = new ArrayList<>();
        List<String> other = new ArrayList<>();
        assertTrue(index.add("a", one));
        assertTrue(index.add("a", other));
        assertFalse(index.add("a", one));
        assertTrue(index.remove("a", one));
        assertFalse(index.remove("a", one));
        assertEquals(1, index.size());
        assertSame(other, at(index, "a").getFirst());
    }

    @Test
    void manySubscribersOfOneFilterKeepTheirOrder() {
        SubscriptionIndex<String> index = new SubscriptionIndex<>(SEED);
        List<String> model = new ArrayList<>();
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            String subscriber = "s" + i;
            assertTrue(index.add("a/+", subscriber));
            model.add(subscriber);
            if (random.nextInt(3) == 0) {
                assertTrue(
                        index.remove(
                                "a/+", model.remove(/* index */ random.nextInt(model.size()))));
            }
        }
        List<String> found = new ArrayList<>();
        index.match(TopicName.of("a/b"), found::add);
        assertEquals(model, found);
        Collections.shuffle(model, random);
        for (String subscriber : model) {
            assertTrue(index.anyAt("a/+", s -> s.equals(subscriber)));
            assertTrue(index.remove("a/+", subscriber));
            assertFalse(index.anyAt("a/+", s -> s.equals(subscriber)));
            assertFalse(index.remove("a/+", subscriber));
        }
        assertTrue(index.isBare());
    }

    @Test
    void unsubscribingManyIsNotQuadratic() {
        // 200,000 removals from the front and from the back: a scan for each would take minutes.
        int count = 200_000;
        SubscriptionIndex<Object> index = new SubscriptionIndex<>(SEED);
        List<Object> subscribers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Object subscriber = new Object();
            subscribers.add(subscriber);
            index.add("all", subscriber);
        }
        long start = System.nanoTime();
        for (int i = 0; i < count / 2; i++) {
            assertTrue(index.remove("all", subscribers.get(i)));
            assertTrue(index.remove("all", subscribers.get(count - 1 - i)));
        }
        assertTrue(System.nanoTime() - start < 3_000_000_000L);
        assertTrue(index.isBare());
    }

    @Test
    void aTopicOf65535SlashesIsMatchedWithoutDeepRecursion() {
        SubscriptionIndex<String> index = new SubscriptionIndex<>(SEED);
        String slashes = "/".repeat(65_535);
        index.add(slashes, "exact");
        index.add("+".concat("/+".repeat(32_767)), "plus");
        index.add("+/".repeat(32_767) + "#", "hash");
        assertEquals(List.of("exact", "hash"), found(index, slashes));
        assertEquals(List.of("hash", "plus"), found(index, "/".repeat(32_767)));
        index.remove(slashes, "exact");
        index.remove("+".concat("/+".repeat(32_767)), "plus");
        index.remove("+/".repeat(32_767) + "#", "hash");
        assertTrue(index.isBare());
    }

    @Test
    void largeTablesSplitAndShrinkAndKeepEveryFilter() {
        SubscriptionIndex<Integer> index = new SubscriptionIndex<>(SEED);
        int count = 100_000;
        Integer[] subscribers = new Integer[count];
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            subscribers[i] = 1_000 + i;
            order.add(i);
            assertTrue(index.add(filter(i), subscribers[i]));
        }
        assertEquals(count, index.filters());
        Collections.shuffle(order, new Random(2));
        for (int i : order.subList(0, count / 2)) {
            assertTrue(index.remove(filter(i), subscribers[i]));
        }
        Set<Integer> gone = Set.copyOf(order.subList(0, count / 2));
        for (int i = 0; i < count; i++) {
            assertEquals(
                    gone.contains(i) ? List.of() : List.of(subscribers[i]), at(index, filter(i)));
        }
        for (int i : order.subList(count / 2, count)) {
            assertTrue(index.remove(filter(i), subscribers[i]));
        }
        assertTrue(index.isBare(), index::toString);
    }

    private static String filter(int i) {
        return switch (i & 3) {
            case 0 -> "site/" + i % 50 + "/dev/" + i + "/+/state";
            case 1 -> "site/+/dev/" + i + "/#";
            default -> "dev/" + i + "/cmd";
        };
    }

    /// A bound in the build, generous; the figures are the benchmarks'.
    @Test
    void aFilterTakesLittleMemory() {
        int count = 100_000;
        Integer subscriber = 1_000;
        long before = usedHeap();
        SubscriptionIndex<Integer> index = new SubscriptionIndex<>(SEED);
        for (int i = 0; i < count; i++) {
            index.add(filter(i), subscriber);
        }
        long perFilter = (usedHeap() - before) / count;
        assertEquals(count, index.size());
        assertTrue(perFilter <= 200, perFilter + " bytes a filter");
    }

    private static long usedHeap() {
        for (int i = 0; i < 4; i++) {
            System.gc(); // the serial collector compacts all each fourth time only
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    @Test
    void changesElsewhereLeaveTheVersion() {
        SubscriptionIndex<String> index = new SubscriptionIndex<>(SEED);
        int subtree = index.subtree(TopicName.of("dev/1/cmd"));
        long version = index.version(subtree);
        for (int i = 2; i < 50; i++) {
            index.add("dev/" + i + "/cmd", "s");
            index.add("site/+/" + i, "s");
        }
        assertEquals(version, index.version(subtree));
        index.add("dev/+/x", "s");
        assertNotEquals(version, index.version(subtree));
    }
}
