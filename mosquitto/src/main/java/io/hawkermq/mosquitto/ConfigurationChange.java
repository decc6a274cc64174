package io.hawkermq.mosquitto;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What is different in a configuration that was read again. Listeners are the same if their
/// addresses are, bridges if their names are, whatever their place in the file. Files that the
/// configuration names are not looked into: whoever reads them finds out whether they changed.
public record ConfigurationChange(List<Change> changes) {
    /// One difference.
    public sealed interface Change {
        /// What it needs to take effect.
        Reload reload();

        /// One line for people.
        String text();
    }

    /// Another value.
    ///
    /// @param section `broker`, `listener 1883`, `bridge NAME`
    /// @param before as it stands in a file, `***` for a secret
    /// @param after likewise
    public record Changed(
            String section, Option<?> option, String before, String after, Origin origin)
            implements Change {
        @Override
        public Reload reload() {
            return option.reload();
        }

        @Override
        public String text() {
            return section
                    + ": "
                    + option
                    + " "
                    + before
                    + " -> "
                    + after
                    + ", "
                    + reload().description()
                    + " ["
                    + origin
                    + "]";
        }
    }

    /// A listener or bridge that was not there.
    public record Added(String section, Origin origin, Reload reload) implements Change {
        @Override
        public String text() {
            return section + ": added, " + reload.description() + " [" + origin + "]";
        }
    }

    /// A listener or bridge that is not there any more.
    public record Removed(String section, Origin origin, Reload reload) implements Change {
        @Override
        public String text() {
            return section + ": removed, " + reload.description() + " [was " + origin + "]";
        }
    }

    public ConfigurationChange {
        changes = List.copyOf(changes);
    }

    /// Compares what is in force with what was read again.
    public static ConfigurationChange between(Configuration before, Configuration after) {
        List<Change> changes = new ArrayList<>();
        compare("broker", before.global(), after.global(), changes);
        Map<ListenerAddress, ListenerConfiguration> oldListeners =
                by(before.listeners(), ListenerConfiguration::address);
        Map<ListenerAddress, ListenerConfiguration> newListeners =
                by(after.listeners(), ListenerConfiguration::address);
        newListeners.forEach((address, listener) -> {
            String section = "listener " + address;
            ListenerConfiguration old = oldListeners.get(address);
            if (old == null) {
                changes.add(new Added(section, listener.origin(), Reload.AT_ONCE));
            } else {
                compareListener(section, before, old, after, listener, changes);
            }
        });
        oldListeners.forEach((address, listener) -> {
            if (!newListeners.containsKey(address)) {
                changes.add(new Removed("listener " + address, listener.origin(), Reload.AT_ONCE));
            }
        });
        compareBridges(before, after, changes);
        comparePlugins(before, after, changes);
        return new ConfigurationChange(changes);
    }

    private static void compareBridges(
            Configuration before, Configuration after, List<Change> changes) {
        Map<String, BridgeConfiguration> oldBridges =
                by(before.bridges(), BridgeConfiguration::name);
        Map<String, BridgeConfiguration> newBridges =
                by(after.bridges(), BridgeConfiguration::name);
        newBridges.forEach((name, bridge) -> {
            BridgeConfiguration old = oldBridges.get(name);
            if (old == null) {
                changes.add(new Added("bridge " + name, bridge.origin(), Reload.AT_ONCE));
            } else {
                compare("bridge " + name, old.settings(), bridge.settings(), changes);
            }
        });
        oldBridges.forEach((name, bridge) -> {
            if (!newBridges.containsKey(name)) {
                changes.add(new Removed("bridge " + name, bridge.origin(), Reload.AT_ONCE));
            }
        });
    }

    /// Plugins have no names, so that a changed one counts as removed and added.
    private static void comparePlugins(
            Configuration before, Configuration after, List<Change> changes) {
        for (PluginConfiguration p : after.plugins()) {
            if (before.plugins().stream().noneMatch(o -> isSame(o, p))) {
                changes.add(new Added("plugin " + p.path(), p.origin(), Reload.RESTART));
            }
        }
        for (PluginConfiguration p : before.plugins()) {
            if (after.plugins().stream().noneMatch(o -> isSame(o, p))) {
                changes.add(new Removed("plugin " + p.path(), p.origin(), Reload.RESTART));
            }
        }
    }

    private static boolean isSame(PluginConfiguration a, PluginConfiguration b) {
        return a.path().equals(b.path())
                && a.name().equals(b.name())
                && a.deniesSpecialCharacters() == b.deniesSpecialCharacters()
                && optionValues(a).equals(optionValues(b));
    }

    private static Map<String, String> optionValues(PluginConfiguration plugin) {
        return plugin.options().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().value()));
    }

    private static void compareListener(
            String section,
            Configuration before,
            ListenerConfiguration old,
            Configuration after,
            ListenerConfiguration now,
            List<Change> changes) {
        List<Change> all = new ArrayList<>();
        compare(section, old.settings(), now.settings(), all);
        // What it only inherits was told for the broker.
        all.removeIf(c ->
                c instanceof Changed changed
                        && isInherited(changed.option(), old, before)
                        && isInherited(changed.option(), now, after));
        changes.addAll(all);
        String used = plugins(old, after);
        String uses = plugins(now, before);
        if (!used.equals(uses)) {
            changes.add(new Changed(section, PluginOptions.PLUGIN_USE, used, uses, now.origin()));
        }
    }

    /// Those of a listener that the other configuration has as well: the rest is told of as added
    /// or removed.
    private static String plugins(ListenerConfiguration listener, Configuration other) {
        String names =
                listener.plugins().stream()
                        .filter(p -> other.plugins().stream().anyMatch(o -> isSame(o, p)))
                        .map(p -> p.name().orElse(p.path()))
                        .collect(Collectors.joining(" "));
        return names.isEmpty() ? "unset" : names;
    }

    private static boolean isInherited(
            Option<?> option, ListenerConfiguration listener, Configuration configuration) {
        return option.scope() == Scope.ACCESS
                && listener.settings()
                        .setting(option)
                        .equals(configuration.global().setting(option));
    }

    private static void compare(
            String section, Settings before, Settings after, List<Change> changes) {
        Set<Option<?>> options = new LinkedHashSet<>(Options.all());
        options.removeIf(o -> !before.options().contains(o) && !after.options().contains(o));
        for (Option<?> option : options) {
            if (!before.value(option).equals(after.value(option))) {
                changes.add(
                        new Changed(
                                section,
                                option,
                                before.shown(option),
                                after.shown(option),
                                after.origin(option)));
            }
        }
    }

    private static <K, V> Map<K, V> by(List<V> values, Function<V, K> key) {
        Map<K, V> map = new LinkedHashMap<>();
        values.forEach(v -> map.putIfAbsent(key.apply(v), v));
        return map;
    }
}
