package io.hawkermq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Commands and answers of `ctrl`.
class ControlTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "listClients|{\"command\":\"listClients\"}",
                "listroles 10 5|{\"command\":\"listRoles\",\"count\":10,\"offset\":5}",
                "createClient u -p p -i i|{\"command\":\"createClient\",\"username\":\"u\",\"clientid\":\"i\",\"password\":\"p\"}",
                "addClientRole u r 3|{\"command\":\"addClientRole\",\"username\":\"u\",\"rolename\":\"r\",\"priority\":3}",
                "addGroupClient g u|{\"command\":\"addGroupClient\",\"groupname\":\"g\",\"username\":\"u\"}",
                "setClientId u|{\"command\":\"setClientId\",\"username\":\"u\"}",
                "addRoleACL r publishClientSend a/# allow 1|{\"command\":\"addRoleACL\",\"rolename\":\"r\",\"acltype\":\"publishClientSend\",\"topic\":\"a/#\",\"allow\":true,\"priority\":1}",
                "removeRoleACL r subscribeLiteral a|{\"command\":\"removeRoleACL\",\"rolename\":\"r\",\"acltype\":\"subscribeLiteral\",\"topic\":\"a\"}",
                "setDefaultACLAccess subscribe deny|{\"command\":\"setDefaultACLAccess\",\"acls\":[{\"acltype\":\"subscribe\",\"allow\":false}]}",
            })
    void commands(String words, String json) {
        List<String> all = List.of(words.split(" "));
        Json.Obj command =
                new Dynsec(Captured.empty().io())
                        .command(all.getFirst(), all.subList(1, all.size()));
        assertEquals(json, command == null ? "" : command.print());
    }

    @Test
    void wrongWordsAreRefused() {
        Dynsec dynsec = new Dynsec(Captured.empty().io());
        assertThrows(IllegalArgumentException.class, () -> dynsec.command("getClient", List.of()));
        assertThrows(
                IllegalArgumentException.class,
                () -> dynsec.command("addRoleACL", List.of("r", "nonsense", "t", "allow")));
        assertThrows(
                IllegalArgumentException.class,
                () -> dynsec.command("setDefaultACLAccess", List.of("subscribe", "perhaps")));
    }

    private static Captured answer(String json) {
        Captured c = Captured.empty();
        new ControlAnswer(c.io()).print(json);
        return c;
    }

    @Test
    void answers() {
        assertEquals(
                """
                Username:    u
                Clientid:
                Disabled:    true
                Roles:       r1 (priority: -1)
                             r2 (priority: 5)
                Connections:
                """,
                answer(
                                "{\"responses\":[{\"command\":\"getClient\",\"data\":{\"client\":{"
                                        + "\"username\":\"u\",\"disabled\":true,\"roles\":["
                                        + "{\"rolename\":\"r1\"},{\"rolename\":\"r2\",\"priority\":5}],"
                                        + "\"groups\":[]}}}]}")
                        .output());
        assertEquals(
                """
                Rolename: r
                ACLs:     publishClientSend    : allow : a/# (priority: 3)
                          subscribeLiteral     : deny  : b (priority: -1)
                """,
                answer(
                                "{\"responses\":[{\"command\":\"getRole\",\"data\":{\"role\":{"
                                        + "\"rolename\":\"r\",\"acls\":[{\"acltype\":\"publishClientSend\","
                                        + "\"topic\":\"a/#\",\"priority\":3,\"allow\":true},{\"acltype\":"
                                        + "\"subscribeLiteral\",\"topic\":\"b\",\"allow\":false}]}}}]}")
                        .output());
        assertEquals(
                "getRole: Error: Role not found.\n",
                answer("{\"responses\":[{\"command\":\"getRole\",\"error\":\"Role not found\"}]}")
                        .errors());
        assertEquals("Error: Payload not JSON.\n", answer("x").errors());
        assertEquals("Error: Payload missing data.\n", answer("{}").errors());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "createClient u -i|Error: -i argument given, but no clientid provided.",
                "createClient u -c|Error: -i argument given, but no clientid provided.",
                "createClient u -p|Error: -p argument given, but no password provided.",
                "-f none dynsec setClientPassword u p -i|Error: -i argument given, but no iterations provided.",
                "-f none dynsec setClientPassword u p -c|Error: Unknown argument: -c",
                "-f none dynsec setClientPassword u p -i 0|Error: Number of iterations must be 1 to 10000000.",
            })
    void missingValuesAreNamed(String words, String message) {
        Captured c = Captured.empty();
        String all = words.startsWith("-f") ? words : "dynsec " + words;
        assertEquals(CtrlCommand.INVALID, CtrlCommand.run(List.of(all.split(" ")), c.io()));
        assertEquals(message + "\nError: Invalid input.\n", c.errors());
    }

    @Test
    void aFileIsMissing() {
        Captured c = Captured.empty();
        assertEquals(1, CtrlCommand.run(List.of("-f"), c.io()));
        assertEquals("Error: -f argument given but no data file specified.\n\n", c.errors());
    }

    private static String created(String input) {
        Json.Obj command =
                new Dynsec(Captured.with(input, Map.of()).io())
                        .command("createClient", List.of("u"));
        return command == null ? "" : command.print();
    }

    @Test
    void aClientIsCreatedWithThePasswordThatIsTypedOrNone() {
        assertEquals(
                "{\"command\":\"createClient\",\"username\":\"u\",\"password\":\"p\"}",
                created("p\np\n"));
        assertEquals("{\"command\":\"createClient\",\"username\":\"u\"}", created("\n\n"));
        assertEquals("{\"command\":\"createClient\",\"username\":\"u\"}", created(""));
    }

    /// Nothing is sent, and the status is that of Mosquitto's tool.
    @ParameterizedTest
    @CsvSource({
        "createClient, a b, Error: Passwords do not match.",
        "setClientPassword, a b, Error: Passwords do not match.",
        "setClientPassword, '', Error: Empty password.",
    })
    void withoutAPasswordNothingIsDone(String command, String typed, String message) {
        Captured c = Captured.with(typed.replace(' ', '\n') + "\n", Map.of());
        assertEquals(0, CtrlCommand.run(List.of("dynsec", command, "u"), c.io()));
        assertEquals(message + "\n", c.errors());
    }

    @Test
    void iterationsOfAPasswordInAFile(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("dynsec.json");
        Captured c = Captured.empty();
        CtrlCommand.run(List.of("dynsec", "init", file.toString(), "admin", "secret"), c.io());
        String words = "-f " + file + " dynsec setClientPassword admin other -i 77";
        assertEquals(0, CtrlCommand.run(List.of(words.split(" ")), c.io()), c.errors());
        assertTrue(Files.readString(file).contains("$7$77$"), Files.readString(file));
    }

    @Test
    void initMakesAFileWhosePasswordCanBeChanged(@TempDir Path folder) throws Exception {
        String file = folder.resolve("dynsec.json").toString();
        Captured made = Captured.empty();
        assertEquals(
                0, CtrlCommand.run(List.of("dynsec", "init", file, "admin", "secret"), made.io()));
        String before = Files.readString(Path.of(file));
        assertTrue(before.startsWith("{\"clients\":[{\"username\":\"admin\""), before);
        Captured twice = Captured.empty();
        CtrlCommand.run(List.of("dynsec", "init", file, "admin", "secret"), twice.io());
        assertTrue(twice.errors().contains("File exists"), twice.errors());
        Captured changed = Captured.with("", Map.of());
        assertEquals(
                0,
                CtrlCommand.run(
                        List.of("-f", file, "dynsec", "setClientPassword", "admin", "other"),
                        changed.io()),
                changed.errors());
        assertTrue(!Files.readString(Path.of(file)).equals(before));
    }
}
