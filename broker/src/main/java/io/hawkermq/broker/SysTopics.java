package io.hawkermq.broker;

import io.hawkermq.core.Counters;
import io.hawkermq.core.DropReason;
import io.hawkermq.protocol.PacketType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The texts below `$SYS`, with Mosquitto's topics and formats, and Hawker's own below
/// `$SYS/broker/hawker`. Knows what it published last and gives only what has changed. Has no
/// clock: [#update] is told how long ago the last one was.
final class SysTopics {
    /// A topic and its new payload.
    record Update(String topic, String text) {}

    private static final String ROOT = "$SYS/broker/";
    private static final int[] LOAD_MINUTES = {1, 5, 15};

    private final Map<String, String> published = new HashMap<>();
    private final Map<String, Load> loads = new HashMap<>();
    private List<Update> updates = new ArrayList<>();
    private long maximumClients = -1;

    /// The rate per minute of one counter, averaged with exponential decay over 1, 5 and 15 minutes.
    private static final class Load {
        private long last;
        private final double[] rates = new double[LOAD_MINUTES.length];
        private final double[] published = new double[LOAD_MINUTES.length];
    }

    /// What the process tells beside the counters.
    ///
    /// @param uptimeSeconds since the start
    /// @param heapBytes in use now
    /// @param heapMaximumBytes the most in use so far
    /// @param loops event loops that own sessions
    /// @param stored figures of the store by their names, empty without one
    record Figures(
            long uptimeSeconds,
            long heapBytes,
            long heapMaximumBytes,
            int loops,
            Map<String, Long> stored) {}

    /// The topics that Mosquitto's HTTP API tells, with numbers.
    private static final List<String> NUMBERS =
            List.of(
                    "clients/total",
                    "clients/disconnected",
                    "clients/connected",
                    "clients/expired",
                    "messages/stored",
                    "store/messages/bytes",
                    "subscriptions/count",
                    "shared_subscriptions/count",
                    "retained messages/count",
                    "heap/current",
                    "heap/maximum",
                    "messages/received",
                    "messages/sent",
                    "bytes/received",
                    "bytes/sent",
                    "publish/bytes/received",
                    "publish/bytes/sent",
                    "packet/out/count",
                    "packet/out/bytes",
                    "connections/socket/count",
                    "publish/messages/dropped",
                    "publish/messages/received",
                    "publish/messages/sent");

    /// Those topics whose payloads are whole numbers, as Mosquitto's HTTP API has them; changes
    /// nothing of what was published.
    ///
    /// @param maximumClients the most sessions so far
    static Map<String, Long> numbers(Counters sum, Figures figures, long maximumClients) {
        SysTopics now = new SysTopics();
        now.update(sum, figures, 0);
        Map<String, Long> numbers = new LinkedHashMap<>();
        for (String topic : NUMBERS) {
            numbers.put(ROOT + topic, Long.parseLong(now.published.getOrDefault(topic, "0")));
        }
        numbers.put(ROOT + "clients/maximum", Math.max(sum.sessions, maximumClients));
        numbers.put(ROOT + "uptime", figures.uptimeSeconds());
        return numbers;
    }

    /// The most sessions that an update has told of so far; -1 before the first.
    long maximumClients() {
        return maximumClients;
    }

    /// What is to be published now.
    ///
    /// @param sum the counters of all shards
    /// @param seconds since the last update; 0 for the first, which gives every topic
    List<Update> update(Counters sum, Figures figures, double seconds) {
        updates = new ArrayList<>();
        text("version", "mosquitto version " + Version.MOSQUITTO);
        text("uptime", figures.uptimeSeconds() + " seconds");
        clients(sum);
        messages(sum);
        perPacket(sum);
        number("heap/current", figures.heapBytes());
        number("heap/maximum", figures.heapMaximumBytes());
        loads(sum, seconds);
        text("hawker/version", "hawker version " + Version.hawker());
        number("hawker/loops", figures.loops());
        for (DropReason reason : DropReason.values()) {
            number("hawker/dropped/" + reason.topicLevel(), sum.dropped[reason.ordinal()]);
        }
        figures.stored().forEach((name, value) -> number("hawker/store/" + name, value));
        return updates;
    }

    private void clients(Counters sum) {
        long disconnected = sum.sessions - sum.connected;
        number("clients/total", sum.sessions);
        if (sum.sessions > maximumClients) {
            maximumClients = sum.sessions;
            number("clients/maximum", maximumClients);
        }
        number("clients/disconnected", disconnected);
        number("clients/inactive", disconnected);
        number("clients/connected", sum.connected);
        number("clients/active", sum.connected);
        number("clients/expired", sum.sessionsExpired);
        number("subscriptions/count", sum.subscriptions);
        number("shared_subscriptions/count", sum.sharedSubscriptions);
        number("connections/socket/count", sum.socketsAccepted);
    }

    private void messages(Counters sum) {
        number("messages/stored", sum.retained + sum.queuedMessages);
        number("store/messages/count", sum.retained + sum.queuedMessages);
        number("store/messages/bytes", sum.retainedBytes + sum.queuedBytes);
        number("retained messages/count", sum.retained);
        number("messages/received", sum.allReceived());
        number("messages/sent", sum.allSent());
        number("bytes/received", sum.bytesReceived);
        number("bytes/sent", sum.bytesSent);
        number("publish/bytes/received", sum.publishBytesReceived);
        number("publish/bytes/sent", sum.publishBytesSent);
        number("packet/out/count", sum.queuedMessages);
        number("packet/out/bytes", sum.unsentBytes + sum.queuedBytes);
        number("publish/messages/dropped", sum.allDropped());
        number("publish/messages/received", sum.received(PacketType.PUBLISH));
        number("publish/messages/sent", sum.sent(PacketType.PUBLISH));
    }

    /// Documented by Mosquitto, which never publishes them.
    private void perPacket(Counters sum) {
        for (PacketType type : PacketType.values()) {
            String name = "mqtt/" + type.name().toLowerCase(Locale.ROOT);
            if (isReceived(type)) {
                number(name + "/received", sum.received(type));
            }
            if (isSent(type)) {
                number(name + "/sent", sum.sent(type));
            }
        }
        number("mqtt/publish/dropped", sum.allDropped());
    }

    static boolean isReceived(PacketType type) {
        return switch (type) {
            case CONNACK, SUBACK, UNSUBACK, PINGRESP -> false;
            default -> true;
        };
    }

    static boolean isSent(PacketType type) {
        return switch (type) {
            case CONNECT, SUBSCRIBE, UNSUBSCRIBE, PINGREQ -> false;
            default -> true;
        };
    }

    private void loads(Counters sum, double seconds) {
        load("messages/received", sum.allReceived(), seconds);
        load("messages/sent", sum.allSent(), seconds);
        load("publish/dropped", sum.allDropped(), seconds);
        load("publish/received", sum.received(PacketType.PUBLISH), seconds);
        load("publish/sent", sum.sent(PacketType.PUBLISH), seconds);
        load("bytes/received", sum.bytesReceived, seconds);
        load("bytes/sent", sum.bytesSent, seconds);
        load("sockets", sum.socketsAccepted, seconds);
        load("connections", sum.received(PacketType.CONNECT), seconds);
    }

    private void load(String name, long count, double seconds) {
        Load load = loads.computeIfAbsent(name, n -> new Load());
        double perMinute = seconds == 0 ? 0 : (count - load.last) * 60 / seconds;
        for (int i = 0; i < LOAD_MINUTES.length; i++) {
            double decay = Math.exp(-seconds / (60.0 * LOAD_MINUTES[i]));
            load.rates[i] = seconds == 0 ? 0 : perMinute + decay * (load.rates[i] - perMinute);
            if (seconds == 0 || Math.abs(load.rates[i] - load.published[i]) >= 0.01) {
                load.published[i] = load.rates[i];
                text(
                        "load/" + name + "/" + LOAD_MINUTES[i] + "min",
                        String.format(Locale.ROOT, "%.2f", load.rates[i]));
            }
        }
        load.last = count;
    }

    private void number(String topic, long value) {
        text(topic, Long.toString(value));
    }

    private void text(String topic, String text) {
        if (!text.equals(published.put(topic, text))) {
            updates.add(new Update(ROOT + topic, text));
        }
    }
}
