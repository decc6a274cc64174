package io.hawkermq.testkit;

import io.hawkermq.broker.Broker;
import io.hawkermq.broker.BrokerOptions;
import io.hawkermq.broker.Listener;
import io.hawkermq.broker.StartException;
import io.hawkermq.broker.transport.TlsOptions;
import io.hawkermq.broker.transport.WebSocketOptions;
import io.hawkermq.core.Message;
import io.hawkermq.core.Overview;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// A broker for one test or a class of tests: Hawker itself, in memory, on a free port of
/// 127.0.0.1. It remembers what was published, tells who is there, and lets go wrong what a test
/// wants to go wrong.
///
/// ```java
/// try (HawkerBroker broker = HawkerBroker.start()) {
///     program.connect(broker.uri());
///     PublishedMessage m = broker.awaitMessage("sensors/#", Duration.ofSeconds(5));
///     assertEquals("21.5", m.text());
/// }
/// ```
///
/// All methods may be called by any thread but the broker's own, and are interruptible where they
/// wait. The broker runs on one event loop, so that there is one order of all messages.
public final class HawkerBroker implements AutoCloseable {
    private static final String HOST = "127.0.0.1";

    /// How long the broker may take for an answer, which takes it microseconds.
    private static final int PATIENCE_SECONDS = 30;

    private static final long POLL_MILLIS = 2;

    private final HawkerSetup setup;
    private final @Nullable SelfSigned certificate;
    private final Faults faults = new Faults();
    private final Taps taps = new Taps(faults);
    private final Recording recording;
    private final CapturedLog log;
    private final Map<HawkerSetup.Extra, Integer> places = new EnumMap<>(HawkerSetup.Extra.class);
    private final List<Integer> ports = new ArrayList<>();
    private Broker broker;
    private @Nullable Sessions down;
    private final AtomicBoolean isClosed = new AtomicBoolean();

    /// @throws IllegalStateException if it cannot listen
    HawkerBroker(HawkerSetup setup) {
        this.setup = setup;
        boolean hasTls =
                setup.extras.contains(HawkerSetup.Extra.TLS)
                        || setup.extras.contains(HawkerSetup.Extra.SECURE_WEB_SOCKET);
        certificate = hasTls ? SelfSigned.make() : null;
        recording = new Recording(setup.mostRecorded, setup.mostRecordedBytes);
        log = new CapturedLog(setup.logLevels, setup.log);
        try {
            broker = started();
        } catch (StartException e) {
            if (certificate != null) {
                certificate.close();
            }
            throw new IllegalStateException(e.getMessage(), e);
        }
        for (int i = 0; i <= setup.extras.size(); i++) {
            ports.add(broker.port(i));
        }
    }

    /// Starts a broker as it is without further words.
    ///
    /// @return a broker, to be closed
    /// @throws IllegalStateException if there is no free port
    public static HawkerBroker start() {
        return setup().start();
    }

    /// For a broker that is to be like something.
    ///
    /// @return a setup, from which any number of brokers can be started
    public static HawkerSetup setup() {
        return new HawkerSetup();
    }

    private Broker started() throws StartException {
        List<Listener> listeners = new ArrayList<>();
        listeners.add(listener(setup.port, null));
        for (HawkerSetup.Extra extra : setup.extras) {
            places.put(extra, listeners.size());
            listeners.add(listener(0, extra));
        }
        return Broker.start(
                BrokerOptions.local(0)
                        .with(o ->
                                o.listeners(listeners)
                                        .loops(1)
                                        .limits(setup.limits)
                                        .access(new TestAccess(faults, setup.users, setup.access))
                                        .log(log)
                                        .sysIntervalSeconds(setup.sysIntervalSeconds)
                                        .publications(recording)));
    }

    private Listener listener(int wanted, HawkerSetup.@Nullable Extra extra) {
        int place = extra == null ? 0 : places.getOrDefault(extra, 0);
        int port = ports.isEmpty() ? wanted : ports.get(place); // the same after a restart
        boolean isWebSocket = extra != null && extra != HawkerSetup.Extra.TLS;
        boolean isTls = extra != null && extra != HawkerSetup.Extra.WEB_SOCKET;
        SelfSigned own = isTls ? certificate : null;
        return Listener.at(new Listener.Address.Tcp(HOST, port, null, Listener.Family.IPV4))
                .with(l ->
                        l.terms(setup.terms)
                                .tap(() -> new Tap(taps))
                                .webSocket(isWebSocket ? WebSocketOptions.DEFAULT : null)
                                .tls(
                                        own == null
                                                ? null
                                                : TlsOptions.of(
                                                        own.certificateFile(), own.keyFile())));
    }

    // ---- where it is

    /// {@return 127.0.0.1; `localhost` is in its certificate as well}
    public String host() {
        return HOST;
    }

    /// {@return the port of plain MQTT, 1 to 65,535; the same after a restart}
    public int port() {
        return ports.getFirst();
    }

    /// {@return `mqtt://127.0.0.1:PORT`; for clients that want another scheme see [#port]}
    public String uri() {
        return "mqtt://" + HOST + ":" + port();
    }

    /// {@return the port of MQTT over TLS}
    ///
    /// @throws IllegalStateException without [HawkerSetup#tls]
    public int tlsPort() {
        return port(HawkerSetup.Extra.TLS);
    }

    /// {@return the port of MQTT over WebSocket}
    ///
    /// @throws IllegalStateException without [HawkerSetup#webSocket]
    public int webSocketPort() {
        return port(HawkerSetup.Extra.WEB_SOCKET);
    }

    /// {@return the port of MQTT over WebSocket over TLS}
    ///
    /// @throws IllegalStateException without [HawkerSetup#secureWebSocket]
    public int secureWebSocketPort() {
        return port(HawkerSetup.Extra.SECURE_WEB_SOCKET);
    }

    private int port(HawkerSetup.Extra extra) {
        Integer place = places.get(extra);
        if (place == null) {
            throw new IllegalStateException("The broker was not set up for " + extra);
        }
        return ports.get(place);
    }

    /// {@return its certificate, for `localhost`, 127.0.0.1 and ::1, which signs itself}
    ///
    /// @throws IllegalStateException if it was set up without TLS
    public X509Certificate certificate() {
        return selfSigned().certificate();
    }

    /// {@return the certificate as a PEM file, which is there until the broker is closed}
    ///
    /// @throws IllegalStateException if it was set up without TLS
    public Path certificateFile() {
        return selfSigned().certificateFile();
    }

    /// {@return for clients: what trusts the broker's certificate and no other}
    ///
    /// @throws IllegalStateException if it was set up without TLS
    public SSLContext sslContext() {
        return selfSigned().clientContext();
    }

    private SelfSigned selfSigned() {
        if (certificate == null) {
            throw new IllegalStateException("The broker was not set up for TLS");
        }
        return certificate;
    }

    // ---- what was published

    /// The messages that were published so far, oldest first: those of clients that were accepted
    /// (no refused ones, and none of QoS 2 twice), Wills, and those of the test; not `$SYS`. Of
    /// those, the newest that fit into the limits of [HawkerSetup#recording].
    ///
    /// @param filter a Topic Filter; a `#` does not match topics that begin with `$`
    /// @return a copy; empty if nothing matches
    /// @throws IllegalArgumentException if `filter` is no Topic Filter
    public List<PublishedMessage> published(String filter) {
        return recording.matching(TopicFilter.of(filter));
    }

    /// {@return how many messages had to be forgotten for newer ones since the start or the last
    /// [#reset]}
    public long forgottenMessages() {
        return recording.forgotten();
    }

    /// The oldest message that matches and that no earlier call has awaited; waits for it if there
    /// is none yet. So calls one after the other give messages one after the other, whether they
    /// come before or after the call.
    ///
    /// @param filter a Topic Filter; a `#` does not match topics that begin with `$`
    /// @param timeout zero or less takes only what is there
    /// @return the message, which no other call will give
    /// @throws AssertionError if none comes in time: with what came instead
    /// @throws InterruptedException if this thread is interrupted
    /// @throws IllegalArgumentException if `filter` is no Topic Filter
    public PublishedMessage awaitMessage(String filter, Duration timeout)
            throws InterruptedException {
        return awaitMessages(filter, 1, timeout).getFirst();
    }

    /// So many messages as of [#awaitMessage], or none if there are fewer in time.
    ///
    /// @param filter a Topic Filter; a `#` does not match topics that begin with `$`
    /// @param count 1 or more
    /// @param timeout for all of them together; zero or less takes only what is there
    /// @return `count` messages, oldest first
    /// @throws AssertionError if there are fewer in time: with what came
    /// @throws InterruptedException if this thread is interrupted
    /// @throws IllegalArgumentException if `filter` is no Topic Filter
    public List<PublishedMessage> awaitMessages(String filter, int count, Duration timeout)
            throws InterruptedException {
        return recording.await(TopicFilter.of(filter), count, timeout);
    }

    /// {@return a copy of the log lines so far, each beginning with its level; the newest 10,000}
    public List<String> log() {
        return log.lines();
    }

    /// Forgets messages and log lines, ends all faults and partitions. Clients, sessions and
    /// retained messages stay.
    public void reset() {
        faults.clear();
        heal();
        recording.clear();
        log.clear();
    }

    // ---- who is there

    /// {@return everybody who has a session, connected or not, at this moment}
    ///
    /// @throws InterruptedException if this thread is interrupted
    /// @throws IllegalStateException if the broker is closed
    public List<Overview.Client> clients() throws InterruptedException {
        return answer(broker.operator().clients());
    }

    /// Waits until a client is connected.
    ///
    /// @param clientId to the letter
    /// @param timeout zero or less looks once
    /// @return what the broker knows of it
    /// @throws AssertionError if it is not in time
    /// @throws InterruptedException if this thread is interrupted
    public Overview.Client awaitClient(String clientId, Duration timeout)
            throws InterruptedException {
        return await(
                "client " + clientId,
                timeout,
                () ->
                        clients().stream()
                                .filter(c -> c.isConnected() && c.clientId().equals(clientId))
                                .findFirst()
                                .orElse(null));
    }

    /// {@return all subscriptions in force at this moment, of sessions without a connection, too}
    ///
    /// @throws InterruptedException if this thread is interrupted
    /// @throws IllegalStateException if the broker is closed
    public List<Overview.Subscribed> subscriptions() throws InterruptedException {
        return answer(broker.operator().subscriptions());
    }

    /// Waits until somebody has subscribed to this Topic Filter, to the letter.
    ///
    /// @param filter compared as text: `a/#` is not there because `a/b` is
    /// @param timeout zero or less looks once
    /// @return one of those, whoever has it
    /// @throws AssertionError if nobody has in time
    /// @throws InterruptedException if this thread is interrupted
    public Overview.Subscribed awaitSubscription(String filter, Duration timeout)
            throws InterruptedException {
        return await(
                "subscription to " + filter,
                timeout,
                () ->
                        subscriptions().stream()
                                .filter(s -> s.filter().toString().equals(filter))
                                .findFirst()
                                .orElse(null));
    }

    /// The retained messages that match, ordered by topic.
    ///
    /// @param filter a Topic Filter; a `#` does not match topics that begin with `$`
    /// @return a copy; empty if nothing matches
    /// @throws InterruptedException if this thread is interrupted
    /// @throws IllegalArgumentException if `filter` is no Topic Filter
    public List<PublishedMessage> retained(String filter) throws InterruptedException {
        long now = System.currentTimeMillis();
        return answer(broker.operator().retained(TopicFilter.of(filter))).stream()
                .map(m -> PublishedMessage.of(m, now))
                .toList();
    }

    // ---- what the test does

    /// Publishes a text at QoS 1.
    ///
    /// @param topic a Topic Name, without wildcards
    /// @param text sent as UTF-8
    /// @throws InterruptedException if this thread is interrupted
    /// @throws IllegalArgumentException if `topic` is no Topic Name
    public void publish(String topic, String text) throws InterruptedException {
        publish(topic, text.getBytes(StandardCharsets.UTF_8), QoS.AT_LEAST_ONCE);
    }

    /// Publishes a message. It has reached the sessions of its subscribers on return.
    ///
    /// @param topic a Topic Name, without wildcards
    /// @param payload not to be changed any more
    /// @param qos subscribers get it at this or a lower one
    /// @throws InterruptedException if this thread is interrupted
    /// @throws IllegalArgumentException if `topic` is no Topic Name
    public void publish(String topic, byte[] payload, QoS qos) throws InterruptedException {
        publish(message(topic, payload, qos, Properties.NONE, Retain.NO));
    }

    /// Publishes a retained text at QoS 1.
    ///
    /// @param topic a Topic Name, without wildcards
    /// @param text sent as UTF-8; an empty one removes the message that is there
    /// @throws InterruptedException if this thread is interrupted
    /// @throws IllegalArgumentException if `topic` is no Topic Name
    public void publishRetained(String topic, String text) throws InterruptedException {
        publishRetained(topic, text.getBytes(StandardCharsets.UTF_8), QoS.AT_LEAST_ONCE);
    }

    /// Publishes a retained message; one without payload removes the one that is there.
    ///
    /// @param topic a Topic Name, without wildcards
    /// @param payload not to be changed any more
    /// @param qos subscribers get it at this or a lower one
    /// @throws InterruptedException if this thread is interrupted
    /// @throws IllegalArgumentException if `topic` is no Topic Name
    public void publishRetained(String topic, byte[] payload, QoS qos) throws InterruptedException {
        publish(message(topic, payload, qos, Properties.NONE, Retain.YES));
    }

    /// Publishes a message with properties.
    ///
    /// @param topic a Topic Name, without wildcards
    /// @param payload not to be changed any more
    /// @param qos subscribers get it at this or a lower one
    /// @param properties as subscribers get them: Content Type, Response Topic, User Properties...
    /// @throws InterruptedException if this thread is interrupted
    /// @throws IllegalArgumentException if `topic` is no Topic Name
    public void publish(String topic, byte[] payload, QoS qos, Properties properties)
            throws InterruptedException {
        publish(message(topic, payload, qos, properties, Retain.NO));
    }

    private enum Retain {
        YES,
        NO
    }

    private static Message message(
            String topic, byte[] payload, QoS qos, Properties properties, Retain retain) {
        return new Message(
                TopicName.of(topic),
                payload,
                properties,
                qos,
                retain == Retain.YES,
                Message.SERVER,
                Message.NEVER);
    }

    private void publish(Message message) throws InterruptedException {
        answer(broker.operator().publish(message));
    }

    /// Closes a client's connection; one of MQTT 5 is told the reason by DISCONNECT.
    ///
    /// @param clientId to the letter
    /// @param reasonCode one that DISCONNECT of a server may carry
    /// @return whether it was connected
    /// @throws InterruptedException if this thread is interrupted
    public boolean disconnect(String clientId, ReasonCode reasonCode) throws InterruptedException {
        return answer(broker.operator().disconnect(clientId, reasonCode, "the test wants it so"));
    }

    // ---- what goes wrong

    /// Lets something go wrong from now on, until it has happened as often as the [Fault] says, the
    /// [Injection] is closed, or all is [#reset]. Where several fit a packet, the first injected
    /// happens.
    ///
    /// @param fault what goes wrong, with which packets, and how often
    /// @return what tells how often it has happened, and ends it
    public Injection inject(Fault fault) {
        return faults.add(fault);
    }

    /// Lets the bytes of all connections, those to come included, wait: what is sent does not
    /// arrive, and neither does the end of a connection from the client's side. Connections that the
    /// broker gives up meanwhile are closed, with what waited.
    ///
    /// @param directions both if none is given
    public void partition(Direction... directions) {
        taps.partition(
                directions.length == 0
                        ? EnumSet.allOf(Direction.class)
                        : EnumSet.copyOf(List.of(directions)));
    }

    /// What waited arrives, in order.
    public void heal() {
        taps.partition(Set.of());
    }

    /// Closes all connections without a word, as if the cable were pulled and the client knew.
    ///
    /// @return how many there were
    public int cutConnections() {
        return taps.cut(null);
    }

    /// Closes the connections of a client without a word.
    ///
    /// @param clientId to the letter
    /// @return how many there were
    public int cutConnections(String clientId) {
        return taps.cut(clientId);
    }

    /// Stops the broker and starts it again on the same ports.
    ///
    /// @param sessions what the new broker knows of what was before
    /// @throws InterruptedException if this thread is interrupted
    /// @throws IllegalStateException if it is down, or somebody has taken its port
    public void restart(Sessions sessions) throws InterruptedException {
        goDown(sessions);
        comeUp();
    }

    /// Stops the broker: clients get DISCONNECT with Server shutting down where their version has
    /// that, connections are closed, and nobody listens on the ports any more.
    ///
    /// With [Sessions#KEPT] the broker in fact goes on in the dark, so that whatever is in a session
    /// is there again, as after a restart of a broker that lost nothing.
    ///
    /// @param sessions what the broker will know of what was before
    /// @throws IllegalStateException if it is down
    /// @throws InterruptedException if this thread is interrupted
    public void goDown(Sessions sessions) throws InterruptedException {
        if (down != null) {
            throw new IllegalStateException("The broker is down already");
        }
        down = sessions;
        taps.partition(Set.of());
        if (sessions == Sessions.LOST) {
            broker.close();
            return;
        }
        broker.pauseListening();
        for (Overview.Client client : clients()) {
            answer(
                    broker.operator()
                            .disconnect(
                                    client.clientId(),
                                    ReasonCode.SERVER_SHUTTING_DOWN,
                                    "the server shuts down"));
        }
        taps.cutStrangers();
    }

    /// Starts the broker again, after [#goDown].
    ///
    /// @throws IllegalStateException if it is not down, or somebody has taken its port
    public void comeUp() {
        if (down == null) {
            throw new IllegalStateException("The broker is not down");
        }
        try {
            if (down == Sessions.LOST) {
                broker = started();
            } else {
                broker.resumeListening();
            }
            down = null;
        } catch (StartException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /// Stops it for good. Its threads have ended on return. A second call does nothing.
    @Override
    public void close() {
        if (isClosed.getAndSet(true)) {
            return;
        }
        reset();
        if (down != Sessions.LOST) {
            broker.close();
        }
        if (certificate != null) {
            certificate.close();
        }
    }

    // ---- waiting

    private interface Question<T> {
        @Nullable T ask() throws InterruptedException;
    }

    private static <T> T await(String what, Duration timeout, Question<T> question)
            throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            T found = question.ask();
            if (found != null) {
                return found;
            }
            if (System.nanoTime() >= deadline) {
                throw new AssertionError("No " + what + " within " + timeout.toMillis() + " ms");
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static <T> T answer(CompletableFuture<T> question) throws InterruptedException {
        try {
            return question.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("The broker gives no answer; is it closed?", e);
        }
    }
}
