package io.hawkermq.mosquitto;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A plugin that a file asks for.
///
/// @param name under which listeners use it, if it was loaded with `plugin_load`
/// @param path as written; only its last part counts
/// @param options in the order in which they were set; a name set twice has its last value
/// @param deniesSpecialCharacters `auth_plugin_deny_special_chars`
/// @param origin the line that loads it
public record PluginConfiguration(
        Optional<String> name,
        String path,
        Map<String, Setting<String>> options,
        boolean deniesSpecialCharacters,
        Origin origin) {
    /// What a plugin is here.
    public enum BuiltIn {
        DYNAMIC_SECURITY("mosquitto_dynamic_security", "config_file", "password_init_file"),
        PASSWORD_FILE("mosquitto_password_file", "password_file"),
        ACL_FILE("mosquitto_acl_file", "acl_file"),
        PERSIST_SQLITE("mosquitto_persist_sqlite", "db_file", "sync", "flush_period", "page_size"),
        SPARKPLUG_AWARE("mosquitto_sparkplug_aware"),
        GO_AUTH("go-auth"),
        /// Nothing that is built in; it cannot be loaded.
        NONE("");

        private final String fileName;
        // An enum's fields must be seen to be immutable, hence text.
        private final String knownOptions;

        BuiltIn(String fileName, String... knownOptions) {
            this.fileName = fileName;
            this.knownOptions = String.join(" ", knownOptions);
        }

        /// The options that it knows; empty if it takes others too.
        public List<String> knownOptions() {
            return knownOptions.isEmpty() ? List.of() : List.of(knownOptions.split(" "));
        }
    }

    public PluginConfiguration {
        options = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /// What the file name selects.
    public BuiltIn builtIn() {
        String file = path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
        int dot = file.indexOf('.');
        String stem = dot < 0 ? file : file.substring(0, dot);
        for (BuiltIn b : BuiltIn.values()) {
            if (!b.fileName.isEmpty() && b.fileName.equals(stem)) {
                return b;
            }
        }
        return BuiltIn.NONE;
    }

    /// The value of one of its options.
    public Optional<String> option(String optionName) {
        return Optional.ofNullable(options.get(optionName)).map(Setting::value);
    }
}
