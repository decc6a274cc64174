package io.hawkermq.it;

import java.util.ArrayList;
import java.util.List;

/// The bytes of a PUBLISH, built step by step.
public final class Publish {
    final String topic;
    private byte[] payload = new byte[0];
    int qos;
    private int dup;
    private int retain;
    private final List<byte[]> props = new ArrayList<>();

    private Publish(String topic) {
        this.topic = topic;
    }

    public static Publish to(String topic) {
        return new Publish(topic);
    }

    public Publish payload(String text) {
        return payload(Wire.utf8(text));
    }

    public Publish payload(byte[] bytes) {
        payload = bytes;
        return this;
    }

    public Publish qos(int level) {
        qos = level;
        return this;
    }

    public Publish dup() {
        dup = 0x08;
        return this;
    }

    public Publish retain() {
        retain = 0x01;
        return this;
    }

    public Publish with(byte[]... properties) {
        props.addAll(List.of(properties));
        return this;
    }

    /// The packet; its Packet Identifier is left out at QoS 0 [MQTT-2.2.1-2].
    public byte[] bytes(Version version, int packetId) {
        return Wire.packet(
                0x30 | dup | qos << 1 | retain,
                Wire.text(topic),
                qos == 0 ? new byte[0] : Wire.two(packetId),
                Wire.props(version, props.toArray(new byte[0][])),
                payload);
    }
}
