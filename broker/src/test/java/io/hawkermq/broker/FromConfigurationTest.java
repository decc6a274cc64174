package io.hawkermq.broker;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.security.FileAccess.AnonymousClients;
import io.hawkermq.broker.security.LoginLimits;
import io.hawkermq.broker.transport.ProxyOptions;
import io.hawkermq.broker.transport.TlsOptions;
import io.hawkermq.broker.transport.WebSocketOptions;
import io.hawkermq.core.AccessControl;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.Limits;
import io.hawkermq.core.LogLevel;
import io.hawkermq.core.Terms;
import io.hawkermq.mosquitto.Configuration;
import io.hawkermq.mosquitto.ConfigurationException;
import io.hawkermq.mosquitto.ConfigurationReader;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.store.Durability;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FromConfigurationTest {
    private static final ConfigurationReader READER =
            new ConfigurationReader(Map.of(), () -> "host");

    /// A file says the number where a broker without one leaves it to its limits.
    private static final Terms DEFAULTS =
            Terms.DEFAULT.with(t -> t.topicAliasMaximum(10).topicAliasMaximumBroker(10));

    private static Configuration read(String... lines) throws ConfigurationException {
        return READER.readText("a.conf", String.join("\n", lines) + "\n");
    }

    private static BrokerOptions options(String... lines) throws Exception {
        return FromConfiguration.options(read(lines), AccessControl.anonymous(), EventLog.SILENT);
    }

    /// What the listeners have in common.
    private static AccessSettings access(String... lines) throws Exception {
        Set<AccessSettings> settings = Set.copyOf(ListenersAccess.settings(read(lines)).values());
        assertEquals(1, settings.size());
        return settings.iterator().next();
    }

    private static Listener listener(String... lines) throws Exception {
        return options(lines).listeners().getFirst();
    }

    @Test
    void anEmptyFileIsTheBrokerWithoutOne() throws Exception {
        BrokerOptions local = BrokerOptions.local(1883);
        assertEquals(
                local.with(o -> o.listeners(Listener.loopback(1883).with(l -> l.terms(DEFAULTS))))
                        .toString(),
                options("").toString());
        assertEquals(AccessSettings.OPEN, access(""));
        assertEquals(LogSettings.DEFAULT, LogSettings.of(read("")));
        assertEquals(LoginLimits.DEFAULT, FromConfiguration.loginLimits(read("")));
    }

    @Test
    void limits() throws Exception {
        Limits limits =
                options(
                                "max_inflight_messages 40",
                                "max_packet_size 1048576",
                                "max_queued_messages 8192",
                                "max_queued_bytes 1000000",
                                "max_keepalive 120",
                                "hawker_max_topic_levels 7",
                                "global_max_clients 99",
                                "message_size_limit 1000",
                                "max_inflight_bytes 16",
                                "retain_available false",
                                "upgrade_outgoing_qos true",
                                "queue_qos0_messages true",
                                "check_retain_source false",
                                "persistent_client_expiration 2h",
                                "hawker_max_offline_bytes 5000",
                                "hawker_max_waiting_bytes 70000")
                        .limits();
        assertEquals(
                new Limits(
                        40,
                        40,
                        1_048_576,
                        10,
                        10,
                        8_192,
                        1_000_000,
                        5_000,
                        70_000,
                        limits.maximumUnstoredBytes(),
                        120,
                        7_200,
                        limits.maximumSubscriptions(),
                        limits.maximumSharedSubscriptions(),
                        99,
                        7,
                        1_000,
                        16,
                        Limits.Retain.REFUSED,
                        Limits.RetainSource.UNCHECKED,
                        Limits.OutgoingQos.AS_GRANTED,
                        Limits.AtMostOnce.QUEUED,
                        limits.queueHead(),
                        limits.queueHeadOffline(),
                        limits.streamBatch(),
                        limits.endedSubscriptions()),
                limits);
    }

    @Test
    void zeroIsNoLimit() throws Exception {
        Limits limits =
                options("max_inflight_messages 0", "max_keepalive 0", "max_packet_size 2147483647")
                        .limits();
        assertEquals(65_535, limits.receiveMaximum());
        assertEquals(65_535, limits.widestWindow());
        assertEquals(65_535, limits.maximumKeepAlive());
        assertEquals(268_435_460, limits.maximumPacketSize());
    }

    @Test
    void theRestOfTheBroker() throws Exception {
        BrokerOptions options =
                options("sys_interval 0", "hawker_max_outbound_bytes 8192", "hawker_loops 3");
        assertEquals(0, options.sysIntervalSeconds());
        assertEquals(8_192, options.maximumOutboundBytes());
        assertEquals(3, options.loops());
        assertEquals(0b111L, options.slots().activeShards());
    }

    @Test
    void listeners() throws Exception {
        assertEquals(
                List.of(
                        Listener.at(
                                        new Listener.Address.Tcp(
                                                "127.0.0.1", 1883, null, Listener.Family.ANY))
                                .with(l -> l.terms(DEFAULTS).origin("a.conf:1")),
                        Listener.at(
                                        new Listener.Address.Tcp(
                                                null, 1884, "eth0", Listener.Family.IPV4))
                                .with(l ->
                                        l.maximumConnections(200)
                                                .terms(DEFAULTS)
                                                .origin("a.conf:2"))),
                options(
                                "listener 1883 127.0.0.1",
                                "listener 1884",
                                "bind_interface eth0",
                                "socket_domain ipv4",
                                "max_connections 200")
                        .listeners());
        assertEquals(
                new Listener.Address.Unix(Path.of("/run/m.sock"), Listener.DEFAULT_PERMISSIONS),
                listener("listener 0 /run/m.sock").address());
    }

    @Test
    void tls() throws Exception {
        assertNull(listener("listener 1883").tls());
        assertEquals(
                TlsOptions.of(Path.of("/c"), Path.of("/k"))
                        .toString()
                        .replaceAll("Lambda[^,]*", ""),
                Objects.requireNonNull(listener("listener 8883", "certfile /c", "keyfile /k").tls())
                        .toString()
                        .replaceAll("Lambda[^,]*", ""));
        TlsOptions tls =
                Objects.requireNonNull(
                        listener(
                                        "listener 8883",
                                        "certfile /c",
                                        "keyfile /k",
                                        "cafile /ca",
                                        "capath /cas",
                                        "crlfile /crl",
                                        "require_certificate true",
                                        "disable_client_cert_date_checks true",
                                        "use_subject_as_username true",
                                        "tls_version tlsv1.3",
                                        "ciphers HIGH",
                                        "ciphers_tls1.3 TLS_AES_128_GCM_SHA256",
                                        "tls_engine none",
                                        "dhparamfile /dh")
                                .tls());
        assertEquals(Path.of("/ca"), tls.authorityFile());
        assertEquals(Path.of("/cas"), tls.authorityDirectory());
        assertEquals(Path.of("/crl"), tls.revocationFile());
        assertEquals(TlsOptions.ClientCertificates.REQUIRED, tls.clientCertificates());
        assertEquals(TlsOptions.Dates.IGNORED, tls.dates());
        assertEquals(TlsOptions.Identity.SUBJECT, tls.identity());
        assertEquals(TlsOptions.Version.TLS_1_3, tls.oldest());
        assertEquals("HIGH", tls.ciphers());
        assertEquals("TLS_AES_128_GCM_SHA256", tls.ciphersTls13());
    }

    @Test
    void webSocket() throws Exception {
        assertNull(listener("listener 1883").webSocket());
        assertEquals(
                WebSocketOptions.DEFAULT,
                listener("listener 9001", "protocol websockets").webSocket());
        WebSocketOptions options =
                Objects.requireNonNull(
                        listener(
                                        "listener 9001",
                                        "protocol websockets",
                                        "websockets_headers_size 4096",
                                        "websockets_origin https://a",
                                        "websockets_origin https://b")
                                .webSocket());
        assertEquals(List.of("https://a", "https://b"), options.origins());
        assertEquals(4_096, options.maximumHeaderBytes());
    }

    @Test
    void proxy() throws Exception {
        assertNull(listener("listener 1883").proxy());
        assertEquals(
                ProxyOptions.of(ProxyOptions.Version.V1),
                listener("listener 1883", "enable_proxy_protocol 1").proxy());
        assertEquals(
                new ProxyOptions(
                        ProxyOptions.Version.V2,
                        ProxyOptions.ClientTls.REQUIRED,
                        TlsOptions.Identity.CONNECT),
                listener(
                                "listener 1883",
                                "enable_proxy_protocol 2",
                                "proxy_protocol_v2_require_tls true")
                        .proxy());
        assertEquals(
                new ProxyOptions(
                        ProxyOptions.Version.V2,
                        ProxyOptions.ClientTls.WITH_CERTIFICATE,
                        TlsOptions.Identity.COMMON_NAME),
                listener(
                                "listener 1883",
                                "enable_proxy_protocol 2",
                                "require_certificate true",
                                "use_identity_as_username true")
                        .proxy());
    }

    @Test
    void terms() throws Exception {
        assertEquals(
                new Terms(
                        EnumSet.of(ProtocolVersion.MQTT_3_1_1, ProtocolVersion.MQTT_5),
                        QoS.AT_LEAST_ONCE,
                        3,
                        4,
                        "plant/",
                        Terms.ClientIds.USER_NAME,
                        "dev",
                        Terms.EmptyClientIds.REFUSED,
                        "made-",
                        Terms.ReasonStrings.OMITTED,
                        Terms.ResponseInformation.NONE),
                listener(
                                "hawker_reason_strings false",
                                "hawker_response_information false",
                                "clientid_prefixes dev",
                                "allow_zero_length_clientid false",
                                "listener 1883",
                                "accept_protocol_versions 4,5",
                                "max_qos 1",
                                "max_topic_alias 3",
                                "max_topic_alias_broker 4",
                                "mount_point plant/",
                                "use_username_as_clientid true",
                                "listener_auto_id_prefix made-")
                        .terms());
    }

    @Test
    void persistence() throws Exception {
        assertNull(options("persistence_location /data", "hawker_durability os").persistence());
        assertEquals(
                new Persistence(Path.of(""), Durability.ALWAYS),
                options("persistence true").persistence());
        assertEquals(
                new Persistence(Path.of("/data"), Durability.interval(Duration.ofMillis(60))),
                options(
                                "persistence true",
                                "persistence_location /data/",
                                "hawker_durability interval 60")
                        .persistence());
        assertEquals(
                new Persistence(Path.of("here"), "own.db", Durability.OS),
                options(
                                "persistence true",
                                "persistence_location here",
                                "persistence_file own.db",
                                "hawker_durability os")
                        .persistence());
    }

    @Test
    void access() throws Exception {
        assertEquals(
                new AccessSettings(
                        Optional.of(Path.of("/pw")),
                        Optional.of(Path.of("/acl")),
                        AnonymousClients.REFUSED),
                access("listener 1883", "password_file /pw", "acl_file /acl"));
        assertEquals(AccessSettings.OPEN, access("listener 1883", "allow_anonymous true"));
    }

    @Test
    void pluginsOfMosquittoStandForTheFiles() throws Exception {
        assertEquals(
                new AccessSettings(
                        Optional.of(Path.of("/pw")),
                        Optional.of(Path.of("/acl")),
                        AnonymousClients.REFUSED),
                access(
                        "listener 1883",
                        "global_plugin /usr/lib/mosquitto_password_file.so",
                        "plugin_opt_password_file /pw",
                        "global_plugin /usr/lib/mosquitto_acl_file.so",
                        "plugin_opt_acl_file /acl"));
    }

    @Test
    void sqlitesPluginIsTheStoreBesideItsFile() throws Exception {
        assertEquals(
                new Persistence(Path.of("/var/lib/m"), Durability.ALWAYS),
                options(
                                "persistence_location /var/lib/m",
                                "global_plugin /usr/lib/mosquitto_persist_sqlite.so")
                        .persistence());
        assertEquals(
                new Persistence(Path.of("/data"), Durability.OS),
                options(
                                "global_plugin mosquitto_persist_sqlite.so",
                                "plugin_opt_db_file /data/m.sqlite3",
                                "plugin_opt_sync off")
                        .persistence());
    }

    /// Who says what is lost at a power cut has said it.
    @Test
    void ourDurabilityWinsOverSqlites() throws Exception {
        Persistence both =
                options(
                                "hawker_durability interval 50",
                                "global_plugin mosquitto_persist_sqlite.so",
                                "plugin_opt_sync off")
                        .persistence();
        assertEquals(Durability.interval(Duration.ofMillis(50)), requireNonNull(both).durability());
    }

    @Test
    void whatSqliteHasStoredIsNotPassedOverInSilence(@TempDir Path directory) throws Exception {
        Files.createFile(directory.resolve("mosquitto.sqlite3"));
        List<String> warnings =
                Unsupported.warnings(
                        read(
                                "persistence_location " + directory,
                                "global_plugin mosquitto_persist_sqlite.so",
                                "plugin_opt_flush_period 5"));
        assertEquals(2, warnings.size(), warnings.toString());
        assertTrue(warnings.get(0).startsWith("'plugin_opt_flush_period' has no effect"));
        assertTrue(warnings.get(1).contains("mosquitto.sqlite3 is not read"), warnings.get(1));
    }

    @Test
    void sparkplugsPluginMakesAware() throws Exception {
        assertEquals(
                BrokerOptions.Sparkplug.AWARE,
                options("plugin /usr/lib/mosquitto_sparkplug_aware.so").sparkplug());
        assertEquals(BrokerOptions.Sparkplug.UNAWARE, options("allow_anonymous true").sparkplug());
    }

    @Test
    void loginLimits() throws Exception {
        assertEquals(
                new LoginLimits(1, 2, 3, 4, 5, 5_000),
                FromConfiguration.loginLimits(
                        read(
                                "hawker_login_failures 1",
                                "hawker_login_failures_address 2",
                                "hawker_login_window 3",
                                "hawker_login_ban 4",
                                "hawker_login_delay 5")));
    }

    @Test
    void log() throws Exception {
        LogSettings settings =
                LogSettings.of(
                        read(
                                "log_dest stdout",
                                "log_dest file /var/log/m.log",
                                "log_type error",
                                "log_type subscribe",
                                "log_timestamp false"));
        assertEquals(EnumSet.of(LogLevel.ERROR, LogLevel.SUBSCRIBE), settings.levels());
        assertTrue(settings.isOnStandardOutput());
        assertFalse(settings.isOnStandardError());
        assertEquals(List.of(Path.of("/var/log/m.log")), settings.files());
        assertEquals("", settings.time().prefix(0));
    }

    @Test
    void connectionMessagesAreNotices() throws Exception {
        assertFalse(
                LogSettings.of(read("connection_messages false"))
                        .levels()
                        .contains(LogLevel.CONNECTION));
        assertFalse(LogSettings.of(read("log_type error")).levels().contains(LogLevel.CONNECTION));
        assertTrue(LogSettings.of(read("log_type all")).levels().contains(LogLevel.CONNECTION));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    listener 8883;psk_hint h | The listener 8883 (TLS-PSK) has a 'psk_hint' and no keys: name their file with 'psk_file'. Error found at a.conf:2. | 3
                    listener 1883;listener 9883;protocol http_api;psk_hint x | The listener 9883 (TLS-PSK, HTTP API) cannot be opened: HTTP needs a port, without 'psk_hint', 'enable_proxy_protocol', 'bind_interface' and 'socket_domain'; 'listener' may give its address. Error found at a.conf:2. | 3
                    listener 1883;listener 9883;protocol http_api;bind_interface lo | The listener 9883 (HTTP API) cannot be opened: HTTP needs a port, without 'psk_hint', 'enable_proxy_protocol', 'bind_interface' and 'socket_domain'; 'listener' may give its address. Error found at a.conf:2. | 3
                    listener 9883;protocol http_api      | No listener for MQTT is left. | 3
                    plugin /usr/lib/mine.so              | Unable to load plugin '/usr/lib/mine.so'. This broker runs in a Java machine and loads no libraries: use 'password_file' and 'acl_file' for access, 'persistence true' for a store. Error found at a.conf:1. | 13
                    plugin /usr/lib/go-auth.so           | The plugin '/usr/lib/go-auth.so' needs a line like 'plugin_opt_backends files, http' below it. Error found at a.conf:1. | 13
                    """)
    void whatMustNotBePassedOverIsRefused(String lines, String message, int exitStatus) {
        StartException e = assertThrows(StartException.class, () -> options(lines.split(";")));
        assertEquals(message, e.getMessage());
        assertEquals(exitStatus, e.exitStatus());
    }

    @Test
    void listenersMayDifferInAccess() throws Exception {
        assertEquals(
                List.of(
                        AccessSettings.OPEN,
                        new AccessSettings(
                                Optional.of(Path.of("/pw")),
                                Optional.empty(),
                                AnonymousClients.REFUSED)),
                List.copyOf(
                        ListenersAccess.settings(
                                        read(
                                                "per_listener_settings true",
                                                "listener 1883 127.0.0.1",
                                                "allow_anonymous true",
                                                "listener 1884",
                                                "password_file /pw"))
                                .values()));
    }

    @Test
    void aCertificateThatCannotBeReadIsNamedWithItsPlace() throws Exception {
        Configuration configuration =
                read("listener 8883", "certfile /no/such.pem", "keyfile /no/such.key");
        StartException e =
                assertThrows(StartException.class, () -> FromConfiguration.check(configuration));
        assertEquals(
                "Cannot listen on port 8883: the file /no/such.pem does not exist. Error found at"
                        + " a.conf:1.",
                e.getMessage());
        assertEquals(1, e.exitStatus());
    }

    @Test
    void aPluginWithoutItsFileIsRefused() throws Exception {
        Configuration configuration =
                read("listener 1883", "global_plugin mosquitto_password_file.so");
        StartException e =
                assertThrows(StartException.class, () -> ListenersAccess.settings(configuration));
        assertEquals(
                "The plugin 'mosquitto_password_file.so' needs the line 'plugin_opt_password_file"
                        + " FILE' below it. Error found at a.conf:2.",
                e.getMessage());
    }

    @Test
    void whatIsPassedOverIsSaid() throws Exception {
        assertEquals(
                List.of(
                        "'memory_limit' has no effect yet [a.conf:1]",
                        "'log_dest dlt' has no effect here [a.conf:2]",
                        "'use_identity_as_username' has no effect without 'certfile' and"
                                + " 'keyfile': clients are known by their User Names [a.conf:4]",
                        "The bridge far is not active: this build has no bridges yet [a.conf:7]"),
                Unsupported.warnings(
                        read(
                                "memory_limit 1000000",
                                "log_dest dlt",
                                "listener 1883",
                                "use_identity_as_username true",
                                "listener 9883",
                                "protocol http_api",
                                "connection far",
                                "address far.example",
                                "topic # out")));
        assertEquals(List.of(), Unsupported.warnings(read("")));
    }
}
