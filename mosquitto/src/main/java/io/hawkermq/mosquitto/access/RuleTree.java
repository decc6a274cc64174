package io.hawkermq.mosquitto.access;

import org.jspecify.annotations.Nullable;

/// The rules of one section as a tree of levels: what all of them together say about one Topic Name
/// is found in one walk, however many there are. Nothing is allocated, since each PUBLISH and each
/// delivery asks. Not changed once it is in use.
final class RuleTree {
    static final int READ = 1;
    static final int WRITE = 2;
    static final int READ_DENIED = 4;
    static final int WRITE_DENIED = 8;

    private final Node root = new Node();
    private boolean isEmpty = true;

    /// @param says of the constants above those that the rule means
    void add(AccessRule rule, int says) {
        isEmpty = false;
        Node node = root;
        for (String level : rule.topic().split("/", -1)) {
            if (level.equals("#")) {
                node.below |= says;
                return;
            }
            node = node.childToGrow(level, rule.kind());
        }
        node.here |= says;
    }

    boolean isEmpty() {
        return isEmpty;
    }

    /// What the rules with `#` alone say, about all topics but those that begin with `$`.
    int aboutEverything() {
        return root.below;
    }

    /// What all rules that match say, put together.
    int about(String topic, String clientId, @Nullable String userName) {
        if (topic.charAt(0) == '$') {
            // No wildcard and no substitution takes the place of such a first level.
            int end = end(topic, 0);
            Node child = root.literal(topic, 0, end, hash(topic, 0, end));
            return child == null ? 0 : about(child, topic, end + 1, clientId, userName);
        }
        return about(root, topic, 0, clientId, userName);
    }

    /// @param start of the level below `node`; beyond the end if there is none
    private static int about(
            Node node, String topic, int start, String clientId, @Nullable String userName) {
        int says = node.below;
        if (start > topic.length()) {
            return says | node.here;
        }
        if (node.isLeaf) {
            return says;
        }
        int end = end(topic, start);
        Node child = node.literal(topic, start, end, hash(topic, start, end));
        if (child != null) {
            says |= about(child, topic, end + 1, clientId, userName);
        }
        if (node.any != null) {
            says |= about(node.any, topic, end + 1, clientId, userName);
        }
        if (node.clientId != null && is(topic, start, end, clientId)) {
            says |= about(node.clientId, topic, end + 1, clientId, userName);
        }
        if (node.userName != null && userName != null && is(topic, start, end, userName)) {
            says |= about(node.userName, topic, end + 1, clientId, userName);
        }
        return says;
    }

    private static int end(String topic, int start) {
        int end = topic.indexOf('/', start);
        return end < 0 ? topic.length() : end;
    }

    private static int hash(String text, int start, int end) {
        int h = end - start;
        for (int i = start; i < end; i++) {
            h = 31 * h + text.charAt(i);
        }
        return h * 0x9E37_79B9;
    }

    /// A name that is empty, or has a `/`, is no level.
    private static boolean is(String topic, int start, int end, String level) {
        int length = end - start;
        return length > 0
                && level.length() == length
                && topic.regionMatches(start, level, 0, length);
    }

    private static final class Node {
        /// What rules say that end here, and that go on with `#`.
        int here;

        int below;
        boolean isLeaf = true;
        @Nullable Node any;
        @Nullable Node clientId;
        @Nullable Node userName;

        // The named children: an open table, at most half full, with a power of two of places.
        private @Nullable String[] levels = new @Nullable String[2];
        private @Nullable Node[] children = new @Nullable Node[2];
        private int count;

        Node childToGrow(String level, AccessRule.Kind kind) {
            isLeaf = false;
            if (level.equals("+")) {
                any = any == null ? new Node() : any;
                return any;
            }
            if (kind == AccessRule.Kind.PATTERN && level.equals("%c")) {
                clientId = clientId == null ? new Node() : clientId;
                return clientId;
            }
            if (kind == AccessRule.Kind.PATTERN && level.equals("%u")) {
                userName = userName == null ? new Node() : userName;
                return userName;
            }
            int length = level.length();
            Node known = literal(level, 0, length, hash(level, 0, length));
            if (known != null) {
                return known;
            }
            if (2 * (count + 1) > levels.length) {
                grow();
            }
            Node child = new Node();
            put(level, child);
            count++;
            return child;
        }

        private void grow() {
            @Nullable String[] oldLevels = levels;
            @Nullable Node[] oldChildren = children;
            levels = new @Nullable String[2 * oldLevels.length];
            children = new @Nullable Node[2 * oldLevels.length];
            for (int i = 0; i < oldLevels.length; i++) {
                String level = oldLevels[i];
                Node child = oldChildren[i];
                if (level != null && child != null) {
                    put(level, child);
                }
            }
        }

        private void put(String level, Node child) {
            int mask = levels.length - 1;
            int i = place(hash(level, 0, level.length()), mask);
            while (levels[i] != null) {
                i = i + 1 & mask;
            }
            levels[i] = level;
            children[i] = child;
        }

        private static int place(int hash, int mask) {
            return hash >>> 15 & mask;
        }

        @Nullable Node literal(String topic, int start, int end, int hash) {
            @Nullable String[] table = levels;
            int mask = table.length - 1;
            int length = end - start;
            for (int i = place(hash, mask); ; i = i + 1 & mask) {
                String level = table[i];
                if (level == null) {
                    return null;
                }
                if (level.length() == length && topic.regionMatches(start, level, 0, length)) {
                    return children[i];
                }
            }
        }
    }
}
