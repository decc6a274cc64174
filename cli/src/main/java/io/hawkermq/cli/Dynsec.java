package io.hawkermq.cli;

import io.hawkermq.mosquitto.access.PasswordHash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The commands of the dynamic security plugin, as JSON for the broker or done on a file.
final class Dynsec {
    static final String HELP =
            """

            Dynamic Security module
            =======================

            init FILE ADMIN [PASSWORD]              a new file with a user who may administer

            getDefaultACLAccess                     setDefaultACLAccess TYPE allow|deny
            getAnonymousGroup                       setAnonymousGroup GROUP

            createClient USER [-i ID] [-p PASSWORD] deleteClient USER
            setClientPassword USER [PASSWORD]       setClientId USER [ID]
            addClientRole USER ROLE [PRIORITY]      removeClientRole USER ROLE
            enableClient USER                       disableClient USER
            getClient USER                          listClients [COUNT [OFFSET]]

            createGroup GROUP                       deleteGroup GROUP
            addGroupRole GROUP ROLE [PRIORITY]      removeGroupRole GROUP ROLE
            addGroupClient GROUP USER [PRIORITY]    removeGroupClient GROUP USER
            getGroup GROUP                          listGroups [COUNT [OFFSET]]

            createRole ROLE                         deleteRole ROLE
            addRoleACL ROLE TYPE TOPIC allow|deny [PRIORITY]
            removeRoleACL ROLE TYPE TOPIC
            getRole ROLE                            listRoles [COUNT [OFFSET]]

            TYPE: publishClientSend publishClientReceive subscribeLiteral subscribePattern
                  unsubscribeLiteral unsubscribePattern; for the default access also subscribe and unsubscribe

            mosquitto_ctrl -f FILE dynsec setClientPassword USER PASSWORD [-i ITERATIONS]   works on a file
            """;

    /// The rights of the first user.
    private static final String[][] ADMIN_RIGHTS = {
        {"publishClientSend", "$CONTROL/dynamic-security/#"},
        {"publishClientReceive", "$CONTROL/dynamic-security/#"},
        {"subscribePattern", "$CONTROL/dynamic-security/#"},
        {"publishClientReceive", "$SYS/#"},
        {"subscribePattern", "$SYS/#"},
        {"publishClientReceive", "#"},
        {"subscribePattern", "#"},
        {"unsubscribePattern", "#"},
    };

    private static final List<String> RULE_TYPES =
            List.of(
                    "publishclientsend",
                    "publishclientreceive",
                    "subscribeliteral",
                    "subscribepattern",
                    "unsubscribeliteral",
                    "unsubscribepattern");

    private static final List<String> DEFAULT_TYPES =
            List.of("publishclientsend", "publishclientreceive", "subscribe", "unsubscribe");

    private final Stdio io;

    Dynsec(Stdio io) {
        this.io = io;
    }

    /// @return the command for the broker, or null if there is none of that name
    /// @throws IllegalArgumentException if its words are wrong; the message, if any, is a line
    Json.@Nullable Obj command(String name, List<String> words) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "getdefaultaclaccess" -> new Json.Obj().with("command", "getDefaultACLAccess");
            case "setdefaultaclaccess" -> setDefaultAccess(words);
            case "getanonymousgroup" -> new Json.Obj().with("command", "getAnonymousGroup");
            case "setanonymousgroup" -> named("setAnonymousGroup", words, "groupname");
            case "createclient" -> createClient(words);
            case "deleteclient" -> named("deleteClient", words, "username");
            case "setclientpassword" -> setPassword(words);
            case "setclientid" ->
                    words.size() == 1
                            ? named("setClientId", words, "username")
                            : named("setClientId", words, "username", "clientid");
            case "addclientrole" -> ranked("addClientRole", words, "username", "rolename");
            case "removeclientrole" -> ranked("removeClientRole", words, "username", "rolename");
            case "enableclient" -> named("enableClient", words, "username");
            case "disableclient" -> named("disableClient", words, "username");
            case "getclient" -> named("getClient", words, "username");
            case "listclients" -> list("listClients", words);
            case "creategroup" -> named("createGroup", words, "groupname");
            case "deletegroup" -> named("deleteGroup", words, "groupname");
            case "addgrouprole" -> ranked("addGroupRole", words, "groupname", "rolename");
            case "removegrouprole" -> ranked("removeGroupRole", words, "groupname", "rolename");
            case "addgroupclient" -> ranked("addGroupClient", words, "groupname", "username");
            case "removegroupclient" -> ranked("removeGroupClient", words, "groupname", "username");
            case "getgroup" -> named("getGroup", words, "groupname");
            case "listgroups" -> list("listGroups", words);
            case "createrole" -> named("createRole", words, "rolename");
            case "deleterole" -> named("deleteRole", words, "rolename");
            case "addroleacl" -> addRule(words);
            case "removeroleacl" -> {
                size(words, 3, 3);
                ruleType(words.get(1), RULE_TYPES);
                yield named("removeRoleACL", words, "rolename", "acltype", "topic");
            }
            case "getrole" -> named("getRole", words, "rolename");
            case "listroles" -> list("listRoles", words);
            default -> null;
        };
    }

    private static void size(List<String> words, int least, int most) {
        if (words.size() < least || words.size() > most) {
            throw new IllegalArgumentException((String) null);
        }
    }

    private static void ruleType(String type, List<String> types) {
        if (!types.contains(type.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException((String) null);
        }
    }

    private static boolean access(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "allow" -> true;
            case "deny" -> false;
            default ->
                    throw new IllegalArgumentException(
                            "Error: access must be \"allow\" or \"deny\".");
        };
    }

    private static Json.Obj named(String command, List<String> words, String... names) {
        size(words, names.length, names.length);
        Json.Obj object = new Json.Obj().with("command", command);
        for (int i = 0; i < names.length; i++) {
            object.with(names[i], words.get(i));
        }
        return object;
    }

    private static Json.Obj ranked(String command, List<String> words, String... names) {
        size(words, 2, 3);
        Json.Obj object = named(command, words.subList(0, 2), names);
        return words.size() == 3 ? number(object, "priority", words.get(2), -1) : object;
    }

    private static Json.Obj number(Json.Obj object, String name, String word, int nothing) {
        int value = CNumbers.leadingInt(word);
        return value == nothing ? object : object.with(name, new Json.Num(value));
    }

    private static Json.Obj list(String command, List<String> words) {
        size(words, 0, 2);
        Json.Obj object = new Json.Obj().with("command", command);
        if (!words.isEmpty()) {
            number(object, "count", words.get(0), 0);
        }
        return words.size() == 2 ? number(object, "offset", words.get(1), 0) : object;
    }

    private static Json.Obj setDefaultAccess(List<String> words) {
        size(words, 2, 2);
        ruleType(words.get(0), DEFAULT_TYPES);
        Json.Obj rule =
                new Json.Obj()
                        .with("acltype", words.get(0))
                        .with("allow", new Json.Truth(access(words.get(1))));
        return new Json.Obj()
                .with("command", "setDefaultACLAccess")
                .with("acls", new Json.Array(List.of(rule)));
    }

    private static Json.Obj addRule(List<String> words) {
        size(words, 4, 5);
        ruleType(words.get(1), RULE_TYPES);
        Json.Obj object =
                named("addRoleACL", words.subList(0, 3), "rolename", "acltype", "topic")
                        .with("allow", new Json.Truth(access(words.get(3))));
        return words.size() == 5 ? number(object, "priority", words.get(4), -1) : object;
    }

    private Json.Obj createClient(List<String> words) {
        if (words.isEmpty()) {
            throw new IllegalArgumentException((String) null);
        }
        String user = words.getFirst();
        String clientId = null;
        String password = null;
        for (int i = 1; i < words.size(); i += 2) {
            boolean isId = words.get(i).equals("-i") || words.get(i).equals("-c"); // as of 2.0
            if (!isId && !words.get(i).equals("-p")) {
                throw new IllegalArgumentException("Error: Unknown argument: " + words.get(i));
            }
            if (i + 1 == words.size()) {
                throw new IllegalArgumentException(
                        isId
                                ? "Error: -i argument given, but no clientid provided."
                                : "Error: -p argument given, but no password provided.");
            }
            if (isId) {
                clientId = words.get(i + 1);
            } else {
                password = words.get(i + 1);
            }
        }
        Json.Obj object = new Json.Obj().with("command", "createClient").with("username", user);
        if (clientId != null) {
            object.with("clientid", clientId);
        }
        if (password == null) {
            io.out()
                    .println(
                            "Without a password "
                                    + user
                                    + " cannot log in: press return for none.");
            password = askOnceMore(user, askFirst(user));
        }
        return password.isEmpty() ? object : object.with("password", password);
    }

    private Json.Obj setPassword(List<String> words) {
        size(words, 1, 2);
        String user = words.getFirst();
        return new Json.Obj()
                .with("command", "setClientPassword")
                .with("username", user)
                .with("password", words.size() == 2 ? words.get(1) : ask(user));
    }

    private String ask(String user) {
        String first = askFirst(user);
        if (first.isEmpty()) {
            throw new NoPassword("Error: Empty password.");
        }
        return askOnceMore(user, first);
    }

    private String askFirst(String user) {
        return answer("New password for " + user + ": ");
    }

    /// @param first what is to be repeated, unless it is empty
    private String askOnceMore(String user, String first) {
        if (!first.isEmpty() && !answer("Reenter password for " + user + ": ").equals(first)) {
            throw new NoPassword("Error: Passwords do not match.");
        }
        return first;
    }

    private String answer(String question) {
        String answer = new Prompt(io).secret(question);
        return answer == null ? "" : answer;
    }

    /// Whoever was asked has not given one.
    static final class NoPassword extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        NoPassword(String line) {
            super(line);
        }
    }

    // ---- files

    /// @return the exit status
    int init(List<String> words) {
        if (words.size() < 2 || words.size() > 3) {
            io.err()
                    .println(
                            words.size() < 2
                                    ? "dynsec init: Not enough arguments - filename, or admin-user missing."
                                    : "dynsec init: Too many arguments.");
            io.err().println("Error: Invalid input.");
            return CtrlCommand.INVALID;
        }
        String user = words.get(1);
        try {
            String password = words.size() == 3 ? words.get(2) : ask(user);
            Path path = Path.of(words.getFirst());
            boolean isPosix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
            if (isPosix) {
                Files.createFile(
                        path,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-r-----")));
            } else {
                Files.createFile(path);
            }
            Files.write(
                    path,
                    first(user, password).print().getBytes(StandardCharsets.ISO_8859_1),
                    StandardOpenOption.WRITE);
        } catch (IllegalArgumentException e) {
            io.err().println(e.getMessage());
            return 0;
        } catch (FileAlreadyExistsException e) {
            return unwritable(words.getFirst(), "File exists");
        } catch (IOException e) {
            return unwritable(words.getFirst(), Reasons.of(e));
        }
        io.out()
                .println(
                        "The client '"
                                + user
                                + "' has been created in the file '"
                                + words.getFirst()
                                + "'.\nIt may administer dynamic security, and not publish to other"
                                + " topics.");
        return 0;
    }

    private int unwritable(String file, String why) {
        io.err().println("dynsec init: Unable to open '" + file + "' for writing (" + why + ").");
        return 0;
    }

    private static Json.Obj first(String user, String password) {
        List<Json> rules = new ArrayList<>();
        for (String[] right : ADMIN_RIGHTS) {
            rules.add(
                    new Json.Obj()
                            .with("acltype", right[0])
                            .with("topic", right[1])
                            .with("allow", new Json.Truth(true)));
        }
        Json.Obj client =
                new Json.Obj()
                        .with("username", user)
                        .with("textName", "Dynsec admin user")
                        .with("encoded_password", hash(password))
                        .with(
                                "roles",
                                new Json.Array(List.of(new Json.Obj().with("rolename", "admin"))));
        Json.Obj role =
                new Json.Obj().with("rolename", "admin").with("acls", new Json.Array(rules));
        Json.Obj access =
                new Json.Obj()
                        .with("publishClientSend", new Json.Truth(false))
                        .with("publishClientReceive", new Json.Truth(true))
                        .with("subscribe", new Json.Truth(false))
                        .with("unsubscribe", new Json.Truth(true));
        return new Json.Obj()
                .with("clients", new Json.Array(List.of(client)))
                .with("roles", new Json.Array(List.of(role)))
                .with("defaultACLAccess", access);
    }

    private static String hash(String password) {
        return hash(password, PasswordHash.DEFAULT_ITERATIONS);
    }

    private static String hash(String password, int iterations) {
        return PasswordHash.pbkdf2(
                        password.getBytes(StandardCharsets.UTF_8), iterations, new SecureRandom())
                .encoded();
    }

    /// @return the exit status
    int setPasswordInFile(String file, List<String> words) {
        if (words.size() < 2) {
            io.err().println("Error: Invalid input.");
            return CtrlCommand.INVALID;
        }
        String encoded;
        try {
            encoded = hash(words.get(1), iterations(words.subList(2, words.size())));
        } catch (IllegalArgumentException e) {
            io.err().println(e.getMessage());
            io.err().println("Error: Invalid input.");
            return CtrlCommand.INVALID;
        }
        try {
            Path path = Path.of(file).toRealPath();
            Json tree =
                    Json.parse(new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1));
            if (!(tree instanceof Json.Obj root)
                    || !(root.get("clients") instanceof Json.Array clients)) {
                io.err().println("Error: " + file + " is no file of the dynamic security plugin.");
                return 1;
            }
            if (!change(clients.elements(), Json.text(words.get(0)).value(), encoded)) {
                io.err().println("Error: Client " + words.get(0) + " not found.");
                return 1;
            }
            SafeFile.replace(path, tree.printPretty().getBytes(StandardCharsets.ISO_8859_1));
            return 0;
        } catch (IOException e) {
            io.err().println("Error: Unable to open " + file + ": " + Reasons.of(e) + ".");
            return 1;
        }
    }

    private static int iterations(List<String> words) {
        int iterations = PasswordHash.DEFAULT_ITERATIONS;
        for (int i = 0; i < words.size(); i += 2) {
            if (!words.get(i).equals("-i")) {
                throw new IllegalArgumentException("Error: Unknown argument: " + words.get(i));
            }
            if (i + 1 == words.size()) {
                throw new IllegalArgumentException(
                        "Error: -i argument given, but no iterations provided.");
            }
            iterations = CNumbers.leadingInt(words.get(i + 1));
            if (iterations < 1 || iterations > PasswordHash.MOST_ITERATIONS) {
                throw new IllegalArgumentException(
                        "Error: Number of iterations must be 1 to "
                                + PasswordHash.MOST_ITERATIONS
                                + ".");
            }
        }
        return iterations;
    }

    private static boolean change(List<Json> clients, String user, String encoded) {
        for (Json client : clients) {
            if (client instanceof Json.Obj o
                    && o.get("username") instanceof Json.Text t
                    && t.value().equals(user)) {
                o.members()
                        .removeIf(m ->
                                List.of("encoded_password", "password", "salt", "iterations")
                                        .contains(m.name()));
                o.with("encoded_password", encoded);
                return true;
            }
        }
        return false;
    }
}
