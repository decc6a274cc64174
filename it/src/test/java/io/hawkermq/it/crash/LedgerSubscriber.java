package io.hawkermq.it.crash;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/// Subscribes once, then takes what comes on however many connections, and counts how often each
/// message came.
final class LedgerSubscriber extends FlowClient {
    private final int publishers;
    private final int[][] counts;
    private final int[] newest;
    private final Set<Integer> unreleased = new HashSet<>();
    private IntUnaryOperator goal = publisher -> 0;
    private boolean isSubscribed;

    /// @param publishers how many there are, by index
    LedgerSubscriber(String clientId, ProtocolVersion version, int port, int publishers) {
        super(clientId, version, port);
        this.publishers = publishers;
        counts = new int[publishers][1_024];
        newest = new int[publishers];
    }

    /// Runs until everything up to these numbers, by publisher, has come; to be called before
    /// [#start]. Without a call it only subscribes.
    void until(IntUnaryOperator numbers) {
        goal = numbers;
    }

    /// How often a message has come.
    int count(int publisher, int number) {
        return number < counts[publisher].length ? counts[publisher][number] : 0;
    }

    @Override
    boolean isDone() {
        if (!isSubscribed || !unreleased.isEmpty()) {
            return false;
        }
        for (int p = 0; p < publishers; p++) {
            if (newest[p] < goal.applyAsInt(p)) {
                return false;
            }
        }
        return true;
    }

    @Override
    boolean isWaiting() {
        return !isDone();
    }

    @Override
    void connected(boolean sessionPresent) {
        if (isSubscribed) {
            if (!sessionPresent) {
                throw new AssertionError("the session of " + clientId() + " is lost");
            }
            return;
        }
        send(
                new Packet.Subscribe(
                        1,
                        List.of(
                                new Packet.Subscribe.Entry(
                                        TopicFilter.of("crash/#"),
                                        SubscriptionOptions.of(QoS.EXACTLY_ONCE))),
                        Properties.NONE));
    }

    @Override
    void work() {}

    @Override
    void onPacket(Packet packet) {
        switch (packet) {
            case Packet.Suback s -> {
                if (s.reasonCodes().getFirst().isError()) {
                    throw new AssertionError("refused: " + s.reasonCodes());
                }
                isSubscribed = true;
            }
            case Packet.Publish p -> onPublish(p);
            case Packet.Pubrel p -> {
                unreleased.remove(p.packetId());
                send(new Packet.Pubcomp(p.packetId(), ReasonCode.SUCCESS, Properties.NONE));
            }
            default -> throw new AssertionError("a subscriber got " + packet);
        }
    }

    private void onPublish(Packet.Publish p) {
        switch (p.qos()) {
            case AT_MOST_ONCE -> throw new AssertionError("QoS 0");
            case AT_LEAST_ONCE -> {
                take(p);
                send(new Packet.Puback(p.packetId(), ReasonCode.SUCCESS, Properties.NONE));
            }
            case EXACTLY_ONCE -> {
                if (unreleased.add(p.packetId())) { // else the same message again
                    take(p);
                }
                send(new Packet.Pubrec(p.packetId(), ReasonCode.SUCCESS, Properties.NONE));
            }
        }
    }

    private void take(Packet.Publish p) {
        String text = new String(p.payload(), StandardCharsets.UTF_8);
        int colon = text.indexOf(':');
        int publisher = Integer.parseInt(text.substring(0, colon));
        int number = Integer.parseInt(text.substring(colon + 1));
        if (number >= counts[publisher].length) {
            counts[publisher] = Arrays.copyOf(counts[publisher], 2 * number);
        }
        if (counts[publisher][number]++ == 0) {
            if (number < newest[publisher]) {
                throw new AssertionError(
                        clientId()
                                + " got message "
                                + text
                                + " for the first time after number "
                                + newest[publisher]); // [MQTT-4.6.0-6]
            }
            newest[publisher] = number;
        }
    }

    @Override
    public String toString() {
        return "newest " + Arrays.toString(newest) + ", unreleased " + unreleased;
    }
}
