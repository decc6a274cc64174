package io.hawkermq.mosquitto;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a broker is to be, read from mosquitto.conf and checked. Immutable.
///
/// @param global settings of the whole broker: [GlobalOptions] and [HawkerOptions]
/// @param listeners at least one
/// @param isLocalOnly true if no listener was defined: `listeners` are then loopback addresses, of
///     which each may fail as long as one works
/// @param plugins all, in the order of the files
/// @param lines all lines that set something, in the order in which they were read
/// @param notices what a person should know
/// @param files that were read, the main file first
public record Configuration(
        Settings global,
        List<ListenerConfiguration> listeners,
        boolean isLocalOnly,
        List<BridgeConfiguration> bridges,
        List<PluginConfiguration> plugins,
        List<SettingLine> lines,
        List<Notice> notices,
        List<String> files) {
    static final int DEFAULT_PORT = 1883;

    private static final List<String> LOOPBACK = List.of("127.0.0.1", "::1");

    private static final List<Option<Optional<Path>>> LISTENER_FILES =
            List.of(
                    AccessOptions.PASSWORD_FILE,
                    AccessOptions.ACL_FILE,
                    AccessOptions.PSK_FILE,
                    ListenerOptions.CERTFILE,
                    ListenerOptions.KEYFILE,
                    ListenerOptions.CAFILE,
                    ListenerOptions.CAPATH,
                    ListenerOptions.CRLFILE);

    private static final List<Option<Optional<Path>>> BRIDGE_FILES =
            List.of(
                    BridgeOptions.BRIDGE_CAFILE,
                    BridgeOptions.BRIDGE_CAPATH,
                    BridgeOptions.BRIDGE_CERTFILE,
                    BridgeOptions.BRIDGE_KEYFILE);

    public Configuration {
        listeners = List.copyOf(listeners);
        bridges = List.copyOf(bridges);
        plugins = List.copyOf(plugins);
        lines = List.copyOf(lines);
        notices = List.copyOf(notices);
        files = List.copyOf(files);
    }

    /// The value of a setting of the whole broker.
    public <T> T value(Option<T> option) {
        return global.value(option);
    }

    /// The files that certificates, keys, passwords and rules are read from, which a broker watches.
    public Set<Path> securityFiles() {
        Set<Path> paths = new LinkedHashSet<>();
        listeners.forEach(l -> LISTENER_FILES.forEach(o -> l.value(o).ifPresent(paths::add)));
        bridges.forEach(b -> BRIDGE_FILES.forEach(o -> b.value(o).ifPresent(paths::add)));
        return Collections.unmodifiableSet(paths);
    }

    /// The same with other ports for the loopback addresses. Without effect if the file defines a
    /// listener, as in Mosquitto.
    ///
    /// @param ports each from 0 to 65535; if there are none, nothing changes
    public Configuration withPorts(List<Integer> ports) {
        if (!isLocalOnly || ports.isEmpty()) {
            return this;
        }
        ListenerConfiguration like = listeners.getFirst();
        List<ListenerConfiguration> local = new ArrayList<>();
        for (int port : ports) {
            local.addAll(
                    loopback(
                            port,
                            new Origin.OnCommandLine("-p " + port),
                            like.settings(),
                            like.plugins()));
        }
        return new Configuration(global, local, true, bridges, plugins, lines, notices, files);
    }

    /// The same with another value for a setting of the whole broker, as `-v` sets `log_type`.
    public <T> Configuration with(Option<T> option, T value, Origin origin) {
        return new Configuration(
                global.with(option, value, origin),
                listeners,
                isLocalOnly,
                bridges,
                plugins,
                lines,
                notices,
                files);
    }

    static List<ListenerConfiguration> loopback(
            int port, Origin origin, Settings settings, List<PluginConfiguration> plugins) {
        return LOOPBACK.stream()
                .map(host ->
                        new ListenerConfiguration(
                                new ListenerAddress.Tcp(port, Optional.of(host)),
                                origin,
                                settings,
                                plugins))
                .toList();
    }
}
