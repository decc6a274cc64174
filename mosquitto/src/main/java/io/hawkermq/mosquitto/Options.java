package io.hawkermq.mosquitto;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The table of all options, which drives the parser, the checks, the documentation and the
/// messages. Its rows stand in [GlobalOptions], [AccessOptions], [ListenerOptions],
/// [BridgeOptions], [PluginOptions] and [HawkerOptions].
public final class Options {
    private static final List<Option<?>> ALL =
            Stream.of(
                            GlobalOptions.ROWS,
                            AccessOptions.ROWS,
                            ListenerOptions.ROWS,
                            BridgeOptions.ROWS,
                            PluginOptions.ROWS,
                            HawkerOptions.ROWS)
                    .flatMap(List::stream)
                    .toList();

    private static final Map<String, Option<?>> BY_NAME = new LinkedHashMap<>();

    static {
        for (Option<?> o : ALL) {
            BY_NAME.put(o.name(), o);
            o.aliases().forEach(a -> BY_NAME.put(a, o));
        }
    }

    private Options() {}

    /// All rows, in the order of the documentation.
    public static List<Option<?>> all() {
        return ALL;
    }

    /// The option with this name or alias; `plugin_opt_` and `auth_opt_` with any ending are
    /// options of a plugin.
    public static Optional<Option<?>> named(String name) {
        if (PluginOptions.nameOfOption(name).isPresent()) {
            return Optional.of(PluginOptions.PLUGIN_OPTION);
        }
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /// All names and aliases.
    public static Collection<String> names() {
        return java.util.Collections.unmodifiableSet(BY_NAME.keySet());
    }
}
