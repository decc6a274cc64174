package io.hawkermq.mosquitto.access;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the lines of an [AccessList]. Words are separated by blanks only, and a comment begins in
/// the first column, as Mosquitto has it.
final class AccessListReader {
    private static final int MOST_NOTICES = 100;

    private final Lines lines;
    private final Map<String, AccessSection> users = new HashMap<>();
    private final AccessSection anonymous = new AccessSection();
    private final AccessSection patterns = new AccessSection();
    private final List<String> notices = new ArrayList<>();
    private @Nullable String user;
    private boolean hasSubscribeRules;

    AccessListReader(Lines lines) {
        this.lines = lines;
    }

    AccessList read() throws AccessFileException {
        while (lines.hasNext()) {
            String line = lines.next();
            if (!line.startsWith("#")) {
                readLine(withoutTrailingSpace(line));
            }
        }
        return new AccessList(lines.file(), users, anonymous, patterns, hasSubscribeRules, notices);
    }

    private static String withoutTrailingSpace(String line) {
        int end = line.length();
        while (end > 0 && Lines.isSpace(line.charAt(end - 1))) {
            end--;
        }
        return line.substring(0, end);
    }

    private void readLine(String line) throws AccessFileException {
        String rest = withoutLeadingBlanks(line);
        if (rest.isEmpty()) {
            return;
        }
        String keyword = firstWord(rest);
        rest = rest.substring(keyword.length());
        switch (keyword) {
            case "topic" -> readRule(AccessRule.Kind.TOPIC, rest);
            case "pattern" -> readRule(AccessRule.Kind.PATTERN, rest);
            case "user" -> {
                user = Lines.trimmed(rest);
                if (user.isEmpty()) {
                    throw lines.fault("Missing username in acl_file: allowed is 'user NAME'");
                }
            }
            default ->
                    throw lines.fault(
                            "Invalid line in acl_file: read was "
                                    + Lines.quoted(keyword)
                                    + ", allowed are 'topic', 'pattern' and 'user', followed by a"
                                    + " blank, and # in the first column");
        }
    }

    private void readRule(AccessRule.Kind kind, String words) throws AccessFileException {
        String rest = withoutLeadingBlanks(words);
        if (rest.isEmpty()) {
            throw lines.fault(
                    "Empty topic in acl_file: allowed is 'topic [ACCESS] TOPIC' and 'pattern"
                            + " [ACCESS] TOPIC'");
        }
        String first = firstWord(rest);
        String topic = Lines.trimmed(rest.substring(first.length()));
        AccessRule.Access access = AccessRule.Access.READWRITE;
        if (topic.isEmpty()) {
            topic = first; // a single word is the topic, even if it could be an access
            if (AccessRule.Access.named(first) != null) {
                notice("the line has no topic, so " + Lines.quoted(first) + " is taken for one");
            }
        } else {
            AccessRule.Access named = AccessRule.Access.named(first);
            if (named == null) {
                throw lines.fault(
                        "Invalid topic access type in acl_file: read was "
                                + Lines.quoted(first)
                                + ", allowed are read, write, readwrite, deny, subscribe, readdeny"
                                + " and writedeny; a topic with blanks needs one of them before it");
            }
            access = named;
        }
        String fault = AccessRule.faultOf(topic);
        if (fault != null) {
            throw lines.fault(
                    "Invalid ACL topic in acl_file: read was "
                            + Lines.quoted(topic)
                            + ": "
                            + fault);
        }
        add(kind, access, topic);
    }

    private void add(AccessRule.Kind kind, AccessRule.Access access, String topic) {
        boolean isPattern = kind == AccessRule.Kind.PATTERN;
        if (isPattern && !topic.contains("%c") && !topic.contains("%u")) {
            notice("the pattern " + Lines.quoted(topic) + " has neither %c nor %u");
        }
        hasSubscribeRules |= access == AccessRule.Access.SUBSCRIBE;
        AccessSection section;
        if (isPattern) {
            section = patterns;
        } else if (user == null) {
            section = anonymous;
        } else {
            section = users.computeIfAbsent(user, name -> new AccessSection());
        }
        section.add(new AccessRule(lines.number(), kind, access, isPattern ? null : user, topic));
    }

    private void notice(String what) {
        if (notices.size() < MOST_NOTICES) {
            notices.add(lines.file() + ":" + lines.number() + ": " + what);
        }
    }

    private static String withoutLeadingBlanks(String text) {
        int start = 0;
        while (start < text.length() && text.charAt(start) == ' ') {
            start++;
        }
        return text.substring(start);
    }

    private static String firstWord(String text) {
        int blank = text.indexOf(' ');
        return blank < 0 ? text : text.substring(0, blank);
    }
}
