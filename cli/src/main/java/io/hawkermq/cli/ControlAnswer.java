package io.hawkermq.cli;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Prints what comes back from a `$CONTROL` topic.
final class ControlAnswer {
    private final Stdio io;

    ControlAnswer(Stdio io) {
        this.io = io;
    }

    void print(String payload) {
        Json tree = Json.parse(payload);
        if (tree == null) {
            io.err().println("Error: Payload not JSON.");
            return;
        }
        if (!(tree instanceof Json.Obj o)
                || !(o.get("responses") instanceof Json.Array a)
                || a.elements().isEmpty()
                || !(a.elements().getFirst() instanceof Json.Obj response)
                || !(response.get("command") instanceof Json.Text command)) {
            io.err().println("Error: Payload missing data.");
            return;
        }
        if (response.get("error") instanceof Json.Text error) {
            io.err()
                    .println(
                            Json.utf16(command.value())
                                    + ": Error: "
                                    + Json.utf16(error.value())
                                    + ".");
            return;
        }
        Json.Obj data = response.get("data") instanceof Json.Obj d ? d : new Json.Obj();
        boolean isPrinted =
                switch (command.value().toLowerCase(Locale.ROOT)) {
                    case "listclients" -> names(data, "clients", "username");
                    case "listgroups" -> names(data, "groups", "groupname");
                    case "listroles" -> names(data, "roles", "rolename");
                    case "getclient" -> client(data);
                    case "getgroup" -> group(data);
                    case "getrole" -> role(data);
                    case "getdefaultaclaccess" -> defaultAccess(data);
                    case "getanonymousgroup" -> anonymousGroup(data);
                    case "listplugins" -> plugins(data);
                    case "listlisteners" -> listeners(data);
                    default -> true;
                };
        if (!isPrinted) {
            io.err().println("Error: Invalid response from server.");
        }
    }

    private void line(String latin) {
        byte[] bytes = (latin + "\n").getBytes(StandardCharsets.ISO_8859_1);
        io.out().write(bytes, 0, bytes.length);
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static @Nullable List<Json> array(Json.Obj object, String name) {
        return object.get(name) instanceof Json.Array a ? a.elements() : null;
    }

    private boolean names(Json.Obj data, String array, String key) {
        List<Json> elements = array(data, array);
        if (elements == null) {
            return false;
        }
        for (Json element : elements) {
            if (element instanceof Json.Text t) {
                line(t.value());
            } else if (element instanceof Json.Obj o && o.get(key) instanceof Json.Text t) {
                line(t.value());
            }
        }
        return true;
    }

    private boolean client(Json.Obj data) {
        int width = "Connections:".length();
        if (!(data.get("client") instanceof Json.Obj client)
                || !(client.get("username") instanceof Json.Text name)) {
            return false;
        }
        line(padded("Username:", width) + " " + name.value());
        line(
                client.get("clientid") instanceof Json.Text id
                        ? padded("Clientid:", width) + " " + id.value()
                        : "Clientid:");
        if (client.get("disabled") instanceof Json.Truth t) {
            line(padded("Disabled:", width) + " " + t.value());
        }
        list(client, "roles", width, "Roles:", "rolename", "priority");
        list(client, "groups", width, "Groups:", "groupname", "priority");
        list(client, "connections", width, "Connections:", "address", null);
        return true;
    }

    private boolean group(Json.Obj data) {
        int width = "Groupname:".length();
        if (!(data.get("group") instanceof Json.Obj group)
                || !(group.get("groupname") instanceof Json.Text name)) {
            return false;
        }
        line("Groupname: " + name.value());
        list(group, "roles", width, "Roles:", "rolename", "priority");
        list(group, "clients", width, "Clients:", "username", null);
        return true;
    }

    private void list(
            Json.Obj object,
            String array,
            int width,
            String label,
            String key,
            @Nullable String optional) {
        List<Json> elements = array(object, array);
        if (elements == null) {
            line(label);
            return;
        }
        String before = label;
        for (Json element : elements) {
            if (element instanceof Json.Text t) {
                line(padded(before, width) + " " + t.value());
            } else if (element instanceof Json.Obj o && o.get(key) instanceof Json.Text t) {
                String more =
                        optional == null
                                ? ""
                                : " (" + optional + ": " + value(o.get(optional)) + ")";
                line(padded(before, width) + " " + t.value() + more);
            } else {
                continue;
            }
            before = "";
        }
    }

    private static String value(@Nullable Json value) {
        return switch (value) {
            case null -> "-1";
            case Json.Text t -> t.value();
            default -> value.print();
        };
    }

    private boolean role(Json.Obj data) {
        if (!(data.get("role") instanceof Json.Obj role)
                || !(role.get("rolename") instanceof Json.Text name)) {
            return false;
        }
        line("Rolename: " + name.value());
        List<Json> rules = array(role, "acls");
        String before = "ACLs:     ";
        for (Json rule : rules == null ? List.<Json>of() : rules) {
            if (rule instanceof Json.Obj o && o.get("acltype") instanceof Json.Text type) {
                StringBuilder s = new StringBuilder(before).append(padded(type.value(), 20));
                if (o.get("allow") instanceof Json.Truth t) {
                    s.append(" : ").append(t.value() ? "allow" : "deny ");
                }
                if (o.get("topic") instanceof Json.Text t) {
                    s.append(" : ").append(t.value());
                }
                int priority = o.get("priority") instanceof Json.Num n ? (int) n.value() : -1;
                line(s.append(" (priority: ").append(priority).append(')').toString());
                before = "          ";
            }
        }
        return true;
    }

    private boolean defaultAccess(Json.Obj data) {
        List<Json> rules = array(data, "acls");
        if (rules == null) {
            return false;
        }
        for (Json rule : rules) {
            if (!(rule instanceof Json.Obj o)
                    || !(o.get("acltype") instanceof Json.Text type)
                    || !(o.get("allow") instanceof Json.Truth allow)) {
                return false;
            }
            line(padded(type.value(), 20) + " : " + (allow.value() ? "allow" : "deny"));
        }
        return true;
    }

    private boolean anonymousGroup(Json.Obj data) {
        if (data.get("group") instanceof Json.Obj g
                && g.get("groupname") instanceof Json.Text name) {
            line(name.value());
            return true;
        }
        return false;
    }

    private boolean plugins(Json.Obj data) {
        List<Json> plugins = array(data, "plugins");
        if (plugins == null) {
            return false;
        }
        for (Json plugin : plugins) {
            if (!(plugin instanceof Json.Obj o) || !(o.get("name") instanceof Json.Text name)) {
                return false;
            }
            line("Plugin:            " + name.value());
            if (o.get("version") instanceof Json.Text t) {
                line("Version:           " + t.value());
            }
            List<Json> topics = array(o, "control-endpoints");
            String before = "Control endpoints: ";
            for (Json topic : topics == null ? List.<Json>of() : topics) {
                if (topic instanceof Json.Text t) {
                    line(before + t.value());
                    before = "                   ";
                }
            }
        }
        return true;
    }

    private boolean listeners(Json.Obj data) {
        List<Json> listeners = array(data, "listeners");
        if (listeners == null) {
            return false;
        }
        int number = 1;
        for (Json listener : listeners) {
            Json.Obj o = listener instanceof Json.Obj l ? l : new Json.Obj();
            line("Listener " + number++ + ":");
            if (o.get("port") instanceof Json.Num n) {
                line("  Port:              " + (int) n.value());
            }
            text(o, "protocol", "  Protocol:          ");
            text(o, "socket-path", "  Socket path:       ");
            text(o, "bind-address", "  Bind address:      ");
            boolean isTls = o.get("tls") instanceof Json.Truth t && t.value();
            line("  TLS:               " + isTls);
            line("");
        }
        return true;
    }

    private void text(Json.Obj object, String name, String label) {
        if (object.get(name) instanceof Json.Text t) {
            line(label + t.value());
        }
    }
}
