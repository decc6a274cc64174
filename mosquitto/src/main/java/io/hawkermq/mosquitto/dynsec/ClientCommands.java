package io.hawkermq.mosquitto.dynsec;

import io.hawkermq.mosquitto.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The commands about clients. Each checks all before it changes anything.
final class ClientCommands {
    private final Draft draft;
    private final Function<String, String> hash;
    private final SecurityCommands.Connections connections;

    ClientCommands(
            Draft draft, Function<String, String> hash, SecurityCommands.Connections connections) {
        this.draft = draft;
        this.hash = hash;
        this.connections = connections;
    }

    static String userName(Fields f) throws CommandException {
        return f.name("username", "Invalid/missing username", "Username not valid UTF-8");
    }

    void create(Fields f) throws CommandException {
        String name = f.text("username", "Invalid/missing username");
        if (name.isEmpty()) {
            throw new CommandException("Empty username");
        }
        Fields.checked(name, "Username not valid UTF-8");
        String password = f.optional("password", "Invalid/missing password");
        String clientId = f.optional("clientid", "Invalid/missing client id");
        if (clientId != null) {
            Fields.checked(clientId, "Client ID not valid UTF-8");
        }
        String textName = f.optional("textname", "Invalid/missing textname");
        String description = f.optional("textdescription", "Invalid/missing textdescription");
        if (draft.clients.containsKey(name)) {
            throw new CommandException("Client already exists");
        }
        List<Role.Use> roles = RoleCommands.uses(draft, f);
        for (Fields g : f.objects("groups")) {
            String group = g.text("groupname");
            if (group != null) {
                draft.group(group);
            }
        }
        draft.put(
                new Client(
                        name,
                        orNull(clientId),
                        password == null ? null : hash.apply(password),
                        textName,
                        description,
                        Client.Login.ENABLED,
                        Objects.requireNonNullElse(roles, List.of()),
                        Map.of()));
        join(name, f);
    }

    private static @Nullable String orNull(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    /// Into the groups that the command names, all of which exist.
    private void join(String userName, Fields f) throws CommandException {
        for (Fields g : f.objects("groups")) {
            String name = g.text("groupname");
            if (name == null) {
                continue;
            }
            Group group = draft.group(name);
            if (group.member(userName) == null) {
                draft.put(group.with(new Group.Member(userName, g.priority(-1))));
            }
        }
    }

    void delete(Fields f) throws CommandException {
        Client c = draft.client(f.text("username", "Invalid/missing username"));
        draft.removeFromGroups(c.userName());
        draft.clients.remove(c.userName());
        draft.kick(c.userName());
    }

    void enable(Fields f) throws CommandException {
        draft.put(draft.client(userName(f)).withLogin(Client.Login.ENABLED));
    }

    void disable(Fields f) throws CommandException {
        Client c = draft.client(userName(f));
        draft.put(c.withLogin(Client.Login.DISABLED));
        draft.kick(c.userName());
    }

    void setClientId(Fields f) throws CommandException {
        String name = userName(f);
        String clientId = f.optional("clientid", "Invalid/missing client ID");
        if (clientId != null) {
            Fields.checked(clientId, "Client ID not valid UTF-8");
        }
        draft.put(draft.client(name).withClientId(orNull(clientId)));
        draft.kick(name);
    }

    void setPassword(Fields f) throws CommandException {
        String name = userName(f);
        String password = f.text("password", "Invalid/missing password");
        if (password.isEmpty()) {
            throw new CommandException("Empty password is not allowed");
        }
        Client c = draft.client(name);
        draft.put(c.withPassword(hash.apply(password)));
        draft.kick(name);
    }

    void modify(Fields f) throws CommandException {
        String name = userName(f);
        Client c = draft.client(name);
        List<Role.Use> roles = RoleCommands.uses(draft, f);
        checkGroups(f);
        String clientId = f.text("clientid");
        if (clientId != null) {
            c = c.withClientId(orNull(clientId));
        }
        String password = orNull(f.text("password"));
        if (password != null) {
            c = c.withPassword(hash.apply(password));
        }
        c =
                c.withTexts(
                        f.textOr("textname", c.textName()),
                        f.textOr("textdescription", c.textDescription()));
        draft.put(roles == null ? c : c.withRoles(roles));
        if (f.array("groups") != null) {
            draft.removeFromGroups(name);
            join(name, f);
        }
        draft.kick(name);
    }

    private void checkGroups(Fields f) throws CommandException {
        for (Fields g : f.objects("groups")) {
            String group =
                    g.text("groupname", "'groups' contains an object with an invalid 'groupname'");
            if (!draft.groups.containsKey(group)) {
                throw new CommandException(
                        "'groups' contains an object with a 'groupname' that does not exist");
            }
        }
    }

    void addRole(Fields f) throws CommandException {
        String name = userName(f);
        String roleName = RoleCommands.roleName(f);
        Client c = draft.client(name);
        Role role = draft.role(roleName);
        if (Draft.uses(c.roles(), role.name())) {
            throw new CommandException("Internal error");
        }
        Role.Use use = new Role.Use(role.name(), f.priority(-1));
        draft.put(c.withRoles(Draft.with(c.roles(), use)));
        draft.kick(name);
    }

    void removeRole(Fields f) throws CommandException {
        String name = userName(f);
        String roleName = RoleCommands.roleName(f);
        Client c = draft.client(name);
        Role role = draft.role(roleName);
        draft.put(c.withRoles(Draft.without(c.roles(), role.name())));
        draft.kick(name);
    }

    Map<String, Json> get(Fields f) throws CommandException {
        Client c = draft.client(userName(f));
        return Map.of("client", new Json.Members(describe(c)));
    }

    Map<String, Json> list(Fields f) throws CommandException {
        return Listing.of(f, "clients", draft.clients.values(), Client::userName, this::describe);
    }

    private Map<String, Json> describe(Client c) throws CommandException {
        Map<String, Json> m = ModelJson.describe(c);
        m.put("roles", ModelJson.uses(c.roles()));
        m.put("groups", groups(c.userName()));
        List<Json> addresses = new ArrayList<>();
        for (String address : connections.addresses(c.userName(), c.clientId())) {
            Map<String, Json> connection = new LinkedHashMap<>();
            connection.put("address", Json.of(address));
            addresses.add(new Json.Members(connection));
        }
        m.put("connections", ModelJson.all(addresses));
        return m;
    }

    private Json groups(String userName) {
        record Membership(String group, int priority) {}
        return ModelJson.all(
                draft.groupsOf(userName).stream()
                        .map(g ->
                                new Membership(
                                        g.name(),
                                        Objects.requireNonNull(g.member(userName)).priority()))
                        .sorted(Comparator.comparingInt(Membership::priority).reversed())
                        .map(s -> ModelJson.named("groupname", s.group(), s.priority()))
                        .toList());
    }
}
