package io.hawkermq.protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// PUBLISH packets of the plainest kind where they were read: one or more behind each other, all at QoS
/// 0 or all at QoS 1, without DUP, RETAIN and properties, with the same Topic Name, which was seen
/// before. Their bytes are just what a subscriber of the same version gets, but for the Packet
/// Identifiers of QoS 1. So they can be passed on as they are: nothing is encoded, and what is to be
/// done for each subscriber is done once for all of them. A client that has much to say most often
/// says it on one topic.
///
/// One for each loop, filled by [PacketDecoder#nextRun]. It lies in the array that the decoder was
/// fed, so it is valid until the decoder's next call, and nobody keeps it: who needs more of it takes
/// the [#packets], which have payloads of their own, or [#kept].
public final class PublishRun {
    /// The most bytes of a run. Longer packets are better shared by their receivers than copied to
    /// each.
    static final int LONGEST = 16 * 1024;

    /// What every packet of a run at QoS 0 begins with.
    private static final int AT_MOST_ONCE = PacketType.PUBLISH.value() << 4;

    /// The same at QoS 1.
    private static final int AT_LEAST_ONCE = AT_MOST_ONCE | QoS.AT_LEAST_ONCE.level() << 1;

    /// Fixed header, a Topic Name of one byte with its length.
    private static final int SHORTEST = 5;

    private static final int[] NOWHERE = new int[0];

    private static final byte[] NOTHING = new byte[0];
    private static final TopicName NONE = TopicName.of("none");

    private TopicName topic = NONE;
    private byte[] bytes = NOTHING;
    private int from;
    private int to;
    private boolean isMqtt5;
    private QoS qos = QoS.AT_MOST_ONCE;
    private int count;

    /// Where the Packet Identifiers are, from [#from] on, at QoS 1.
    private int[] packetIdsAt = NOWHERE;

    private int payloadBytes;
    private int longestPacket;
    private long number;

    /// True of what a packet may begin with to be taken.
    static boolean begins(byte first) {
        return first == AT_MOST_ONCE || first == AT_LEAST_ONCE;
    }

    /// Takes the packets from `start` on that are of this kind and there as a whole. Decides on
    /// nothing: what is wrong, unusual or not there yet is left to the decoder.
    ///
    /// @param end of the bytes that are there
    /// @return how many bytes they have; 0 if there is none
    int take(
            byte[] source,
            int start,
            int end,
            boolean mqtt5,
            int maximumPacketSize,
            TopicNames names) {
        int most = Math.min(end, start + LONGEST);
        int at = start;
        byte first = source[start];
        boolean isSure = first == AT_LEAST_ONCE;
        int packets = 0;
        int payloads = 0;
        int longest = 0;
        while (most - at >= SHORTEST && source[at] == first) {
            int pos = at + 1;
            int remaining = source[pos++];
            if (remaining < 0) {
                int second = source[pos++];
                if (second <= 0) {
                    break; // longer than a run, or not in the fewest bytes
                }
                remaining = remaining & 0x7F | second << 7;
            }
            int packetEnd = pos + remaining;
            int length = packetEnd - at;
            int name = pos + 2;
            if (packetEnd > most || length > maximumPacketSize || name > packetEnd) {
                break;
            }
            int nameEnd = name + ((source[pos] & 0xFF) << 8 | source[pos + 1] & 0xFF);
            if (nameEnd == name || nameEnd > packetEnd) {
                break;
            }
            int payload = nameEnd;
            if (isSure) {
                payload += 2;
                if (payload > packetEnd || (source[nameEnd] | source[nameEnd + 1]) == 0) {
                    break; // without Packet Identifier
                }
            }
            if (mqtt5 && (payload == packetEnd || source[payload++] != 0)) {
                break; // with properties
            }
            // The topic of the last run comes again most often.
            if (!topic.isAt(source, name, nameEnd)) {
                TopicName known = packets == 0 ? names.find(source, name, nameEnd) : null;
                if (known == null) {
                    break;
                }
                topic = known;
            }
            if (isSure) {
                notePacketId(packets, nameEnd - start);
            }
            packets++;
            payloads += packetEnd - payload;
            longest = Math.max(longest, length);
            at = packetEnd;
        }
        bytes = source;
        from = start;
        to = at;
        isMqtt5 = mqtt5;
        qos = isSure ? QoS.AT_LEAST_ONCE : QoS.AT_MOST_ONCE;
        count = packets;
        payloadBytes = payloads;
        longestPacket = longest;
        number++;
        return at - start;
    }

    private void notePacketId(int index, int at) {
        if (index == packetIdsAt.length) {
            packetIdsAt = Arrays.copyOf(packetIdsAt, Math.max(16, 2 * index));
        }
        packetIdsAt[index] = at;
    }

    public TopicName topic() {
        return topic;
    }

    /// 0 or 1.
    public QoS qos() {
        return qos;
    }

    /// The Packet Identifier under which the publisher sent one of the packets, at QoS 1.
    ///
    /// @param index of the packet, from 0
    public int packetId(int index) {
        int at = from + packetIdsAt[index];
        return (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
    }

    /// Appends the packets.
    ///
    /// @param packetIds of each of them, of no concern at QoS 0
    public void copyTo(ByteWriter target, int[] packetIds) {
        int at = target.length();
        target.write(bytes, from, to);
        if (qos == QoS.AT_LEAST_ONCE) {
            for (int i = 0; i < count; i++) {
                target.putByte(at + packetIdsAt[i], packetIds[i] >>> 8);
                target.putByte(at + packetIdsAt[i] + 1, packetIds[i]);
            }
        }
    }

    /// Where the Packet Identifier of one of them is, in bytes from [#from] on.
    public int packetIdAt(int index) {
        return packetIdsAt[index];
    }

    /// How many packets there are; at least one.
    public int count() {
        return count;
    }

    /// Bytes of all payloads.
    public int payloadBytes() {
        return payloadBytes;
    }

    /// Bytes of the longest packet.
    public int longestPacket() {
        return longestPacket;
    }

    /// Where the packets are, from [#from] on for [#length] bytes.
    public byte[] bytes() {
        return bytes;
    }

    public int from() {
        return from;
    }

    /// Bytes of all packets; at most 16 KiB.
    public int length() {
        return to - from;
    }

    /// True if they are encoded as version 5.0 says.
    public boolean isMqtt5() {
        return isMqtt5;
    }

    /// As of [PublishTemplates.Template#layout].
    public int layout() {
        return PublishTemplates.layout(isMqtt5, qos, PublishTemplates.Retain.OFF);
    }

    /// Another number for each run that was here.
    public long number() {
        return number;
    }

    /// A copy with bytes of its own: it stays as it is, and any thread may have it.
    public PublishRun kept() {
        PublishRun kept = new PublishRun();
        kept.topic = topic;
        kept.bytes = Arrays.copyOfRange(bytes, from, to);
        kept.to = to - from;
        kept.isMqtt5 = isMqtt5;
        kept.qos = qos;
        kept.packetIdsAt = qos == QoS.AT_MOST_ONCE ? NOWHERE : Arrays.copyOf(packetIdsAt, count);
        kept.count = count;
        kept.payloadBytes = payloadBytes;
        kept.longestPacket = longestPacket;
        return kept;
    }

    /// The packets, which may be kept.
    public List<Packet.Publish> packets() {
        List<Packet.Publish> packets = new ArrayList<>(count);
        for (byte[] payload : payloads()) {
            int packetId = qos == QoS.AT_MOST_ONCE ? 0 : packetId(packets.size());
            packets.add(
                    new Packet.Publish(
                            false, qos, false, topic, packetId, Properties.NONE, payload));
        }
        return packets;
    }

    /// A copy of the payload of each packet.
    public List<byte[]> payloads() {
        int head = 2 + topic.utf8().length;
        if (qos == QoS.AT_LEAST_ONCE) {
            head += 2;
        }
        if (isMqtt5) {
            head++;
        }
        List<byte[]> payloads = new ArrayList<>(count);
        int at = from;
        while (at < to) {
            int pos = at + 1;
            int remaining = bytes[pos++];
            if (remaining < 0) {
                remaining = remaining & 0x7F | bytes[pos++] << 7;
            }
            at = pos + remaining;
            payloads.add(Arrays.copyOfRange(bytes, pos + head, at));
        }
        return payloads;
    }
}
