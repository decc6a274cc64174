package io.hawkermq.mosquitto.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessListTest {
    static AccessList list(String... lines) throws AccessFileException {
        return AccessList.parse("acl", String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }

    private static boolean publishes(AccessList list, @Nullable String user, String topic) {
        return list.mayPublish("client", user, TopicName.of(topic));
    }

    private static boolean receives(AccessList list, @Nullable String user, String topic) {
        return list.mayReceive("client", user, TopicName.of(topic));
    }

    @Test
    void anEmptyListGrantsNothingButSubscribing() throws Exception {
        AccessList list = list("#comment", "");
        assertFalse(publishes(list, null, "a"));
        assertFalse(receives(list, "u", "a"));
        assertTrue(list.maySubscribe("client", "u", TopicFilter.of("#")));
    }

    @Test
    void linesBeforeTheFirstUserAreForAnonymousClientsOnly() throws Exception {
        AccessList list =
                list("topic readwrite topic/global/#", "topic deny      topic/global/except");
        assertTrue(publishes(list, null, "topic/global"));
        assertTrue(receives(list, null, "topic/global/x"));
        assertFalse(publishes(list, "username", "topic/global"));
        assertFalse(publishes(list, null, "topic/global/except"));
    }

    @Test
    void usersHaveSections() throws Exception {
        AccessList list =
                list(
                        "user username",
                        "topic readwrite topic/username/#",
                        "topic deny      topic/username/except",
                        "user  with blank  ",
                        "topic read only/read",
                        "topic write only/write",
                        "user username",
                        "topic more");
        assertEquals(Set.of("username", "with blank"), list.users());
        assertEquals(5, list.size());
        assertFalse(publishes(list, null, "topic/username"));
        assertTrue(publishes(list, "username", "topic/username"));
        assertFalse(publishes(list, "username", "topic/username/except"));
        assertTrue(publishes(list, "username", "more"));
        assertTrue(receives(list, "username", "more"));
        assertTrue(receives(list, "with blank", "only/read"));
        assertFalse(publishes(list, "with blank", "only/read"));
        assertFalse(receives(list, "with blank", "only/write"));
        assertTrue(publishes(list, "with blank", "only/write"));
    }

    @Test
    void patternsStandForWholeLevels() throws Exception {
        AccessList list =
                list(
                        "pattern readwrite pattern/%u/#",
                        "pattern deny pattern/%u/except",
                        "pattern write device/%c/state",
                        "pattern read device-%c/state");
        assertFalse(publishes(list, null, "pattern/username"));
        assertTrue(publishes(list, "username", "pattern/username"));
        assertTrue(publishes(list, "username", "pattern/username/a/b"));
        assertFalse(publishes(list, "username", "pattern/other"));
        assertFalse(publishes(list, "username", "pattern/username/except"));
        assertTrue(publishes(list, null, "device/client/state"));
        assertFalse(publishes(list, null, "device/client2/state"));
        assertFalse(publishes(list, null, "device/clien/state"));
        assertFalse(receives(list, null, "device-client/state"));
        assertTrue(receives(list, null, "device-%c/state"));
    }

    @Test
    void aSectionsGrantIsAskedBeforeAPatternsDenial() throws Exception {
        AccessList list = list("user u", "topic a/#", "pattern deny a/%c");
        assertTrue(publishes(list, "u", "a/client"));
        assertFalse(publishes(list, "v", "a/client"));
    }

    @ParameterizedTest
    @CsvSource({"+, u", "#, u", "a+b, u", "c, +", "c, x#"})
    void namesWithWildcardsGetNothingFromPatterns(String clientId, String user) throws Exception {
        AccessList list =
                list("topic x", "user " + user, "topic own", "pattern a/%c", "pattern b/%u");
        for (String topic : new String[] {"a/c", "a/u", "b/u", "b/c", "a", "b"}) {
            assertFalse(list.mayPublish(clientId, user, TopicName.of(topic)));
            assertFalse(list.mayReceive(clientId, user, TopicName.of(topic)));
        }
        assertTrue(list.mayPublish(clientId, user, TopicName.of("own")));
    }

    @Test
    void namesWithSlashesMatchNoLevel() throws Exception {
        AccessList list = list("pattern a/%c/#", "pattern b/%u", "pattern %u/c");
        assertFalse(list.mayPublish("x/y", "p/q", TopicName.of("a/x/y")));
        assertFalse(list.mayPublish("x/y", "p/q", TopicName.of("b/p/q")));
        assertFalse(list.mayPublish("x", "", TopicName.of("b/")));
        assertFalse(list.mayPublish("x", "", TopicName.of("/c")));
    }

    @Test
    void dollarTopicsNeedRulesThatBeginWithADollar() throws Exception {
        AccessList list =
                list(
                        "topic #",
                        "topic +/x",
                        "user u",
                        "topic read $SYS/#",
                        "topic write $SYS/broker/#",
                        "topic $other/#",
                        "pattern write $SYS/broker/connection/%c/state",
                        "pattern %c/x");
        assertTrue(receives(list, null, "a"));
        assertFalse(receives(list, null, "$SYS/broker/uptime"));
        assertFalse(receives(list, null, "$x/x"));
        assertTrue(receives(list, "u", "$SYS/broker/uptime"));
        assertTrue(publishes(list, "u", "$other/a"));
        assertFalse(publishes(list, "u", "$SYS/broker/uptime"));
        assertTrue(publishes(list, "v", "$SYS/broker/connection/client/state"));
        assertFalse(publishes(list, "v", "$SYS/broker/connection/other/state"));
        assertFalse(publishes(list, "u", "$SYS/broker/connection/a/b/state"));
        assertFalse(publishes(list, null, "$share/g/a"));
        assertFalse(list.mayPublish("$c", "v", TopicName.of("$c/x")));
    }

    @Test
    void denialsForOneDirection() throws Exception {
        AccessList list =
                list(
                        "user u",
                        "topic a/#",
                        "topic readdeny a/secret/#",
                        "topic writedeny a/status");
        assertFalse(receives(list, "u", "a/secret/x"));
        assertTrue(publishes(list, "u", "a/secret/x"));
        assertTrue(receives(list, "u", "a/status"));
        assertFalse(publishes(list, "u", "a/status"));
    }

    @Test
    void subscribeLinesMustCoverTheFilter() throws Exception {
        AccessList list =
                list("user u", "topic read #", "topic subscribe a/+/c", "pattern subscribe p/%c/#");
        assertTrue(list.maySubscribe("c", "u", TopicFilter.of("a/b/c")));
        assertTrue(list.maySubscribe("c", "u", TopicFilter.of("a/+/c")));
        assertTrue(list.maySubscribe("c", "u", TopicFilter.of("$share/g/a/+/c")));
        assertFalse(list.maySubscribe("c", "u", TopicFilter.of("a/#")));
        assertFalse(list.maySubscribe("c", "u", TopicFilter.of("#")));
        assertFalse(list.maySubscribe("c", "u", TopicFilter.of("a/b/+")));
        assertTrue(list.maySubscribe("c", null, TopicFilter.of("p/c/+/#")));
        assertTrue(list.maySubscribe("c", null, TopicFilter.of("p/c")));
        assertFalse(list.maySubscribe("c", null, TopicFilter.of("p/+")));
        assertFalse(list.maySubscribe("+", null, TopicFilter.of("p/+")));
        assertFalse(list.maySubscribe("c", null, TopicFilter.of("a/b/c")));
    }

    @Test
    void topicsMayHaveBlanks() throws Exception {
        AccessList list = list("topic  read   living room/lamp one  ", "  topic b ", "topic read");
        assertTrue(receives(list, null, "living room/lamp one"));
        assertTrue(publishes(list, null, "b"));
        assertTrue(publishes(list, null, "read"));
        assertEquals(1, list.notices().size());
    }

    @Test
    void saysWhichLineDecides() throws Exception {
        AccessList list =
                list(
                        "# home",
                        "user roger",
                        "topic read home/#",
                        "topic deny home/keys",
                        "topic deny home/+",
                        "pattern write dev/%c");
        assertEquals(
                "allowed by acl:3: topic read home/#",
                list.explain("roger", "c", "home/a/b", AccessAction.RECEIVE).toString());
        assertEquals(
                "denied by acl:5: topic deny home/+",
                list.explain("roger", "c", "home/keys", AccessAction.PUBLISH).toString());
        assertEquals(
                "allowed by acl:6: pattern write dev/%c",
                list.explain("eve", "c", "dev/c", AccessAction.PUBLISH).toString());
        assertEquals(
                "denied: there is no section for the user 'eve', and no pattern matches",
                list.explain("eve", "c", "home/a", AccessAction.RECEIVE).toString());
        assertEquals(
                "denied: no line for anonymous clients matches, and no pattern",
                list.explain(null, "c", "home/a", AccessAction.RECEIVE).toString());
        assertEquals(
                "denied: the Client Identifier has a + or #, which could widen a pattern",
                list.explain("eve", "+", "dev/c", AccessAction.PUBLISH).toString());
        assertEquals(
                "denied: no rule can open this topic to publishers",
                list.explain("roger", "c", "$SYS/x", AccessAction.PUBLISH).toString());
        assertTrue(list.explain("eve", "c", "#", AccessAction.SUBSCRIBE).isAllowed());
    }

    @Test
    void warnsOfPatternsThatAreTheSameForAll() throws Exception {
        assertEquals(
                "acl:2: the pattern 'a/#' has neither %c nor %u",
                list("", "pattern read a/#").notices().getFirst());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "topic|Empty topic in acl_file",
                "pattern  |Empty topic in acl_file",
                "user|Missing username in acl_file",
                "topic my topic|Invalid topic access type in acl_file: read was 'my', allowed are read,",
                "topic readwrite a#|Invalid ACL topic in acl_file: read was 'a#': # must be the last level alone",
                "topic read #/a|Invalid ACL topic in acl_file",
                "pattern read a/b+|+ must fill a whole level",
                "topics a|Invalid line in acl_file: read was 'topics'",
                "' # comment'|read was '#'",
            })
    void saysWhatIsWrong(String line, String expected) {
        String wrong = line.replace("'", "");
        AccessFileException e =
                assertThrows(AccessFileException.class, () -> list("#", "topic a", wrong));
        assertTrue(e.toString().contains("acl:3: "), e.toString());
        assertTrue(e.toString().contains(expected), e.toString());
        assertEquals(3, e.line());
        assertEquals("acl", e.file());
    }

    @Test
    void topicsHaveMosquittosDepth() throws Exception {
        String deepest = "a" + "/a".repeat(200);
        assertTrue(publishes(list("topic " + deepest), null, deepest));
        assertThrows(AccessFileException.class, () -> list("topic " + deepest + "/a"));
    }
}
