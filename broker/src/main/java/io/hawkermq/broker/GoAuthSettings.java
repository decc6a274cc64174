package io.hawkermq.broker;

import io.hawkermq.broker.security.HttpUsers;
import io.hawkermq.broker.security.HttpUsers.Answer;
import io.hawkermq.broker.security.HttpUsers.Parameters;
import io.hawkermq.mosquitto.ListenerConfiguration;
import io.hawkermq.mosquitto.PluginConfiguration;
import io.hawkermq.mosquitto.PluginConfiguration.BuiltIn;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a line with mosquitto-go-auth's plugin asks for: its back ends `files`, a password file and an
/// access control list, and `http`, a web service that knows users. Whoever asks for another back end
/// is refused by name, because a check that is not made would let people in.
///
/// @param http empty if there is no such back end
record GoAuthSettings(boolean hasFiles, Optional<HttpUsers.Service> http) {
    private static final int LONGEST_TIMEOUT = 8;

    private static final Set<String> KNOWN =
            Set.of(
                    "backends",
                    "files_password_path",
                    "password_path",
                    "files_acl_path",
                    "acl_path",
                    "hasher_salt_encoding",
                    "check_prefix",
                    "disable_superuser",
                    "http_host",
                    "http_port",
                    "http_getuser_uri",
                    "http_superuser_uri",
                    "http_aclcheck_uri",
                    "http_with_tls",
                    "http_verify_peer",
                    "http_params_mode",
                    "http_response_mode",
                    "http_method",
                    "http_timeout",
                    "http_user_agent",
                    // What follows decides nothing here.
                    "prefixes",
                    "hasher",
                    "hasher_salt_size",
                    "hasher_iterations",
                    "hasher_keylen",
                    "hasher_algorithm",
                    "hasher_cost",
                    "hasher_memory",
                    "hasher_parallelism",
                    "cache",
                    "cache_type",
                    "cache_reset",
                    "cache_refresh",
                    "auth_cache_seconds",
                    "acl_cache_seconds",
                    "auth_jitter_seconds",
                    "acl_jitter_seconds",
                    "retry_count",
                    "log_level",
                    "log_dest",
                    "log_file");

    /// Empty if the listener does not use the plugin.
    ///
    /// @throws StartException if it asks for something that is not there
    static Optional<GoAuthSettings> of(ListenerConfiguration listener) throws StartException {
        GoAuthSettings found = null;
        for (PluginConfiguration plugin : listener.plugins()) {
            if (plugin.builtIn() == BuiltIn.GO_AUTH) {
                if (found != null) {
                    throw fault(plugin, "is there twice, allowed is one for a listener");
                }
                found = of(plugin);
                if (found.http().isPresent()
                        && listener.plugins().stream()
                                .anyMatch(p -> p.builtIn() == BuiltIn.DYNAMIC_SECURITY)) {
                    throw fault(
                            plugin,
                            "has the back end http beside dynamic security; allowed is one of both"
                                    + " for a listener");
                }
            }
        }
        return Optional.ofNullable(found);
    }

    /// @throws StartException if it asks for something that is not there
    static GoAuthSettings of(PluginConfiguration plugin) throws StartException {
        List<String> backends =
                Arrays.stream(plugin.option("backends").orElse("").split(",", -1))
                        .map(String::strip)
                        .toList();
        for (String backend : backends) {
            if (!backend.equals("files") && !backend.equals("http")) {
                throw fault(
                        plugin,
                        backend.isEmpty()
                                ? "needs a line like 'plugin_opt_backends files, http' below it"
                                : "has the back end '" + backend + "', " + instead(backend));
            }
        }
        if (isTrue(plugin, "check_prefix")) {
            throw fault(
                    plugin,
                    "has 'check_prefix true', which chooses between back ends by the user name;"
                            + " allowed is false: who is in the password file logs in by it, and"
                            + " others at the web service");
        }
        choice(plugin, "hasher_salt_encoding", Map.of("base64", true), "base64");
        return new GoAuthSettings(
                backends.contains("files"),
                backends.contains("http") ? Optional.of(service(plugin)) : Optional.empty());
    }

    /// What stands in the lines without meaning anything, perhaps because it is misspelt: a sentence
    /// with its place for each.
    static List<String> unknown(PluginConfiguration plugin) {
        return plugin.options().entrySet().stream()
                .filter(option -> !KNOWN.contains(option.getKey()))
                .map(option ->
                        "The plugin does not know the option '"
                                + option.getKey()
                                + "' here ["
                                + option.getValue().origin()
                                + "]")
                .toList();
    }

    /// The name under which the password file is given.
    static String passwordOption(PluginConfiguration plugin) {
        return plugin.option("password_path").isPresent() ? "password_path" : "files_password_path";
    }

    /// The name under which the access control list is given, or would be.
    static String aclOption(PluginConfiguration plugin) {
        return plugin.option("acl_path").isPresent() ? "acl_path" : "files_acl_path";
    }

    private static HttpUsers.Service service(PluginConfiguration plugin) throws StartException {
        boolean isSecure = isTrue(plugin, "http_with_tls");
        if (isSecure && !isTrue(plugin, "http_verify_peer")) {
            throw fault(
                    plugin,
                    "has 'http_with_tls true' without 'http_verify_peer true': passwords would go to"
                            + " whoever answers");
        }
        choice(plugin, "http_method", Map.of("POST", true), "POST");
        Optional<String> superuser =
                isTrue(plugin, "disable_superuser")
                        ? Optional.empty()
                        : plugin.option("http_superuser_uri");
        String base =
                (isSecure ? "https://" : "http://")
                        + needed(plugin, "http_host")
                        + ":"
                        + number(plugin, "http_port", isSecure ? 443 : 80, 65_535);
        return new HttpUsers.Service(
                uri(plugin, "http_getuser_uri", base, needed(plugin, "http_getuser_uri")),
                superuser.isEmpty()
                        ? Optional.empty()
                        : Optional.of(uri(plugin, "http_superuser_uri", base, superuser.get())),
                choice(
                        plugin,
                        "http_params_mode",
                        Map.of("json", Parameters.JSON, "form", Parameters.FORM),
                        "json"),
                choice(
                        plugin,
                        "http_response_mode",
                        Map.of("status", Answer.STATUS, "json", Answer.JSON, "text", Answer.TEXT),
                        "status"),
                Duration.ofSeconds(number(plugin, "http_timeout", 5, LONGEST_TIMEOUT)),
                plugin.option("http_user_agent").orElse("hawker"));
    }

    private static URI uri(PluginConfiguration plugin, String option, String base, String path)
            throws StartException {
        try {
            URI uri = new URI(base + (path.startsWith("/") ? "" : "/") + path);
            if (uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // said below
        }
        throw fault(plugin, "has an impossible 'http_host' or '" + option + "': " + base + path);
    }

    private static boolean isTrue(PluginConfiguration plugin, String option) throws StartException {
        return choice(plugin, option, Map.of("true", true, "false", false), "false");
    }

    private static String needed(PluginConfiguration plugin, String option) throws StartException {
        Optional<String> value = plugin.option(option).filter(v -> !v.isBlank());
        if (value.isEmpty()) {
            throw fault(plugin, "needs a line 'plugin_opt_" + option + "' for its back end http");
        }
        return value.get();
    }

    private static int number(PluginConfiguration plugin, String option, int otherwise, int most)
            throws StartException {
        String text = plugin.option(option).orElse(Integer.toString(otherwise));
        try {
            int value = Integer.parseInt(text);
            if (value >= 1 && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw fault(
                plugin, "has '" + option + " " + text + "', allowed is a number from 1 to " + most);
    }

    private static <T> T choice(
            PluginConfiguration plugin, String option, Map<String, T> values, String otherwise)
            throws StartException {
        String text = plugin.option(option).orElse(otherwise);
        T value = values.get(text);
        if (value == null) {
            throw fault(
                    plugin,
                    "has '"
                            + option
                            + " "
                            + text
                            + "', allowed is "
                            + String.join(" or ", values.keySet().stream().sorted().toList()));
        }
        return value;
    }

    private static String instead(String backend) {
        return switch (backend) {
            case "jwt", "grpc", "js", "plugin" -> "which is not there; allowed are files and http";
            case "postgres", "mysql", "sqlite", "sqlite3", "redis", "mongo" ->
                    "a database that this broker does not read; put a web service before it for the"
                            + " back end http, or use 'mosquitto_dynamic_security.so'";
            default -> "which go-auth does not have; allowed are files and http";
        };
    }

    private static StartException fault(PluginConfiguration plugin, String what) {
        return new StartException(
                "The plugin '"
                        + plugin.path()
                        + "' "
                        + what
                        + ". Error found at "
                        + plugin.origin()
                        + ".",
                StartException.WRONG_PLUGIN);
    }
}
