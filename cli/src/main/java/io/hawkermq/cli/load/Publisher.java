package io.hawkermq.cli.load;

import io.hawkermq.protocol.ByteWriter;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketEncoder;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Publishes numbered messages, each when it is due. The packet is made once; only its packet
/// identifier and [Stamp] change.
final class Publisher implements Duty {
    /// Bytes that may wait for the system before the next message waits instead.
    private static final int MOST_WAITING = 64 * 1_024;

    private final MessagePlan plan;
    private final int index;
    private final int qos;
    private final byte[] packet;
    private final int packetIdAt;
    private final int stampAt;
    private @Nullable LoadConnection connection;
    private int sequence;
    private int window;

    /// When the messages under way were due, by packet identifier, and the identifiers that are
    /// free.
    private long[] dueOf = new long[0];

    private int[] free = new int[0];
    private int freeCount;

    /// Deliveries that have come, or were given up.
    private long delivered;

    private long deliveredAtStall = -1;
    private boolean isBlocked;

    Publisher(MessagePlan plan, int index, String topic) {
        LoadOptions o = plan.loop().options();
        this.plan = plan;
        this.index = index;
        this.qos = o.qos;
        ByteWriter writer = new ByteWriter(256, o.size + 1_024);
        PacketEncoder.encode(
                new Packet.Publish(
                        false,
                        QoS.of(o.qos),
                        false,
                        TopicName.of(topic),
                        qos == 0 ? 0 : 1,
                        Properties.NONE,
                        new byte[o.size]),
                o.version,
                Long.MAX_VALUE,
                writer);
        packet = Arrays.copyOf(writer.array(), writer.length());
        stampAt = packet.length - o.size;
        packetIdAt = stampAt - (o.version.isMqtt5() ? 3 : 2);
    }

    int index() {
        return index;
    }

    int sequence() {
        return sequence;
    }

    @Override
    public void connected(LoadConnection c, int receiveMaximum) {
        connection = c;
        int asked = plan.loop().options().window;
        window = qos == 0 ? asked : asked == 0 ? receiveMaximum : Math.min(asked, receiveMaximum);
        if (qos > 0) {
            dueOf = new long[window + 1];
            free = new int[window];
            for (int id = window; id > 0; id--) {
                free[freeCount++] = id;
            }
        }
        plan.isUp(this);
    }

    /// Sends what is due and has room.
    void pump(long now) {
        LoadConnection c = connection;
        if (c == null || c.isClosed()) {
            return;
        }
        while (true) {
            long due = plan.due(index, sequence, now);
            if (due > now) {
                isBlocked = false;
                return;
            }
            if (!hasRoom(c)) {
                isBlocked = true;
                return;
            }
            if (!isBlocked && plan.isPaced()) {
                plan.tally().late.recordValue(now - due);
            }
            publish(c, due);
        }
    }

    private boolean hasRoom(LoadConnection c) {
        if (c.pending() >= MOST_WAITING || qos > 0 && freeCount == 0) {
            return false;
        }
        int each = plan.deliveriesOfEach();
        return window == 0
                || each == 0
                || plan.isPaced()
                || (long) sequence * each - delivered < (long) window * each;
    }

    private void publish(LoadConnection c, long due) {
        Stamp.write(packet, stampAt, plan.run(), index, sequence, due);
        sequence++;
        ByteBuffer room = c.room(packet.length);
        int at = room.position();
        room.put(packet);
        if (qos > 0) {
            int packetId = free[--freeCount];
            dueOf[packetId] = due;
            room.putShort(at + packetIdAt, (short) packetId);
        }
        c.sent();
        plan.tally().published++;
    }

    @Override
    public void acknowledged(int packetId, boolean isTaken) {
        if (packetId <= 0 || packetId >= dueOf.length || freeCount == free.length) {
            plan.loop().failed("an acknowledgement of a message that was not sent");
            return;
        }
        if (!isTaken) {
            plan.refused();
        }
        free[freeCount++] = packetId;
        plan.tally().acknowledged++;
        plan.acknowledgement(Math.max(0, plan.loop().now() - dueOf[packetId]));
        pump(plan.loop().now());
    }

    void delivered() {
        delivered++;
        int each = plan.deliveriesOfEach();
        if (isBlocked && (long) sequence * each - delivered <= (long) window * each / 2) {
            isBlocked = false;
            plan.wake(this);
        }
    }

    /// Called each second: messages that were lost must not hold up the others.
    ///
    /// @return true if nothing has come since the last time although something is under way
    boolean giveUp() {
        boolean isStalled =
                isBlocked && delivered == deliveredAtStall && plan.deliveriesOfEach() > 0;
        deliveredAtStall = delivered;
        if (isStalled && !plan.isPaced() && window > 0) {
            delivered = (long) sequence * plan.deliveriesOfEach();
            plan.wake(this);
        }
        return isStalled;
    }

    @Override
    public void drained() {
        pump(plan.loop().now());
    }

    boolean isSilent() {
        LoadConnection c = connection;
        return c == null || c.isClosed() || freeCount == free.length && c.pending() == 0;
    }

    @Override
    public void closed(LoadConnection c, @Nullable String why) {
        plan.isGone(why);
    }
}
