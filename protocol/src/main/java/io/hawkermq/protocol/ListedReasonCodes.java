package io.hawkermq.protocol;

import static io.hawkermq.protocol.ReasonCode.*;

/// The tables of chapter 3 that list which Reason Codes a packet may carry. A set is a `long` with
/// a bit for each ordinal.
final class ListedReasonCodes {
    private static final long CONNACK =
            bits(
                    SUCCESS,
                    UNSPECIFIED_ERROR,
                    MALFORMED_PACKET,
                    PROTOCOL_ERROR,
                    IMPLEMENTATION_SPECIFIC_ERROR,
                    UNSUPPORTED_PROTOCOL_VERSION,
                    CLIENT_IDENTIFIER_NOT_VALID,
                    BAD_USER_NAME_OR_PASSWORD,
                    NOT_AUTHORIZED,
                    SERVER_UNAVAILABLE,
                    SERVER_BUSY,
                    BANNED,
                    BAD_AUTHENTICATION_METHOD,
                    TOPIC_NAME_INVALID,
                    PACKET_TOO_LARGE,
                    QUOTA_EXCEEDED,
                    PAYLOAD_FORMAT_INVALID,
                    RETAIN_NOT_SUPPORTED,
                    QOS_NOT_SUPPORTED,
                    USE_ANOTHER_SERVER,
                    SERVER_MOVED,
                    CONNECTION_RATE_EXCEEDED);
    private static final long PUBACK_PUBREC =
            bits(
                    SUCCESS,
                    NO_MATCHING_SUBSCRIBERS,
                    UNSPECIFIED_ERROR,
                    IMPLEMENTATION_SPECIFIC_ERROR,
                    NOT_AUTHORIZED,
                    TOPIC_NAME_INVALID,
                    PACKET_IDENTIFIER_IN_USE,
                    QUOTA_EXCEEDED,
                    PAYLOAD_FORMAT_INVALID);
    private static final long PUBREL_PUBCOMP = bits(SUCCESS, PACKET_IDENTIFIER_NOT_FOUND);
    private static final long SUBACK =
            bits(
                    SUCCESS,
                    GRANTED_QOS_1,
                    GRANTED_QOS_2,
                    UNSPECIFIED_ERROR,
                    IMPLEMENTATION_SPECIFIC_ERROR,
                    NOT_AUTHORIZED,
                    TOPIC_FILTER_INVALID,
                    PACKET_IDENTIFIER_IN_USE,
                    QUOTA_EXCEEDED,
                    SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
                    SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED,
                    WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED);
    private static final long UNSUBACK =
            bits(
                    SUCCESS,
                    NO_SUBSCRIPTION_EXISTED,
                    UNSPECIFIED_ERROR,
                    IMPLEMENTATION_SPECIFIC_ERROR,
                    NOT_AUTHORIZED,
                    TOPIC_FILTER_INVALID,
                    PACKET_IDENTIFIER_IN_USE);
    private static final long DISCONNECT_OF_BOTH =
            bits(
                    SUCCESS,
                    UNSPECIFIED_ERROR,
                    MALFORMED_PACKET,
                    PROTOCOL_ERROR,
                    IMPLEMENTATION_SPECIFIC_ERROR,
                    TOPIC_NAME_INVALID,
                    RECEIVE_MAXIMUM_EXCEEDED,
                    TOPIC_ALIAS_INVALID,
                    PACKET_TOO_LARGE,
                    MESSAGE_RATE_TOO_HIGH,
                    QUOTA_EXCEEDED,
                    ADMINISTRATIVE_ACTION,
                    PAYLOAD_FORMAT_INVALID);
    private static final long DISCONNECT_OF_CLIENT =
            DISCONNECT_OF_BOTH | bits(DISCONNECT_WITH_WILL_MESSAGE);
    private static final long DISCONNECT_OF_SERVER =
            DISCONNECT_OF_BOTH
                    | bits(
                            NOT_AUTHORIZED,
                            SERVER_BUSY,
                            SERVER_SHUTTING_DOWN,
                            KEEP_ALIVE_TIMEOUT,
                            SESSION_TAKEN_OVER,
                            TOPIC_FILTER_INVALID,
                            RETAIN_NOT_SUPPORTED,
                            QOS_NOT_SUPPORTED,
                            USE_ANOTHER_SERVER,
                            SERVER_MOVED,
                            SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
                            CONNECTION_RATE_EXCEEDED,
                            MAXIMUM_CONNECT_TIME,
                            SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED,
                            WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED);
    private static final long AUTH_OF_CLIENT = bits(CONTINUE_AUTHENTICATION, RE_AUTHENTICATE);
    private static final long AUTH_OF_SERVER = bits(SUCCESS, CONTINUE_AUTHENTICATION);

    private ListedReasonCodes() {}

    private static long bits(ReasonCode... codes) {
        long bits = 0;
        for (ReasonCode code : codes) {
            bits |= 1L << code.ordinal();
        }
        return bits;
    }

    /// True if a client may send `packet` with `code`.
    static boolean allowFromClient(PacketType packet, ReasonCode code) {
        return isIn(fromClient(packet), code);
    }

    /// True if a server may send `packet` with `code`.
    static boolean allowFromServer(PacketType packet, ReasonCode code) {
        return isIn(fromServer(packet), code);
    }

    private static boolean isIn(long set, ReasonCode code) {
        return (set & 1L << code.ordinal()) != 0;
    }

    private static long fromClient(PacketType packet) {
        return switch (packet) {
            case PUBACK, PUBREC -> PUBACK_PUBREC; // [MQTT-3.4.2-1] [MQTT-3.5.2-1]
            case PUBREL, PUBCOMP -> PUBREL_PUBCOMP; // [MQTT-3.6.2-1] [MQTT-3.7.2-1]
            case DISCONNECT -> DISCONNECT_OF_CLIENT; // [MQTT-3.14.2-1]
            case AUTH -> AUTH_OF_CLIENT; // [MQTT-3.15.2-1]
            default -> 0;
        };
    }

    private static long fromServer(PacketType packet) {
        return switch (packet) {
            case CONNACK -> CONNACK; // [MQTT-3.2.2-8]
            case PUBACK, PUBREC -> PUBACK_PUBREC;
            case PUBREL, PUBCOMP -> PUBREL_PUBCOMP;
            case SUBACK -> SUBACK; // [MQTT-3.9.3-2]
            case UNSUBACK -> UNSUBACK; // [MQTT-3.11.3-2]
            case DISCONNECT -> DISCONNECT_OF_SERVER;
            case AUTH -> AUTH_OF_SERVER;
            default -> 0;
        };
    }
}
