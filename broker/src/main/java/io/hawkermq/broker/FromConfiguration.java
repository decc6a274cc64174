package io.hawkermq.broker;

import io.hawkermq.broker.security.LoginLimits;
import io.hawkermq.core.AccessControl;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.Limits;
import io.hawkermq.core.LogLevel;
import io.hawkermq.mosquitto.Configuration;
import io.hawkermq.mosquitto.ConfigurationException;
import io.hawkermq.mosquitto.ConfigurationReader;
import io.hawkermq.mosquitto.GlobalOptions;
import io.hawkermq.mosquitto.HawkerOptions;
import io.hawkermq.mosquitto.ListenerConfiguration;
import io.hawkermq.mosquitto.Notice;
import io.hawkermq.mosquitto.PluginConfiguration;
import io.hawkermq.protocol.PacketEncoder;
import io.hawkermq.store.Durability;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What a mosquitto.conf means to a broker of this build.
final class FromConfiguration {
    /// Of a packet with the largest Remaining Length, in bytes; a file may name more.
    private static final int LARGEST_PACKET = (int) PacketEncoder.LARGEST_PACKET;

    /// A number that says that there is no limit.
    private static final int NO_LIMIT = 65_535;

    private static final int LONGEST_LOGIN_DELAY_MILLIS = 5_000;

    private FromConfiguration() {}

    /// See [BrokerOptions#ofFile].
    static BrokerOptions ofFile(Path file, EventLog log) throws StartException {
        try {
            Configuration configuration = ConfigurationReader.ofSystem().read(file);
            tell(configuration, log);
            return options(configuration, ListenersAccess.open(configuration, log), log);
        } catch (ConfigurationException e) {
            throw new StartException(
                    e.errors().getFirst().text().replaceFirst("^Error: ", ""), e.exitStatus());
        }
    }

    /// Tells what a person should know about a configuration.
    static void tell(Configuration configuration, EventLog log) {
        for (Notice notice : configuration.notices()) {
            log.log(
                    switch (notice.level()) {
                        case WARNING -> LogLevel.WARNING;
                        case NOTICE -> LogLevel.NOTICE;
                        case INFORMATION -> LogLevel.INFORMATION;
                    },
                    notice.text());
        }
        Unsupported.warnings(configuration).forEach(w -> log.log(LogLevel.WARNING, w));
    }

    /// The options that the configuration asks for.
    ///
    /// @throws StartException if this build cannot do so; nothing was opened then
    static BrokerOptions options(Configuration configuration, AccessControl access, EventLog log)
            throws StartException {
        return options(configuration, access, _ -> null, _ -> access, log);
    }

    /// The options that the configuration asks for, with an access control for each listener.
    ///
    /// @throws StartException if this build cannot do so; nothing was opened then
    static BrokerOptions options(Configuration configuration, ListenersAccess access, EventLog log)
            throws StartException {
        AccessControl common = access.ofNoListener();
        return options(configuration, common, access::of, access::of, log);
    }

    private static BrokerOptions options(
            Configuration configuration,
            AccessControl access,
            Function<ListenerConfiguration, @Nullable AccessControl> ofListener,
            Function<ListenerConfiguration, AccessControl> ofHttp,
            EventLog log)
            throws StartException {
        Unsupported.refuse(configuration);
        List<Listener> listeners = ListenersFromConfiguration.listeners(configuration, ofListener);
        BrokerOptions local = BrokerOptions.local(BrokerOptions.DEFAULT_PORT);
        ControlOptions control = control(configuration);
        return local.with(o -> {
            o.listeners(listeners);
            o.httpListeners(ListenersFromConfiguration.httpListeners(configuration, ofHttp));
            int most = configuration.value(GlobalOptions.GLOBAL_MAX_CONNECTIONS);
            o.maximumConnections(most < 0 ? Integer.MAX_VALUE : most);
            configuration.value(HawkerOptions.LOOPS).ifPresent(o::loops);
            o.limits(limits(configuration, local.limits()));
            o.sysIntervalSeconds(configuration.value(GlobalOptions.SYS_INTERVAL));
            o.maximumOutboundBytes(configuration.value(HawkerOptions.MAX_OUTBOUND_BYTES));
            o.access(access);
            o.log(log);
            o.control(control);
            if (configuration.value(GlobalOptions.PERSISTENCE)) {
                o.persistence(persistence(configuration));
            }
            for (PluginConfiguration plugin : configuration.plugins()) {
                switch (plugin.builtIn()) {
                    case PERSIST_SQLITE ->
                            o.persistence(
                                    SqliteSettings.of(plugin, configuration)
                                            .persistence(persistence(configuration)));
                    case SPARKPLUG_AWARE -> o.sparkplug(BrokerOptions.Sparkplug.AWARE);
                    default -> {} // a matter of access
                }
            }
        });
    }

    private static ControlOptions control(Configuration configuration) throws StartException {
        Set<ControlOptions.Endpoint> endpoints = EnumSet.noneOf(ControlOptions.Endpoint.class);
        if (configuration.value(GlobalOptions.ENABLE_CONTROL_API)) {
            endpoints.add(ControlOptions.Endpoint.BROKER);
        }
        if (!ListenersAccess.dynamicSettings(configuration).isEmpty()) {
            endpoints.add(ControlOptions.Endpoint.DYNAMIC_SECURITY);
        }
        return new ControlOptions(endpoints);
    }

    /// Reads all files that the configuration names, and opens nothing.
    ///
    /// @throws StartException with the first thing that keeps the broker from starting
    static void check(Configuration configuration) throws StartException {
        Unsupported.refuse(configuration);
        ListenersAccess.read(configuration, EventLog.SILENT);
        for (DynamicSettings s : ListenersAccess.dynamicSettings(configuration).values()) {
            s.check();
        }
        for (Listener l : ListenersFromConfiguration.listeners(configuration, _ -> null)) {
            OpenListener.readTls(l);
            OpenListener.readPsk(l);
        }
        for (HttpListener l :
                ListenersFromConfiguration.httpListeners(
                        configuration, _ -> AccessControl.anonymous())) {
            HttpApi.readTls(l);
        }
    }

    /// @param defaults for what the configuration leaves open
    private static Limits limits(Configuration c, Limits defaults) {
        int keepAlive = c.value(GlobalOptions.MAX_KEEPALIVE);
        int clients = c.value(GlobalOptions.GLOBAL_MAX_CLIENTS);
        int payload = c.value(GlobalOptions.MESSAGE_SIZE_LIMIT);
        return defaults.with(l -> {
            if (c.global().isSet(GlobalOptions.MAX_INFLIGHT_MESSAGES)) {
                int inflight = c.value(GlobalOptions.MAX_INFLIGHT_MESSAGES);
                l.receiveMaximum(inflight == 0 ? NO_LIMIT : inflight);
            }
            l.maximumPacketSize(Math.min(c.value(GlobalOptions.MAX_PACKET_SIZE), LARGEST_PACKET))
                    .maximumQueuedMessages(c.value(GlobalOptions.MAX_QUEUED_MESSAGES))
                    .maximumQueuedBytes(c.value(GlobalOptions.MAX_QUEUED_BYTES))
                    .maximumInflightBytes(c.value(GlobalOptions.MAX_INFLIGHT_BYTES))
                    .maximumSessions(clients < 0 ? Integer.MAX_VALUE : clients)
                    .maximumTopicLevels(c.value(HawkerOptions.MAX_TOPIC_LEVELS))
                    .maximumPayload(payload == 0 ? Integer.MAX_VALUE : payload)
                    .retain(
                            c.value(GlobalOptions.RETAIN_AVAILABLE)
                                    ? Limits.Retain.AVAILABLE
                                    : Limits.Retain.REFUSED)
                    .retainSource(
                            c.value(GlobalOptions.CHECK_RETAIN_SOURCE)
                                    ? Limits.RetainSource.CHECKED
                                    : Limits.RetainSource.UNCHECKED)
                    .outgoingQos(
                            c.value(GlobalOptions.UPGRADE_OUTGOING_QOS)
                                    ? Limits.OutgoingQos.AS_GRANTED
                                    : Limits.OutgoingQos.AS_PUBLISHED)
                    .atMostOnce(
                            c.value(GlobalOptions.QUEUE_QOS0_MESSAGES)
                                    ? Limits.AtMostOnce.QUEUED
                                    : Limits.AtMostOnce.DROPPED)
                    .maximumKeepAlive(keepAlive == 0 ? NO_LIMIT : keepAlive)
                    .persistentClientExpiration(
                            c.value(GlobalOptions.PERSISTENT_CLIENT_EXPIRATION)
                                    .map(Duration::toSeconds)
                                    .orElse(0L));
            c.value(HawkerOptions.MAX_OFFLINE_BYTES).ifPresent(l::maximumOfflineBytes);
            c.value(HawkerOptions.MAX_WAITING_BYTES).ifPresent(l::maximumWaitingBytes);
        });
    }

    private static Persistence persistence(Configuration configuration) {
        Durability durability =
                switch (configuration.value(HawkerOptions.DURABILITY)) {
                    case io.hawkermq.mosquitto.Durability.Always always -> Durability.ALWAYS;
                    case io.hawkermq.mosquitto.Durability.Interval interval ->
                            Durability.interval(interval.duration());
                    case io.hawkermq.mosquitto.Durability.OperatingSystem system -> Durability.OS;
                };
        return new Persistence(
                configuration.value(GlobalOptions.PERSISTENCE_LOCATION).orElse(Path.of("")),
                configuration.value(GlobalOptions.PERSISTENCE_FILE),
                durability);
    }

    static LoginLimits loginLimits(Configuration configuration) {
        return LoginLimits.DEFAULT
                .withFailuresOfUser(configuration.value(HawkerOptions.LOGIN_FAILURES))
                .withFailuresOfAddress(configuration.value(HawkerOptions.LOGIN_FAILURES_ADDRESS))
                .withWindow(configuration.value(HawkerOptions.LOGIN_WINDOW))
                .withBan(configuration.value(HawkerOptions.LOGIN_BAN))
                .withDelays(
                        configuration.value(HawkerOptions.LOGIN_DELAY), LONGEST_LOGIN_DELAY_MILLIS);
    }
}
