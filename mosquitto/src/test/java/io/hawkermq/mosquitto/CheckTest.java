package io.hawkermq.mosquitto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckTest {
    private static void assertHas(List<String> lines, String... words) {
        String pattern =
                String.join(
                        "\\s+",
                        List.of(words).stream().map(java.util.regex.Pattern::quote).toList());
        assertTrue(
                lines.stream().anyMatch(l -> l.strip().matches(pattern)),
                pattern + " is not in:\n" + String.join("\n", lines));
    }

    private static List<String> differences(MosquittoVersion version, String... lines)
            throws ConfigurationException {
        return VersionDifferences.of(Reader.read(lines), version);
    }

    @Test
    void eachSettingIsShownWithItsPlace() throws ConfigurationException {
        List<String> lines =
                Check.lines(
                        Reader.read(
                                "sys_interval 5",
                                "allow_anonymous false",
                                "listener 8883",
                                "certfile /c.pem",
                                "keyfile /k.pem",
                                "password_file /p",
                                "connection cloud",
                                "address h",
                                "topic t",
                                "remote_password secret"));
        assertHas(lines, "sys_interval", "5", "a.conf:1");
        assertHas(lines, "max_queued_messages", "1000", "default");
        assertHas(lines, "Listener 8883 (TLS) [a.conf:3]");
        assertHas(lines, "certfile", "/c.pem", "a.conf:4");
        assertHas(lines, "allow_anonymous", "false", "a.conf:2");
        assertHas(lines, "Bridge cloud [a.conf:7]");
        assertHas(lines, "remote_clientid", "host.cloud", "default, of the host name");
        assertHas(lines, "remote_password", "***", "a.conf:10");
        assertFalse(String.join("\n", lines).contains("secret"));
    }

    @Test
    void aListenerHasEachOfItsOptionsOnce() throws ConfigurationException {
        List<String> lines = Check.lines(Reader.read("listener 1883", "allow_anonymous true"));
        for (Option<?> o : ListenerOptions.ROWS) {
            boolean isRow =
                    o.scope() != Scope.GLOBAL
                            && o.scope() != Scope.DEFAULT_LISTENER
                            && o.key() == o
                            && o.priority() != Priority.X;
            long count = lines.stream().filter(l -> l.startsWith("  " + o.name() + " ")).count();
            assertEquals(isRow ? 1 : 0, count, o.name());
        }
    }

    @Test
    void refusedFilesShowTheirErrors() {
        List<String> lines =
                Check.lines(
                        Reader.refused("listener x", "allow_anonymous true", "log_dest stdout x"));
        assertEquals(2, lines.size());
        assertTrue(lines.get(0).startsWith("Error: 'port' value not a number."), lines.get(0));
        assertTrue(lines.get(1).startsWith("Warning: "), lines.get(1));
    }

    @Test
    void filesThatCannotBeReadAreNamed(@TempDir Path directory)
            throws IOException, ConfigurationException {
        Path there = Files.createFile(directory.resolve("there"));
        Path absent = directory.resolve("absent");
        Configuration c = Reader.read("listener 1", "password_file " + there, "acl_file " + absent);
        assertEquals(Set.of(there, absent), c.securityFiles());
        List<String> lines = Check.lines(c);
        assertHas(lines, absent + ",", "which does not exist");
        assertFalse(lines.stream().anyMatch(l -> l.equals("  " + there)));
    }

    @Test
    void olderVersionsRefuseWhatTheyDoNotKnow() throws ConfigurationException {
        String[] file = {
            "listener 1883", "listener_allow_anonymous true", "max_qos 1", "hawker_loops 2"
        };
        assertEquals(
                List.of(
                        "refuse the file: 'listener_allow_anonymous' came with 2.1 [a.conf:2]",
                        "refuse the file: 'max_qos' came with 2.0 [a.conf:3]",
                        "refuse the file: 'hawker_loops' is an option of Hawker [a.conf:4]"),
                differences(MosquittoVersion.V1_6, file).subList(0, 3));
        assertEquals(
                List.of(
                        "refuse the file: 'hawker_loops' is an option of Hawker [a.conf:4]",
                        "end when a reload finds an error"),
                differences(MosquittoVersion.V2_1, file));
    }

    @Test
    void defaultsThatChangedAreNamed() throws ConfigurationException {
        List<String> v16 = differences(MosquittoVersion.V1_6, "max_connections 5");
        assertTrue(v16.contains("listen on port 1883 of all addresses, as no listener is defined"));
        assertTrue(v16.contains("keep 100 messages for a client instead of 1000"));
        List<String> v20 = differences(MosquittoVersion.V2_0, "max_packet_size 100");
        assertFalse(String.join("\n", v20).contains("take packets"));
        assertTrue(
                differences(MosquittoVersion.V2_0, "listener 1883")
                        .contains("take packets up to 268435461 bytes instead of 2000000"));
        assertTrue(
                differences(MosquittoVersion.V1_6, "listener 1883")
                        .contains("admit anonymous clients to the listener 1883 [a.conf:1]"));
        assertTrue(
                differences(MosquittoVersion.V1_6, "listener 1", "certfile c", "keyfile k").stream()
                        .anyMatch(l -> l.startsWith("not speak TLS at the listener 1 (TLS)")));
        assertTrue(
                differences(MosquittoVersion.V2_1, "persistence true")
                        .contains(
                                "lose what came since the last snapshot when it crashes [a.conf:1]"));
    }
}
