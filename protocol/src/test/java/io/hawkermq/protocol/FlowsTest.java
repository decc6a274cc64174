package io.hawkermq.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/// [Sender] and [Receiver] talk over connections that break at any moment and lose what is under
/// way: at QoS 2 every message arrives exactly once and in order, at QoS 1 at least once.
final class FlowsTest {
    private static final int MESSAGES = 60;

    private record Sent(PacketType type, int packetId, int message) {}

    private final Deque<Sent> toReceiver = new ArrayDeque<>();
    private final Deque<Sent> toSender = new ArrayDeque<>();

    @Property(tries = 300)
    void qos2IsExactlyOnceInOrder(@ForAll long seed) {
        assertEquals(numbers(), run(new SplittableRandom(seed), QoS.EXACTLY_ONCE));
    }

    @Property(tries = 300)
    void qos1IsAtLeastOnceFirstCopiesInOrder(@ForAll long seed) {
        List<Integer> arrived = run(new SplittableRandom(seed), QoS.AT_LEAST_ONCE);
        assertEquals(numbers(), arrived.stream().distinct().toList());
    }

    private static List<Integer> numbers() {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            numbers.add(i);
        }
        return numbers;
    }

    private List<Integer> run(SplittableRandom random, QoS qos) {
        toReceiver.clear();
        toSender.clear();
        Sender<Integer> sender = new Sender<>(1 + random.nextInt(10));
        Receiver receiver = new Receiver();
        List<Integer> arrived = new ArrayList<>();
        int next = 0;
        for (int step = 0; next < MESSAGES || sender.inFlight() > 0; step++) {
            assertTrue(step < 1_000_000, "no progress");
            if (random.nextInt(60) == 0) {
                toReceiver.clear();
                toSender.clear();
                sender.resume(1 + random.nextInt(10));
            }
            switch (random.nextInt(3)) {
                case 0 -> {
                    if (sender.isResending()) {
                        resend(sender);
                    } else if (next < MESSAGES && sender.hasQuota()) {
                        int message = next++;
                        int packetId = sender.start(message, qos);
                        toReceiver.add(new Sent(PacketType.PUBLISH, packetId, message));
                    }
                }
                case 1 -> receive(receiver, qos, arrived);
                default -> acknowledge(sender);
            }
        }
        // What is left to be said changes nothing.
        while (!toReceiver.isEmpty()) {
            receive(receiver, qos, arrived);
        }
        assertEquals(0, receiver.unreleased());
        return arrived;
    }

    private void resend(Sender<Integer> sender) {
        Sender.InFlight<Integer> again = sender.nextToResend();
        if (again == null) {
            return;
        }
        Integer message = again.message();
        toReceiver.add(
                message == null
                        ? new Sent(PacketType.PUBREL, again.packetId(), -1)
                        : new Sent(PacketType.PUBLISH, again.packetId(), message));
    }

    private void receive(Receiver receiver, QoS qos, List<Integer> arrived) {
        Sent sent = toReceiver.poll();
        if (sent == null) {
            return;
        }
        int packetId = sent.packetId();
        if (sent.type() == PacketType.PUBREL) {
            boolean wasUnreleased = receiver.isUnreleased(packetId);
            assertEquals(wasUnreleased, receiver.onPubrel(packetId));
            assertFalse(receiver.isUnreleased(packetId));
            toSender.add(new Sent(PacketType.PUBCOMP, packetId, -1));
        } else if (qos == QoS.AT_LEAST_ONCE) {
            arrived.add(sent.message());
            toSender.add(new Sent(PacketType.PUBACK, packetId, -1));
        } else {
            if (receiver.onPublish(packetId)) {
                arrived.add(sent.message());
            }
            toSender.add(new Sent(PacketType.PUBREC, packetId, -1));
        }
    }

    private void acknowledge(Sender<Integer> sender) {
        Sent sent = toSender.poll();
        if (sent == null) {
            return;
        }
        int packetId = sent.packetId();
        Sender.Outcome outcome =
                switch (sent.type()) {
                    case PUBACK -> sender.onPuback(packetId);
                    case PUBREC -> sender.onPubrec(packetId, ReasonCode.SUCCESS);
                    default -> sender.onPubcomp(packetId);
                };
        if (outcome == Sender.Outcome.RELEASE) {
            toReceiver.add(new Sent(PacketType.PUBREL, packetId, -1));
        }
    }
}
