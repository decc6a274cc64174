package io.hawkermq.bench;

import io.hawkermq.core.SubscriptionIndex;
import io.hawkermq.protocol.TopicName;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Routing by an index of a million filters: from a cached route, by a match, and while filters
/// come and go.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 1,
        jvmArgs = {"-Xmx3g", "-XX:+UseSerialGC"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
public class SubscriptionIndexBenchmark {
    private static final int TOPICS = 1 << 18;
    private static final int PLACES = 1 << 14;
    private static final int HOT = 800;

    /// What a router keeps of a topic.
    record Route(TopicName topic, int subtree, long version, int subscribers) {}

    @Param({"1000", "1000000"})
    int filters;

    private final SubscriptionIndex<String> index = new SubscriptionIndex<>(1);
    private final TopicName[] topics = new TopicName[TOPICS];
    private final TopicName[] hot = new TopicName[HOT];
    private final Route[] cache = new Route[PLACES];
    private int next;
    private int found;

    @Setup
    public void fill() {
        for (int i = 0; i < filters; i++) {
            index.add(Fleet.filter(i), "subscriber");
        }
        Random random = new Random(2);
        for (int i = 0; i < TOPICS; i++) {
            topics[i] = Fleet.topic(random.nextInt(filters));
        }
        // No two of the hot topics share a place: a router's cache has two for each and grows until
        // hardly any does, so that a benchmark of hits is not one of misses.
        for (int i = 0; i < HOT; i++) {
            do {
                hot[i] = Fleet.topic(random.nextInt(filters));
            } while (cache[place(hot[i])] != null);
            route(hot[i]);
        }
    }

    /// A topic that was routed before and whose subscribers did not change.
    @Benchmark
    public Route cachedRoute() {
        TopicName topic = nextHot();
        Route route = cache[place(topic)];
        return route.topic.equals(topic) && index.version(route.subtree) == route.version
                ? route
                : route(topic);
    }

    /// What finding a hot topic's subscribers takes without a cache of routes.
    @Benchmark
    public int hotMatch() {
        return matchOf(nextHot());
    }

    private TopicName nextHot() {
        next = next == HOT - 1 ? 0 : next + 1;
        return hot[next];
    }

    private Route route(TopicName topic) {
        int subtree = index.subtree(topic);
        long version = index.version(subtree);
        Route route = new Route(topic, subtree, version, matchOf(topic));
        cache[place(topic)] = route;
        return route;
    }

    private static int place(TopicName topic) {
        return topic.hashCode() & (PLACES - 1);
    }

    /// One of 262,144 topics in turn: nothing of the index is in the processor's nearer caches.
    @Benchmark
    public int match() {
        next = (next + 1) & (TOPICS - 1);
        return matchOf(topics[next]);
    }

    private int matchOf(TopicName topic) {
        found = 0;
        index.match(topic, s -> found++);
        return found;
    }

    /// A filter comes and goes: twice the work of either.
    @Benchmark
    public boolean addAndRemove() {
        next++;
        String filter = Fleet.filter(filters + (next & 0xF_FFFF));
        index.add(filter, "subscriber");
        return index.remove(filter, "subscriber");
    }
}
