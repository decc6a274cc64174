package io.hawkermq.mosquitto.dynsec;

import io.hawkermq.mosquitto.json.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The model while a batch of commands changes it, and whose connections the changes end.
final class Draft {
    final SortedMap<String, Client> clients;
    final SortedMap<String, Group> groups;
    final SortedMap<String, Role> roles;
    DefaultAccess defaults;
    @Nullable String anonymousGroup;
    private final Map<String, Json> other;
    private final Set<String> kicked = new HashSet<>();
    private boolean anonymousKicked;
    private final long changesBefore;
    private long changes;

    Draft(SecurityModel model) {
        clients = new TreeMap<>(model.clients());
        groups = new TreeMap<>(model.groups());
        roles = new TreeMap<>(model.roles());
        defaults = model.defaults();
        anonymousGroup = model.anonymousGroup();
        other = model.other();
        changesBefore = model.changeIndex();
    }

    void changed() {
        changes++;
    }

    boolean isChanged() {
        return changes > 0;
    }

    long changeIndex() {
        return changesBefore + changes;
    }

    SecurityModel model() {
        return new SecurityModel(
                changeIndex(), defaults, clients, groups, roles, anonymousGroup, other);
    }

    Kicks kicks() {
        return new Kicks(
                Set.copyOf(kicked),
                anonymousKicked ? Kicks.Anonymous.KICKED : Kicks.Anonymous.SPARED);
    }

    // ---- finding ----

    Client client(String name) throws CommandException {
        return found(clients.get(name), "Client not found");
    }

    Group group(String name) throws CommandException {
        return found(groups.get(name), "Group not found");
    }

    Role role(String name) throws CommandException {
        return found(roles.get(name), "Role not found");
    }

    private static <T> T found(@Nullable T value, String error) throws CommandException {
        if (value == null) {
            throw new CommandException(error);
        }
        return value;
    }

    List<Group> groupsOf(String userName) {
        return groups.values().stream().filter(g -> g.member(userName) != null).toList();
    }

    // ---- changing ----

    void put(Client c) {
        clients.put(c.userName(), c);
    }

    void put(Group g) {
        groups.put(g.name(), g);
    }

    void put(Role r) {
        roles.put(r.name(), r);
    }

    void removeFromGroups(String userName) {
        for (Group g : groupsOf(userName)) {
            put(g.without(userName));
        }
    }

    void kick(String userName) {
        kicked.add(userName);
    }

    void kickAnonymous() {
        anonymousKicked = true;
    }

    void kick(Group g) {
        if (g.name().equals(anonymousGroup)) {
            kickAnonymous();
        }
        g.members().forEach(m -> kick(m.userName()));
    }

    /// Everybody who has it, by himself or by a group.
    void kick(Role r) {
        for (Client c : clients.values()) {
            if (uses(c.roles(), r.name())) {
                kick(c.userName());
            }
        }
        for (Group g : groups.values()) {
            if (uses(g.roles(), r.name())) {
                kick(g);
            }
        }
    }

    void remove(Role r) {
        roles.remove(r.name());
        for (Client c : List.copyOf(clients.values())) {
            if (uses(c.roles(), r.name())) {
                put(c.withRoles(without(c.roles(), r.name())));
            }
        }
        for (Group g : List.copyOf(groups.values())) {
            if (uses(g.roles(), r.name())) {
                put(g.withRoles(without(g.roles(), r.name())));
            }
        }
    }

    static boolean uses(Collection<Role.Use> uses, String role) {
        return uses.stream().anyMatch(u -> u.role().equals(role));
    }

    static List<Role.Use> without(List<Role.Use> uses, String role) {
        return uses.stream().filter(u -> !u.role().equals(role)).toList();
    }

    static List<Role.Use> with(List<Role.Use> uses, Role.Use use) {
        List<Role.Use> more = new ArrayList<>(uses);
        more.add(use);
        return more;
    }
}
