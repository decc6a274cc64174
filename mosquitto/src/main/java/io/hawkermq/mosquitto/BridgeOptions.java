package io.hawkermq.mosquitto;

import static io.hawkermq.mosquitto.ListenerOptions.ordered;
import static io.hawkermq.mosquitto.MosquittoVersion.V2_0;
import static io.hawkermq.mosquitto.MosquittoVersion.V2_1;
import static io.hawkermq.mosquitto.Priority.P2;

import io.hawkermq.mosquitto.ValueTypes.Choice;
import io.hawkermq.mosquitto.ValueTypes.Whole;
import io.hawkermq.protocol.ProtocolVersion;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The rows for bridges.
public final class BridgeOptions {
    private static final Table TABLE = new Table(Scope.BRIDGE);

    static final Option<Optional<String>> CONNECTION =
            TABLE.in(Scope.GLOBAL)
                    .optional("connection", new CompoundTypes.Word("a name without spaces"))
                    .means("Begins a bridge to another broker; what follows belongs to it.");

    public static final Option<List<BridgeAddress>> ADDRESS =
            TABLE.value("address", new BridgeTypes.Addresses(), List.<BridgeAddress>of())
                    .alias("addresses")
                    .means("The other broker, or several of which one is used; port 1883.");

    public static final Option<List<BridgeTopic>> TOPIC =
            TABLE.list("topic", new BridgeTypes.Topic(), 10_000)
                    .means(
                            "Topics to share: which way, with which QoS, and what stands before"
                                    + " them here and there.");

    // Who the bridge is.

    public static final Option<Optional<String>> REMOTE_CLIENTID =
            TABLE.text("remote_clientid", "a Client Identifier")
                    .alias("clientid")
                    .defaultText("HOSTNAME.NAME")
                    .means("The Client Identifier at the other broker.");

    public static final Option<Optional<String>> REMOTE_USERNAME =
            TABLE.text("remote_username", "a User Name")
                    .alias("username")
                    .means("The User Name at the other broker.");

    public static final Option<Optional<String>> REMOTE_PASSWORD =
            TABLE.text("remote_password", "a password")
                    .alias("password")
                    .secret()
                    .means("The password at the other broker.");

    public static final Option<Optional<String>> LOCAL_CLIENTID =
            TABLE.text("local_clientid", "a Client Identifier")
                    .priority(P2)
                    .defaultText("local.REMOTE_CLIENTID")
                    .means("The Client Identifier here.");

    public static final Option<Optional<String>> LOCAL_USERNAME =
            TABLE.text("local_username", "a User Name")
                    .priority(P2)
                    .means("The User Name here, for the ACL.");

    public static final Option<Optional<String>> LOCAL_PASSWORD =
            TABLE.text("local_password", "a password")
                    .priority(P2)
                    .secret()
                    .means("The password here.");

    // The connection.

    public static final Option<StartType> START_TYPE =
            TABLE.value(
                            "start_type",
                            new Choice<>(
                                    ordered(
                                            "automatic",
                                            StartType.AUTOMATIC,
                                            "lazy",
                                            StartType.LAZY,
                                            "once",
                                            StartType.ONCE)),
                            StartType.AUTOMATIC)
                    .means("When the bridge connects.");

    public static final Option<RestartTimeout> RESTART_TIMEOUT =
            TABLE.value("restart_timeout", new BridgeTypes.Restart(), new RestartTimeout(5, 30, 0))
                    .means(
                            "Seconds until it connects again: always the same, or at random between"
                                    + " a base and a growing limit.");

    public static final Option<Integer> KEEPALIVE_INTERVAL =
            TABLE.value(
                            "keepalive_interval",
                            Whole.integer(5, 65_535)
                                    .raising()
                                    .refusing("'keepalive_interval' must be <= 65535."),
                            60)
                    .means("The Keep Alive in seconds.");

    public static final Option<Integer> IDLE_TIMEOUT =
            TABLE.value("idle_timeout", Whole.integer(1, Integer.MAX_VALUE).raising(), 60)
                    .priority(P2)
                    .means("Seconds without messages after which a lazy bridge disconnects.");

    public static final Option<Integer> THRESHOLD =
            TABLE.value("threshold", Whole.integer(1, Integer.MAX_VALUE).raising(), 10)
                    .priority(P2)
                    .means("Messages that wait before a lazy bridge connects.");

    public static final Option<Boolean> ROUND_ROBIN =
            TABLE.flag("round_robin", false)
                    .priority(P2)
                    .means("Takes the addresses in turn; false goes back to the first one.");

    public static final Option<ProtocolVersion> BRIDGE_PROTOCOL_VERSION =
            TABLE.value(
                            "bridge_protocol_version",
                            new Choice<>(
                                    ordered(
                                            "mqttv31",
                                            ProtocolVersion.MQTT_3_1,
                                            "mqttv311",
                                            ProtocolVersion.MQTT_3_1_1,
                                            "mqttv50",
                                            ProtocolVersion.MQTT_5)),
                            ProtocolVersion.MQTT_3_1_1)
                    .means("The version of MQTT.");

    public static final Option<Optional<String>> BRIDGE_BIND_ADDRESS =
            TABLE.text("bridge_bind_address", "an address")
                    .since(V2_0)
                    .priority(P2)
                    .means("The address here that the connection comes from.");

    public static final Option<Optional<TcpKeepalive>> BRIDGE_TCP_KEEPALIVE =
            TABLE.optional("bridge_tcp_keepalive", new BridgeTypes.Keepalive())
                    .since(V2_1)
                    .priority(P2)
                    .defaultText("off")
                    .means("Probes on an idle TCP connection.");

    public static final Option<Optional<Integer>> BRIDGE_TCP_USER_TIMEOUT =
            TABLE.optional(
                            "bridge_tcp_user_timeout",
                            Whole.integer(0, Integer.MAX_VALUE)
                                    .refusing(
                                            "Invalid 'bridge_tcp_user_timeout' value in configuration."))
                    .since(V2_1)
                    .priority(P2)
                    .means("Milliseconds that sent data may stay unconfirmed.");

    public static final Option<BridgeReload> BRIDGE_RELOAD_TYPE =
            TABLE.value(
                            "bridge_reload_type",
                            new Choice<>(
                                    ordered(
                                            "lazy",
                                            BridgeReload.LAZY,
                                            "immediate",
                                            BridgeReload.IMMEDIATE)),
                            BridgeReload.LAZY)
                    .since(V2_1)
                    .priority(P2)
                    .means("When a changed configuration of the bridge takes effect.");

    // The session.

    public static final Option<Boolean> CLEANSESSION =
            TABLE.flag("cleansession", false)
                    .means("Forgets the session when the connection ends, on both sides.");

    public static final Option<Boolean> LOCAL_CLEANSESSION =
            TABLE.flag("local_cleansession", false)
                    .since(V2_0)
                    .priority(P2)
                    .defaultText("`cleansession`")
                    .means("The same on this side only.");

    public static final Option<Long> BRIDGE_SESSION_EXPIRY_INTERVAL =
            TABLE.value("bridge_session_expiry_interval", Whole.large(0, 4_294_967_295L), 0L)
                    .since(V2_1)
                    .priority(P2)
                    .means(
                            "Seconds that the other broker keeps the session, with MQTT 5;"
                                    + " 4294967295 for ever.")
                    .here("Mosquitto refuses numbers above 2147483647.");

    public static final Option<Boolean> NOTIFICATIONS =
            TABLE.flag("notifications", true)
                    .means("Publishes 1 or 0 when the bridge is connected or not.");

    public static final Option<Boolean> NOTIFICATIONS_LOCAL_ONLY =
            TABLE.flag("notifications_local_only", false)
                    .priority(P2)
                    .means("Publishes that here only.");

    public static final Option<Optional<String>> NOTIFICATION_TOPIC =
            TABLE.text("notification_topic", "a topic")
                    .priority(P2)
                    .defaultText("$SYS/broker/connection/REMOTE_CLIENTID/state")
                    .means("The topic of that.");

    public static final Option<Boolean> TRY_PRIVATE =
            TABLE.flag("try_private", true)
                    .means("Says to the other broker that this is a bridge, against loops.");

    public static final Option<Boolean> BRIDGE_ATTEMPT_UNSUBSCRIBE =
            TABLE.flag("bridge_attempt_unsubscribe", true)
                    .means("Ends subscriptions at the other broker that are not wanted any more.");

    public static final Option<Boolean> BRIDGE_OUTGOING_RETAIN =
            TABLE.flag("bridge_outgoing_retain", true)
                    .since(V2_0)
                    .priority(P2)
                    .means("Keeps RETAIN on messages that go out.");

    public static final Option<Integer> BRIDGE_MAX_PACKET_SIZE =
            TABLE.value("bridge_max_packet_size", Whole.integer(0, Integer.MAX_VALUE).raising(), 0)
                    .since(V2_0)
                    .priority(P2)
                    .means("Bytes of the largest packet that goes out; 0 for no limit.");

    public static final Option<Integer> BRIDGE_MAX_TOPIC_ALIAS =
            TABLE.value(
                            "bridge_max_topic_alias",
                            Whole.integer(0, 65_535)
                                    .refusing(
                                            "Invalid 'bridge_max_topic_alias' value in configuration."),
                            10)
                    .since(V2_1)
                    .priority(P2)
                    .means("Topic Aliases that the other broker may use.");

    public static final Option<Optional<Integer>> BRIDGE_RECEIVE_MAXIMUM =
            TABLE.optional(
                            "bridge_receive_maximum",
                            Whole.integer(1, 65_535)
                                    .refusing("'bridge_receive_maximum' must be 1 to 65535."))
                    .since(V2_1)
                    .priority(P2)
                    .defaultText("`max_inflight_messages`")
                    .means("QoS 1 and 2 messages that may be in flight from the other broker.");

    // TLS.

    public static final Option<Optional<Path>> BRIDGE_CAFILE =
            TABLE.path("bridge_cafile", "a path")
                    .means("The authorities for the other broker's certificate; turns TLS on.");

    public static final Option<Optional<Path>> BRIDGE_CAPATH =
            TABLE.path("bridge_capath", "a directory")
                    .priority(P2)
                    .means("A directory of such authorities; turns TLS on.");

    public static final Option<Boolean> BRIDGE_TLS_USE_OS_CERTS =
            TABLE.flag("bridge_tls_use_os_certs", false)
                    .since(V2_1)
                    .means("Trusts the authorities of the system; turns TLS on.");

    public static final Option<Optional<Path>> BRIDGE_CERTFILE =
            TABLE.path("bridge_certfile", "a path").means("The certificate of the bridge.");

    public static final Option<Optional<Path>> BRIDGE_KEYFILE =
            TABLE.lastPath("bridge_keyfile", "a path")
                    .means("The private key of `bridge_certfile`.");

    public static final Option<Boolean> BRIDGE_INSECURE =
            TABLE.flag("bridge_insecure", false)
                    .means("Does not compare the other broker's name with its certificate.");

    public static final Option<TlsVersion> BRIDGE_TLS_VERSION =
            TABLE.value("bridge_tls_version", ListenerOptions.tlsVersion(), TlsVersion.TLS_1_2)
                    .means("The oldest version of TLS that is spoken.");

    public static final Option<Optional<String>> BRIDGE_ALPN =
            TABLE.text("bridge_alpn", "the name of a protocol")
                    .means("The protocol that is asked for with ALPN, for brokers on port 443.");

    public static final Option<Optional<String>> BRIDGE_CIPHERS =
            TABLE.text("bridge_ciphers", "a list of OpenSSL names")
                    .since(V2_1)
                    .priority(P2)
                    .means("The cipher suites of TLS 1.2.");

    public static final Option<Optional<String>> BRIDGE_CIPHERS_TLS13 =
            TABLE.text("bridge_ciphers_tls1.3", "a list of names")
                    .since(V2_1)
                    .priority(P2)
                    .means("The cipher suites of TLS 1.3.");

    public static final Option<Optional<String>> BRIDGE_IDENTITY =
            TABLE.text("bridge_identity", "a text").priority(P2).means("The identity for TLS-PSK.");

    public static final Option<Optional<String>> BRIDGE_PSK =
            TABLE.optional("bridge_psk", new BridgeTypes.Hex())
                    .priority(P2)
                    .secret()
                    .means("The key of that identity.");

    public static final Option<Boolean> BRIDGE_REQUIRE_OCSP =
            TABLE.flag("bridge_require_ocsp", false)
                    .priority(P2)
                    .means("Demands that the other broker proves its certificate is not revoked.");

    static final List<Option<?>> ROWS = TABLE.rows();

    private BridgeOptions() {}
}
