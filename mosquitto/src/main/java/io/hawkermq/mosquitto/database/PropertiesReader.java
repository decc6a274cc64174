package io.hawkermq.mosquitto.database;

import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketDecoder;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.TopicNames;
import java.io.ByteArrayOutputStream;

/// Reads properties, which are in the file just as they are in a PUBLISH to a client: it makes one of
/// them and has it decoded, so that there is one place that knows the properties.
final class PropertiesReader {
    private static final byte[] CONNACK = {0x20, 3, 0, 0, 0};

    /// The Topic Name of a PUBLISH with QoS 0.
    private static final byte[] TOPIC = {0, 1, 't'};

    private static final int LONGEST_PACKET = 268_435_455 + 5;

    /// @param bytes Property Length and properties; nothing at all stands for none
    Properties read(byte[] bytes) throws DamagedChunkException {
        if (bytes.length == 0 || (bytes.length == 1 && bytes[0] == 0)) {
            return Properties.NONE;
        }
        if (bytes.length > LONGEST_PACKET - 5 - TOPIC.length) {
            throw new DamagedChunkException(bytes.length + " bytes do not fit into a packet");
        }
        byte[] publish = publish(bytes);
        PacketDecoder decoder =
                PacketDecoder.forClient(new TopicNames(), ProtocolVersion.MQTT_5, LONGEST_PACKET);
        try {
            decoder.feed(CONNACK, 0, CONNACK.length);
            decoder.next();
            decoder.stash();
            decoder.feed(publish, 0, publish.length);
            if (decoder.next() instanceof Packet.Publish p) {
                if (p.payload().length > 0) {
                    throw new DamagedChunkException(
                            p.payload().length + " bytes follow the last one");
                }
                return p.properties();
            }
            throw new DamagedChunkException("they are not whole");
        } catch (MalformedPacketException e) {
            throw new DamagedChunkException(e.reason());
        }
    }

    private static byte[] publish(byte[] properties) {
        int length = TOPIC.length + properties.length;
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 5);
        out.write(0x30);
        int rest = length;
        do {
            out.write(rest < 0x80 ? rest : rest & 0x7F | 0x80);
            rest >>= 7;
        } while (rest > 0);
        out.writeBytes(TOPIC);
        out.writeBytes(properties);
        return out.toByteArray();
    }
}
