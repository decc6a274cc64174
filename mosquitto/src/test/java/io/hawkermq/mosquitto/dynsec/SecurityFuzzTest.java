package io.hawkermq.mosquitto.dynsec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.hawkermq.mosquitto.json.Json;
import io.hawkermq.mosquitto.json.JsonException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.provider.MethodSource;

/// The reader of dynamic security's file and that of its commands: whatever comes, a file is read or
/// refused with the exception of its own, and a message of commands is answered by JSON. In a build
/// they read their seeds and some thousand damaged ones; to go on looking for ten minutes:
///
/// ```
/// JAZZER_FUZZ=1 mvn -pl mosquitto -am test -Dtest=SecurityFuzzTest
/// ```
class SecurityFuzzTest {
    private static final String FILE =
            """
            {"defaultACLAccess":{"publishClientSend":false,"subscribe":true},"clients":[
            {"username":"u","clientid":"c","roles":[{"rolename":"r","priority":7}],"mine":[1,null],
            "password":"YQ==","salt":"YQ==","iterations":101},{"username":"d","disabled":true}],
            "groups":[{"groupname":"g","roles":[{"rolename":"r"}],"clients":[{"username":"u"}]}],
            "roles":[{"rolename":"r","allowwildcardsubs":false,"acls":[{"acltype":"subscribePattern",
            "topic":"a/+/%u/%c/#","priority":-1,"allow":true},{"acltype":"publishClientSend",
            "topic":"b","allow":false}]}],"anonymousGroup":"g","changeIndex":4,"future":1.50e2}
            """;

    private static final String COMMANDS =
            """
            {"commands":[{"command":"createClient","username":"n","password":"p","roles":[{"rolename":
            "r"}],"correlationData":"x"},{"command":"addRoleACL","rolename":"r","acltype":
            "subscribeLiteral","topic":"#","allow":true,"priority":1},{"command":"listClients",
            "verbose":true,"count":1,"offset":0},{"command":"modifyGroup","groupname":"g","clients":[
            {"username":"d","priority":3}]},{"command":"deleteClient","username":"u"},{"command":
            "setDefaultACLAccess","acls":[{"acltype":"subscribe","allow":false}]},{"command":"getRole",
            "rolename":"r"},{"command":"setAnonymousGroup","groupname":"g"},{"command":"enableClient",
            "username":"d"},{"command":"setClientId","username":"d","clientid":"e"}]}
            """;

    static Stream<byte[]> seeds() {
        return Stream.of(
                        "0" + FILE,
                        "1" + COMMANDS,
                        "0{}",
                        "1{\"commands\":[]}",
                        "0[\"\\ud800\"]",
                        "0{\"a\":1.50e2000000000000000000}", // found by a search
                        "0{\"a\":1e-2147483649,\"b\":1e999999999}")
                .map(s -> s.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void anyBytes(byte[] input) {
        if (input.length > 0) {
            read(input[0], Arrays.copyOfRange(input, 1, input.length));
        }
    }

    @Property(tries = 2_000)
    void anyText(@ForAll String text, @ForAll byte which) {
        read(which, text.getBytes(StandardCharsets.UTF_8));
    }

    /// Seeds with a few bytes changed, which reach deeper than chance does.
    @Property(tries = 5_000)
    void damagedSeeds(@ForAll int which, @ForAll int at, @ForAll byte value, @ForAll int cut) {
        byte[][] seeds = seeds().toArray(byte[][]::new);
        byte[] seed = seeds[Math.floorMod(which, seeds.length)];
        byte[] text = Arrays.copyOfRange(seed, 1, seed.length - Math.floorMod(cut, 2));
        text[Math.floorMod(at, text.length)] = value;
        read(seed[0], text);
    }

    /// Keys that change places: all of the right form, with values that are not.
    @Property(tries = 2_000)
    void wordsThatChangePlaces(@ForAll int from, @ForAll int to, @ForAll boolean isFile) {
        String text = isFile ? FILE : COMMANDS;
        List<String> words = Arrays.asList(text.split("(?<=[\\[\\]{},:])|(?=[\\[\\]{},:])"));
        words.set(Math.floorMod(to, words.size()), words.get(Math.floorMod(from, words.size())));
        read((byte) (isFile ? 0 : 1), String.join("", words).getBytes(StandardCharsets.UTF_8));
    }

    private static void read(byte which, byte[] content) {
        if ((which & 1) == 0) {
            readFile(content);
        } else {
            answer(content);
        }
    }

    private static void readFile(byte[] content) {
        try {
            SecurityModel model = SecurityFile.parse(content);
            assertEquals(model, SecurityFile.parse(SecurityFile.format(model)));
            SecurityRules rules = new SecurityRules(model);
            for (String user : model.clients().keySet()) {
                assertNotNull(rules.account(user));
                assertNotNull(rules.publish("c", user, "a/b"));
                assertNotNull(rules.subscribe("c", user, "a/+/#"));
            }
            assertNotNull(rules.receive("c", null, "a/b"));
        } catch (JsonException | SecurityFileException e) {
            assertFalse(Objects.requireNonNull(e.getMessage()).isEmpty());
            assertTrue(e.getMessage().lines().count() <= 1, e.getMessage());
        }
    }

    private static void answer(byte[] content) {
        try {
            SecurityModel model = SecurityFile.parse(FILE.getBytes(StandardCharsets.UTF_8));
            SecurityCommands.Result result =
                    SecurityCommands.execute(model, content, p -> "hash", (_, _) -> List.of("h"));
            assertNotNull(Json.parse(result.response()));
            assertEquals(result.isChanged(), !model.equals(result.model()));
            assertEquals(result.model(), SecurityFile.parse(SecurityFile.format(result.model())));
            assertNotNull(new SecurityRules(result.model()).notices());
        } catch (JsonException | SecurityFileException e) {
            throw new AssertionError("the seed or what was made of it", e);
        }
    }
}
