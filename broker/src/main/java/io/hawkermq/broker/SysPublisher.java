package io.hawkermq.broker;

import io.hawkermq.core.Counters;
import io.hawkermq.core.LogLevel;
import io.hawkermq.core.Message;
import io.hawkermq.core.Shard;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Publishes [SysTopics] at the start and then at the wall clock's multiples of the interval. Runs
/// on the first loop, which asks the others for their counters.
final class SysPublisher implements AutoCloseable {
    private final Broker broker;
    private final Clock clock;
    private final long startedAt;
    private final SysTopics topics = new SysTopics();
    private long lastUpdate;
    private long heapMaximum;
    private boolean isUnderWay;
    private @Nullable ScheduledFuture<?> next;
    private volatile boolean isClosed;

    SysPublisher(Broker broker, Clock clock) {
        this.broker = broker;
        this.clock = clock;
        startedAt = clock.millis();
    }

    /// Begins, if there is an interval, or goes on by another one.
    void start() {
        first().execute(() -> {
            if (next != null) {
                next.cancel(false);
                scheduleNext();
            } else if (broker.options().sysIntervalSeconds() > 0 && !isUnderWay) {
                isUnderWay = true;
                gather();
            }
        });
    }

    private void scheduleNext() {
        next = null;
        long interval = broker.options().sysIntervalSeconds() * 1_000L;
        if (interval == 0) {
            isUnderWay = false;
            return;
        }
        // The wall clock, not the shards' one: set clocks are followed.
        long delay = interval - System.currentTimeMillis() % interval;
        next = first().eventLoop().schedule(this::gather, delay, TimeUnit.MILLISECONDS);
    }

    private void gather() {
        next = null;
        if (!isClosed) {
            broker.counters()
                    .whenComplete((sum, fault) -> first().execute(() -> publish(sum, fault)));
        }
    }

    private void publish(@Nullable Counters sum, @Nullable Throwable fault) {
        if (isClosed) {
            return;
        }
        scheduleNext();
        if (sum == null) {
            broker.options().log().log(LogLevel.ERROR, "$SYS is not updated: " + fault);
            return;
        }
        long now = clock.millis();
        double seconds = lastUpdate == 0 ? 0 : Math.max(1, now - lastUpdate) / 1_000.0;
        lastUpdate = now;
        SysTopics.Figures figures = figures(now);
        Shard shard = first().shard();
        for (SysTopics.Update update : topics.update(sum, figures, seconds)) {
            shard.publish(
                    new Message(
                            TopicName.of(update.topic()),
                            update.text().getBytes(StandardCharsets.UTF_8),
                            Properties.NONE,
                            QoS.EXACTLY_ONCE,
                            true,
                            Message.SERVER,
                            Message.NEVER));
        }
    }

    private SysTopics.Figures figures(long now) {
        Runtime runtime = Runtime.getRuntime();
        long heap = runtime.totalMemory() - runtime.freeMemory();
        heapMaximum = Math.max(heapMaximum, heap);
        return new SysTopics.Figures(
                (now - startedAt) / 1_000,
                heap,
                heapMaximum,
                broker.activeLoops().size(),
                broker.storage().figures());
    }

    /// The figures at one moment.
    ///
    /// @param maximumClients as [SysTopics#maximumClients]
    record Sample(Counters sum, SysTopics.Figures figures, long maximumClients) {}

    /// The figures now; by any thread.
    CompletableFuture<Sample> sample() {
        CompletableFuture<Sample> sample = new CompletableFuture<>();
        broker.counters()
                .whenComplete((sum, fault) -> {
                    if (fault != null) {
                        sample.completeExceptionally(fault);
                        return;
                    }
                    first().execute(() ->
                            sample.complete(
                                    new Sample(
                                            sum,
                                            figures(clock.millis()),
                                            topics.maximumClients())));
                });
        return sample;
    }

    private Loop first() {
        return broker.loops().getFirst();
    }

    @Override
    public void close() {
        isClosed = true;
    }
}
