package io.hawkermq.mosquitto.dynsec;

import io.hawkermq.mosquitto.access.PasswordHash;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A [SecurityModel] made ready for questions; immutable, for any thread. The roles of a client are
/// asked in the order of their priorities, then those of its groups; the first ACL that covers the
/// topic decides, and the default access where none does.
public final class SecurityRules {
    /// What is said of a question.
    public enum Verdict {
        ALLOWED,
        DENIED,
        /// Nothing here allows it; another source may.
        UNDECIDED
    }

    /// Who may log in with what.
    ///
    /// @param clientId the only one allowed, or null for any
    /// @param password null if no password is the right one
    public record Account(
            Client.Login login, @Nullable String clientId, @Nullable PasswordHash password) {}

    private record Pattern(String topic, boolean allow) {}

    private record Compiled(
            boolean allowsWildcards,
            List<Pattern> send,
            List<Pattern> receive,
            Map<String, Boolean> subscribeLiteral,
            List<Pattern> subscribe,
            Map<String, Boolean> unsubscribeLiteral,
            List<Pattern> unsubscribe) {}

    private record User(Account account, List<Compiled> roles) {}

    private final DefaultAccess defaults;
    private final Map<String, User> users = new HashMap<>();
    private final List<Compiled> anonymous;
    private final List<String> notices = new ArrayList<>();

    public SecurityRules(SecurityModel model) {
        defaults = model.defaults();
        Map<String, Compiled> roles = new HashMap<>();
        model.roles().forEach((name, role) -> roles.put(name, compiled(role)));
        Map<String, List<Compiled>> ofGroups = new HashMap<>();
        model.groups().forEach((name, g) -> ofGroups.put(name, compiled(g.roles(), roles)));
        Map<String, List<Membership>> memberships = memberships(model);
        for (Client c : model.clients().values()) {
            List<Compiled> its = new ArrayList<>(compiled(c.roles(), roles));
            for (Membership m : memberships.getOrDefault(c.userName(), List.of())) {
                its.addAll(ofGroups.getOrDefault(m.group(), List.of()));
            }
            Account account = new Account(c.login(), c.clientId(), password(c));
            users.put(c.userName(), new User(account, List.copyOf(its)));
        }
        String group = model.anonymousGroup();
        anonymous = group == null ? List.of() : ofGroups.getOrDefault(group, List.of());
    }

    private record Membership(String group, int priority) {}

    private static Map<String, List<Membership>> memberships(SecurityModel model) {
        Map<String, List<Membership>> all = new HashMap<>();
        for (Group g : model.groups().values()) {
            for (Group.Member m : g.members()) {
                all.computeIfAbsent(m.userName(), _ -> new ArrayList<>())
                        .add(new Membership(g.name(), m.priority()));
            }
        }
        all.values().forEach(l -> l.sort(Comparator.comparingInt(Membership::priority).reversed()));
        return all;
    }

    private @Nullable PasswordHash password(Client c) {
        if (c.encodedPassword() == null) {
            return null;
        }
        try {
            return PasswordHash.parse(c.encodedPassword());
        } catch (IllegalArgumentException e) {
            notices.add(
                    "User '"
                            + c.userName()
                            + "' of dynamic security cannot log in: "
                            + e.getMessage());
            return null;
        }
    }

    private static List<Compiled> compiled(List<Role.Use> uses, Map<String, Compiled> roles) {
        List<Compiled> all = new ArrayList<>();
        for (Role.Use use : uses) {
            Compiled role = roles.get(use.role());
            if (role != null) {
                all.add(role);
            }
        }
        return List.copyOf(all);
    }

    private static Compiled compiled(Role role) {
        return new Compiled(
                role.wildcards() == Role.WildcardSubscriptions.ALLOWED,
                patterns(role, AclType.PUBLISH_CLIENT_SEND),
                patterns(role, AclType.PUBLISH_CLIENT_RECEIVE),
                literals(role, AclType.SUBSCRIBE_LITERAL),
                patterns(role, AclType.SUBSCRIBE_PATTERN),
                literals(role, AclType.UNSUBSCRIBE_LITERAL),
                patterns(role, AclType.UNSUBSCRIBE_PATTERN));
    }

    private static List<Pattern> patterns(Role role, AclType type) {
        return role.acls().stream()
                .filter(a -> a.type() == type)
                .map(a -> new Pattern(a.topic(), a.allow()))
                .toList();
    }

    private static Map<String, Boolean> literals(Role role, AclType type) {
        Map<String, Boolean> literals = new HashMap<>();
        for (Role.Acl a : role.acls()) {
            if (a.type() == type) {
                literals.put(a.topic(), a.allow());
            }
        }
        return Map.copyOf(literals);
    }

    /// What is odd about the model, a sentence without its full stop for each.
    public List<String> notices() {
        return List.copyOf(notices);
    }

    /// Null if there is no such user.
    public @Nullable Account account(String userName) {
        User user = users.get(userName);
        return user == null ? null : user.account();
    }

    /// @param userName null for a client without one
    public Verdict publish(String clientId, @Nullable String userName, String topic) {
        List<Compiled> roles = roles(userName);
        if (roles == null) {
            return Verdict.UNDECIDED;
        }
        for (Compiled role : roles) {
            Verdict v = first(role.send(), topic, clientId, userName);
            if (v != Verdict.UNDECIDED) {
                return v;
            }
        }
        return otherwise(defaults.publishClientSend(), topic);
    }

    /// @param userName null for a client without one
    public Verdict receive(String clientId, @Nullable String userName, String topic) {
        List<Compiled> roles = roles(userName);
        if (roles == null) {
            return Verdict.UNDECIDED;
        }
        for (Compiled role : roles) {
            Verdict v = first(role.receive(), topic, clientId, userName);
            if (v != Verdict.UNDECIDED) {
                return v;
            }
        }
        return otherwise(defaults.publishClientReceive(), topic);
    }

    /// @param userName null for a client without one
    /// @param filter as the client sent it, with `$share/NAME/` if it is shared
    public Verdict subscribe(String clientId, @Nullable String userName, String filter) {
        List<Compiled> roles = roles(userName);
        if (roles == null) {
            return Verdict.UNDECIDED;
        }
        boolean hasWildcard = filter.indexOf('+') >= 0 || filter.indexOf('#') >= 0;
        for (Compiled role : roles) {
            if (hasWildcard && !role.allowsWildcards()) {
                return Verdict.DENIED;
            }
            Verdict v =
                    either(role.subscribeLiteral(), role.subscribe(), filter, clientId, userName);
            if (v != Verdict.UNDECIDED) {
                return v;
            }
        }
        return otherwise(defaults.subscribe(), filter);
    }

    /// @param userName null for a client without one
    /// @param filter as the client sent it, with `$share/NAME/` if it is shared
    public Verdict unsubscribe(String clientId, @Nullable String userName, String filter) {
        List<Compiled> roles = roles(userName);
        if (roles == null) {
            return Verdict.UNDECIDED;
        }
        for (Compiled role : roles) {
            Verdict v =
                    either(
                            role.unsubscribeLiteral(),
                            role.unsubscribe(),
                            filter,
                            clientId,
                            userName);
            if (v != Verdict.UNDECIDED) {
                return v;
            }
        }
        return otherwise(defaults.unsubscribe(), filter);
    }

    private @Nullable List<Compiled> roles(@Nullable String userName) {
        if (userName == null) {
            return anonymous;
        }
        User user = users.get(userName);
        return user == null ? null : user.roles();
    }

    private static Verdict either(
            Map<String, Boolean> literals,
            List<Pattern> patterns,
            String filter,
            String clientId,
            @Nullable String userName) {
        Boolean literal = literals.get(filter);
        return literal == null
                ? first(patterns, filter, clientId, userName)
                : literal ? Verdict.ALLOWED : Verdict.DENIED;
    }

    private static Verdict first(
            List<Pattern> patterns, String topic, String clientId, @Nullable String userName) {
        for (int i = 0; i < patterns.size(); i++) {
            Pattern pattern = patterns.get(i);
            if (TopicPattern.covers(pattern.topic(), topic, clientId, userName)) {
                return pattern.allow() ? Verdict.ALLOWED : Verdict.DENIED;
            }
        }
        return Verdict.UNDECIDED;
    }

    /// The default access never opens `$CONTROL`.
    private static Verdict otherwise(boolean allowed, String topic) {
        return allowed && !topic.startsWith("$CONTROL") ? Verdict.ALLOWED : Verdict.UNDECIDED;
    }
}
