package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.AccessControl;
import io.hawkermq.core.EventLog;
import io.hawkermq.mosquitto.Configuration;
import io.hawkermq.mosquitto.ConfigurationException;
import io.hawkermq.mosquitto.ConfigurationReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Whatever is wrong in a file, in a file that it names or with a place where it listens is one
/// line that says so, and an exit status.
class WrongInputTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private static Path folder;

    @BeforeAll
    static void makeFiles() throws Exception {
        TestCertificates c = new TestCertificates(folder);
        c.root("ca", "ca");
        c.key("server", "EC");
        c.issue("server", "ca", "server", "/CN=localhost");
        c.key("other", "EC");
        c.key("old", "EC");
        c.issueExpired("old", "ca", "server", "/CN=localhost");
        c.openssl("ec", "-in", "server.key", "-aes128", "-passout", "pass:x", "-out", "locked.key");
        Path crt = folder.resolve("server.crt");
        String pem = Files.readString(crt);
        Files.writeString(folder.resolve("cut.crt"), pem.substring(0, pem.length() / 2));
        Files.writeString(
                folder.resolve("damaged.crt"),
                "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
        Files.writeString(folder.resolve("text"), "nothing of the kind\n");
        Files.writeString(folder.resolve("empty"), "");
        Files.writeString(folder.resolve("plain.pw"), "ann:secret\n");
        Files.writeString(folder.resolve("cut.pw"), "# one\nann:$7$101$abc\n");
        Files.writeString(folder.resolve("wrong.acl"), "user ann\ntropic a\n");
        Files.writeString(folder.resolve("socket"), "no socket\n");
    }

    private static Path written(String... lines) throws IOException {
        List<String> all = new ArrayList<>();
        for (String line : lines) {
            all.add(line.strip().replace("@", folder.toString()));
        }
        return Files.write(folder.resolve("a.conf"), all);
    }

    private static StartException refused(String... lines) throws IOException {
        Path file = written(lines);
        return assertThrows(
                StartException.class,
                () -> Broker.start(BrokerOptions.ofFile(file, new LogLines())).close());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    3 | max_inflight 3                          | Unknown configuration variable 'max_inflight'. | a.conf:1
                    3 | max_queued_messages many                | 'max_queued_messages' value not a number. | a.conf:1
                    3 | allow_anonymous maybe                   | Invalid 'allow_anonymous' value (maybe). | a.conf:1
                    3 | listener 99999                          | Invalid 'port' value (99999). | a.conf:1
                    3 | listener 18;certfile @/server.crt       | TLS needs both 'certfile' and 'keyfile'. | a.conf:2
                    1 | listener 18;tls_version tlsv9           | tlsv9 | a.conf:2
                    3 | listener 18;max_qos 3                   | 'max_qos' must be between 0 and 2 inclusive. | a.conf:2
                    3 | listener 18;mount_point a/#             | mount_point | a.conf:2
                    3 | listener 18;enable_proxy_protocol 3     | enable_proxy_protocol must be 1 or 2. | a.conf:2
                    3 | listener 18;enable_proxy_protocol 2;certfile @/server.crt;keyfile @/server.key | cannot be used with `enable_proxy_protocol 2`. | a.conf:2
                    3 | listener 18;accept_protocol_versions 6  | accept_protocol_versions | a.conf:2
                    3 | listener 17;listener 18;protocol http_api;psk_hint x | HTTP needs a port, without 'psk_hint' | a.conf:2
                    3 | listener 18;protocol webs | Invalid 'protocol' value (webs). | a.conf:2
                    3 | listener 18;websockets_origin | Empty 'websockets_origin' value in configuration. | a.conf:2
                    3 | plugin_opt_config_file x;listener 18 | requires plugin/global_plugin/plugin_load to be defined first. | a.conf:1
                    3 | listener 18;plugin_use none | No plugin has the name 'none' so far. | a.conf:2
                    3 | listener 18;psk_hint x                  | name their file with 'psk_file' | a.conf:2
                    3 | listener 18;password_file @/none        | Unable to use the password_file @/none: the file does not exist. | a.conf:2
                    3 | listener 18;password_file @             | @: |
                    3 | listener 18;password_file @/plain.pw    | @/plain.pw:1. |
                    3 | listener 18;password_file @/cut.pw      | unable to decode line in password file |
                    3 | listener 18;acl_file @/none             | Unable to use the acl_file @/none: the file does not exist. | a.conf:2
                    3 | listener 18;acl_file @/wrong.acl        | @/wrong.acl:2: |
                    1 | listener 18;certfile @/none;keyfile @/server.key       | Cannot listen on port 18: the file @/none does not exist. | a.conf:1
                    1 | listener 18;certfile @;keyfile @/server.key            | @ is a directory, a file is needed. | a.conf:1
                    1 | listener 18;certfile @/text;keyfile @/server.key       | the file @/text has no certificate in PEM form. | a.conf:1
                    1 | listener 18;certfile @/cut.crt;keyfile @/server.key    | @/cut.crt: the block 'CERTIFICATE' does not end. | a.conf:1
                    1 | listener 18;certfile @/damaged.crt;keyfile @/server.key | a certificate in @/damaged.crt is damaged | a.conf:1
                    1 | listener 18;certfile @/server.crt;keyfile @/none       | the file @/none does not exist. | a.conf:1
                    1 | listener 18;certfile @/server.crt;keyfile @/empty      | the file @/empty has no private key | a.conf:1
                    1 | listener 18;certfile @/server.crt;keyfile @/server.crt | the file @/server.crt has no private key | a.conf:1
                    1 | listener 18;certfile @/server.crt;keyfile @/locked.key | @/locked.key | a.conf:1
                    1 | listener 18;certfile @/server.crt;keyfile @/other.key  | the private key in @/other.key does not belong to the certificate in @/server.crt. | a.conf:1
                    1 | listener 18;certfile @/server.crt;keyfile @/server.key;cafile @/text | the file @/text has no certificate in PEM form. | a.conf:1
                    1 | listener 18;certfile @/server.crt;keyfile @/server.key;capath @/none | the directory @/none cannot be read | a.conf:1
                    1 | listener 18;certfile @/server.crt;keyfile @/server.key;cafile @/ca.crt;crlfile @/text | @/text | a.conf:1
                    1 | listener 18;certfile @/server.crt;keyfile @/server.key;ciphers RC4 | the list of ciphers selects no cipher suite | a.conf:1
                    1 | listener 18 192.0.2.1                   | cannot listen on 192.0.2.1 port 18: this machine does not have that address. | a.conf:1
                    1 | listener 18 no.such.name.invalid        | cannot listen on 'no.such.name.invalid' port 18: the name is unknown. | a.conf:1
                    1 | listener 18;bind_interface none9        | there is no network interface 'none9' | a.conf:1
                    1 | listener 0 @/none/socket                | its directory does not exist | a.conf:1
                    1 | listener 0 @/socket                     | something is there that is no socket | a.conf:1
                    """)
    void whatIsWrongIsOneLine(
            int status, String lines, String error, @org.jspecify.annotations.Nullable String place)
            throws IOException {
        StartException e = refused(lines.split(";"));
        String message = String.valueOf(e.getMessage());
        assertTrue(
                message.toLowerCase(java.util.Locale.ROOT)
                        .contains(
                                error.replace("@", folder.toString())
                                        .toLowerCase(java.util.Locale.ROOT)),
                message);
        assertTrue(place == null || message.contains(place), message);
        assertEquals(1, message.lines().count(), message);
        assertEquals(status, e.exitStatus(), message);
    }

    @Test
    void aPortInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            StartException e = refused("listener " + taken.getLocalPort() + " 127.0.0.1");
            assertEquals(
                    "cannot listen on 127.0.0.1 port "
                            + taken.getLocalPort()
                            + ": the port is in use. Is another broker running? Choose another port"
                            + " with -p. Error found at "
                            + folder.resolve("a.conf")
                            + ":1.",
                    e.getMessage());
            assertEquals(1, e.exitStatus());
        }
    }

    @Test
    void aPrivilegedPortIsExplained() {
        String text = Listening.failure(InetAddress.getLoopbackAddress(), 18, "Permission denied");
        assertTrue(text.contains("port 18: ports below 1024 need a privilege."), text);
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    @Test
    void aPrivilegedPortAndAKeyThatMayNotBeRead() throws Exception {
        Assumptions.assumeFalse(isRoot(), "root may do both");
        Path key = folder.resolve("secret.key");
        Files.copy(folder.resolve("server.key"), key);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("---------"));
        assertTrue(
                String.valueOf(
                                refused(
                                                "listener 18",
                                                "certfile @/server.crt",
                                                "keyfile @/secret.key")
                                        .getMessage())
                        .contains("secret.key"));
        assertTrue(
                String.valueOf(refused("listener 18 127.0.0.1").getMessage())
                        .contains("ports below 1024 need a privilege"));
    }

    @Test
    void anExpiredCertificateIsWarnedOfAndUsed() throws Exception {
        LogLines log = new LogLines();
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path file =
                written(
                        "listener " + port + " 127.0.0.1",
                        "certfile @/old.crt",
                        "keyfile @/old.key");
        Broker.start(BrokerOptions.ofFile(file, log)).close();
        assertTrue(log.await("old.crt has expired on 2020-02-01").contains("port " + port));
    }

    // ---- any lines ----

    private static final List<String> LINES =
            List.of(
                    "per_listener_settings true",
                    "listener 1883",
                    "listener 1884 127.0.0.1",
                    "listener 8883",
                    "listener 0 /run/m.sock",
                    "port 1885",
                    "bind_address 127.0.0.1",
                    "protocol mqtt",
                    "protocol websockets",
                    "bind_interface lo",
                    "socket_domain ipv6",
                    "enable_proxy_protocol 1",
                    "enable_proxy_protocol 2",
                    "proxy_protocol_v2_require_tls true",
                    "websockets_origin https://a",
                    "websockets_headers_size 0",
                    "packet_buffer_size 65535",
                    "max_connections 0",
                    "max_connections -1",
                    "max_qos 0",
                    "max_topic_alias 0",
                    "max_topic_alias_broker 65535",
                    "accept_protocol_versions 3",
                    "accept_protocol_versions 3,4,5",
                    "listener_allow_anonymous true",
                    "listener_auto_id_prefix x-",
                    "auto_id_prefix y-",
                    "allow_zero_length_clientid false",
                    "clientid_prefixes dev",
                    "use_username_as_clientid true",
                    "mount_point m/",
                    "certfile /c",
                    "keyfile /k",
                    "cafile /a",
                    "capath /d",
                    "crlfile /r",
                    "require_certificate true",
                    "use_identity_as_username true",
                    "use_subject_as_username true",
                    "disable_client_cert_date_checks true",
                    "tls_version tlsv1.3",
                    "ciphers HIGH",
                    "ciphers_tls1.3 TLS_AES_128_GCM_SHA256",
                    "psk_hint h",
                    "tls_engine e",
                    "dhparamfile /p",
                    "password_file /pw",
                    "acl_file /acl",
                    "allow_anonymous true",
                    "max_packet_size 2147483647",
                    "max_inflight_messages 0",
                    "max_keepalive 0",
                    "global_max_connections 0");

    /// What the reader accepts becomes options or is refused; nothing else is thrown.
    @Test
    void whateverTheReaderAcceptsIsMapped() {
        ConfigurationReader reader = new ConfigurationReader(Map.of(), () -> "host");
        int mapped = 0;
        for (long seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            List<String> lines = new ArrayList<>();
            lines.add(LINES.get(1 + random.nextInt(4)));
            for (int i = random.nextInt(12); i > 0; i--) {
                lines.add(LINES.get(random.nextInt(LINES.size())));
            }
            String text = String.join("\n", lines);
            try {
                Configuration configuration = reader.readText("a.conf", text + "\n");
                FromConfiguration.options(
                        configuration, AccessControl.anonymous(), EventLog.SILENT);
                ListenersAccess.settings(configuration);
                mapped++;
            } catch (ConfigurationException | StartException e) {
                assertTrue(e.getMessage() != null, text);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ":\n" + text, e);
            }
        }
        assertTrue(mapped > 1_000, "only " + mapped + " were accepted");
    }
}
