package io.hawkermq.testkit;

import io.hawkermq.broker.BrokerOptions;
import io.hawkermq.core.AccessControl;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.Limits;
import io.hawkermq.core.LogLevel;
import io.hawkermq.core.Terms;
import io.hawkermq.protocol.ProtocolVersion;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// What a [HawkerBroker] is to be like; without a word: MQTT on a free port of 127.0.0.1, everybody
/// may do everything, Mosquitto's limits, no `$SYS`. Each method gives back the same object.
///
/// ```java
/// HawkerBroker.setup().user("ann", "secret").tls().limits(l -> l.receiveMaximum(1)).start()
/// ```
///
/// For one thread at a time.
public final class HawkerSetup {
    private static final int MOST_RECORDED = 10_000;
    private static final long MOST_RECORDED_BYTES = 64L << 20;

    enum Extra {
        TLS,
        WEB_SOCKET,
        SECURE_WEB_SOCKET
    }

    int port;
    final Set<Extra> extras = EnumSet.noneOf(Extra.class);
    final Map<String, String> users = new LinkedHashMap<>();
    AccessControl access = AccessControl.anonymous();
    Limits limits = BrokerOptions.local(0).limits();
    Terms terms = Terms.DEFAULT;
    final Set<LogLevel> logLevels = EnumSet.complementOf(EnumSet.of(LogLevel.DEBUG));
    EventLog log = EventLog.SILENT;
    int sysIntervalSeconds;
    int mostRecorded = MOST_RECORDED;
    long mostRecordedBytes = MOST_RECORDED_BYTES;

    HawkerSetup() {}

    /// The port of plain MQTT.
    ///
    /// @param value 1 to 65,535; 0, the default, for any that is free
    /// @return this setup
    public HawkerSetup port(int value) {
        port = value;
        return this;
    }

    /// Listens for MQTT over TLS, too, with a certificate made at the start: see
    /// [HawkerBroker#sslContext].
    ///
    /// @return this setup
    public HawkerSetup tls() {
        extras.add(Extra.TLS);
        return this;
    }

    /// Listens for MQTT over WebSocket, too, on any path.
    ///
    /// @return this setup
    public HawkerSetup webSocket() {
        extras.add(Extra.WEB_SOCKET);
        return this;
    }

    /// Listens for MQTT over WebSocket over TLS, too, with the certificate of [#tls].
    ///
    /// @return this setup
    public HawkerSetup secureWebSocket() {
        extras.add(Extra.SECURE_WEB_SOCKET);
        return this;
    }

    /// Lets in this user with this password, and others only if they are set up as well; anonymous
    /// clients are refused from then on.
    ///
    /// @param userName to the letter
    /// @param password compared as UTF-8
    /// @return this setup
    public HawkerSetup user(String userName, String password) {
        users.put(userName, password);
        return this;
    }

    /// Decides what clients may do, and, after the passwords of [#user], who may connect. Asked on
    /// the broker's loop: it must not block.
    ///
    /// @param value default: everybody may do everything
    /// @return this setup
    public HawkerSetup access(AccessControl value) {
        access = value;
        return this;
    }

    /// Changes some of the limits, like `l -> l.receiveMaximum(1).maximumPacketSize(1_000)`.
    ///
    /// @param change called at once, with the limits as they are set up so far
    /// @return this setup
    public HawkerSetup limits(Consumer<Limits.Builder> change) {
        limits = limits.with(change);
        return this;
    }

    /// The versions of MQTT that are spoken; else all.
    ///
    /// @param first one that is spoken
    /// @param others spoken as well; all else is refused with Unsupported Protocol Version
    /// @return this setup
    public HawkerSetup versions(ProtocolVersion first, ProtocolVersion... others) {
        return terms(t -> t.versions(EnumSet.of(first, others)));
    }

    /// Changes what clients are held to otherwise, like `t -> t.maximumQos(QoS.AT_LEAST_ONCE)`.
    ///
    /// @param change called at once, with the terms as they are set up so far
    /// @return this setup
    public HawkerSetup terms(Consumer<Terms.Builder> change) {
        terms = terms.with(change);
        return this;
    }

    /// Publishes `$SYS`; else it is not published at all.
    ///
    /// @param seconds between two rounds, 1 or more
    /// @return this setup
    public HawkerSetup sysInterval(int seconds) {
        sysIntervalSeconds = seconds;
        return this;
    }

    /// Captures the lines of each packet, too; see [HawkerBroker#log].
    ///
    /// @return this setup
    public HawkerSetup debugLog() {
        logLevels.add(LogLevel.DEBUG);
        return this;
    }

    /// Gets the broker's log lines beside [HawkerBroker#log], on its threads.
    ///
    /// @param value must not block
    /// @return this setup
    public HawkerSetup log(EventLog value) {
        log = value;
        return this;
    }

    /// How much [HawkerBroker#published] remembers; the oldest messages are forgotten beyond either
    /// limit. By default 10,000 messages and 64 MiB.
    ///
    /// @param messages 0 or more
    /// @param payloadBytes 0 or more
    /// @return this setup
    public HawkerSetup recording(int messages, long payloadBytes) {
        mostRecorded = messages;
        mostRecordedBytes = payloadBytes;
        return this;
    }

    /// Starts a broker of this kind; another one with each call.
    ///
    /// @return the broker, to be closed
    /// @throws IllegalStateException if it cannot listen on the port: one sentence that says why
    public HawkerBroker start() {
        return new HawkerBroker(this);
    }
}
