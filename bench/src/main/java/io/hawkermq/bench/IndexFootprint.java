package io.hawkermq.bench;

import io.hawkermq.core.RetainedMessages;
import io.hawkermq.core.SubscriptionIndex;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Prints what a million filters and a million retained messages take, and the longest that one
/// of them holds up its shard.
///
/// Times are processor time and hold what reading that clock costs, which is printed first. Run it with and without `-XX:+UseCompactObjectHeaders`, with `-Xmn2g` so that the longest call
/// is the index's and not the collector's.
public final class IndexFootprint {
    // Processor time: on a busy machine a thread's pauses say nothing of its work.
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();
    private static final Object SUBSCRIBER = new Object();
    private static final int BATCH = 10_000;

    private IndexFootprint() {}

    /// @param args how many, 1,000,000 if empty
    public static void main(String[] args) {
        int count = args.length == 0 ? 1_000_000 : Integer.parseInt(args[0]);
        // Once to warm up: what is measured must be compiled.
        for (int round = 1; round <= 2; round++) {
            System.out.printf("round %d; reading the clock takes %d ns%n", round, clockCost());
            measureIndex(count);
            measureFanIn(count / 10);
            measureRetained(count);
        }
    }

    private static long clockCost() {
        int readings = 100_000;
        long start = CPU.getCurrentThreadCpuTime();
        for (int i = 1; i < readings; i++) {
            check(CPU.getCurrentThreadCpuTime() >= start, "backwards");
        }
        return (CPU.getCurrentThreadCpuTime() - start) / readings;
    }

    private static void measureIndex(int count) {
        String[] filters = new String[count];
        for (int i = 0; i < count; i++) {
            filters[i] = Fleet.filter(i);
        }
        shuffle(filters);
        long before = usedHeap();
        SubscriptionIndex<Object> index = new SubscriptionIndex<>(1);
        long[] took = new long[count];
        long collecting = collecting();
        for (int i = 0; i < count; i++) {
            long start = CPU.getCurrentThreadCpuTime();
            index.add(filters[i], SUBSCRIBER);
            took[i] = CPU.getCurrentThreadCpuTime() - start;
        }
        collecting = collecting() - collecting;
        long used = usedHeap() - before - 16L - 8L * count;
        System.out.printf(
                "index      %d filters: %.1f bytes each; %s%n",
                index.filters(), (double) used / count, index);
        print("add", took, collecting);

        TopicName[] topics = new TopicName[count / 4];
        Random random = new Random(3);
        for (int i = 0; i < topics.length; i++) {
            topics[i] = Fleet.topic(random.nextInt(count));
        }
        int[] found = {0};
        for (int i = 0; i < topics.length; i++) {
            long start = CPU.getCurrentThreadCpuTime();
            index.match(topics[i], s -> found[0]++);
            took[i] = CPU.getCurrentThreadCpuTime() - start;
        }
        check(found[0] == topics.length, "matches");
        print("match", Arrays.copyOf(took, topics.length), 0);

        shuffle(filters);
        collecting = collecting();
        for (int i = 0; i < count; i++) {
            long start = CPU.getCurrentThreadCpuTime();
            index.remove(filters[i], SUBSCRIBER);
            took[i] = CPU.getCurrentThreadCpuTime() - start;
        }
        print("remove", took, collecting() - collecting);
        check(index.size() == 0, "empty");
    }

    private static void measureFanIn(int count) {
        SubscriptionIndex<Object> index = new SubscriptionIndex<>(1);
        Object[] subscribers = new Object[count];
        Arrays.setAll(subscribers, i -> new Object());
        long[] took = new long[count];
        for (int i = 0; i < count; i++) {
            long start = CPU.getCurrentThreadCpuTime();
            index.add("all/+", subscribers[i]);
            took[i] = CPU.getCurrentThreadCpuTime() - start;
        }
        System.out.println("one filter " + count + " subscribers");
        print("add", took, 0);
        for (int i = 0; i < count; i++) {
            long start = CPU.getCurrentThreadCpuTime();
            index.remove("all/+", subscribers[i]);
            took[i] = CPU.getCurrentThreadCpuTime() - start;
        }
        print("remove", took, 0);
        check(index.size() == 0, "empty");
    }

    private static void measureRetained(int count) {
        TopicName[] topics = new TopicName[count];
        for (int i = 0; i < count; i++) {
            topics[i] = Fleet.retained(i);
        }
        shuffle(topics);
        long before = usedHeap();
        RetainedMessages<TopicName> retained = new RetainedMessages<>();
        long[] took = new long[count];
        long collecting = collecting();
        for (int i = 0; i < count; i++) {
            long start = CPU.getCurrentThreadCpuTime();
            retained.put(topics[i], topics[i]);
            took[i] = CPU.getCurrentThreadCpuTime() - start;
        }
        collecting = collecting() - collecting;
        long used = usedHeap() - before - 16L - 8L * count;
        System.out.printf(
                "retained   %d messages: %.1f bytes each beside message and topic%n",
                retained.size(), (double) used / count);
        print("put", took, collecting);
        for (int i = 0; i < count; i++) {
            long start = CPU.getCurrentThreadCpuTime();
            check(retained.get(topics[i]) != null, "there");
            took[i] = CPU.getCurrentThreadCpuTime() - start;
        }
        print("get", took, 0);
        read(retained, "#", topics[0]);
        read(retained, "site/+/dev/+/state", topics[0]);
        read(retained, "+/+/+/+/version", topics[0]);
        read(retained, "site/7/#", topics[0]);
        read(retained, "+/+/+/+/rare", topics[0]);
        read(retained, "+/+/rare/#", topics[0]);
    }

    /// Reads all that a filter matches; once more with a change before each call.
    private static void read(
            RetainedMessages<TopicName> retained, String filter, TopicName changed) {
        int found = 0;
        RetainedMessages.Cursor<TopicName> cursor = retained.matching(TopicFilter.of(filter));
        long start = CPU.getCurrentThreadCpuTime();
        while (!cursor.isAtEnd()) {
            found += cursor.next(1_000) == null ? 0 : 1;
        }
        long took = CPU.getCurrentThreadCpuTime() - start;
        int visits = 0;
        long seeking = 0;
        long longest = 0;
        cursor = retained.matching(TopicFilter.of(filter));
        while (!cursor.isAtEnd()) {
            retained.remove(changed);
            retained.put(changed, changed);
            long called = CPU.getCurrentThreadCpuTime();
            @Nullable TopicName _ = cursor.next(1);
            long ended = CPU.getCurrentThreadCpuTime() - called;
            seeking += ended;
            longest = Math.max(longest, ended);
            visits++;
        }
        System.out.printf(
                "  read %-20s %7d found, %7.2f ms in all, %5.0f ns a visit;"
                        + " with changes between %5.0f ns a visit, longest %d us%n",
                filter,
                found,
                took / 1e6,
                (double) took / visits,
                (double) seeking / visits,
                longest / 1_000);
    }

    private static void print(String what, long[] took, long collecting) {
        long worstBatch = 0;
        long batch = 0;
        for (int i = 0; i < took.length; i++) {
            batch += took[i] - (i >= BATCH ? took[i - BATCH] : 0);
            worstBatch = Math.max(worstBatch, batch);
        }
        long[] sorted = took.clone();
        Arrays.sort(sorted);
        System.out.printf(
                "  %-7s mean %d ns, median %d ns, 99.99 %% %d us, longest %d us,"
                        + " worst %d in a row %.1f ms, collector %d ms%n",
                what,
                Arrays.stream(took).sum() / took.length,
                sorted[took.length / 2],
                sorted[(int) (took.length * 0.9999)] / 1_000,
                sorted[took.length - 1] / 1_000,
                BATCH,
                worstBatch / 1e6,
                collecting);
    }

    private static <T> void shuffle(T[] array) {
        Random random = new Random(4);
        for (int i = array.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            T t = array[i];
            array[i] = array[j];
            array[j] = t;
        }
    }

    private static void check(boolean isTrue, String what) {
        if (!isTrue) {
            throw new IllegalStateException("not " + what);
        }
    }

    private static long collecting() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                .sum();
    }

    private static long usedHeap() {
        // The serial collector leaves some garbage where it is but for each fourth time.
        for (int i = 0; i < 4; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
