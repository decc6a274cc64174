package io.hawkermq.mosquitto.dynsec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.mosquitto.access.PasswordHash;
import io.hawkermq.mosquitto.dynsec.SecurityRules.Verdict;
import io.hawkermq.mosquitto.json.Json;
import io.hawkermq.mosquitto.json.JsonException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecurityFileTest {
    /// With the keys, the order and the forms of both versions of Mosquitto, and keys of nobody.
    private static final String FILE =
            """
            {
              "defaultACLAccess": {"publishClientSend": false, "publishClientReceive": true,
                "subscribe": false, "unsubscribe": true},
              "clients": [
                {"username": "old", "textname": "T", "clientid": "c1", "roles":
                    [{"rolename": "low"}, {"rolename": "high", "priority": 7},
                     {"rolename": "gone"}],
                  "password": "HASH", "salt": "SALT", "iterations": 101, "mine": [1, null]},
                {"username": "new", "disabled": true, "roles": [],
                  "encoded_password": "$argon2id$v=19$m=47104,t=1,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA"}
              ],
              "groups": [{"groupname": "g", "roles": [{"rolename": "wild"}],
                "clients": [{"username": "old", "priority": 2}, {"username": "gone"}]}],
              "roles": [
                {"rolename": "high", "acls": [
                  {"acltype": "publishClientSend", "topic": "dev/%c/#", "priority": 1, "allow": true},
                  {"acltype": "publishClientSend", "topic": "dev/+/secret", "priority": 2, "allow": false}]},
                {"rolename": "low", "allowwildcardsubs": true, "acls": [
                  {"acltype": "subscribeLiteral", "topic": "#", "priority": 0, "allow": true},
                  {"acltype": "subscribePattern", "topic": "home/+/%u", "priority": 0, "allow": true}]},
                {"rolename": "wild", "allowwildcardsubs": false, "acls": []}
              ],
              "anonymousGroup": "g",
              "future": {"a": 1.50}
            }
            """;

    private static SecurityModel model() throws JsonException, SecurityFileException {
        // A hash of the right length, so that it is one.
        String b64 = java.util.Base64.getEncoder().encodeToString(new byte[64]);
        String salt = java.util.Base64.getEncoder().encodeToString(new byte[12]);
        return SecurityFile.parse(
                FILE.replace("HASH", b64).replace("SALT", salt).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void comesBackAsItWasWithKeysOfOthers() throws Exception {
        SecurityModel model = model();
        assertEquals(model, SecurityFile.parse(SecurityFile.format(model)));
        String text = new String(SecurityFile.format(model), StandardCharsets.UTF_8);
        assertTrue(text.contains("\"iterations\" : 101"), text);
        assertTrue(text.contains("\"encoded_password\" : \"$argon2id"), text);
        assertTrue(text.contains("\"mine\"") && text.contains("1.50"), text);
        assertFalse(text.contains("gone"), text);
        assertEquals("g", model.anonymousGroup());
        Client old = Objects.requireNonNull(model.clients().get("old"));
        assertEquals(List.of(new Role.Use("high", 7), new Role.Use("low", -1)), old.roles());
    }

    @ParameterizedTest
    @CsvSource({
        "publish, old, dev/c1/x, ALLOWED",
        "publish, old, dev/c1/secret, DENIED",
        "publish, old, dev/c2/x, UNDECIDED",
        "publish, nobody, dev/c1/x, UNDECIDED",
        "receive, old, any, ALLOWED",
        "receive, old, $CONTROL/dynamic-security/v1, UNDECIDED",
        "subscribe, old, #, ALLOWED",
        "subscribe, old, home/x/old, ALLOWED",
        "subscribe, old, home/+/old, ALLOWED",
        "subscribe, old, home/#, DENIED",
        "subscribe, old, other, UNDECIDED",
        "subscribe, new, other, UNDECIDED",
        "unsubscribe, new, other, ALLOWED"
    })
    void rulesAreAskedInTheirOrder(String action, String user, String topic, Verdict expected)
            throws Exception {
        SecurityRules rules = new SecurityRules(model());
        Verdict verdict =
                switch (action) {
                    case "publish" -> rules.publish("c1", user, topic);
                    case "receive" -> rules.receive("c1", user, topic);
                    case "subscribe" -> rules.subscribe("c1", user, topic);
                    default -> rules.unsubscribe("c1", user, topic);
                };
        assertEquals(expected, verdict);
    }

    @ParameterizedTest
    @CsvSource({
        "#, a/b, true",
        "#, $SYS/a, false",
        "$SYS/#, $SYS/a, true",
        "+/+, a, false",
        "a/#, a, true",
        "a/#, a/#, true",
        "a/+, a/#, false",
        "a/+, a/+, true",
        "a/b, a/+, false",
        "a/%c, a/id, true",
        "a/%u, a/me, true",
        "a/%c, a/+, false",
        "a/b, a/b/c, false",
        "a/b/c, a/b, false",
        "a/x%c, a/xid, false"
    })
    void patterns(String pattern, String topic, boolean expected) {
        assertEquals(expected, TopicPattern.covers(pattern, topic, "id", "me"));
    }

    @Test
    void aClientThatCallsItselfAWildcardGetsNothing() {
        assertFalse(TopicPattern.covers("a/%c", "a/+", "+", "me"));
        assertFalse(TopicPattern.covers("a/%u", "a/+", "id", "+"));
        assertFalse(TopicPattern.covers("a/%u", "a/#", "id", "#"));
        assertFalse(TopicPattern.covers("a/%u", "a/", "id", ""));
        assertFalse(TopicPattern.covers("a/%u", "a/b", "id", null));
    }

    @Test
    void aNewFileHasAnAdministrator(@TempDir Path folder) throws Exception {
        SecurityFile file = new SecurityFile(folder.resolve("dynamic-security.json"));
        file.create(null, null, new SecureRandom(), SecurityFileTest::hash);
        Path passwords = folder.resolve("dynamic-security.json.pw");
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(passwords)));
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())));
        String admin = Files.readAllLines(passwords).getFirst().substring("admin ".length());
        SecurityRules rules = new SecurityRules(file.read());
        PasswordHash hash =
                Objects.requireNonNull(Objects.requireNonNull(rules.account("admin")).password());
        assertTrue(hash.matches(admin.getBytes(StandardCharsets.UTF_8)));
        assertEquals(Verdict.ALLOWED, rules.publish("x", "admin", "$CONTROL/dynamic-security/v1"));
        assertEquals(Verdict.UNDECIDED, rules.publish("x", "democlient", "$CONTROL/broker/v1"));
        assertEquals(Verdict.ALLOWED, rules.publish("x", "democlient", "a"));

        SecurityFile given = new SecurityFile(folder.resolve("given.json"));
        given.create(null, "twelve-chars", new SecureRandom(), SecurityFileTest::hash);
        assertEquals(1, given.read().clients().size());
        SecurityFile weak = new SecurityFile(folder.resolve("weak.json"));
        assertThrows(
                SecurityFileException.class,
                () -> weak.create(null, "eleven-char", new SecureRandom(), p -> p));
        Path empty = Files.createFile(folder.resolve("empty"));
        assertThrows(
                SecurityFileException.class,
                () -> weak.create(empty, null, new SecureRandom(), p -> p));
        assertFalse(weak.exists());
    }

    private static String hash(String password) {
        return PasswordHash.pbkdf2(
                        password.getBytes(StandardCharsets.UTF_8), 10, new SecureRandom())
                .encoded();
    }

    @Test
    void whatIsNoJsonIsItsOwnException() throws Exception {
        Random random = new Random(7);
        byte[] whole = SecurityFile.format(model());
        int refused = 0;
        for (int i = 0; i < 1_500; i++) {
            byte[] bytes =
                    Arrays.copyOf(whole, i % 3 == 0 ? random.nextInt(whole.length) : whole.length);
            for (int k = random.nextInt(4); k >= 0 && bytes.length > 0; k--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            if (i % 5 == 0) {
                random.nextBytes(bytes);
            }
            try {
                new SecurityRules(SecurityFile.parse(bytes));
            } catch (JsonException | SecurityFileException e) {
                refused++;
            }
            SecurityCommands.execute(model(), bytes, p -> p, (_, _) -> List.of());
        }
        assertTrue(refused > 300, () -> "a test that refuses nothing tests nothing");
        assertThrows(
                JsonException.class,
                () -> Json.parse("[".repeat(5_000).getBytes(StandardCharsets.UTF_8)));
        assertThrows(JsonException.class, () -> Json.parse(new byte[0]));
        assertThrows(JsonException.class, () -> Json.parse("1 2".getBytes(StandardCharsets.UTF_8)));
    }
}
