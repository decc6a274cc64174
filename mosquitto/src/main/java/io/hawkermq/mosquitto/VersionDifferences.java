package io.hawkermq.mosquitto;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What an older or current Mosquitto does differently with the same files. Each line completes
/// "Mosquitto 2.0 would".
final class VersionDifferences {
    private final Configuration configuration;
    private final MosquittoVersion version;
    private final List<String> lines = new ArrayList<>();

    private VersionDifferences(Configuration configuration, MosquittoVersion version) {
        this.configuration = configuration;
        this.version = version;
    }

    static List<String> of(Configuration configuration, MosquittoVersion version) {
        VersionDifferences differences = new VersionDifferences(configuration, version);
        differences.refusals();
        if (version == MosquittoVersion.V1_6) {
            differences.before20();
        }
        if (version != MosquittoVersion.V2_1) {
            differences.before21();
        }
        differences.always();
        return List.copyOf(differences.lines);
    }

    private void refusals() {
        for (SettingLine line : configuration.lines()) {
            if (line.option().isOwn()) {
                add("refuse the file: '" + line.name() + "' is an option of Hawker", line.origin());
            } else if (since(line).compareTo(version) > 0) {
                add(
                        "refuse the file: '" + line.name() + "' came with " + since(line),
                        line.origin());
            }
        }
        for (ListenerConfiguration l : configuration.listeners()) {
            if (l.value(ListenerOptions.PROTOCOL) == ListenerProtocol.HTTP_API
                    && version != MosquittoVersion.V2_1) {
                add(
                        "refuse the file: 'protocol http_api' came with 2.1",
                        l.settings().origin(ListenerOptions.PROTOCOL));
            }
        }
    }

    /// An alias may be younger or older than its option.
    private static MosquittoVersion since(SettingLine line) {
        return switch (line.name()) {
            case "maximum_qos", "websockets_headers_size" -> MosquittoVersion.V1_6;
            default ->
                    line.name().startsWith("plugin_opt_")
                            ? MosquittoVersion.V2_0
                            : line.option().since();
        };
    }

    private void before20() {
        Settings global = configuration.global();
        if (configuration.isLocalOnly()) {
            add("listen on port 1883 of all addresses, as no listener is defined", Origin.DEFAULT);
        }
        if (!global.isSet(GlobalOptions.MAX_QUEUED_MESSAGES)) {
            add("keep 100 messages for a client instead of 1000", Origin.DEFAULT);
        }
        Optional<Path> location = global.value(GlobalOptions.PERSISTENCE_LOCATION);
        if (location.isPresent() && global.value(GlobalOptions.PERSISTENCE)) {
            add(
                    "join 'persistence_location' and 'persistence_file' without a separator: it"
                            + " needs a / at its end",
                    global.origin(GlobalOptions.PERSISTENCE_LOCATION));
        }
        if (global.isSet(GlobalOptions.PID_FILE)) {
            add("write 'pid_file' only if started with -d", global.origin(GlobalOptions.PID_FILE));
        }
        for (ListenerConfiguration l : configuration.listeners()) {
            before20(l);
        }
    }

    private void before20(ListenerConfiguration l) {
        Settings s = l.settings();
        if (l.address() instanceof ListenerAddress.Unix) {
            add("refuse the file: Unix sockets came with 2.0", l.origin());
        }
        boolean hasAccess =
                s.isSet(AccessOptions.PASSWORD_FILE)
                        || s.isSet(AccessOptions.ACL_FILE)
                        || s.isSet(AccessOptions.PSK_FILE)
                        || !l.plugins().isEmpty();
        if (!s.isSet(AccessOptions.ALLOW_ANONYMOUS) && !hasAccess && !configuration.isLocalOnly()) {
            add("admit anonymous clients to the " + l.name(), l.origin());
        }
        if (s.isSet(ListenerOptions.TLS_VERSION)) {
            add(
                    "speak exactly the version of 'tls_version', not that and later ones",
                    s.origin(ListenerOptions.TLS_VERSION));
        }
        boolean hasAuthorities = s.isSet(ListenerOptions.CAFILE) || s.isSet(ListenerOptions.CAPATH);
        if (l.isTls() && !hasAuthorities) {
            add(
                    "not speak TLS at the "
                            + l.name()
                            + ", as only 'cafile' or 'capath' turned it on",
                    l.origin());
        }
    }

    private void before21() {
        Settings global = configuration.global();
        if (!global.isSet(GlobalOptions.MAX_PACKET_SIZE)) {
            add("take packets up to 268435461 bytes instead of 2000000", Origin.DEFAULT);
        }
        if (!global.isSet(GlobalOptions.ALLOW_DUPLICATE_MESSAGES)) {
            add(
                    "send a client one copy of a message instead of one for each of its"
                            + " subscriptions that match",
                    Origin.DEFAULT);
        }
        Optional<Duration> expiration = global.value(GlobalOptions.PERSISTENT_CLIENT_EXPIRATION);
        if (expiration.isPresent() && expiration.get().toSeconds() % 3600 != 0) {
            add(
                    "refuse the file: seconds in 'persistent_client_expiration' came with 2.1",
                    global.origin(GlobalOptions.PERSISTENT_CLIENT_EXPIRATION));
        }
        for (PluginConfiguration p : configuration.plugins()) {
            if (p.deniesSpecialCharacters()) {
                add(
                        "admit a / in Client Identifiers and User Names in front of the plugin",
                        p.origin());
            }
        }
    }

    private void always() {
        for (BridgeConfiguration b : configuration.bridges()) {
            long expiry = b.value(BridgeOptions.BRIDGE_SESSION_EXPIRY_INTERVAL);
            if (version == MosquittoVersion.V2_1 && expiry > Integer.MAX_VALUE) {
                add(
                        "refuse the file: 'bridge_session_expiry_interval' is above 2147483647",
                        b.settings().origin(BridgeOptions.BRIDGE_SESSION_EXPIRY_INTERVAL));
            }
        }
        for (PluginConfiguration p : configuration.plugins()) {
            if (p.builtIn() != PluginConfiguration.BuiltIn.NONE) {
                add("load the plugin '" + p.path() + "'; here it is built in", p.origin());
            }
        }
        if (version == MosquittoVersion.V2_1
                && configuration.value(HawkerOptions.RELOAD_ON_ERROR)
                        == HawkerOptions.BrokenReload.KEEP) {
            add("end when a reload finds an error", Origin.DEFAULT);
        }
        if (configuration.value(GlobalOptions.PERSISTENCE)) {
            add(
                    "lose what came since the last snapshot when it crashes",
                    configuration.global().origin(GlobalOptions.PERSISTENCE));
        }
    }

    private void add(String what, Origin origin) {
        lines.add(origin instanceof Origin.Default ? what : what + " [" + origin + "]");
    }
}
