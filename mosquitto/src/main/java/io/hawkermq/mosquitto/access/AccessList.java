package io.hawkermq.mosquitto.access;

import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An access control list in Mosquitto's format, compiled:
///
///     topic read $SYS/#              before the first user line: for anonymous clients
///     user roger
///     topic readwrite home/roger/#   for this user
///     topic deny home/roger/keys
///     pattern write sensor/%c/data   for everybody; %c Client Identifier, %u user name
///
/// The rules of the client's section are asked first, then the patterns; within each, denials
/// before the rest. The first that matches and is about the question decides; if none is, the
/// answer is no. A denial among the patterns therefore does not take away what the section grants.
///
/// Three words are not Mosquitto's: `readdeny` and `writedeny` deny one direction, and `subscribe`
/// grants subscriptions. Without any `subscribe` in the file every subscription is accepted, as by
/// Mosquitto, and what it delivers is checked message by message; with one, only those that a
/// `subscribe` line covers.
///
/// What `%c` and `%u` stand for is compared as text, with one whole level: a name with `/` matches
/// nothing. A client whose Client Identifier or user name has `+` or `#` gets nothing from patterns,
/// nor from what would be asked after them.
public final class AccessList {
    private final String file;
    private final Map<String, AccessSection> users;
    private final AccessSection anonymous;
    private final AccessSection patterns;
    private final boolean hasSubscribeRules;
    private final List<String> notices;

    AccessList(
            String file,
            Map<String, AccessSection> users,
            AccessSection anonymous,
            AccessSection patterns,
            boolean hasSubscribeRules,
            List<String> notices) {
        this.file = file;
        this.users = new HashMap<>(users);
        this.anonymous = anonymous;
        this.patterns = patterns;
        this.hasSubscribeRules = hasSubscribeRules;
        this.notices = List.copyOf(notices);
    }

    /// @throws AccessFileException if it cannot be read, or a line of it
    public static AccessList read(Path path) throws AccessFileException {
        return new AccessListReader(Lines.of(path)).read();
    }

    /// @param file its name, for messages
    /// @throws AccessFileException if a line of it cannot be read
    public static AccessList parse(String file, byte[] content) throws AccessFileException {
        return new AccessListReader(new Lines(file, content)).read();
    }

    // ---- the answers ----

    /// @param userName null for an anonymous client
    public boolean mayPublish(String clientId, @Nullable String userName, TopicName topic) {
        if (topic.isReserved() && isClosedToPublishers(topic.toString())) {
            return false;
        }
        return may(RuleTree.WRITE, RuleTree.WRITE_DENIED, clientId, userName, topic);
    }

    /// @param userName null for an anonymous client
    public boolean mayReceive(String clientId, @Nullable String userName, TopicName topic) {
        return may(RuleTree.READ, RuleTree.READ_DENIED, clientId, userName, topic);
    }

    private boolean may(
            int granted, int denied, String clientId, @Nullable String userName, TopicName topic) {
        AccessSection section = section(userName);
        String text = topic.toString();
        if (section != null) {
            if (section.grantsEverything(granted) && !topic.isReserved()) {
                return true;
            }
            int says = section.about(text, clientId, userName);
            if ((says & (granted | denied)) != 0) {
                return (says & denied) == 0;
            }
        }
        if (patterns.isEmpty() || isDangerous(clientId) || isDangerous(userName)) {
            return false;
        }
        int says = patterns.about(text, clientId, userName);
        return (says & denied) == 0 && (says & granted) != 0;
    }

    /// @param userName null for an anonymous client
    public boolean maySubscribe(String clientId, @Nullable String userName, TopicFilter filter) {
        // Seldom asked, and hardly anybody has these rules; no need for a tree.
        return !hasSubscribeRules
                || explain(userName, clientId, filter.filter(), AccessAction.SUBSCRIBE).isAllowed();
    }

    private @Nullable AccessSection section(@Nullable String userName) {
        return userName == null ? anonymous : users.get(userName);
    }

    /// `$SYS` is the server's but for the state of bridges, and Shared Subscriptions have no Topic
    /// Names.
    private static boolean isClosedToPublishers(String topic) {
        if (topic.startsWith("$SYS")) {
            String before = "$SYS/broker/connection/";
            int slash = topic.indexOf('/', before.length());
            return !(topic.startsWith(before)
                    && slash > 0
                    && topic.substring(slash).equals("/state"));
        }
        return topic.startsWith("$share");
    }

    private static boolean isDangerous(@Nullable String name) {
        return name != null && (name.indexOf('+') >= 0 || name.indexOf('#') >= 0);
    }

    // ---- for people ----

    /// Which line decides, found by asking one rule after the other as they are written.
    ///
    /// @param userName null for an anonymous client
    /// @param topic a Topic Name; for [AccessAction#SUBSCRIBE] a Topic Filter without
    ///     `$share/NAME/`
    /// @throws IllegalArgumentException if `topic` is empty
    public AccessExplanation explain(
            @Nullable String userName, String clientId, String topic, AccessAction action) {
        if (topic.isEmpty()) {
            throw new IllegalArgumentException("the topic is empty");
        }
        if (action == AccessAction.SUBSCRIBE && !hasSubscribeRules) {
            return because(
                    true,
                    "the file has no 'subscribe' line, so every subscription is accepted and each"
                            + " delivery is checked");
        }
        if (action == AccessAction.PUBLISH && isClosedToPublishers(topic)) {
            return because(false, "no rule can open this topic to publishers");
        }
        AccessSection section = section(userName);
        AccessExplanation decided =
                section == null ? null : firstIn(section, userName, clientId, topic, action);
        if (decided != null) {
            return decided;
        }
        if (!patterns.isEmpty()) {
            if (isDangerous(clientId) || isDangerous(userName)) {
                return because(
                        false,
                        "the "
                                + (isDangerous(clientId) ? "Client Identifier" : "user name")
                                + " has a + or #, which could widen a pattern");
            }
            decided = firstIn(patterns, userName, clientId, topic, action);
            if (decided != null) {
                return decided;
            }
        }
        String who = userName == null ? "anonymous clients" : "the user " + Lines.quoted(userName);
        return because(
                false,
                section == null
                        ? "there is no section for " + who + ", and no pattern matches"
                        : "no line for " + who + " matches, and no pattern");
    }

    private @Nullable AccessExplanation firstIn(
            AccessSection section,
            @Nullable String userName,
            String clientId,
            String topic,
            AccessAction action) {
        for (AccessRule rule : section.inOrder()) {
            if (rule.access().concerns(action)
                    && !(rule.needsUserName() && userName == null)
                    && rule.covers(topic, clientId, userName)) {
                return new AccessExplanation(
                        !rule.access().isDenial(), file, rule.line(), rule.toString());
            }
        }
        return null;
    }

    private AccessExplanation because(boolean isAllowed, String why) {
        return new AccessExplanation(isAllowed, file, 0, why);
    }

    /// The users that have a section.
    public Set<String> users() {
        return Set.copyOf(users.keySet());
    }

    /// All `topic` and `pattern` lines.
    public int size() {
        List<AccessSection> sections = new ArrayList<>(users.values());
        sections.add(anonymous);
        sections.add(patterns);
        return sections.stream().mapToInt(s -> s.inOrder().size()).sum();
    }

    /// What the operator should know though the file is accepted, one line each.
    public List<String> notices() {
        return notices;
    }
}
