package io.hawkermq.broker;

import io.hawkermq.mosquitto.access.AccessAction;
import io.hawkermq.mosquitto.access.AccessFileException;
import io.hawkermq.mosquitto.access.AccessList;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// `hawker acl explain`: which line of an access control list decides what a client may do.
final class AclCommand {
    static final String HELP =
            """
            Usage: hawker acl explain USER CLIENTID TOPIC --acl FILE

              Says for publishing, receiving and subscribing whether the client may, and which line of the file
              decides. USER is - for a client without a user name. A TOPIC with + or # can only be subscribed to.
            """;

    private AclCommand() {}

    /// @param words behind `acl`
    /// @throws Arguments.WrongException for a wrong command line or file
    static void run(List<String> words, PrintStream out) throws Arguments.WrongException {
        if (words.contains("-h") || words.contains("--help")) {
            out.print(HELP);
            return;
        }
        List<String> names = new ArrayList<>();
        String file = null;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("--acl")) {
                if (++i == words.size()) {
                    throw new Arguments.WrongException("Option '--acl' needs a value.");
                }
                file = words.get(i);
            } else {
                names.add(word);
            }
        }
        if (names.size() != 4 || !names.getFirst().equals("explain") || file == null) {
            throw new Arguments.WrongException(
                    "read was 'acl "
                            + String.join(" ", words)
                            + "', allowed is 'acl explain USER CLIENTID TOPIC --acl FILE'.");
        }
        explain(read(file), names.get(1), names.get(2), names.get(3), out);
    }

    private static AccessList read(String file) throws Arguments.WrongException {
        try {
            return AccessList.read(Path.of(file));
        } catch (AccessFileException e) {
            throw new Arguments.WrongException(String.valueOf(e.getMessage()));
        } catch (java.nio.file.InvalidPathException e) {
            throw new Arguments.WrongException("'" + file + "' cannot be the name of a file.");
        }
    }

    private static void explain(
            AccessList list, String user, String clientId, String topic, PrintStream out)
            throws Arguments.WrongException {
        String userName = user.equals("-") ? null : user;
        String filter;
        try {
            filter = TopicFilter.of(topic).filter();
        } catch (IllegalArgumentException e) {
            throw new Arguments.WrongException(String.valueOf(e.getMessage()));
        }
        list.notices().forEach(notice -> out.println("Note: " + notice));
        if (isTopicName(topic)) {
            line(list, userName, clientId, topic, AccessAction.PUBLISH, out);
            line(list, userName, clientId, topic, AccessAction.RECEIVE, out);
        }
        line(list, userName, clientId, filter, AccessAction.SUBSCRIBE, out);
    }

    private static boolean isTopicName(String topic) {
        try {
            return TopicName.of(topic) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static void line(
            AccessList list,
            @Nullable String userName,
            String clientId,
            String topic,
            AccessAction action,
            PrintStream out) {
        String name = action.name().toLowerCase(Locale.ROOT);
        out.println(name + " " + topic + ": " + list.explain(userName, clientId, topic, action));
    }
}
