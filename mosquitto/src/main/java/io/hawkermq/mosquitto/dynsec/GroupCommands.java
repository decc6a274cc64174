package io.hawkermq.mosquitto.dynsec;

import io.hawkermq.mosquitto.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// The commands about groups. Each checks all before it changes anything.
final class GroupCommands {
    private final Draft draft;

    GroupCommands(Draft draft) {
        this.draft = draft;
    }

    private static String groupName(Fields f) throws CommandException {
        return f.name("groupname", "Invalid/missing groupname", "Group name not valid UTF-8");
    }

    void create(Fields f) throws CommandException {
        String name = f.text("groupname", "Invalid/missing groupname");
        if (name.isEmpty()) {
            throw new CommandException("Empty groupname");
        }
        Fields.checked(name, "Group name not valid UTF-8");
        String textName = f.optional("textname", "Invalid/missing textname");
        String description = f.optional("textdescription", "Invalid/missing textdescription");
        if (draft.groups.containsKey(name)) {
            throw new CommandException("Group already exists");
        }
        List<Role.Use> roles;
        try {
            roles = RoleCommands.uses(draft, f);
        } catch (CommandException e) {
            // Here Mosquitto tells just one of the two faults apart.
            throw e.error().equals("Role not found") ? e : new CommandException("Internal error");
        }
        draft.put(
                new Group(
                        name,
                        textName,
                        description,
                        Objects.requireNonNullElse(roles, List.of()),
                        List.of(),
                        Map.of()));
    }

    void delete(Fields f) throws CommandException {
        Group group = draft.group(groupName(f));
        if (group.name().equals(draft.anonymousGroup)) {
            throw new CommandException("Deleting the anonymous group is forbidden");
        }
        draft.kick(group);
        draft.groups.remove(group.name());
    }

    void modify(Fields f) throws CommandException {
        Group before = draft.group(groupName(f));
        List<Role.Use> roles = RoleCommands.uses(draft, f);
        for (Fields c : f.objects("clients")) {
            String user =
                    c.text("username", "'clients' contains an object with an invalid 'username'");
            if (!draft.clients.containsKey(user)) {
                throw new CommandException(
                        "'clients' contains an object with a 'username' that does not exist");
            }
        }
        Group after =
                before.withTexts(
                        f.textOr("textname", before.textName()),
                        f.textOr("textdescription", before.textDescription()));
        if (roles != null) {
            after = after.withRoles(roles);
        }
        if (f.array("clients") != null) {
            after = after.withMembers(members(f));
        }
        draft.put(after);
        draft.kick(before);
        draft.kick(after);
    }

    private static List<Group.Member> members(Fields f) {
        List<Group.Member> members = new ArrayList<>();
        Set<String> seen = new LinkedHashSet<>();
        for (Fields c : f.objects("clients")) {
            String user = c.text("username");
            if (user != null && seen.add(user)) {
                members.add(new Group.Member(user, c.priority(-1)));
            }
        }
        return members;
    }

    void addClient(Fields f) throws CommandException {
        String user = ClientCommands.userName(f);
        String name = groupName(f);
        draft.client(user);
        Group group = draft.group(name);
        if (group.member(user) != null) {
            throw new CommandException("Client is already in this group");
        }
        draft.put(group.with(new Group.Member(user, f.priority(-1))));
        draft.kick(user);
    }

    void removeClient(Fields f) throws CommandException {
        String user = ClientCommands.userName(f);
        String name = groupName(f);
        draft.client(user);
        draft.put(draft.group(name).without(user));
        draft.kick(user);
    }

    void addRole(Fields f) throws CommandException {
        String name = groupName(f);
        String roleName = RoleCommands.roleName(f);
        Group group = draft.group(name);
        Role role = draft.role(roleName);
        if (Draft.uses(group.roles(), role.name())) {
            throw new CommandException("Group is already in this role");
        }
        Role.Use use = new Role.Use(role.name(), f.priority(-1));
        draft.put(group.withRoles(Draft.with(group.roles(), use)));
        draft.kick(group);
    }

    void removeRole(Fields f) throws CommandException {
        String name = groupName(f);
        String roleName = RoleCommands.roleName(f);
        Group group = draft.group(name);
        Role role = draft.role(roleName);
        draft.put(group.withRoles(Draft.without(group.roles(), role.name())));
        draft.kick(group);
    }

    void setAnonymous(Fields f) throws CommandException {
        draft.anonymousGroup = draft.group(groupName(f)).name();
        draft.kickAnonymous();
    }

    Map<String, Json> anonymous() {
        String name = Objects.requireNonNullElse(draft.anonymousGroup, "");
        return Map.of("group", new Json.Members(Map.of("groupname", Json.of(name))));
    }

    Map<String, Json> get(Fields f) throws CommandException {
        return Map.of("group", new Json.Members(describe(draft.group(groupName(f)))));
    }

    Map<String, Json> list(Fields f) throws CommandException {
        return Listing.of(f, "groups", draft.groups.values(), Group::name, GroupCommands::describe);
    }

    private static Map<String, Json> describe(Group g) {
        Map<String, Json> m = ModelJson.describe(g);
        List<Json> members = new ArrayList<>();
        for (Group.Member member : g.members()) {
            Map<String, Json> one = new LinkedHashMap<>();
            one.put("username", Json.of(member.userName()));
            members.add(new Json.Members(one));
        }
        m.put("clients", ModelJson.all(members));
        m.put("roles", ModelJson.uses(g.roles()));
        return m;
    }
}
