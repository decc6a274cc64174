package io.hawkermq.mosquitto;

import java.util.Map;

/// What to say about names that are no options, or not here.
final class UnknownNames {
    private static final String IGNORED_BEFORE = "Mosquitto 1.6 ignored it: delete the line.";

    private static final Map<String, String> ADVICE =
            Map.of(
                    "daemon",
                    "It is the option -d of the command line: delete the line.",
                    "log_file",
                    "Write 'log_dest file PATH'.",
                    "max_clients",
                    "Write 'max_connections' below a listener, or 'global_max_connections'.",
                    "tls",
                    "'certfile' and 'keyfile' below a listener turn TLS on.",
                    "store_clean_interval",
                    IGNORED_BEFORE,
                    "ffdc_output",
                    IGNORED_BEFORE,
                    "max_log_entries",
                    IGNORED_BEFORE,
                    "trace_level",
                    IGNORED_BEFORE,
                    "trace_output",
                    IGNORED_BEFORE);

    /// Options of bridges that people write for the whole broker.
    private static final Map<String, String> INSTEAD =
            Map.of(
                    "keepalive_interval",
                    "For clients 'max_keepalive' sets the longest Keep Alive.",
                    "username",
                    "Users stand in a 'password_file'.",
                    "password",
                    "Users stand in a 'password_file'.",
                    "clientid",
                    "For clients there is 'auto_id_prefix'.",
                    "topic",
                    "What clients may read and write stands in an 'acl_file'.");

    private UnknownNames() {}

    /// For a name that is no option: what was meant, or why it cannot be read.
    static String advice(String name) {
        String known = ADVICE.get(name);
        if (known != null) {
            return known;
        }
        int tab = name.indexOf('\t');
        if (tab >= 0) {
            return "A space separates the name from its value; there is a tab.";
        }
        if (name.startsWith("#")) {
            return "A comment has its # in the first column.";
        }
        int separator = Math.max(name.indexOf('='), name.indexOf(':'));
        if (separator > 0) {
            return "A space separates the name from its value, not '"
                    + name.charAt(separator)
                    + "'.";
        }
        String question = NearMiss.question(name, Options.names());
        return question.isEmpty()
                ? "It is no option of Mosquitto 2.1, nor one of Hawker."
                : question;
    }

    /// For a bridge's option outside a bridge; may be empty.
    static String instead(String name) {
        return INSTEAD.getOrDefault(name, "");
    }
}
