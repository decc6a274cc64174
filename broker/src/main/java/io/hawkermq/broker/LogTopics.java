package io.hawkermq.broker;

import io.hawkermq.core.LogLevel;
import io.hawkermq.core.Message;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import java.nio.charset.StandardCharsets;

/// `log_dest topic`: log lines as messages of QoS 2 below `$SYS/broker/log/`, which expire after 20
/// seconds and are not retained, as Mosquitto publishes them. Debugging lines are left out there and
/// here: each delivery makes some.
///
/// Other lines can be about a delivery too, of a message dropped, say. So at most
/// [#MOST_A_SECOND] are published; the files have the others.
final class LogTopics {
    static final int MOST_A_SECOND = 100;

    private static final long EXPIRY_MILLIS = 20_000;

    private final Broker broker;
    private long second;
    private int thisSecond;

    LogTopics(Broker broker) {
        this.broker = broker;
    }

    /// By any thread.
    ///
    /// @param line with its time, as it stands in a file
    void write(LogLevel level, String line) {
        if (level == LogLevel.DEBUG || !isInTime()) {
            return;
        }
        Loop first = broker.loops().getFirst();
        if (first.eventLoop().isShuttingDown()) {
            return;
        }
        Message message =
                new Message(
                        topic(level),
                        line.getBytes(StandardCharsets.UTF_8),
                        Properties.NONE,
                        QoS.EXACTLY_ONCE,
                        false,
                        Message.SERVER,
                        broker.clock().millis() + EXPIRY_MILLIS);
        first.execute(() -> first.shard().publish(message));
    }

    private synchronized boolean isInTime() {
        long now = System.currentTimeMillis() / 1_000;
        if (now != second) {
            second = now;
            thisSecond = 0;
        }
        return thisSecond++ < MOST_A_SECOND;
    }

    private static TopicName topic(LogLevel level) {
        return TopicName.of(
                "$SYS/broker/log/"
                        + switch (level) {
                            case ERROR -> "E";
                            case WARNING -> "W";
                            case NOTICE, CONNECTION -> "N";
                            case INFORMATION -> "I";
                            case SUBSCRIBE -> "M/subscribe";
                            case UNSUBSCRIBE -> "M/unsubscribe";
                            case DEBUG -> "D";
                        });
    }
}
