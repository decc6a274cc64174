package io.hawkermq.mosquitto.dynsec;

import io.hawkermq.mosquitto.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The commands about roles. Each checks all before it changes anything.
final class RoleCommands {
    private final Draft draft;

    RoleCommands(Draft draft) {
        this.draft = draft;
    }

    static String roleName(Fields f) throws CommandException {
        return f.name("rolename", "Invalid/missing rolename", "Role name not valid UTF-8");
    }

    /// The roles that a command gives to somebody, or null if it names none.
    static @Nullable List<Role.Use> uses(Draft draft, Fields f) throws CommandException {
        if (!f.has("roles")) {
            return null;
        }
        String error = "'roles' not an array or missing/invalid rolename";
        List<Json> array = f.array("roles");
        if (array == null) {
            throw new CommandException(error);
        }
        List<Role.Use> uses = new ArrayList<>();
        Set<String> seen = new LinkedHashSet<>();
        for (Json each : array) {
            if (!(each instanceof Json.Members m)) {
                throw new CommandException(error);
            }
            Fields use = new Fields(m);
            String name = draft.role(use.text("rolename", error)).name();
            if (seen.add(name)) {
                uses.add(new Role.Use(name, use.priority(-1)));
            }
        }
        return uses;
    }

    void create(Fields f) throws CommandException {
        String name = f.text("rolename", "Invalid/missing rolename");
        if (name.isEmpty()) {
            throw new CommandException("Empty rolename");
        }
        Fields.checked(name, "Role name not valid UTF-8");
        String textName = f.optional("textname", "Invalid/missing textname");
        String description = f.optional("textdescription", "Invalid/missing textdescription");
        Boolean wildcards = f.truth("allowwildcardsubs");
        if (wildcards == null && f.has("allowwildcardsubs")) {
            throw new CommandException("Invalid allowwildcardsubs");
        }
        if (draft.roles.containsKey(name)) {
            throw new CommandException("Role already exists");
        }
        draft.put(
                new Role(
                        name,
                        textName,
                        description,
                        wildcards(Objects.requireNonNullElse(wildcards, Boolean.TRUE)),
                        ModelJson.acls(f),
                        Map.of()));
    }

    private static Role.WildcardSubscriptions wildcards(boolean allowed) {
        return allowed ? Role.WildcardSubscriptions.ALLOWED : Role.WildcardSubscriptions.DENIED;
    }

    void delete(Fields f) throws CommandException {
        Role role = draft.role(roleName(f));
        draft.kick(role);
        draft.remove(role);
    }

    void modify(Fields f) throws CommandException {
        Role role = draft.roles.get(roleName(f));
        if (role == null) {
            throw new CommandException("Role does not exist");
        }
        Boolean wildcards = f.truth("allowwildcardsubs");
        draft.put(
                new Role(
                        role.name(),
                        f.textOr("textname", role.textName()),
                        f.textOr("textdescription", role.textDescription()),
                        wildcards == null ? role.wildcards() : wildcards(wildcards),
                        f.array("acls") == null ? role.acls() : ModelJson.acls(f),
                        role.other()));
        if (wildcards != null || f.array("acls") != null) {
            draft.kick(role);
        }
    }

    private static AclType type(Fields f) throws CommandException {
        AclType type = AclType.of(f.text("acltype", "Invalid/missing acltype"));
        if (type == null) {
            throw new CommandException("Unknown acltype");
        }
        return type;
    }

    private static String topic(Fields f) throws CommandException {
        String topic = f.name("topic", "Invalid/missing topic", "Topic not valid UTF-8");
        if (!isFilter(topic)) {
            throw new CommandException("Invalid ACL topic");
        }
        return topic;
    }

    private static boolean isFilter(String topic) {
        String[] levels = topic.split("/", -1);
        for (int i = 0; i < levels.length; i++) {
            String level = levels[i];
            boolean isWildcard = level.equals("+") || level.equals("#");
            if (!isWildcard && (level.contains("+") || level.contains("#"))) {
                return false;
            }
            if (level.equals("#") && i < levels.length - 1) {
                return false;
            }
        }
        return !topic.isEmpty();
    }

    void addAcl(Fields f) throws CommandException {
        Role role = draft.role(roleName(f));
        AclType type = type(f);
        String topic = topic(f);
        if (find(role, type, topic) != null) {
            throw new CommandException("ACL with this topic already exists");
        }
        List<Role.Acl> acls = new ArrayList<>(role.acls());
        acls.add(new Role.Acl(type, topic, f.priority(0), f.isTrue("allow")));
        draft.put(with(role, acls));
        draft.kick(role);
    }

    void removeAcl(Fields f) throws CommandException {
        Role role = draft.role(roleName(f));
        AclType type = type(f);
        String topic = topic(f);
        Role.Acl acl = find(role, type, topic);
        if (acl == null) {
            throw new CommandException("ACL not found");
        }
        List<Role.Acl> acls = new ArrayList<>(role.acls());
        acls.remove(acl);
        draft.put(with(role, acls));
        draft.kick(role);
    }

    private static Role.@Nullable Acl find(Role role, AclType type, String topic) {
        for (Role.Acl acl : role.acls()) {
            if (acl.type() == type && acl.topic().equals(topic)) {
                return acl;
            }
        }
        return null;
    }

    private static Role with(Role r, List<Role.Acl> acls) {
        return new Role(
                r.name(), r.textName(), r.textDescription(), r.wildcards(), acls, r.other());
    }

    Map<String, Json> get(Fields f) throws CommandException {
        return Map.of("role", new Json.Members(ModelJson.describe(draft.role(roleName(f)))));
    }

    Map<String, Json> list(Fields f) throws CommandException {
        return Listing.of(f, "roles", draft.roles.values(), Role::name, ModelJson::describe);
    }
}
