package io.hawkermq.mosquitto.access;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/// The compiled list against one that reads the lines anew for every question.
class AccessListPropertyTest {
    /// The manual page, word for word in code. Names without wildcards and slashes only.
    private static boolean naive(
            List<String> lines, @Nullable String user, String client, String topic, String bit) {
        List<String> ordered = new ArrayList<>();
        List<String> patterns = new ArrayList<>();
        String section = null;
        for (String line : lines) {
            String[] words = line.split(" ");
            boolean isPattern = words[0].equals("pattern");
            List<String> into = isPattern ? patterns : ordered;
            if (words[0].equals("user")) {
                section = words[1];
            } else if (isPattern || java.util.Objects.equals(section, user)) {
                into.add(words[1].endsWith("deny") ? 0 : into.size(), line);
            }
        }
        ordered.addAll(patterns);
        for (String line : ordered) {
            String[] words = line.split(" ");
            String filter = words[2];
            if (words[0].equals("pattern")) {
                if (user == null && filter.contains("%u")) {
                    continue;
                }
                filter = "/" + filter.replace("/", "//") + "/";
                filter =
                        filter.replace("/%c/", "/" + client + "/")
                                .replace("/%u/", "/" + user + "/");
                filter = filter.substring(1, filter.length() - 1).replace("//", "/");
            }
            boolean sameKind = (filter.charAt(0) == '$') == (topic.charAt(0) == '$');
            if (!sameKind || !TopicFilter.of(filter).matches(TopicName.of(topic))) {
                continue;
            }
            if (words[1].equals("deny") || words[1].equals(bit + "deny")) {
                return false;
            }
            if (words[1].equals("readwrite") || words[1].equals(bit)) {
                return true;
            }
        }
        return false;
    }

    @Provide
    static Arbitrary<String> topics() {
        Arbitrary<String> level = Arbitraries.of("a", "b", "a", "u", "c", "ab", "");
        return level.list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .map(levels -> String.join("/", levels))
                .flatMap(t -> Arbitraries.of(t, t, t, "$" + t))
                .filter(t -> !t.isEmpty());
    }

    @Provide
    static Arbitrary<List<String>> files() {
        Arbitrary<String> level =
                Arbitraries.of("a", "b", "+", "%c", "%u", "a", "u", "c", "a%u", "%c%u", "+", "");
        Arbitrary<String> filter =
                Combinators.combine(
                                level.list().ofMinSize(0).ofMaxSize(4),
                                Arbitraries.of(true, false),
                                Arbitraries.of("", "", "", "$"))
                        .as((levels, isOpen, dollar) -> {
                            List<String> all = new ArrayList<>(levels);
                            if (isOpen) {
                                all.add("#");
                            }
                            String text = String.join("/", all);
                            return text.isEmpty() || "+#".indexOf(text.charAt(0)) >= 0
                                    ? text
                                    : dollar + text;
                        })
                        .filter(f -> !f.isEmpty());
        Arbitrary<String> access =
                Arbitraries.of("read", "write", "readwrite", "deny", "readdeny", "writedeny");
        Arbitrary<String> rule =
                Combinators.combine(Arbitraries.of("topic", "topic", "pattern"), access, filter)
                        .as((kind, a, f) -> kind + " " + a + " " + f);
        Arbitrary<String> user = Arbitraries.of("user u", "user b", "user c");
        return Arbitraries.frequencyOf(
                        net.jqwik.api.Tuple.of(8, rule), net.jqwik.api.Tuple.of(2, user))
                .list()
                .ofMaxSize(14);
    }

    @Property(tries = 20_000)
    void answersLikeANaiveEvaluator(
            @ForAll("files") List<String> file,
            @ForAll("topics") String topic,
            @ForAll boolean isAnonymous)
            throws AccessFileException {
        String user = isAnonymous ? null : "u";
        AccessList list =
                AccessList.parse("f", String.join("\n", file).getBytes(StandardCharsets.UTF_8));
        TopicName name = TopicName.of(topic);
        boolean read = naive(file, user, "c", topic, "read");
        boolean write = naive(file, user, "c", topic, "write");
        assertEquals(read, list.mayReceive("c", user, name));
        assertEquals(write, list.mayPublish("c", user, name));
        assertEquals(read, list.explain(user, "c", topic, AccessAction.RECEIVE).isAllowed());
        assertEquals(write, list.explain(user, "c", topic, AccessAction.PUBLISH).isAllowed());
    }

    /// Whatever a client calls itself, no pattern gives it more than the level of that name.
    @Property(tries = 5_000)
    void noNameWidensAPattern(
            @ForAll("topics") String topic,
            @ForAll("names") String clientId,
            @ForAll("names") String user)
            throws AccessFileException {
        AccessList list =
                AccessList.parse(
                        "f", "pattern x/%c/+\npattern %u/#".getBytes(StandardCharsets.UTF_8));
        TopicName name = TopicName.of("x/" + topic);
        String[] levels = ("x/" + topic).split("/", -1);
        boolean isOwn =
                (levels.length == 3 && levels[1].equals(clientId) && !clientId.isEmpty())
                        || levels[0].equals(user);
        boolean isPlain = (clientId + user).chars().noneMatch(c -> c == '+' || c == '#');
        assertEquals(isOwn && isPlain, list.mayPublish(clientId, user, name));
    }

    @Provide
    static Arbitrary<String> names() {
        return Arbitraries.strings().withChars("abx/+#$%cu").ofMinLength(1).ofMaxLength(3);
    }
}
