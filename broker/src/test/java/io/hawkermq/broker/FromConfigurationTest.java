package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.security.FileAccess.AnonymousClients;
import io.hawkermq.broker.security.LoginLimits;
import io.hawkermq.core.AccessControl;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.Limits;
import io.hawkermq.core.LogLevel;
import io.hawkermq.mosquitto.Configuration;
import io.hawkermq.mosquitto.ConfigurationException;
import io.hawkermq.mosquitto.ConfigurationReader;
import io.hawkermq.store.Durability;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FromConfigurationTest {
    private static final ConfigurationReader READER =
            new ConfigurationReader(Map.of(), () -> "host");

    private static Configuration read(String... lines) throws ConfigurationException {
        return READER.readText("a.conf", String.join("\n", lines) + "\n");
    }

    private static BrokerOptions options(String... lines) throws Exception {
        return FromConfiguration.options(read(lines), AccessControl.anonymous(), EventLog.SILENT);
    }

    @Test
    void anEmptyFileIsTheBrokerWithoutOne() throws Exception {
        BrokerOptions local = BrokerOptions.local(1883);
        assertEquals(local.toString(), options("").toString());
        assertEquals(AccessSettings.OPEN, FromConfiguration.access(read("")));
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
                                "persistent_client_expiration 2h",
                                "hawker_max_offline_bytes 5000",
                                "hawker_max_waiting_bytes 70000",
                                "listener 1883",
                                "max_topic_alias 3",
                                "max_topic_alias_broker 4",
                                "listener 1884")
                        .limits();
        assertEquals(
                new Limits(
                        40,
                        1_048_576,
                        3,
                        4,
                        8_192,
                        1_000_000,
                        5_000,
                        70_000,
                        120,
                        7_200,
                        limits.maximumSubscriptions(),
                        limits.streamBatch()),
                limits);
    }

    @Test
    void zeroIsNoLimit() throws Exception {
        Limits limits =
                options("max_inflight_messages 0", "max_keepalive 0", "max_packet_size 2147483647")
                        .limits();
        assertEquals(65_535, limits.receiveMaximum());
        assertEquals(65_535, limits.maximumKeepAlive());
        assertEquals(268_435_456, limits.maximumPacketSize());
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
                                        "127.0.0.1", 1883, null, Listener.Family.ANY)),
                        Listener.at(
                                        new Listener.Address.Tcp(
                                                null, 1884, "eth0", Listener.Family.IPV4))
                                .with(l -> l.maximumConnections(200))),
                options(
                                "listener 1883 127.0.0.1",
                                "listener 1884",
                                "bind_interface eth0",
                                "socket_domain ipv4",
                                "max_connections 200")
                        .listeners());
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
                new Persistence(Path.of("here"), Durability.OS),
                options("persistence true", "persistence_location here", "hawker_durability os")
                        .persistence());
    }

    @Test
    void access() throws Exception {
        assertEquals(
                new AccessSettings(
                        Optional.of(Path.of("/pw")),
                        Optional.of(Path.of("/acl")),
                        AnonymousClients.REFUSED),
                FromConfiguration.access(
                        read("listener 1883", "password_file /pw", "acl_file /acl")));
        assertEquals(
                AccessSettings.OPEN,
                FromConfiguration.access(read("listener 1883", "allow_anonymous true")));
    }

    @Test
    void pluginsOfMosquittoStandForTheFiles() throws Exception {
        assertEquals(
                new AccessSettings(
                        Optional.of(Path.of("/pw")),
                        Optional.of(Path.of("/acl")),
                        AnonymousClients.REFUSED),
                FromConfiguration.access(
                        read(
                                "listener 1883",
                                "global_plugin /usr/lib/mosquitto_password_file.so",
                                "plugin_opt_password_file /pw",
                                "global_plugin /usr/lib/mosquitto_acl_file.so",
                                "plugin_opt_acl_file /acl")));
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
                    listener 8883;certfile /c;keyfile /k | The listener 8883 (TLS) cannot be started from a file yet: plain TCP can. Error found at a.conf:1. | 3
                    listener 1883;protocol websockets    | The listener 1883 (WebSocket) cannot be started from a file yet: plain TCP can. Error found at a.conf:1. | 3
                    listener 0 /run/m.sock               | The listener 0 /run/m.sock cannot be started from a file yet: plain TCP can. Error found at a.conf:1. | 3
                    listener 1883;mount_point t/         | 'mount_point' is not supported yet by this build. Error found at a.conf:2. | 3
                    listener 1883;enable_proxy_protocol 2 | 'enable_proxy_protocol' is not supported yet by this build. Error found at a.conf:2. | 3
                    clientid_prefixes dev                | 'clientid_prefixes' is not supported yet by this build. Error found at a.conf:1. | 3
                    listener 9883;protocol http_api      | No listener for MQTT is left. | 3
                    plugin /usr/lib/mine.so              | Unable to load plugin '/usr/lib/mine.so'. This broker runs in a Java machine and loads no libraries: use 'password_file' and 'acl_file' for access, 'persistence true' for a store. Error found at a.conf:1. | 13
                    plugin mosquitto_persist_sqlite.so   | Unable to load plugin 'mosquitto_persist_sqlite.so'. Use 'persistence true', which stores each message too. Error found at a.conf:1. | 13
                    """)
    void whatMustNotBePassedOverIsRefused(String lines, String message, int exitStatus) {
        StartException e = assertThrows(StartException.class, () -> options(lines.split(";")));
        assertEquals(message, e.getMessage());
        assertEquals(exitStatus, e.exitStatus());
    }

    @Test
    void listenersThatDifferInAccessAreRefused() throws Exception {
        Configuration configuration =
                read(
                        "per_listener_settings true",
                        "listener 1883 127.0.0.1",
                        "allow_anonymous true",
                        "listener 1884",
                        "password_file /pw");
        StartException e =
                assertThrows(StartException.class, () -> FromConfiguration.access(configuration));
        assertEquals(
                "The listener 1884 and the listener 1883 127.0.0.1 [a.conf:2] differ in who may"
                        + " connect, which is not supported yet by this build. Error found at"
                        + " a.conf:4.",
                e.getMessage());
    }

    @Test
    void aPluginWithoutItsFileIsRefused() throws Exception {
        Configuration configuration =
                read("listener 1883", "global_plugin mosquitto_password_file.so");
        StartException e =
                assertThrows(StartException.class, () -> FromConfiguration.access(configuration));
        assertEquals(
                "The plugin 'mosquitto_password_file.so' needs the line 'plugin_opt_password_file"
                        + " FILE' below it. Error found at a.conf:2.",
                e.getMessage());
    }

    @Test
    void whatIsPassedOverIsSaid() throws Exception {
        assertEquals(
                List.of(
                        "'queue_qos0_messages' has no effect yet [a.conf:1]",
                        "'log_dest syslog' has no effect yet [a.conf:2]",
                        "'max_qos' has no effect yet [a.conf:4]",
                        "The listener 9883 (HTTP API) is not opened: this build has no HTTP API yet"
                                + " [a.conf:5]",
                        "The bridge far is not active: this build has no bridges yet [a.conf:7]"),
                Unsupported.warnings(
                        read(
                                "queue_qos0_messages true",
                                "log_dest syslog",
                                "listener 1883",
                                "max_qos 1",
                                "listener 9883",
                                "protocol http_api",
                                "connection far",
                                "address far.example",
                                "topic # out")));
        assertEquals(List.of(), Unsupported.warnings(read("")));
    }
}
