package io.hawkermq.mosquitto.access;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One `topic` or `pattern` line of an access control list.
///
/// @param line from 1
/// @param userName whose section it stands in; null for a pattern and for anonymous clients
/// @param topic a Topic Filter; in a pattern `%c` and `%u` may stand for whole levels
record AccessRule(int line, Kind kind, Access access, @Nullable String userName, String topic) {
    /// Mosquitto's limit on levels.
    private static final int MOST_LEVELS = 201;

    enum Kind {
        TOPIC,
        PATTERN
    }

    /// The last three are not Mosquitto's.
    enum Access {
        READ,
        WRITE,
        READWRITE,
        DENY,
        SUBSCRIBE,
        READDENY,
        WRITEDENY;

        boolean isDenial() {
            return this == DENY || this == READDENY || this == WRITEDENY;
        }

        /// True if a rule with this access says anything about the action.
        boolean concerns(AccessAction action) {
            return switch (action) {
                case PUBLISH ->
                        this == WRITE || this == READWRITE || this == DENY || this == WRITEDENY;
                case RECEIVE ->
                        this == READ || this == READWRITE || this == DENY || this == READDENY;
                case SUBSCRIBE -> this == SUBSCRIBE;
            };
        }

        static @Nullable Access named(String word) {
            for (Access access : values()) {
                if (access.word().equals(word)) {
                    return access;
                }
            }
            return null;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// As Mosquitto counts: a `%u` anywhere, even where it stands for nothing.
    boolean needsUserName() {
        return kind == Kind.PATTERN && topic.contains("%u");
    }

    /// Why a text is no topic of a rule, or null.
    static @Nullable String faultOf(String topic) {
        int levels = 1;
        for (int i = 0; i < topic.length(); i++) {
            char c = topic.charAt(i);
            boolean starts = i == 0 || topic.charAt(i - 1) == '/';
            boolean ends = i == topic.length() - 1;
            if (c == '/') {
                levels++;
            } else if (c == '#' && !(starts && ends)) {
                return "# must be the last level alone";
            } else if (c == '+' && !(starts && (ends || topic.charAt(i + 1) == '/'))) {
                return "+ must fill a whole level";
            }
        }
        if (levels > MOST_LEVELS) {
            return "it has " + levels + " levels, allowed are " + MOST_LEVELS;
        }
        return topic.length() > 65_535 ? "it is too long, allowed are 65535 bytes" : null;
    }

    /// True if each topic that matches `filter` matches this rule: `+` takes one level but no `#`,
    /// `#` takes all. A Topic Name is a filter for itself. For explanations and SUBSCRIBE;
    /// [RuleTree] answers the same for many rules at once.
    boolean covers(String filter, String clientId, @Nullable String user) {
        if ((topic.charAt(0) == '$') != (filter.charAt(0) == '$')) {
            return false;
        }
        String[] mine = topic.split("/", -1);
        String[] theirs = filter.split("/", -1);
        for (int i = 0; i < mine.length; i++) {
            if (mine[i].equals("#")) {
                return true; // its parent's level included
            }
            if (i == theirs.length
                    || theirs[i].equals("#")
                    || !takes(mine[i], theirs[i], clientId, user)) {
                return false;
            }
        }
        return mine.length == theirs.length;
    }

    private boolean takes(String mine, String level, String clientId, @Nullable String user) {
        if (mine.equals("+")) {
            return true;
        }
        if (kind == Kind.PATTERN && mine.equals("%c")) {
            return !clientId.isEmpty() && level.equals(clientId);
        }
        if (kind == Kind.PATTERN && mine.equals("%u")) {
            return user != null && !user.isEmpty() && level.equals(user);
        }
        return mine.equals(level);
    }

    /// As it stands in the file.
    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + " " + access.word() + " " + topic;
    }
}
