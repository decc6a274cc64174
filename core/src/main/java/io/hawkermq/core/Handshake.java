package io.hawkermq.core;

import io.hawkermq.protocol.ByteWriter;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketEncoder;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.Will;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// From CONNECT to CONNACK: identifier, authentication (at once, or step by step with AUTH,
/// section 4.12), then the session. Also re-authenticates a connected client.
final class Handshake {
    /// Steps of one exchange; more are no known method's and end it.
    private static final int MOST_STEPS = 16;

    /// Of any text in a packet, section 1.5.4.
    private static final int MOST_TEXT_BYTES = 65_535;

    /// More than any CONNACK has: four texts or binary data, and little besides.
    private static final int LARGEST_CONNACK = 5 * MOST_TEXT_BYTES;

    private final Connection connection;
    private Packet.@Nullable Connect connect;
    private @Nullable String authenticationMethod;
    private AccessControl.@Nullable Exchange exchange;
    private int steps;
    private boolean isDecided;
    private boolean isWaiting;

    Handshake(Connection connection) {
        this.connection = connection;
    }

    /// 3.1 has no empty identifiers; 3.1.1 only with Clean Session 1; 5.0 always.
    static boolean mayAssignClientId(Packet.Connect connect) {
        return switch (connect.version()) {
            case MQTT_3_1 -> false;
            case MQTT_3_1_1 -> connect.cleanStart();
            case MQTT_5 -> true;
        };
    }

    void onConnect(Packet.Connect c) {
        connect = c;
        connection
                .outbox()
                .negotiated(
                        c.version(),
                        c.properties().number(Property.MAXIMUM_PACKET_SIZE, Long.MAX_VALUE));
        if (!meetsTerms(c)) {
            return;
        }
        authenticationMethod = c.properties().text(Property.AUTHENTICATION_METHOD);
        if (authenticationMethod == null) {
            ask(c);
            return;
        }
        exchange =
                connection
                        .access()
                        .begin(authenticationMethod, connection.clientId(), connection.address());
        if (exchange == null) {
            connection.refuse(
                    ReasonCode.BAD_AUTHENTICATION_METHOD,
                    "the Authentication Method '"
                            + authenticationMethod
                            + "' is not known"); // [MQTT-4.12.0-1]
            return;
        }
        step(exchange, c.properties().binary(Property.AUTHENTICATION_DATA));
    }

    /// @return false if the client was refused
    private boolean meetsTerms(Packet.Connect c) {
        Terms terms = connection.terms();
        Will will = c.will();
        if (!terms.versions().contains(c.version())) {
            connection.refuse(
                    ReasonCode.UNSUPPORTED_PROTOCOL_VERSION, // [MQTT-3.1.2-2]
                    "the listener does not accept " + c.version());
        } else if (connection.clientId().isEmpty() && connection.claim(c).isEmpty()) {
            refuseEmptyClientId(terms);
        } else if (!connection.clientId().startsWith(terms.clientIdBeginning())) {
            connection.refuse(
                    ReasonCode.NOT_AUTHORIZED,
                    "the Client Identifier must begin with '" + terms.clientIdBeginning() + "'");
        } else if (will != null && will.qos().level() > terms.maximumQos().level()) {
            connection.refuse( // [MQTT-3.2.2-12]
                    ReasonCode.QOS_NOT_SUPPORTED,
                    "the will's QoS " + will.qos().level() + " is above what is allowed");
        } else if (will != null
                && will.retain()
                && connection.shard().limits().retain() == Limits.Retain.REFUSED) {
            connection.refuse( // [MQTT-3.2.2-13]
                    ReasonCode.RETAIN_NOT_SUPPORTED, "this server retains no messages");
        } else if (will != null && connection.shard().limits().isTooDeep(will.topic().utf8())) {
            connection.refuse(
                    ReasonCode.TOPIC_NAME_INVALID, "the will's topic has too many levels");
        } else if (will != null && will.topic().toString().startsWith("$CONTROL/")) {
            connection.closeSilently("a will cannot be a command to the server");
        } else if (will != null
                && will.payload().length > connection.shard().limits().maximumPayload()) {
            connection.refuse(
                    c.version().isMqtt5()
                            ? ReasonCode.PACKET_TOO_LARGE
                            : ReasonCode.NOT_AUTHORIZED, // the best that the version has
                    "the will's payload is larger than message_size_limit");
        } else if (!meetsKeepAlive(c)) {
            connection.refuse(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "a Keep Alive of "
                            + c.keepAlive()
                            + " s is above what is allowed, "
                            + connection.shard().limits().maximumKeepAlive()
                            + " s");
        } else if (!mayBeMounted(will)) {
            connection.refuse(ReasonCode.TOPIC_NAME_INVALID, "the will's topic is too long");
        } else {
            return true;
        }
        return false;
    }

    /// Before 5.0 a client cannot be told another Keep Alive, and is refused as by Mosquitto.
    private boolean meetsKeepAlive(Packet.Connect c) {
        int most = connection.shard().limits().maximumKeepAlive();
        return c.version().isMqtt5()
                || most == 65_535
                || (c.keepAlive() > 0 && c.keepAlive() <= most);
    }

    private boolean mayBeMounted(@Nullable Will will) {
        try {
            connection.terms().mounted(will);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void refuseEmptyClientId(Terms terms) {
        if (terms.clientIds() == Terms.ClientIds.USER_NAME) {
            connection.refuse(
                    ReasonCode.NOT_AUTHORIZED,
                    "the User Name is the Client Identifier here, and there is none");
            return;
        }
        boolean isMqtt5 = connection.version().isMqtt5();
        // [MQTT-3.1.3-8] lets 5.0 have any code; Mosquitto gives this one.
        connection.refuse(
                isMqtt5 ? ReasonCode.UNSPECIFIED_ERROR : ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                terms.emptyClientIds() == Terms.EmptyClientIds.REFUSED
                        ? "an empty Client Identifier is not allowed"
                        : "an empty Client Identifier cannot be assigned one in this version with a"
                                + " persistent session");
    }

    private void ask(Packet.Connect c) {
        Outbox outbox = connection.outbox();
        connection
                .access()
                .connect(
                        withoutEmptyUserName(c),
                        connection.clientId(),
                        connection.address(),
                        outbox::execute,
                        this::onDecision);
        if (!isDecided) {
            // A client need not wait for CONNACK; what it sends meanwhile stays in its socket
            // (section 3.1.4).
            isWaiting = true;
            outbox.pauseReading();
        }
    }

    /// An empty User Name is none, as in Mosquitto: libraries send one where a device's user has
    /// left it blank.
    private static Packet.Connect withoutEmptyUserName(Packet.Connect c) {
        return "".equals(c.userName()) ? c.withUserName(null) : c;
    }

    private void onDecision(AccessControl.Decision decision) {
        isDecided = true;
        if (!connection.isAuthenticating()) {
            return; // gone while the answer was under way
        }
        if (isWaiting) {
            isWaiting = false;
            connection.outbox().resumeReading();
        }
        switch (decision) {
            case AccessControl.Decision.Allowed a -> accept(a.userName(), null);
            case AccessControl.Decision.Denied d ->
                    connection.refuse(d.reasonCode(), d.reason()); // [MQTT-3.1.4-2]
        }
    }

    void onAuth(Packet.Auth auth) {
        String method = auth.properties().text(Property.AUTHENTICATION_METHOD);
        if (authenticationMethod == null) {
            fail(
                    ReasonCode.PROTOCOL_ERROR,
                    "AUTH, but CONNECT had no Authentication Method"); // [MQTT-4.12.0-7]
            return;
        }
        if (!authenticationMethod.equals(method)) {
            // [MQTT-4.12.0-5] [MQTT-4.12.1-1]
            fail(ReasonCode.PROTOCOL_ERROR, "AUTH with another Authentication Method than CONNECT");
            return;
        }
        byte[] data = auth.properties().binary(Property.AUTHENTICATION_DATA);
        AccessControl.Exchange running = exchange;
        if (auth.reasonCode() == ReasonCode.RE_AUTHENTICATE
                && connection.isConnected()
                && running == null) {
            steps = 0;
            exchange =
                    connection
                            .access()
                            .begin(
                                    authenticationMethod,
                                    connection.clientId(),
                                    connection.address());
            step(Objects.requireNonNull(exchange, "a method that was known at CONNECT"), data);
        } else if (auth.reasonCode() == ReasonCode.CONTINUE_AUTHENTICATION && running != null) {
            step(running, data); // [MQTT-4.12.0-3]
        } else {
            fail(
                    ReasonCode.PROTOCOL_ERROR,
                    "AUTH with Reason Code " + auth.reasonCode() + " is not expected now");
        }
    }

    private void step(AccessControl.Exchange running, byte @Nullable [] data) {
        if (++steps > MOST_STEPS) {
            fail(
                    ReasonCode.NOT_AUTHORIZED,
                    "authentication takes more than " + MOST_STEPS + " steps");
            return;
        }
        switch (running.next(data)) {
            case AccessControl.Step.Challenge c ->
                    connection.send(
                            new Packet.Auth(
                                    ReasonCode.CONTINUE_AUTHENTICATION, authentication(c.data())));
            case AccessControl.Step.Failure f -> fail(f.reasonCode(), f.reason());
            case AccessControl.Step.Success s -> {
                exchange = null;
                if (!connection.isConnected()) {
                    accept(s.userName(), s.data());
                } else if (s.userName().equals(connection.session().principal().userName())) {
                    connection.send(new Packet.Auth(ReasonCode.SUCCESS, authentication(s.data())));
                } else {
                    // The session and what it may do are those of who connected.
                    fail(ReasonCode.NOT_AUTHORIZED, "re-authentication as another user");
                }
            }
        }
    }

    /// [MQTT-4.12.0-4] [MQTT-4.12.1-2]
    private void fail(ReasonCode reasonCode, String why) {
        // DISCONNECT has no such codes [MQTT-3.14.2-1].
        boolean isForConnackOnly =
                reasonCode == ReasonCode.BANNED
                        || reasonCode == ReasonCode.BAD_USER_NAME_OR_PASSWORD;
        connection.refuse(
                connection.isConnected() && isForConnackOnly
                        ? ReasonCode.NOT_AUTHORIZED
                        : reasonCode,
                why);
    }

    private Properties authentication(byte @Nullable [] data) {
        return Properties.builder()
                .add(Property.AUTHENTICATION_METHOD, Objects.requireNonNull(authenticationMethod))
                .addIfPresent(Property.AUTHENTICATION_DATA, data)
                .build();
    }

    /// The client is who it says: takes over or makes its session and answers CONNACK 0x00
    /// [MQTT-3.1.4-5].
    private void accept(@Nullable String userName, byte @Nullable [] authenticationData) {
        Packet.Connect c = Objects.requireNonNull(connect);
        connect = null;
        Shard shard = connection.shard();
        if (!shard.owns(connection.clientId())) {
            // The slot moved while the client was authenticated; its next try finds the new owner.
            connection.refuse(ReasonCode.SERVER_BUSY, "sessions are being moved, connect again");
            return;
        }
        AccessControl.Principal principal =
                new AccessControl.Principal(connection.clientId(), userName, connection.address());
        long expiryInterval = expiryInterval(c, shard.limits());
        Journal journal = shard.journal();
        if (expiryInterval > 0
                && journal.isRefusing()
                && (c.cleanStart() || !shard.keepsSession(connection.clientId()))) {
            connection.refuse(ReasonCode.QUOTA_EXCEEDED, journal.refusal("sessions"));
            return;
        }
        if (shard.isFull() && !shard.hasSession(connection.clientId())) {
            connection.refuse(
                    ReasonCode.SERVER_BUSY, "the server has all the sessions that it may have");
            return;
        }
        int keepAlive = keepAlive(c, shard.limits());
        Properties announced = announced(c, keepAlive, expiryInterval, authenticationData);
        if (!hasRoomFor(announced, c)) {
            connection.refuse(
                    ReasonCode.PACKET_TOO_LARGE,
                    "its Maximum Packet Size of "
                            + c.properties().number(Property.MAXIMUM_PACKET_SIZE, 0)
                            + " bytes leaves no room for CONNACK");
            return;
        }
        long before = journal.changes();
        boolean present = shard.takeOver(connection.clientId(), c.cleanStart());
        Session session = shard.sessionFor(principal);
        connection.accepted(session, c, keepAlive);
        session.connected(
                connection,
                principal,
                (int) c.properties().number(Property.RECEIVE_MAXIMUM, 65_535),
                expiryInterval,
                connection.terms().mounted(c.will()));
        Packet.Connack connack =
                new Packet.Connack(present, ReasonCode.SUCCESS, announced); // [MQTT-3.2.2-3]
        if (journal.changes() == before && !journal.isEnding(connection.clientId())) {
            connection.send(connack);
        } else {
            connection.sendWhenDurable(connack);
        }
        shard.connectionNotice(
                "New client connected from "
                        + connection.address()
                        + " as "
                        + connection.clientId()
                        + " (p"
                        + (c.version() == ProtocolVersion.MQTT_3_1
                                ? 1
                                : c.version() == ProtocolVersion.MQTT_5 ? 5 : 2)
                        + ", c"
                        + (c.cleanStart() ? 1 : 0)
                        + ", k"
                        + c.keepAlive()
                        + (userName == null ? "" : ", u'" + userName + "'")
                        + ").");
    }

    /// What applies, which 5.0 is told if it is not what it asked for.
    private static int keepAlive(Packet.Connect c, Limits limits) {
        int most = limits.maximumKeepAlive();
        boolean isTooLong = c.keepAlive() == 0 || c.keepAlive() > most;
        return c.version().isMqtt5() && isTooLong && most < 65_535 ? most : c.keepAlive();
    }

    /// A CONNACK that the client would not take [MQTT-3.1.2-24] is found out before the session is
    /// touched: nobody is to lose one to a client that cannot have it.
    private static boolean hasRoomFor(Properties announced, Packet.Connect c) {
        long most = c.properties().number(Property.MAXIMUM_PACKET_SIZE, Long.MAX_VALUE);
        return most >= LARGEST_CONNACK
                || PacketEncoder.encode(
                        new Packet.Connack(false, ReasonCode.SUCCESS, announced),
                        c.version(),
                        most,
                        new ByteWriter(64, LARGEST_CONNACK));
    }

    private static long expiryInterval(Packet.Connect c, Limits limits) {
        long asked =
                switch (c.version()) {
                    case MQTT_5 -> c.properties().number(Property.SESSION_EXPIRY_INTERVAL, 0);
                    case MQTT_3_1, MQTT_3_1_1 -> c.cleanStart() ? 0 : Session.NEVER_EXPIRES;
                };
        return limits.sessionExpiryInterval(asked);
    }

    /// What CONNACK tells of this server, in Mosquitto's order.
    private Properties announced(
            Packet.Connect c,
            int keepAlive,
            long expiryInterval,
            byte @Nullable [] authenticationData) {
        if (!c.version().isMqtt5()) {
            return Properties.NONE;
        }
        Limits limits = connection.shard().limits();
        Properties.Builder b = Properties.builder();
        if (expiryInterval != c.properties().number(Property.SESSION_EXPIRY_INTERVAL, 0)) {
            b.add(Property.SESSION_EXPIRY_INTERVAL, expiryInterval); // section 3.2.2.3.2
        }
        if (keepAlive != c.keepAlive()) {
            b.add(Property.SERVER_KEEP_ALIVE, keepAlive);
        }
        Terms terms = connection.terms();
        int aliases = terms.topicAliasMaximum(limits);
        if (aliases > 0) {
            b.add(Property.TOPIC_ALIAS_MAXIMUM, aliases);
        }
        if (limits.retain() == Limits.Retain.REFUSED) {
            b.add(Property.RETAIN_AVAILABLE, 0);
        }
        if (c.clientId().isEmpty()) {
            b.add(Property.ASSIGNED_CLIENT_IDENTIFIER, connection.clientId()); // [MQTT-3.2.2-16]
        }
        if (authenticationMethod != null) {
            b.add(Property.AUTHENTICATION_METHOD, authenticationMethod); // [MQTT-4.12.0-5]
            b.addIfPresent(Property.AUTHENTICATION_DATA, authenticationData);
        }
        if (c.properties().number(Property.REQUEST_RESPONSE_INFORMATION, 0) == 1
                && terms.responseInformation() == Terms.ResponseInformation.GIVEN) {
            String topic = "response/" + connection.clientId();
            if (topic.getBytes(StandardCharsets.UTF_8).length <= MOST_TEXT_BYTES) {
                b.add(Property.RESPONSE_INFORMATION, topic); // [MQTT-3.1.2-28]
            }
        }
        b.add(Property.MAXIMUM_PACKET_SIZE, limits.maximumPacketSize());
        b.add(Property.RECEIVE_MAXIMUM, limits.receiveMaximum());
        if (terms.maximumQos() != QoS.EXACTLY_ONCE) {
            b.add(Property.MAXIMUM_QOS, terms.maximumQos().level()); // [MQTT-3.2.2-9]
        }
        return b.build();
    }
}
