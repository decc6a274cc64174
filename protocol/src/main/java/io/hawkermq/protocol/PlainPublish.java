package io.hawkermq.protocol;

import java.util.Arrays;

/// A PUBLISH of the plainest kind where it was read: at QoS 0, without RETAIN and properties, with a
/// Topic Name that was seen before. Its bytes are just what a subscriber of the same version gets, so
/// they can be passed on as they are: nothing is made of them, and nothing is encoded.
///
/// One for each loop, filled by [PacketDecoder#nextPlain]. It lies in the array that the decoder was
/// fed, so it is valid until the decoder's next call, and nobody keeps it: who needs the message for
/// longer takes a [#packet], which has a payload of its own.
public final class PlainPublish {
    /// Longer packets are better shared by their receivers than copied to each, in bytes.
    private static final int LONGEST = 16 * 1024;

    private static final int FIRST_BYTE = PacketType.PUBLISH.value() << 4;
    private static final byte[] NOTHING = new byte[0];
    private static final TopicName NONE = TopicName.of("none");

    private TopicName topic = NONE;
    private byte[] bytes = NOTHING;
    private int from;
    private int payloadFrom;
    private int to;
    private boolean isMqtt5;
    private long number;

    /// Takes the packet that begins at `at`, if it is of this kind and there as a whole. Decides on
    /// nothing: what is wrong, unusual or not there yet is left to the decoder.
    ///
    /// @param end of the bytes that are there
    /// @return its length; 0 if it is not taken
    int take(
            byte[] source,
            int at,
            int end,
            boolean mqtt5,
            int maximumPacketSize,
            TopicNames names) {
        if (end - at < 5 || source[at] != FIRST_BYTE) {
            return 0;
        }
        int pos = at + 1;
        int remaining = source[pos++];
        if (remaining < 0) {
            int second = source[pos++];
            if (second <= 0) {
                return 0; // longer than 16 KiB, or not in the fewest bytes
            }
            remaining = remaining & 0x7F | second << 7;
        }
        int packetEnd = pos + remaining;
        int length = packetEnd - at;
        int name = pos + 2;
        if (packetEnd > end || length > maximumPacketSize || length > LONGEST || name > packetEnd) {
            return 0;
        }
        pos = name + ((source[pos] & 0xFF) << 8 | source[pos + 1] & 0xFF);
        if (pos == name || pos > packetEnd) {
            return 0;
        }
        int nameEnd = pos;
        if (mqtt5 && (pos == packetEnd || source[pos++] != 0)) {
            return 0; // with properties
        }
        // Clients that have much to say most often go on about the same.
        if (!topic.isAt(source, name, nameEnd)) {
            TopicName known = names.find(source, name, nameEnd);
            if (known == null) {
                return 0;
            }
            topic = known;
        }
        bytes = source;
        from = at;
        payloadFrom = pos;
        to = packetEnd;
        isMqtt5 = mqtt5;
        number++;
        return length;
    }

    public TopicName topic() {
        return topic;
    }

    /// Bytes of the payload.
    public int payloadLength() {
        return to - payloadFrom;
    }

    /// Where the whole packet is, from [#from] on for [#length] bytes.
    public byte[] bytes() {
        return bytes;
    }

    public int from() {
        return from;
    }

    /// Bytes of the whole packet.
    public int length() {
        return to - from;
    }

    /// True if it is encoded as version 5.0 says.
    public boolean isMqtt5() {
        return isMqtt5;
    }

    /// As of [PublishTemplates.Template#layout].
    public int layout() {
        return PublishTemplates.layout(isMqtt5, QoS.AT_MOST_ONCE, PublishTemplates.Retain.OFF);
    }

    /// Another number for each packet that was here.
    public long number() {
        return number;
    }

    /// The packet, which may be kept.
    public Packet.Publish packet() {
        return new Packet.Publish(
                false,
                QoS.AT_MOST_ONCE,
                false,
                topic,
                0,
                Properties.NONE,
                Arrays.copyOfRange(bytes, payloadFrom, to));
    }
}
