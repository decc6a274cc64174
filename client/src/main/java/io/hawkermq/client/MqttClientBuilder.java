package io.hawkermq.client;

import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.UserProperty;
import io.hawkermq.protocol.Will;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Collects the options of an [MqttClient]. Not for several threads at once. What is out of its
/// range ends in an `IllegalArgumentException` at once, what does not go together at [#build]; null
/// in a `NullPointerException`.
public final class MqttClientBuilder {
    private static final System.Logger LOG = System.getLogger("io.hawkermq.client");

    private String uri = "mqtt://localhost";
    private ProtocolVersion version = ProtocolVersion.MQTT_5;
    private boolean isBridge;
    private String clientId = "";
    private boolean cleanStart = true;
    private int keepAlive = 60;
    private @Nullable Will will;
    private Credentials.@Nullable Source credentials;
    private Authenticator.@Nullable Source authenticator;
    private final Properties.Builder properties = Properties.builder();
    private Duration connectTimeout = Duration.ofSeconds(10);
    private Duration operationTimeout = Duration.ofSeconds(30);
    private Reconnect reconnect = Reconnect.always();
    private int mostRedirections;
    private ClientOptions.Offline offline = ClientOptions.Offline.BUFFERED;
    private int mostMessages = 65_536;
    private long mostBytes = 64L << 20;
    private long mostBuffered = 64L << 20;
    private int outboundAliases;
    private Consumer<State> stateListener = s -> {};
    private Consumer<Exception> errorHandler =
            e -> LOG.log(System.Logger.Level.WARNING, "a handler has failed", e);
    private Consumer<IncomingMessage> unclaimedHandler = IncomingMessage::acknowledge;
    private @Nullable Tls tls;
    private @Nullable Proxy proxy;
    private @Nullable InetAddress localAddress;
    private final Map<String, List<String>> headers = new LinkedHashMap<>();
    private @Nullable Outbox outbox;
    private @Nullable ClientGroup group;

    MqttClientBuilder() {}

    /// Where the server is. Default: `mqtt://localhost`.
    ///
    /// `mqtt://HOST[:1883]`, `mqtts://HOST[:8883]`, `ws://HOST[:80][/mqtt]`, `wss://HOST[:443][/mqtt]`,
    /// `unix:///PATH`; `tcp`, `ssl` and `tls` mean `mqtt`, `mqtts` and `mqtts`. A user name and a
    /// password may stand before the host, percent-encoded: `mqtt://user:password@host`.
    ///
    /// @param text such a URI, which [#build] checks; without a scheme it is `mqtt`
    /// @return this builder
    public MqttClientBuilder uri(String text) {
        uri = Objects.requireNonNull(text);
        return this;
    }

    /// What is spoken. Default: 5.0.
    ///
    /// @param protocolVersion 3.1, 3.1.1 or 5.0; there is no falling back from one to another
    /// @return this builder
    public MqttClientBuilder version(ProtocolVersion protocolVersion) {
        version = Objects.requireNonNull(protocolVersion);
        return this;
    }

    /// Sets the highest bit of the version byte, as Mosquitto's bridges do: the server does not
    /// send back what came from here, and keeps RETAIN. 3.1 and 3.1.1 only.
    ///
    /// @return this builder
    public MqttClientBuilder bridge() {
        isBridge = true;
        return this;
    }

    /// Who this is to the server. Default: empty, for the server to assign one.
    ///
    /// @param identifier up to 65,535 bytes of UTF-8, of which a server has to take 23 letters and
    ///     digits
    /// @return this builder
    /// @throws IllegalArgumentException if it is longer, or no text of MQTT
    public MqttClientBuilder clientId(String identifier) {
        clientId = Texts.text("the Client Identifier", identifier);
        return this;
    }

    /// Asks for the session that this Client Identifier had, if any, and the server keeps it for
    /// `expiry` (0 to 2^32 - 1 seconds; longer means without end) after the connection. In 3.1.1
    /// there is no expiry, the session is kept.
    ///
    /// @param expiry whole seconds, the rest is cut off; zero ends the session with the connection
    /// @return this builder
    public MqttClientBuilder resumeSession(Duration expiry) {
        cleanStart = false;
        return sessionExpiry(expiry);
    }

    /// How long the server keeps the session after the connection, 0 to 2^32 - 1 seconds; longer
    /// means without end. 5.0 only. The first connection begins a new session nevertheless, unless
    /// [#resumeSession] was called; reconnections resume it.
    ///
    /// @param expiry whole seconds, the rest is cut off
    /// @return this builder
    public MqttClientBuilder sessionExpiry(Duration expiry) {
        return with(Property.SESSION_EXPIRY_INTERVAL, Math.min(expiry.toSeconds(), 0xFFFF_FFFFL));
    }

    /// The longest silence of this client.
    ///
    /// @param interval whole seconds, 0 to 65,535; 0 is off. Default: 60
    /// @return this builder
    public MqttClientBuilder keepAlive(Duration interval) {
        long seconds = interval.toSeconds();
        if (seconds < 0 || seconds > 65_535) {
            throw new IllegalArgumentException(
                    "Keep Alive is " + seconds + " s, allowed is 0 to 65535");
        }
        keepAlive = (int) seconds;
        return this;
    }

    /// The Will Message, sent by the server when the connection ends badly.
    ///
    /// @param message with the QoS, RETAIN and properties that the Will is to have
    /// @return this builder
    /// @throws IllegalArgumentException if its payload has more than 65,535 bytes
    public MqttClientBuilder will(Message message) {
        return will(message, Duration.ZERO);
    }

    /// The Will Message, sent a while after the connection has ended badly.
    ///
    /// @param message with the QoS, RETAIN and properties that the Will is to have
    /// @param delay how long the server waits before it sends the Will, 0 to 2^32 - 1 seconds; 5.0
    ///     only
    /// @return this builder
    /// @throws IllegalArgumentException if the payload has more than 65,535 bytes
    public MqttClientBuilder will(Message message, Duration delay) {
        Texts.binary("the Will's payload", message.payload());
        will = message.toWill(delay);
        return this;
    }

    /// Sent in each CONNECT; takes the place of those in the URI.
    ///
    /// @param userName up to 65,535 bytes of UTF-8
    /// @param password sent as UTF-8, up to 65,535 bytes; without TLS everybody on the way reads it
    /// @return this builder
    /// @throws IllegalArgumentException if one is longer, or the User Name no text of MQTT
    public MqttClientBuilder credentials(String userName, String password) {
        return credentials(Credentials.of(userName, password));
    }

    /// Sent in each CONNECT; for passwords that are no text, or for a user name alone.
    ///
    /// @param fixed [Credentials#NONE] for none, also where the URI has some
    /// @return this builder
    public MqttClientBuilder credentials(Credentials fixed) {
        credentials = () -> fixed;
        return this;
    }

    /// Called before each attempt, for credentials that change.
    ///
    /// @param source called on a virtual thread, so that it may block; what it throws ends the
    ///     attempt as [Ending.HookFailed]
    /// @return this builder
    public MqttClientBuilder credentialsFrom(Credentials.Source source) {
        credentials = Objects.requireNonNull(source);
        return this;
    }

    /// Enhanced authentication, such as [Scram#sha256]; 5.0 only.
    ///
    /// @param source makes an authenticator for each attempt
    /// @return this builder
    public MqttClientBuilder authentication(Authenticator.Source source) {
        authenticator = Objects.requireNonNull(source);
        return this;
    }

    /// How many unacknowledged messages of QoS 1 and 2 the server may send, 1 to 65,535; 5.0 only.
    /// Default: not sent, 65,535.
    ///
    /// @param messages 1 to 65,535
    /// @return this builder
    public MqttClientBuilder receiveMaximum(int messages) {
        return with(Property.RECEIVE_MAXIMUM, messages);
    }

    /// Bytes of the largest packet that this client takes, 1 to 2^31 - 1. A larger one ends the
    /// connection; in 5.0 the server is told not to send any. Default: no limit.
    ///
    /// @param bytes of a whole packet, fixed header included
    /// @return this builder
    public MqttClientBuilder maximumPacketSize(int bytes) {
        return with(Property.MAXIMUM_PACKET_SIZE, bytes);
    }

    /// How many Topic Aliases the server may set, 0 to 65,535; 5.0 only. Default: 0.
    ///
    /// @param maximum 0 to 65,535; each one in use costs the memory of its Topic Name
    /// @return this builder
    public MqttClientBuilder inboundTopicAliases(int maximum) {
        return with(Property.TOPIC_ALIAS_MAXIMUM, maximum);
    }

    /// How many Topic Aliases this client sets, as far as the server allows, 0 to 65,535; 5.0 only.
    /// The first Topic Names published get them. Default: 0.
    ///
    /// @param maximum 0 to 65,535
    /// @return this builder
    public MqttClientBuilder outboundTopicAliases(int maximum) {
        if (maximum < 0 || maximum > 65_535) {
            throw new IllegalArgumentException(
                    "the Topic Aliases are " + maximum + ", allowed are 0 to 65535");
        }
        outboundAliases = maximum;
        return this;
    }

    /// Asks for [ConnectResult#responseInformation]; 5.0 only.
    ///
    /// @return this builder
    public MqttClientBuilder requestResponseInformation() {
        return with(Property.REQUEST_RESPONSE_INFORMATION, 1);
    }

    /// Asks for no Reason Strings and User Properties but in PUBLISH, CONNACK and DISCONNECT; 5.0
    /// only.
    ///
    /// @return this builder
    public MqttClientBuilder withoutProblemInformation() {
        return with(Property.REQUEST_PROBLEM_INFORMATION, 0);
    }

    /// A User Property of CONNECT.
    ///
    /// @param name may come more than once; up to 65,535 bytes of UTF-8
    /// @param value up to 65,535 bytes of UTF-8, may be empty
    /// @return this builder
    /// @throws IllegalArgumentException if one of them is longer, or no text of MQTT
    public MqttClientBuilder user(String name, String value) {
        return with(Property.USER_PROPERTY, new UserProperty(name, value));
    }

    /// Any property of CONNECT, in the order of the calls; 5.0 only.
    ///
    /// @param property one that CONNECT may carry
    /// @param value a `Number`, `String`, `byte[]` or `UserProperty`, as the property's type is
    /// @return this builder
    /// @throws IllegalArgumentException for another property, or a value out of its range
    public MqttClientBuilder with(Property property, Object value) {
        if (!property.isAllowedIn(io.hawkermq.protocol.PacketType.CONNECT)) {
            throw new IllegalArgumentException("CONNECT cannot carry " + property);
        }
        properties.add(property, Texts.value(property, value));
        return this;
    }

    /// How long an attempt may take, from name resolution to CONNACK, 1 ms or more. Default: 10 s.
    ///
    /// @param timeout above zero
    /// @return this builder
    public MqttClientBuilder connectTimeout(Duration timeout) {
        connectTimeout = positive(timeout);
        return this;
    }

    /// How long blocking calls take at most where they are not told. Default: 30 s.
    ///
    /// @param timeout above zero
    /// @return this builder
    public MqttClientBuilder operationTimeout(Duration timeout) {
        operationTimeout = positive(timeout);
        return this;
    }

    private static Duration positive(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("the time-out is " + timeout);
        }
        return timeout;
    }

    /// What happens after a connection is lost. Default: [Reconnect#always].
    ///
    /// @param policy when to try again, and how often
    /// @return this builder
    public MqttClientBuilder reconnect(Reconnect policy) {
        reconnect = Objects.requireNonNull(policy);
        return this;
    }

    /// Goes where a server of 5.0 refers to by "Use another server" or "Server moved", at once and
    /// with the same credentials: a server that is trusted with them is trusted to name others. TLS
    /// is never left. Otherwise, and by default, the client ends with [Ending.Redirected].
    ///
    /// @param hops how many redirections in a row are followed, before a connection has lasted five
    ///     seconds; 1 or more, 0 for none. Beyond, the client ends with [Ending.NotFollowed]
    /// @return this builder
    public MqttClientBuilder followRedirections(int hops) {
        if (hops < 0) {
            throw new IllegalArgumentException("the redirections are " + hops);
        }
        mostRedirections = hops;
        return this;
    }

    /// Messages published while a connection is being made again fail, instead of waiting for it.
    ///
    /// @return this builder
    public MqttClientBuilder withoutOfflineBuffer() {
        offline = ClientOptions.Offline.REFUSED;
        return this;
    }

    /// How much may be between `publish` and its end: asynchronous calls beyond it fail, blocking
    /// ones wait. Also what is buffered while there is no connection.
    ///
    /// @param messages 1 or more. Default: 65,536
    /// @param bytes of Topic Names, payloads and 64 for each message. Default: 64 MiB
    /// @return this builder
    public MqttClientBuilder publishLimits(int messages, long bytes) {
        if (messages < 1 || bytes < 1) {
            throw new IllegalArgumentException(
                    "the limits are " + messages + " messages and " + bytes + " bytes");
        }
        mostMessages = messages;
        mostBytes = bytes;
        return this;
    }

    /// Bytes of messages that wait for slow readers, from which on the client reads nothing more
    /// until half of them are gone. Default: 64 MiB.
    ///
    /// @param bytes of payloads and 64 for each message, over all subscriptions and what waits for
    ///     [#onUnclaimed]; 1 or more
    /// @return this builder
    public MqttClientBuilder receiveBuffer(long bytes) {
        mostBuffered = bytes;
        return this;
    }

    /// Keeps messages of QoS 1 and 2 on disk until the server has them, over crashes of this process.
    /// Needs a Client Identifier and [#resumeSession], for the server has to remember too: with a
    /// new session, what was sent and not acknowledged is sent again, and may arrive twice.
    ///
    /// Unless a [#group] is given, the client gets a thread of its own, since it waits for the disk.
    ///
    /// @param durable is opened by [#build]
    /// @return this builder
    public MqttClientBuilder outbox(Outbox durable) {
        outbox = Objects.requireNonNull(durable);
        return this;
    }

    /// Called at each change of [MqttClient#state], in order, on a virtual thread.
    ///
    /// @param listener one call at a time; while it blocks, no other callback of this client but
    ///     handlers is called
    /// @return this builder
    public MqttClientBuilder onState(Consumer<State> listener) {
        stateListener = Objects.requireNonNull(listener);
        return this;
    }

    /// Gets what handlers and listeners throw, an `Error` as the cause of an
    /// [java.util.concurrent.ExecutionException]. Default: the logger `io.hawkermq.client`.
    ///
    /// @param handler called on the thread on which it was thrown, a virtual one: by several at
    ///     once if several fail
    /// @return this builder
    public MqttClientBuilder onError(Consumer<Exception> handler) {
        errorHandler = Objects.requireNonNull(handler);
        return this;
    }

    /// Gets messages that no subscription of this client wants, on a virtual thread; it has to
    /// acknowledge them. Default: acknowledges and forgets them. In a session resumed from an
    /// earlier process, messages wait for their subscription instead, as long as the operation
    /// time-out.
    ///
    /// The futures of [MqttClient#publishAsync], and of every other method whose name ends in `Async`,
    /// complete behind the handler's call: joining one there cannot end. Blocking methods may be called.
    ///
    /// @param handler one call at a time
    /// @return this builder
    public MqttClientBuilder onUnclaimed(Consumer<IncomingMessage> handler) {
        unclaimedHandler = Objects.requireNonNull(handler);
        return this;
    }

    /// How TLS is spoken with `mqtts` and `wss`. Default: [Tls#standard].
    ///
    /// @param how may be shared by many clients, which then resume each other's TLS sessions
    /// @return this builder
    public MqttClientBuilder tls(Tls how) {
        tls = Objects.requireNonNull(how);
        return this;
    }

    /// Goes through a proxy; not with `unix`. Default: none.
    ///
    /// @param through gets the server's name and port; the way to it is not encrypted
    /// @return this builder
    public MqttClientBuilder proxy(Proxy through) {
        proxy = Objects.requireNonNull(through);
        return this;
    }

    /// Connects from this address of the machine; not with `unix`. Default: the system's choice.
    ///
    /// @param address one of this machine; its port is the system's choice
    /// @return this builder
    public MqttClientBuilder localAddress(InetAddress address) {
        localAddress = Objects.requireNonNull(address);
        return this;
    }

    /// A header of the WebSocket handshake, such as Authorization.
    ///
    /// @param name may come more than once
    /// @param value without line breaks
    /// @return this builder
    /// @throws IllegalArgumentException if there is a line break in it
    public MqttClientBuilder webSocketHeader(String name, String value) {
        if ((name + value).chars().anyMatch(c -> c < ' ') || name.indexOf(':') >= 0) {
            throw new IllegalArgumentException("the header " + name + " is invalid");
        }
        headers.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
        return this;
    }

    private static Map<String, List<String>> copyOf(Map<String, List<String>> from) {
        Map<String, List<String>> copy = new LinkedHashMap<>();
        from.forEach((name, values) -> copy.put(name, List.copyOf(values)));
        return copy;
    }

    /// The threads that move the client's bytes. Default: those of a group that all clients share.
    ///
    /// @param threads stays open until the client is closed: closing it is up to its maker
    /// @return this builder
    public MqttClientBuilder group(ClientGroup threads) {
        group = threads;
        return this;
    }

    /// The client, not connected yet.
    ///
    /// @return the client, to be closed
    /// @throws IllegalArgumentException if the options do not go together
    /// @throws ConnectionException with [Ending.OutboxFailed] if the outbox cannot be opened, as
    ///     when another client has it
    public MqttClient build() {
        ServerAddress server = ServerAddress.of(uri);
        Credentials.Source source = credentials;
        Credentials inUri = server.credentials();
        if (source == null && inUri != null) {
            source = () -> inUri;
        }
        if (!version.isMqtt5() && clientId.isEmpty() && !cleanStart) {
            throw new IllegalArgumentException("to resume a session a Client Identifier is needed");
        }
        if (outbox != null && (clientId.isEmpty() || cleanStart)) {
            throw new IllegalArgumentException(
                    "an outbox needs a Client Identifier and a session to resume");
        }
        if (!version.isMqtt5() && authenticator != null) {
            throw new IllegalArgumentException("enhanced authentication needs MQTT 5.0");
        }
        return new MqttClient(
                new ClientOptions(
                        server,
                        version,
                        isBridge,
                        clientId,
                        cleanStart,
                        keepAlive,
                        will,
                        source,
                        authenticator,
                        properties.build(),
                        connectTimeout,
                        operationTimeout,
                        reconnect,
                        mostRedirections,
                        offline,
                        mostMessages,
                        mostBytes,
                        mostBuffered,
                        outboundAliases,
                        stateListener,
                        errorHandler,
                        unclaimedHandler,
                        new Transport(tls, proxy, copyOf(headers), localAddress),
                        outbox,
                        group));
    }

    /// The client, connected.
    ///
    /// @return the client, connected; to be closed
    /// @throws ConnectionException if that fails; the client is closed then
    /// @throws IllegalArgumentException as for [#build]
    public MqttClient connect() {
        MqttClient client = build();
        try {
            client.connect();
        } catch (MqttException e) {
            client.close();
            throw e;
        }
        return client;
    }
}
