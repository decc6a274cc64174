package io.hawkermq.mosquitto;

import static io.hawkermq.mosquitto.MosquittoVersion.V2_0;
import static io.hawkermq.mosquitto.MosquittoVersion.V2_1;
import static io.hawkermq.mosquitto.Priority.P0;
import static io.hawkermq.mosquitto.Priority.P2;
import static io.hawkermq.mosquitto.Reload.RESTART;

import java.util.List;
import java.util.Optional;

/// The rows for plugins. They end up in [PluginConfiguration].
public final class PluginOptions {
    private static final List<String> PREFIXES = List.of("plugin_opt_", "auth_opt_");

    private static final Table TABLE = new Table(Scope.PLUGIN);
    private static final Table BEGINNING = TABLE.in(Scope.ACCESS);
    private static final String INSTEAD =
            "The file name of a plugin that Mosquitto ships, or of go-auth, selects what is built in;"
                    + " others cannot be loaded.";

    static final Option<Optional<String>> PLUGIN =
            BEGINNING
                    .lastText("plugin", "a path")
                    .priority(P0)
                    .since(V2_0)
                    .reload(RESTART)
                    .means("Loads a plugin; its options follow.")
                    .here(INSTEAD);

    static final Option<Optional<String>> AUTH_PLUGIN =
            BEGINNING
                    .lastText("auth_plugin", "a path")
                    .priority(P0)
                    .reload(RESTART)
                    .means("An older name for `plugin`.")
                    .here(INSTEAD);

    static final Option<Optional<String>> GLOBAL_PLUGIN =
            TABLE.in(Scope.GLOBAL)
                    .lastText("global_plugin", "a path")
                    .since(V2_1)
                    .reload(RESTART)
                    .means("Loads a plugin for all listeners.")
                    .here(INSTEAD);

    static final Option<Optional<String>> PLUGIN_LOAD =
            TABLE.in(Scope.GLOBAL)
                    .lastText("plugin_load", "a name and a path")
                    .since(V2_1)
                    .priority(P2)
                    .reload(RESTART)
                    .means("Loads a plugin under a name, for the listeners that use it.")
                    .here(INSTEAD);

    static final Option<Optional<String>> PLUGIN_USE =
            TABLE.in(Scope.NAMED_LISTENER)
                    .lastText("plugin_use", "the name of a plugin")
                    .since(V2_1)
                    .priority(P2)
                    .reload(RESTART)
                    .means("Uses such a plugin for this listener.");

    static final Option<Optional<String>> PLUGIN_OPTION =
            TABLE.lastText("plugin_opt_*", "a text")
                    .alias("auth_opt_*")
                    .priority(P0)
                    .means(
                            "An option of the plugin above; what follows `plugin_opt_` is its name.");

    static final Option<Boolean> AUTH_PLUGIN_DENY_SPECIAL_CHARS =
            TABLE.flag("auth_plugin_deny_special_chars", true)
                    .means(
                            "Refuses clients whose Client Identifier or User Name has `+`, `#` or"
                                    + " `/`.");

    static final List<Option<?>> ROWS = TABLE.rows();

    private PluginOptions() {}

    /// What follows `plugin_opt_` or `auth_opt_` in a name that begins so; may be empty.
    static Optional<String> nameOfOption(String name) {
        return PREFIXES.stream()
                .filter(name::startsWith)
                .map(p -> name.substring(p.length()))
                .findFirst();
    }
}
