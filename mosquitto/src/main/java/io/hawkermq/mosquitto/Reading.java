package io.hawkermq.mosquitto;

import io.hawkermq.mosquitto.Section.OfBridge;
import io.hawkermq.mosquitto.Section.OfListener;
import io.hawkermq.mosquitto.Section.OfPlugin;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One pass over the files of a configuration, line after line. What depends on several lines is
/// left to [Assembly].
final class Reading {
    /// Bytes of one file.
    private static final int LARGEST_FILE = 4 << 20;

    /// Files of an include_dir.
    private static final int MOST_FILES = 1000;

    /// Listeners, bridges or plugins.
    private static final int MOST_SECTIONS = 1000;

    /// After so many errors the rest of a file tells nothing new.
    private static final int MOST_ERRORS = 100;

    private static final int MOST_NOTICES = 1000;

    final List<ConfigurationError> errors = new ArrayList<>();
    final List<Notice> notices = new ArrayList<>();
    final List<SettingLine> lines = new ArrayList<>();
    final List<String> files = new ArrayList<>();
    final Section global = new Section();
    final List<OfListener> listeners = new ArrayList<>();
    final List<OfBridge> bridges = new ArrayList<>();
    final List<OfPlugin> plugins = new ArrayList<>();

    /// Plugins that judge the clients of all listeners.
    final List<OfPlugin> globalPlugins = new ArrayList<>();

    /// The listener that `port` and options without a listener make.
    @Nullable OfListener defaultListener;

    /// Until a line says where to listen.
    boolean isLocalOnly = true;

    boolean isPerListener;

    private final Map<String, OfPlugin> namedPlugins = new LinkedHashMap<>();
    private boolean hasAccessSettings;

    /// What a line of a file belongs to. Each file starts anew.
    private static final class Place {
        final boolean isMainFile;
        @Nullable OfListener listener;
        @Nullable OfBridge bridge;
        @Nullable OfPlugin plugin;

        Place(boolean isMainFile) {
            this.isMainFile = isMainFile;
        }
    }

    /// Reads one file.
    void file(String name, boolean isMainFile) {
        try {
            Path path = Path.of(name);
            if (Files.isDirectory(path)) {
                refuse("The config file '" + name + "' is a directory.", "", Origin.DEFAULT);
                return;
            }
            byte[] bytes;
            try (InputStream in = Files.newInputStream(path)) {
                bytes = in.readNBytes(LARGEST_FILE + 1);
            }
            if (bytes.length > LARGEST_FILE) {
                refuse(
                        "Config file '" + name + "' is too large.",
                        "Allowed are " + LARGEST_FILE + " bytes.",
                        Origin.DEFAULT);
                return;
            }
            // Bytes that are no UTF-8 become U+FFFD, which values must not have and comments may.
            text(name, new String(bytes, StandardCharsets.UTF_8), isMainFile);
        } catch (IOException | InvalidPathException e) {
            refuse(
                    "Unable to open config file '" + name + "'.",
                    // Nothing more for a file that is not there: scripts know the whole line.
                    e instanceof NoSuchFileException ? "" : "The reason: " + FileReason.of(e) + ".",
                    Origin.DEFAULT);
        }
    }

    /// Reads the text of one file.
    void text(String name, String text, boolean isMainFile) {
        files.add(name);
        Place place = new Place(isMainFile);
        int number = 0;
        int start = 0;
        if (text.startsWith("\uFEFF")) {
            start = 1;
            notices.add(
                    new Notice(
                            Notice.Level.NOTICE,
                            "The file begins with a byte order mark, which Mosquitto refuses.",
                            new Origin.InFile(name, 1)));
        }
        while (start < text.length() && errors.size() < MOST_ERRORS) {
            int end = text.indexOf('\n', start);
            int after = end < 0 ? text.length() : end + 1;
            int stop = end < 0 ? text.length() : end;
            while (stop > start && text.charAt(stop - 1) == '\r') {
                stop--;
            }
            number++;
            line(text.substring(start, stop), new Origin.InFile(name, number), place);
            start = after;
        }
    }

    /// Reads `NAME=VALUE` of the command line.
    void assignment(String words) {
        int equals = words.indexOf('=');
        String line =
                equals < 0 ? words : words.substring(0, equals) + " " + words.substring(equals + 1);
        line(line, new Origin.OnCommandLine("-o " + words), new Place(false));
    }

    private void line(String text, Origin origin, Place place) {
        if (text.startsWith("#")) {
            return;
        }
        Line line = new Line(text, origin, notices);
        if (line.name().isEmpty()) {
            return;
        }
        Optional<Option<?>> option = Options.named(line.name());
        if (option.isEmpty()) {
            refuse(
                    "Unknown configuration variable '" + line.name() + "'.",
                    UnknownNames.advice(line.name()),
                    origin);
            return;
        }
        lines.add(new SettingLine(line.name(), option.get(), origin));
        try {
            apply(option.get(), line, place);
        } catch (RefusedValueException e) {
            errors.add(
                    new ConfigurationError(e.reason(), e.advice().strip(), origin, e.exitStatus()));
        }
        while (notices.size() > MOST_NOTICES) {
            notices.removeLast();
        }
    }

    private void apply(Option<?> option, Line line, Place place) throws RefusedValueException {
        switch (option.scope()) {
            case GLOBAL -> applyGlobal(option, line, place);
            case ACCESS -> applyAccess(option, line, place);
            case LISTENER -> requiredListener(line, place, false).read(option, line);
            case LISTENER_OR_DEFAULT -> listenerOrDefault(line, place).read(option, line);
            case NAMED_LISTENER -> {
                OfListener listener = requiredListener(line, place, true);
                if (option == PluginOptions.PLUGIN_USE) {
                    usePlugin(listener, line, place);
                } else {
                    listener.read(option, line);
                }
            }
            case DEFAULT_LISTENER -> {
                isLocalOnly = false;
                OfListener listener = createdDefaultListener(line);
                place.listener = listener;
                listener.read(option, line);
            }
            case BRIDGE -> requiredBridge(line, place).read(option, line);
            case PLUGIN -> applyPlugin(option, line, place);
        }
        if (!option.deprecated().isEmpty()) {
            line.note("'" + line.name() + "' is deprecated. " + option.deprecated());
        }
        if (option.priority() == Priority.X) {
            line.note("'" + line.name() + "' has no effect here. " + option.here());
        }
    }

    private void applyGlobal(Option<?> option, Line line, Place place)
            throws RefusedValueException {
        if (option == ListenerOptions.LISTENER) {
            openListener(line, place);
        } else if (option == BridgeOptions.CONNECTION) {
            openBridge(line, place);
        } else if (option == GlobalOptions.INCLUDE_DIR) {
            include(line, place);
        } else if (option == GlobalOptions.PER_LISTENER_SETTINGS) {
            perListener(line);
        } else if (option == PluginOptions.GLOBAL_PLUGIN) {
            hasAccessSettings = true;
            globalPlugins.add(loadPlugin(Optional.empty(), line, place));
        } else if (option == PluginOptions.PLUGIN_LOAD) {
            String name = line.next();
            if (name == null) {
                throw ValueType.empty(line.name(), option.type().allowed());
            }
            namedPlugins.put(name, loadPlugin(Optional.of(name), line, place));
        } else {
            global.read(option, line);
        }
    }

    private void openListener(Line line, Place place) throws RefusedValueException {
        isLocalOnly = false;
        limit(listeners, "listeners");
        // Even a wrong listener is one: what follows belongs to it.
        OfListener listener = new OfListener(Optional.empty(), line.origin());
        listeners.add(listener);
        place.listener = listener;
        listener.address = Optional.of(new CompoundTypes.Address().read(line));
    }

    private void openBridge(Line line, Place place) throws RefusedValueException {
        limit(bridges, "bridges");
        String name = line.next();
        if (name == null) {
            throw ValueType.empty(line.name(), BridgeOptions.CONNECTION.type().allowed());
        }
        line.warnOfWordsLeft();
        boolean isTaken = bridges.stream().anyMatch(b -> b.name.equals(name));
        OfBridge bridge = new OfBridge(name, line.origin());
        place.bridge = bridge;
        if (isTaken) {
            throw new RefusedValueException(
                    "Two bridges have the name '" + name + "'.", "Each bridge needs its own name.");
        }
        bridges.add(bridge);
    }

    private void include(Line line, Place place) throws RefusedValueException {
        if (!place.isMainFile) {
            throw new RefusedValueException("'include_dir' stands in an included file.", "");
        }
        String directory = line.rest();
        if (directory.isEmpty()) {
            throw ValueType.empty(line.name(), GlobalOptions.INCLUDE_DIR.type().allowed());
        }
        for (String name : filesOf(directory, line)) {
            String file = directory + "/" + name;
            line.inform("Loading config file '" + file + "'");
            file(file, false);
        }
    }

    private static List<String> filesOf(String directory, Line line) throws RefusedValueException {
        try (Stream<Path> entries = Files.list(ValueTypes.path(line, directory))) {
            List<String> names =
                    entries.map(p -> String.valueOf(p.getFileName()))
                            .filter(n -> n.endsWith(".conf") && n.length() > ".conf".length())
                            .limit(MOST_FILES + 1L)
                            .sorted(Reading.FILE_ORDER)
                            .toList();
            if (names.size() > MOST_FILES) {
                throw new RefusedValueException(
                        "Too many files in include_dir '" + directory + "'.",
                        "Allowed are " + MOST_FILES + ".");
            }
            return names;
        } catch (IOException | java.io.UncheckedIOException e) {
            throw new RefusedValueException(
                    "Unable to open the include_dir '" + directory + "'.",
                    e instanceof java.nio.file.NotDirectoryException
                            ? "It is no directory."
                            : "The directory must exist and be readable.");
        }
    }

    /// Mosquitto's order: letter by letter, `A` before `a` and both before `b`.
    static final Comparator<String> FILE_ORDER =
            (a, b) -> {
                for (int i = 0; i < Math.min(a.length(), b.length()); i++) {
                    char x = a.charAt(i);
                    char y = b.charAt(i);
                    if (x != y) {
                        int order = Character.compare(upper(x), upper(y));
                        return order == 0 ? Character.compare(x, y) : order;
                    }
                }
                return Integer.compare(a.length(), b.length());
            };

    private static char upper(char c) {
        return c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c;
    }

    private void perListener(Line line) throws RefusedValueException {
        if (isPerListener) {
            line.note("'per_listener_settings' is true already and stays so.");
            return;
        }
        global.read(GlobalOptions.PER_LISTENER_SETTINGS, line);
        isPerListener = global.settings().value(GlobalOptions.PER_LISTENER_SETTINGS);
        if (isPerListener && hasAccessSettings) {
            throw new RefusedValueException(
                    "'per_listener_settings true' stands below settings that it concerns.",
                    "Move it to the first line.");
        }
    }

    private void applyAccess(Option<?> option, Line line, Place place)
            throws RefusedValueException {
        hasAccessSettings = true;
        if (isPerListener && place.listener == null) {
            throw requires(line.name(), "listener");
        }
        OfListener listener = isPerListener ? place.listener : null;
        if (option == PluginOptions.PLUGIN || option == PluginOptions.AUTH_PLUGIN) {
            OfPlugin plugin = loadPlugin(Optional.empty(), line, place);
            (listener == null ? globalPlugins : listener.plugins).add(plugin);
        } else {
            (listener == null ? global : listener).read(option, line);
        }
    }

    private OfPlugin loadPlugin(Optional<String> name, Line line, Place place)
            throws RefusedValueException {
        limit(plugins, "plugins");
        String path = line.rest();
        // Even a wrong plugin is one: the options that follow belong to it.
        OfPlugin plugin = new OfPlugin(name, path, line.origin());
        place.plugin = plugin;
        if (name.isPresent() && namedPlugins.containsKey(name.get())) {
            throw new RefusedValueException("Two plugins have the name '" + name.get() + "'.", "");
        }
        if (path.isEmpty()) {
            throw new RefusedValueException(
                    "Empty '" + line.name() + "' value in configuration.",
                    "The path of the plugin is missing.");
        }
        plugins.add(plugin);
        return plugin;
    }

    private void usePlugin(OfListener listener, Line line, Place place)
            throws RefusedValueException {
        String name = line.rest();
        if (name.isEmpty()) {
            throw ValueType.empty(line.name(), PluginOptions.PLUGIN_USE.type().allowed());
        }
        OfPlugin plugin = namedPlugins.get(name);
        if (plugin == null) {
            throw new RefusedValueException(
                    "No plugin has the name '" + name + "' so far.",
                    "Write 'plugin_load "
                            + name
                            + " PATH' above. "
                            + NearMiss.question(name, namedPlugins.keySet()));
        }
        place.plugin = plugin;
        listener.plugins.add(plugin);
    }

    private void applyPlugin(Option<?> option, Line line, Place place)
            throws RefusedValueException {
        OfPlugin plugin = place.plugin;
        if (option == PluginOptions.AUTH_PLUGIN_DENY_SPECIAL_CHARS) {
            if (plugin == null) {
                throw new RefusedValueException(
                        "The 'auth_plugin_deny_special_chars' option requires a plugin to be"
                                + " defined first.",
                        "Write 'plugin PATH' above it.");
            }
            plugin.deniesSpecialCharacters =
                    PluginOptions.AUTH_PLUGIN_DENY_SPECIAL_CHARS.type().read(line);
            line.warnOfWordsLeft();
            return;
        }
        if (plugin == null) {
            throw new RefusedValueException(
                    "The '"
                            + line.name()
                            + "' option requires plugin/global_plugin/plugin_load to be defined"
                            + " first.",
                    "Write 'plugin PATH' above it.");
        }
        String name = PluginOptions.nameOfOption(line.name()).orElse("");
        if (name.isEmpty()) {
            throw new RefusedValueException(
                    "Invalid 'plugin_opt_' config option.", "The name of the option is missing.");
        }
        String value = line.rest();
        if (value.isEmpty()) {
            throw ValueType.empty(name, "a text");
        }
        plugin.options.put(name, new Setting<>(value, line.origin()));
    }

    private OfListener requiredListener(Line line, Place place, boolean isNamed)
            throws RefusedValueException {
        OfListener listener = place.listener;
        if (listener == null || (isNamed && listener == defaultListener)) {
            throw requires(line.name(), "listener");
        }
        return listener;
    }

    private OfListener listenerOrDefault(Line line, Place place) {
        OfListener listener = place.listener;
        if (listener == null) {
            listener = createdDefaultListener(line);
            place.listener = listener;
        }
        return listener;
    }

    private OfListener createdDefaultListener(Line line) {
        OfListener listener = defaultListener;
        if (listener == null) {
            line.inform(
                    "'"
                            + line.name()
                            + "' makes a default listener, as there is none yet. Better write 'listener "
                            + Configuration.DEFAULT_PORT
                            + "' above it.");
            listener =
                    new OfListener(
                            Optional.of(
                                    new ListenerAddress.Tcp(
                                            Configuration.DEFAULT_PORT, Optional.empty())),
                            line.origin());
            listeners.add(listener);
            defaultListener = listener;
        }
        return listener;
    }

    private static OfBridge requiredBridge(Line line, Place place) throws RefusedValueException {
        OfBridge bridge = place.bridge;
        if (bridge == null) {
            throw requires(line.name(), "bridge");
        }
        return bridge;
    }

    private static RefusedValueException requires(String name, String what) {
        String advice =
                what.equals("bridge")
                        ? "Write 'connection NAME' above it."
                        : "Write 'listener PORT' above it.";
        String instead = UnknownNames.instead(name);
        return new RefusedValueException(
                "The '" + name + "' option requires a " + what + " to be defined first.",
                advice + (instead.isEmpty() ? "" : " " + instead));
    }

    private static void limit(List<?> sections, String what) throws RefusedValueException {
        if (sections.size() >= MOST_SECTIONS) {
            throw new RefusedValueException(
                    "Too many " + what + ".", "Allowed are " + MOST_SECTIONS + ".");
        }
    }

    void refuse(String message, String advice, Origin origin) {
        errors.add(
                new ConfigurationError(
                        message, advice, origin, ConfigurationError.WRONG_CONFIGURATION));
    }
}
