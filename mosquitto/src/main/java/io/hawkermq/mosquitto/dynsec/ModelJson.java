package io.hawkermq.mosquitto.dynsec;

import io.hawkermq.mosquitto.access.PasswordHash;
import io.hawkermq.mosquitto.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The model as it stands in Mosquitto's file, both ways. Reading is as lenient as Mosquitto: what
/// has no name, or names what does not exist, is passed over. A password of the kind `$7$` is
/// written as `password`, `salt` and `iterations`, which Mosquitto 2.0 and 2.1 read; others as
/// `encoded_password`, which 2.0 does not know.
final class ModelJson {
    private static final Set<String> TOP =
            Set.of(
                    "changeIndex",
                    "defaultACLAccess",
                    "clients",
                    "groups",
                    "roles",
                    "anonymousGroup");
    private static final Set<String> CLIENT =
            Set.of(
                    "username",
                    "clientid",
                    "textname",
                    "textdescription",
                    "disabled",
                    "roles",
                    "password",
                    "salt",
                    "iterations",
                    "encoded_password");
    private static final Set<String> GROUP =
            Set.of("groupname", "textname", "textdescription", "roles", "clients");
    private static final Set<String> ROLE =
            Set.of("rolename", "textname", "textdescription", "allowwildcardsubs", "acls");

    private ModelJson() {}

    // ---- reading ----

    static SecurityModel read(Json.Members tree) {
        Fields file = new Fields(tree);
        Map<String, Role> roles = new TreeMap<>();
        for (Fields f : file.objects("roles")) {
            String name = f.text("rolename");
            if (name != null && !name.isEmpty()) {
                roles.putIfAbsent(name, role(name, f));
            }
        }
        Map<String, Client> clients = new TreeMap<>();
        for (Fields f : file.objects("clients")) {
            String name = f.text("username");
            if (name != null && !name.isEmpty()) {
                clients.putIfAbsent(name, client(name, f, roles));
            }
        }
        Map<String, Group> groups = new TreeMap<>();
        for (Fields f : file.objects("groups")) {
            String name = f.text("groupname");
            if (name != null && !name.isEmpty()) {
                groups.putIfAbsent(name, group(name, f, clients, roles));
            }
        }
        String anonymous = file.text("anonymousGroup");
        return new SecurityModel(
                file.number("changeIndex", 0),
                defaults(file),
                new TreeMap<>(clients),
                new TreeMap<>(groups),
                new TreeMap<>(roles),
                anonymous != null && groups.containsKey(anonymous) ? anonymous : null,
                file.others(TOP));
    }

    private static DefaultAccess defaults(Fields file) {
        if (!(file.object().value("defaultACLAccess") instanceof Json.Members m)) {
            return DefaultAccess.CLOSED;
        }
        Fields f = new Fields(m);
        return new DefaultAccess(
                f.isTrue("publishClientSend"),
                f.isTrue("publishClientReceive"),
                f.isTrue("subscribe"),
                f.isTrue("unsubscribe"));
    }

    private static Client client(String name, Fields f, Map<String, Role> roles) {
        String clientId = f.text("clientid");
        return new Client(
                name,
                clientId == null || clientId.isEmpty() ? null : clientId,
                password(f),
                f.text("textname"),
                f.text("textdescription"),
                f.isTrue("disabled") ? Client.Login.DISABLED : Client.Login.ENABLED,
                uses(f, roles),
                f.others(CLIENT));
    }

    private static @Nullable String password(Fields f) {
        String encoded = f.text("encoded_password");
        if (encoded != null) {
            return encoded;
        }
        String hash = f.text("password");
        String salt = f.text("salt");
        int iterations = f.number("iterations", 0);
        return hash == null || salt == null || iterations < 1
                ? null
                : "$7$" + iterations + "$" + salt + "$" + hash;
    }

    private static List<Role.Use> uses(Fields f, Map<String, Role> roles) {
        List<Role.Use> uses = new ArrayList<>();
        Set<String> seen = new LinkedHashSet<>();
        for (Fields r : f.objects("roles")) {
            String role = r.text("rolename");
            if (role != null && roles.containsKey(role) && seen.add(role)) {
                uses.add(new Role.Use(role, r.priority(-1)));
            }
        }
        return uses;
    }

    private static Group group(
            String name, Fields f, Map<String, Client> clients, Map<String, Role> roles) {
        List<Group.Member> members = new ArrayList<>();
        Set<String> seen = new LinkedHashSet<>();
        for (Fields c : f.objects("clients")) {
            String user = c.text("username");
            if (user != null && clients.containsKey(user) && seen.add(user)) {
                members.add(new Group.Member(user, c.priority(-1)));
            }
        }
        return new Group(
                name,
                f.text("textname"),
                f.text("textdescription"),
                uses(f, roles),
                members,
                f.others(GROUP));
    }

    private static Role role(String name, Fields f) {
        return new Role(
                name,
                f.text("textname"),
                f.text("textdescription"),
                Objects.requireNonNullElse(f.truth("allowwildcardsubs"), Boolean.TRUE)
                        ? Role.WildcardSubscriptions.ALLOWED
                        : Role.WildcardSubscriptions.DENIED,
                acls(f),
                f.others(ROLE));
    }

    /// The ACLs of a role; the first of a type and topic counts.
    static List<Role.Acl> acls(Fields role) {
        Map<String, Role.Acl> acls = new LinkedHashMap<>();
        for (Fields a : role.objects("acls")) {
            String key = a.text("acltype");
            AclType type = key == null ? null : AclType.of(key);
            String topic = a.text("topic");
            if (type != null && topic != null && !topic.isEmpty()) {
                acls.putIfAbsent(
                        type.key() + " " + topic,
                        new Role.Acl(type, topic, a.priority(0), a.isTrue("allow")));
            }
        }
        return List.copyOf(acls.values());
    }

    // ---- writing ----

    static Json.Members write(SecurityModel model) {
        Map<String, Json> top = new LinkedHashMap<>();
        top.put("changeIndex", Json.of(model.changeIndex()));
        DefaultAccess d = model.defaults();
        Map<String, Json> defaults = new LinkedHashMap<>();
        defaults.put("publishClientSend", Json.of(d.publishClientSend()));
        defaults.put("publishClientReceive", Json.of(d.publishClientReceive()));
        defaults.put("subscribe", Json.of(d.subscribe()));
        defaults.put("unsubscribe", Json.of(d.unsubscribe()));
        top.put("defaultACLAccess", new Json.Members(defaults));
        top.put("clients", all(model.clients().values().stream().map(ModelJson::client).toList()));
        top.put("groups", all(model.groups().values().stream().map(ModelJson::group).toList()));
        top.put("roles", all(model.roles().values().stream().map(ModelJson::role).toList()));
        if (model.anonymousGroup() != null) {
            top.put("anonymousGroup", Json.of(model.anonymousGroup()));
        }
        top.putAll(model.other());
        return new Json.Members(top);
    }

    static Json all(List<? extends Json> elements) {
        return new Json.Elements(List.copyOf(elements));
    }

    private static Json client(Client c) {
        Map<String, Json> m = describe(c);
        m.put("roles", uses(c.roles()));
        putPassword(m, c.encodedPassword());
        m.putAll(c.other());
        return new Json.Members(m);
    }

    /// What a person may see of a client, without its roles.
    static Map<String, Json> describe(Client c) {
        Map<String, Json> m = new LinkedHashMap<>();
        m.put("username", Json.of(c.userName()));
        putText(m, "clientid", c.clientId());
        putText(m, "textname", c.textName());
        putText(m, "textdescription", c.textDescription());
        if (c.login() == Client.Login.DISABLED) {
            m.put("disabled", Json.of(true));
        }
        return m;
    }

    private static void putPassword(Map<String, Json> m, @Nullable String encoded) {
        if (encoded == null) {
            return;
        }
        String[] parts = encoded.split("\\$");
        if (encoded.startsWith("$7$") && parts.length == 5 && isReadable(encoded)) {
            m.put("password", Json.of(parts[4]));
            m.put("salt", Json.of(parts[3]));
            m.put("iterations", Json.of(Long.parseLong(parts[2])));
        } else {
            m.put("encoded_password", Json.of(encoded));
        }
    }

    private static boolean isReadable(String encoded) {
        try {
            PasswordHash.parse(encoded);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    static void putText(Map<String, Json> m, String key, @Nullable String text) {
        if (text != null) {
            m.put(key, Json.of(text));
        }
    }

    static Json uses(List<Role.Use> uses) {
        return all(uses.stream().map(u -> named("rolename", u.role(), u.priority())).toList());
    }

    static Json named(String key, String name, int priority) {
        Map<String, Json> m = new LinkedHashMap<>();
        m.put(key, Json.of(name));
        if (priority != -1) {
            m.put("priority", Json.of(priority));
        }
        return new Json.Members(m);
    }

    private static Json group(Group g) {
        Map<String, Json> m = describe(g);
        m.put("roles", uses(g.roles()));
        m.put("clients", members(g));
        m.putAll(g.other());
        return new Json.Members(m);
    }

    static Map<String, Json> describe(Group g) {
        Map<String, Json> m = new LinkedHashMap<>();
        m.put("groupname", Json.of(g.name()));
        putText(m, "textname", g.textName());
        putText(m, "textdescription", g.textDescription());
        return m;
    }

    private static Json members(Group g) {
        return all(
                g.members().stream()
                        .map(c -> named("username", c.userName(), c.priority()))
                        .toList());
    }

    private static Json role(Role r) {
        Map<String, Json> m = describe(r);
        m.putAll(r.other());
        return new Json.Members(m);
    }

    static Map<String, Json> describe(Role r) {
        Map<String, Json> m = new LinkedHashMap<>();
        m.put("rolename", Json.of(r.name()));
        putText(m, "textname", r.textName());
        putText(m, "textdescription", r.textDescription());
        m.put("allowwildcardsubs", Json.of(r.wildcards() == Role.WildcardSubscriptions.ALLOWED));
        List<Json> acls = new ArrayList<>();
        for (Role.Acl a : r.acls()) {
            Map<String, Json> acl = new LinkedHashMap<>();
            acl.put("acltype", Json.of(a.type().key()));
            acl.put("topic", Json.of(a.topic()));
            acl.put("priority", Json.of(a.priority()));
            acl.put("allow", Json.of(a.allow()));
            acls.add(new Json.Members(acl));
        }
        m.put("acls", all(acls));
        return m;
    }
}
