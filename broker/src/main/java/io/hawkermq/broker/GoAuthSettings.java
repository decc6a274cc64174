package io.hawkermq.broker;

import io.hawkermq.broker.security.HttpUsers;
import io.hawkermq.broker.security.HttpUsers.Answer;
import io.hawkermq.broker.security.HttpUsers.Parameters;
import io.hawkermq.broker.security.LoginService;
import io.hawkermq.broker.security.TokenUsers;
import io.hawkermq.broker.security.TokenVerifier;
import io.hawkermq.broker.security.TokenVerifier.Expiry;
import io.hawkermq.broker.security.TokenVerifier.UserClaim;
import io.hawkermq.mosquitto.ListenerConfiguration;
import io.hawkermq.mosquitto.PluginConfiguration;
import io.hawkermq.mosquitto.PluginConfiguration.BuiltIn;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a line with mosquitto-go-auth's plugin asks for: its back ends `files`, a password file and an
/// access control list, `http`, a web service that knows users, and `jwt`, User Names that are tokens.
/// Whoever asks for another back end is refused by name, because a check that is not made would let
/// people in.
///
/// @param service of `http` or `jwt`, empty if there is neither
/// @param hasTokenList true if `jwt` names an access control list
record GoAuthSettings(boolean hasFiles, boolean hasTokenList, Optional<Service> service) {
    /// Who is asked about users that no file has.
    sealed interface Service {
        record Web(HttpUsers.Service web) implements Service {}

        record Tokens(TokenUsers.Settings tokens) implements Service {}

        /// Begins to ask.
        default LoginService open(InstantSource clock) {
            return switch (this) {
                case Web s -> new HttpUsers(s.web());
                case Tokens s -> new TokenUsers(s.tokens(), clock);
            };
        }
    }

    /// How the options of a back end that asks a web service are called.
    private enum Asking {
        HTTP("http", "http_method", "http_timeout"),
        JWT("jwt", "jwt_http_method", "jwt_http_timeout");

        private final String backend;
        private final String method;
        private final String timeout;

        Asking(String backend, String method, String timeout) {
            this.backend = backend;
            this.method = method;
            this.timeout = timeout;
        }

        String option(String name) {
            return backend + "_" + name;
        }
    }

    static final String TOKEN_LIST = "jwt_acl_path";

    private static final int LONGEST_TIMEOUT = 8;
    private static final Set<String> BACKENDS = Set.of("files", "http", "jwt");
    private static final String ALLOWED = "files, http and jwt";

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
                    "jwt_mode",
                    "jwt_secret",
                    "jwt_userfield",
                    "jwt_parse_token",
                    "jwt_skip_user_expiration",
                    "jwt_skip_acl_expiration",
                    TOKEN_LIST,
                    "jwt_host",
                    "jwt_port",
                    "jwt_getuser_uri",
                    "jwt_superuser_uri",
                    "jwt_aclcheck_uri",
                    "jwt_with_tls",
                    "jwt_verify_peer",
                    "jwt_params_mode",
                    "jwt_response_mode",
                    "jwt_http_method",
                    "jwt_http_timeout",
                    "jwt_user_agent",
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
                if (found.service().isPresent()
                        && listener.plugins().stream()
                                .anyMatch(p -> p.builtIn() == BuiltIn.DYNAMIC_SECURITY)) {
                    throw fault(
                            plugin,
                            "has the back end http or jwt beside dynamic security; allowed is one"
                                    + " of both for a listener");
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
            if (!BACKENDS.contains(backend)) {
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
        boolean hasTokens = backends.contains("jwt");
        if (hasTokens && backends.contains("http")) {
            throw fault(plugin, "has the back ends http and jwt; allowed is one of both");
        }
        return new GoAuthSettings(
                backends.contains("files"),
                hasTokens && plugin.option(TOKEN_LIST).isPresent(),
                hasTokens
                        ? Optional.of(new Service.Tokens(tokens(plugin)))
                        : backends.contains("http")
                                ? Optional.of(new Service.Web(web(plugin, Asking.HTTP)))
                                : Optional.empty());
    }

    private static TokenUsers.Settings tokens(PluginConfiguration plugin) throws StartException {
        String mode = needed(plugin, "jwt_mode", Asking.JWT);
        TokenUsers.Lasting lasting =
                isTrue(plugin, "jwt_skip_acl_expiration")
                        ? TokenUsers.Lasting.FOREVER
                        : TokenUsers.Lasting.UNTIL_EXPIRY;
        return switch (mode) {
            case "files" -> {
                needed(plugin, TOKEN_LIST, Asking.JWT);
                yield new TokenUsers.Settings(
                        Optional.of(verifier(plugin)), Optional.empty(), lasting);
            }
            case "remote" ->
                    new TokenUsers.Settings(
                            isTrue(plugin, "jwt_parse_token")
                                    ? Optional.of(verifier(plugin))
                                    : Optional.empty(),
                            Optional.of(web(plugin, Asking.JWT)),
                            lasting);
            case "local" ->
                    throw fault(
                            plugin,
                            "has 'jwt_mode local', which asks a database that this broker does not"
                                    + " read; allowed are files, with an access control list in '"
                                    + TOKEN_LIST
                                    + "', and remote, with a web service before the database");
            default ->
                    throw fault(
                            plugin, "has 'jwt_mode " + mode + "', allowed are files and remote");
        };
    }

    private static TokenVerifier verifier(PluginConfiguration plugin) throws StartException {
        return new TokenVerifier(
                needed(plugin, "jwt_secret", Asking.JWT),
                choice(
                        plugin,
                        "jwt_userfield",
                        Map.of("Subject", UserClaim.SUBJECT, "Username", UserClaim.USERNAME),
                        "Subject"),
                isTrue(plugin, "jwt_skip_user_expiration") ? Expiry.IGNORED : Expiry.CHECKED);
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

    private static HttpUsers.Service web(PluginConfiguration plugin, Asking asking)
            throws StartException {
        String withTls = asking.option("with_tls");
        boolean isSecure = isTrue(plugin, withTls);
        String verifyPeer = asking.option("verify_peer");
        if (isSecure && !isTrue(plugin, verifyPeer)) {
            throw fault(
                    plugin,
                    "has '"
                            + withTls
                            + " true' without '"
                            + verifyPeer
                            + " true': passwords would go to whoever answers");
        }
        choice(plugin, asking.method, Map.of("POST", true), "POST");
        String superuser = asking.option("superuser_uri");
        Optional<String> superuserPath =
                isTrue(plugin, "disable_superuser") ? Optional.empty() : plugin.option(superuser);
        String base =
                (isSecure ? "https://" : "http://")
                        + needed(plugin, asking.option("host"), asking)
                        + ":"
                        + number(plugin, asking.option("port"), isSecure ? 443 : 80, 65_535);
        String user = asking.option("getuser_uri");
        return new HttpUsers.Service(
                uri(plugin, asking, user, base, needed(plugin, user, asking)),
                superuserPath.isEmpty()
                        ? Optional.empty()
                        : Optional.of(uri(plugin, asking, superuser, base, superuserPath.get())),
                choice(
                        plugin,
                        asking.option("params_mode"),
                        Map.of("json", Parameters.JSON, "form", Parameters.FORM),
                        "json"),
                choice(
                        plugin,
                        asking.option("response_mode"),
                        Map.of("status", Answer.STATUS, "json", Answer.JSON, "text", Answer.TEXT),
                        "status"),
                Duration.ofSeconds(number(plugin, asking.timeout, 5, LONGEST_TIMEOUT)),
                plugin.option(asking.option("user_agent")).orElse("hawker"));
    }

    private static URI uri(
            PluginConfiguration plugin, Asking asking, String option, String base, String path)
            throws StartException {
        try {
            URI uri = new URI(base + (path.startsWith("/") ? "" : "/") + path);
            if (uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // said below
        }
        throw fault(
                plugin,
                "has an impossible '"
                        + asking.option("host")
                        + "' or '"
                        + option
                        + "': "
                        + base
                        + path);
    }

    private static boolean isTrue(PluginConfiguration plugin, String option) throws StartException {
        return choice(plugin, option, Map.of("true", true, "false", false), "false");
    }

    private static String needed(PluginConfiguration plugin, String option, Asking asking)
            throws StartException {
        Optional<String> value = plugin.option(option).filter(v -> !v.isBlank());
        if (value.isEmpty()) {
            throw fault(
                    plugin,
                    "needs a line 'plugin_opt_" + option + "' for its back end " + asking.backend);
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
            case "grpc", "js", "plugin" -> "which is not there; allowed are " + ALLOWED;
            case "postgres", "mysql", "sqlite", "sqlite3", "redis", "mongo" ->
                    "a database that this broker does not read; put a web service before it for the"
                            + " back end http, or use 'mosquitto_dynamic_security.so'";
            default -> "which go-auth does not have; allowed are " + ALLOWED;
        };
    }

    private static StartException fault(PluginConfiguration plugin, String what) {
        return StartException.of(plugin, what, StartException.WRONG_PLUGIN);
    }
}
