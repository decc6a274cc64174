package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.protocol.TopicName;
import org.junit.jupiter.api.Test;

class RouteCacheTest {
    private final RouteCache cache = new RouteCache();

    private static Route route(String topic, long version) {
        return new Route(TopicName.of(topic), 0, version);
    }

    @Test
    void findsTheLatestRouteOfATopic() {
        Route old = route("a", 1);
        cache.put(old);
        Route other = route("b", 1);
        cache.put(other);
        Route latest = route("a", 2);
        cache.put(latest);
        assertSame(latest, cache.find(TopicName.of("a")));
        assertSame(other, cache.find(TopicName.of("b")));
        assertNull(cache.find(TopicName.of("c")));
    }

    @Test
    void neverAnswersWithAnOlderOrAnotherRouteHoweverManyThereAre() {
        for (int round = 1; round <= 12; round++) {
            for (int i = 0; i < 20_000; i++) {
                Route found = cache.find(TopicName.of("t/" + i));
                if (found != null) {
                    assertEquals("t/" + i, found.topic.toString());
                    assertEquals(round - 1, found.version);
                }
                cache.put(route("t/" + i, round));
            }
        }
    }

    @Test
    void growsUntilTheTopicsInUseFitAndNotForThoseThatComeOnce() {
        int start = cache.places();
        for (int i = 0; i < 500; i++) {
            cache.put(route("few/" + i, 1));
        }
        assertEquals(start, cache.places());
        int found = 0;
        for (int round = 0; round < 40; round++) {
            found = 0;
            for (int i = 0; i < 20_000; i++) {
                TopicName topic = TopicName.of("many/" + i);
                if (cache.find(topic) == null) {
                    cache.put(route("many/" + i, 1));
                } else {
                    found++;
                }
            }
        }
        assertTrue(found > 16_000, found + " of 20000 were kept");
        assertTrue(cache.places() <= 65_536, cache.places() + " places");
        int places = cache.places();
        for (int i = 0; i < 1_000_000; i++) {
            Route once = route("endless/" + i, 1);
            cache.put(once);
            assertSame(once, cache.find(once.topic), "while its message is on its way");
        }
        assertEquals(places, cache.places());
        int left = 0;
        for (int i = 0; i < 20_000; i++) {
            left += cache.find(TopicName.of("many/" + i)) == null ? 0 : 1;
        }
        assertTrue(left > 0.95 * found, left + " of " + found + " are there after many others");
    }

    @Test
    void clearingForgetsAll() {
        cache.put(route("a", 1));
        cache.clear();
        assertNull(cache.find(TopicName.of("a")));
    }
}
