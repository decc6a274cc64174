package io.hawkermq.cli;

import io.hawkermq.client.ClientGroup;
import io.hawkermq.client.ConnectionException;
import io.hawkermq.client.Credentials;
import io.hawkermq.client.Ending;
import io.hawkermq.client.IncomingMessage;
import io.hawkermq.client.Message;
import io.hawkermq.client.MqttClient;
import io.hawkermq.client.MqttClientBuilder;
import io.hawkermq.client.Proxy;
import io.hawkermq.client.Reconnect;
import io.hawkermq.client.State;
import io.hawkermq.protocol.PacketType;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/// From options to a connected client, and from what went wrong to the messages and exit statuses
/// of Mosquitto's tools.
final class Connecting {
    /// Exit statuses, which are libmosquitto's error numbers.
    static final int PROTOCOL_ERROR = 2;

    static final int CONNECTION_LOST = 7;
    static final int TIMED_OUT = 27;

    private static final int TLS_PORT = 8883;
    private static final int PORT = 1883;

    /// What libmosquitto announces unless told otherwise.
    private static final int RECEIVE_MAXIMUM = 20;

    private static final String ALPHANUMERIC =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private Connecting() {}

    /// Ends the tool; the message was printed.
    static final class Failure extends Exception {
        private static final long serialVersionUID = 1L;
        private final int status;

        Failure(int status) {
            super(null, null, false, false);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    /// The threads of a tool, to be closed before it ends: Java waits 300 ms at its end for threads
    /// that are in a system call. Virtual threads need some that always are, and 30 ms to begin.
    static ClientGroup threads() {
        return ClientGroup.create(1, Thread.ofPlatform().daemon().factory());
    }

    /// A client that reconnects as said, not connected yet.
    static MqttClient client(ToolOptions o, Stdio io, ClientGroup threads, Reconnect reconnect)
            throws Failure {
        return client(o, io, threads, reconnect, IncomingMessage::acknowledge, state -> {});
    }

    /// @param unclaimed gets the messages that the tool has not subscribed to
    /// @param changed is told how the connection fares
    static MqttClient client(
            ToolOptions o,
            Stdio io,
            ClientGroup threads,
            Reconnect reconnect,
            Consumer<IncomingMessage> unclaimed,
            Consumer<State> changed)
            throws Failure {
        try {
            return build(o, io, threads, reconnect).onUnclaimed(unclaimed).onState(changed).build();
        } catch (IllegalArgumentException e) { // what MQTT cannot express
            throw fail(o, io, "Error: " + e.getMessage() + "\n", 1);
        }
    }

    private static MqttClientBuilder build(
            ToolOptions o, Stdio io, ClientGroup threads, Reconnect reconnect) throws Failure {
        if (o.clientId != null && o.clientId.isEmpty()) {
            String what = o.tool == Tool.PUB ? "id" : "id and/or clean_session";
            throw fail(o, io, "Error: Invalid " + what + ".\n", 1);
        }
        MqttClientBuilder b = MqttClient.builder().group(threads);
        b.version(o.version)
                .keepAlive(Duration.ofSeconds(o.keepAlive))
                .connectTimeout(Duration.ofSeconds(30))
                .operationTimeout(Duration.ofDays(1))
                .publishLimits(Integer.MAX_VALUE, Long.MAX_VALUE)
                .reconnect(reconnect)
                .clientId(clientId(o));
        checkProperties(o, io);
        session(o, b);
        will(o, b);
        if (o.password != null && o.userName == null && !o.version.isMqtt5()) {
            throw fail(o, io, "Error: Problem setting username and/or password.\n", 1);
        }
        if (o.userName != null || o.password != null) {
            String password = o.password;
            b.credentials(
                    new Credentials(
                            o.userName,
                            password == null ? null : password.getBytes(StandardCharsets.UTF_8)));
        }
        server(o, io, b);
        return b;
    }

    private static String clientId(ToolOptions o) {
        if (o.clientIdPrefix != null) {
            return o.clientIdPrefix + ProcessHandle.current().pid();
        }
        if (o.clientId != null) {
            return o.clientId;
        }
        if (o.version != ProtocolVersion.MQTT_3_1) {
            return "";
        }
        // 3.1 knows no empty ones.
        StringBuilder id = new StringBuilder("mosq-");
        SecureRandom random = new SecureRandom();
        for (int i = 0; i < 18; i++) {
            id.append(ALPHANUMERIC.charAt(random.nextInt(ALPHANUMERIC.length())));
        }
        return id.toString();
    }

    private static void checkProperties(ToolOptions o, Stdio io) throws Failure {
        Set<Property> seen = EnumSet.noneOf(Property.class);
        boolean[] isTwice = {false};
        o.propertiesFor(PacketType.CONNECT)
                .forEach((p, v) -> isTwice[0] |= p != Property.USER_PROPERTY && !seen.add(p));
        if (isTwice[0]) {
            throw fail(o, io, "Unable to connect (Duplicate property in property list).\n", 1);
        }
    }

    private static void session(ToolOptions o, MqttClientBuilder b) {
        Properties properties = o.propertiesFor(PacketType.CONNECT);
        boolean hasExpiry = properties.has(Property.SESSION_EXPIRY_INTERVAL);
        properties.forEach((property, value) -> {
            if (property == Property.SESSION_EXPIRY_INTERVAL && !o.isCleanSession) {
                b.resumeSession(Duration.ofSeconds((Long) value));
            } else {
                b.with(property, value);
            }
        });
        if (!o.isCleanSession && !hasExpiry) {
            b.resumeSession(Duration.ZERO);
        }
        if (o.version.isMqtt5() && !properties.has(Property.RECEIVE_MAXIMUM)) {
            boolean isCounted = o.count > 0 && o.count < RECEIVE_MAXIMUM;
            int most = o.tool == Tool.RR ? 1 : isCounted ? o.count : RECEIVE_MAXIMUM;
            b.receiveMaximum(most);
        }
    }

    private static void will(ToolOptions o, MqttClientBuilder b) {
        if (o.willTopic == null) {
            return;
        }
        Message.Builder will = Message.to(o.willTopic).qos(QoS.of(o.willQos));
        if (o.willPayload != null) {
            will.text(o.willPayload);
        }
        if (o.isWillRetained) {
            will.retain();
        }
        Properties properties = o.version.isMqtt5() ? o.willProperties.build() : Properties.NONE;
        properties.forEach((property, value) -> {
            if (property != Property.WILL_DELAY_INTERVAL) {
                will.with(property, value);
            }
        });
        b.will(
                will.build(),
                Duration.ofSeconds(properties.number(Property.WILL_DELAY_INTERVAL, 0)));
    }

    private static void server(ToolOptions o, Stdio io, MqttClientBuilder b) throws Failure {
        String host = o.hostName();
        if (o.port == ToolOptions.UNIX) {
            try {
                String path = Path.of(host).toAbsolutePath().toString();
                b.uri("unix://" + new URI(null, null, path, null).getRawPath());
            } catch (URISyntaxException e) {
                throw fail(o, io, "Error: " + e.getMessage() + "\n", 1);
            }
            return;
        }
        if (host.isEmpty()) {
            throw fail(o, io, "Unable to connect (Lookup error).\n", 1);
        }
        boolean isTls =
                !o.isWithoutTls
                        && (o.caFile != null
                                || o.caPath != null
                                || o.isTrustingSystem
                                || o.psk != null
                                || o.port == TLS_PORT);
        boolean isTlsPort = o.caFile != null || o.caPath != null || o.psk != null;
        int port = o.port >= 0 ? o.port : isTlsPort ? TLS_PORT : PORT;
        if (o.isSrv) {
            ServiceRecord record = ServiceRecord.find(host, isTls);
            if (record == null) {
                throw fail(o, io, "Unable to connect (Lookup error).\n", 1);
            }
            host = record.host();
            port = record.port();
        }
        if (isTls) {
            b.tls(TlsOptions.tls(o, io));
        }
        String scheme = o.isWebSocket ? isTls ? "wss" : "ws" : isTls ? "mqtts" : "mqtt";
        String literal = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        b.uri(scheme + "://" + literal + ":" + port);
        if (o.proxy != null) {
            Proxy proxy = Proxy.socks5(o.proxy.host(), o.proxy.port());
            String user = o.proxy.user();
            if (user != null) {
                String password = o.proxy.password();
                proxy = proxy.with(Credentials.of(user, password == null ? "" : password));
            }
            b.proxy(proxy);
        }
        if (o.bindAddress != null) {
            try {
                b.localAddress(InetAddress.getByName(o.bindAddress));
            } catch (UnknownHostException e) {
                throw fail(o, io, "Unable to connect (Lookup error).\n", 1);
            }
        }
    }

    /// Connects, and prints why it did not.
    static void connect(MqttClient client, ToolOptions o, Stdio io, Trace trace) throws Failure {
        trace.connect();
        try {
            client.connect();
        } catch (ConnectionException e) {
            if (code(e.ending()) == null) {
                throw new Failure(report(e.ending(), o, io));
            }
            throw new Failure(refused(e.ending(), o, io, trace));
        }
        trace.connected(client.clientId());
    }

    private static @org.jspecify.annotations.Nullable ReasonCode code(Ending ending) {
        return switch (ending) {
            case Ending.Refused r -> r.reasonCode();
            case Ending.Redirected r -> r.reasonCode();
            default -> null;
        };
    }

    private static int refused(Ending ending, ToolOptions o, Stdio io, Trace trace) {
        ReasonCode code = java.util.Objects.requireNonNull(code(ending));
        int number = o.version.isMqtt5() ? code.code() : returnCode(code);
        trace.refused(number);
        String text = o.version.isMqtt5() ? reason(code) : returnText(number);
        String advice =
                o.tool != Tool.RR
                                && o.version.isMqtt5()
                                && code == ReasonCode.UNSUPPORTED_PROTOCOL_VERSION
                        ? ". Try connecting to an MQTT v5 broker, or use MQTT v3.x mode."
                        : "";
        o.complain(io, "Connection error: " + text + advice + "\n");
        if (o.tool == Tool.PUB) {
            o.complain(
                    io,
                    o.version.isMqtt5()
                            ? "Error: A network protocol error occurred when communicating with the"
                                    + " broker\n"
                            : "Error: The connection was refused\n");
        }
        return number;
    }

    /// The names that libmosquitto has for the codes: those of the specification.
    static String reason(ReasonCode code) {
        return code == ReasonCode.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED
                ? "Subscription identifiers not supported"
                : code.text();
    }

    private static int returnCode(ReasonCode code) {
        return switch (code) {
            case UNSUPPORTED_PROTOCOL_VERSION -> 1;
            case CLIENT_IDENTIFIER_NOT_VALID -> 2;
            case SERVER_UNAVAILABLE -> 3;
            case BAD_USER_NAME_OR_PASSWORD -> 4;
            case NOT_AUTHORIZED -> 5;
            default -> code.code();
        };
    }

    private static String returnText(int code) {
        return "Connection Refused: "
                + switch (code) {
                    case 1 -> "unacceptable protocol version";
                    case 2 -> "identifier rejected";
                    case 3 -> "broker unavailable";
                    case 4 -> "bad user name or password";
                    case 5 -> "not authorised";
                    default -> "unknown reason";
                };
    }

    /// Prints why a connection ended or was not made.
    ///
    /// @return the exit status
    static int report(Ending ending, ToolOptions o, Stdio io) {
        switch (ending) {
            case Ending.Unreachable u -> {
                o.complain(io, unreachable(u.exception()));
                return 1;
            }
            case Ending.ConnectTimedOut ignored -> {
                o.complain(io, "Error: Connection timed out\n");
                return 1;
            }
            case Ending.ByServer s -> {
                o.complain(io, "Error: " + reason(s.reasonCode()) + "\n");
                return s.reasonCode().code();
            }
            case Ending.TakenOver ignored -> {
                o.complain(io, "Error: Session taken over\n");
                return ReasonCode.SESSION_TAKEN_OVER.code();
            }
            case Ending.ProtocolBroken ignored -> {
                o.complain(
                        io,
                        "Error: A network protocol error occurred when communicating with the"
                                + " broker\n");
                return PROTOCOL_ERROR;
            }
            case Ending.Lost ignored -> o.complain(io, "Error: The connection was lost\n");
            case Ending.Unresponsive ignored -> o.complain(io, "Error: Keepalive exceeded\n");
            default -> o.complain(io, "Error: " + ending.text() + "\n");
        }
        return CONNECTION_LOST;
    }

    private static String unreachable(Exception e) {
        if (e instanceof UnknownHostException) {
            return "Unable to connect (Lookup error).\n";
        }
        if (e instanceof SSLException) {
            return "Unable to connect (A TLS error occurred).\n";
        }
        String message = String.valueOf(e.getMessage());
        if (message.contains("SOCKS5 proxy refuses the user name")) {
            return "Error: Authorisation failed\n";
        }
        return "Error: " + (e instanceof IOException io ? Reasons.of(io) : message) + "\n";
    }

    static Failure fail(ToolOptions o, Stdio io, String line, int status) {
        o.complain(io, line);
        return new Failure(status);
    }
}
