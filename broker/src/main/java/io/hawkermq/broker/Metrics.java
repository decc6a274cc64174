package io.hawkermq.broker;

import io.hawkermq.core.Counters;
import io.hawkermq.core.DropReason;
import io.hawkermq.protocol.PacketType;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The broker's figures as Prometheus has them, made when they are asked for.
final class Metrics {
    private final List<MetricSnapshot> all = new ArrayList<>();

    private Metrics() {}

    /// @param sum the counters of all shards
    /// @param busyNanos what each loop has worked since the start, by its number
    static MetricSnapshots of(
            Counters sum, SysTopics.Figures figures, Map<Integer, Long> busyNanos) {
        Metrics m = new Metrics();
        m.process(figures, busyNanos);
        m.clients(sum);
        m.messages(sum);
        m.packets(sum);
        m.store(figures.stored());
        return new MetricSnapshots(m.all);
    }

    private void process(SysTopics.Figures figures, Map<Integer, Long> busyNanos) {
        all.add(
                InfoSnapshot.builder()
                        .name("hawker_build")
                        .help("The version of the broker")
                        .dataPoint(
                                InfoDataPointSnapshot.builder()
                                        .labels(Labels.of("version", Version.hawker()))
                                        .build())
                        .build());
        gauge("hawker_uptime_seconds", "Time since the start", figures.uptimeSeconds());
        gauge("hawker_heap_bytes", "Java heap in use", figures.heapBytes());
        gauge("hawker_loops", "Event loops that own sessions", figures.loops());
        CounterSnapshot.Builder busy =
                counter("hawker_loop_busy_seconds", "Time that an event loop has worked");
        busyNanos.forEach((loop, nanos) -> point(busy, nanos / 1e9, "loop", loop.toString()));
        all.add(busy.build());
        CounterSnapshot.Builder pauses =
                counter("hawker_gc_seconds", "Time of garbage collections");
        for (GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans()) {
            point(pauses, gc.getCollectionTime() / 1e3, "gc", gc.getName());
        }
        all.add(pauses.build());
    }

    private void clients(Counters sum) {
        gauge("hawker_clients_connected", "Clients that are connected", sum.connected);
        gauge("hawker_sessions", "Sessions, with and without a connection", sum.sessions);
        count("hawker_sessions_expired", "Sessions that have expired", sum.sessionsExpired);
        gauge("hawker_subscriptions", "Subscriptions", sum.subscriptions);
        gauge("hawker_shared_subscriptions", "Shared Subscriptions", sum.sharedSubscriptions);
        count("hawker_connections_accepted", "Accepted connections", sum.socketsAccepted);
    }

    private void messages(Counters sum) {
        gauge("hawker_retained_messages", "Retained messages", sum.retained);
        gauge("hawker_retained_bytes", "What retained messages take", sum.retainedBytes);
        gauge("hawker_queued_messages", "Messages that wait in sessions", sum.queuedMessages);
        gauge("hawker_queued_bytes", "What waiting messages take", sum.queuedBytes);
        gauge("hawker_unsent_bytes", "Bytes that sockets have not taken yet", sum.unsentBytes);
        count("hawker_received_bytes", "Bytes from the network", sum.bytesReceived);
        count("hawker_sent_bytes", "Bytes to the network", sum.bytesSent);
        count("hawker_publish_received_bytes", "Payload received", sum.publishBytesReceived);
        count("hawker_publish_sent_bytes", "Payload sent", sum.publishBytesSent);
        CounterSnapshot.Builder dropped =
                counter("hawker_messages_dropped", "Messages that were dropped, by reason");
        for (DropReason reason : DropReason.values()) {
            point(dropped, (double) sum.dropped[reason.ordinal()], "reason", reason.topicLevel());
        }
        all.add(dropped.build());
    }

    private void packets(Counters sum) {
        CounterSnapshot.Builder received =
                counter("hawker_packets_received", "Control packets received, by type");
        CounterSnapshot.Builder sent =
                counter("hawker_packets_sent", "Control packets sent, by type");
        for (PacketType type : PacketType.values()) {
            String name = type.name().toLowerCase(Locale.ROOT);
            if (SysTopics.isReceived(type)) {
                point(received, (double) sum.received(type), "type", name);
            }
            if (SysTopics.isSent(type)) {
                point(sent, (double) sum.sent(type), "type", name);
            }
        }
        all.add(received.build());
        all.add(sent.build());
    }

    private void store(Map<String, Long> stored) {
        if (stored.isEmpty()) {
            return;
        }
        GaugeSnapshot.Builder figures =
                GaugeSnapshot.builder().name("hawker_store").help("Figures of the durable store");
        stored.forEach((name, value) ->
                figures.dataPoint(
                        GaugeDataPointSnapshot.builder()
                                .labels(Labels.of("figure", name))
                                .value(value)
                                .build()));
        all.add(figures.build());
    }

    private void gauge(String name, String help, long value) {
        all.add(
                GaugeSnapshot.builder()
                        .name(name)
                        .help(help)
                        .dataPoint(GaugeDataPointSnapshot.builder().value((double) value).build())
                        .build());
    }

    private void count(String name, String help, long value) {
        all.add(
                counter(name, help)
                        .dataPoint(CounterDataPointSnapshot.builder().value((double) value).build())
                        .build());
    }

    private static CounterSnapshot.Builder counter(String name, String help) {
        return CounterSnapshot.builder().name(name).help(help);
    }

    private static void point(
            CounterSnapshot.Builder counter, double value, String label, String of) {
        counter.dataPoint(
                CounterDataPointSnapshot.builder()
                        .labels(Labels.of(label, of))
                        .value(value)
                        .build());
    }
}
