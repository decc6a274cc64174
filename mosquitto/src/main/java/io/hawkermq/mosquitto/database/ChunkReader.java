package io.hawkermq.mosquitto.database;

import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.RetainHandling;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Makes records of the bodies of chunks.
///
/// Versions 2 to 4 have field after field, each text after its length. Version 3 added the time of
/// the disconnect to the session, version 4 the publisher's User Name and port to the message.
/// Versions 5 and 6 have the fields of fixed length first, laid out as the compiler of the writing
/// machine did, with the lengths of the texts among them; texts, payload and properties follow.
/// Version 6 added User Name and port to the session. Fields of eight bytes are in the byte order of
/// the writing machine throughout, all others have the highest byte first.
final class ChunkReader {
    static final int CONFIGURATION = 1;
    static final int MESSAGE = 2;
    static final int DELIVERY = 3;
    static final int RETAINED = 4;
    static final int SUBSCRIPTION = 5;
    static final int SESSION = 6;

    private static final String CLIENT_ID = "the Client Identifier";
    private static final String USER_NAME = "the User Name";
    private static final String TOPIC_NAME = "the Topic Name";

    private final int version;
    private final PropertiesReader properties = new PropertiesReader();

    /// Every delivery and subscription names its client; one text for all.
    private final Map<String, String> clientIds = new HashMap<>();

    private @Nullable String flaw;

    /// The User Name of the session before, if it was not its own.
    private byte @Nullable [] leftOver;

    ChunkReader(int version) {
        this.version = version;
    }

    static boolean isKnown(long type) {
        return type >= CONFIGURATION && type <= SESSION;
    }

    static String nameOf(long type) {
        return isKnown(type)
                ? switch ((int) type) {
                    case CONFIGURATION -> "the configuration";
                    case MESSAGE -> "a message";
                    case DELIVERY -> "a client's message";
                    case RETAINED -> "a retained message";
                    case SUBSCRIPTION -> "a subscription";
                    default -> "a client";
                }
                : "a chunk of type " + type;
    }

    /// What was wrong with the last record without spoiling all of it, null if nothing was. Forgets
    /// it.
    @Nullable String takeFlaw() {
        String was = flaw;
        flaw = null;
        return was;
    }

    /// @return true if the file was written as Mosquitto ended
    boolean configuration(ChunkBody in) throws DamagedChunkException {
        if (version >= 5) {
            in.opaque("the last message's number");
        }
        int shutdown = in.unsignedByte("the shutdown flag");
        int width = in.unsignedByte("the width of message numbers");
        if (width != 8) {
            flaw = "message numbers have " + width + " bytes, expected were 8";
        }
        return shutdown != 0;
    }

    SavedSession session(ChunkBody in) throws DamagedChunkException {
        if (version < 5) {
            String clientId = clientId(in.text(CLIENT_ID));
            int lastPacketId = in.twoBytes("the last Packet Identifier");
            in.rest(); // when it was disconnected, 4 or 8 bytes, from version 3 on
            return new SavedSession(clientId, null, 0, lastPacketId, SavedSession.NEVER, 0);
        }
        long expiresAt = in.seconds("the session's expiry");
        long expiryInterval = in.fourBytes("the Session Expiry Interval");
        int lastPacketId = in.twoBytes("the last Packet Identifier");
        int idLength = in.twoBytes("the length of the Client Identifier");
        int port = version < 6 ? 0 : in.twoBytes("the listener's port");
        int userLength = version < 6 ? 0 : in.twoBytes("the length of the User Name");
        skipPadding(in, idLength + userLength, version < 6 ? 0 : 4);
        String clientId = clientId(in.text(idLength, CLIENT_ID));
        String userName = userName(in.bytes(userLength, USER_NAME));
        return new SavedSession(clientId, userName, port, lastPacketId, expiryInterval, expiresAt);
    }

    /// A session's User Name, unless it is another client's. Mosquitto before 2.0.16 fills in one record
    /// after the other without clearing it: a client without User Name gets that of the one before,
    /// with the two bytes of its length swapped, so that what stands behind it in memory follows.
    /// The next such client gets it with the right length again.
    private @Nullable String userName(byte[] utf8) throws DamagedChunkException {
        byte[] former = leftOver;
        leftOver = null;
        int zero = 0;
        while (zero < utf8.length && utf8[zero] != 0) {
            zero++;
        }
        boolean isLeftOver =
                zero < utf8.length
                        || (former != null
                                && zero > 0
                                && Arrays.equals(utf8, 0, zero, former, 0, former.length));
        if (isLeftOver) {
            leftOver = Arrays.copyOf(utf8, zero);
            flaw = "its User Name is another client's, left over, and was left out";
            return null;
        }
        return ChunkBody.nullIfEmpty(new ChunkBody(utf8).text(utf8.length, USER_NAME));
    }

    SavedMessage message(ChunkBody in) throws DamagedChunkException {
        return version < 5 ? oldMessage(in) : newMessage(in);
    }

    private SavedMessage oldMessage(ChunkBody in) throws DamagedChunkException {
        long storeId = in.opaque("its number");
        String publisher = in.text("the publisher");
        String userName = version < 4 ? null : ChunkBody.nullIfEmpty(in.text(USER_NAME));
        int port = version < 4 ? 0 : in.twoBytes("the listener's port");
        int packetId = in.twoBytes("the Packet Identifier");
        in.skip(2, "the message's own Packet Identifier");
        TopicName topic = topicName(in.text(TOPIC_NAME));
        QoS qos = qos(in.unsignedByte("the QoS"));
        boolean retain = in.unsignedByte("the RETAIN flag") != 0;
        long length = in.fourBytes("the length of the payload");
        byte[] payload = in.bytes(length, "the payload");
        return new SavedMessage(
                storeId,
                publisher,
                userName,
                port,
                packetId,
                topic,
                payload,
                Properties.NONE,
                qos,
                retain,
                0);
    }

    private SavedMessage newMessage(ChunkBody in) throws DamagedChunkException {
        long storeId = in.opaque("its number");
        long expiresAt = in.seconds("the message's expiry");
        long payloadLength = in.fourBytes("the length of the payload");
        int packetId = in.twoBytes("the Packet Identifier");
        int publisherLength = in.twoBytes("the length of the publisher");
        int userLength = in.twoBytes("the length of the User Name");
        int topicLength = in.twoBytes("the length of the Topic Name");
        int port = in.twoBytes("the listener's port");
        QoS qos = qos(in.unsignedByte("the QoS"));
        boolean retain = in.unsignedByte("the RETAIN flag") != 0;
        String publisher = in.text(publisherLength, "the publisher");
        String userName = ChunkBody.nullIfEmpty(in.text(userLength, USER_NAME));
        TopicName topic = topicName(in.text(topicLength, TOPIC_NAME));
        byte[] payload = in.bytes(payloadLength, "the payload");
        return new SavedMessage(
                storeId,
                publisher,
                userName,
                port,
                packetId,
                topic,
                payload,
                properties(in),
                qos,
                retain,
                expiresAt);
    }

    SavedDelivery delivery(ChunkBody in) throws DamagedChunkException {
        return version < 5 ? oldDelivery(in) : newDelivery(in);
    }

    private SavedDelivery oldDelivery(ChunkBody in) throws DamagedChunkException {
        String clientId = clientId(in.text(CLIENT_ID));
        long storeId = in.opaque("the number of the message");
        int packetId = in.twoBytes("the Packet Identifier");
        QoS qos = qos(in.unsignedByte("the QoS"));
        boolean retain = in.unsignedByte("the RETAIN flag") != 0;
        SavedDelivery.Direction direction = direction(in.unsignedByte("the direction"));
        SavedDelivery.State state = state(in.unsignedByte("the state"));
        boolean dup = in.unsignedByte("the DUP flag") != 0;
        return new SavedDelivery(
                clientId, storeId, direction, state, packetId, qos, retain, dup, List.of());
    }

    private SavedDelivery newDelivery(ChunkBody in) throws DamagedChunkException {
        long storeId = in.opaque("the number of the message");
        int packetId = in.twoBytes("the Packet Identifier");
        int idLength = in.twoBytes("the length of the Client Identifier");
        QoS qos = qos(in.unsignedByte("the QoS"));
        SavedDelivery.State state = state(in.unsignedByte("the state"));
        int flags = in.unsignedByte("the RETAIN and DUP flags");
        SavedDelivery.Direction direction = direction(in.unsignedByte("the direction"));
        String clientId = clientId(in.text(idLength, CLIENT_ID));
        List<Integer> identifiers = List.copyOf(properties(in).subscriptionIdentifiers());
        return new SavedDelivery(
                clientId,
                storeId,
                direction,
                state,
                packetId,
                qos,
                (flags & 0xF0) != 0,
                (flags & 0x0F) != 0,
                identifiers);
    }

    SavedSubscription subscription(ChunkBody in) throws DamagedChunkException {
        if (version < 5) {
            String clientId = clientId(in.text(CLIENT_ID));
            TopicFilter filter = topicFilter(in.text("the Topic Filter"));
            QoS qos = qos(in.unsignedByte("the QoS"));
            return new SavedSubscription(clientId, filter, SubscriptionOptions.of(qos), 0);
        }
        long identifier = in.fourBytes("the Subscription Identifier");
        int idLength = in.twoBytes("the length of the Client Identifier");
        int filterLength = in.twoBytes("the length of the Topic Filter");
        QoS qos = qos(in.unsignedByte("the QoS"));
        int options = in.unsignedByte("the Subscription Options");
        skipPadding(in, idLength + filterLength, 2);
        String clientId = clientId(in.text(idLength, CLIENT_ID));
        TopicFilter filter = topicFilter(in.text(filterLength, "the Topic Filter"));
        if (identifier > Property.SUBSCRIPTION_IDENTIFIER.maximum()) {
            throw new DamagedChunkException("the Subscription Identifier is " + identifier);
        }
        int retainHandling = options >> 4 & 3;
        if (retainHandling == 3) {
            throw new DamagedChunkException("Retain Handling is 3");
        }
        SubscriptionOptions all =
                new SubscriptionOptions(
                        qos,
                        (options & 0x04) != 0,
                        (options & 0x08) != 0,
                        RetainHandling.of(retainHandling));
        return new SavedSubscription(clientId, filter, all, (int) identifier);
    }

    /// The compiler may have filled up the fields of fixed length: how far is told by what is left
    /// over for it, as only the texts follow.
    private static void skipPadding(ChunkBody in, int texts, int most)
            throws DamagedChunkException {
        int padding = in.remaining() - texts;
        if (padding < 0 || padding > most) {
            throw new DamagedChunkException(
                    "its texts should have "
                            + texts
                            + " bytes, "
                            + in.remaining()
                            + " are there for them");
        }
        in.skip(padding, "padding");
    }

    private Properties properties(ChunkBody in) {
        byte[] bytes = in.rest();
        try {
            return properties.read(bytes);
        } catch (DamagedChunkException e) {
            flaw = "its properties were left out: " + e.reason();
            return Properties.NONE;
        }
    }

    private String clientId(String text) throws DamagedChunkException {
        if (text.isEmpty() || text.indexOf('\0') >= 0) {
            throw new DamagedChunkException("the Client Identifier is empty or has U+0000");
        }
        String known = clientIds.putIfAbsent(text, text);
        return known == null ? text : known;
    }

    private static TopicName topicName(String text) throws DamagedChunkException {
        try {
            return TopicName.of(text);
        } catch (IllegalArgumentException e) {
            throw new DamagedChunkException(String.valueOf(e.getMessage()));
        }
    }

    private static TopicFilter topicFilter(String text) throws DamagedChunkException {
        try {
            return TopicFilter.of(text);
        } catch (IllegalArgumentException e) {
            throw new DamagedChunkException(String.valueOf(e.getMessage()));
        }
    }

    private static QoS qos(int level) throws DamagedChunkException {
        if (level > 2) {
            throw new DamagedChunkException("QoS " + level + " is not 0, 1 or 2");
        }
        return QoS.of(level);
    }

    private static SavedDelivery.Direction direction(int value) throws DamagedChunkException {
        return switch (value) {
            case 0 -> SavedDelivery.Direction.FROM_CLIENT;
            case 1 -> SavedDelivery.Direction.TO_CLIENT;
            default ->
                    throw new DamagedChunkException("the direction is " + value + ", not 0 or 1");
        };
    }

    private static SavedDelivery.State state(int value) throws DamagedChunkException {
        return switch (value) {
            case 1, 2, 4 -> SavedDelivery.State.TO_BE_SENT; // with QoS 0, 1 and 2
            case 3 -> SavedDelivery.State.AWAITS_PUBACK;
            case 5 -> SavedDelivery.State.AWAITS_PUBREC;
            case 6, 9 -> SavedDelivery.State.AWAITS_PUBCOMP; // PUBREL to be sent again, and sent
            case 7, 10 -> SavedDelivery.State.AWAITS_PUBREL; // PUBREC sent, and to be sent
            case 8 -> SavedDelivery.State.COMPLETED;
            case 11 -> SavedDelivery.State.QUEUED;
            default -> throw new DamagedChunkException("the state is " + value + ", not 1 to 11");
        };
    }
}
