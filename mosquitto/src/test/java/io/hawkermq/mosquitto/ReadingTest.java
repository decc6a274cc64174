package io.hawkermq.mosquitto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How files are cut into words and sections.
class ReadingTest {
    @Test
    void commentsBlankLinesAndLineEndsOfOtherSystemsDoNotCount() throws ConfigurationException {
        Configuration c =
                Reader.READER.readText(
                        "a.conf",
                        "# one\r\n\r\n   \n  sys_interval   20  \r\n#sys_interval 30\nallow_anonymous true # x");
        assertEquals(20, c.value(GlobalOptions.SYS_INTERVAL));
        assertEquals(new Origin.InFile("a.conf", 4), c.global().origin(GlobalOptions.SYS_INTERVAL));
        assertEquals(List.of(), Reader.warnings(c));
    }

    @Test
    void aTabBelongsToItsWord() {
        List<String> errors = Reader.errors("listener\t1883");
        assertEquals(
                "Error: Unknown configuration variable 'listener\\t1883'. A space separates the"
                        + " name from its value; there is a tab. Error found at a.conf:1.",
                errors.getFirst());
    }

    @Test
    void textTakesTheWholeLineAndSaysSo() throws ConfigurationException {
        Configuration c = Reader.read("listener 1", "password_file /a b # c");
        assertEquals(
                Optional.of(Path.of("/a b # c")),
                c.listeners().getFirst().value(AccessOptions.PASSWORD_FILE));
        assertTrue(Reader.warnings(c).getFirst().contains("whole rest of the line"));
    }

    @Test
    void wordsThatNobodyReadsAreNamed() throws ConfigurationException {
        Configuration c = Reader.read("log_dest stdout stderr file /x");
        assertEquals(List.of(LogDestination.Place.STDOUT), c.value(GlobalOptions.LOG_DEST));
        assertEquals(
                List.of(
                        "The words after the value of 'log_dest' are ignored, beginning with"
                                + " 'stderr'. One line sets one value. [a.conf:1]"),
                Reader.warnings(c));
    }

    @Test
    void listsAddUpAndNoneForgets() throws ConfigurationException {
        Configuration c =
                Reader.read("log_type error", "log_type none", "log_type debug", "log_type notice");
        assertEquals("notice, debug", c.global().shown(GlobalOptions.LOG_TYPE));
        Configuration d = Reader.read("log_dest stdout", "log_dest file /l", "log_dest topic");
        assertEquals("stdout, file /l, topic", d.global().shown(GlobalOptions.LOG_DEST));
        assertEquals("none", Reader.read("log_dest none").global().shown(GlobalOptions.LOG_DEST));
    }

    @Test
    void ofTwoNumbersTheLastCountsOfTwoTextsNone() throws ConfigurationException {
        Configuration c = Reader.read("sys_interval 1", "sys_interval 2");
        assertEquals(2, c.value(GlobalOptions.SYS_INTERVAL));
        assertTrue(
                c.notices()
                        .getFirst()
                        .text()
                        .contains("'sys_interval' was set at a.conf:1 already"));
        assertTrue(
                Reader.errors("persistence_file a", "persistence_file b")
                        .getFirst()
                        .contains("It was set at a.conf:1 already."));
    }

    @Test
    void withoutAListenerTheBrokerIsLocalAndOpen() throws ConfigurationException {
        for (Configuration c : List.of(Reader.READER.withoutFile(), Reader.read("# nothing"))) {
            assertTrue(c.isLocalOnly());
            assertEquals(
                    List.of("1883 127.0.0.1", "1883 ::1"),
                    c.listeners().stream().map(l -> l.address().toString()).toList());
            assertTrue(c.listeners().getFirst().value(AccessOptions.ALLOW_ANONYMOUS));
            assertEquals(
                    List.of("5 127.0.0.1", "5 ::1", "6 127.0.0.1", "6 ::1"),
                    c.withPorts(List.of(5, 6)).listeners().stream()
                            .map(l -> l.address().toString())
                            .toList());
        }
        Configuration closed = Reader.read("allow_anonymous false");
        assertFalse(closed.listeners().getFirst().value(AccessOptions.ALLOW_ANONYMOUS));
        Configuration listening = Reader.read("listener 1884");
        assertEquals(listening, listening.withPorts(List.of(5)));
    }

    @ParameterizedTest
    @CsvSource({
        "listener 1884,false",
        "port 1884,false",
        "listener 1884;allow_anonymous true,true",
        "allow_anonymous true;listener 1884,true",
        "listener 1884;allow_anonymous false;listener_allow_anonymous true,true",
        "listener 1884;allow_anonymous true;listener_allow_anonymous false,false"
    })
    void whoMayComeWithoutName(String file, boolean expected) throws ConfigurationException {
        Configuration c = Reader.read(file.split(";"));
        assertEquals(expected, c.listeners().getFirst().value(AccessOptions.ALLOW_ANONYMOUS));
    }

    @Test
    void portAndBindAddressDescribeTheDefaultListener() throws ConfigurationException {
        Configuration c = Reader.read("max_connections 5", "bind_address 10.0.0.1", "port 1885");
        assertFalse(c.isLocalOnly());
        assertEquals(1, c.listeners().size());
        ListenerConfiguration listener = c.listeners().getFirst();
        assertEquals(new ListenerAddress.Tcp(1885, Optional.of("10.0.0.1")), listener.address());
        assertEquals(5, listener.value(ListenerOptions.MAX_CONNECTIONS));
    }

    /// As Mosquitto does, which few expect, so that it is said.
    @Test
    void listenerOptionsWithoutAListenerHaveNoEffect() throws ConfigurationException {
        Configuration c = Reader.read("max_connections 5");
        assertTrue(c.isLocalOnly());
        assertEquals(-1, c.listeners().getFirst().value(ListenerOptions.MAX_CONNECTIONS));
        assertTrue(Reader.warnings(c).getFirst().contains("no effect"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "listener 1883 | 1883",
                "listener 1883 # MQTT | 1883",
                "listener 1883 0.0.0.0 # MQTT | 1883 0.0.0.0",
                "listener 0 /run/m.sock | 0 /run/m.sock",
                "listener 0x75b | 1883"
            })
    void addressesOfListeners(String line, String address) throws ConfigurationException {
        Configuration c = Reader.read(line, "allow_anonymous true");
        assertEquals(address, c.listeners().getFirst().address().toString());
        assertEquals(List.of(), Reader.warnings(c));
    }

    @Test
    void perListenerSettingsKeepListenersApart() throws ConfigurationException {
        Configuration c =
                Reader.read(
                        "per_listener_settings true",
                        "listener 1",
                        "allow_anonymous true",
                        "acl_file a",
                        "plugin /x/go-auth.so",
                        "listener 2",
                        "password_file p",
                        "per_listener_settings false");
        ListenerConfiguration one = c.listeners().get(0);
        ListenerConfiguration two = c.listeners().get(1);
        assertTrue(one.value(AccessOptions.ALLOW_ANONYMOUS));
        assertFalse(two.value(AccessOptions.ALLOW_ANONYMOUS));
        assertEquals(Optional.empty(), two.value(AccessOptions.ACL_FILE));
        assertEquals(Optional.empty(), one.value(AccessOptions.PASSWORD_FILE));
        assertEquals(1, one.plugins().size());
        assertEquals(List.of(), two.plugins());
        assertTrue(c.value(GlobalOptions.PER_LISTENER_SETTINGS), "it cannot be taken back");
        assertTrue(
                Reader.errors("allow_anonymous true", "per_listener_settings true")
                        .getFirst()
                        .contains("Move it to the first line."));
    }

    @Test
    void withoutThemAllListenersInherit() throws ConfigurationException {
        Configuration c =
                Reader.read("listener 1", "password_file p", "listener 2", "auto_id_prefix x-");
        for (ListenerConfiguration l : c.listeners()) {
            assertEquals(Optional.of(Path.of("p")), l.value(AccessOptions.PASSWORD_FILE));
            assertEquals(
                    new Origin.InFile("a.conf", 2),
                    l.settings().origin(AccessOptions.PASSWORD_FILE));
            assertEquals("x-", l.value(AccessOptions.AUTO_ID_PREFIX));
        }
    }

    @Test
    void pluginsHaveTheOptionsThatFollowThem() throws ConfigurationException {
        Configuration c =
                Reader.read(
                        "plugin_load one /usr/lib/mosquitto_dynamic_security.so",
                        "plugin_opt_config_file /d.json",
                        "plugin /usr/share/mosquitto/go-auth.so",
                        "auth_opt_backends  files, http",
                        "auth_plugin_deny_special_chars false",
                        "global_plugin C:\\m\\mosquitto_sparkplug_aware.dll",
                        "listener 1",
                        "plugin_use one",
                        "plugin_opt_password_init_file /p",
                        "listener 2");
        PluginConfiguration dynamic = c.plugins().get(0);
        assertEquals(PluginConfiguration.BuiltIn.DYNAMIC_SECURITY, dynamic.builtIn());
        assertEquals(Optional.of("/d.json"), dynamic.option("config_file"));
        assertEquals(Optional.of("/p"), dynamic.option("password_init_file"));
        PluginConfiguration goAuth = c.plugins().get(1);
        assertEquals(PluginConfiguration.BuiltIn.GO_AUTH, goAuth.builtIn());
        assertEquals(Optional.of("files, http"), goAuth.option("backends"));
        assertFalse(goAuth.deniesSpecialCharacters());
        PluginConfiguration sparkplug = c.plugins().get(2);
        assertEquals(PluginConfiguration.BuiltIn.SPARKPLUG_AWARE, sparkplug.builtIn());
        assertEquals(List.of(goAuth, sparkplug, dynamic), c.listeners().get(0).plugins());
        assertEquals(List.of(goAuth, sparkplug), c.listeners().get(1).plugins());
        assertEquals(List.of(), Reader.warnings(c));
    }

    @Test
    void unknownPluginsAndTheirUnknownOptionsAreSaid() throws ConfigurationException {
        assertTrue(
                Reader.warnings(Reader.read("plugin /x/own.so"))
                        .getFirst()
                        .contains("cannot be loaded"));
        assertTrue(
                Reader.warnings(
                                Reader.read(
                                        "plugin /x/mosquitto_acl_file.so", "plugin_opt_aclfile /a"))
                        .getFirst()
                        .contains("Did you mean 'acl_file'?"));
    }

    @Test
    void bridgesFillInWhatDependsOnOthers() throws ConfigurationException {
        Configuration c =
                Reader.read(
                        "max_inflight_messages 7",
                        "connection cloud",
                        "addresses a.example b.example:8883 # both",
                        "cleansession true",
                        "topic # out 1 \"\" site/",
                        "topic cmd in");
        BridgeConfiguration b = c.bridges().getFirst();
        assertEquals(Optional.of("host.cloud"), b.value(BridgeOptions.REMOTE_CLIENTID));
        assertEquals(Optional.of("local.host.cloud"), b.value(BridgeOptions.LOCAL_CLIENTID));
        assertEquals(
                Optional.of("$SYS/broker/connection/host.cloud/state"),
                b.value(BridgeOptions.NOTIFICATION_TOPIC));
        assertTrue(b.value(BridgeOptions.LOCAL_CLEANSESSION));
        assertEquals(Optional.of(7), b.value(BridgeOptions.BRIDGE_RECEIVE_MAXIMUM));
        assertEquals(
                "default, of the host name",
                b.settings().origin(BridgeOptions.REMOTE_CLIENTID).toString());
        assertEquals(
                List.of(new BridgeAddress("a.example", 1883), new BridgeAddress("b.example", 8883)),
                b.addresses());
        assertEquals(
                List.of("# out 1 \"\" site/", "cmd in 0"),
                b.topics().stream().map(BridgeTopic::toString).toList());
        assertFalse(b.isTls());
    }

    @Test
    void twoBridgesNeedTwoNamesAndIds() {
        String[] same = {
            "connection a",
            "address h",
            "topic t",
            "local_clientid x",
            "connection b",
            "address h",
            "topic t",
            "local_clientid x",
            "connection a"
        };
        List<String> errors = Reader.errors(same);
        assertEquals(
                "Error: Two bridges have the name 'a'. Each bridge needs its own name. Error found at a.conf:9.",
                errors.get(0));
        assertTrue(errors.get(1).startsWith("Error: Two bridges have the local_clientid 'x'."));
    }

    @Test
    void timesHaveUnits() throws ConfigurationException {
        assertEquals(
                Optional.of(Duration.ofDays(60)),
                Reader.read("persistent_client_expiration 2m")
                        .value(GlobalOptions.PERSISTENT_CLIENT_EXPIRATION));
    }

    @Test
    void strangeNumbersAreNumbers() throws ConfigurationException {
        assertEquals(
                0,
                Reader.read("max_inflight_messages 65535")
                        .value(GlobalOptions.MAX_INFLIGHT_MESSAGES));
        assertEquals(
                0, Reader.read("max_queued_messages -5").value(GlobalOptions.MAX_QUEUED_MESSAGES));
        assertEquals(8, Reader.read("sys_interval 010").value(GlobalOptions.SYS_INTERVAL));
        assertTrue(
                Reader.errors("sys_interval 99999999999999999999")
                        .getFirst()
                        .contains("value out of range."));
        assertTrue(Reader.errors("sys_interval 08").getFirst().contains("value not a number."));
        assertTrue(Reader.errors("sys_interval #8").getFirst().contains("value not a number."));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "alow_anonymous true | Did you mean 'allow_anonymous'?",
                "Listener 1883 | Did you mean 'listener'?",
                "hawker_loop 2 | Did you mean 'hawker_loops'?",
                "daemon false | It is the option -d of the command line: delete the line.",
                "listener=1883 | A space separates the name from its value, not '='.",
                "keepalive_interval 60 | For clients 'max_keepalive' sets the longest Keep Alive.",
                "password x | Users stand in a 'password_file'.",
                "listener 1;protocol websocket | Did you mean 'websockets'?",
                "persistence yes | Did you mean 'true'?",
                "allow_anonymous flase | Did you mean 'false'?",
                "log_type warn | Allowed is error",
            })
    void theNearMissIsNamed(String file, String advice) {
        List<String> errors = Reader.errors(file.split(";"));
        assertTrue(errors.getFirst().contains(advice), errors.getFirst());
    }

    @Test
    void aCommentThatIsIndentedIsExplained() {
        assertTrue(
                Reader.errors("  # x")
                        .getFirst()
                        .contains("A comment has its # in the first column."));
    }

    @Test
    void allErrorsAreFoundInOneRun() {
        List<String> errors =
                Reader.errors("nonsense 1", "listener x", "max_qos 9", "persistence 2");
        assertEquals(4, errors.size(), String.join("\n", errors));
    }

    @Test
    void tlsNeedsCertificateAndKey() {
        assertTrue(Reader.errors("listener 1", "certfile c").getFirst().contains("TLS needs both"));
        assertTrue(Reader.errors("listener 1", "cafile c").getFirst().contains("'cafile' needs"));
        assertTrue(
                Reader.errors("listener 1", "psk_hint h", "certfile c", "keyfile k")
                        .getFirst()
                        .contains("either a certificate or a 'psk_hint'"));
    }

    @Test
    void nobodyIsLockedOutInSilence() throws ConfigurationException {
        assertTrue(
                Reader.warnings(Reader.read("listener 1883")).getFirst().contains("admits nobody"));
        assertTrue(
                Reader.warnings(
                                Reader.read(
                                        "listener 8883",
                                        "certfile c",
                                        "keyfile k",
                                        "require_certificate true",
                                        "use_identity_as_username true"))
                        .getFirst()
                        .contains("trusts no authority"));
    }

    @Test
    void theStoreIsOneThing() {
        assertTrue(
                Reader.errors("persistence true", "plugin /x/mosquitto_persist_sqlite.so")
                        .getFirst()
                        .contains("ask for a store"));
    }

    @Test
    void theEnvironmentWinsOverPersistenceLocation() throws ConfigurationException {
        ConfigurationReader reader =
                new ConfigurationReader(
                        Map.of("MOSQUITTO_PERSISTENCE_LOCATION", "/env"), () -> "host");
        Configuration c = reader.readText("a.conf", "persistence_location /file\n");
        assertEquals(Optional.of(Path.of("/env")), c.value(GlobalOptions.PERSISTENCE_LOCATION));
        assertEquals(
                "environment variable MOSQUITTO_PERSISTENCE_LOCATION",
                c.global().origin(GlobalOptions.PERSISTENCE_LOCATION).toString());
    }

    @Test
    void theCommandLineComesLast() throws ConfigurationException {
        ConfigurationReader reader = Reader.READER.withAssignments(List.of("sys_interval=3"));
        Configuration c = reader.readText("a.conf", "sys_interval 5\n");
        assertEquals(3, c.value(GlobalOptions.SYS_INTERVAL));
        assertEquals(
                "command line: -o sys_interval=3",
                c.global().origin(GlobalOptions.SYS_INTERVAL).toString());
    }

    @Test
    void includedFilesComeInMosquittosOrder() {
        List<String> sorted =
                java.util.stream.Stream.of("b", "B", "a", "A", "01", "00", "aa")
                        .sorted(Reading.FILE_ORDER)
                        .toList();
        assertEquals(List.of("00", "01", "A", "a", "aa", "B", "b"), sorted);
    }

    @Test
    void anIncludedFileEndsItsListenersAndTheMainFileKeepsItsOwn(@TempDir Path directory)
            throws IOException, ConfigurationException {
        Path conf = Files.createDirectory(directory.resolve("conf.d"));
        Files.writeString(conf.resolve("2.conf"), "allow_anonymous true\n");
        Files.writeString(conf.resolve("1.conf"), "listener 1884\nmax_connections 1\n");
        Files.writeString(conf.resolve("3.conf.bak"), "nonsense\n");
        Files.writeString(conf.resolve(".conf"), "nonsense\n");
        Path main = directory.resolve("m.conf");
        Files.writeString(main, "listener 1885\ninclude_dir " + conf + "\nmax_connections 2\n");
        Configuration c = Reader.READER.read(main);
        assertEquals(2, c.listeners().get(0).value(ListenerOptions.MAX_CONNECTIONS));
        assertEquals(1, c.listeners().get(1).value(ListenerOptions.MAX_CONNECTIONS));
        assertEquals(
                new Origin.InFile(conf + "/2.conf", 1),
                c.listeners().get(0).settings().origin(AccessOptions.ALLOW_ANONYMOUS));
        assertEquals(List.of(main.toString(), conf + "/1.conf", conf + "/2.conf"), c.files());
        Files.writeString(conf.resolve("1.conf"), "max_topic_alias 3\ninclude_dir x\n");
        ConfigurationException refused =
                org.junit.jupiter.api.Assertions.assertThrows(
                        ConfigurationException.class, () -> Reader.READER.read(main));
        assertTrue(refused.text().contains("requires a listener to be defined first."));
        assertTrue(refused.text().contains("'include_dir' stands in an included file."));
        assertTrue(
                Reader.errors("include_dir " + directory.resolve("none"))
                        .getFirst()
                        .contains("Unable to open the include_dir"));
    }

    @Test
    void textThatIsNoUtf8IsRefusedInValuesOnly(@TempDir Path directory)
            throws IOException, ConfigurationException {
        Path file = directory.resolve("l.conf");
        Files.write(
                file, "# gr\u00fc\u00dfe\nsys_interval 1\n".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(1, Reader.READER.read(file).value(GlobalOptions.SYS_INTERVAL));
        Files.write(file, "user gr\u00fc\u00dfe\n".getBytes(StandardCharsets.ISO_8859_1));
        assertTrue(
                org.junit.jupiter.api.Assertions.assertThrows(
                                ConfigurationException.class, () -> Reader.READER.read(file))
                        .text()
                        .contains("Malformed UTF-8"));
        assertTrue(Reader.errors("user a\u0001b").getFirst().contains("U+0001"));
    }

    @Test
    void logLinesCannotBeForged() {
        String error = Reader.errors("x\u001b[2J" + "y".repeat(5000)).getFirst();
        assertFalse(error.contains("\u001b"));
        assertTrue(error.length() < 2500);
    }
}
