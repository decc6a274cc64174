package io.hawkermq.broker;

import io.hawkermq.broker.security.LoginLimits;
import io.hawkermq.core.AccessControl;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.Limits;
import io.hawkermq.mosquitto.Configuration;
import io.hawkermq.mosquitto.GlobalOptions;
import io.hawkermq.mosquitto.HawkerOptions;
import io.hawkermq.mosquitto.ListenerAddress;
import io.hawkermq.mosquitto.ListenerConfiguration;
import io.hawkermq.mosquitto.ListenerOptions;
import io.hawkermq.mosquitto.Option;
import io.hawkermq.mosquitto.SocketDomain;
import io.hawkermq.store.Durability;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// What a mosquitto.conf means to a broker of this build.
final class FromConfiguration {
    /// The largest Remaining Length, 268,435,455, with its header; a file may name more.
    private static final int LARGEST_PACKET = 268_435_456;

    /// A number that says that there is no limit.
    private static final int NO_LIMIT = 65_535;

    private static final int LONGEST_LOGIN_DELAY_MILLIS = 5_000;

    private FromConfiguration() {}

    /// The options that the configuration asks for.
    ///
    /// @throws StartException if this build cannot do so; nothing was opened then
    static BrokerOptions options(Configuration configuration, AccessControl access, EventLog log)
            throws StartException {
        Unsupported.refuse(configuration);
        List<Listener> listeners = listeners(configuration);
        BrokerOptions local = BrokerOptions.local(BrokerOptions.DEFAULT_PORT);
        return local.with(o -> {
            o.listeners(listeners);
            int most = configuration.value(GlobalOptions.GLOBAL_MAX_CONNECTIONS);
            o.maximumConnections(most < 0 ? Integer.MAX_VALUE : most);
            configuration.value(HawkerOptions.LOOPS).ifPresent(o::loops);
            o.limits(limits(configuration, local.limits()));
            o.sysIntervalSeconds(configuration.value(GlobalOptions.SYS_INTERVAL));
            o.maximumOutboundBytes(configuration.value(HawkerOptions.MAX_OUTBOUND_BYTES));
            o.access(access);
            o.log(log);
            if (configuration.value(GlobalOptions.PERSISTENCE)) {
                o.persistence(persistence(configuration));
            }
        });
    }

    private static List<Listener> listeners(Configuration configuration) {
        if (configuration.isLocalOnly()) {
            // One for each port: the two addresses of each are one Listener.
            return configuration.listeners().stream()
                    .map(l -> ((ListenerAddress.Tcp) l.address()).port())
                    .distinct()
                    .map(Listener::loopback)
                    .toList();
        }
        return configuration.listeners().stream()
                .filter(Unsupported::isOpened)
                .map(FromConfiguration::listener)
                .toList();
    }

    private static Listener listener(ListenerConfiguration listener) {
        ListenerAddress.Tcp tcp = (ListenerAddress.Tcp) listener.address();
        Listener.Family family =
                listener.value(ListenerOptions.SOCKET_DOMAIN)
                        .map(d ->
                                d == SocketDomain.IPV4
                                        ? Listener.Family.IPV4
                                        : Listener.Family.IPV6)
                        .orElse(Listener.Family.ANY);
        // 0 lets nobody in to Mosquitto; a Listener takes one at least.
        int most = listener.value(ListenerOptions.MAX_CONNECTIONS);
        return Listener.at(
                        new Listener.Address.Tcp(
                                tcp.host().orElse(null),
                                tcp.port(),
                                listener.value(ListenerOptions.BIND_INTERFACE).orElse(null),
                                family))
                .with(l -> l.maximumConnections(most < 0 ? Integer.MAX_VALUE : Math.max(1, most)));
    }

    /// @param defaults for what the configuration leaves open
    private static Limits limits(Configuration c, Limits defaults) {
        int inflight = c.value(GlobalOptions.MAX_INFLIGHT_MESSAGES);
        int keepAlive = c.value(GlobalOptions.MAX_KEEPALIVE);
        return defaults.with(l -> {
            l.receiveMaximum(inflight == 0 ? NO_LIMIT : inflight)
                    .maximumPacketSize(
                            Math.min(c.value(GlobalOptions.MAX_PACKET_SIZE), LARGEST_PACKET))
                    .topicAliasMaximum(least(c, ListenerOptions.MAX_TOPIC_ALIAS))
                    .topicAliasMaximumBroker(least(c, ListenerOptions.MAX_TOPIC_ALIAS_BROKER))
                    .maximumQueuedMessages(c.value(GlobalOptions.MAX_QUEUED_MESSAGES))
                    .maximumQueuedBytes(c.value(GlobalOptions.MAX_QUEUED_BYTES))
                    .maximumKeepAlive(keepAlive == 0 ? NO_LIMIT : keepAlive)
                    .persistentClientExpiration(
                            c.value(GlobalOptions.PERSISTENT_CLIENT_EXPIRATION)
                                    .map(Duration::toSeconds)
                                    .orElse(0L));
            c.value(HawkerOptions.MAX_OFFLINE_BYTES).ifPresent(l::maximumOfflineBytes);
            c.value(HawkerOptions.MAX_WAITING_BYTES).ifPresent(l::maximumWaitingBytes);
        });
    }

    /// Listeners share these limits so far, so that the strictest holds for all.
    private static int least(Configuration configuration, Option<Integer> option) {
        return configuration.listeners().stream()
                .filter(Unsupported::isOpened)
                .mapToInt(l -> l.value(option))
                .min()
                .orElse(option.defaultValue());
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
                durability);
    }

    /// Who may connect and do what.
    ///
    /// @throws StartException if listeners differ in it, which this build cannot do
    static AccessSettings access(Configuration configuration) throws StartException {
        ListenerConfiguration first = null;
        AccessSettings settings = AccessSettings.OPEN;
        for (ListenerConfiguration listener : configuration.listeners()) {
            if (!Unsupported.isOpened(listener)) {
                continue;
            }
            AccessSettings its = AccessSettings.of(listener);
            if (first == null) {
                first = listener;
                settings = its;
            } else if (!its.equals(settings)) {
                throw new StartException(
                        "The "
                                + listener.name()
                                + " and the "
                                + first.name()
                                + " ["
                                + first.origin()
                                + "] differ in who may connect, which is not supported yet by this"
                                + " build. Error found at "
                                + listener.origin()
                                + ".",
                        StartException.WRONG_CONFIGURATION);
            }
        }
        return settings;
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
