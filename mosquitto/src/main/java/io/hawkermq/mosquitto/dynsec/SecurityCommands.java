package io.hawkermq.mosquitto.dynsec;

import io.hawkermq.mosquitto.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What comes at `$CONTROL/dynamic-security/v1`: turns a model and a message into another model, an
/// answer and the connections to end. Passwords are hashed on the way, so not for an event loop.
public final class SecurityCommands {
    /// Knows who is connected.
    public interface Connections {
        /// @param clientId null for any
        /// @return the addresses of the connections of a User Name
        /// @throws CommandException if that cannot be told
        List<String> addresses(String userName, @Nullable String clientId) throws CommandException;
    }

    /// @param isChanged false if the model is the one before
    /// @param response the payload of the answer
    public record Result(SecurityModel model, boolean isChanged, byte[] response, Kicks kicks) {}

    private final Draft draft;
    private final ClientCommands clients;
    private final GroupCommands groups;
    private final RoleCommands roles;

    private SecurityCommands(Draft draft, Function<String, String> hash, Connections connections) {
        this.draft = draft;
        clients = new ClientCommands(draft, hash, connections);
        groups = new GroupCommands(draft);
        roles = new RoleCommands(draft);
    }

    /// Does the commands of a message.
    ///
    /// @param hash makes of a password what is kept of it
    public static Result execute(
            SecurityModel model,
            byte[] payload,
            Function<String, String> hash,
            Connections connections) {
        Draft draft = new Draft(model);
        SecurityCommands commands = new SecurityCommands(draft, hash, connections);
        byte[] response =
                CommandBatch.answer(
                        payload, (name, command) -> commands.one(name, new Fields(command)));
        return new Result(
                draft.isChanged() ? draft.model() : model,
                draft.isChanged(),
                response,
                draft.kicks());
    }

    private Json.@Nullable Members one(String name, Fields f) throws CommandException {
        Map<String, Json> data = asked(name.toLowerCase(Locale.ROOT), f);
        if (data != null) {
            return new Json.Members(data);
        }
        draft.changed();
        return null;
    }

    /// @return null if something was changed instead
    private @Nullable Map<String, Json> asked(String name, Fields f) throws CommandException {
        return switch (name) {
            case "getdefaultaclaccess" -> defaults();
            case "getdetails" -> details();
            case "getclient" -> clients.get(f);
            case "listclients" -> clients.list(f);
            case "getgroup" -> groups.get(f);
            case "listgroups" -> groups.list(f);
            case "getanonymousgroup" -> groups.anonymous();
            case "getrole" -> roles.get(f);
            case "listroles" -> roles.list(f);
            default -> {
                change(name, f);
                yield null;
            }
        };
    }

    private void change(String name, Fields f) throws CommandException {
        switch (name) {
            case "setdefaultaclaccess" -> setDefaults(f);
            case "createclient" -> clients.create(f);
            case "deleteclient" -> clients.delete(f);
            case "modifyclient" -> clients.modify(f);
            case "enableclient" -> clients.enable(f);
            case "disableclient" -> clients.disable(f);
            case "setclientid" -> clients.setClientId(f);
            case "setclientpassword" -> clients.setPassword(f);
            case "addclientrole" -> clients.addRole(f);
            case "removeclientrole" -> clients.removeRole(f);
            case "creategroup" -> groups.create(f);
            case "deletegroup" -> groups.delete(f);
            case "modifygroup" -> groups.modify(f);
            case "addgroupclient" -> groups.addClient(f);
            case "removegroupclient" -> groups.removeClient(f);
            case "addgrouprole" -> groups.addRole(f);
            case "removegrouprole" -> groups.removeRole(f);
            case "setanonymousgroup" -> groups.setAnonymous(f);
            case "createrole" -> roles.create(f);
            case "deleterole" -> roles.delete(f);
            case "modifyrole" -> roles.modify(f);
            case "addroleacl" -> roles.addAcl(f);
            case "removeroleacl" -> roles.removeAcl(f);
            default -> throw new CommandException("Unknown command");
        }
    }

    // ---- what belongs to nobody ----

    private Map<String, Json> details() {
        Map<String, Json> m = new LinkedHashMap<>();
        m.put("clientCount", Json.of(draft.clients.size()));
        m.put("groupCount", Json.of(draft.groups.size()));
        m.put("roleCount", Json.of(draft.roles.size()));
        m.put("changeIndex", Json.of(draft.changeIndex()));
        return m;
    }

    private Map<String, Json> defaults() {
        DefaultAccess d = draft.defaults;
        return Map.of(
                "acls",
                ModelJson.all(
                        List.of(
                                access("publishClientSend", d.publishClientSend()),
                                access("publishClientReceive", d.publishClientReceive()),
                                access("subscribe", d.subscribe()),
                                access("unsubscribe", d.unsubscribe()))));
    }

    private static Json access(String type, boolean allow) {
        Map<String, Json> m = new LinkedHashMap<>();
        m.put("acltype", Json.of(type));
        m.put("allow", Json.of(allow));
        return new Json.Members(m);
    }

    private void setDefaults(Fields f) throws CommandException {
        if (f.array("acls") == null) {
            throw new CommandException("Missing/invalid actions array");
        }
        for (Fields a : f.objects("acls")) {
            String type = a.text("acltype");
            Boolean allow = a.truth("allow");
            if (type == null || allow == null) {
                continue;
            }
            DefaultAccess d = draft.defaults;
            draft.defaults =
                    switch (type.toLowerCase(Locale.ROOT)) {
                        case "publishclientsend" ->
                                new DefaultAccess(
                                        allow,
                                        d.publishClientReceive(),
                                        d.subscribe(),
                                        d.unsubscribe());
                        case "publishclientreceive" ->
                                new DefaultAccess(
                                        d.publishClientSend(),
                                        allow,
                                        d.subscribe(),
                                        d.unsubscribe());
                        case "subscribe" ->
                                new DefaultAccess(
                                        d.publishClientSend(),
                                        d.publishClientReceive(),
                                        allow,
                                        d.unsubscribe());
                        case "unsubscribe" ->
                                new DefaultAccess(
                                        d.publishClientSend(),
                                        d.publishClientReceive(),
                                        d.subscribe(),
                                        allow);
                        default -> d;
                    };
        }
    }
}
