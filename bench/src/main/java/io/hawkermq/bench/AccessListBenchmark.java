package io.hawkermq.bench;

import io.hawkermq.mosquitto.access.AccessFileException;
import io.hawkermq.mosquitto.access.AccessList;
import io.hawkermq.protocol.TopicName;
import java.nio.charset.StandardCharsets;
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

/// What one question to an access control list costs: each PUBLISH asks one, and each delivery. The
/// list has 1,000 rules for one user and 1,000 for all, a tenth of them denials.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class AccessListBenchmark {
    private static final int TOPICS = 1_024;

    /// What decides: a line of the user's section, a pattern, or nothing.
    @Param({"section", "pattern", "nothing"})
    public String decides = "section";

    private final TopicName[] topics = new TopicName[TOPICS];
    private AccessList list = list();
    private int next;

    private static AccessList list() {
        StringBuilder text = new StringBuilder("user roger\n");
        for (int i = 0; i < 1_000; i++) {
            String access = i % 10 == 0 ? "deny" : "readwrite";
            text.append("topic " + access + " home/floor/+/room" + i + "/#\n");
            text.append("pattern " + access + " device/%c/sensor" + i + "/+/value\n");
        }
        try {
            return AccessList.parse("acl", text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (AccessFileException e) {
            throw new IllegalStateException(e);
        }
    }

    @Setup
    public void fill() {
        list = list();
        for (int i = 0; i < TOPICS; i++) {
            int n = 31 * i % 1_000;
            topics[i] =
                    TopicName.of(
                            switch (decides) {
                                case "section" -> "home/floor/" + i + "/room" + n + "/lamp/state";
                                case "pattern" ->
                                        "device/client-17/sensor" + n + "/" + i + "/value";
                                default -> "device/client-18/sensor" + n + "/" + i + "/value";
                            });
        }
    }

    @Benchmark
    public boolean mayPublish() {
        TopicName topic = topics[next++ & (TOPICS - 1)];
        return list.mayPublish("client-17", "roger", topic);
    }
}
