package io.hawkermq.mosquitto;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// Values of options, each with its origin; what is not in it has the default of the table.
/// Immutable.
public final class Settings {
    /// No option is set.
    public static final Settings NONE = new Settings(Map.of());

    private final Map<Option<?>, Setting<?>> values;

    Settings(Map<Option<?>, Setting<?>> values) {
        this.values = new LinkedHashMap<>(values);
    }

    /// The value of `option`, its default if nobody set it.
    public <T> T value(Option<T> option) {
        return setting(option).value();
    }

    /// Where the value of `option` was set.
    public Origin origin(Option<?> option) {
        return setting(option).origin();
    }

    /// True if a file, the environment or the command line set it.
    public boolean isSet(Option<?> option) {
        return !setting(option).isDefault();
    }

    /// The value of `option` with its origin.
    public <T> Setting<T> setting(Option<T> option) {
        return in(values, option);
    }

    // A map holds for an Option<T> only what was put for it with a T: with() and Section fill them.
    @SuppressWarnings("unchecked")
    static <T> Setting<T> in(Map<Option<?>, Setting<?>> values, Option<T> option) {
        Setting<?> setting = values.get(option);
        return setting == null
                ? new Setting<>(option.defaultValue(), Origin.DEFAULT)
                : (Setting<T>) setting;
    }

    /// The options that have a value of their own here, in the order in which they were set.
    public Set<Option<?>> options() {
        return Set.copyOf(values.keySet());
    }

    /// A copy with another value for one option.
    public <T> Settings with(Option<T> option, T value, Origin origin) {
        Map<Option<?>, Setting<?>> copy = new LinkedHashMap<>(values);
        copy.put(option, new Setting<>(value, origin));
        return new Settings(copy);
    }

    /// The value of `option` as it stands in a file, `***` for a secret.
    public <T> String shown(Option<T> option) {
        T value = value(option);
        String text = option.type().show(value);
        return option.isSecret() && !text.equals(ValueType.UNSET) ? "***" : text;
    }
}
