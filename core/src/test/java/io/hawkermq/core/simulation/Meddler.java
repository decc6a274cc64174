package io.hawkermq.core.simulation;

import io.hawkermq.core.Outbox;
import io.hawkermq.protocol.ByteWriter;
import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketDecoder;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.PublishRun;
import io.hawkermq.protocol.PublishTemplates;
import io.hawkermq.protocol.TopicNames;
import java.util.ArrayList;
import java.util.List;

/// An outbox through whose hands every packet goes before it reaches the real one.
abstract class Meddler implements Outbox {
    private final Outbox real;
    private ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;
    private long maximumPacketSize = Long.MAX_VALUE;

    Meddler(Outbox real) {
        this.real = real;
    }

    /// Sends what is to become of the packet.
    void pass(Packet packet) {
        real.send(packet);
    }

    @Override
    public void negotiated(ProtocolVersion asked, long size) {
        version = asked;
        maximumPacketSize = size;
        real.negotiated(asked, size);
    }

    @Override
    public boolean send(Packet packet) {
        if (packet instanceof Packet.Publish p
                && p.payload().length >= Published.LARGE
                && maximumPacketSize < Published.LARGE) {
            return false;
        }
        pass(packet);
        return true;
    }

    @Override
    public boolean publish(PublishTemplates.Template template, int packetId) {
        if (template.length() > maximumPacketSize) {
            return false;
        }
        ByteWriter copy = new ByteWriter(0, Integer.MAX_VALUE - 8);
        template.copyTo(copy, packetId);
        decoded(copy).forEach(this::pass);
        return true;
    }

    @Override
    public boolean relay(PublishRun run, int[] packetIds) {
        if (run.longestPacket() > maximumPacketSize) {
            return false;
        }
        packets(run, packetIds).forEach(this::pass);
        return true;
    }

    /// What the client would get.
    final List<Packet> packets(PublishRun run, int[] packetIds) {
        ByteWriter copy = new ByteWriter(0, Integer.MAX_VALUE - 8);
        run.copyTo(copy, packetIds);
        return decoded(copy);
    }

    private List<Packet> decoded(ByteWriter copy) {
        byte[] bytes = java.util.Arrays.copyOf(copy.array(), copy.length());
        try {
            PacketDecoder decoder =
                    PacketDecoder.forClient(new TopicNames(), version, Integer.MAX_VALUE);
            byte[] connack =
                    version.isMqtt5() ? new byte[] {0x20, 3, 0, 0, 0} : new byte[] {0x20, 2, 0, 0};
            decoder.feed(connack, 0, connack.length);
            decoder.next();
            decoder.stash();
            decoder.feed(bytes, 0, bytes.length);
            List<Packet> packets = new ArrayList<>();
            for (Packet p = decoder.next(); p != null; p = decoder.next()) {
                packets.add(p);
            }
            return packets;
        } catch (MalformedPacketException e) {
            throw new Violation("codec", "a template is malformed: " + e.reason());
        }
    }

    @Override
    public boolean isWritable() {
        return real.isWritable();
    }

    @Override
    public void pauseReading() {
        real.pauseReading();
    }

    @Override
    public void resumeReading() {
        real.resumeReading();
    }

    @Override
    public void execute(Runnable answer) {
        real.execute(answer);
    }

    @Override
    public void close() {
        real.close();
    }
}
