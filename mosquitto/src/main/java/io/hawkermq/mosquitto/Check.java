package io.hawkermq.mosquitto;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/// What `hawker check` prints: each setting in force with the place that set it, what is worth
/// knowing, and what other versions of Mosquitto do with the same files.
public final class Check {
    private static final String ROW = "  %-32s %-24s %s";

    private final Configuration configuration;
    private final List<String> lines = new ArrayList<>();

    private Check(Configuration configuration) {
        this.configuration = configuration;
    }

    /// The report, without line ends.
    public static List<String> lines(Configuration configuration) {
        Check check = new Check(configuration);
        check.settings();
        check.files();
        check.notices();
        check.versions();
        return List.copyOf(check.lines);
    }

    /// The report for files that cannot be used.
    public static List<String> lines(ConfigurationException refused) {
        List<String> lines = new ArrayList<>();
        refused.errors().forEach(e -> lines.add(e.text()));
        refused.notices().stream()
                .filter(n -> n.level() == Notice.Level.WARNING)
                .forEach(n -> lines.add("Warning: " + n.text()));
        return List.copyOf(lines);
    }

    private void settings() {
        lines.add(
                "Files: "
                        + (configuration.files().isEmpty()
                                ? "none"
                                : String.join(", ", configuration.files())));
        title("Broker");
        for (Option<?> option : Options.all()) {
            boolean isStructure =
                    option == GlobalOptions.INCLUDE_DIR
                            || option == ListenerOptions.LISTENER
                            || option == BridgeOptions.CONNECTION
                            || option == PluginOptions.GLOBAL_PLUGIN
                            || option == PluginOptions.PLUGIN_LOAD;
            if (option.scope() == Scope.GLOBAL && !isStructure) {
                row(option, configuration.global());
            }
        }
        for (ListenerConfiguration listener : configuration.listeners()) {
            title(capital(listener.name()) + " [" + listener.origin() + "]");
            AccessOptions.ROWS.forEach(o -> row(o, listener.settings()));
            ListenerOptions.ROWS.stream()
                    .filter(Check::isOfListener)
                    .forEach(o -> row(o, listener.settings()));
            listener.plugins().forEach(this::plugin);
        }
        for (BridgeConfiguration bridge : configuration.bridges()) {
            title("Bridge " + bridge.name() + " [" + bridge.origin() + "]");
            BridgeOptions.ROWS.stream()
                    .filter(o -> o.scope() == Scope.BRIDGE)
                    .forEach(o -> row(o, bridge.settings()));
        }
    }

    /// The address is in the title, and two options have their values under other names.
    private static boolean isOfListener(Option<?> option) {
        return option.scope().isOfListener()
                && option.scope() != Scope.DEFAULT_LISTENER
                && option.key() == option;
    }

    private void row(Option<?> option, Settings settings) {
        Origin origin = settings.origin(option);
        boolean isPlainDefault = origin.equals(Origin.DEFAULT);
        if (option.priority() == Priority.X && isPlainDefault) {
            return;
        }
        String shown = settings.shown(option);
        String value = shown.equals(ValueType.UNSET) ? option.defaultText() : shown;
        lines.add(ROW.formatted(option.name(), value, origin).stripTrailing());
    }

    private void plugin(PluginConfiguration plugin) {
        lines.add(ROW.formatted("plugin", plugin.path(), plugin.origin()));
        // Values may be passwords of data bases.
        plugin.options()
                .forEach((name, setting) ->
                        lines.add(ROW.formatted("plugin_opt_" + name, "***", setting.origin())));
    }

    private void files() {
        title("Files that cannot be read by this user");
        configuration.securityFiles().stream()
                .filter(f -> !Files.isReadable(f))
                .forEach(f ->
                        lines.add("  " + f + (Files.exists(f) ? "" : ", which does not exist")));
        none();
    }

    private void notices() {
        title("Notices");
        configuration.notices().stream()
                .filter(n -> n.level() != Notice.Level.INFORMATION)
                .forEach(n -> lines.add("  " + n.text()));
        configuration.lines().stream()
                .filter(l -> !l.option().here().isEmpty() && l.option().priority() != Priority.X)
                .forEach(l ->
                        lines.add(
                                "  '"
                                        + l.name()
                                        + "': "
                                        + l.option().here()
                                        + " ["
                                        + l.origin()
                                        + "]"));
        none();
    }

    private void versions() {
        for (MosquittoVersion version : MosquittoVersion.values()) {
            title("Mosquitto " + version + " would");
            VersionDifferences.of(configuration, version).forEach(d -> lines.add("  " + d));
            none();
        }
    }

    private void none() {
        if (!lines.getLast().startsWith("  ")) {
            lines.add("  nothing");
        }
    }

    private void title(String text) {
        lines.add("");
        lines.add(text);
    }

    private static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
