package io.hawkermq.mosquitto;

import io.hawkermq.mosquitto.Section.OfBridge;
import io.hawkermq.mosquitto.Section.OfListener;
import io.hawkermq.mosquitto.Section.OfPlugin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Makes a [Configuration] of what was read: fills in what listeners inherit and bridges derive,
/// and checks what several lines say together.
final class Assembly {
    private static final String LOCATION_VARIABLE = "MOSQUITTO_PERSISTENCE_LOCATION";

    private final Reading reading;
    private final Map<String, String> environment;
    private final Supplier<String> hostName;

    Assembly(Reading reading, Map<String, String> environment, Supplier<String> hostName) {
        this.reading = reading;
        this.environment = environment;
        this.hostName = hostName;
    }

    Configuration configuration() throws ConfigurationException {
        location();
        placeDefaultListener();
        Settings global = reading.global.settings();
        Map<OfPlugin, PluginConfiguration> plugins = new HashMap<>();
        reading.plugins.forEach(p -> plugins.put(p, checked(p.built())));
        List<ListenerConfiguration> listeners =
                reading.isLocalOnly ? local(global, plugins) : listeners(global, plugins);
        List<BridgeConfiguration> bridges =
                reading.bridges.stream().map(b -> bridge(b, global)).toList();
        checkLocalClientIds(bridges);
        boolean usesSqlite =
                plugins.values().stream()
                        .anyMatch(p -> p.builtIn() == PluginConfiguration.BuiltIn.PERSIST_SQLITE);
        if (usesSqlite && global.value(GlobalOptions.PERSISTENCE)) {
            refuse(
                    "Both 'persistence true' and a plugin ask for a store.",
                    "Delete one of both.",
                    global.origin(GlobalOptions.PERSISTENCE));
        }
        if (!reading.errors.isEmpty()) {
            throw new ConfigurationException(reading.errors, reading.notices);
        }
        return new Configuration(
                global,
                listeners,
                reading.isLocalOnly,
                bridges,
                reading.plugins.stream().map(p -> checkedBefore(plugins, p)).toList(),
                reading.lines,
                reading.notices,
                reading.files);
    }

    private static PluginConfiguration checkedBefore(
            Map<OfPlugin, PluginConfiguration> plugins, OfPlugin plugin) {
        PluginConfiguration built = plugins.get(plugin);
        return built == null ? plugin.built() : built;
    }

    private void location() {
        String location = environment.get(LOCATION_VARIABLE);
        if (location == null) {
            return;
        }
        Origin origin = new Origin.InEnvironment(LOCATION_VARIABLE);
        Line line = new Line("persistence_location " + location, origin, reading.notices);
        try {
            Path path = ValueTypes.path(line, location);
            reading.global.put(
                    GlobalOptions.PERSISTENCE_LOCATION,
                    location.isEmpty() ? Optional.empty() : Optional.of(path),
                    origin);
        } catch (RefusedValueException e) {
            refuse(e.reason(), e.advice(), origin);
        }
    }

    /// `port` and `bind_address` say where the default listener is.
    private void placeDefaultListener() {
        OfListener listener = reading.defaultListener;
        if (listener == null) {
            return;
        }
        Settings settings = listener.settings();
        listener.address =
                Optional.of(
                        new ListenerAddress.Tcp(
                                settings.value(ListenerOptions.PORT)
                                        .orElse(Configuration.DEFAULT_PORT),
                                settings.value(ListenerOptions.BIND_ADDRESS)));
        if (reading.isLocalOnly) {
            warn(
                    "Options of a listener have no effect here, because no listener is defined:"
                            + " the broker listens on loopback addresses with the defaults, as"
                            + " Mosquitto does. Write 'listener "
                            + Configuration.DEFAULT_PORT
                            + "' above them.",
                    listener.origin);
        }
    }

    private List<ListenerConfiguration> local(
            Settings global, Map<OfPlugin, PluginConfiguration> plugins) {
        Settings settings = inherited(Settings.NONE, global);
        Origin origin = new Origin.Default("no listener is defined");
        if (!settings.isSet(AccessOptions.ALLOW_ANONYMOUS)) {
            settings = settings.with(AccessOptions.ALLOW_ANONYMOUS, true, origin);
        }
        return Configuration.loopback(
                Configuration.DEFAULT_PORT,
                origin,
                settings,
                reading.globalPlugins.stream().map(p -> checkedBefore(plugins, p)).toList());
    }

    private List<ListenerConfiguration> listeners(
            Settings global, Map<OfPlugin, PluginConfiguration> plugins) {
        List<ListenerConfiguration> listeners = new ArrayList<>();
        Map<ListenerAddress, Origin> taken = new HashMap<>();
        for (OfListener section : reading.listeners) {
            if (section.address.isEmpty()) {
                continue; // its line was refused
            }
            List<PluginConfiguration> own = new ArrayList<>();
            reading.globalPlugins.forEach(p -> own.add(checkedBefore(plugins, p)));
            section.plugins.forEach(p -> own.add(checkedBefore(plugins, p)));
            ListenerConfiguration listener =
                    new ListenerConfiguration(
                            section.address.get(),
                            section.origin,
                            inherited(section.settings(), global),
                            own);
            Origin other = taken.putIfAbsent(listener.address(), listener.origin());
            if (other != null) {
                warn(
                        "The "
                                + listener.name()
                                + " is defined at "
                                + other
                                + " already; one of both will not open.",
                        listener.origin());
            }
            checkTls(listener);
            checkProxy(listener);
            checkAccess(listener);
            listeners.add(listener);
        }
        return listeners;
    }

    private static Settings inherited(Settings own, Settings global) {
        Settings settings = own;
        for (Option<?> option : AccessOptions.ROWS) {
            settings = inherited(settings, global, option);
        }
        return settings;
    }

    private static <T> Settings inherited(Settings own, Settings global, Option<T> option) {
        return own.isSet(option) || !global.isSet(option)
                ? own
                : own.with(option, global.value(option), global.origin(option));
    }

    private void checkTls(ListenerConfiguration listener) {
        Settings s = listener.settings();
        boolean hasCertificate = s.isSet(ListenerOptions.CERTFILE);
        if (hasCertificate != s.isSet(ListenerOptions.KEYFILE)) {
            refuse(
                    "TLS needs both 'certfile' and 'keyfile'.",
                    "The "
                            + listener.name()
                            + " has no "
                            + (hasCertificate ? "keyfile" : "certfile")
                            + ".",
                    s.origin(hasCertificate ? ListenerOptions.CERTFILE : ListenerOptions.KEYFILE));
            return;
        }
        for (Option<?> option : List.of(ListenerOptions.CAFILE, ListenerOptions.CAPATH)) {
            if (s.isSet(option) && !hasCertificate) {
                refuse(
                        "'" + option + "' needs 'certfile' and 'keyfile'.",
                        "Without them the listener does not speak TLS.",
                        s.origin(option));
            }
        }
        boolean hasAuthorities = s.isSet(ListenerOptions.CAFILE) || s.isSet(ListenerOptions.CAPATH);
        if (s.isSet(ListenerOptions.PSK_HINT) && (hasCertificate || hasAuthorities)) {
            refuse(
                    "A listener has either a certificate or a 'psk_hint'.",
                    "",
                    s.origin(ListenerOptions.PSK_HINT));
        }
        if (s.value(ListenerOptions.REQUIRE_CERTIFICATE) && hasCertificate && !hasAuthorities) {
            warn(
                    "The "
                            + listener.name()
                            + " demands certificates and trusts no authority: nobody can connect."
                            + " Set 'cafile'.",
                    s.origin(ListenerOptions.REQUIRE_CERTIFICATE));
        }
        if (s.value(ListenerOptions.REQUIRE_CERTIFICATE) && !hasCertificate) {
            warn(
                    "'require_certificate' has no effect without certfile and keyfile.",
                    s.origin(ListenerOptions.REQUIRE_CERTIFICATE));
        }
    }

    private void checkProxy(ListenerConfiguration listener) {
        Settings s = listener.settings();
        if (!s.value(ListenerOptions.ENABLE_PROXY_PROTOCOL).equals(Optional.of(2))) {
            return;
        }
        if (s.value(ListenerOptions.USE_SUBJECT_AS_USERNAME)) {
            refuse(
                    "use_subject_as_username cannot be used with `enable_proxy_protocol 2`.",
                    "The proxy tells the Common Name only.",
                    s.origin(ListenerOptions.USE_SUBJECT_AS_USERNAME));
        }
        if (s.isSet(ListenerOptions.CERTFILE) || s.isSet(ListenerOptions.KEYFILE)) {
            refuse(
                    "certfile and keyfile cannot be used with `enable_proxy_protocol 2`.",
                    "The proxy ends TLS.",
                    s.origin(ListenerOptions.ENABLE_PROXY_PROTOCOL));
        }
    }

    /// The question that users of Mosquitto ask most: why may nobody connect?
    private void checkAccess(ListenerConfiguration listener) {
        Settings s = listener.settings();
        boolean knowsUsers =
                s.value(AccessOptions.ALLOW_ANONYMOUS)
                        || s.isSet(AccessOptions.PASSWORD_FILE)
                        || s.isSet(ListenerOptions.PSK_HINT)
                        || s.value(ListenerOptions.USE_IDENTITY_AS_USERNAME)
                        || s.value(ListenerOptions.USE_SUBJECT_AS_USERNAME)
                        || !listener.plugins().isEmpty();
        if (!knowsUsers && s.value(ListenerOptions.PROTOCOL) != ListenerProtocol.HTTP_API) {
            warn(
                    "The "
                            + listener.name()
                            + " admits nobody: set 'password_file', or 'allow_anonymous true'.",
                    listener.origin());
        }
    }

    private PluginConfiguration checked(PluginConfiguration plugin) {
        PluginConfiguration.BuiltIn builtIn = plugin.builtIn();
        if (builtIn == PluginConfiguration.BuiltIn.NONE) {
            warn(
                    "The plugin '"
                            + plugin.path()
                            + "' is machine code for Mosquitto and cannot be loaded. Built in are"
                            + " dynamic-security, password-file, acl-file, persist-sqlite,"
                            + " sparkplug-aware and go-auth, chosen by their file names.",
                    plugin.origin());
        }
        List<String> known = builtIn.knownOptions();
        plugin.options()
                .forEach((name, setting) -> {
                    if (!known.isEmpty() && !known.contains(name)) {
                        warn(
                                "The plugin does not know the option '"
                                        + name
                                        + "'. "
                                        + NearMiss.question(name, known),
                                setting.origin());
                    }
                });
        return plugin;
    }

    private BridgeConfiguration bridge(OfBridge section, Settings global) {
        Settings s = section.settings();
        String remote =
                s.value(BridgeOptions.REMOTE_CLIENTID)
                        .orElseGet(() -> hostName.get() + "." + section.name);
        s = derived(s, BridgeOptions.REMOTE_CLIENTID, remote, "of the host name");
        s = derived(s, BridgeOptions.LOCAL_CLIENTID, "local." + remote, "of remote_clientid");
        s =
                derived(
                        s,
                        BridgeOptions.NOTIFICATION_TOPIC,
                        "$SYS/broker/connection/" + remote + "/state",
                        "of remote_clientid");
        s =
                derived(
                        s,
                        BridgeOptions.BRIDGE_RECEIVE_MAXIMUM,
                        receiveMaximum(global),
                        "as max_inflight_messages");
        if (!s.isSet(BridgeOptions.LOCAL_CLEANSESSION)) {
            s =
                    s.with(
                            BridgeOptions.LOCAL_CLEANSESSION,
                            s.value(BridgeOptions.CLEANSESSION),
                            new Origin.Default("as cleansession"));
        }
        BridgeConfiguration bridge = new BridgeConfiguration(section.name, section.origin, s);
        checkBridge(bridge);
        return bridge;
    }

    private static int receiveMaximum(Settings global) {
        int inFlight = global.value(GlobalOptions.MAX_INFLIGHT_MESSAGES);
        return inFlight == 0 ? 65_535 : inFlight;
    }

    private static <T> Settings derived(
            Settings settings, Option<Optional<T>> option, T value, String why) {
        return settings.isSet(option)
                ? settings
                : settings.with(option, Optional.of(value), new Origin.Default(why));
    }

    private void checkBridge(BridgeConfiguration bridge) {
        Settings s = bridge.settings();
        if (bridge.addresses().isEmpty() && !wasRefused(BridgeOptions.ADDRESS)) {
            refuse(
                    "Invalid bridge configuration: no remote addresses defined.",
                    "Write 'address HOST' below 'connection " + bridge.name() + "'.",
                    bridge.origin());
        }
        if (bridge.topics().isEmpty() && !wasRefused(BridgeOptions.TOPIC)) {
            refuse(
                    "Invalid bridge configuration: no topics defined.",
                    "Write 'topic PATTERN' below 'connection " + bridge.name() + "'.",
                    bridge.origin());
        }
        if (bridge.isPsk() && !s.isSet(BridgeOptions.BRIDGE_IDENTITY)) {
            refuse(
                    "Invalid bridge configuration: missing bridge_identity.",
                    "",
                    s.origin(BridgeOptions.BRIDGE_PSK));
        }
        if (!bridge.isPsk() && s.isSet(BridgeOptions.BRIDGE_IDENTITY)) {
            refuse(
                    "Invalid bridge configuration: missing bridge_psk.",
                    "",
                    s.origin(BridgeOptions.BRIDGE_IDENTITY));
        }
        boolean hasCertificates =
                bridge.isTls()
                        || s.isSet(BridgeOptions.BRIDGE_CERTFILE)
                        || s.isSet(BridgeOptions.BRIDGE_KEYFILE);
        if (bridge.isPsk() && hasCertificates) {
            refuse(
                    "A bridge has either certificates or a 'bridge_psk'.",
                    "",
                    s.origin(BridgeOptions.BRIDGE_PSK));
        }
        if (s.value(BridgeOptions.BRIDGE_INSECURE)) {
            warn(
                    "Bridge '"
                            + bridge.name()
                            + "' does not check the name in the other certificate.",
                    s.origin(BridgeOptions.BRIDGE_INSECURE));
        }
        warn(
                "Bridge '" + bridge.name() + "' was read and checked; bridges are not active yet.",
                bridge.origin());
    }

    /// True if a line of this option was an error, which would otherwise be told twice.
    private boolean wasRefused(Option<?> option) {
        return reading.lines.stream()
                .filter(l -> l.option() == option)
                .anyMatch(
                        l -> reading.errors.stream().anyMatch(e -> e.origin().equals(l.origin())));
    }

    private void checkLocalClientIds(List<BridgeConfiguration> bridges) {
        Map<String, String> taken = new HashMap<>();
        for (BridgeConfiguration bridge : bridges) {
            String id = bridge.value(BridgeOptions.LOCAL_CLIENTID).orElse("");
            String other = taken.putIfAbsent(id, bridge.name());
            if (other != null) {
                refuse(
                        "Two bridges have the local_clientid '" + id + "'.",
                        "Set it for bridge '" + bridge.name() + "' or '" + other + "'.",
                        bridge.origin());
            }
        }
    }

    private void refuse(String message, String advice, Origin origin) {
        reading.refuse(message, advice, origin);
    }

    private void warn(String message, Origin origin) {
        reading.notices.add(new Notice(Notice.Level.WARNING, message, origin));
    }
}
