package io.hawkermq.mosquitto;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Settings while they are read: of the broker, a listener or a bridge.
class Section {
    private final Map<Option<?>, Setting<?>> values = new LinkedHashMap<>();

    /// A listener while it is read.
    static final class OfListener extends Section {
        final Origin origin;
        final List<OfPlugin> plugins = new ArrayList<>();
        Optional<ListenerAddress> address;

        OfListener(Optional<ListenerAddress> address, Origin origin) {
            this.address = address;
            this.origin = origin;
        }
    }

    /// A bridge while it is read.
    static final class OfBridge extends Section {
        final String name;
        final Origin origin;

        OfBridge(String name, Origin origin) {
            this.name = name;
            this.origin = origin;
        }
    }

    /// A plugin while it is read.
    static final class OfPlugin {
        final Optional<String> name;
        final String path;
        final Origin origin;
        final Map<String, Setting<String>> options = new LinkedHashMap<>();
        boolean deniesSpecialCharacters = true;

        OfPlugin(Optional<String> name, String path, Origin origin) {
            this.name = name;
            this.path = path;
            this.origin = origin;
        }

        PluginConfiguration built() {
            return new PluginConfiguration(name, path, options, deniesSpecialCharacters, origin);
        }
    }

    Settings settings() {
        return new Settings(values);
    }

    /// Reads the value of `option` from its line.
    <T> void read(Option<T> option, Line line) throws RefusedValueException {
        Setting<T> before = Settings.in(values, option.key());
        ValueType<T> type = option.type();
        T value = type.read(line);
        if (!before.isDefault()) {
            if (type.isOnlyOnce()) {
                throw new RefusedValueException(
                        "Duplicate '" + line.name() + "' value in configuration.",
                        "It was set at " + before.origin() + " already.");
            }
            if (type.isCollected()) {
                value = type.combined(before.value(), value);
            } else if (!before.value().equals(value)) {
                line.note(
                        "'"
                                + line.name()
                                + "' was set at "
                                + before.origin()
                                + " already; this"
                                + " line wins.");
            }
        }
        line.warnOfWordsLeft();
        values.put(option.key(), new Setting<>(value, line.origin()));
    }

    /// Sets a value that no line sets.
    <T> void put(Option<T> option, T value, Origin origin) {
        values.put(option, new Setting<>(value, origin));
    }
}
