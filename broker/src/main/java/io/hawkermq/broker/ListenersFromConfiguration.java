package io.hawkermq.broker;

import io.hawkermq.broker.transport.ProxyOptions;
import io.hawkermq.broker.transport.PskOptions;
import io.hawkermq.broker.transport.TlsOptions;
import io.hawkermq.broker.transport.WebSocketOptions;
import io.hawkermq.core.AccessControl;
import io.hawkermq.core.Terms;
import io.hawkermq.mosquitto.AccessOptions;
import io.hawkermq.mosquitto.Configuration;
import io.hawkermq.mosquitto.GlobalOptions;
import io.hawkermq.mosquitto.HawkerOptions;
import io.hawkermq.mosquitto.ListenerAddress;
import io.hawkermq.mosquitto.ListenerConfiguration;
import io.hawkermq.mosquitto.ListenerOptions;
import io.hawkermq.mosquitto.ListenerProtocol;
import io.hawkermq.mosquitto.Option;
import io.hawkermq.mosquitto.SocketDomain;
import io.hawkermq.mosquitto.TlsVersion;
import io.hawkermq.protocol.QoS;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The listeners that a mosquitto.conf asks for.
final class ListenersFromConfiguration {
    /// What a request that opens a WebSocket must have room for, in bytes; Mosquitto's least too.
    private static final int LEAST_HEADERS = 1_024;

    private static final List<Option<Boolean>> NEED_CERTIFICATES =
            List.of(
                    ListenerOptions.USE_IDENTITY_AS_USERNAME,
                    ListenerOptions.USE_SUBJECT_AS_USERNAME);

    private ListenersFromConfiguration() {}

    /// @param access of each listener; null for that of the broker
    static List<Listener> listeners(
            Configuration configuration,
            Function<ListenerConfiguration, @Nullable AccessControl> access) {
        List<Listener> listeners = new ArrayList<>();
        List<Listener.Address> taken = new ArrayList<>();
        for (ListenerConfiguration listener : configuration.listeners()) {
            if (!Unsupported.speaksMqtt(listener)) {
                continue;
            }
            // The two loopback addresses that stand for a file without listeners are one Listener.
            Listener.Address address =
                    configuration.isLocalOnly() ? loopback(listener) : address(listener);
            if (configuration.isLocalOnly() && taken.contains(address)) {
                continue;
            }
            taken.add(address);
            listeners.add(listener(configuration, listener, address, access.apply(listener)));
        }
        return List.copyOf(listeners);
    }

    /// Those with `protocol http_api`.
    static List<HttpListener> httpListeners(
            Configuration configuration, Function<ListenerConfiguration, AccessControl> access) {
        List<HttpListener> listeners = new ArrayList<>();
        int before = 0;
        for (ListenerConfiguration listener : configuration.listeners()) {
            if (Unsupported.speaksMqtt(listener)) {
                before++;
            } else if (listener.address() instanceof ListenerAddress.Tcp tcp) {
                listeners.add(
                        new HttpListener(
                                tcp.host().orElse(null),
                                tcp.port(),
                                tls(listener),
                                listener.value(ListenerOptions.HTTP_DIR).orElse(null),
                                access.apply(listener),
                                before,
                                "" + listener.origin()));
            }
        }
        return List.copyOf(listeners);
    }

    private static Listener listener(
            Configuration configuration,
            ListenerConfiguration listener,
            Listener.Address address,
            @Nullable AccessControl access) {
        // 0 lets nobody in to Mosquitto; a Listener takes one at least.
        int most = listener.value(ListenerOptions.MAX_CONNECTIONS);
        return Listener.at(address)
                .with(l ->
                        l.maximumConnections(most < 0 ? Integer.MAX_VALUE : Math.max(1, most))
                                .proxy(proxy(listener))
                                .tls(tls(listener))
                                .psk(psk(listener))
                                .webSocket(webSocket(configuration, listener))
                                .access(access)
                                .terms(terms(configuration, listener))
                                .origin(configuration.isLocalOnly() ? "" : "" + listener.origin()));
    }

    // ---- where ----

    private static Listener.Address loopback(ListenerConfiguration listener) {
        return new Listener.Address.Loopback(
                listener.address() instanceof ListenerAddress.Tcp tcp
                        ? tcp.port()
                        : BrokerOptions.DEFAULT_PORT);
    }

    private static Listener.Address address(ListenerConfiguration listener) {
        return switch (listener.address()) {
            case ListenerAddress.Unix unix ->
                    new Listener.Address.Unix(unix.path(), Listener.DEFAULT_PERMISSIONS);
            case ListenerAddress.Tcp tcp ->
                    new Listener.Address.Tcp(
                            tcp.host().orElse(null),
                            tcp.port(),
                            listener.value(ListenerOptions.BIND_INTERFACE).orElse(null),
                            listener.value(ListenerOptions.SOCKET_DOMAIN)
                                    .map(ListenersFromConfiguration::family)
                                    .orElse(Listener.Family.ANY));
        };
    }

    private static Listener.Family family(SocketDomain domain) {
        return domain == SocketDomain.IPV4 ? Listener.Family.IPV4 : Listener.Family.IPV6;
    }

    // ---- layers ----

    private static @Nullable TlsOptions tls(ListenerConfiguration listener) {
        if (!listener.isTls()) {
            return null;
        }
        return TlsOptions.of(
                        listener.value(ListenerOptions.CERTFILE).orElseThrow(),
                        listener.value(ListenerOptions.KEYFILE).orElseThrow())
                .with(t ->
                        t.authorityFile(listener.value(ListenerOptions.CAFILE).orElse(null))
                                .authorityDirectory(
                                        listener.value(ListenerOptions.CAPATH).orElse(null))
                                .revocationFile(
                                        listener.value(ListenerOptions.CRLFILE).orElse(null))
                                .clientCertificates(
                                        listener.value(ListenerOptions.REQUIRE_CERTIFICATE)
                                                ? TlsOptions.ClientCertificates.REQUIRED
                                                : TlsOptions.ClientCertificates.NOT_ASKED)
                                .dates(
                                        listener.value(
                                                        ListenerOptions
                                                                .DISABLE_CLIENT_CERT_DATE_CHECKS)
                                                ? TlsOptions.Dates.IGNORED
                                                : TlsOptions.Dates.CHECKED)
                                .identity(identity(listener))
                                .oldest(oldest(listener))
                                .ciphers(listener.value(ListenerOptions.CIPHERS).orElse(null))
                                .ciphersTls13(
                                        listener.value(ListenerOptions.CIPHERS_TLS13)
                                                .orElse(null)));
    }

    private static @Nullable PskOptions psk(ListenerConfiguration listener) {
        if (!listener.isPsk()) {
            return null;
        }
        return new PskOptions(
                listener.value(AccessOptions.PSK_FILE).orElseThrow(),
                listener.value(ListenerOptions.PSK_HINT).orElse(""),
                listener.value(ListenerOptions.USE_IDENTITY_AS_USERNAME)
                        ? PskOptions.Naming.IDENTITY
                        : PskOptions.Naming.CONNECT,
                oldest(listener),
                listener.value(ListenerOptions.CIPHERS).orElse(null));
    }

    private static TlsOptions.Version oldest(ListenerConfiguration listener) {
        return listener.value(ListenerOptions.TLS_VERSION) == TlsVersion.TLS_1_3
                ? TlsOptions.Version.TLS_1_3
                : TlsOptions.Version.TLS_1_2;
    }

    private static TlsOptions.Identity identity(ListenerConfiguration listener) {
        if (listener.value(ListenerOptions.USE_IDENTITY_AS_USERNAME)) {
            return TlsOptions.Identity.COMMON_NAME;
        }
        return listener.value(ListenerOptions.USE_SUBJECT_AS_USERNAME)
                ? TlsOptions.Identity.SUBJECT
                : TlsOptions.Identity.CONNECT;
    }

    /// Behind a proxy that ends TLS, the options about certificates of clients mean what it tells.
    private static @Nullable ProxyOptions proxy(ListenerConfiguration listener) {
        int version = listener.value(ListenerOptions.ENABLE_PROXY_PROTOCOL).orElse(0);
        return switch (version) {
            case 0 -> null;
            case 1 -> ProxyOptions.of(ProxyOptions.Version.V1);
            default ->
                    new ProxyOptions(
                            ProxyOptions.Version.V2,
                            clientTls(listener),
                            listener.value(ListenerOptions.USE_IDENTITY_AS_USERNAME)
                                    ? TlsOptions.Identity.COMMON_NAME
                                    : TlsOptions.Identity.CONNECT);
        };
    }

    private static ProxyOptions.ClientTls clientTls(ListenerConfiguration listener) {
        if (listener.value(ListenerOptions.REQUIRE_CERTIFICATE)) {
            return ProxyOptions.ClientTls.WITH_CERTIFICATE;
        }
        return listener.value(ListenerOptions.PROXY_PROTOCOL_V2_REQUIRE_TLS)
                ? ProxyOptions.ClientTls.REQUIRED
                : ProxyOptions.ClientTls.NOT_REQUIRED;
    }

    private static @Nullable WebSocketOptions webSocket(
            Configuration configuration, ListenerConfiguration listener) {
        if (listener.value(ListenerOptions.PROTOCOL) != ListenerProtocol.WEBSOCKETS) {
            return null;
        }
        WebSocketOptions usual = WebSocketOptions.DEFAULT;
        int headers = configuration.value(GlobalOptions.PACKET_BUFFER_SIZE);
        return new WebSocketOptions(
                listener.value(ListenerOptions.WEBSOCKETS_ORIGIN),
                configuration.global().isSet(GlobalOptions.PACKET_BUFFER_SIZE)
                        ? Math.max(LEAST_HEADERS, headers)
                        : usual.maximumHeaderBytes(),
                usual.forwarded());
    }

    // ---- clients ----

    private static Terms terms(Configuration configuration, ListenerConfiguration listener) {
        return Terms.DEFAULT.with(t ->
                t.versions(listener.value(ListenerOptions.ACCEPT_PROTOCOL_VERSIONS))
                        .maximumQos(QoS.of(listener.value(ListenerOptions.MAX_QOS)))
                        .topicAliasMaximum(listener.value(ListenerOptions.MAX_TOPIC_ALIAS))
                        .topicAliasMaximumBroker(
                                listener.value(ListenerOptions.MAX_TOPIC_ALIAS_BROKER))
                        .mountPoint(listener.value(ListenerOptions.MOUNT_POINT).orElse(null))
                        .clientIds(
                                listener.value(ListenerOptions.USE_USERNAME_AS_CLIENTID)
                                        ? Terms.ClientIds.USER_NAME
                                        : Terms.ClientIds.OWN)
                        .clientIdBeginning(
                                configuration.value(GlobalOptions.CLIENTID_PREFIXES).orElse(""))
                        .emptyClientIds(
                                listener.value(AccessOptions.ALLOW_ZERO_LENGTH_CLIENTID)
                                        ? Terms.EmptyClientIds.ASSIGNED
                                        : Terms.EmptyClientIds.REFUSED)
                        .assignedBeginning(listener.value(AccessOptions.AUTO_ID_PREFIX))
                        .reasonStrings(
                                configuration.value(HawkerOptions.REASON_STRINGS)
                                        ? Terms.ReasonStrings.SENT
                                        : Terms.ReasonStrings.OMITTED)
                        .responseInformation(
                                configuration.value(HawkerOptions.RESPONSE_INFORMATION)
                                        ? Terms.ResponseInformation.GIVEN
                                        : Terms.ResponseInformation.NONE));
    }

    /// What a listener's options ask for that they do not get, a sentence with its place for each.
    static List<String> warnings(ListenerConfiguration listener) {
        List<String> warnings = new ArrayList<>();
        boolean hasCertificates =
                listener.isTls()
                        || listener.value(ListenerOptions.ENABLE_PROXY_PROTOCOL).orElse(0) == 2;
        for (Option<Boolean> option : NEED_CERTIFICATES) {
            if (listener.isPsk() && option == ListenerOptions.USE_IDENTITY_AS_USERNAME) {
                continue; // the identity of the pre-shared key
            }
            if (listener.value(option) && !hasCertificates) {
                warnings.add(
                        "'"
                                + option.name()
                                + "' has no effect without 'certfile' and 'keyfile': clients are"
                                + " known by their User Names ["
                                + listener.settings().origin(option)
                                + "]");
            } else if (listener.value(option)
                    && !listener.value(ListenerOptions.REQUIRE_CERTIFICATE)) {
                warnings.add(
                        "'"
                                + option.name()
                                + "' without 'require_certificate true' lets nobody in: no client"
                                + " is asked for a certificate ["
                                + listener.settings().origin(option)
                                + "]");
            }
        }
        return warnings;
    }
}
