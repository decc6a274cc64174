package io.hawkermq.it.crash;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// Publishes numbered messages with a window of some unacknowledged ones, resumes its flows after
/// each loss of the connection, and knows up to which number everything was acknowledged.
final class LedgerPublisher extends FlowClient {
    private static final int WINDOW = 10;

    /// What is unacknowledged.
    private record Flow(int number, boolean isReceived) {}

    private final int index;
    private final QoS qos;
    private final boolean retain;
    private final Map<Integer, Flow> flows = new LinkedHashMap<>();
    private final AtomicInteger most = new AtomicInteger();
    private volatile boolean isLast;
    private int published;
    private int lastPacketId;
    private volatile int acknowledged;

    LedgerPublisher(int index, ProtocolVersion version, int port, QoS qos, boolean retain) {
        super("publisher-" + index, version, port);
        this.index = index;
        this.qos = qos;
        this.retain = retain;
    }

    QoS qos() {
        return qos;
    }

    /// It may publish so many more.
    void more(int messages) {
        most.addAndGet(messages);
    }

    /// What it may publish by now is all.
    void finish() {
        isLast = true;
    }

    /// How many messages have been acknowledged, in order from number 1.
    int acknowledged() {
        return acknowledged;
    }

    static String topic(int publisher) {
        return "crash/" + publisher;
    }

    @Override
    boolean isDone() {
        return isLast && published == most.get() && flows.isEmpty();
    }

    @Override
    boolean isWaiting() {
        return !flows.isEmpty();
    }

    @Override
    void connected(boolean sessionPresent) {
        // Section 4.4: what is unacknowledged is sent again, in its order.
        flows.forEach((packetId, flow) -> {
            if (flow.isReceived()) {
                send(new Packet.Pubrel(packetId, ReasonCode.SUCCESS, Properties.NONE));
            } else {
                send(publish(packetId, flow.number(), true));
            }
        });
    }

    @Override
    void work() {
        while (flows.size() < WINDOW && published < most.get()) {
            do {
                lastPacketId = lastPacketId % 65_535 + 1;
            } while (flows.containsKey(lastPacketId));
            flows.put(lastPacketId, new Flow(++published, false));
            send(publish(lastPacketId, published, false));
        }
        if (flows.isEmpty() && !isDone()) {
            LockSupport.parkNanos(1_000_000); // until there may be more
        }
    }

    private Packet publish(int packetId, int number, boolean dup) {
        return new Packet.Publish(
                dup,
                qos,
                retain,
                TopicName.of(topic(index)),
                packetId,
                Properties.NONE,
                (index + ":" + number).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    void onPacket(Packet packet) {
        switch (packet) {
            case Packet.Puback p -> settle(p.packetId(), p.reasonCode());
            case Packet.Pubrec p -> {
                Flow flow = flows.get(p.packetId());
                if (flow == null) {
                    throw new AssertionError("PUBREC for " + p.packetId());
                }
                if (p.reasonCode().isError()) {
                    throw new AssertionError(clientId() + " was refused: " + p.reasonCode());
                }
                flows.put(p.packetId(), new Flow(flow.number(), true));
                send(new Packet.Pubrel(p.packetId(), ReasonCode.SUCCESS, Properties.NONE));
            }
            case Packet.Pubcomp p -> settle(p.packetId(), ReasonCode.SUCCESS);
            default -> throw new AssertionError("a publisher got " + packet);
        }
    }

    private void settle(int packetId, ReasonCode reasonCode) {
        if (reasonCode.isError()) {
            throw new AssertionError(clientId() + " was refused: " + reasonCode);
        }
        Flow flow = flows.remove(packetId);
        if (flow == null) {
            throw new AssertionError("an acknowledgement for " + packetId);
        }
        // Acknowledgements come in order, also across connections: what is left is behind.
        acknowledged = flows.isEmpty() ? published : flows.values().iterator().next().number() - 1;
    }

    @Override
    public String toString() {
        return published + " of " + most + " published, unacknowledged " + flows;
    }
}
