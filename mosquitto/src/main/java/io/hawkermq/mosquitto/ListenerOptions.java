package io.hawkermq.mosquitto;

import static io.hawkermq.mosquitto.MosquittoVersion.V2_0;
import static io.hawkermq.mosquitto.MosquittoVersion.V2_1;
import static io.hawkermq.mosquitto.Priority.P0;
import static io.hawkermq.mosquitto.Priority.P2;
import static io.hawkermq.mosquitto.Priority.X;

import io.hawkermq.mosquitto.ValueTypes.Choice;
import io.hawkermq.mosquitto.ValueTypes.Whole;
import io.hawkermq.protocol.ProtocolVersion;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The rows for listeners.
public final class ListenerOptions {
    private static final Table TABLE = new Table(Scope.GLOBAL);
    private static final Table STRICT = TABLE.in(Scope.LISTENER);
    private static final Table LENIENT = TABLE.in(Scope.LISTENER_OR_DEFAULT);
    private static final Table OLD = TABLE.in(Scope.DEFAULT_LISTENER);

    static final Option<Optional<ListenerAddress>> LISTENER =
            TABLE.optional("listener", new CompoundTypes.Address())
                    .priority(P0)
                    .defaultText("127.0.0.1 and ::1, port 1883, anonymous clients allowed")
                    .means(
                            "Opens a port, or a Unix socket if the port is 0. What follows in this"
                                    + " file belongs to this listener.");

    public static final Option<Optional<Integer>> PORT =
            OLD.optional("port", Whole.integer(1, 65_535))
                    .priority(P0)
                    .deprecated("Use `listener`.")
                    .defaultText("1883")
                    .means("The port of the default listener.");

    public static final Option<Optional<String>> BIND_ADDRESS =
            OLD.text("bind_address", "a name or an address")
                    .priority(P2)
                    .deprecated("Use `listener`.")
                    .defaultText("all addresses")
                    .means("The address of the default listener.");

    public static final Option<ListenerProtocol> PROTOCOL =
            LENIENT.value(
                            "protocol",
                            new Choice<>(
                                    ordered(
                                            "mqtt",
                                            ListenerProtocol.MQTT,
                                            "websockets",
                                            ListenerProtocol.WEBSOCKETS,
                                            "http_api",
                                            ListenerProtocol.HTTP_API)),
                            ListenerProtocol.MQTT)
                    .priority(P0)
                    .means(
                            "What the listener speaks. A change from or to `http_api` closes its"
                                    + " connections.");

    public static final Option<Optional<String>> BIND_INTERFACE =
            LENIENT.text("bind_interface", "the name of a network interface")
                    .priority(P2)
                    .means(
                            "Listens on the addresses of this interface only. A change closes no"
                                    + " connection.");

    public static final Option<Optional<SocketDomain>> SOCKET_DOMAIN =
            LENIENT.optional(
                            "socket_domain",
                            new Choice<>(
                                    ordered("ipv4", SocketDomain.IPV4, "ipv6", SocketDomain.IPV6)))
                    .priority(P2)
                    .defaultText("both")
                    .means(
                            "Listens on addresses of this family only. A change closes no"
                                    + " connection.");

    public static final Option<Optional<Path>> HTTP_DIR =
            STRICT.path("http_dir", "a directory")
                    .priority(P2)
                    .means("Serves the files of this directory with `protocol http_api`.");

    public static final Option<Optional<Integer>> ENABLE_PROXY_PROTOCOL =
            STRICT.optional(
                            "enable_proxy_protocol",
                            Whole.integer(1, 2).refusing("enable_proxy_protocol must be 1 or 2."))
                    .since(V2_1)
                    .defaultText("off")
                    .means(
                            "Expects a proxy in front that says who the client is, in version 1 or"
                                    + " 2 of the PROXY protocol.");

    public static final Option<Boolean> PROXY_PROTOCOL_V2_REQUIRE_TLS =
            STRICT.flag("proxy_protocol_v2_require_tls", false)
                    .since(V2_1)
                    .priority(P2)
                    .means("Admits only clients that speak TLS to that proxy.");

    public static final Option<List<String>> WEBSOCKETS_ORIGIN =
            STRICT.list(
                            "websockets_origin",
                            new ValueTypes.Text("an origin", false, 65_535, ""),
                            1000)
                    .since(V2_1)
                    .priority(P2)
                    .defaultText("any")
                    .means("Admits WebSocket clients from web pages of this origin only.");

    // Limits.

    public static final Option<Integer> MAX_CONNECTIONS =
            LENIENT.value("max_connections", Whole.integer(-1, Integer.MAX_VALUE).raising(), -1)
                    .means("Connections of the listener.");

    public static final Option<Integer> MAX_QOS =
            LENIENT.value(
                            "max_qos",
                            Whole.integer(0, 2)
                                    .refusing("'max_qos' must be between 0 and 2 inclusive."),
                            2)
                    .alias("maximum_qos")
                    .since(V2_0)
                    .means("The highest QoS with which clients may publish.");

    public static final Option<Integer> MAX_TOPIC_ALIAS =
            STRICT.value(
                            "max_topic_alias",
                            Whole.integer(0, 65_535)
                                    .refusing("Invalid 'max_topic_alias' value in configuration."),
                            10)
                    .means("Topic Aliases that an MQTT 5 client may use.");

    public static final Option<Integer> MAX_TOPIC_ALIAS_BROKER =
            STRICT.value(
                            "max_topic_alias_broker",
                            Whole.integer(0, 65_535)
                                    .refusing(
                                            "Invalid 'max_topic_alias_broker' value in"
                                                    + " configuration."),
                            10)
                    .since(V2_1)
                    .means("Topic Aliases that the broker uses towards an MQTT 5 client.");

    public static final Option<Set<ProtocolVersion>> ACCEPT_PROTOCOL_VERSIONS =
            TABLE.in(Scope.NAMED_LISTENER)
                    .value(
                            "accept_protocol_versions",
                            new CompoundTypes.Versions(),
                            (Set<ProtocolVersion>) EnumSet.allOf(ProtocolVersion.class))
                    .since(V2_1)
                    .priority(P2)
                    .means("The versions of MQTT that the listener takes.");

    // Who a client is.

    public static final Option<Boolean> LISTENER_ALLOW_ANONYMOUS =
            STRICT.flag("listener_allow_anonymous", false)
                    .storedAs(AccessOptions.ALLOW_ANONYMOUS)
                    .since(V2_1)
                    .defaultText("`allow_anonymous`")
                    .means("`allow_anonymous` for this listener.");

    public static final Option<String> LISTENER_AUTO_ID_PREFIX =
            STRICT.value(
                            "listener_auto_id_prefix",
                            new ValueTypes.Text(
                                    "1 to 50 characters",
                                    true,
                                    50,
                                    "'listener_auto_id_prefix' length must be <= 50."),
                            "auto-")
                    .storedAs(AccessOptions.AUTO_ID_PREFIX)
                    .since(V2_1)
                    .means("What Client Identifiers made up by this listener begin with.");

    public static final Option<Boolean> USE_USERNAME_AS_CLIENTID =
            LENIENT.flag("use_username_as_clientid", false)
                    .means(
                            "Takes the User Name for the Client Identifier; who has none is refused.");

    public static final Option<Optional<String>> MOUNT_POINT =
            STRICT.optional("mount_point", new CompoundTypes.MountPoint())
                    .means(
                            "Stands before all topics of the listener's clients, which do not see"
                                    + " it.");

    // TLS.

    public static final Option<Optional<Path>> CERTFILE =
            LENIENT.lastPath("certfile", "a path")
                    .priority(P0)
                    .means(
                            "The certificate of the server and its chain; turns TLS on with `keyfile`.");

    public static final Option<Optional<Path>> KEYFILE =
            LENIENT.lastPath("keyfile", "a path")
                    .priority(P0)
                    .means("The private key of `certfile`.");

    public static final Option<Optional<Path>> CAFILE =
            STRICT.lastPath("cafile", "a path")
                    .priority(P0)
                    .means("The authorities that certificates of clients may come from.");

    public static final Option<Optional<Path>> CAPATH =
            LENIENT.lastPath("capath", "a directory").means("A directory of such authorities.");

    public static final Option<Optional<Path>> CRLFILE =
            LENIENT.lastPath("crlfile", "a path")
                    .priority(P2)
                    .means("The list of certificates that have been revoked.");

    public static final Option<Boolean> REQUIRE_CERTIFICATE =
            LENIENT.flag("require_certificate", false)
                    .priority(P0)
                    .means("Admits only clients with a valid certificate.");

    public static final Option<Boolean> USE_IDENTITY_AS_USERNAME =
            LENIENT.flag("use_identity_as_username", false)
                    .means(
                            "Takes the Common Name of the certificate, or the identity of TLS-PSK,"
                                    + " for the User Name.");

    public static final Option<Boolean> USE_SUBJECT_AS_USERNAME =
            LENIENT.flag("use_subject_as_username", false)
                    .priority(P2)
                    .means("Takes the whole subject of the certificate for the User Name.");

    public static final Option<Boolean> DISABLE_CLIENT_CERT_DATE_CHECKS =
            STRICT.flag("disable_client_cert_date_checks", false)
                    .since(V2_1)
                    .priority(P2)
                    .means("Takes certificates of clients that have expired.");

    public static final Option<TlsVersion> TLS_VERSION =
            STRICT.value("tls_version", tlsVersion(), TlsVersion.TLS_1_2)
                    .means("The oldest version of TLS that is spoken.");

    public static final Option<Optional<String>> CIPHERS =
            LENIENT.lastText("ciphers", "a list of OpenSSL names")
                    .means("The cipher suites of TLS 1.2.");

    public static final Option<Optional<String>> CIPHERS_TLS13 =
            LENIENT.lastText("ciphers_tls1.3", "a list of names")
                    .since(V2_0)
                    .priority(P2)
                    .means("The cipher suites of TLS 1.3.");

    public static final Option<Optional<String>> PSK_HINT =
            LENIENT.text("psk_hint", "a text")
                    .priority(P2)
                    .means("Turns TLS-PSK on, and is sent to clients.");

    // Accepted, without effect.

    public static final Option<Optional<String>> TLS_ENGINE =
            LENIENT.text("tls_engine", "the name of an OpenSSL engine")
                    .priority(X)
                    .means("Gives the cryptography to an OpenSSL engine.")
                    .here("There are no engines; the Java runtime does it.");

    public static final Option<Optional<String>> TLS_ENGINE_KPASS_SHA1 =
            LENIENT.text("tls_engine_kpass_sha1", "a hash")
                    .priority(X)
                    .secret()
                    .means("The hash of the password of that engine's key.")
                    .here("There are no engines.");

    public static final Option<String> TLS_KEYFORM =
            LENIENT.value("tls_keyform", new Choice<>(ordered("pem", "pem")), "pem")
                    .priority(X)
                    .means("Where the private key is.")
                    .here("Only `pem`: `engine` is refused, because there are no engines.");

    public static final Option<Optional<String>> DHPARAMFILE =
            TABLE.optional("dhparamfile", new ValueTypes.Ignored())
                    .priority(X)
                    .means("Parameters of the key exchange.")
                    .here("Not needed any more, as in Mosquitto.");

    static final List<Option<?>> ROWS = TABLE.rows();

    private ListenerOptions() {}

    /// Mosquitto finds a wrong version only when it opens the listener, hence the exit status.
    static Choice<TlsVersion> tlsVersion() {
        return new Choice<>(
                ordered("tlsv1.2", TlsVersion.TLS_1_2, "tlsv1.3", TlsVersion.TLS_1_3),
                Map.of("tlsv1.1", "tlsv1.2", "tlsv1", "tlsv1.2"),
                ConfigurationError.CANNOT_LISTEN);
    }

    static <T> Map<String, T> ordered(String a, T first) {
        Map<String, T> map = new LinkedHashMap<>();
        map.put(a, first);
        return map;
    }

    static <T> Map<String, T> ordered(String a, T first, String b, T second) {
        Map<String, T> map = ordered(a, first);
        map.put(b, second);
        return map;
    }

    static <T> Map<String, T> ordered(String a, T first, String b, T second, String c, T third) {
        Map<String, T> map = ordered(a, first, b, second);
        map.put(c, third);
        return map;
    }
}
