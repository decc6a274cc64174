package io.hawkermq.protocol;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Turns the bytes of one connection into packets.
///
/// One for each connection, touched by its owner's thread only; it does no I/O. The owner reads
/// into an array of its own, which all its connections share, and then:
///
/// ```java
/// decoder.feed(scratch, 0, count);
/// for (Packet p = decoder.next(); p != null; p = decoder.next()) { ... }
/// decoder.stash();
/// ```
///
/// Before each `next()` the owner may ask for a [#nextRun] and for [#nextAcknowledgements], which make
/// no packets.
///
/// Packets are read where they lie. [#stash] copies what is left over, a packet that has begun or
/// packets that the owner did not want yet, since the owner reuses its array. A connection without
/// such a rest holds no buffer. A packet that is still arriving is held in a buffer that grows with
/// what has arrived, never with what the packet announces; what it announces is checked against the
/// limits as soon as its fixed header is there.
///
/// [#next] throws [MalformedPacketException] and nothing else, whatever the bytes are. After that
/// the connection must be closed [MQTT-4.13.1-1]: all further calls throw the same.
public final class PacketDecoder {
    /// The longest Remaining Length of CONNECT and AUTH at a server. Nobody has been authenticated
    /// by then, so the limit is a fixed one, of any number of User Properties one might want.
    static final int LONGEST_UNAUTHENTICATED = 100_000;

    /// The longest Remaining Length of PUBACK, PUBREC, PUBREL, PUBCOMP and DISCONNECT at a server.
    static final int LONGEST_ACKNOWLEDGEMENT = 10_000;

    private static final int SMALLEST_BUFFER = 64;
    private static final byte[] NOTHING = new byte[0];

    private final PacketSource source;
    private final FieldReader fields = new FieldReader();
    private TopicNames topicNames;
    private int maximumPacketSize;
    private @Nullable ProtocolVersion version;
    private @Nullable MalformedPacketException failure;

    /// A bit for each packet type's value that may come next.
    private int expected;

    /// What the owner has read: its array, ours until [#stash].
    private byte[] fed = NOTHING;

    private int fedFrom;
    private int fedTo;

    /// What an earlier [#stash] has kept; all of it comes before what is fed.
    private byte[] kept = NOTHING;

    private int keptFrom;
    private int keptTo;

    /// The length of the packet that has begun to arrive, 0 where it is not known.
    private int awaited;

    /// The length of the fixed header that [#packetLength] saw last.
    private int headerLength;

    private PacketDecoder(
            PacketSource source,
            TopicNames topicNames,
            @Nullable ProtocolVersion version,
            int maximumPacketSize) {
        this.source = source;
        this.topicNames = topicNames;
        this.version = version;
        this.maximumPacketSize = maximumPacketSize;
        this.expected = source.expectedFirst(version);
    }

    /// A decoder of what a client sends: CONNECT first, which tells the version.
    ///
    /// @param topicNames those of the loop that will call this decoder
    /// @param maximumPacketSize bytes of a whole packet, fixed header included
    public static PacketDecoder forServer(TopicNames topicNames, int maximumPacketSize) {
        return new PacketDecoder(PacketSource.CLIENT, topicNames, null, maximumPacketSize);
    }

    /// A decoder of what a server sends to a client that asked for `version`.
    ///
    /// @param topicNames those of the loop that will call this decoder
    /// @param maximumPacketSize bytes of a whole packet, fixed header included
    public static PacketDecoder forClient(
            TopicNames topicNames, ProtocolVersion version, int maximumPacketSize) {
        return new PacketDecoder(PacketSource.SERVER, topicNames, version, maximumPacketSize);
    }

    /// The connection has moved to another loop: from now on use that loop's names.
    public void topicNames(TopicNames names) {
        this.topicNames = names;
    }

    /// @param bytes of a whole packet, fixed header included; for the next packet and all after
    public void maximumPacketSize(int bytes) {
        this.maximumPacketSize = bytes;
    }

    /// The version that CONNECT asked for, or null before. It is there as soon as the part of
    /// CONNECT up to Keep Alive was found to be sound, and also if the Protocol Name and Version
    /// were known but do not go together: so a CONNECT that is refused can be answered in its own
    /// form. While it is null, the peer speaks no MQTT that one could answer, unless the refusal
    /// says UNSUPPORTED_PROTOCOL_VERSION.
    public @Nullable ProtocolVersion version() {
        return version;
    }

    /// Bytes that this decoder itself holds: what arrived after the last whole packet taken.
    public int bufferedBytes() {
        return keptTo - keptFrom;
    }

    int bufferCapacity() {
        return kept.length;
    }

    /// The bytes that came next, `from` (inclusive) to `to` (exclusive): not copied, so they must
    /// stay as they are until [#stash].
    ///
    /// @throws IllegalStateException if bytes fed before have been neither read nor stashed
    public void feed(byte[] bytes, int from, int to) {
        if (failure != null) {
            return;
        }
        if (fedFrom != fedTo) {
            throw new IllegalStateException("stash() was not called since the last feed()");
        }
        fed = bytes;
        fedFrom = from;
        fedTo = to;
    }

    /// The next whole packet, or null if more bytes are needed for one.
    public @Nullable Packet next() throws MalformedPacketException {
        if (failure != null) {
            throw failure;
        }
        try {
            return keptFrom == keptTo ? nextOfFed() : nextOfKept();
        } catch (MalformedPacketException e) {
            failure = e;
            fedFrom = fedTo;
            keptFrom = keptTo;
            stash();
            throw e;
        }
    }

    /// Reads the next packets into `run`, where they lie, as far as they make a [PublishRun]. If the
    /// next one does not, nothing is read, and [#next] tells what there is.
    public boolean nextRun(PublishRun run) {
        ProtocolVersion v = version;
        if (fedFrom == fedTo
                || !PublishRun.begins(fed[fedFrom])
                || keptFrom != keptTo
                || v == null
                || (expected & 1 << PacketType.PUBLISH.value()) == 0) {
            return false;
        }
        int length = run.take(fed, fedFrom, fedTo, v.isMqtt5(), maximumPacketSize, topicNames);
        fedFrom += length;
        return length > 0;
    }

    /// Reads the next packets into `run` as far as they make an [AcknowledgementRun]. If the next one
    /// does not, nothing is read, and [#next] tells what there is.
    public boolean nextAcknowledgements(AcknowledgementRun run) {
        if (keptFrom != keptTo || !isShortAcknowledgement(fed, fedFrom, fedTo)) {
            return false;
        }
        fedFrom += run.take(fed, fedFrom, fedTo);
        return true;
    }

    private boolean isShortAcknowledgement(byte[] bytes, int from, int to) {
        return AcknowledgementRun.begins(bytes, from, to)
                && (expected & 1 << ((bytes[from] & 0xFF) >> 4)) != 0
                && maximumPacketSize >= AcknowledgementRun.PACKET_BYTES;
    }

    /// Copies what has not been read, so that the array given to [#feed] can be used again. An owner
    /// that does not want packets for now must also stop reading: what it stashes has no limit of
    /// its own, other than a packet that [#next] waits for.
    public void stash() {
        int count = fedTo - fedFrom;
        if (count > 0) {
            append(count, awaited);
        }
        fed = NOTHING;
        fedFrom = 0;
        fedTo = 0;
        fields.release();
        int rest = keptTo - keptFrom;
        if (rest == 0) {
            dropKept();
        } else if (kept.length > 1_024 && rest < kept.length / 4) {
            kept = Arrays.copyOfRange(kept, keptFrom, keptTo);
            keptFrom = 0;
            keptTo = rest;
        }
    }

    private @Nullable Packet nextOfFed() throws MalformedPacketException {
        int from = fedFrom;
        Packet acknowledgement = shortAcknowledgement(fed, from, fedTo);
        if (acknowledgement != null) {
            awaited = 0;
            fedFrom = from + AcknowledgementRun.PACKET_BYTES;
            return acknowledgement;
        }
        int length = packetLength(fed, from, fedTo);
        if (length == 0 || length > fedTo - from) {
            awaited = length;
            return null;
        }
        awaited = 0;
        fedFrom = from + length;
        return decode(fed, from, from + length);
    }

    /// Null for whatever else begins at `from`.
    private @Nullable Packet shortAcknowledgement(byte[] bytes, int from, int to) {
        return isShortAcknowledgement(bytes, from, to)
                ? AcknowledgementRun.packetAt(bytes, from)
                : null;
    }

    /// Takes from what is fed only what the first packet still lacks, so that all others are read
    /// where they lie and no byte is copied twice.
    private @Nullable Packet nextOfKept() throws MalformedPacketException {
        int length = packetLength(kept, keptFrom, keptTo);
        while (length == 0) {
            if (fedFrom == fedTo) {
                awaited = 0;
                return null;
            }
            append(1, 0);
            length = packetLength(kept, keptFrom, keptTo);
        }
        int missing = length - (keptTo - keptFrom);
        if (missing > 0) {
            int available = Math.min(missing, fedTo - fedFrom);
            append(available, length);
            if (available < missing) {
                awaited = length;
                return null;
            }
        }
        awaited = 0;
        int from = keptFrom;
        keptFrom = from + length;
        Packet packet = decode(kept, from, from + length);
        if (keptFrom == keptTo) {
            // The array itself stays until stash(): large packets come one after the other.
            keptFrom = 0;
            keptTo = 0;
        }
        return packet;
    }

    /// Moves `count` bytes from what is fed to what is kept.
    ///
    /// @param whole the length of the packet that they complete, or 0
    private void append(int count, int whole) {
        if (count > kept.length - keptTo) {
            makeRoom(count, whole);
        }
        System.arraycopy(fed, fedFrom, kept, keptTo, count);
        keptTo += count;
        fedFrom += count;
    }

    private void makeRoom(int count, int whole) {
        int rest = keptTo - keptFrom;
        int needed = rest + count;
        byte[] target = kept;
        // Moving the rest to the front pays only if at least as much was taken off since.
        if (needed > kept.length || keptFrom < rest) {
            // Nobody knows how much more a packet of unknown length needs; whole packets in wait
            // need no more.
            int more = whole == 0 && rest == 0 ? needed : (int) Math.min(2L * needed, 1 << 30);
            int capacity = whole > needed ? Math.min(more, whole) : whole == needed ? needed : more;
            target = new byte[Math.max(Math.max(capacity, needed), SMALLEST_BUFFER)];
        }
        System.arraycopy(kept, keptFrom, target, 0, rest);
        kept = target;
        keptFrom = 0;
        keptTo = rest;
    }

    private void dropKept() {
        kept = NOTHING;
        keptFrom = 0;
        keptTo = 0;
    }

    /// The length of the packet that begins at `from`, or 0 if its fixed header is incomplete.
    private int packetLength(byte[] bytes, int from, int to) throws MalformedPacketException {
        if (from == to) {
            return 0;
        }
        int first = bytes[from] & 0xFF;
        boolean isExpected = (expected & 1 << (first >> 4)) != 0;
        if (!isExpected && (version == null || first >> 4 == 0)) {
            // At once to a stranger, and to what is no packet and so has no length.
            throw source.unexpected(first, version, expected);
        }
        int remaining = 0;
        int pos = from + 1;
        for (int shift = 0; ; shift += 7) {
            if (pos == to) {
                return 0;
            }
            int b = bytes[pos++];
            remaining |= (b & 0x7F) << shift;
            if (b >= 0) {
                if (b == 0 && shift > 0) {
                    throw new MalformedPacketException(
                            "the Remaining Length is not written in the fewest bytes");
                }
                break;
            }
            if (shift == 21) {
                throw new MalformedPacketException("the Remaining Length has more than four bytes")
                        .unanswered();
            }
        }
        if (!isExpected) {
            MalformedPacketException e = source.unexpected(first, version, expected);
            boolean isPing = first >> 4 == PacketType.PINGRESP.value();
            throw isPing && remaining > 0 ? e.unanswered() : e;
        }
        headerLength = pos - from;
        FixedHeader.check(source, version, first, remaining);
        int length = headerLength + remaining;
        if (length > maximumPacketSize) {
            throw new MalformedPacketException(
                    ReasonCode.PACKET_TOO_LARGE,
                    PacketType.of(first >> 4)
                            + " has "
                            + length
                            + " bytes, allowed are "
                            + maximumPacketSize);
        }
        return length;
    }

    private Packet decode(byte[] bytes, int from, int to) throws MalformedPacketException {
        int first = bytes[from] & 0xFF;
        int pos = from + headerLength;
        if (first >> 4 == 3) {
            return publish(bytes, first, pos, to);
        }
        PacketType type = FixedHeader.type(first);
        fields.start(type, bytes, pos, to);
        Packet packet =
                switch (type) {
                    case PUBACK, PUBREC, PUBREL, PUBCOMP ->
                            PacketBody.acknowledgement(fields, source);
                    case CONNECT -> connect(first);
                    case CONNACK -> connack();
                    case SUBSCRIBE -> PacketBody.subscribe(fields, currentVersion());
                    case SUBACK -> PacketBody.suback(fields, currentVersion());
                    case UNSUBSCRIBE -> PacketBody.unsubscribe(fields, currentVersion());
                    case UNSUBACK -> PacketBody.unsuback(fields, currentVersion());
                    case PINGREQ -> PacketBody.PINGREQ;
                    case PINGRESP -> PacketBody.PINGRESP;
                    case DISCONNECT -> PacketBody.disconnect(fields, source);
                    case AUTH -> PacketBody.auth(fields, source);
                    case PUBLISH -> throw new AssertionError("read above");
                };
        fields.expectEnd();
        return packet;
    }

    /// The hot path: allocates the packet and its payload.
    private Packet publish(byte[] bytes, int first, int from, int to)
            throws MalformedPacketException {
        int level = first >> 1 & 3;
        boolean dup = (first & 8) != 0;
        if (level == 3) {
            throw new MalformedPacketException("PUBLISH has QoS 3"); // [MQTT-3.3.1-4]
        }
        if (dup && level == 0) {
            throw new MalformedPacketException("PUBLISH has DUP at QoS 0"); // [MQTT-3.3.1-2]
        }
        int pos = from + 2;
        if (pos > to) {
            throw new MalformedPacketException("PUBLISH ends before its Topic Name");
        }
        int nameTo = pos + ((bytes[from] & 0xFF) << 8 | (bytes[from + 1] & 0xFF));
        if (nameTo > to) {
            throw new MalformedPacketException("the Topic Name of PUBLISH runs over its end");
        }
        TopicName topic = pos == nameTo ? null : topicNames.at(bytes, pos, nameTo);
        pos = nameTo;
        int packetId = 0;
        if (level > 0) {
            pos += 2;
            if (pos > to) {
                throw new MalformedPacketException("PUBLISH ends before its Packet Identifier");
            }
            packetId = (bytes[nameTo] & 0xFF) << 8 | (bytes[nameTo + 1] & 0xFF);
            if (packetId == 0) { // [MQTT-2.2.1-3]
                throw new MalformedPacketException(
                        ReasonCode.PROTOCOL_ERROR, "PUBLISH has the Packet Identifier 0");
            }
        }
        Properties properties = Properties.NONE;
        if (version == ProtocolVersion.MQTT_5) {
            if (pos < to && bytes[pos] == 0) {
                pos++;
            } else {
                fields.start(PacketType.PUBLISH, bytes, pos, to);
                properties = PacketBody.publishProperties(fields, source);
                pos = to - fields.remaining();
            }
        }
        if (topic == null && !properties.has(Property.TOPIC_ALIAS)) {
            throw new MalformedPacketException("the Topic Name of PUBLISH is empty");
        }
        byte[] payload = pos == to ? NOTHING : Arrays.copyOfRange(bytes, pos, to);
        return new Packet.Publish(
                dup, QoS.of(level), (first & 1) != 0, topic, packetId, properties, payload);
    }

    private Packet connect(int first) throws MalformedPacketException {
        String name = ConnectBody.protocolName(fields);
        int level = fields.unsignedByte("the Protocol Version");
        ProtocolVersion named = ConnectBody.versionOf(level);
        if (!name.equals(named.protocolName())) {
            version = named;
            throw ConnectBody.wrongName(name, level);
        }
        int flags = ConnectBody.flags(fields, first, named);
        int keepAlive = fields.twoBytes("Keep Alive");
        // Kept even if the rest is refused: the answer's form depends on it.
        version = named;
        Packet packet = ConnectBody.read(fields, topicNames, named, level, flags, keepAlive);
        expected = source.expectedThen(named);
        return packet;
    }

    private Packet connack() throws MalformedPacketException {
        Packet packet = PacketBody.connack(fields, currentVersion());
        expected = source.expectedThen(currentVersion());
        return packet;
    }

    private ProtocolVersion currentVersion() {
        ProtocolVersion current = version;
        if (current == null) {
            throw new AssertionError("no packet but CONNECT is expected before the version");
        }
        return current;
    }
}
