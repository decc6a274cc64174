package io.hawkermq.mosquitto.dynsec;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What stands in a new file: the same users, group and roles as in Mosquitto 2.1's.
final class InitialModel {
    private InitialModel() {}

    /// @param demoPassword null for no user `democlient`
    static SecurityModel of(
            String adminPassword, @Nullable String demoPassword, Function<String, String> hash) {
        Map<String, Client> clients = new TreeMap<>();
        clients.put(
                "admin",
                client(
                        "admin",
                        hash.apply(adminPassword),
                        "Admin user",
                        "super-admin",
                        "sys-observe",
                        "topic-observe"));
        if (demoPassword != null) {
            clients.put(
                    "democlient",
                    client(
                            "democlient",
                            hash.apply(demoPassword),
                            "Demonstration client that may read and write all application topics",
                            "client"));
        }
        Map<String, Group> groups = new TreeMap<>();
        groups.put(
                "unauthenticated",
                new Group(
                        "unauthenticated",
                        "Unauthenticated group",
                        "Its roles are those of clients without a user name, where these are let in",
                        List.of(),
                        List.of(),
                        Map.of()));
        return new SecurityModel(
                0,
                DefaultAccess.INITIAL,
                new TreeMap<>(clients),
                new TreeMap<>(groups),
                new TreeMap<>(roles()),
                "unauthenticated",
                Map.of());
    }

    private static Client client(String name, String encoded, String text, String... roles) {
        return new Client(
                name,
                null,
                encoded,
                text,
                null,
                Client.Login.ENABLED,
                Stream.of(roles).map(r -> new Role.Use(r, -1)).toList(),
                Map.of());
    }

    private static Map<String, Role> roles() {
        AclType send = AclType.PUBLISH_CLIENT_SEND;
        AclType receive = AclType.PUBLISH_CLIENT_RECEIVE;
        AclType subscribe = AclType.SUBSCRIBE_PATTERN;
        AclType unsubscribe = AclType.UNSUBSCRIBE_PATTERN;
        Map<String, Role> roles = new TreeMap<>();
        List<Role> all =
                List.of(
                        role(
                                "client",
                                "Reads and writes all application topics",
                                "#",
                                send,
                                receive,
                                subscribe,
                                unsubscribe),
                        role(
                                "broker-admin",
                                "Asks and configures the broker",
                                "$CONTROL/broker/#",
                                send,
                                receive,
                                subscribe,
                                unsubscribe),
                        role(
                                "dynsec-admin",
                                "Changes clients, groups and roles",
                                "$CONTROL/dynamic-security/#",
                                send,
                                receive,
                                subscribe,
                                unsubscribe),
                        role(
                                "super-admin",
                                "Uses everything that controls the broker",
                                "$CONTROL/#",
                                send,
                                receive,
                                subscribe,
                                unsubscribe),
                        role(
                                "sys-notify",
                                "Lets bridges publish the state of their connection",
                                "$SYS/broker/connection/%c/state",
                                send),
                        role("sys-observe", "Reads the $SYS topics", "$SYS/#", receive, subscribe),
                        role(
                                "topic-observe",
                                "Reads all application topics",
                                "#",
                                receive,
                                subscribe,
                                unsubscribe));
        all.forEach(r -> roles.put(r.name(), r));
        return roles;
    }

    private static Role role(String name, String text, String topic, AclType... types) {
        List<Role.Acl> acls = new ArrayList<>();
        for (AclType type : types) {
            acls.add(new Role.Acl(type, topic, 0, true));
        }
        return new Role(name, null, text, Role.WildcardSubscriptions.ALLOWED, acls, Map.of());
    }
}
