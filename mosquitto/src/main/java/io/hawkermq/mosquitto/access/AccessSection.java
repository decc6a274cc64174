package io.hawkermq.mosquitto.access;

import java.util.ArrayList;
import java.util.List;

/// The rules of one user, of anonymous clients, or all patterns. Not changed once it is in use.
final class AccessSection {
    /// In the order in which they are asked: denials first, the last of them before the others.
    private final List<AccessRule> rules = new ArrayList<>();

    private final RuleTree tree = new RuleTree();
    private final RuleTree userNameTree = new RuleTree();
    private int denials;

    void add(AccessRule rule) {
        RuleTree into = rule.needsUserName() ? userNameTree : tree;
        into.add(
                rule,
                switch (rule.access()) {
                    case READ -> RuleTree.READ;
                    case WRITE -> RuleTree.WRITE;
                    case READWRITE -> RuleTree.READ | RuleTree.WRITE;
                    case DENY -> RuleTree.READ_DENIED | RuleTree.WRITE_DENIED;
                    case READDENY -> RuleTree.READ_DENIED;
                    case WRITEDENY -> RuleTree.WRITE_DENIED;
                    case SUBSCRIBE -> 0;
                });
        rules.add(rule);
        if (rule.access().isDenial()) {
            denials++;
        }
    }

    boolean isEmpty() {
        return rules.isEmpty();
    }

    /// Denials first, the last one before the others; then the rest as they stand in the file.
    List<AccessRule> inOrder() {
        List<AccessRule> ordered = new ArrayList<>(rules.size());
        for (AccessRule rule : rules.reversed()) {
            if (rule.access().isDenial()) {
                ordered.add(rule);
            }
        }
        for (AccessRule rule : rules) {
            if (!rule.access().isDenial()) {
                ordered.add(rule);
            }
        }
        return ordered;
    }

    /// True if `#` grants `right` and nothing denies anything, so that topics that do not begin
    /// with `$` need not be looked at.
    boolean grantsEverything(int right) {
        return denials == 0 && (tree.aboutEverything() & right) != 0;
    }

    /// What the rules say about a Topic Name, as in [RuleTree].
    int about(String topic, String clientId, @org.jspecify.annotations.Nullable String userName) {
        int says = tree.isEmpty() ? 0 : tree.about(topic, clientId, userName);
        if (userName != null && !userNameTree.isEmpty()) {
            says |= userNameTree.about(topic, clientId, userName);
        }
        return says;
    }
}
