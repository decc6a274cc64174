package io.hawkermq.it.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.it.BrokerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A process that is given something that it cannot use says so in one line, with the place, what
/// was read and what is allowed, and ends with the exit status of its kind: 3 for what is written
/// wrongly, 1 for what cannot be opened, 13 for plugins. Nobody ever sees a stack trace.
///
/// Each row is a process, so there is one of each kind; the many others are in the unit tests of
/// the modules `mosquitto` and `broker`.
class BadInputTest {
    @TempDir private static Path folder = Path.of("");

    @BeforeAll
    static void makeFiles() throws IOException {
        Certificates.make(folder);
        Files.writeString(folder.resolve("corrupt"), "# comment\nann:$9$x\n");
        Files.writeString(folder.resolve("wrong"), "tropic a\n");
        Files.writeString(folder.resolve("broken.json"), "{\"clients\": [}");
        Files.writeString(folder.resolve("file"), "");
        Files.writeString(folder.resolve("badpsk"), "sensor:no-hex\n");
        Path included = Files.createDirectory(folder.resolve("included"));
        Files.writeString(included.resolve("a.conf"), "listener 18\n");
        Files.writeString(included.resolve("b.conf"), "# comment\nlistner 19\n");
        permit(Files.writeString(folder.resolve("secret"), ""), "---------");
        permit(Files.createDirectory(folder.resolve("shut")), "r-xr-xr-x");
    }

    private static void permit(Path file, String permissions) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    private static String placed(String text) {
        return text.strip().replace("@", folder.toString());
    }

    private static List<String> configuration(String lines) throws IOException {
        Path file = Files.createTempFile(folder, "a", ".conf");
        List<String> all = new ArrayList<>();
        for (String line : lines.split(";")) {
            all.add(placed(line));
        }
        Files.write(file, all);
        return List.of("broker", "-c", file.toString());
    }

    private static void expect(BrokerProcess.End end, int status, String error, String advice) {
        assertEquals(status, end.exitStatus(), end.lines()::toString);
        List<String> errors = end.lines().stream().filter(l -> l.contains("Error")).toList();
        assertEquals(1, errors.size(), end.lines()::toString);
        String line = errors.getFirst();
        assertEquals(line, end.lines().getLast(), "nothing follows");
        assertTrue(line.startsWith("Error: "), line);
        String small = line.toLowerCase(Locale.ROOT);
        assertTrue(small.contains(placed(error).toLowerCase(Locale.ROOT)), line);
        assertTrue(small.contains(placed(advice).toLowerCase(Locale.ROOT)), line);
        assertFalse(line.contains("Exception"), line);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    3  | password_fil x                  | Unknown configuration variable 'password_fil'. Did you mean 'password_file'? | .conf:1.
                    3  | max_queued_messages many        | 'max_queued_messages' value not a number. Read was 'many', allowed is | .conf:1.
                    3  | allow_anonymous yes             | Invalid 'allow_anonymous' value (yes). | true or false
                    3  | include_dir @/none              | Unable to open the include_dir '@/none'. | .conf:1.
                    3  | listener 18;password_file @/none    | Unable to use the password_file @/none: the file does not exist. | .conf:2.
                    3  | listener 18;password_file @/corrupt | user 'ann' | Error found at @/corrupt:2.
                    3  | listener 18;acl_file @/none     | Unable to use the acl_file @/none: the file does not exist. | .conf:2.
                    3  | listener 18;acl_file @/wrong    | @/wrong:1: Invalid line in acl_file: read was 'tropic' | topic
                    1  | listener 18;psk_hint x;psk_file @/none | @/none: the file does not exist | .conf:1.
                    1  | listener 18;certfile @/none;keyfile @/server.key | the file @/none does not exist. | .conf:1.
                    1  | listener 18;certfile @/server.pem;keyfile @/sensor.key | @/sensor.key does not belong to the certificate in @/server.pem | .conf:1.
                    1  | listener 18;certfile @/server.pem;keyfile @/server.key;cafile @/server.key | @/server.key has no certificate in PEM form | .conf:1.
                    3  | plugin mosquitto_dynamic_security.so;plugin_opt_config_file @/broken.json;listener 18 | @/broken.json: | line 1
                    3  | plugin mosquitto_dynamic_security.so;plugin_opt_config_file @/no/d.json;listener 18 | @/no/d.json.pw: it cannot be written: no such file or directory | json
                    3  | listener 18;psk_hint x          | listener | psk_file
                    13 | plugin x.so                     | Unable to load plugin 'x.so'. | .conf:1.
                    1  | listener 18;protocol websockets;certfile @/server.pem;keyfile @/none | the file @/none does not exist. | .conf:1.
                    1  | listener 18;psk_hint x;psk_file @/badpsk | @/badpsk:1 | .conf:1.
                    3  | include_dir @/included          | Unknown configuration variable 'listner'. Did you mean 'listener'? | @/included/b.conf:2.
                    13 | plugin go-auth.so;plugin_opt_backends postgres;listener 18 | postgres | .conf:
                    1  | listener 18 192.0.2.1           | cannot listen on 192.0.2.1 port 18: this machine does not have that address. | .conf:1.
                    1  | log_dest file @/no/log          | Unable to open log file @/no/log for writing: no such file or directory. | must exist and be writable
                    1  | listener 0 @/s.sock;pid_file @/no/pid | Unable to write pid file @/no/pid: no such file or directory. | .conf:2.
                    1  | listener 18;persistence true;persistence_location @/file/x | The directory @/file/x | persistence_location
                    """)
    void whatIsWrongIsOneLineAndAStatus(int status, String lines, String error, String advice)
            throws IOException {
        BrokerProcess.End end = BrokerProcess.run(configuration(lines).toArray(new String[0]));
        expect(end, status, error, advice);
    }

    @Test
    void noConfigurationFile() {
        BrokerProcess.End end =
                BrokerProcess.run("mosquitto", "-c", folder.resolve("none.conf").toString());
        expect(end, 3, "Unable to open config file '@/none.conf'.", "");
        assertEquals(1, end.lines().size(), end.lines()::toString);
    }

    @Test
    void aPortInUse() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String listener = "listener " + taken.getLocalPort() + " 127.0.0.1";
            expect(
                    BrokerProcess.run(configuration(listener).toArray(new String[0])),
                    1,
                    "cannot listen on 127.0.0.1 port " + taken.getLocalPort(),
                    "the port is in use. Is another broker running?");
        }
    }

    /// Listeners without end, and few file descriptors.
    @Test
    void noFileDescriptorIsFree() throws IOException {
        int port = BrokerProcess.freePort();
        // Without a warning for each of them, which nobody would read before the end.
        List<String> lines = new ArrayList<>(List.of("allow_anonymous true"));
        for (int i = 0; i < 400; i++) {
            lines.add("listener " + port + " 127.1." + i / 200 + "." + (i % 200 + 1));
        }
        List<String> words = configuration(String.join(";", lines));
        List<String> few = List.of("/bin/sh", "-c", "ulimit -n 300; exec \"$@\"", "sh");
        expect(
                BrokerProcess.runAs(few, words.toArray(new String[0])),
                1,
                " port " + port + ": no file descriptor is free.",
                "LimitNOFILE");
    }

    /// Root without its privileges, since another user might not even reach the class path.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    1 | listener 18 127.0.0.1           | port 18: ports below 1024 need a privilege. | CAP_NET_BIND_SERVICE
                    1 | listener 0 @/s.sock;certfile @/server.pem;keyfile @/secret | @/secret may not be read by this user | .conf:1.
                    3 | listener 0 @/s.sock;password_file @/secret | Unable to use the password_file @/secret: the file cannot be read: permission denied. | .conf:2.
                    1 | log_dest file @/shut/log        | Unable to open log file @/shut/log for writing: permission denied. | be writable
                    1 | listener 0 @/p.sock;pid_file @/shut/pid | Unable to write pid file @/shut/pid: permission denied. | .conf:2.
                    1 | listener 18;persistence true;persistence_location @/shut/data | The directory @/shut/data | persistence_location
                    """)
    void whatAUserMayNot(int status, String lines, String error, String advice) throws IOException {
        Assumptions.assumeTrue(
                "root".equals(System.getProperty("user.name"))
                        && Files.isExecutable(Path.of("/usr/bin/setpriv")),
                "only root can give up its privileges, by setpriv");
        Path firstPort = Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");
        Assumptions.assumeTrue(
                Integer.parseInt(Files.readAllLines(firstPort).getFirst()) > 18,
                "here everybody may open low ports");
        BrokerProcess.End end =
                BrokerProcess.runAs(
                        List.of(
                                "/usr/bin/setpriv",
                                "--bounding-set=-dac_override,-dac_read_search,-net_bind_service"),
                        configuration(lines).toArray(new String[0]));
        expect(end, status, error, advice);
    }
}
