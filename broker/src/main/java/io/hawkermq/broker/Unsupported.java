package io.hawkermq.broker;

import io.hawkermq.mosquitto.AccessOptions;
import io.hawkermq.mosquitto.BridgeConfiguration;
import io.hawkermq.mosquitto.Configuration;
import io.hawkermq.mosquitto.GlobalOptions;
import io.hawkermq.mosquitto.ListenerAddress;
import io.hawkermq.mosquitto.ListenerConfiguration;
import io.hawkermq.mosquitto.ListenerOptions;
import io.hawkermq.mosquitto.ListenerProtocol;
import io.hawkermq.mosquitto.LogDestination;
import io.hawkermq.mosquitto.Option;
import io.hawkermq.mosquitto.Origin;
import io.hawkermq.mosquitto.PluginConfiguration;
import io.hawkermq.mosquitto.PluginConfiguration.BuiltIn;
import io.hawkermq.mosquitto.Setting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a configuration asks for and this build does not have. Whatever would let more people in,
/// or show them more, if it were ignored is a reason not to start; for the rest there is a warning.
final class Unsupported {
    private static final List<Option<?>> WARNED =
            List.of(GlobalOptions.MEMORY_LIMIT, GlobalOptions.ALLOW_DUPLICATE_MESSAGES);

    private static final Set<BuiltIn> HERE = EnumSet.complementOf(EnumSet.of(BuiltIn.NONE));

    private Unsupported() {}

    /// @throws StartException with the first thing that it must not start without
    static void refuse(Configuration configuration) throws StartException {
        for (PluginConfiguration plugin : configuration.plugins()) {
            if (!HERE.contains(plugin.builtIn())) {
                throw plugin(plugin);
            }
            if (plugin.builtIn() == BuiltIn.GO_AUTH) {
                GoAuthSettings.of(plugin);
            }
        }
        for (ListenerConfiguration listener : configuration.listeners()) {
            refuse(listener);
        }
        if (configuration.listeners().stream().noneMatch(Unsupported::speaksMqtt)) {
            throw new StartException(
                    "No listener for MQTT is left.", StartException.WRONG_CONFIGURATION);
        }
    }

    private static void refuse(ListenerConfiguration listener) throws StartException {
        GoAuthSettings.of(listener);
        boolean isBehindProxy = listener.value(ListenerOptions.ENABLE_PROXY_PROTOCOL).isPresent();
        if (!speaksMqtt(listener)
                && (listener.isPsk()
                        || isBehindProxy
                        || listener.value(ListenerOptions.BIND_INTERFACE).isPresent()
                        || listener.value(ListenerOptions.SOCKET_DOMAIN).isPresent()
                        || !(listener.address() instanceof ListenerAddress.Tcp))) {
            throw new StartException(
                    "The "
                            + listener.name()
                            + " cannot be opened: HTTP needs a port, without 'psk_hint',"
                            + " 'enable_proxy_protocol', 'bind_interface' and 'socket_domain';"
                            + " 'listener' may give its address. Error found at "
                            + listener.origin()
                            + ".",
                    StartException.WRONG_CONFIGURATION);
        }
        if (speaksMqtt(listener)
                && listener.isPsk()
                && listener.value(AccessOptions.PSK_FILE).isEmpty()) {
            throw new StartException(
                    "The "
                            + listener.name()
                            + " has a 'psk_hint' and no keys: name their file with 'psk_file'."
                            + " Error found at "
                            + listener.settings().origin(ListenerOptions.PSK_HINT)
                            + ".",
                    StartException.WRONG_CONFIGURATION);
        }
    }

    /// False for `protocol http_api`.
    static boolean speaksMqtt(ListenerConfiguration listener) {
        return listener.value(ListenerOptions.PROTOCOL) != ListenerProtocol.HTTP_API;
    }

    /// Why a plugin cannot be had.
    static StartException plugin(PluginConfiguration plugin) {
        String why =
                switch (plugin.builtIn()) {
                    case PASSWORD_FILE,
                            ACL_FILE,
                            DYNAMIC_SECURITY,
                            GO_AUTH,
                            PERSIST_SQLITE,
                            SPARKPLUG_AWARE ->
                            "It stands where it is not known.";
                    case NONE ->
                            "This broker runs in a Java machine and loads no libraries: use"
                                    + " 'password_file' and 'acl_file' for access, 'persistence"
                                    + " true' for a store.";
                };
        return new StartException(
                "Unable to load plugin '"
                        + plugin.path()
                        + "'. "
                        + why
                        + " Error found at "
                        + plugin.origin()
                        + ".",
                StartException.WRONG_PLUGIN);
    }

    /// What is passed over, a sentence with its place for each.
    static List<String> warnings(Configuration configuration) {
        List<String> warnings = new ArrayList<>();
        for (Option<?> option : WARNED) {
            if (!configuration.value(option).equals(option.defaultValue())) {
                warnings.add(noEffect(option, configuration.global().origin(option)));
            }
        }
        for (LogDestination destination : configuration.value(GlobalOptions.LOG_DEST)) {
            if (destination == LogDestination.Place.DLT
                    || destination == LogDestination.Place.ANDROID) {
                warnings.add(
                        "'log_dest "
                                + (destination == LogDestination.Place.DLT ? "dlt" : "android")
                                + "' has no effect here ["
                                + configuration.global().origin(GlobalOptions.LOG_DEST)
                                + "]");
            }
        }
        for (ListenerConfiguration listener : configuration.listeners()) {
            Optional<Path> directory = listener.value(ListenerOptions.HTTP_DIR);
            if (directory.isPresent() && !Files.isDirectory(directory.get())) {
                // Mosquitto refuses it. But the container image's own file names a folder that only
                // the image has.
                warnings.add(
                        "'http_dir "
                                + directory.get()
                                + "' is no directory, so no files are served ["
                                + listener.settings().origin(ListenerOptions.HTTP_DIR)
                                + "]");
            }
            if (speaksMqtt(listener)) {
                warnings.addAll(ListenersFromConfiguration.warnings(listener));
            }
        }
        for (PluginConfiguration plugin : configuration.plugins()) {
            if (plugin.builtIn() == BuiltIn.GO_AUTH) {
                warnings.addAll(GoAuthSettings.unknown(plugin));
                for (String option : List.of("http_aclcheck_uri", "jwt_aclcheck_uri")) {
                    Setting<String> perTopic = plugin.options().get(option);
                    if (perTopic != null) {
                        warnings.add(
                                "'"
                                        + option
                                        + "' is not asked: who is no superuser of the web service"
                                        + " may do what the access control list says, and nothing"
                                        + " without one ["
                                        + perTopic.origin()
                                        + "]");
                    }
                }
            }
        }
        configuration.plugins().stream()
                .filter(p -> p.builtIn() == BuiltIn.PERSIST_SQLITE)
                .forEach(p -> ofSqlite(p, configuration, warnings));
        for (BridgeConfiguration bridge : configuration.bridges()) {
            warnings.add(
                    "The bridge "
                            + bridge.name()
                            + " is not active: this build has no bridges yet ["
                            + bridge.origin()
                            + "]");
        }
        return List.copyOf(warnings);
    }

    private static void ofSqlite(
            PluginConfiguration plugin, Configuration configuration, List<String> warnings) {
        for (String option : List.of("flush_period", "page_size")) {
            if (plugin.option(option).isPresent()) {
                warnings.add(
                        "'plugin_opt_"
                                + option
                                + "' has no effect: the store is not SQLite ["
                                + plugin.origin()
                                + "]");
            }
        }
        Path database = SqliteSettings.of(plugin, configuration).database();
        if (Files.exists(database)) {
            warnings.add(
                    "What Mosquitto has stored in "
                            + database
                            + " is not read. To keep it, let Mosquitto write its own format once"
                            + " ('persistence true' instead of the plugin), which is taken over"
                            + " at the first start ["
                            + plugin.origin()
                            + "]");
        }
    }

    private static String noEffect(Option<?> option, Origin origin) {
        return "'" + option.name() + "' has no effect yet [" + origin + "]";
    }
}
